"""Survival function and density of a law given by its pieces.

Each piece is evaluated at t - shift: nothing left is a step; one law answers for itself; several smooth ones are
inverted together; a leaf X with jumps in its density is convolved with the rest R by quadrature,
P(X + R > t) = P(X > t) + int_0^{F(t)} P(R > t - x(u)) du with x(u) the quantile function of X, because no inversion
may run through a jump. Where the density of a part is known to be unbroken, as that of all who waited for a server is,
the sum has kinks in the slope at most, and a series summed until it settles is inverted at once: a convolution would
invert at every one of its points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.gamma import one_gamma
from queuecalc.law.inversion import (
    kinked_tail_and_density,
    smooth_tail_and_density,
    unbroken_tail_and_density,
)
from queuecalc.law.pieces import Piece

__all__ = ["tail_and_density"]

ROOM = 65536
"""Elements (shifts x times) evaluated at once."""

DEEPEST = 2
"""Leaves convolved one inside the other; a sum of more has no jumps left and is inverted by a long Fourier sum."""

MARKS = (8.0, 4.0, 2.0, 1.0, 0.0, -1.0, -2.0)
"""Panel ends, in standard deviations of the rest above its mean."""

ENDS = tuple(10.0**-k for k in (9, 6, 4, 3, 2, 1)) + tuple(1.0 - 10.0**-k for k in (1, 2, 3, 4, 6, 9))
"""Levels where the quantile function of the leaf may be singular: 0 and 1, approached geometrically."""

ORDER = 16


def tail_and_density(
    pieces: tuple[Piece, ...], joined: Callable[..., Law], t: Any, shape: tuple[int, ...]
) -> tuple[Any, Any]:
    """P(T > t) and the density at t, as arrays of the broadcast shape of t and `shape`.

    Args:
        pieces: the law.
        joined: makes one law of several, given `laws=`.
        t: array of times.
        shape: the batch shape.
    """
    full = np.broadcast_shapes(np.shape(t), shape)
    time = np.broadcast_to(np.asarray(t, dtype=np.float64), full)
    tail, density = np.zeros(full), np.zeros(full)
    for piece in pieces:
        mass, shift = (_columns(array, len(full)) for array in (piece.mass, piece.shift))
        rows = max(mass.shape[0], shift.shape[0])
        step = max(1, ROOM // max(1, time.size))
        for start in range(0, rows, step):
            part = slice(start, start + step)
            m = mass[part] if mass.shape[0] > 1 else mass
            x = shift[part] if shift.shape[0] > 1 else shift
            above, at = _rest(piece.laws, joined, time - x)
            tail += np.sum(m * above, axis=0)
            density += np.sum(m * at, axis=0)
    return tail, density


def _columns(array: Any, rank: int) -> Any:
    return array.reshape(array.shape[0], *(1,) * (rank + 1 - array.ndim), *array.shape[1:])


def _rest(laws: tuple[Law, ...], joined: Callable[..., Law], t: Any) -> tuple[Any, Any]:
    """(sf, pdf) of the sum of `laws`; no shift is left."""
    if not laws:
        return np.where(t < 0.0, 1.0, 0.0), np.zeros(t.shape)
    if len(laws) > 1 and t.size > 1 and not any(law.shape for law in laws) and np.any(t < 0.0):
        ahead = t >= 0.0
        tail, density = np.ones(t.shape), np.zeros(t.shape)
        tail[ahead], density[ahead] = _rest(laws, joined, t[ahead])
        return tail, density
    if len(laws) == 1:
        above, at = laws[0].tail_and_density(t)
        return np.asarray(above), np.asarray(at)
    merged = one_gamma(laws)
    if merged is not None:
        above, at = merged.tail_and_density(t)
        return np.asarray(above), np.asarray(at)
    leaves = [i for i, law in enumerate(laws) if not law.smooth]
    if not leaves:
        return smooth_tail_and_density(joined(laws=laws), t)
    if any(law.unbroken for law in laws) or sum(law.inverted for law in laws) > 1:
        return unbroken_tail_and_density(joined(laws=laws), t)
    if len(leaves) > DEEPEST:
        return kinked_tail_and_density(joined(laws=laws), t)
    first = leaves[0]
    return _convolved(laws[first], laws[:first] + laws[first + 1 :], joined, t)


def _convolved(leaf: Law, others: tuple[Law, ...], joined: Callable[..., Law], t: Any) -> tuple[Any, Any]:
    """Gauss-Legendre in the level u of the leaf, on panels that end where the others' bulk begins and ends."""
    endless = np.isposinf(t)
    if np.any(endless):  # what never ends: any of them
        tail, density = _convolved(leaf, others, joined, np.where(endless, 0.0, t))
        ends = np.prod([1.0 - np.asarray(law.sf(np.inf)) for law in (leaf, *others)], axis=0)
        return np.where(endless, 1.0 - ends, tail), np.where(endless, 0.0, density)
    time = np.maximum(t, 0.0)
    mean = sum(np.asarray(law.mean) for law in others)
    std = np.sqrt(sum(np.asarray(law.var) for law in others))
    std = np.where(np.isfinite(std), std, mean)
    top = np.minimum(time, np.asarray(leaf.ppf(1.0)))
    marks = [np.clip(time - mean - k * std, 0.0, time) for k in MARKS]
    ends = [np.asarray(law.ppf(1.0)) for law in others]
    marks += [np.clip(time - np.where(np.isfinite(end), end, 0.0), 0.0, time) for end in ends]
    marks += [np.clip(top - k * std, 0.0, time) for k in MARKS[:4]]
    levels = [np.asarray(leaf.cdf(mark)) for mark in (np.zeros(()), *marks, time)]
    levels += [np.minimum(level, levels[-1]) for level in ENDS]
    edges = np.stack(np.broadcast_arrays(np.zeros(time.shape), *levels))
    edges = np.sort(edges, axis=0)
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * (edges[1:] - edges[:-1])
    x, weight = np.polynomial.legendre.leggauss(ORDER)
    column = x.reshape(-1, *(1,) * middle.ndim)
    level = np.clip(middle + half * column, 0.0, 1.0)
    rest = time - np.minimum(np.asarray(leaf.ppf(level)), time)
    above, at = _rest(others, joined, rest)
    share = half * weight.reshape(column.shape)
    tail = np.sum(share * above, axis=(0, 1)) + np.asarray(leaf.sf(time))
    density = np.sum(share * at, axis=(0, 1))
    return np.where(t < 0.0, 1.0, np.clip(tail, 0.0, 1.0)), np.where(t < 0.0, 0.0, density)
