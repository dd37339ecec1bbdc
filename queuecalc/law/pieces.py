"""A law as a mixture of constants plus sums: what has to be split off before a transform may be inverted.

T is, with probability mass[k], the constant shift[k] plus the independent sum of `laws`. Constants and atoms of a law
become shifts, which are added back exactly; what remains in `laws` is smooth, or a leaf with jumps in its density that
only convolution can treat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.parameter import released

__all__ = ["Piece", "atoms_of", "collected", "constants", "together"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Shifted copies of one sum.

    Attributes:
        mass: probabilities, shape (k, *batch) up to broadcasting.
        shift: constants >= 0, shape (k, *batch) up to broadcasting.
        laws: independent laws to be added to the shift; none is the constant 0.
    """

    mass: Any
    shift: Any
    laws: tuple[Any, ...] = ()

    def thinned(self, weight: Any) -> Piece:
        """The piece with its masses multiplied by a weight of the batch shape."""
        factor = np.asarray(weight)[None]
        return Piece(_raised(self.mass, max(self.mass.ndim, factor.ndim)) * factor, self.shift, self.laws)

    def plus(self, other: Piece) -> Piece:
        """The independent sum of two pieces: all pairs of shifts."""
        mass, shift = _aligned(self.mass, self.shift)
        more, further = _aligned(other.mass, other.shift)
        rank = max(mass.ndim, more.ndim)
        mass, shift, more, further = (_raised(array, rank) for array in (mass, shift, more, further))
        return Piece(_pairs(mass, more, np.multiply), _pairs(shift, further, np.add), self.laws + other.laws)


def constants(shift: Any, mass: Any = 1.0) -> Piece:
    """A discrete law: one constant of the batch shape."""
    return Piece(np.asarray(mass, dtype=np.float64)[None], np.asarray(shift, dtype=np.float64)[None])


def together(terms: Iterable[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    """The pieces of an independent sum, from those of its terms."""
    total: tuple[Piece, ...] = (constants(0.0),)
    for pieces in terms:
        total = collected(left.plus(right) for left in total for right in pieces)
    return total


def collected(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Pieces with equal `laws` put into one."""
    found: list[Piece] = []
    for piece in pieces:
        for i, known in enumerate(found):
            if known.laws == piece.laws:
                found[i] = _stacked(known, piece)
                break
        else:
            found.append(piece)
    return tuple(_distinct(piece) for piece in found)


def _distinct(piece: Piece) -> Piece:
    """Constants of a scalar law that agree to rounding put into one, lest sums over a lattice grow without end."""
    mass, shift = _aligned(piece.mass, piece.shift)
    if shift.ndim > 1 or shift.size == 1:
        return piece
    order = np.argsort(shift)
    mass, shift = mass[order], shift[order]
    fresh = np.append(True, np.diff(shift) > 1e-13 * shift[1:])
    return Piece(np.bincount(np.cumsum(fresh) - 1, mass), shift[fresh], piece.laws)


def atoms_of(pieces: Iterable[Piece]) -> tuple[tuple[Any, Any], ...]:
    """The (location, mass) pairs of a law: its constants, plus the sums of atoms of its other parts."""
    found: list[tuple[Any, Any]] = []
    for piece in pieces:
        inner: list[tuple[Any, Any]] = [(0.0, 1.0)]
        for law in piece.laws:
            inner = [(x + y, m * w) for x, m in inner for y, w in law.atoms]
        mass, shift = _aligned(piece.mass, piece.shift)
        found += [(shift[k] + x, mass[k] * m) for k in range(len(mass)) for x, m in inner]
    return tuple((released(where), released(mass)) for where, mass in found)


def _stacked(a: Piece, b: Piece) -> Piece:
    rank = max(np.ndim(array) for array in (a.mass, a.shift, b.mass, b.shift))
    rows = [_aligned(_raised(p.mass, rank), _raised(p.shift, rank)) for p in (a, b)]
    batch = np.broadcast_shapes(*(mass.shape[1:] for mass, _ in rows))
    masses = [np.broadcast_to(mass, (mass.shape[0], *batch)) for mass, _ in rows]
    shifts = [np.broadcast_to(shift, (shift.shape[0], *batch)) for _, shift in rows]
    return Piece(np.concatenate(masses), np.concatenate(shifts), a.laws)


def _raised(array: Any, rank: int) -> Any:
    """Axes of length 1 put behind the first, so that batches align on the right."""
    return array.reshape(array.shape[0], *(1,) * (rank - array.ndim), *array.shape[1:])


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    rank = max(np.ndim(a), np.ndim(b))
    first, second = np.broadcast_arrays(_raised(a, rank), _raised(b, rank))
    return first, second


def _pairs(a: Any, b: Any, combine: Any) -> Any:
    both = combine(a[:, None], b[None, :])
    return both.reshape(-1, *both.shape[2:])
