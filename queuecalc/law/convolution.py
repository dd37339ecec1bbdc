"""Survival function and density of a law given by its pieces.

Each piece is evaluated at t - shift: nothing left is a step; one law answers for itself; several smooth ones are
inverted together; a leaf X with jumps in its density is convolved with the rest R by quadrature,
P(X + R > t) = P(X > t) + int_0^{F(t)} P(R > t - x(u)) du with x(u) the quantile function of X, because no inversion
may run through a jump.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.law.pieces import Piece

__all__ = ["tail_and_density"]

ROOM = 65536
"""Elements (shifts x times) evaluated at once."""


def tail_and_density(
    pieces: tuple[Piece, ...], joined: type[Law], t: Any, shape: tuple[int, ...]
) -> tuple[Any, Any]:
    """P(T > t) and the density at t, as arrays of the broadcast shape of t and `shape`.

    Args:
        pieces: the law.
        joined: the class that makes one law of several, given `laws=`.
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


def _rest(laws: tuple[Law, ...], joined: type[Law], t: Any) -> tuple[Any, Any]:
    if not laws:
        return np.where(t < 0.0, 1.0, 0.0), np.zeros(t.shape)
    if len(laws) == 1:
        tail, density = laws[0].tail_and_density(t)
        return np.asarray(tail), np.asarray(density)
    return smooth_tail_and_density(joined(laws=laws), t)  # type: ignore[call-arg]
