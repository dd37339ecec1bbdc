"""A closed network as arrays: what every method of solving it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.load.arrays import FloatArray

__all__ = ["Figures", "Problem"]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """R classes of customers that go round K stations for ever.

    Attributes:
        visits: V, mean visits of a cycle, shape (R, K).
        service: mean service time of a visit [s], shape (R, K).
        think: Z, mean time between two cycles [s], shape (R,).
        population: customers of each class, whole, >= 1, shape (R,).
        servers: c of each station, shape (K,); inf where nobody waits.
        speeds: of the stations whose speed depends on the number n there: alpha(1), alpha(2), ... relative to one
            customer; the last holds from there on.
    """

    visits: FloatArray
    service: FloatArray
    think: FloatArray
    population: npt.NDArray[np.int64]
    servers: FloatArray
    speeds: Mapping[int, FloatArray]

    @property
    def demands(self) -> FloatArray:
        """D = V S: service that a customer asks of each station in a cycle [s], shape (R, K)."""
        return self.visits * self.service

    @property
    def delays(self) -> FloatArray:
        """Time of a cycle in which nobody is in anybody's way: thinking, and stations with a server for each [s]."""
        return np.asarray(self.think + np.sum(self.demands[:, np.isinf(self.servers)], axis=1))

    @property
    def single(self) -> Any:
        """The numbers of the stations with one server of steady speed."""
        steady = self.servers == 1.0
        steady[list(self.speeds)] = False
        return np.flatnonzero(steady)

    @property
    def several(self) -> Any:
        """The numbers of the stations whose speed grows or falls with the number there, up to some number."""
        steady = (self.servers == 1.0) | np.isinf(self.servers)
        steady[list(self.speeds)] = False
        return np.flatnonzero(~steady)

    def speed(self, station: int, most: int) -> FloatArray:
        """alpha(1), ..., alpha(most): how much faster than with one customer a station works with n."""
        if station in self.speeds:
            given = self.speeds[station]
            return np.asarray(given[np.minimum(np.arange(most), given.size - 1)])
        return np.asarray(np.minimum(np.arange(1.0, most + 1.0), self.servers[station]))

    @property
    def fastest(self) -> FloatArray:
        """The limit of alpha(n), shape (K,): c, or the last of the given speeds."""
        limit = np.array(self.servers)
        for station, speeds in self.speeds.items():
            limit[station] = speeds[-1]
        return limit

    def with_population(self, population: Any) -> Problem:
        """The same network with other numbers of customers."""
        return replace(self, population=np.asarray(population, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a method found.

    Attributes:
        throughput: cycles per second of each class, shape (R,).
        inside: mean customers of each class at each station, shape (R, K).
        present: probability that somebody is there, of the stations in `Problem.speeds` (0 elsewhere), shape (K,).
        log_normalisation: the logarithm of the constant G(N); nan where the method knows none.
        states: P(n customers in all) of the stations in `Problem.several`, each of shape (sum of N + 1,).
    """

    throughput: FloatArray
    inside: FloatArray
    present: FloatArray
    log_normalisation: float
    states: Mapping[int, FloatArray]
