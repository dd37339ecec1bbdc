"""Transforms of the waits of M/M/c+M: by their own quadrature near the origin, by a continued fraction beyond.

With Z(x) the integral of exp(-gap s - y (exp(-s) - 1 + s)) over s >= 0, x = gap + y, the transform of a `Stage` at q is
Z(x + q) / Z(x); x Z(x) = 1 + y Z(x + 1), and far enough to the right the continued fraction of `poisson_ratio` holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.station.impatience import Stage

__all__ = ["complement", "given_up_complement"]

FAR = 4.0
"""Standard deviations from which on the continued fraction serves, as in `poisson_ratio`."""

LEVELS = 200
"""Its levels."""

TURNS = 30.0
"""|q| times the range of the quadrature up to which the quadrature serves."""

LARGE = 1e150
"""Numbers above are scaled down."""

SERIES = 0.05
"""|q| below which the transform of the time to giving up is a power series."""

TERMS = 14


def complement(stage: Stage, q: Any) -> Any:
    """1 - E exp(-q s), elementwise at an array q of the broadcast shape or wider."""
    shape = np.broadcast_shapes(np.shape(q), stage.x.shape)
    argument = np.broadcast_to(q, shape)
    spots, weights = stage.nodes
    near = np.abs(argument) * np.max(spots, axis=0) < TURNS
    value = np.zeros(shape, dtype=np.result_type(argument, np.float64))
    if np.any(near):
        inside = np.where(near, argument, 0.0)
        for spot, weight in zip(spots, weights, strict=True):
            value = value - weight * special.expm1(-inside * spot)
    if np.all(near):
        return value
    z, scale = _integral(stage, np.where(near, 1.0, argument))
    with np.errstate(over="ignore"):
        ratio = z * np.exp(scale + stage.log_hazard)
    return np.where(near, value, 1.0 - ratio)


def _integral(stage: Stage, q: Any) -> tuple[Any, Any]:
    """Z(x + q) as (number, logarithm of its scale), q complex or real."""
    gap, y = stage.gap + q, np.broadcast_to(stage.y, np.shape(q))
    real = np.asarray(gap).real
    spread = FAR * np.sqrt(np.abs(stage.x + q) + FAR)
    short = np.maximum(spread - real, 0.0)
    steps = np.ceil(np.where(short > 0.0, short + FAR * np.sqrt(short) + FAR, 0.0))
    d = gap + steps
    tail = np.zeros_like(d)
    for j in range(LEVELS, 1, -1):
        tail = j * y / (d + j + tail)
    z = 1.0 / (d + y / (d + 1.0 + tail))
    scale = np.zeros(np.shape(real))
    for step in range(int(np.max(steps, initial=0.0)) - 1, -1, -1):
        active = step < steps
        z = np.where(active, (np.exp(-scale) + y * z) / (stage.x + q + step), z)
        big = np.abs(z) > LARGE
        if np.any(big):
            z, scale = np.where(big, z / LARGE, z), np.where(big, scale + np.log(LARGE), scale)
    return z, scale


def given_up_complement(stage: Stage, q: Any) -> Any:
    """1 - E exp(-q s) of the time to giving up, of who gives up; `stage` is that of who never would."""
    shape = np.broadcast_shapes(np.shape(q), stage.x.shape)
    argument = np.broadcast_to(q, shape)
    h = stage.ratios[1]
    far = 1.0 - complement(stage, 1.0 + argument) / ((1.0 + argument) * h)
    near = np.abs(argument) < SERIES
    if not np.any(near):
        return far
    small = np.where(near, argument, 0.0)
    spots = stage.nodes[0]
    series = np.zeros_like(far)
    for n in range(TERMS, 0, -1):
        series = small * (stage.average(special.gammainc(n + 1.0, spots)) - series)
    return np.where(near, series / h, far)
