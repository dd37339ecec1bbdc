"""Functions of time as polynomials between break points: sampled until nothing is left to learn.

Rates are linear between the knots of the load curve and fractions of such lines behind caps and queues; Chebyshev
interpolation in each piece, halved until its coefficients vanish, holds them to about 1e-13.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.polynomial import Chebyshev

__all__ = ["Piece", "Signal", "fit", "merged", "roots_between"]

K = TypeVar("K", bound=Hashable)

RESOLVED = 1e-13
SHORTEST = 0.1  # seconds: nothing shorter is halved


@dataclass(frozen=True)
class Piece:
    """A polynomial from `start` to `end`; an endless piece is constant."""

    start: float
    end: float
    polynomial: Any

    def at(self, t: float) -> float:
        return float(self.polynomial(t))

    def largest(self) -> tuple[float, float]:
        """The largest value over the closed piece, and where."""
        if math.isinf(self.end):
            return self.at(self.start), self.start
        slope = self.polynomial.deriv()
        times = [self.start, *roots_between(slope, self.start, self.end), self.end]
        return max(((self.at(t), t) for t in times), key=lambda pair: pair[0])


@dataclass(frozen=True)
class Signal:
    """Pieces side by side; the last one is endless."""

    pieces: tuple[Piece, ...]

    @property
    def breaks(self) -> list[float]:
        return [piece.start for piece in self.pieces]

    def piece(self, t: float) -> Piece:
        """The piece that holds t; at a break the one that begins there."""
        found = self.pieces[0]
        for piece in self.pieces:
            if piece.start <= t:
                found = piece
        return found

    def at(self, t: float) -> float:
        return self.piece(t).at(t)

    def integral(self, until: float) -> float:
        """From the first break to `until`."""
        total = 0.0
        for piece in self.pieces:
            end = min(piece.end, until)
            if end > piece.start:
                antiderivative = piece.polynomial.integ()
                total += float(antiderivative(end) - antiderivative(piece.start))
        return total


def merged(*times: Iterable[float]) -> list[float]:
    """All times in order, those closer than a nanosecond taken as one."""
    result: list[float] = []
    for t in sorted(t for some in times for t in some):
        if not result or t - result[-1] > 1e-9 * max(1.0, abs(t)):
            result.append(t)
    return result


def roots_between(polynomial: Any, start: float, end: float) -> list[float]:
    """Real roots strictly inside an interval."""
    if polynomial.degree() == 0:
        return []
    found = polynomial.roots()
    real = [float(root.real) for root in np.atleast_1d(found) if abs(root.imag) < 1e-9 * (end - start)]
    margin = 1e-12 * (end - start)
    return sorted(root for root in real if start + margin < root < end - margin)


def fit(function: Callable[[float], dict[K, float]], breaks: list[float]) -> dict[K, Signal]:
    """One signal for every key that the function of time returns; smooth between the breaks, constant after."""
    pieces: dict[K, list[Piece]] = {}
    for start, end in itertools.pairwise(breaks):
        for key, some in _fit_piece(function, start, end).items():
            pieces.setdefault(key, []).extend(some)
    last = breaks[-1]
    for key, value in function(last + 1.0).items():
        piece = Piece(last, math.inf, Chebyshev([value], domain=[last, last + 1.0]))
        pieces.setdefault(key, []).append(piece)
    return {key: Signal(tuple(some)) for key, some in pieces.items()}


def _fit_piece(function: Callable[[float], dict[K, float]], start: float, end: float) -> dict[K, list[Piece]]:
    for degree in (6, 12, 24):
        nodes = np.polynomial.chebyshev.chebpts1(degree + 1)
        samples = [function(0.5 * ((1 - x) * start + (1 + x) * end)) for x in nodes]
        keys = list(dict.fromkeys(key for sample in samples for key in sample))
        values = np.array([[sample.get(key, 0.0) for key in keys] for sample in samples])
        basis = np.polynomial.chebyshev.chebvander(nodes, degree)
        basis[:, 1:] *= 2.0
        coefficients = basis.T @ values / (degree + 1)
        scale = float(np.abs(values).max(initial=0.0)) or 1.0
        unresolved = float(np.abs(coefficients[-2:]).max(initial=0.0)) > RESOLVED * scale
        if not unresolved or end - start < SHORTEST:
            kept = np.where(np.abs(coefficients) > 0.1 * RESOLVED * scale, coefficients, 0.0)
            return {
                key: [Piece(start, end, Chebyshev(column, domain=[start, end]).trim())]
                for key, column in zip(keys, kept.T, strict=True)
            }
    middle = 0.5 * (start + end)
    left, right = _fit_piece(function, start, middle), _fit_piece(function, middle, end)
    return {key: left.get(key, []) + right.get(key, []) for key in dict.fromkeys([*left, *right])}
