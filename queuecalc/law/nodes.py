"""Quadrature nodes and weights for a density on [0, inf) or [0, b], so that E g(T) = sum_j w_j g(x_j).

They must serve g(x) = exp(-s x) for every s with |Im s| <= 9 Re s, which covers Euler's nodes. On the half line x = e^y
by the trapezoidal rule in y with the step 0.023: the strip of analyticity is arctan(Re s / |Im s|) there, and the
error exp(-2 pi strip / step). On a bounded interval, or where the density is not analytic, Gauss-Legendre panels that
are halved around kinks and singular points until they integrate the density as its distribution function says.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["graded", "half_line", "panels"]

STEP = 0.023
TINY = 1e-17
FURTHEST = 500.0
ORDER = 16
"""Nodes a panel."""

DEEPEST = 50
"""Times a panel may be halved."""

MOST = 2000
"""Panels under work; a density of which more are bad is integrated as it is."""

EXACT = 1e-14
NOISE = 1e-11
"""What a panel may miss: of the whole mass, or of its own."""

Function = Callable[[Any], Any]


def half_line(
    pdf: Function, cdf: Function, sf: Function, low: Any, high: Any, moments: tuple[Any, Any]
) -> tuple[Any, Any]:
    """Nodes and weights on [0, inf) for an analytic density.

    Args:
        pdf: density, vectorised.
        cdf: distribution function, vectorised.
        sf: survival function, vectorised.
        low: where to begin, > 0, of the batch shape; the mass below is put into one node there.
        high: a quantile at about 1 - 1e-17, of the batch shape; moved out until the first two moments are complete.
        moments: E[T] and E[T^2] of the batch shape; an infinite second moment is not waited for.

    Returns:
        Locations and weights, shape (n, *batch).
    """
    start = np.log(np.asarray(low, dtype=np.float64))
    end = np.log(np.asarray(high, dtype=np.float64))
    for _ in range(int(FURTHEST)):
        x = np.exp(end)
        left = np.asarray(sf(x))
        open_ = left * x > TINY * np.asarray(moments[0])
        second = np.asarray(moments[1])
        open_ = open_ | (np.isfinite(second) & (left * x * x > TINY * second))
        if not np.any(open_) or np.max(end) > FURTHEST:
            break
        end = np.where(open_, end + 0.5, end)
    count = math.ceil(float(np.max(end - start)) / STEP) + 1
    step = (end - start) / (count - 1)
    y = start + step * np.arange(count).reshape(-1, *(1,) * np.ndim(step))
    x = np.exp(y)
    weights = np.asarray(pdf(x)) * x * step
    # the trapezoid's ends: half the first term belongs to the mass below, which stands in one node
    weights[0] = 0.5 * weights[0] + np.asarray(cdf(x[0]))
    return x, weights


def graded(lowest: float, ratio: float, widest: float) -> Any:
    """Edges on [0, 1]: 0, then growing by `ratio` from `lowest` while narrower than `widest`, then evenly to 1."""
    edges = [0.0, lowest]
    while edges[-1] * (ratio - 1.0) < widest and edges[-1] * ratio < 1.0:
        edges.append(edges[-1] * ratio)
    even = math.ceil((1.0 - edges[-1]) / widest)
    return np.concatenate([edges[:-1], np.linspace(edges[-1], 1.0, even + 1)])


def panels(pdf: Function, cdf: Function, width: Any, edges: Any) -> tuple[Any, Any]:
    """Nodes and weights on [0, width] from Gauss-Legendre panels.

    Args:
        pdf: density, vectorised; may be infinite at single points.
        cdf: distribution function, vectorised.
        width: the upper end, of the batch shape.
        edges: the panels to begin with, fractions of width from 0 to 1.

    Returns:
        Locations and weights, shape (n, *batch).
    """
    unit, share = np.polynomial.legendre.leggauss(ORDER)
    tail = (1,) * np.ndim(width)
    wide = np.asarray(width, dtype=np.float64)
    lower, upper = np.asarray(edges[:-1]), np.asarray(edges[1:])
    done: list[tuple[Any, Any, Any]] = []
    for depth in range(DEEPEST + 1):
        middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
        at = middle + half * unit[:, None]
        x = at.reshape(*at.shape, *tail) * wide
        density = np.asarray(pdf(x))
        weights = np.where(np.isfinite(density), density, 0.0)
        weights = weights * (half * share[:, None]).reshape(*at.shape, *tail) * wide
        mass = np.asarray(cdf(upper.reshape(-1, *tail) * wide)) - np.asarray(
            cdf(lower.reshape(-1, *tail) * wide)
        )
        total = np.sum(weights, axis=0)
        # near the upper end the density is known to the rounding of x only
        allowed = EXACT + mass * (NOISE + 1e-15 / (1.0 - middle).reshape(-1, *tail))
        fine = np.all((np.abs(total - mass) <= allowed).reshape(len(lower), -1), axis=1)
        stuck = (middle <= lower) | (middle >= upper) | (depth == DEEPEST)
        good = fine | stuck | (len(lower) > MOST)
        scale = np.where(total > 0.0, mass / np.where(total > 0.0, total, 1.0), 1.0)
        weights[:, fine] = (weights * scale)[:, fine]
        weights[:, stuck] = mass[stuck] / ORDER  # too narrow for doubles, but as heavy as it should be
        done.append((lower[good], x[:, good], weights[:, good]))
        bad = ~good
        lower, upper = (
            np.stack([lower[bad], middle[bad]], axis=1).ravel(),
            np.stack([middle[bad], upper[bad]], axis=1).ravel(),
        )
        if not bad.any():
            break
    order = np.argsort(np.concatenate([start for start, _, _ in done]), kind="stable")
    x = np.concatenate([points for _, points, _ in done], axis=1)[:, order]
    weights = np.concatenate([heights for _, _, heights in done], axis=1)[:, order]
    flat = (-1, *wide.shape)
    return x.swapaxes(0, 1).reshape(flat), weights.swapaxes(0, 1).reshape(flat)
