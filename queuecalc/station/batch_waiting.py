"""The wait behind arrivals that come several at once, one line before c servers: M^X/G/c.

State probabilities pi_k of M^X/M/c follow from cuts between k - 1 and k, a sum of positive terms (Chaudhry &
Templeton 1983, A First Course in Bulk Queues, chapter 3): lambda sum_{j < k} pi_j P(X >= k - j) = min(k, c) mu pi_k.
Seen from the instant at which all servers become busy, what lies ahead of an arrival that finds them so is

    D*(s) = H(s) (1 - rho) / (1 - rho B*(s)),  H = sum_i h_i R*(s/c) S*(s/c)^i,

a compound-geometric sum as in M/G/1 with service S / c: B the equilibrium excess of a batch of services, R that of one,
h_i the chance that i of the batch that filled the servers were left over. Exact for exponential services, and for one
server; otherwise the mean of D is stretched as Kimura's factor stretches that of single arrivals (`multiserver.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.station.waiting import Waiting

__all__ = ["BatchWaiting"]

_RESIDUAL_OF_BUSY, _RESIDUAL_OF_FREE = 0.4, 0.6
"""Shares of residual services when the last begins, where all servers were busy and where some were free."""


class BatchWaiting(Waiting):
    """The wait of a customer who comes alone, and of those who come together; every batch sees the same.

    Attributes:
        sizes: P(X = 1), P(X = 2), ... of a batch along the first axis, further axes as the batch shape.
    """

    sizes: Any

    @classmethod
    def of_sizes(cls, arrival_rate: Any, service: Law, servers: Any, sizes: Any) -> BatchWaiting:
        """From arguments that are known to be right; `arrival_rate` counts customers, not batches."""
        made = cls.of_checked(arrival_rate, service, servers)
        object.__setattr__(made, "sizes", np.asarray(sizes, dtype=np.float64))
        return made  # type: ignore[return-value]

    # -- what is computed once

    @cached_property
    def _beyond(self) -> Any:
        """P(X >= m), m = 1, 2, ..., first axis m, the others those of the batch shape."""
        chances = self.sizes.reshape(
            self.sizes.shape[0], *(1,) * (len(self.shape) - self.sizes.ndim + 1), *self.sizes.shape[1:]
        )
        return np.cumsum(chances[::-1], axis=0)[::-1]

    @cached_property
    def _mean_size(self) -> Any:
        return self._beyond.sum(axis=0)

    @cached_property
    def _states(self) -> tuple[Any, Any, Any]:
        """(all busy; m servers free, m = 1 ... N, N for as many or more; left over i = 0 ... N - 1, given all busy)."""
        load, most = self.load, self._beyond.shape[0]
        busy = np.ones(self.shape)
        free, left = np.zeros((most, *self.shape)), np.zeros((most, *self.shape))
        left[0] = 1.0
        servers = np.broadcast_to(np.asarray(load.servers, dtype=np.float64), self.shape)
        for count in np.unique(servers):
            here = (servers == count) & self.steady
            if np.any(here):
                busy[here], free[:, here], left[:, here] = self._at_servers(int(count), here)
        return busy, free, left

    def _at_servers(self, count: int, here: Any) -> tuple[Any, Any, Any]:
        offered = np.broadcast_to(self.load.offered, self.shape)[here]
        slack = np.broadcast_to(self.load.slack, self.shape)[here]
        size = np.broadcast_to(self._mean_size, self.shape)[here]
        beyond = np.broadcast_to(self._beyond, (self._beyond.shape[0], *self.shape))[:, here]
        most = beyond.shape[0]
        last = np.zeros((most, offered.size))  # pi of the newest states, the newest first
        last[0] = 1.0
        below = np.ones(offered.size)  # all of them up to now
        each = offered / size
        for k in range(1, count):
            fresh = each * (beyond * last).sum(axis=0) / k
            last = np.concatenate([fresh[None], last[:-1]])
            below = below + fresh
            large = np.where(below > 1e200, 1e-200, 1.0)
            last, below = last * large, below * large
        over = np.stack([(beyond[i:] * last[: most - i]).sum(axis=0) for i in range(most)])
        busy = each * over.sum(axis=0) / (count * slack)
        total = busy + below
        free = np.zeros((most, offered.size))
        free[:-1] = last[: most - 1] / total
        free[-1] = np.maximum((below - last[: most - 1].sum(axis=0)) / total, 0.0)
        share = over.sum(axis=0)
        left = np.where(share > 0.0, over / np.where(share > 0.0, share, 1.0), 0.0)
        left[0] = np.where(share > 0.0, left[0], 1.0)
        return np.where(offered > 0.0, busy / total, 0.0), free, left

    @cached_property
    def delay_probability(self) -> Real:
        """P(all servers are busy), what every batch finds; 1 without a steady state."""
        return released(np.where(self.steady, self._states[0], 1.0))

    @cached_property
    def _stretch(self) -> Any:
        """Kimura's mean over that of M/G/1 at S / c; 1 where there is nothing to stretch."""
        scv = np.asarray(1.0 if self._exponential else self.service.scv)
        factor = np.asarray(self.correction.factor)
        return np.where(
            np.isfinite(factor) & ~self._one, 2.0 * factor / (1.0 + np.where(np.isfinite(scv), scv, 1.0)), 1.0
        )

    @property
    def _one(self) -> Any:
        return np.asarray(self.load.servers) == 1.0

    @cached_property
    def mean(self) -> Real:
        """E[W] of one who comes alone, in seconds; inf without a steady state."""
        busy, _, left = self._states
        each = np.asarray(self.service.mean) / np.asarray(self.load.servers)
        residual = 0.5 * (1.0 + np.asarray(1.0 if self._exponential else self.service.scv)) * each
        ahead = (
            residual
            + (np.arange(left.shape[0]).reshape(-1, *(1,) * len(self.shape)) * left).sum(axis=0) * each
        )
        place = np.arange(self._beyond.shape[0]).reshape(-1, *(1,) * len(self.shape))
        in_batch = residual + (place * self._beyond).sum(axis=0) / self._mean_size * each
        slack = np.where(self.steady, self.load.slack, 1.0)
        delayed = (ahead + self.load.utilisation * in_batch / slack) * self._stretch
        with np.errstate(invalid="ignore"):
            mean = np.where(busy > 0.0, busy * delayed, 0.0)
        return released(np.where(self.steady, mean, np.inf))

    # -- transforms

    def delayed(self, s: Any) -> tuple[Any, Any]:
        """(1 - D, D): the time until the first of a batch begins, where all servers are busy.

        Meaningless without a steady state.
        """
        _, _, left = self._states
        at = s * self._stretch / self._each
        x, each = self.service.excess_complement(at), self.service.lst_complement(at)
        in_batch, ahead, power = 0.0, 0.0, 1.0
        gone: Any = 0.0  # 1 - S*^i
        for i in range(left.shape[0]):
            shortfall = x + (1.0 - x) * gone
            in_batch = in_batch + self._beyond[i] / self._mean_size * shortfall
            ahead = ahead + left[i] * shortfall
            gone, power = gone + power * each, power * (1.0 - each)
        slack = np.where(self.steady, self.load.slack, 1.0)
        y = slack + self.load.utilisation * in_batch
        value = (1.0 - ahead) * slack / y
        return (self.load.utilisation * in_batch + ahead * slack) / y, value

    def _lst(self, s: Any) -> Any:
        delay = np.asarray(self.delay_probability)
        values = 1.0 - delay * self.delayed(s)[0]
        return values if np.all(self.steady) else np.where(self.steady, values, 0.0)

    def exponential_moment(self, theta: Any) -> Any:
        """E exp(theta W) for theta >= 0, elementwise; inf at and beyond the first pole, or without a steady state."""
        s = -np.asarray(theta, dtype=np.float64)
        with np.errstate(all="ignore"):
            left, value = self.delayed(s)
            regular = self.steady & np.isfinite(value) & (value > 0.0) & (left <= 0.0)
            moment = 1.0 - np.asarray(self.delay_probability) * left
        return np.where(regular, moment, np.inf)

    def last(
        self, number: int, s: Any, gap: Callable[[int, Any], Any], end: Callable[[int, int], Any]
    ) -> Any:
        """E exp(-s T), T until the last of `number` who come together is done; 0 without a steady state.

        T is the wait of the first; then, while some have not begun, so many services at the speed of c servers; then
        the longest of the b services under way when the last one begins. For exponential services, and for one server,
        that is exact: b is a Markov chain. For other services the b - 1 that began before are mixed from fresh ones
        and residual ones, in shares fitted to simulations (SCV 0.25 and 4, 2 to 8 servers, 2 to 10 at once).

        Args:
            number: n >= 1.
            s: complex, against the batch shape.
            gap: k, z -> transform at z of the first k services of the batch.
            end: (k, l) -> transform at s of the longest of the last k times from begin to end, and l residual ones
                before them.
        """
        busy, free, _ = self._states
        ends: dict[tuple[int, int], Any] = {}

        def ended(fresh: int, under_way: int) -> Any:
            if (fresh, under_way) not in ends:
                ends[fresh, under_way] = end(fresh, under_way)
            return ends[fresh, under_way]

        most = min(number, free.shape[0])
        value: Any = 0.0
        for m in range(most + 1):
            weight = busy if m == 0 else free[m - 1] if m < most else free[m - 1 :].sum(axis=0)
            if not np.any(weight > 0.0):
                continue
            waiting = number - m
            part = weight * (self._ended(m, waiting, ended) if waiting else ended(number, 0))
            if m == 0:
                part = part * self.delayed(s)[1]
            if waiting > (m == 0):
                part = part * gap(waiting - (m == 0), s / self._each)
            value = value + part
        return np.where(self.steady, value, 0.0)

    def _ended(self, start: int, waiting: int, ended: Callable[[int, int], Any]) -> Any:
        """The transform of the longest service under way when the last of a batch begins."""
        servers = np.asarray(self.load.servers)
        share = _RESIDUAL_OF_BUSY if start == 0 else _RESIDUAL_OF_FREE * waiting / (waiting + servers)
        total: Any = 0.0
        for b, chance in enumerate(_in_service(start, waiting, servers)):
            if np.any(chance > 0.0):
                longest = ended(b, 0)
                if b > 1 and not self._exponential:
                    longest = longest + share * (ended(1, b - 1) - longest)
                total = total + chance * longest
        return total


def _in_service(start: int, waiting: int, servers: Any) -> Any:
    """P(b of a batch are in service as its last begins), b = 0 ... start + waiting, against the servers.

    At each departure it is one of the b of c who leaves, and one of the batch who begins.
    """
    chance = np.zeros((start + waiting + 1, *np.shape(servers)))
    chance[start] = 1.0
    b = np.arange(start + waiting + 1).reshape(-1, *(1,) * np.ndim(servers))
    for _ in range(waiting):
        same = np.minimum(b / servers, 1.0)
        rise = chance * (1.0 - same)
        chance = chance * same
        chance[1:] += rise[:-1]
    return chance
