"""What every station has: utilisation, probabilities, means, and the laws of its wait and sojourn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.evidence import Evidence, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.station.record import Record

__all__ = ["Queue"]


class Queue(Record, ABC):
    """A station: Poisson arrivals, one line in order of arrival, c servers, unless its class says otherwise.

    Immutable; arguments are keywords and broadcast as numpy arrays; scalars in, Python floats out. Two stations are
    equal when their class and arguments are. Without a steady state the means are inf, sf(t) = 1 and quantiles inf,
    and the utilisation is the offered ratio.

    A new station is a frozen dataclass (eq=False, repr=False) with the class attributes below, `shape`, `wait`,
    `sojourn` and the underscored hooks, and a line in `registry.py`.

    Attributes:
        kendall: the field's name for it.
        formula: one line.
        statement: the theorem and its paper.
    """

    kendall: ClassVar[str]
    formula: ClassVar[str]
    statement: ClassVar[Statement]

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """The batch shape: the broadcast shape of the arguments, () for scalars."""

    # -- hooks: arrays of the batch shape

    @property
    @abstractmethod
    def _steady(self) -> Any: ...

    @property
    @abstractmethod
    def _offered(self) -> Any: ...

    @property
    @abstractmethod
    def _rho(self) -> Any: ...

    @property
    @abstractmethod
    def _through(self) -> Any: ...

    @property
    @abstractmethod
    def _delay(self) -> Any: ...

    @property
    @abstractmethod
    def _mean_wait(self) -> Any: ...

    @property
    @abstractmethod
    def _mean_service(self) -> Any: ...

    def faster(self, factor: npt.ArrayLike) -> Queue:
        """The station with arrivals so many times as fast, factor >= 0, elementwise; what else it is stays."""
        return replace(self, arrival_rate=self.arrival_rate * np.asarray(factor))  # type: ignore[attr-defined,type-var]

    # -- laws

    @property
    @abstractmethod
    def wait(self) -> Law:
        """The law of the time W in line, zero for those who do not wait."""

    @property
    @abstractmethod
    def sojourn(self) -> Law:
        """The law of the time T = W + S in the station."""

    # -- numbers

    def _real(self, values: Any) -> Real:
        return released(np.broadcast_to(values, self.shape))

    @property
    def stable(self) -> Any:
        """Whether there is a steady state; a bool, or an array of them."""
        return self._real(self._steady)

    @property
    def offered_load(self) -> Real:
        """a = lambda E[S], in erlang."""
        return self._real(self._offered)

    @property
    def utilisation(self) -> Real:
        """Mean share of busy servers, throughput E[S] / c; the offered ratio a / c without a steady state."""
        return self._real(self._rho)

    @property
    def throughput(self) -> Real:
        """Rate of departures, in 1/s: what arrives and is let in, or c / E[S] without a steady state."""
        return self._real(self._through)

    @property
    def delay_probability(self) -> Real:
        """Probability that an (accepted) arrival waits; 1 without a steady state."""
        return self._real(self._delay)

    @property
    def mean_wait(self) -> Real:
        """E[W], in seconds."""
        return self._real(self._mean_wait)

    @property
    def mean_sojourn(self) -> Real:
        """E[T] = E[W] + E[S], in seconds."""
        return self._real(self._mean_wait + self._mean_service)

    @property
    def mean_queue_length(self) -> Real:
        """Mean number waiting, by Little's law: throughput times mean wait."""
        return self._real(self._through * self._mean_wait)

    @property
    def mean_in_system(self) -> Real:
        """Mean number in the station, by Little's law: throughput times mean sojourn."""
        return self._real(self._through * (self._mean_wait + self._mean_service))

    @property
    def evidence(self) -> Evidence:
        """How far the numbers can be trusted."""
        return self.statement.evidence
