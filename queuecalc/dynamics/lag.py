"""Where the lag of a fluid queue can be largest when its capacity moves, too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from queuecalc.dynamics.cumulative import Cumulative
from queuecalc.load.arrays import FloatArray

__all__ = ["lag_candidates", "largest_by"]

IntArray = npt.NDArray[np.intp]


def lag_candidates(
    entered: Cumulative, capacity: Cumulative, backlogged: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Lags at all instants where the lag can be largest, those instants, and their refined segments.

    `entered` is C + B, the level of cumulative capacity at which the newest message is served; its rate is the inflow
    where there is a backlog. Between the arrivals that are served at a knot of the capacity, the inflow a is linear in
    the arrival time and the capacity c in the service time D, with D' = a / c: the lag can turn only where a = c(D).
    As a^2 = a_s^2 + 2 a' (L - L_s) and c^2 = c_s^2 + 2 c' (L - L_s) on the level L = C + B, that is linear in L.
    """
    knots, m = capacity.knots, backlogged.size
    turns = entered.first(capacity.levels)
    inside = turns < knots[-1]
    points = np.concatenate([knots, turns[inside]])
    levels = np.concatenate([entered.levels, capacity.levels[inside]])
    order = np.lexsort((levels, points))
    points, levels = points[order], levels[order]
    long = np.diff(points) > 0
    start, end, low, high = points[:-1][long], points[1:][long], levels[:-1][long], levels[1:][long]
    segment = np.minimum(np.searchsorted(knots, start, side="right") - 1, m - 1)
    busy = backlogged[segment]
    # A plateau of the capacity is waited for by whoever arrives after the one it begins with.
    begins = np.where(high > low, capacity.last(low), capacity.first(low)) - start
    ends = capacity.first(high) - end

    length = knots[segment + 1] - knots[segment]
    a_slope = (entered.right - entered.left)[segment] / length
    a_start = entered.left[segment] + a_slope * (start - knots[segment])
    at = np.searchsorted(capacity.levels, low, side="right") - 1
    k = np.minimum(at, m - 1)
    c_slope = (capacity.right - capacity.left)[k] / (knots[k + 1] - knots[k])
    c_slope = np.where(at < m, c_slope, 0.0)
    c_left = np.where(at < m, capacity.left[k], capacity.right[-1])
    c_square = c_left**2 + 2.0 * c_slope * (low - capacity.levels[np.minimum(at, m)])
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = (c_square - a_start**2) / (2.0 * (a_slope - c_slope))
        turning = busy & (rise > 0) & (rise < high - low)
        u = 2.0 * rise / (a_start + np.sqrt(np.maximum(a_start**2 + 2.0 * a_slope * rise, 0.0)))
    middle = start[turning] + u[turning]
    inner = capacity.first(low[turning] + rise[turning]) - middle
    lags = np.concatenate(
        [np.where(busy, np.maximum(begins, 0.0), 0.0), np.where(busy, np.maximum(ends, 0.0), 0.0), inner]
    )
    return (
        lags,
        np.concatenate([start, end, middle]),
        np.concatenate([segment, segment, segment[turning]]),
    )


def largest_by(group: IntArray, values: FloatArray, instants: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The largest value of each run of equal groups, and the instant of its first occurrence."""
    begins = np.flatnonzero(np.insert(np.diff(group) != 0, 0, True))
    largest = np.maximum.reduceat(values, begins)
    sizes = np.diff(np.append(begins, group.size))
    first = np.where(values == np.repeat(largest, sizes), np.arange(group.size), group.size)
    return largest, instants[np.minimum.reduceat(first, begins)]
