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

from queuecalc.station.poisson_average import poisson_average

__all__ = ["Tagged"]

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
        nothing, endless = np.zeros(shape), self._end(x)
        values = []
        for which in (0, 1):

            def left(n: Any, which: int = which) -> Any:
                return self._after(n, which)

            def lost(n: Any, which: int = which) -> Any:
                return self._after(n, which) - self._after(n + 1.0, which)

            values.append(np.minimum(poisson_average(x, left, nothing, endless), 1.0))
            values.append(self.clock * np.maximum(poisson_average(x, lost, nothing, endless), 0.0))
        return values[0], values[1], values[2], values[3]

    def _after(self, n: Any, which: int) -> Any:
        """P(still waiting, or still there, after n ticks) for n of shape (m, 1, ...)."""
        index = np.asarray(n).ravel().astype(np.int64)
        while len(self._left) <= index[-1] and not self._gone():
            self._tick()
        last = len(self._left) - 1
        rows = np.stack([self._left[min(int(i), last)][which] for i in index])
        rows = np.where((index > last).reshape(-1, *(1,) * (rows.ndim - 1)), 0.0, rows)
        rank = np.ndim(n) - 1
        return rows.reshape(len(index), *(1,) * (rank - (rows.ndim - 1)), *rows.shape[1:])

    def _end(self, x: Any) -> float:
        """The tick after which nothing is left, if it is among those that an average over x needs."""
        needed = float(np.max(x + 12.0 * np.sqrt(x) + 42.0, initial=42.0))
        while len(self._left) <= needed and not self._gone():
            self._tick()
        return float(len(self._left)) if self._gone() else np.inf

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
