"""M/G/1 with breakdowns: a server that fails and is repaired."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.excess import Excess
from queuecalc.law.interrupted import Interrupted
from queuecalc.law.mixture import Mixture
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.station.argument import service_law
from queuecalc.station.composed import Composed
from queuecalc.station.waiting import Waiting

__all__ = ["MG1Breakdown"]

FAILURES = ("always", "serving")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MG1Breakdown(Composed):
    """M/G/1 whose server fails at rate xi while up and is repaired; a service goes on where it stopped. Exact.

    A service with its repairs takes S' with S'*(s) = S*(s + xi (1 - R*(s))), E[S'] = E[S] (1 + xi E[R]). With
    failures="serving" the server fails at work alone, and the station is M/G/1 with S'. With "always" it fails idle,
    too: to the wait comes, with probability 1 - A = xi E[R] / (1 + xi E[R]), the excess of a repair. Stable where
    lambda E[S] < A. The wait ends when the service starts; the sojourn is W + S'; the utilisation counts repairs in S'.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time without repairs, in seconds.
        failure_rate: xi >= 0 per second of up time, 1 / MTBF, in 1/s.
        repair: law of the time of a repair, in seconds, with a mean > 0.
        failures: "always" or "serving".

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Avi-Itzhak & Naor 1963, models A and B; White & Christie 1958; Fuhrmann & Cooper 1985.

    >>> from queuecalc.law import Exponential
    >>> second = Exponential(mean=1.0)
    >>> station = MG1Breakdown(arrival_rate=0.25, service=second, failure_rate=1.0, repair=second)
    >>> station.availability, station.utilisation, station.mean_wait
    (0.5, 0.5, 3.0)
    """

    arrival_rate: Real
    service: Law
    failure_rate: Real
    repair: Law
    failures: str = "always"

    kendall: ClassVar[str] = "M/G/1 with breakdowns"
    formula: ClassVar[str] = (
        "S'*(s) = S*(s + xi (1 - R*(s))), W = W of M/G/1 with S', and R_e with probability 1 - A"
    )
    statement: ClassVar[Statement] = STATEMENTS["breakdowns"]

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "arrival_rate", nonnegative("MG1Breakdown", "arrival_rate", self.arrival_rate)
        )
        object.__setattr__(self, "service", service_law("MG1Breakdown", self.service))
        object.__setattr__(
            self, "failure_rate", nonnegative("MG1Breakdown", "failure_rate", self.failure_rate)
        )
        object.__setattr__(self, "repair", service_law("MG1Breakdown", self.repair, "repair"))
        if np.any(np.asarray(self.repair.mean) <= 0.0):
            raise InvalidInput(
                "MG1Breakdown: repair has mean 0; expected a mean > 0 (without repairs use MG1)"
            )
        if self.failures not in FAILURES:
            raise InvalidInput(
                f"MG1Breakdown: failures = {self.failures!r}; expected one of {', '.join(FAILURES)}"
            )
        broadcast(
            "MG1Breakdown",
            arrival_rate=self.arrival_rate,
            service=np.empty(self.service.shape),
            failure_rate=self.failure_rate,
            repair=np.empty(self.repair.shape),
        )

    @cached_property
    def completion(self) -> Law:
        """The law of S', a service with its repairs."""
        return Interrupted(self.service, self.failure_rate, self.repair)

    @property
    def availability(self) -> Real:
        """A = 1 / (1 + xi E[R]): the share of time up of a server that can fail, whether it works or not."""
        return self._real(1.0 / (1.0 + self._pause))

    @property
    def _pause(self) -> Any:
        return np.asarray(self.failure_rate) * np.asarray(self.repair.mean)

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self.arrival_rate, self.completion, 1)

    @property
    def _offered(self) -> Any:
        return np.asarray(self.arrival_rate) * np.asarray(self.service.mean)

    @cached_property
    def _added(self) -> Law | None:
        if self.failures == "serving" or not np.any(self._pause):
            return None
        up = 1.0 / (1.0 + self._pause)
        laws = (Deterministic(mean=0.0), Excess(self.repair))
        return Mixture(weights=(released(up), released(self._pause * up)), laws=laws)

    @cached_property
    def _stay(self) -> Law:
        if self._added is None:
            return self.completion
        from queuecalc.law.sum import Sum

        return Sum(laws=(self._added, self.completion))
