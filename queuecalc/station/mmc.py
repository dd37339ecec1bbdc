"""M/M/c: exponential service, several servers in front of one line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station import erlang
from queuecalc.station.markovian import Markovian
from queuecalc.station.mmc_sojourn import MMcSojourn
from queuecalc.station.offered import Load

__all__ = ["MMc"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMc(Markovian):
    """M/M/c: Poisson arrivals, exponential service, c servers in front of one line.

    P(W > t) = C(c, a) exp(-(c mu - lambda) t) with Erlang's C. Exact.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Erlang 1917; Kleinrock 1975, eqs. (3.40) and (3.41).

    >>> round(MMc(arrival_rate=3.0, service_rate=1.0, servers=4).delay_probability, 6)
    0.509434
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "M/M/c"
    formula: ClassVar[str] = "E[W] = C(c, a) / (c mu - lambda)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MMc", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MMc", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("MMc", "servers", self.servers))
        broadcast("MMc", arrival_rate=self.arrival_rate, service_rate=self.service_rate, servers=self.servers)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, self.servers)

    @cached_property
    def _delay(self) -> Any:
        load = self._load
        return erlang.delay_probability(load.servers, load.offered, load.slack, load.remainder)

    @property
    def sojourn(self) -> Law:
        """The sum of the wait and an exponential service."""
        return MMcSojourn(self.service_rate, self.delay_probability, self._real(self._relief))
