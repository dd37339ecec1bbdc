"""Transforms of a density on a bounded interval, given on Gauss-Legendre panels, for every complex s.

On a panel of centre c and half width h the density is a sum of Legendre polynomials, and

    int_(c-h)^(c+h) P_l((x - c) / h) e^(-s x) dx = 2 h (-1)^l e^(-s c) i_l(s h),

i_l the modified spherical Bessel function: Filon's quadrature, exact however fast the exponential turns (Bakhvalov &
Vasil'eva 1968; Olver et al., NIST Handbook, eq. (10.54.2)). i_l is built upwards from l = 0; where |s h| is small,
so that this would lose digits, the nodes themselves serve.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.law import forms
from queuecalc.law.nodes import ORDER

__all__ = ["Panelled"]

TURNING = 12.0
"""|s h| from which Legendre moments are used; up to it 16 nodes resolve the exponential to 1e-13 of the panel."""

ROOM = 1 << 15


class Panelled:
    """A density on panels.

    Args:
        at: nodes, shape (16 n,), panel after panel.
        weights: node weights with the density in them, same shape.
    """

    def __init__(self, at: Any, weights: Any) -> None:
        unit, _ = np.polynomial.legendre.leggauss(ORDER)
        x, w = at.reshape(-1, ORDER), weights.reshape(-1, ORDER)
        filled = np.any(w > 0.0, axis=1)
        self._x, self._w = x[filled], w[filled]
        self._half = (self._x[:, -1] - self._x[:, 0]) / (2.0 * unit[-1])
        self._centre = 0.5 * (self._x[:, -1] + self._x[:, 0])
        self._mass = np.sum(self._w, axis=1)
        self._length = np.sum(self._w * self._x, axis=1)
        order = np.arange(ORDER)
        legendre = np.polynomial.legendre.legvander(unit, ORDER - 1)
        # a sum of Legendre polynomials through the nodes: orthogonal under the quadrature, too
        self._moments = (2.0 * order + 1.0) * (-1.0) ** order * (self._w @ legendre)
        self.mean = float(np.sum(self._length))
        self.var = float(np.sum(self._w * (self._x - self.mean) ** 2))

    def lst(self, s: Any) -> Any:
        """int f(x) e^(-s x) dx."""
        return self._summed(s, lambda x, u: np.exp(-x * u), lambda f, _m, _x, _u: f)

    def lst_complement(self, s: Any) -> Any:
        """int f(x) (1 - e^(-s x)) dx."""
        return self._summed(s, lambda x, u: forms.exp_complement(x * u), lambda f, m, _x, _u: m - f)

    def excess_lst(self, s: Any) -> Any:
        """int f(x) (1 - e^(-s x)) / s dx / mean."""
        total = self._summed(s, lambda x, u: x * forms.exp_excess(x * u), lambda f, m, _x, u: (m - f) / u)
        return total / self.mean

    def excess_complement(self, s: Any) -> Any:
        """int f(x) (x - (1 - e^(-s x)) / s) dx / mean."""
        total = self._summed(
            s, lambda x, u: x * forms.exp_excess_complement(x * u), lambda f, m, x, u: x - (m - f) / u
        )
        return total / self.mean

    def _summed(self, s: Any, at_node: Callable[..., Any], of_panel: Callable[..., Any]) -> Any:
        """The sum over panels, each by its nodes or from its transform f, mass m and length x."""
        flat = np.asarray(s).ravel()
        out = np.zeros(flat.shape, dtype=flat.dtype)
        step = max(1, ROOM // (ORDER * max(1, len(self._half))))
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, flat.size, step):
                u = flat[start : start + step]
                values = np.zeros((len(self._half), u.size), dtype=flat.dtype)
                turning = np.abs(self._half[:, None] * u) > TURNING
                i, j = np.nonzero(~turning)
                values[i, j] = np.sum(self._w[i] * at_node(self._x[i], u[j, None]), axis=1)
                i, j = np.nonzero(turning)
                if i.size:
                    f = self._turned(i, u[j])
                    values[i, j] = of_panel(f, self._mass[i], self._length[i], u[j])
                out[start : start + step] = np.sum(values, axis=0)
        return out.reshape(np.shape(s))

    def _turned(self, i: Any, s: Any) -> Any:
        """int over panels i of f(x) e^(-s x), |s h| > TURNING."""
        zeta = s * self._half[i]
        left = np.exp(-s * (self._centre[i] - self._half[i]))
        right = np.exp(-s * (self._centre[i] + self._half[i]))
        before = (left - right) / (2.0 * zeta)
        here = (left + right) / (2.0 * zeta) - before / zeta
        moments = self._moments[i]
        total = moments[:, 0] * before + moments[:, 1] * here
        for order in range(1, ORDER - 1):
            before, here = here, before - (2.0 * order + 1.0) / zeta * here
            total = total + moments[:, order + 1] * here
        return total
