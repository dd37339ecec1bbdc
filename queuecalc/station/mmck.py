"""M/M/c/K: exponential service and a bound on the number of customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station import erlang
from queuecalc.station.argument import capacity_for
from queuecalc.station.base import Queue
from queuecalc.station.finite_exponential import MMcKSojourn, MMcKWait
from queuecalc.station.finite_room import FiniteRoom, exponential_room
from queuecalc.station.offered import Load

__all__ = ["MMcK"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMcK(Queue):
    """M/M/c/K: Poisson arrivals, exponential service, c servers, at most K customers; others are turned away.

    With r = a / c, k = K - c and Erlang's B, P(blocked) = r^k / (1/B + r + ... + r^k) at every load, also r >= 1.
    Wait and sojourn are those of accepted customers. Exact.

    Attributes:
        arrival_rate: lambda >= 0 of all arrivals, in 1/s.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.
        capacity: K >= c, whole: customers in the system, waiting or served.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kleinrock 1975, section 3.8 (K > c) and 3.6 (K = c).

    >>> round(MMcK(arrival_rate=3.0, service_rate=1.0, servers=4, capacity=4).blocking_probability, 6)
    0.206107
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any
    capacity: Any

    kendall: ClassVar[str] = "M/M/c/K"
    formula: ClassVar[str] = "P(blocked) = r^k / (1 / B(c, a) + r + ... + r^k), r = a / c, k = K - c"
    statement: ClassVar[Statement] = STATEMENTS["finite-exponential"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MMcK", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MMcK", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("MMcK", "servers", self.servers))
        object.__setattr__(self, "capacity", positive_integer("MMcK", "capacity", self.capacity))
        broadcast(
            "MMcK",
            arrival_rate=self.arrival_rate,
            service_rate=self.service_rate,
            servers=self.servers,
            capacity=self.capacity,
        )
        capacity_for("MMcK", self.servers, self.capacity)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(self._load.slack.shape, np.shape(self.capacity))

    @cached_property
    def _load(self) -> Load:
        shape = np.broadcast_shapes(np.shape(self.arrival_rate), np.shape(self.capacity))
        return Load.by_rate(np.broadcast_to(self.arrival_rate, shape), self.service_rate, self.servers)

    @cached_property
    def _room(self) -> FiniteRoom:
        load = self._load
        loss = erlang.loss_probability(load.servers, load.offered, load.remainder)
        return exponential_room(load, loss, np.asarray(self.capacity, dtype=np.float64) - load.servers)

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _offered(self) -> Any:
        return self._load.offered

    @property
    def _rho(self) -> Any:
        return self._through * self._load.service_mean / self._load.servers

    @property
    def _through(self) -> Any:
        return self._load.arrival_rate * self._room.passed

    @property
    def _delay(self) -> Any:
        return self._room.delayed

    @property
    def _mean_wait(self) -> Any:
        return self._room.mean_wait

    @property
    def _mean_service(self) -> Any:
        return self._load.service_mean

    @property
    def blocking_probability(self) -> Real:
        """Probability that an arrival is turned away: by PASTA, that of K customers in the system."""
        return self._real(self._room.blocked)

    @property
    def wait(self) -> MMcKWait:
        """The wait of accepted customers."""
        return MMcKWait(self.arrival_rate, self.service_rate, self.servers, self.capacity)

    @property
    def sojourn(self) -> MMcKSojourn:
        """The sojourn of accepted customers."""
        return MMcKSojourn(self.wait)
