"""Quantiles of a law that has no closed form for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from queuecalc.law.pieces import Piece
from queuecalc.transform.quantile import quantile

if TYPE_CHECKING:
    from queuecalc.law.base import Law

__all__ = ["solve_tail"]

LIMIT = 1_000_000
"""Constants times elements compared at once."""


def solve_tail(law: Law, q: Any) -> Any:
    """The smallest t with sf(t) <= q; 0 inside an atom at 0, inf where T is infinite, the upper end at q = 0.

    Newton starts from the gamma law with the same mean and variance (Tijms 2003, A First Course in Stochastic Models,
    section 9.2: a guess, never an answer).
    """
    shape = np.broadcast_shapes(q.shape, law.shape)
    level = np.broadcast_to(q, shape)
    mean = np.broadcast_to(np.asarray(law.mean, dtype=np.float64), shape)
    at_zero = np.broadcast_to(_above_zero(law), shape)
    finite = np.isfinite(mean)
    if not np.all(finite):  # no steady state, or a heavy tail without a mean
        finite = finite | (np.broadcast_to(law.sf(math.inf), shape) == 0.0)
    inside = (level > 0.0) & (level < at_zero) & finite
    mean = np.where(np.isfinite(mean), mean, 1.0)
    target = np.where(inside, level, 0.5)
    c2 = np.clip(np.where(inside & np.isfinite(law.scv), law.scv, 1.0), 1e-3, 10.0)
    start = np.where(inside, mean * np.maximum(c2 * special.gammainccinv(1.0 / c2, target), 1e-6), 1.0)
    root = quantile(law.tail_and_density, target, start, active=inside)
    if not law.smooth:
        root = _on_constants(law.pieces(), root)
    end = np.where(finite, _upper_end(law), math.inf) if np.any(level == 0.0) else math.inf
    return np.where(inside, root, np.where(level >= at_zero, 0.0, end))


def _above_zero(law: Law) -> Any:
    """P(T > 0); of a smooth law without an inversion, from its atoms, which are all at 0."""
    if not law.smooth:
        return np.asarray(law.sf(0.0), dtype=np.float64)
    at_zero = sum((np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in law.atoms), start=np.zeros(()))
    return 1.0 - at_zero


def _upper_end(law: Law) -> Any:
    """The least time that is never exceeded; infinite for a smooth law."""
    top: Any = 0.0
    for piece in law.pieces():
        if any(part is law for part in piece.laws):
            return math.inf
        rest = sum(np.asarray(part.isf(0.0)) for part in piece.laws)
        rank = max(np.ndim(piece.mass), np.ndim(piece.shift), np.ndim(rest) + 1)
        mass, shift = (
            x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in (piece.mass, piece.shift)
        )
        top = np.maximum(top, np.max(np.where(mass > 0.0, shift + rest, 0.0), axis=0))
    return top


def _on_constants(pieces: tuple[Piece, ...], t: Any) -> Any:
    """t, moved onto a constant that it has approached."""
    for piece in pieces:
        if not piece.laws and piece.shift.shape[0] * t.size <= LIMIT:
            shift = piece.shift.reshape(-1, *(1,) * (t.ndim + 1 - piece.shift.ndim), *piece.shift.shape[1:])
            gap = np.abs(shift - t)
            nearest = np.take_along_axis(
                np.broadcast_to(shift, gap.shape), np.argmin(gap, axis=0)[None], axis=0
            )[0]
            t = np.where(np.abs(nearest - t) <= 1e-12 * t, nearest, t)
    return t
