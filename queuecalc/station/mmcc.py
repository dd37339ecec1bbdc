"""M/M/c/c: a server or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station import erlang
from queuecalc.station.lossy import Lossy
from queuecalc.station.offered import Load

__all__ = ["ErlangB"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ErlangB(Lossy):
    """M/M/c/c: Poisson arrivals, exponential service, c servers, no place to wait. Exact.

    P(blocked) = B(c, a), Erlang's loss formula; it holds for every service law with this mean. MMcK with capacity = c
    is the same station; `erlang_b` is the formula with a real number of servers.

    Attributes:
        arrival_rate: lambda >= 0 of all arrivals, in 1/s.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.43).

    >>> round(ErlangB(arrival_rate=3.0, service_rate=1.0, servers=4).blocking_probability, 6)
    0.206107
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "M/M/c/c"
    formula: ClassVar[str] = "P(blocked) = B(c, a) = (a^c / c!) / (1 + a + ... + a^c / c!)"
    statement: ClassVar[Statement] = STATEMENTS["erlang-b"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("ErlangB", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("ErlangB", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("ErlangB", "servers", self.servers))
        broadcast(
            "ErlangB",
            arrival_rate=self.arrival_rate,
            service_rate=self.service_rate,
            servers=self.servers,
        )

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, self.servers)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._load.slack)

    @cached_property
    def _blocked(self) -> Any:
        return erlang.loss_probability(self._load.servers, self._load.offered, self._load.remainder)

    @property
    def _offered(self) -> Any:
        return self._load.offered

    @property
    def _through(self) -> Any:
        load = self._load
        return load.arrival_rate * erlang.passing_probability(load.servers, load.offered, self._blocked)
