"""Integrals along a regime: adaptive Chebyshev panels of a vector-valued function of the parameter.

The function is interpolated at first-kind Chebyshev points on panels that are halved until the last coefficients are
below the tolerance (Trefethen 2013, chapters 3 and 8), and integrated exactly over every piece, panel by panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.polynomial.chebyshev as chebyshev

from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.regimes import Regime

__all__ = ["integrate", "interpolate"]

_NODES = 12
_DEEPEST = 40
_FLAT = 1e-7

_POINTS = np.cos((2.0 * np.arange(_NODES) + 1.0) * np.pi / (2.0 * _NODES))
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_POINTS, _NODES - 1))

Function = Callable[[FloatArray], FloatArray]


def integrate(
    function: Function, regime: Regime, breaks: Sequence[float], tolerance: float
) -> FloatArray:
    """Integral over the regime's time of a function of its parameter.

    Args:
        function: p of shape (n,) -> values of shape (m, n).
        breaks: parameters at which the function may jump or bend.
        tolerance: absolute, on the function.

    Returns:
        Shape (m,), in units of the function times seconds.
    """
    width = regime.highest - regime.lowest
    if width <= _FLAT * max(abs(regime.highest), abs(regime.lowest), 1e-300):
        middle = np.array([0.5 * (regime.lowest + regime.highest)])
        return function(middle)[:, 0] * regime.seconds.sum()
    inside = sorted({b for b in breaks if regime.lowest < b < regime.highest})
    edges = [regime.lowest, *inside, regime.highest]
    lefts, rights, coefficients = _panels(function, edges, tolerance * 1.0)
    primitive = _Primitive(lefts, rights, coefficients)
    first, last = regime.ends
    length = last - first
    long = np.abs(length) > _FLAT * width
    total = np.zeros(coefficients.shape[1])
    if long.any():
        rise = primitive(last[long]) - primitive(first[long])
        total += (rise / length[long]) @ regime.seconds[long]
    if not long.all():
        total += primitive.value(0.5 * (first + last)[~long]) @ regime.seconds[~long]
    return np.asarray(total)


def interpolate(function: Function, lowest: float, highest: float, tolerance: float) -> Function:
    """An interpolant of a function of the parameter on an interval, to an absolute tolerance."""
    return _Primitive(*_panels(function, [lowest, highest], tolerance)).value


def _panels(
    function: Function, edges: Sequence[float], tolerance: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Left and right edges, and coefficients of shape (panels, m, nodes), in order."""
    waiting = [(a, b, 0) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    done: list[tuple[float, float, FloatArray]] = []
    while waiting:
        a = np.array([panel[0] for panel in waiting])
        b = np.array([panel[1] for panel in waiting])
        points = 0.5 * (a + b)[:, None] + 0.5 * (b - a)[:, None] * _POINTS
        values = function(points.ravel()).reshape(-1, len(waiting), _NODES)
        fitted = np.einsum("kn,mpn->pmk", _TO_COEFFICIENTS, values)
        error = np.abs(fitted[:, :, -2:]).max(axis=(1, 2))
        again = []
        for index, (left, right, depth) in enumerate(waiting):
            if error[index] <= tolerance or depth >= _DEEPEST:
                done.append((left, right, fitted[index]))
            else:
                middle = 0.5 * (left + right)
                again += [(left, middle, depth + 1), (middle, right, depth + 1)]
        waiting = again
    done.sort(key=lambda panel: panel[0])
    return (
        np.array([panel[0] for panel in done]),
        np.array([panel[1] for panel in done]),
        np.array([panel[2] for panel in done]),
    )


class _Primitive:
    """The antiderivative of a piecewise Chebyshev series."""

    def __init__(self, lefts: FloatArray, rights: FloatArray, coefficients: FloatArray) -> None:
        self.lefts, self.rights, self.coefficients = lefts, rights, coefficients
        half = 0.5 * (rights - lefts)
        self.integrals = chebyshev.chebint(coefficients, lbnd=-1, axis=2) * half[:, None, None]
        whole = self.integrals.sum(axis=2)  # every T_k(1) = 1
        self.before = np.concatenate([np.zeros((1, whole.shape[1])), np.cumsum(whole, axis=0)[:-1]])

    def _place(self, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        panel = np.clip(np.searchsorted(self.lefts, p, side="right") - 1, 0, self.lefts.size - 1)
        left, right = self.lefts[panel], self.rights[panel]
        return panel, np.clip((2.0 * p - left - right) / (right - left), -1.0, 1.0)

    def __call__(self, p: FloatArray) -> FloatArray:
        panel, x = self._place(p)
        basis = chebyshev.chebvander(x, self.integrals.shape[2] - 1)
        return np.asarray(np.einsum("nk,nmk->mn", basis, self.integrals[panel]) + self.before[panel].T)

    def value(self, p: FloatArray) -> FloatArray:
        panel, x = self._place(p)
        basis = chebyshev.chebvander(x, self.coefficients.shape[2] - 1)
        return np.asarray(np.einsum("nk,nmk->mn", basis, self.coefficients[panel]))
