"""Interpolation and integrals: adaptive Chebyshev panels of a vector-valued function.

The function is interpolated at first-kind Chebyshev points on panels that are halved until the last coefficients are
below the tolerance (Trefethen 2013, chapters 3 and 8); integrals over the pieces of a course are those of the
interpolant, exactly. All panels of all regimes are refined together, one call of the function for each wave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.regimes import Course

__all__ = ["Interpolant", "integrate", "interpolate"]

_NODES = 12
_DEEPEST = 40
_FLAT = 1e-5
"""Relative to the range of the parameter: a shorter piece is integrated by the midpoint rule."""

_GRADING = (0.0, *(1.0 - 0.5**k for k in range(1, 6)), 1.0)

_POINTS = np.cos((2.0 * np.arange(_NODES) + 1.0) * np.pi / (2.0 * _NODES))
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_POINTS, _NODES - 1))

Function = Callable[[Any, FloatArray], FloatArray]
"""(regime, p), both of shape (n,) -> values of shape (m, n)."""


@dataclass(frozen=True)
class Interpolant:
    """A function of one parameter, known on panels; and where it is not known well."""

    panels: _Panels

    def __call__(self, p: FloatArray) -> FloatArray:
        """Its values, shape (m, n)."""
        return self.panels.value(np.zeros(p.shape, dtype=np.intp), p)

    def settled(self, p: FloatArray) -> Any:
        """Whether they are as good as was asked."""
        panel, _ = self.panels.place(np.zeros(p.shape, dtype=np.intp), p)
        return self.panels.settled[panel]


def interpolate(
    function: Callable[[FloatArray], FloatArray],
    edges: Sequence[float],
    tolerance: float,
    deepest: int = _DEEPEST,
) -> Interpolant:
    """An interpolant of a function of one parameter between the first and last edge.

    Args:
        edges: rising; in between the function may jump or bend.
        tolerance: absolute.
        deepest: how often a panel may be halved; near a pole that is never enough.
    """
    owner = np.zeros(len(edges) - 1, dtype=np.intp)
    lefts, rights = np.array(edges[:-1]), np.array(edges[1:])
    return Interpolant(_refine(lambda _, p: function(p), owner, lefts, rights, tolerance, deepest))


def integrate(
    function: Function,
    course: Course,
    breaks: Sequence[tuple[int, float]],
    tolerance: float,
    *,
    steep: bool = False,
) -> FloatArray:
    """Integral of a function over the whole time of a course.

    Args:
        breaks: (regime, parameter) at which the function may jump or bend.
        tolerance: absolute, on the function.
        steep: whether it may rise steeply towards a break from below; panels are then graded from the outset.

    Returns:
        Shape (m,), in units of the function times seconds.
    """
    width = course.highest - course.lowest
    flat = width <= _FLAT * np.maximum(np.maximum(np.abs(course.highest), np.abs(course.lowest)), 1e-300)
    total: FloatArray | float = 0.0
    still = np.flatnonzero(flat)
    if still.size:
        middle = 0.5 * (course.lowest + course.highest)[still]
        seconds = np.bincount(course.regime, course.seconds, flat.size)[still]
        total = total + function(still, middle) @ seconds
    if still.size == flat.size:
        return np.asarray(total)
    owner, lefts, rights = _intervals(course, flat, breaks, _GRADING if steep else (0.0, 1.0))
    panels = _refine(function, owner, lefts, rights, tolerance)
    moving = ~flat[course.regime]
    regime, seconds, ends = course.regime[moving], course.seconds[moving], course.ends[:, moving]
    length = ends[1] - ends[0]
    long = np.abs(length) > _FLAT * width[regime]
    if long.any():
        weight = seconds[long] / length[long]
        both = np.concatenate([regime[long], regime[long]])
        total = total + panels.primitive_sum(both, ends[:, long].ravel(), np.append(-weight, weight))
    if not long.all():
        middle = 0.5 * (ends[0] + ends[1])[~long]
        total = total + panels.value_sum(regime[~long], middle, seconds[~long])
    return np.asarray(total)


def _intervals(
    course: Course, flat: Any, breaks: Sequence[tuple[int, float]], grading: Sequence[float]
) -> tuple[Any, FloatArray, FloatArray]:
    """The range of every regime that is not flat, cut at its breaks, graded towards each break from below."""
    cuts: dict[int, set[float]] = {int(r): set() for r in np.flatnonzero(~flat)}
    for regime, p in breaks:
        if regime in cuts and course.lowest[regime] < p < course.highest[regime]:
            cuts[regime].add(float(p))
    owner: list[int] = []
    lefts: list[float] = []
    rights: list[float] = []
    for regime, inside in cuts.items():
        edges = [float(course.lowest[regime])]
        for cut in sorted(inside):
            edges += [edges[-1] + (cut - edges[-1]) * share for share in grading[1:-1]] + [cut]
        edges.append(float(course.highest[regime]))
        owner += [regime] * (len(edges) - 1)
        lefts += edges[:-1]
        rights += edges[1:]
    return np.array(owner, dtype=np.intp), np.array(lefts), np.array(rights)


def _refine(
    function: Function,
    owner: Any,
    lefts: FloatArray,
    rights: FloatArray,
    tolerance: float,
    deepest: int = _DEEPEST,
) -> _Panels:
    """Halve panels until the interpolant is good."""
    done: list[tuple[Any, FloatArray, FloatArray, FloatArray, Any]] = []
    for depth in range(deepest + 1):
        middle, half = 0.5 * (lefts + rights), 0.5 * (rights - lefts)
        points = middle[:, None] + half[:, None] * _POINTS
        values = function(np.repeat(owner, _NODES), points.ravel()).reshape(-1, owner.size, _NODES)
        fitted = np.einsum("kn,mpn->pmk", _TO_COEFFICIENTS, values)
        good = np.abs(fitted[:, :, -2:]).max(axis=(1, 2)) <= tolerance
        settled = good.copy()
        if depth == deepest:
            good[:] = True
        done.append((owner[good], lefts[good], rights[good], fitted[good], settled[good]))
        bad = ~good
        if not bad.any():
            break
        owner = np.repeat(owner[bad], 2)
        lefts = np.stack([lefts[bad], middle[bad]], axis=1).ravel()
        rights = np.stack([middle[bad], rights[bad]], axis=1).ravel()
    owner, lefts, rights, fitted, settled = (np.concatenate(parts) for parts in zip(*done, strict=True))
    order = np.lexsort((lefts, owner))
    return _Panels(owner[order], lefts[order], rights[order], fitted[order], settled[order])


@dataclass(frozen=True)
class _Panels:
    """A piecewise Chebyshev series over several regimes, sorted by regime and place.

    Attributes:
        coefficients: shape (panels, m, nodes).
        settled: whether a panel is as good as was asked.
    """

    owner: Any
    lefts: FloatArray
    rights: FloatArray
    coefficients: FloatArray
    settled: Any

    @cached_property
    def _integrals(self) -> tuple[FloatArray, FloatArray]:
        """Antiderivative of each panel from its left edge, and what all panels before it amount to."""
        half = 0.5 * (self.rights - self.lefts)
        inside = chebyshev.chebint(self.coefficients, lbnd=-1, axis=2) * half[:, None, None]
        whole = inside.sum(axis=2)  # every T_k(1) = 1
        before = np.concatenate([np.zeros((1, whole.shape[1])), np.cumsum(whole, axis=0)[:-1]])
        return inside, before

    def place(self, regime: Any, p: FloatArray) -> tuple[Any, FloatArray]:
        """The panel that holds p, and p on its scale from -1 to 1."""
        first = np.searchsorted(self.owner, regime, side="left")
        last = np.searchsorted(self.owner, regime, side="right") - 1
        if self.owner.size == 1 or self.owner[0] == self.owner[-1]:
            panel = np.searchsorted(self.lefts, p, side="right") - 1
        else:
            panel = first.copy()
            for step in range(int((last - first).max(initial=0))):
                panel = np.where((first + step < last) & (self.rights[panel] < p), panel + 1, panel)
        panel = np.clip(panel, first, last)
        left, right = self.lefts[panel], self.rights[panel]
        return panel, np.clip((2.0 * p - left - right) / (right - left), -1.0, 1.0)

    def value(self, regime: Any, p: FloatArray) -> FloatArray:
        """The function, shape (m, n)."""
        panel, x = self.place(regime, p)
        basis = chebyshev.chebvander(x, self.coefficients.shape[2] - 1)
        return np.asarray(np.matmul(self.coefficients[panel], basis[:, :, None])[:, :, 0].T)

    def value_sum(self, regime: Any, p: FloatArray, weight: FloatArray) -> FloatArray:
        """Weighted sum of the function over some parameters, shape (m,)."""
        moments, _ = self._moments(regime, p, weight, self.coefficients.shape[2])
        return np.asarray(np.einsum("pk,pmk->m", moments, self.coefficients))

    def primitive_sum(self, regime: Any, p: FloatArray, weight: FloatArray) -> FloatArray:
        """Weighted sum of an antiderivative (one for each regime) over some parameters, shape (m,)."""
        inside, before = self._integrals
        moments, weights = self._moments(regime, p, weight, inside.shape[2])
        return np.asarray(np.einsum("pk,pmk->m", moments, inside) + weights @ before)

    def _moments(self, regime: Any, p: FloatArray, weight: FloatArray, terms: int) -> tuple[Any, Any]:
        """By panel, the weighted sums of every Chebyshev polynomial and of 1 over the parameters in it."""
        panel, x = self.place(regime, p)
        basis = chebyshev.chebvander(x, terms - 1)
        count = self.owner.size
        columns = [np.bincount(panel, weight * basis[:, k], count) for k in range(terms)]
        return np.array(columns).T, columns[0]
