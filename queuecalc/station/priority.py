"""M/G/1 with priorities: classes of customers, the first of which is served first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.excess import Excess
from queuecalc.law.mixture import Mixture
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.station.argument import service_law
from queuecalc.station.base import Queue
from queuecalc.station.constant_service import ConstantServiceWait
from queuecalc.station.delay_cycle import DelayCycle, DelayedThen
from queuecalc.station.queue_sojourn import QueueSojourn
from queuecalc.station.queue_wait import QueueWait
from queuecalc.station.waiting import Waiting
from queuecalc.station.where_steady import WhereSteady

__all__ = ["MG1Priority", "PriorityClass"]

DISCIPLINES = ("non-preemptive", "preemptive-resume")

SCARCE = 1e-100
"""A load below which a class leaves nothing in the way of others."""

LEAST = 1e-300
"""Weight of a class that nobody belongs to: its law stays in a mixture without a product 0 inf."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MG1Priority(Queue):
    """M/G/1 whose customers belong to classes, the first served first; in order of arrival inside a class. Exact.

    With sigma_k = rho_1 + ... + rho_k, and E[S_i^2] over all classes ("non-preemptive") or over the first k
    ("preemptive-resume"),

        E[W_k] = sum_i lambda_i E[S_i^2] / (2 (1 - sigma_{k-1}) (1 - sigma_k)).

    The law of W_k is that of the work in front, prolonged by those of higher classes who come meanwhile. W_k lasts
    until the service begins; where that can be interrupted, what follows is prolonged likewise. `classes` has a station
    for each class; the station itself tells of a random customer, and is stable where every class is: a high class may
    be stable all the same.

    Attributes:
        arrival_rates: lambda_1, lambda_2, ... >= 0, in 1/s; numbers or arrays.
        services: as many laws of the service times, in seconds.
        discipline: "non-preemptive" or "preemptive-resume".

    Raises:
        InvalidInput: an argument outside its domain, different numbers of both, or shapes that do not broadcast.

    Source: Cobham 1954; Kleinrock 1976, eqs. (3.30) and (3.38); Takagi 1991, chapter 3.

    >>> from queuecalc.law import Exponential
    >>> second = Exponential(mean=1.0)
    >>> station = MG1Priority(arrival_rates=(0.25, 0.25), services=(second, second))
    >>> [round(each.mean_wait, 6) for each in station.classes]
    [0.666667, 1.333333]
    """

    arrival_rates: tuple[Real, ...]
    services: tuple[Law, ...]
    discipline: str = "non-preemptive"

    kendall: ClassVar[str] = "M/G/1 with priorities"
    formula: ClassVar[str] = "E[W_k] = sum_i lambda_i E[S_i^2] / (2 (1 - sigma_{k-1}) (1 - sigma_k))"
    statement: ClassVar[Statement] = STATEMENTS["priorities"]

    def __post_init__(self) -> None:
        given: tuple[Any, Any] = (self.arrival_rates, self.services)
        if not isinstance(given[0], Sequence | np.ndarray) or not isinstance(given[1], Sequence):
            raise InvalidInput("MG1Priority: expected a sequence of arrival_rates and one of services")
        rates = tuple(
            nonnegative("MG1Priority", f"arrival_rates[{i}]", x) for i, x in enumerate(self.arrival_rates)
        )
        laws = tuple(service_law("MG1Priority", law, f"services[{i}]") for i, law in enumerate(self.services))
        if not rates or len(rates) != len(laws):
            raise InvalidInput(
                f"MG1Priority: {len(rates)} arrival_rates and {len(laws)} services; expected as many of both"
            )
        for i, law in enumerate(laws):
            if np.any(np.asarray(law.mean) <= 0.0):
                raise InvalidInput(f"MG1Priority: services[{i}] has mean 0; expected a mean > 0")
        if self.discipline not in DISCIPLINES:
            raise InvalidInput(
                f"MG1Priority: discipline = {self.discipline!r}; expected one of {', '.join(DISCIPLINES)}"
            )
        object.__setattr__(self, "arrival_rates", rates)
        object.__setattr__(self, "services", laws)
        shapes = {f"arrival_rates[{i}]": rate for i, rate in enumerate(rates)}
        broadcast(
            "MG1Priority", **shapes, **{f"services[{i}]": np.empty(law.shape) for i, law in enumerate(laws)}
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(*map(np.shape, self.arrival_rates), *(law.shape for law in self.services))

    @property
    def classes(self) -> tuple[PriorityClass, ...]:
        """Each class as a station of its own, the first served first."""
        return tuple(PriorityClass(self, index) for index in range(len(self.services)))

    def faster(self, factor: npt.ArrayLike) -> MG1Priority:
        """The station with every class arriving so many times as fast, factor >= 0, elementwise."""
        return replace(self, arrival_rates=tuple(np.asarray(rate) * factor for rate in self.arrival_rates))

    @property
    def arrival_rate(self) -> Real:
        """Customers of all classes per second."""
        return self._real(sum(np.asarray(rate) for rate in self.arrival_rates))

    @property
    def preemptive(self) -> bool:
        """Whether a service is interrupted by an arrival of a higher class."""
        return self.discipline == "preemptive-resume"

    # -- parts

    @cached_property
    def _loads(self) -> list[Any]:
        """rho_1, rho_2, ..."""
        pairs = zip(self.arrival_rates, self.services, strict=True)
        return [np.broadcast_to(np.asarray(rate) * np.asarray(law.mean), self.shape) for rate, law in pairs]

    def _among(self, count: int) -> tuple[Any, Law]:
        """Rate and service law of the first `count` classes together."""
        rates = [np.broadcast_to(np.asarray(rate), self.shape) for rate in self.arrival_rates[:count]]
        total = sum(rates)
        safe = np.where(total > 0.0, total, 1.0)
        weights = [released(np.where(total > 0.0, rate / safe, 1.0 / count)) for rate in rates]
        law = self.services[0] if count == 1 else Mixture(weights=tuple(weights), laws=self.services[:count])
        return total, law

    @cached_property
    def _waitings(self) -> list[Waiting]:
        """The queues of the first 1, 2, ... classes alone."""
        found = []
        for count in range(1, len(self.services) + 1):
            total, law = self._among(count)
            found.append(Waiting(released(total), law, 1))
        return found

    def _work(self, index: int) -> Law:
        """What a customer of a class finds in front of it: work of its class and above, and a service under way."""
        queue = QueueWait(self._waitings[index])
        if np.all(np.asarray(queue.waiting.service.scv) == 0.0):
            queue = ConstantServiceWait(queue.waiting)
        lower = self._lower(index)
        return queue if lower is None else QueueSojourn(queue, lower)

    def _lower(self, index: int) -> Law | None:
        """What is left of a lower class's service under way; lower classes get what the higher leave of the server."""
        if self.preemptive or index + 1 == len(self.services):
            return None
        free = np.maximum(1.0 - sum(self._loads[: index + 1]), 0.0)
        safe = np.where(free > 0.0, free, 1.0)
        left, weights = free, []
        for load in self._loads[index + 1 :]:
            taken = np.where(load > SCARCE, np.minimum(load, left), 0.0)
            left = left - taken
            weights.append(np.where(free > 0.0, taken / safe, 0.0))
        idle = 1.0 - sum(weights)
        laws = (Deterministic(mean=0.0), *(Excess(law) for law in self.services[index + 1 :]))
        return Mixture(weights=(released(np.maximum(idle, 0.0)), *map(released, weights)), laws=laws)

    def wait_of(self, index: int) -> Law:
        """The law of W_k, k = index + 1."""
        work = self._work(index)
        return work if index == 0 else DelayCycle(work, *self._above(index))

    def sojourn_of(self, index: int) -> Law:
        """The law of T_k, k = index + 1."""
        queue, own = QueueWait(self._waitings[index]), self.services[index]
        lower = self._lower(index)
        if self.preemptive and index:
            return DelayCycle(QueueSojourn(queue, own), *self._above(index))
        work = self._work(index)
        if index:
            return DelayedThen(DelayCycle(work, *self._above(index)), own)
        return QueueSojourn(queue, own) if lower is None else DelayedThen(DelayCycle(work, 0.0, own), own)

    def _above(self, index: int) -> tuple[Real, Law]:
        total, law = self._among(index)
        return released(total), law

    # -- a random customer

    @property
    def _shares(self) -> tuple[Any, ...]:
        total = sum(np.asarray(rate) for rate in self.arrival_rates)
        safe = np.where(total > 0.0, total, 1.0)
        count = len(self.services)
        parts = [np.where(total > 0.0, np.asarray(rate) / safe, 1.0 / count) for rate in self.arrival_rates]
        return tuple(released(np.broadcast_to(np.maximum(part, LEAST), self.shape)) for part in parts)

    def _all(self, laws: tuple[Law, ...]) -> Law:
        return WhereSteady(Mixture(weights=self._shares, laws=laws), self.stable)

    @property
    def wait(self) -> Law:
        """The wait of a random customer; infinite where a class has no steady state."""
        return self._all(tuple(self.wait_of(index) for index in range(len(self.services))))

    @property
    def sojourn(self) -> Law:
        """The sojourn of a random customer; infinite where a class has no steady state."""
        return self._all(tuple(self.sojourn_of(index) for index in range(len(self.services))))

    @property
    def _steady(self) -> Any:
        return self._waitings[-1].steady

    @property
    def _offered(self) -> Any:
        return sum(self._loads)

    @property
    def _rho(self) -> Any:
        return self._offered

    @property
    def _through(self) -> Any:
        return sum(np.asarray(each._through) for each in self.classes)

    @property
    def _delay(self) -> Any:
        parts = [np.asarray(w) * each._delay for w, each in zip(self._shares, self.classes, strict=True)]
        return np.where(self._steady, sum(parts), 1.0)

    @property
    def _mean_wait(self) -> Any:
        parts = [np.asarray(w) * each._mean_wait for w, each in zip(self._shares, self.classes, strict=True)]
        return sum(parts)

    @property
    def _mean_service(self) -> Any:
        parts = [
            np.asarray(w) * each._mean_service for w, each in zip(self._shares, self.classes, strict=True)
        ]
        return sum(parts)


@dataclass(frozen=True, eq=False, repr=False)
class PriorityClass(Queue):
    """One class of a station with priorities.

    Attributes:
        station: the station.
        index: 0 for the class served first.
    """

    station: MG1Priority
    index: int

    kendall: ClassVar[str] = MG1Priority.kendall
    formula: ClassVar[str] = MG1Priority.formula
    statement: ClassVar[Statement] = MG1Priority.statement

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return self.station.shape

    @property
    def arrival_rate(self) -> Real:
        """lambda_k, in 1/s."""
        return self.station.arrival_rates[self.index]

    @property
    def service(self) -> Law:
        """The law of the service time."""
        return self.station.services[self.index]

    @property
    def _higher(self) -> Any:
        """sigma_{k-1}."""
        return sum(self.station._loads[: self.index], start=np.zeros(self.shape))

    @property
    def _slack(self) -> Any:
        """1 - sigma_k."""
        return self.station._waitings[self.index].load.slack

    @property
    def _steady(self) -> Any:
        return self._slack > 0.0

    @property
    def _offered(self) -> Any:
        return self.station._loads[self.index]

    @property
    def _rho(self) -> Any:
        """The class's own share of the server; what it asks for without a steady state."""
        return self._offered

    @property
    def _through(self) -> Any:
        left = np.maximum(1.0 - self._higher, 0.0)
        return np.where(self._steady, self.arrival_rate, left / np.asarray(self.service.mean))

    @property
    def _delay(self) -> Any:
        busy = 1.0 - self._slack if self.station.preemptive else sum(self.station._loads)
        return np.where(self._steady, np.minimum(busy, 1.0), 1.0)

    @property
    def _mean_wait(self) -> Any:
        steady = self._steady
        return np.where(steady, np.asarray(self.station._work(self.index).mean) / self._left, np.inf)

    @property
    def _left(self) -> Any:
        """1 - sigma_{k-1}; 1 without a steady state."""
        return np.where(self._steady, 1.0 - self._higher, 1.0)

    @property
    def _mean_service(self) -> Any:
        mean = np.asarray(self.service.mean)
        return mean / self._left if self.station.preemptive else mean

    @property
    def wait(self) -> Law:
        """Until the service begins."""
        return self.station.wait_of(self.index)

    @property
    def sojourn(self) -> Law:
        """Until the service ends."""
        return self.station.sojourn_of(self.index)
