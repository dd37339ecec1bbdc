"""One line in the fluid limit: work comes in, a capacity takes it away, what is left waits in order of arrival."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

__all__ = ["Cumulative", "Line", "fill", "refined"]

_SAMPLES = 16
"""Instants in a busy piece at which the lag is looked at where the capacity is not constant."""


@dataclass(frozen=True)
class Cumulative:
    """The integral of a piecewise-linear rate >= 0 from the first knot; after the last one the rate stays.

    Attributes:
        knots: rising, shape (pieces + 1,); ends: the rate at both ends of each piece, shape (2, pieces).
    """

    knots: Any
    ends: Any

    @cached_property
    def totals(self) -> Any:
        """At the knots."""
        parts = 0.5 * (self.ends[0] + self.ends[1]) * np.diff(self.knots)
        return np.concatenate([[0.0], np.cumsum(parts)])

    def at(self, t: Any) -> Any:
        """The integral up to t."""
        t = np.asarray(t, dtype=np.float64)
        piece = np.clip(np.searchsorted(self.knots, t, side="right") - 1, 0, self.ends.shape[1] - 1)
        inside = np.minimum(t, self.knots[-1]) - self.knots[piece]
        slope = (self.ends[1][piece] - self.ends[0][piece]) / np.diff(self.knots)[piece]
        after = np.maximum(t - self.knots[-1], 0.0) * self.ends[1][-1]
        return self.totals[piece] + inside * (self.ends[0][piece] + 0.5 * slope * inside) + after

    def inverse(self, total: Any) -> Any:
        """The first instant at which the integral reaches `total`; inf if it never does."""
        total = np.asarray(total, dtype=np.float64)
        piece = np.clip(np.searchsorted(self.totals, total, side="left") - 1, 0, self.ends.shape[1] - 1)
        rest = total - self.totals[piece]
        rate = self.ends[0][piece]
        slope = (self.ends[1][piece] - rate) / np.diff(self.knots)[piece]
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt(np.maximum(rate * rate + 2.0 * slope * rest, 0.0))
            step = np.where(rest > 0.0, 2.0 * rest / (rate + root), 0.0)
            beyond = self.knots[-1] + (total - self.totals[-1]) / self.ends[1][-1]
        inside = np.minimum(self.knots[piece] + step, self.knots[-1])
        return np.where(total > self.totals[-1], beyond, inside)


def fill(knots: Any, net: Any, initial: float) -> tuple[Any, Any, Any]:
    """Backlog of a line, piece by piece: B(t) = X(t) - min(0, min X) with X the integral of `net`.

    Args:
        knots: shape (pieces + 1,).
        net: what comes in less what could go out, at both ends of each piece, shape (2, pieces).
        initial: backlog at the first knot.

    Returns:
        (knots, backlog at the knots, whether each piece is busy), on knots that include every instant at which the
        net rate changes its sign or the backlog ends.
    """
    times, levels, busy = [float(knots[0])], [float(initial)], []

    def run(until: float, left: float, right: float) -> None:
        """One piece in which the net rate does not change its sign."""
        level, start = levels[-1], times[-1]
        length = until - start
        if length <= 0.0:
            return
        if level <= 0.0 and left + right <= 0.0:
            level = 0.0
            busy.append(False)
        else:
            after = level + 0.5 * (left + right) * length
            if after <= 0.0:
                # level + left t + slope t^2 / 2 = 0, the smaller root in its stable form
                slope = (right - left) / length
                empty = 2.0 * level / (-left + math.sqrt(max(left * left - 2.0 * slope * level, 0.0)))
                if 0.0 < empty < length:
                    busy.append(True)
                    times.append(start + empty)
                    levels.append(0.0)
                    busy.append(False)
                else:
                    busy.append(level > 0.0)
                level = 0.0
            else:
                busy.append(True)
                level = after
        times.append(until)
        levels.append(level)

    for start, end, left, right in zip(
        knots[:-1].tolist(), knots[1:].tolist(), net[0].tolist(), net[1].tolist(), strict=True
    ):
        if left * right < 0.0:
            turn = start + (end - start) * left / (left - right)
            run(turn, left, 0.0)
            run(end, 0.0, right)
        else:
            run(end, left, right)
    return np.array(times), np.array(levels), np.array(busy, dtype=bool)


@dataclass(frozen=True)
class Line:
    """A first-come first-served fluid line on knots between which it is busy, or idle, all the time.

    Attributes:
        knots: shape (pieces + 1,); backlog: at the knots, in server-seconds; busy: by piece.
        inflow: work that comes, capacity: work that could go, at both ends of each piece, shape (2, pieces).
    """

    knots: Any
    backlog: Any
    busy: Any
    inflow: Any
    capacity: Any

    @classmethod
    def of(cls, knots: Any, inflow: Any, capacity: Any, initial: float = 0.0) -> Line:
        """The line; `inflow` and `capacity` are given on coarser knots."""
        finer, backlog, busy = fill(knots, inflow - capacity, initial)
        return cls(finer, backlog, busy, refined(knots, inflow, finer), refined(knots, capacity, finer))

    @cached_property
    def served_by(self) -> Cumulative:
        """What the capacity could have done."""
        return Cumulative(self.knots, self.capacity)

    @cached_property
    def longest_lag(self) -> float:
        """How long the newest message waits at the worst moment of the curve [s]."""
        if not np.any(self.backlog > 0.0):
            return 0.0
        times, levels = self.knots, self.backlog
        if np.ptp(self.capacity) > 0.0:
            share = (np.arange(_SAMPLES) / _SAMPLES)[:, None]
            start, length = self.knots[:-1], np.diff(self.knots)
            net = self.inflow - self.capacity
            inner = start + share * length
            moved = self.backlog[:-1] + length * share * (net[0] + 0.5 * share * (net[1] - net[0]))
            times = np.append(inner.ravel(), self.knots[-1])
            levels = np.append(np.maximum(moved, 0.0).ravel(), self.backlog[-1])
        waiting = levels > 0.0
        at = times[waiting]
        done = self.served_by.inverse(self.served_by.at(at) + levels[waiting])
        return float(np.max(done - at))

    @property
    def left_over(self) -> float:
        """Backlog at the last knot, in server-seconds."""
        return float(self.backlog[-1])

    @cached_property
    def drain(self) -> float:
        """From the last instant of overload (or the beginning, if there is none) to an empty line [s]."""
        net = self.inflow - self.capacity
        last = float(net[1][-1])
        if last > 0.0:
            return math.inf
        rising = np.flatnonzero((net[0] + net[1] > 0.0) & self.busy)
        since = int(rising[-1]) + 1 if rising.size else 0
        idle = np.flatnonzero(~self.busy[since:])
        start = float(self.knots[since])
        if idle.size:
            return float(self.knots[since + int(idle[0])]) - start
        if self.left_over <= 0.0:
            return float(self.knots[-1]) - start
        return float(self.knots[-1]) - start + self.left_over / -last if last < 0.0 else math.inf


def refined(knots: Any, ends: Any, finer: Any) -> Any:
    """Values at both ends of the pieces of finer knots, of a function that is linear in each piece of `knots`."""
    middle = 0.5 * (finer[:-1] + finer[1:])
    piece = np.clip(np.searchsorted(knots, middle, side="right") - 1, 0, knots.size - 2)
    start, length = knots[piece], np.diff(knots)[piece]
    left = ends[..., 0, piece]
    rise = ends[..., 1, piece] - left
    first, second = (finer[:-1] - start) / length, np.minimum((finer[1:] - start) / length, 1.0)
    return np.stack([left + first * rise, left + second * rise], axis=-2)
