"""M/G/c: any service law, several servers in front of one line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Evidence, Statement
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive_integer
from queuecalc.station.argument import service_law
from queuecalc.station.general import General
from queuecalc.station.waiting import Waiting

__all__ = ["MGc"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MGc(General):
    """M/G/c: Poisson arrivals, any service law, c servers in front of one line. Approximate.

    Erlang's delay probability, Kimura's mean wait, a compound-geometric conditional wait (`multiserver.py`). Exact for
    c = 1 and for exponential service. Against simulation (SCV 0 to 4, c = 2 to 16, rho = 0.5 to 0.95, gamma,
    hyperexponential and lognormal service) the 95th percentile of the sojourn is within 4.5 %, 99 % of the cases within
    4 %; the 99th within 9 %, the median within 8 %.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time, in seconds.
        servers: c >= 1, whole.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kimura 1986; Takahashi 1981 for the decay rate.
    """

    arrival_rate: Real
    service: Law
    servers: Any

    kendall: ClassVar[str] = "M/G/c"
    formula: ClassVar[str] = "E[W] = C(c, a) E[S] (1 + v)(1 + g) / (2 c (1 - rho)(1 + v g)), approximate"
    statement: ClassVar[Statement] = STATEMENTS["kimura"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MGc", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service", service_law("MGc", self.service))
        object.__setattr__(self, "servers", positive_integer("MGc", "servers", self.servers))
        service = np.empty(self.service.shape)
        broadcast("MGc", arrival_rate=self.arrival_rate, service=service, servers=self.servers)

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self.arrival_rate, self.service, self.servers)

    @property
    def evidence(self) -> Evidence:
        """Exact for one server or exponential service, else approximate."""
        exact = isinstance(self.service, Exponential) or self._waiting.single
        return Evidence.EXACT if exact else super().evidence
