"""What arrivals at M/M/c//N find, and the laws of their wait and sojourn.

Of the other M = N - 1 sources those who are idle, given that all servers are busy, are Poisson with mean
z = c mu / nu, cut after k = M - c. Who finds i of them idle waits for k + 1 - i departures at rate c mu; so, counting
idle sources and departures together,

    P(W > t | W > 0) = P(Poisson(z + c mu t) <= k) / P(Poisson(z) <= k),

a ratio of incomplete gamma functions.

Source: the arrival theorem (Lavenberg & Reiser 1980; Sevcik & Mitrani 1981) and the states of Kleinrock 1975, section
3.8; for one server this is the response time of Takacs 1962, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from queuecalc.law.base import Atoms
from queuecalc.law.parameter import Real, released
from queuecalc.station.engset_ratio import engset_loss
from queuecalc.station.poisson_ratio import log_weight, loss, loss_excess, palm
from queuecalc.station.timed import ThenExponential, Timed

__all__ = ["FiniteSource", "FiniteSourceSojourn", "FiniteSourceWait"]

SCARCE = 1e-250
"""A demand below this counts as none."""


DEEP = 1e-250
"""A loss below this is divided by in logarithms."""


def log_below(k: Any, y: Any) -> Any:
    """ln P(Poisson(y) <= k), arrays of one shape, y > 0."""
    far = y - k > 4.0 * np.sqrt(k + 4.0)
    near = np.log(special.gammaincc(k + 1.0, np.where(far, k, y) + 1e-300))
    away = np.where(far, y, k + 100.0 + 40.0 * np.sqrt(k))
    return np.where(far, log_weight(k, away) - np.log(loss(k, away)), near)


@dataclass(frozen=True, eq=False)
class FiniteSource:
    """Arrays of one shape.

    Attributes:
        sources: N.
        servers: c.
        service_rate: mu, in 1/s.
        demand: alpha = nu / mu.
    """

    sources: Any
    servers: Any
    service_rate: Any
    demand: Any

    @classmethod
    def of(cls, sources: Any, request_rate: Any, service_rate: Any, servers: Any) -> FiniteSource:
        """From the arguments of the station."""
        alpha = np.asarray(request_rate) / np.asarray(service_rate)
        arrays = (np.asarray(x, dtype=np.float64) for x in (sources, servers, service_rate, alpha))
        return cls(*np.broadcast_arrays(*arrays))

    @property
    def spare(self) -> Any:
        """k = N - 1 - c, at least 0."""
        return np.maximum(self.sources - 1.0 - self.servers, 0.0)

    @property
    def idle(self) -> Any:
        """z = c / alpha."""
        return self.servers / np.maximum(self.demand, SCARCE)

    @cached_property
    def delayed(self) -> Any:
        """Probability that an arrival waits."""
        others = self.sources - 1.0
        blocked = engset_loss(self.servers, others, self.demand)
        some = blocked > 1e-300
        below = (1.0 / np.where(some, blocked, 1.0) - 1.0) * loss(self.spare, self.idle)
        return np.where(some & (others >= self.servers), 1.0 / (1.0 + below), 0.0)

    @property
    def stages(self) -> Any:
        """Mean number of departures that who waits waits for."""
        return loss_excess(self.spare, self.idle)

    @property
    def mean_wait(self) -> Any:
        """E[W], in seconds."""
        return self.delayed * self.stages / (self.servers * self.service_rate)

    @property
    def second_factorial(self) -> Any:
        """E[J (J + 1)] of that number J."""
        k, z = self.spare, self.idle
        more, fewer = self.stages, np.where(k >= 1.0, loss_excess(np.maximum(k - 1.0, 0.0), z), 0.0)
        return (k + 2.0) * (more - fewer) + fewer * (1.0 + more)

    def survival(self, u: Any, k: Any) -> Any:
        """P(Poisson(z + u) <= k) / P(Poisson(z) <= k)."""
        shape = np.broadcast_shapes(np.shape(u), np.shape(k))
        u, k, z = (np.broadcast_to(x, shape) for x in (u, k, self.idle))
        far = z - k > 4.0 * np.sqrt(k + 4.0)
        away = np.where(far, z, k + 100.0 + 40.0 * np.sqrt(k))
        share = k / away
        bent = u / away - special.log1p(u / away)
        both = np.exp(-u * (1.0 - share) - k * bent) * loss(k, away) / loss(k, away + u)
        if np.all(far):
            return np.minimum(both, 1.0)
        near = np.exp(log_below(k, z + u) - log_below(k, z))
        return np.minimum(np.where(far, both, near), 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class FiniteSourceWait(Timed):
    """The wait of arrivals at M/M/c//N.

    Attributes:
        sources: N.
        request_rate: nu of one idle source, in 1/s.
        service_rate: mu of one server, in 1/s.
        servers: c.
    """

    sources: Any
    request_rate: Real
    service_rate: Real
    servers: Any

    @cached_property
    def _state(self) -> FiniteSource:
        return FiniteSource.of(self.sources, self.request_rate, self.service_rate, self.servers)

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the parameters."""
        return np.shape(self._state.servers)

    @property
    def _rate(self) -> Any:
        return self._state.servers * self._state.service_rate

    @property
    def mean(self) -> Real:
        """E[W], in seconds."""
        return released(self._state.mean_wait)

    @property
    def var(self) -> Real:
        """Variance, in seconds^2: J stages have E[J (J + 1)] times the square of the mean of one."""
        state = self._state
        square = state.delayed * state.second_factorial / self._rate**2
        return released(np.maximum(square - state.mean_wait**2, 0.0))

    @property
    def abscissa(self) -> Real:
        """c mu."""
        return released(self._rate)

    @property
    def atoms(self) -> Atoms:
        """The point 0, which has who does not wait."""
        return ((released(np.zeros(self.shape)), released(1.0 - self._state.delayed)),)

    def _both(self, t: Any) -> tuple[Any, Any]:
        state = self._state
        inside = np.isfinite(t) & np.ones(self.shape, dtype=bool)
        tail, density = self._delayed(np.where(inside, t, 0.0))
        p = state.delayed
        return np.where(inside, p * tail, 0.0), np.where(inside, p * density, 0.0)

    def _delayed(self, t: Any) -> tuple[Any, Any]:
        """(P(W > t | W > 0), its density)."""
        state = self._state
        u = t * self._rate
        tail = state.survival(u, state.spare)
        k, y = np.broadcast_arrays(state.spare, state.idle + u)
        return tail, self._rate * tail * loss(k, y)

    def _lst_complement(self, s: Any) -> Any:
        """By stages: 1 - L_n = (q + (1 - B(n, z)) (1 - L_{n-1})) / (1 + q), q = s / (c mu), n up to k.

        The time that it takes grows with the sources: a second for 100,000.
        """
        state = self._state
        q = s / self._rate
        z, k = state.idle, state.spare
        value = q / (1.0 + q)
        for n in range(1, int(np.max(k)) + 1):
            more = (q + (1.0 - loss(np.full_like(z, float(n)), z)) * value) / (1.0 + q)
            value = np.where(n <= k, more, value)
        return state.delayed * value


