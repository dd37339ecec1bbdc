"""The fluid queue: exact for piecewise-linear inflow and capacity.

The backlog is B(t) = X(t) - min(0, min_{s <= t} X(s)) with X(t) = B(0) + integral of (inflow - capacity)
(Newell 1982, chapter 2; Harrison 1985, section 2.2). X is quadratic between knots. It is summed afresh in every
busy period, from where the backlog leaves zero, so that a long idle stretch costs no digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from queuecalc.dynamics.path import FluidPath, net_rate
from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import FloatArray

__all__ = ["check_rates", "fluid_path"]

_EPS = float(np.finfo(np.float64).eps)
_CHUNK = 64  # a busy period is summed in chunks of 64, 128, ... segments


def fluid_path(
    knots: npt.ArrayLike,
    inflow_left: npt.ArrayLike,
    inflow_right: npt.ArrayLike,
    capacity_left: npt.ArrayLike,
    capacity_right: npt.ArrayLike | None = None,
    initial: float = 0.0,
) -> FluidPath:
    """The backlog of a buffer in front of a server that works whenever there is work.

    Args:
        knots: t_0 < ... < t_n [s], shape (n + 1,).
        inflow_left: work arriving per second just after the beginning of each segment, shape (n,) or a number;
            linear inside the segment. Work in whatever unit (server-seconds, messages).
        inflow_right: the same just before its end.
        capacity_left: work done per second at most, as the inflow.
        capacity_right: default: as `capacity_left`.
        initial: backlog at t_0.

    Raises:
        InvalidInput: knots that do not rise, a rate or an initial backlog that is negative or not finite.

    >>> path = fluid_path(knots=(0, 10, 20, 30), inflow_left=(1, 3, 0), inflow_right=(1, 3, 0), capacity_left=2)
    >>> path.max_backlog, path.end_backlog, path.max_lag, path.knots.tolist()
    (10.0, 0.0, 5.0, [0.0, 10.0, 20.0, 25.0, 30.0])
    """
    t = np.asarray(knots, dtype=np.float64)
    a0, a1 = check_rates("inflow", t, inflow_left, inflow_right)
    c0, c1 = check_rates(
        "capacity", t, capacity_left, capacity_left if capacity_right is None else capacity_right
    )
    if not (np.isfinite(initial) and initial >= 0):
        raise InvalidInput(f"the initial backlog must be a number >= 0, got {initial!r}")
    walk = _Walk(t, net_rate(a0, c0), net_rate(a1, c1), a0 + c0 + a1 + c1, float(initial))
    walk.run()
    return _assemble(walk, a0, a1, c0, c1)


def check_rates(
    name: str, knots: FloatArray, left: npt.ArrayLike, right: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Rates per segment as arrays of shape (n,), or a message that names the first fault."""
    if knots.ndim != 1 or knots.size < 2 or not np.isfinite(knots).all() or not (np.diff(knots) > 0).all():
        raise InvalidInput(
            "the knots of a fluid queue must be at least two finite, strictly rising times [s]"
        )
    n = knots.size - 1
    rates = []
    for side, values in (("left", left), ("right", right)):
        try:
            rate = np.broadcast_to(np.asarray(values, dtype=np.float64), (n,))
        except ValueError:
            raise InvalidInput(
                f"{name}_{side} needs one number per segment ({n}) or one for all, "
                f"got shape {np.shape(np.asarray(values))}"
            ) from None
        bad = ~(np.isfinite(rate) & (rate >= 0))
        if bad.any():
            at = int(bad.argmax())
            raise InvalidInput(f"{name}_{side}[{at}] must be finite and >= 0, got {rate[at]}")
        rates.append(rate)
    return rates[0], rates[1]


