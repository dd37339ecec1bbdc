"""M/G/1 with vacations: a server that goes away whenever it finds nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.excess import Excess
from queuecalc.law.parameter import Real, broadcast, nonnegative
from queuecalc.law.sum import Sum
from queuecalc.station.argument import service_law
from queuecalc.station.composed import Composed
from queuecalc.station.waiting import Waiting

__all__ = ["MG1Vacation"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MG1Vacation(Composed):
    """M/G/1 with multiple vacations: the server leaves an empty station, and again until somebody waits. Exact.

    W is the wait of M/G/1 plus the excess V_e of a vacation: E[W] = rho E[X] / (1 - rho) + E[V^2] / (2 E[V]). A
    service is never interrupted; everybody waits. Polling loops, periodic flushes and jobs for idle time are like this.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time, in seconds.
        vacation: law of the length of a vacation, in seconds, with a mean > 0.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Fuhrmann & Cooper 1985; Doshi 1986, eq. (2.8); Takagi 1991, section 2.2.

    >>> from queuecalc.law import Deterministic
    >>> station = MG1Vacation(arrival_rate=0.5, service=Deterministic(mean=1.0), vacation=Deterministic(mean=3.0))
    >>> station.mean_wait
    2.0
    """

    arrival_rate: Real
    service: Law
    vacation: Law

    kendall: ClassVar[str] = "M/G/1 with vacations"
    formula: ClassVar[str] = "W = W of M/G/1 + V_e, E[V_e] = E[V^2] / (2 E[V])"
    statement: ClassVar[Statement] = STATEMENTS["vacations"]

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "arrival_rate", nonnegative("MG1Vacation", "arrival_rate", self.arrival_rate)
        )
        object.__setattr__(self, "service", service_law("MG1Vacation", self.service))
        object.__setattr__(self, "vacation", service_law("MG1Vacation", self.vacation, "vacation"))
        if np.any(np.asarray(self.vacation.mean) <= 0.0):
            raise InvalidInput(
                "MG1Vacation: vacation has mean 0; expected a mean > 0 (without vacations use MG1)"
            )
        broadcast(
            "MG1Vacation",
            arrival_rate=self.arrival_rate,
            service=np.empty(self.service.shape),
            vacation=np.empty(self.vacation.shape),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(self._waiting.shape, self.vacation.shape)

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self.arrival_rate, self.service, 1)

    @property
    def _offered(self) -> Any:
        return self._waiting.load.offered

    @property
    def _delay(self) -> Any:
        return np.ones(self.shape)

    @cached_property
    def _added(self) -> Law:
        return Excess(self.vacation)

    @cached_property
    def _stay(self) -> Law:
        return Sum(laws=(self._added, self.service))