@dataclass(frozen=True, eq=False, repr=False)
class FiniteSourceSojourn(ThenExponential):
    """T = W + S at M/M/c//N, W of `wait` and S exponential with rate mu.

    Who waited and has not left: int_0^t f(u) exp(-mu (t - u)) du with the density f of W given W > 0, which is again a
    difference of incomplete gamma functions: upper ones past the peak of the integrand, lower ones before it.

    Attributes:
        wait: the law of W.
    """

    wait: FiniteSourceWait

    def _both(self, t: Any) -> tuple[Any, Any]:
        state = self.wait._state
        inside = np.isfinite(t) & np.ones(self.shape, dtype=bool)
        time = np.where(inside, t, 0.0)
        waiting, density = self.wait._delayed(time)
        p, mu = state.delayed, state.service_rate
        serving = np.maximum(self._serving(time, waiting, density), 0.0)
        left = p * serving + (1.0 - p) * np.exp(-mu * time)
        tail = np.where(inside, np.minimum(p * waiting + left, 1.0), 0.0)
        return tail, np.where(inside, mu * left, 0.0)

    def _serving(self, t: Any, waiting: Any, density: Any) -> Any:
        state = self.wait._state
        rate = state.servers * state.service_rate
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        k, z, c = (np.broadcast_to(x, shape) for x in (state.spare, state.idle, state.servers))
        y = z + rate * t
        stay = 1.0 - 1.0 / c
        begun = rate * loss(k, z) * np.exp(-state.service_rate * t)
        before = (c == 1.0) | (stay * y <= k + 1.0)
        past = ~before
        value = np.zeros(shape)
        if np.any(past):
            from_z, from_y = (loss(k, np.where(past, stay * x, k + 1.0)) for x in (z, y))
            scale = rate * np.where(past, stay, 1.0)
            deep = past & (from_z < DEEP)
            first = begun / np.where(deep, 1.0, from_z)
            if np.any(deep):
                bar, share = (np.where(deep, x, 1.0) for x in (z, stay))
                power = (
                    log_below(k, share * bar) - log_below(k, bar) - k * np.log(share) - (1.0 - share) * bar
                )
                first = np.where(
                    deep, rate * np.exp(np.minimum(power - state.service_rate * t, 700.0)), first
                )
            value = np.where(past, (first - density / from_y) / scale, value)
        if np.any(before):
            ones = k + 1.0
            from_z, from_y = (palm(ones, np.where(before, stay * x, 0.0))[0] for x in (z, y))
            early = (density * y / from_y - begun * np.where(before, z, 0.0) / from_z) / (rate * ones)
            value = np.where(before, early, value)
        return value
