"""One customer followed through a single line whose server works at a rate that depends on how many are there.

Its place a (customers ahead) falls by one at each departure, the number b behind it grows by one at each arrival that
is let in; the rate depends on a + b + 1. Looked at when a Poisson clock of rate lambda + max(mu) ticks
(uniformisation), this is a chain over K (K + 1) / 2 states, and every tail an average of positive numbers over a
Poisson number of ticks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.station.poisson_ratio import poisson_weight

__all__ = ["Tagged"]

WIDTH = 12.0
"""Standard deviations, and 40 ticks more, above the mean number of ticks that are counted."""

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
        most = len(self.rates)
        if self._mass is None:
            batch = np.shape(self.arrival_rate)
            self._mass = np.zeros((*batch, most, most))  # customers ahead, customers behind
            self._mass[..., :, 0] = self.found
        else:
            total = np.add.outer(np.arange(most), np.arange(most)) + 1
            inside = total <= most
            clock = np.asarray(self.clock)[..., None, None]
            served = np.where(inside, self.rates[np.minimum(total, most) - 1], 0.0) / clock
            arrived = np.where(total < most, np.asarray(self.arrival_rate)[..., None, None], 0.0) / clock
            mass = self._mass
            stay = mass * np.maximum(1.0 - served - arrived, 0.0)
            gone, come = mass * served, mass * arrived
            stay[..., :-1, :] += gone[..., 1:, :]
            stay[..., :, 1:] += come[..., :, :-1]
            self._mass = stay
        there = self._mass.sum(axis=(-2, -1))
        self._left.append((self._mass[..., 1:, :].sum(axis=(-2, -1)), there))

    def complements(self, s: Any) -> tuple[Any, Any]:
        """(1 - E exp(-s W), 1 - E exp(-s T)), where nothing cancels.

        f = (s + lambda f' + mu f'') / (s + lambda + mu), f' of one more behind, f'' of one fewer ahead, 0 at the end.
        """
        wait, stay = (self._added(s, first, lambda _a, _b: s)[0] for first in (1, 0))
        return wait, stay

    def moments(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """((E[W], E[W^2]), (E[T], E[T^2])): the same recursion at s = 0, from 1 and from twice the first moment."""
        found = []
        for first in (1, 0):
            mean, table = self._added(0.0, first, lambda _a, _b: 1.0)
            double = {place: 2.0 * value for place, value in table.items()}
            square, _ = self._added(0.0, first, lambda a, b, given=double: given[a, b])  # type: ignore[misc]
            found.append((mean, square))
        return found[0], found[1]

    def _added(
        self, s: Any, first: int, start: Callable[[int, int], Any]
    ) -> tuple[Any, dict[tuple[int, int], Any]]:
        """The average over what is found, and f by (ahead, behind); ends when fewer than `first` are ahead."""
        most = len(self.rates)
        lam = np.asarray(self.arrival_rate)
        shape = np.broadcast_shapes(np.shape(s), np.shape(lam))
        zero = np.zeros(shape, dtype=np.result_type(s, np.float64))
        table: dict[tuple[int, int], Any] = {}
        total = zero
        for ahead in range(first, most):
            for behind in range(most - ahead - 1, -1, -1):
                n = ahead + behind + 1
                value = start(ahead, behind) + self.rates[n - 1] * table.get((ahead - 1, behind), zero)
                more = lam if n < most else 0.0
                if n < most:
                    value = value + lam * table[ahead, behind + 1]
                table[ahead, behind] = value / (s + self.rates[n - 1] + more)
            total = total + self.found[..., ahead] * table[ahead, 0]
        return total, table


def _aligned(rows: Any, rank: int) -> Any:
    """Rows of a batch against times of a higher rank."""
    return rows.reshape(len(rows), *(1,) * (rank - (rows.ndim - 1)), *rows.shape[1:])
