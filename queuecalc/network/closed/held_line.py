"""The line in front of servers that are held: Poisson arrivals, N of whom at most are let in.

While n visits are inside, they end at the rate X(min(n, N)) of a closed population (`population.py`), so the number
inside and in line is a birth-and-death process with

    p(n + 1) / p(n) = lambda / X(min(n + 1, N)),

geometric from N on (Avi-Itzhak & Heyman 1973; Chandy, Herzog & Woo 1975: exact where the population is of product
form and holds when its size changes). Who finds n < N is held as one of n + 1; who finds N waits, and is held as one
of N: so the wait in line and what is found at the callees are long together, and by Little's law the mean is that of
the process, whatever the laws.

The wait of who waits is that of M/G/c with a service as long as the servers are held on average when all are, and
with the variability of the stream of ends: c_d^2 = sum_j e_j^2 c_j^2, where e_j = -d ln X(N) / d ln D_j tells how much
a longer time D_j at j slows the whole, and c_j^2 is the SCV of the whole time of a cycle there. With nobody waiting for
callees that is the service law itself; with all of them at one callee it is the variability of that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.population import Population
from queuecalc.station import Waiting

__all__ = ["HeldLine"]

_FULL = 1e-12
"""Relative: a load this close to what all servers together end has no steady state."""

_STEPS = 200


@dataclass(frozen=True, eq=False)
class HeldLine:
    """The line, elementwise over arrival rates.

    Attributes:
        rate: lambda [1/s], shape (instants,).
        servers: N.
        population: those who are held, at sizes up to N (or up to `sources`, if these are fewer).
        alone: the law of a cycle in which nobody waits.
        scv: of the whole time at the own service and at each stop, in this order.
        max_queue: waiting places; None for no bound.
        sources: so many arrivals at most can be there at once, inside and in line; None for no bound. They come so
            often that as many are let in as come.
    """

    rate: FloatArray
    servers: int
    population: Population
    alone: Law
    scv: tuple[Any, ...]
    max_queue: int | None = None
    sources: int | None = None

    # -- how many there are

    @cached_property
    def _most(self) -> int:
        """The largest number of visits inside."""
        return self.servers if self.sources is None else min(self.servers, self.sources)

    @cached_property
    def _places(self) -> float:
        """Waiting places."""
        places = np.inf if self.max_queue is None else float(self.max_queue)
        return places if self.sources is None else min(places, float(max(self.sources - self.servers, 0)))

    @cached_property
    def _log_rates(self) -> Any:
        """ln X(n) at n = 1 ... most, shape (most, batch)."""
        sizes, cycle = self.population.sizes, np.maximum(self.population.cycle, 1e-300)
        n = np.arange(1.0, self._most + 1.0)
        if sizes.size == n.size:
            return np.log(n)[:, None] - np.log(cycle)
        above = np.clip(np.searchsorted(sizes, n), 1, sizes.size - 1)
        share = ((n - sizes[above - 1]) / (sizes[above] - sizes[above - 1]))[:, None]
        return np.log(n)[:, None] - np.log((1.0 - share) * cycle[above - 1] + share * cycle[above])

    @cached_property
    def capacity(self) -> Any:
        """X(N): so many visits a second end while all servers are held."""
        return np.exp(self._log_rates[-1])

    @cached_property
    def stable(self) -> Any:
        """Whether there is a steady state: lambda < X(N), or a bound."""
        if self.max_queue is not None:
            return np.ones(self.rate.shape, dtype=bool)
        return self.rate < self.capacity * (1.0 - _FULL)

    @cached_property
    def _log_offered(self) -> Any:
        """ln lambda, raised where sources are few until as many are let in as come."""
        rate = np.where(self.stable, self.rate, 0.0)
        given = np.log(np.maximum(rate, 1e-300))
        if self.sources is None or self.max_queue is not None:
            return given
        low, high = np.zeros_like(given), np.full_like(given, 60.0)
        for _ in range(_STEPS):
            middle = 0.5 * (low + high)
            _, _, blocked = self._numbers(given + middle)
            short = middle + np.log1p(-np.minimum(blocked, 1.0 - 1e-16)) < 0.0
            low, high = np.where(short, middle, low), np.where(short, high, middle)
            if np.all(high - low <= 1e-13):
                break
        return given + 0.5 * (low + high)

    def _numbers(self, log_rate: Any) -> tuple[Any, Any, Any]:
        """P(n there) for n < N, P(N or more, and let in), P(turned away), at instants where there is a steady state."""
        steps = np.cumsum(log_rate - self._log_rates, axis=0)
        logs = np.concatenate([np.zeros((1, *steps.shape[1:])), steps])
        weights = np.exp(logs - logs.max(axis=0))
        ratio = np.exp(np.minimum(log_rate - self._log_rates[-1], 700.0))
        if np.isinf(self._places):
            line = weights[-1] / np.maximum(1.0 - ratio, _FULL)
            away = np.zeros_like(line)
        else:
            down = np.exp(-np.maximum(self._places * np.log(np.maximum(ratio, 1.0)), 0.0))
            away = weights[-1] * np.where(ratio > 1.0, 1.0, np.minimum(ratio, 1.0) ** self._places)
            line = weights[-1] * _geometric(ratio, self._places)
            weights = weights * down
        total = weights[:-1].sum(axis=0) + line + away
        return weights[:-1] / total, line / total, away / total

    @cached_property
    def _found(self) -> tuple[Any, Any, Any]:
        return self._numbers(self._log_offered)

    @cached_property
    def blocked(self) -> FloatArray:
        """P(turned away) for want of a waiting place."""
        return self._found[2] if self.max_queue is not None else np.zeros_like(self.rate)

    @cached_property
    def delay_probability(self) -> FloatArray:
        """P(all servers are held) for those let in; 1 without a steady state."""
        _, line, away = self._found
        return np.where(self.stable, line / (1.0 - np.minimum(away, 1.0 - 1e-16)), 1.0)

    @cached_property
    def shares(self) -> Any:
        """P(held as one of n, at once), by the sizes of the population, shape (sizes, instants)."""
        below, _, away = self._found
        below = np.where(self.stable, below / (1.0 - np.minimum(away, 1.0 - 1e-16)), 0.0)
        sizes = self.population.sizes
        if sizes.size == below.shape[0]:
            return below
        n = np.arange(1.0, below.shape[0] + 1.0)
        above = np.clip(np.searchsorted(sizes, n), 1, sizes.size - 1)
        share = ((n - sizes[above - 1]) / (sizes[above] - sizes[above - 1]))[:, None]
        found = np.zeros((sizes.size, *below.shape[1:]))
        np.add.at(found, above - 1, (1.0 - share) * below)
        np.add.at(found, above, share * below)
        return found

    @cached_property
    def all_shares(self) -> Any:
        """P(held as one of n), those who waited counted at N; they sum to 1."""
        found = np.array(np.broadcast_to(self.shares, (self.population.sizes.size, *self.rate.shape)))
        found[-1] += self.delay_probability
        return found

    @cached_property
    def held_s(self) -> FloatArray:
        """How long a server is held on average."""
        return np.asarray((self.all_shares * self.population.cycle).sum(axis=0))

    @cached_property
    def utilisation(self) -> FloatArray:
        """Held servers / servers, offered where the line is bounded; lambda / X(N) where there is no steady state."""
        held = self.rate * self.held_s / self.servers
        if self.max_queue is not None:
            return np.asarray(held)
        return np.asarray(np.where(self.stable, np.minimum(held, 1.0), self.rate / self.capacity))

    # -- the wait in line

    @cached_property
    def _longer(self) -> Any:
        """How much longer servers are held when all are than when nobody waits for callees."""
        return self.population.cycle[-1] / np.maximum(self.alone.mean, 1e-300)

    @cached_property
    def _uneven(self) -> Any:
        """The wait in units of that with the service law `alone`: (1 + c_d^2) / (1 + c_s^2)."""
        alone = np.asarray(self.alone.scv)
        at_stops = (stop.visits * stop.service_s for stop in self.population.stops)
        parts = [self.population.own_s, *at_stops]
        total = sum(np.asarray(part) for part in parts)
        plain = sum((part / total) ** 2 * scv for part, scv in zip(parts, self.scv, strict=True))
        slowed = sum(weight**2 * scv for weight, scv in zip(self.population.weights, self.scv, strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.where(plain > 0.0, alone * slowed / np.where(plain > 0.0, plain, 1.0), slowed)
            return np.where(np.isfinite(alone), (1.0 + ends) / (1.0 + alone), 1.0)

    @cached_property
    def _line(self) -> Waiting:
        rate = np.where(self.stable, self.rate, 0.0) * self._longer
        places = None if np.isinf(self._places) else np.full(self.rate.shape, self._places)
        return Waiting.of_checked(rate, self.alone, np.full(self.rate.shape, float(self.servers)), places)

    @cached_property
    def _scale(self) -> Any:
        return self._longer * self._uneven

    @cached_property
    def mean(self) -> FloatArray:
        """E[W] in line; inf without a steady state."""
        line = self._line
        delay = np.asarray(line.delay_probability)
        each = np.where(delay > 0.0, np.asarray(line.mean) / np.where(delay > 0.0, delay, 1.0), 0.0)
        return np.where(self.stable, self.delay_probability * each * self._scale, np.inf)

    def delayed(self, s: Any) -> Any:
        """E(exp(-s W) | W > 0)."""
        return self._line.delayed(s * self._scale)[1]

    def exponential_moment(self, theta: Any) -> Any:
        """E exp(theta W); inf where it is not known to be finite, or without a steady state."""
        delay = np.asarray(self._line.delay_probability)
        whole = np.asarray(self._line.exponential_moment(np.asarray(theta) * self._scale))
        with np.errstate(invalid="ignore", divide="ignore"):
            each = np.where(delay > 0.0, 1.0 + (whole - 1.0) / np.where(delay > 0.0, delay, 1.0), 1.0)
            found = 1.0 + self.delay_probability * (each - 1.0)
        return np.where(self.stable & np.isfinite(found), found, np.inf)


def _geometric(ratio: Any, number: float) -> Any:
    """1 + r + ... + r^(number - 1), over r^number where r > 1."""
    near = np.abs(ratio - 1.0) < 1e-9
    apart = np.where(near, 2.0, ratio)
    below, above = np.where(apart < 1.0, apart, 0.5), np.where(apart < 1.0, 2.0, apart)
    found = np.where(
        apart < 1.0, (1.0 - below**number) / (1.0 - below), (1.0 - above**-number) / (above - 1.0)
    )
    return np.where(near, number, found)
