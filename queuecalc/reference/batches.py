"""One line before c servers to which some customers come together: M^X/G/c.

The chances of k < c customers follow from the cuts of M^X/M/c (Chaudhry & Templeton 1983, A First Course in Bulk
Queues, chapter 3), with beta batches per second, X their size, a the offered load:

    beta sum_{j < k} p_j P(X >= k - j) = k mu p_k,
    P(all busy) (c - a) = beta / mu sum_{j < c} p_j E[(X - c + j + 1)+].

While all servers are busy, what is ahead of the first of a batch is a compound-geometric sum of services S / c,

    D(s) = H(s) (1 - rho) / (1 - rho B(s)),
    B(s) = R(s/c) sum_i P(X > i) / E[X] S(s/c)^i,  H(s) = R(s/c) sum_i h_i S(s/c)^i,

R the excess of S, h_i proportional to sum_{j < c} p_j P(X >= c - j + i). For general services and c > 1 time is
stretched to the mean of Kimura 1986, eq. (10).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

__all__ = ["Batches"]

_RESIDUAL_OF_BUSY, _RESIDUAL_OF_FREE = 0.4, 0.6
"""Of services that began earlier than the last of a batch, so many are residual ones: fitted to simulations."""


@dataclass(frozen=True, eq=False)
class Batches:
    """The line, at some instants; there is a steady state at all of them.

    Attributes:
        rate: customers per second, shape (instants,).
        sizes: P(X = 1), P(X = 2), ...
        service: E exp(-s S) at s of shape (points, 1).
        mean, scv: of the service; exponential: whether it is one exponential time.
        servers: c.
    """

    rate: Any
    sizes: tuple[float, ...]
    service: Callable[[Any], Any]
    mean: Any
    scv: Any
    exponential: bool
    servers: int

    @property
    def _utilisation(self) -> Any:
        return self.rate * self.mean / self.servers

    @cached_property
    def _at_least(self) -> list[float]:
        """P(X >= m), m = 0, 1, 2, ..."""
        return [1.0, *(math.fsum(self.sizes[m:]) for m in range(len(self.sizes)))]

    @cached_property
    def _mean_size(self) -> float:
        return math.fsum(self._at_least[1:])

    @cached_property
    def _states(self) -> tuple[Any, list[Any], list[Any]]:
        """P(all busy), P(m servers free) for m = 0, 1, ..., and h_0, h_1, ..."""
        c, most = self.servers, len(self.sizes)
        each = self.rate * self.mean / self._mean_size
        chances = [np.ones_like(self.rate)]
        for k in range(1, c):
            first = max(0, k - most)
            some = sum((chances[j] * self._at_least[k - j] for j in range(first, k)), 0.0)
            chances.append(each * some / k)
            largest = np.maximum(chances[-1], 1.0)
            chances = [chance / largest for chance in chances]
        left = [
            sum((chances[j] * self._at_least[c - j + i] for j in range(max(0, c - most + i), c)), 0.0)
            for i in range(most)
        ]
        total_left = sum(left, 0.0)
        busy = each * total_left / (c - self.rate * self.mean)
        total = busy + sum(chances, 0.0)
        some = np.where(total_left > 0.0, total_left, 1.0)
        shares = [np.where(total_left > 0.0, one / some, float(i == 0)) for i, one in enumerate(left)]
        free = [np.zeros_like(self.rate), *(chances[c - m] / total for m in range(1, c + 1))]
        return busy / total, free, shares

    @property
    def busy(self) -> Any:
        """P(all servers are busy), as every batch finds them."""
        return self._states[0]

    @cached_property
    def _stretch(self) -> Any:
        """Kimura's mean over that of M/G/1 at S / c."""
        c, rho = self.servers, np.maximum(self._utilisation, 1e-300)
        if self.exponential or c == 1:
            return np.ones_like(rho)
        f = (1.0 - rho) * (c - 1.0) * (math.sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * rho * c)
        g = -f * np.expm1(-(c - 1.0) / (c + 1.0) / f)
        return (1.0 + g) / (1.0 + self.scv * g)

    def first(self, s: Any) -> Any:
        """D(s): the wait of the first of a batch that finds all servers busy."""
        at = s * self._stretch / self.servers
        one = self.service(at)
        excess = (1.0 - one) / (at * self.mean)
        more = sum((self._at_least[i + 1] * one**i for i in range(len(self.sizes))), 0.0) / self._mean_size
        ahead = sum((share * one**i for i, share in enumerate(self._states[2])), 0.0)
        rho = self._utilisation
        below = 1.0 - rho * excess * more
        value = ahead * excess * (1.0 - rho) / below
        return np.where(below > 0.0, value, np.inf) if np.isrealobj(s) else value

    def wait(self, s: Any) -> Any:
        """E exp(-s W) of one who comes alone."""
        return 1.0 - self.busy + self.busy * self.first(s)

    @cached_property
    def mean_wait(self) -> Any:
        """E[W] of one who comes alone."""
        each = self.mean / self.servers
        residual = 0.5 * (1.0 + self.scv) * each
        ahead = residual + sum((i * share for i, share in enumerate(self._states[2])), 0.0) * each
        more = sum(i * self._at_least[i + 1] for i in range(len(self.sizes))) / self._mean_size
        rho = self._utilisation
        return self.busy * self._stretch * (ahead + rho / (1.0 - rho) * (residual + more * each))

    def last(
        self,
        number: int,
        s: Any,
        services: Callable[[int, Any], Any],
        end: Callable[[int, int], Any],
    ) -> Any:
        """E exp(-s T), T until the last of `number` who come together is done.

        T is the wait of the first of them; then, while some have not begun, so many services at the speed of c
        servers; then the longest of the services under way when the last begins. How many those are is a Markov chain:
        at each departure one of the b of c leaves, and one of the batch begins. That is exact for exponential services
        and for one server; of others, the b - 1 that began before are mixed from fresh ones and residual ones.

        Args:
            number: n >= 1.
            s: shape (points, 1).
            services: k, z -> transform at z of the first k services of the batch.
            end: (k, l) -> transform at s of the longest of the last k services and what is left of the l before them.
        """
        busy, free, _ = self._states
        value: Any = 0.0
        for m in range(min(number, self.servers) + 1):
            fewer = m < min(number, self.servers)
            chance = busy if m == 0 else free[m] if fewer else sum(free[m:], 0.0)
            waiting = number - m
            part = chance * (self._longest_left(m, waiting, end) if waiting else end(number, 0))
            if m == 0:
                part = part * self.first(s)
            begun = waiting - 1 if m == 0 else waiting
            value = value + part * (services(begun, s / self.servers) if begun else 1.0)
        return value

    def _longest_left(self, start: int, waiting: int, end: Callable[[int, int], Any]) -> Any:
        c = self.servers
        chances = {start: 1.0}
        for _ in range(waiting):
            after: dict[int, float] = {}
            for b, chance in chances.items():
                own = min(b / c, 1.0)
                after[b] = after.get(b, 0.0) + chance * own
                after[b + 1] = after.get(b + 1, 0.0) + chance * (1.0 - own)
            chances = {b: chance for b, chance in after.items() if chance > 0.0}
        residual = _RESIDUAL_OF_BUSY if start == 0 else _RESIDUAL_OF_FREE * waiting / (waiting + c)
        total: Any = 0.0
        for b, chance in chances.items():
            longest = end(b, 0)
            if b > 1 and not self.exponential:
                longest = (1.0 - residual) * longest + residual * end(1, b - 1)
            total = total + chance * longest
        return total
