"""Averages over a Poisson number: what uniformisation makes of survival functions.

A sum over all counts that matter has 24 sqrt(x) + 80 terms, x the mean. Only where these are few are they added up one
by one. Else the counts are cut into pieces that double in length away from the points where the terms bend, and each
piece is summed by the Gauss rule of a sum over consecutive whole numbers: 16 terms stand for a polynomial of degree 31.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from queuecalc.station.poisson_ratio import poisson_weight

__all__ = ["piece_rule", "poisson_average"]

WIDTH = 12.0
"""Standard deviations kept on each side of the largest term, and so many terms more: 1e-31 of it is left."""

BESIDE = 40.0

ORDER = 16
"""Terms of a piece; up to so many counts are added up one by one."""

TABLED = 64
"""Pieces of fewer counts have a rule of their own; that of longer ones is a series in 1 / count^2."""

SERIES = 12
"""Coefficients of that series: 1e-16, since it is analytic up to 1 / count^2 = 1 / 15^2."""

BLOCK = 2**16
"""Terms evaluated at once."""


def poisson_average(
    x: Any, values: Callable[[Any], Any], centre: Any, end: Any, bends: Sequence[Any] = ()
) -> Any:
    """sum_n P(X = n) values(n) for X Poisson with mean x, elementwise; positive terms, nothing cancels.

    A thousand terms or two whatever x is, to 1e-13 relative.

    Args:
        x: means >= 0.
        values: n -> a non-increasing sequence in [0, 1], of real n, smooth but for `bends`; n of shape (m, *shape).
        centre: where the terms are largest, at most x.
        end: values(n) = 0 from here on; may be inf.
        bends: counts from which on another smooth function holds.
    """
    x = np.asarray(x, dtype=np.float64)
    edges = _edges(x, np.broadcast_to(centre, x.shape), np.broadcast_to(end, x.shape), bends)
    starts, counts = edges[:-1], np.diff(edges, axis=0)
    kept = np.any(counts > 0.0, axis=tuple(range(1, counts.ndim)))
    starts, counts = starts[kept], counts[kept]
    total = np.zeros(x.shape)
    step = max(1, BLOCK // (ORDER * max(x.size, 1)))
    for first in range(0, len(starts), step):
        start = starts[first : first + step, None]
        offset, weight = piece_rule(counts[first : first + step])
        n = start + offset
        gap = (start - x) + offset
        terms = weight * poisson_weight(n, x, gap)
        flat = (-1, *x.shape)
        total = total + np.sum(terms.reshape(flat) * values(n.reshape(flat)), axis=0)
    return total


def _edges(x: Any, centre: Any, end: Any, bends: Sequence[Any]) -> Any:
    """Whole numbers in rising order, first axis: the pieces lie between them."""
    low = np.floor(np.maximum(centre - WIDTH * np.sqrt(centre) - BESIDE, 0.0))
    high = np.maximum(np.minimum(np.ceil(x + WIDTH * np.sqrt(x) + BESIDE), np.ceil(end)), low)
    width = np.max(high - low, initial=0.0)
    column = (-1, *(1,) * x.ndim)
    if width <= 4.0 * ORDER * ORDER:
        even = low + ORDER * np.arange(np.ceil(width / ORDER) + 1.0).reshape(column)
        return np.minimum(even, high)
    reach = ORDER * 2.0 ** np.arange(np.ceil(np.log2(width / ORDER)) + 1.0).reshape(column)
    points = [np.floor(centre), high, *(np.broadcast_to(np.ceil(bend), x.shape) for bend in bends)]
    edges = [part for point in points for part in (point - reach, point[None], point + reach)]
    return np.sort(np.clip(np.concatenate([low[None], *edges]), low, high), axis=0)


# -- the rule of a piece


def piece_rule(counts: Any) -> tuple[Any, Any]:
    """(offsets, weights), second axis, of sums over 0 .. m - 1 for whole m >= 0 in an array.

    sum_{n < m} f(n) = sum_i w_i f(t_i) for every polynomial f of degree 31, and for every f up to m = 16.

    Source: Gautschi 2004, "Orthogonal Polynomials", section 1.5.2 (discrete Chebyshev), theorem 3.1 (Gauss).
    """
    table, series = _tables()
    m = np.expand_dims(np.asarray(counts, dtype=np.float64), 1)
    few = np.minimum(m[:, 0], TABLED - 1.0).astype(np.int64)
    offset, weight = (np.moveaxis(part[few], -1, 1) for part in table)
    long = m >= TABLED
    if not np.any(long):
        return offset, weight
    size = np.where(long, m, float(TABLED))
    u = 2.0 * (TABLED / size) ** 2 - 1.0
    at, share = (_chebyshev(part, u) for part in series)
    return (
        np.where(long, 0.5 * (size - 1.0) + 0.5 * size * at, offset),
        np.where(long, 0.5 * size * share, weight),
    )


def _chebyshev(coefficients: Any, u: Any) -> Any:
    """sum_k c_k T_k(u) for coefficients of shape (k, ORDER), u of shape (pieces, 1, ...): Clenshaw."""
    column = (1, ORDER, *(1,) * (u.ndim - 2))
    late, later = np.zeros_like(u), np.zeros_like(u)
    for each in coefficients[:0:-1]:
        late, later = 2.0 * u * late - later + each.reshape(column), late
    return u * late - later + coefficients[0].reshape(column)


@cache
def _tables() -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """((t, w) by m < TABLED, Chebyshev coefficients of ((2 t - m + 1) / m, 2 w / m) in (TABLED / m)^2)."""
    offset, weight = np.zeros((TABLED, ORDER)), np.zeros((TABLED, ORDER))
    for m in range(1, TABLED):
        terms = min(m, ORDER)
        if m <= ORDER:
            offset[m, :terms], weight[m, :terms] = np.arange(m), 1.0
        else:
            at, share = _gauss(1.0 / m**2, terms)
            offset[m], weight[m] = 0.5 * (m - 1.0) + 0.5 * m * at, 0.5 * m * share
    angle = np.pi * (np.arange(SERIES) + 0.5) / SERIES
    sampled = [_gauss(0.5 * (1.0 + u) / TABLED**2, ORDER) for u in np.cos(angle)]
    cosines = 2.0 / SERIES * np.cos(np.outer(np.arange(SERIES), angle))
    cosines[0] *= 0.5
    return (offset, weight), (
        cosines @ np.array([at for at, _ in sampled]),
        cosines @ np.array([share for _, share in sampled]),
    )


def _gauss(inverse_square: float, terms: int) -> tuple[Any, Any]:
    """Nodes and weights on [-1, 1] for m equal masses 2 / m at (2 n - m + 1) / m; 1 / m^2 = 0 is Legendre's rule."""
    j = np.arange(1.0, terms)
    beside = np.sqrt(j**2 * (1.0 - j**2 * inverse_square) / (4.0 * j**2 - 1.0))
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes, 2.0 * vectors[0] ** 2
