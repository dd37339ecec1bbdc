"""One customer followed through a single line whose server works at a rate that depends on how many are there.

Its place a (customers ahead) falls by one at each departure, the number b behind it grows by one at each arrival that
is let in; the rate depends on a + b + 1. Looked at when a Poisson clock of rate lambda + max(mu) ticks
(uniformisation), this is a chain over K (K + 1) / 2 states, and every tail an average of positive numbers over a
Poisson number of ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.station.poisson_ratio import poisson_weight

__all__ = ["Tagged"]

WIDTH = 12.0
"""Standard deviations, and 40 ticks more, above the mean number of ticks that are counted."""

TICKS = 10_000
"""Counted at most."""

WORK = 1e8
"""States times ticks at most, about."""

BLOCK = 512
"""Ticks added up at once."""

NOTHING = 1e-290
"""What is left is taken as nothing below this."""


@dataclass(eq=False)
class Tagged:
    """Arrays of a batch shape; the last axis of `found` counts customers.

    Attributes:
        arrival_rate: lambda, in 1/s.
        rates: mu(1) .. mu(K), in 1/s, of one axis.
        found: probabilities that an accepted customer finds 0 .. K - 1 others.
    """

    arrival_rate: Any
    rates: Any
    found: Any
    _mass: Any = None
    _left: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def clock(self) -> Any:
        """Ticks per second."""
        return self.arrival_rate + np.max(self.rates)

    def is_quick(self, t: Any) -> Any:
        """Whether few enough ticks are counted up to t, elementwise."""
        most, elements = len(self.rates), max(1, np.size(self.arrival_rate))
        x = t * self.clock
        ticks = min(TICKS, WORK / (most * min(most, 100) * elements))
        return x + WIDTH * np.sqrt(x) + 40.0 <= max(ticks, 200.0)

    def tails(self, t: Any) -> tuple[Any, Any, Any, Any]:
        """(P(W > t), its density, P(T > t), its density)."""
        shape = np.broadcast_shapes(np.shape(t), np.shape(self.arrival_rate))
        x = np.broadcast_to(t, shape) * self.clock
        needed = float(np.max(x + WIDTH * np.sqrt(x) + 40.0, initial=40.0))
        while len(self._left) <= needed and not self._gone():
            self._tick()
        values = np.zeros((4, *shape))
        for first in range(0, min(len(self._left), int(needed) + 1), BLOCK):
            rows = np.array(self._left[first : first + BLOCK + 1])  # tick, wait or stay, batch
            after = np.concatenate([rows[1:], np.zeros_like(rows[:1])])[:BLOCK]
            rows = rows[:BLOCK]
            n = np.arange(first, first + len(rows), dtype=np.float64).reshape(-1, *(1,) * len(shape))
            weight = poisson_weight(n, x)
            for which in (0, 1):
                left, lost = rows[:, which], rows[:, which] - after[:, which]
                values[2 * which] += np.sum(weight * _aligned(left, len(shape)), axis=0)
                values[2 * which + 1] += np.sum(weight * _aligned(lost, len(shape)), axis=0)
        tail, density = np.minimum(values[::2], 1.0), self.clock * np.maximum(values[1::2], 0.0)
        return tail[0], density[0], tail[1], density[1]

    def _gone(self) -> bool:
        return bool(self._left) and float(np.max(self._left[-1][1])) < NOTHING

    def _tick(self) -> None:
        """One more row of what is left; after n ticks at most n customers are behind."""
        if self._mass is None:
            self._mass = np.array(self.found[..., None])  # customers ahead, customers behind
        else:
            before, (stays, served, arrived) = self._mass, self._chances
            most, width = before.shape[-2:]
            wide = min(width + 1, most)
            after = np.zeros((*before.shape[:-1], wide))
            after[..., :width] = before * stays[..., :width]
            after[..., :-1, :width] += (before * served[..., :width])[..., 1:, :]
            after[..., 1:] += (before * arrived[..., :width])[..., : wide - 1]
            self._mass = after
        there = self._mass.sum(axis=(-2, -1))
        self._left.append((self._mass[..., 1:, :].sum(axis=(-2, -1)), there))

    @cached_property
    def _chances(self) -> tuple[Any, Any, Any]:
        """Of a tick, that nothing happens, that a service ends, and that a customer comes, by ahead and behind."""
        most = len(self.rates)
        total = np.add.outer(np.arange(most), np.arange(most)) + 1
        clock = np.asarray(self.clock)[..., None, None]
        served = np.where(total <= most, self.rates[np.minimum(total, most) - 1], 0.0) / clock
        arrived = np.where(total < most, np.asarray(self.arrival_rate)[..., None, None], 0.0) / clock
        return np.maximum(1.0 - served - arrived, 0.0), served, arrived

    def complements(self, s: Any) -> tuple[Any, Any]:
        """(1 - E exp(-s W), 1 - E exp(-s T)), where nothing cancels.

        f = (s + lambda f' + mu f'') / (s + lambda + mu), f' of one more behind, f'' of one fewer ahead, 0 at the end.
        """
        wait, stay = (self._added(s, first, (s,))[0] for first in (1, 0))
        return wait, stay

    def moments(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """((E[W], E[W^2]), (E[T], E[T^2])): the same recursion at s = 0, from 1 and from twice the first moment."""
        wait, stay = (self._added(0.0, first, (1.0, None)) for first in (1, 0))
        return (wait[0], wait[1]), (stay[0], stay[1])

    def _added(self, s: Any, first: int, starts: tuple[Any, ...]) -> list[Any]:
        """Averages of f over what is found, of each start (None: twice the f before); over when `first` are not ahead.

        f of (ahead, behind) needs f of one fewer ahead and of one more behind: all states with the same difference
        ahead - behind are done at once, from those of the difference below.
        """
        most = len(self.rates)
        lam = np.asarray(self.arrival_rate)
        shape = np.broadcast_shapes(np.shape(s), np.shape(lam))
        kind = np.result_type(s, np.float64)
        fronts = [np.zeros((most + 1, *shape), dtype=kind) for _ in starts]  # by ahead + 1
        totals = [np.zeros(shape, dtype=kind) for _ in starts]
        for difference in range(2 * first - most + 1, most):
            low, high = max(first, difference), (most - 1 + difference) // 2 + 1
            n = 2 * np.arange(low, high) - difference + 1
            column = n.reshape(-1, *(1,) * len(shape))
            rate, more = self.rates[column - 1], np.where(column < most, lam, 0.0)
            known: Any = None
            for i, (start, front) in enumerate(zip(starts, fronts, strict=True)):
                given = 2.0 * known if start is None else start
                ahead = front[low + 1 : high + 1]
                known = (given + rate * front[low:high] + more * ahead) / (s + rate + more)
                front[low + 1 : high + 1] = known
                if difference >= first:
                    totals[i] += self.found[..., difference] * known[0]
        return totals


def _aligned(rows: Any, rank: int) -> Any:
    """Rows of a batch against times of a higher rank."""
    return rows.reshape(len(rows), *(1,) * (rank - (rows.ndim - 1)), *rows.shape[1:])
