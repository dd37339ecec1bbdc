"""M/D/c: constant service, c servers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station.constant_services import ConstantServicesWait
from queuecalc.station.offered import Load
from queuecalc.station.queue_sojourn import QueueSojourn
from queuecalc.station.unbounded import Unbounded

__all__ = ["MDc"]

MOST_SERVERS = 100_000


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MDc(Unbounded):
    """M/D/c: Poisson arrivals, every service takes 1 / mu, c servers. Exact, also at the kinks.

    The queue after a service time is (Lq + Poisson(a) - c)^+, a random walk (`lattice_queue.py`); P(W > t) is a finite
    sum of positive terms (`constant_services.py`).

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0 of one server, in 1/s: a service takes exactly 1 / mu.
        servers: c, whole, from 1 to 100,000.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Crommelin 1932; Franx 2001, eq. (8).

    >>> round(MDc(arrival_rate=1.6, service_rate=1.0, servers=2).mean_wait, 6)
    0.903284
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "M/D/c"
    formula: ClassVar[str] = (
        "P(W > t) = sum_j e^-x x^j / j! P(Lq > k c - 1 - j) + P(Poisson(x) >= k c), x = lambda (k D - t)"
    )
    statement: ClassVar[Statement] = STATEMENTS["constant-service"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MDc", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MDc", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("MDc", "servers", self.servers))
        if np.max(self.servers) > MOST_SERVERS:
            most = int(np.max(self.servers))
            raise InvalidInput(f"MDc: servers = {most}; expected at most {MOST_SERVERS:,} (for more use MGc)")
        broadcast("MDc", arrival_rate=self.arrival_rate, service_rate=self.service_rate, servers=self.servers)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, self.servers)

    @property
    def service(self) -> Law:
        """The law of the service time: a constant."""
        return Deterministic(mean=self._real(self._load.service_mean))

    @property
    def _delay(self) -> Any:
        return self.wait.delay

    @property
    def _mean_wait(self) -> Any:
        return np.asarray(self.wait.mean)

    @cached_property
    def wait(self) -> ConstantServicesWait:
        """The law of the wait."""
        return ConstantServicesWait(self.arrival_rate, self.service_rate, self.servers)

    @property
    def sojourn(self) -> Law:
        """The wait, moved by the service time."""
        return QueueSojourn(self.wait, self.service)
