"""M/G/1: any service law, one server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, nonnegative
from queuecalc.station.argument import service_law
from queuecalc.station.constant_service import ConstantServiceWait
from queuecalc.station.general import General
from queuecalc.station.waiting import Waiting

__all__ = ["MG1"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MG1(General):
    """M/G/1: Poisson arrivals, any service law, one server.

    W*(s) = (1 - rho) / (1 - rho X*(s)), X the equilibrium excess of S; E[W] = rho E[X] / (1 - rho). Exact. The laws are
    inverted from their transforms to 1e-10 (1e-9 for lognormal service at p99.99), M/D/1 is summed.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time, in seconds.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Pollaczek 1930, Khinchine 1932; Kleinrock 1975, eqs. (5.70), (5.105).

    >>> from queuecalc.law import Deterministic
    >>> MG1(arrival_rate=0.5, service=Deterministic(mean=1.0)).mean_wait
    0.5
    """

    arrival_rate: Real
    service: Law

    kendall: ClassVar[str] = "M/G/1"
    formula: ClassVar[str] = "E[W] = rho E[X] / (1 - rho), E[X] = E[S^2] / (2 E[S])"
    statement: ClassVar[Statement] = STATEMENTS["pollaczek-khinchine"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MG1", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service", service_law("MG1", self.service))
        broadcast("MG1", arrival_rate=self.arrival_rate, service=np.empty(self.service.shape))

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self.arrival_rate, self.service, 1)

    @property
    def wait(self) -> Law:
        """The law of the wait; exact at the kinks of M/D/1."""
        if np.all(np.asarray(self.service.scv) == 0.0):
            return ConstantServiceWait(self._waiting)
        return super().wait
