"""M/M/c+M: waiting customers give up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station.base import Queue
from queuecalc.station.impatience import Impatience
from queuecalc.station.impatient_laws import ImpatientSojourn, WaitOfAbandoning, WaitOfAll, WaitOfServed

__all__ = ["ErlangA"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ErlangA(Queue):
    """M/M/c+M (Erlang A): as M/M/c, but who waits gives up after an exponential patience of rate theta. Exact.

    `wait`, `sojourn` and their means are those of customers who are served; `wait_of_all` and `wait_of_abandoning` are
    the others. `delay_probability`, `mean_queue_length` and `mean_in_system` count everybody. There is a steady state
    at every load.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.
        patience_rate: theta > 0, in 1/s; 1 / theta is the mean patience.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Palm 1957; Baccelli & Hebuterne 1981; Mandelbaum & Zeltyn 2007, section 3.

    >>> station = ErlangA(arrival_rate=1.0, service_rate=1.0, servers=1, patience_rate=1.0)
    >>> round(station.delay_probability, 6), round(station.abandonment_probability, 6)  # N is Poisson: 1 - 1/e, 1/e
    (0.632121, 0.367879)
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any
    patience_rate: Real

    kendall: ClassVar[str] = "M/M/c+M"
    formula: ClassVar[str] = "P(W > 0) = B / (B + (1 - B) / A), A = sum_j y^j / ((x+1)...(x+j))"
    statement: ClassVar[Statement] = STATEMENTS["erlang-a"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("ErlangA", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("ErlangA", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("ErlangA", "servers", self.servers))
        object.__setattr__(self, "patience_rate", positive("ErlangA", "patience_rate", self.patience_rate))
        broadcast(
            "ErlangA",
            arrival_rate=self.arrival_rate,
            service_rate=self.service_rate,
            servers=self.servers,
            patience_rate=self.patience_rate,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._state.patience_rate)

    @cached_property
    def _state(self) -> Impatience:
        return Impatience.of(self.arrival_rate, self.service_rate, self.servers, self.patience_rate)

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _offered(self) -> Any:
        return self._state.load.offered

    @property
    def _rho(self) -> Any:
        return self._state.load.utilisation * self._state.completed

    @property
    def _through(self) -> Any:
        return self._state.load.arrival_rate * self._state.completed

    @property
    def _delay(self) -> Any:
        return self._state.delayed

    @property
    def _mean_wait(self) -> Any:
        return np.asarray(self.wait.mean)

    @property
    def _mean_service(self) -> Any:
        return self._state.load.service_mean

    @property
    def abandonment_probability(self) -> Real:
        """Probability that an arrival gives up before it is served, theta E[W of all]."""
        return self._real(self._state.abandoned)

    @property
    def mean_wait_of_all(self) -> Real:
        """Mean time in line of all arrivals, P(abandon) / theta, in seconds."""
        return self._real(self._state.abandoned / self._state.patience_rate)

    @property
    def mean_wait_of_abandoning(self) -> Real:
        """Mean time in line of those who give up, in seconds."""
        return self._real(np.asarray(self.wait_of_abandoning.mean))

    @property
    def mean_queue_length(self) -> Real:
        """Mean number waiting, also of those who will give up: lambda E[W of all]."""
        return self._real(self._waiting)

    @property
    def mean_in_system(self) -> Real:
        """Mean number waiting or served."""
        return self._real(self._waiting + self._through * self._mean_service)

    @property
    def _waiting(self) -> Any:
        return self._state.load.arrival_rate * self._state.abandoned / self._state.patience_rate

    @property
    def _arguments(self) -> tuple[Any, ...]:
        return self.arrival_rate, self.service_rate, self.servers, self.patience_rate

    @property
    def wait(self) -> WaitOfServed:
        """The wait of those who are served."""
        return WaitOfServed(*self._arguments)

    @property
    def wait_of_all(self) -> WaitOfAll:
        """The time in line of all arrivals, until service or giving up."""
        return WaitOfAll(*self._arguments)

    @property
    def wait_of_abandoning(self) -> WaitOfAbandoning:
        """The time in line of those who give up."""
        return WaitOfAbandoning(*self._arguments)

    @property
    def sojourn(self) -> ImpatientSojourn:
        """The sojourn of those who are served."""
        return ImpatientSojourn(self.wait)