@dataclass(slots=True)
class _Walk:
    """One pass along the segments, from busy period to busy period."""

    t: FloatArray
    r0: FloatArray  # net rate at the beginning of each segment
    r1: FloatArray  # ... and at its end
    gross: FloatArray  # inflow + capacity, both ends: the scale of rounding
    initial: float
    backlog: FloatArray = field(init=False)  # at the knots
    busy: npt.NDArray[np.bool_] = field(init=False)  # just after each knot
    events: list[tuple[int, float, bool]] = field(default_factory=list)  # segment, instant, busy afterwards

    def run(self) -> None:
        """Fill backlog, busy and events."""
        n = self.r0.size
        self.backlog = np.zeros(n + 1)
        self.busy = np.zeros(n, dtype=np.bool_)
        self.backlog[0] = self.initial
        starts = np.flatnonzero(np.maximum(self.r0, self.r1) > 0)
        k = 0
        if self.initial > 0:
            k = self._drain(0)
        while k < n:
            position = int(np.searchsorted(starts, k))
            if position == starts.size:
                return
            k = self._rise(int(starts[position]))

    def _rise(self, k: int) -> int:
        """A busy period that begins in segment k; returns the first segment that is empty at its beginning."""
        r0, r1 = float(self.r0[k]), float(self.r1[k])
        if r0 >= 0:
            return self._drain(k)
        length = float(self.t[k + 1] - self.t[k])
        instant = float(self.t[k]) + length * (r0 / (r0 - r1))
        if instant >= self.t[k + 1]:
            return k + 1
        if instant <= self.t[k]:
            self.busy[k] = True
        else:
            self.events.append((k, instant, True))
        self.backlog[k + 1] = 0.5 * r1 * (float(self.t[k + 1]) - instant)
        return self._drain(k + 1) if k + 1 < self.r0.size else k + 1

    def _drain(self, k: int) -> int:
        """Sum from knot k, where the backlog is positive or about to be, until it is gone."""
        n, size = self.r0.size, _CHUNK
        scale = float(self.backlog[k])
        while k < n:
            part = slice(k, min(k + size, n))
            h, r0, r1 = np.diff(self.t[k : part.stop + 1]), self.r0[part], self.r1[part]
            ends = self.backlog[k] + np.cumsum(0.5 * h * (r0 + r1))
            starts = np.concatenate([self.backlog[k : k + 1], ends[:-1]])
            zero = 16.0 * _EPS * (scale + np.cumsum(0.5 * h * self.gross[part]))
            dips = (r0 < 0) & (r1 > 0)
            gone = ends <= zero
            if dips.any():
                lowest = starts[dips] + 0.5 * h[dips] * r0[dips] * (r0[dips] / (r0[dips] - r1[dips]))
                gone[dips] = lowest <= zero[dips]
            found = int(gone.argmax())
            if not gone[found]:
                self.backlog[k + 1 : part.stop + 1] = ends
                self.busy[part] = True
                scale = float(zero[-1]) / (16.0 * _EPS)
                k, size = part.stop, 2 * size
                continue
            self.backlog[k + 1 : k + found + 1] = ends[:found]
            self.busy[k : k + found + 1] = True
            return self._empty(k + found, float(zero[found]))
        return n

    def _empty(self, k: int, zero: float) -> int:
        """The backlog of segment k comes to zero in it; returns the first segment that is empty at its beginning."""
        r0, r1, level = float(self.r0[k]), float(self.r1[k]), float(self.backlog[k])
        start, end = float(self.t[k]), float(self.t[k + 1])
        length = end - start
        dips = r0 < 0 < r1
        if not dips and level + 0.5 * length * (r0 + r1) >= -zero:
            return k + 1  # zero at the knot, to rounding
        slope = (r1 - r0) / length
        root = np.sqrt(max(r0 * r0 - 2.0 * slope * level, 0.0))
        gone = start + (float((r0 + root) / -slope) if r0 > 0 else float(2.0 * level / (root - r0)))
        if gone <= start:
            self.backlog[k] = 0.0
            self.busy[k] = False
        rises = start + length * (r0 / (r0 - r1)) if dips else end
        if start < gone < min(rises, end):
            self.events.append((k, gone, False))
        elif dips and start < gone:
            self.events.append((k, rises, True))  # it touches zero and rises again at once
            self.backlog[k + 1] = 0.5 * r1 * (end - rises)
            return self._drain(k + 1) if k + 1 < self.r0.size else k + 1
        return self._rise(k) if dips else k + 1


def _assemble(walk: _Walk, a0: FloatArray, a1: FloatArray, c0: FloatArray, c1: FloatArray) -> FluidPath:
    """Knots, rates and backlogs with the instants at which the backlog starts or ends put in."""
    t, n = walk.t, walk.r0.size
    where = np.array([segment for segment, _, _ in walk.events], dtype=np.intp)
    instants = np.array([instant for _, instant, _ in walk.events], dtype=np.float64)
    after = np.array([busy for _, _, busy in walk.events], dtype=np.bool_)
    knots = np.insert(t, where + 1, instants)
    slot = np.insert(np.arange(n), where + 1, where)
    backlogged = np.insert(walk.busy, where + 1, after)
    backlog = np.insert(walk.backlog, where + 1, 0.0)
    length = np.diff(t)[slot]
    from_share = (knots[:-1] - t[slot]) / length
    to_share = (knots[1:] - t[slot]) / length
    to_share[np.append(slot[1:] != slot[:-1], True)] = 1.0
    from_share[np.insert(slot[1:] != slot[:-1], 0, True)] = 0.0

    def cut(left: FloatArray, right: FloatArray, share: FloatArray) -> FloatArray:
        # A convex sum: ends are hit exactly, constants stay constant.
        low, high = left[slot], right[slot]
        return np.where(low == high, low, (1.0 - share) * low + share * high)

    return FluidPath(
        knots=knots,
        inflow_left=cut(a0, a1, from_share),
        inflow_right=cut(a0, a1, to_share),
        capacity_left=cut(c0, c1, from_share),
        capacity_right=cut(c0, c1, to_share),
        backlog=backlog,
        backlogged=backlogged,
        slot=slot,
    )
