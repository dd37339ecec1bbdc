"""A line of a network fed by a limited number of users who wait for their answers: the wait of an arrival.

Seen from one station, each of M users is away for a mean time Z between two visits (thinking, and at the other
stations) and sends nothing while here: M/M/c//M, whose arrivals see M - 1 others. Exact for one such station with
exponential service, whatever the law of the time away; with several stations, whose times away depend on each other,
an approximation. Other service laws: as for M/G/1 and M/G/c the wait consists of a number of excess services S / c,
which is geometric for Poisson arrivals and here ends where the users do (`ahead.py`, in units of the mean excess);
for M and Z large it is the compound-geometric wait of M/G/1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import betainc, expit, gammaln

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.ahead import Ahead
from queuecalc.network.closed.served import Served

__all__ = ["Crowd", "CrowdWaiting"]

_LEAST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Who comes to one line, known by the rate at which they come.

    Attributes:
        rates: of arrivals [1/s], rising, shape (n,).
        users: M, of which none sends while it is here; with other arrivals beside them as many more as send these.
        away_s: Z, mean time between a visit and the next [s].
        units: lines that share the users evenly (1 for a pooled one); users and times are those of one line.
        longest: the most services that an arrival expects to wait for: the more, the narrower the law of its wait.
    """

    rates: FloatArray
    users: FloatArray
    away_s: FloatArray
    units: int = 1
    longest: float = 1.0

    def waiting(self, rate: Any, service: Served, servers: Any, lines: Any = 1) -> CrowdWaiting:
        """The wait at a total rate; `lines`, if not `units`, are those that are left to share it."""
        share = np.asarray(lines, dtype=np.float64) / self.units
        users = np.interp(rate, self.rates, self.users)
        return CrowdWaiting(users, share * np.interp(rate, self.rates, self.away_s), service, servers)


@dataclass(frozen=True, eq=False)
class CrowdWaiting:
    """The wait W of an arrival, elementwise; asked for as `station.Waiting` is.

    Attributes:
        users: M > 0, real: between two whole numbers a mixture of both.
        away_s: Z > 0.
        service: law of the service time.
        servers: c >= 1, whole.
    """

    users: Any
    away_s: Any
    service: Served
    servers: Any

    @cached_property
    def _figures(self) -> tuple[Any, ...]:
        """(others seen, Z, mean service, mean excess, c), broadcast."""
        mean, excess = np.asarray(self.service.mean), np.asarray(self.service.excess_mean)
        others = np.maximum(np.asarray(self.users, dtype=np.float64) - 1.0, 0.0)
        away = np.maximum(np.asarray(self.away_s, dtype=np.float64), _LEAST * mean)
        servers = np.asarray(self.servers, dtype=np.float64)
        return tuple(np.broadcast_arrays(others, away, mean, excess, servers))

    @cached_property
    def _ahead(self) -> Ahead:
        others, away, mean, excess, c = self._figures
        unit = excess / mean
        return Ahead(np.maximum(others - c, 0.0) / unit, c * away / mean / unit)

    @cached_property
    def delay_probability(self) -> Any:
        """P(W > 0): all servers busy when M - 1 others are there or away."""
        others, away, mean, _, c = self._figures
        enough = np.maximum(others, c)
        load = mean / away
        with np.errstate(divide="ignore"):
            idle = enough * np.log1p(load) + np.log(betainc(enough - c + 1.0, c, 1.0 / (1.0 + load)))
        full = gammaln(enough + 1.0) - gammaln(c + 1.0) - gammaln(enough - c + 1.0) + c * np.log(load)
        busy = full + Ahead(enough - c, c / load).log_weight
        return expit(busy - idle) * np.clip(others - c + 1.0, 0.0, 1.0)

    blocking_probability = 0.0

    @cached_property
    def mean(self) -> Any:
        """E[W] [s]."""
        _, _, _, excess, c = self._figures
        return self.delay_probability * self._ahead.mean * excess / c

    @property
    def longest(self) -> float:
        """The most services that an arrival expects to wait for: the larger, the narrower the law of the wait."""
        return float(np.max(self._ahead.mean, initial=0.0))

    def lst(self, s: Any) -> Any:
        """E exp(-s W), for Re s >= 0."""
        theta = np.asarray(self.service.excess_lst(s / np.asarray(self.servers, dtype=np.float64)))
        return 1.0 - self.delay_probability * (1.0 - self._ahead.transform(theta))

    def exponential_moment(self, theta: Any) -> Any:
        """E exp(theta W) for theta >= 0; inf where it is not known to be finite."""
        rate = np.asarray(theta, dtype=np.float64)
        with np.errstate(all="ignore"):
            excess = np.asarray(
                self.service.excess_lst(-rate / np.asarray(self.servers, dtype=np.float64)), dtype=np.float64
            )
            sound = np.isfinite(excess) & (excess > 0.0) & (excess * 0.99 < self._ahead.capacity)
            moment = self._ahead.transform(np.where(sound, excess, 1.0))
            found = 1.0 + self.delay_probability * (moment - 1.0)
            return np.where(sound & np.isfinite(found) & (found >= 1.0), found, np.inf)
