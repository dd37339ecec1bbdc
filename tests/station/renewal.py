"""Waits and sojourns of M/G/1 without any transform: the renewal equation by spectral collocation.

    P(W > t) = rho R(t) + rho int_0^t P(W > t - u) r(u) du,  r(u) = P(S > u) / E[S], R the tail of r

(Feller 1971, An Introduction to Probability Theory and Its Applications 2, ch. XI; Benes 1957). Panels end at the kinks
of r, multiples of one period; inside them everything is analytic, so that Legendre collocation converges
geometrically. P(T > t) = P(S > t) + int f(u) P(W > t - u) du by the same nodes, atoms of S apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

ORDER = 16
UNIT, SHARE = np.polynomial.legendre.leggauss(ORDER)
ENDS = np.polynomial.legendre.legvander(UNIT, ORDER - 1)
TO_MOMENTS = np.linalg.inv(ENDS)

Function = Callable[[Any], Any]


@cache
def _kernels(sf: Function, mean: float, period: float, panels: int) -> list[Any]:
    """Matrices from w at the nodes of a panel to int w(v) r(t_i - v) dv, t in 0, 1, .. panels behind."""
    x = 0.5 * period * (UNIT + 1.0)
    return [_kernel(sf, mean, period, back, x) for back in range(panels + 1)]


def _kernel(sf: Function, mean: float, period: float, back: int, x: Any) -> Any:
    """One of them; split where t - v is a kink."""
    out = np.zeros((ORDER, ORDER))
    for i, t in enumerate(x + back * period):
        # v in (0, period), u = t - v in (t - period, t): kinks of r at u = back period and (back - 1) period
        cut = t - back * period
        pieces = [(0.0, cut)] + ([(cut, period)] if back > 0 else [])
        for low, high in pieces:
            v = low + (high - low) * (UNIT + 1.0) / 2.0
            inner = np.polynomial.legendre.legvander(2.0 * v / period - 1.0, ORDER - 1) @ TO_MOMENTS
            weight = SHARE * (high - low) / 2.0 * sf(t - v) / mean
            out[i] += weight @ inner
    return out


class Renewal:
    """The solution for one service law.

    Args:
        rate: arrivals per second.
        sf: P(S > t), vectorised, with kinks and jumps at multiples of `period` only.
        mean: E[S].
        excess_sf: P(X > t) of the excess.
        period: panel length.
        panels: how many.
    """

    def __init__(
        self, rate: float, sf: Function, mean: float, excess_sf: Function, period: float, panels: int
    ) -> None:
        self.period, self.panels = period, panels
        h = period / 2.0
        rho = rate * mean
        x = h * (UNIT + 1.0)
        starts = period * np.arange(panels)
        known = rho * excess_sf(starts[:, None] + x)
        # int over one panel of w(v) r(t - v): t at node i of a panel, v in a panel `back` panels before
        kernels = [rho * kernel for kernel in _kernels(sf, mean, period, panels)]
        self.values = np.zeros((panels, ORDER))
        inverse = np.linalg.inv(np.eye(ORDER) - kernels[0])
        for k in range(panels):
            total = known[k].copy()
            for j in range(k):
                total += kernels[k - j] @ self.values[j]
            self.values[k] = inverse @ total

    def wait(self, t: float) -> float:
        """P(W > t)."""
        if t < 0.0:
            return 1.0
        k = min(int(t / self.period), self.panels - 1)
        at = 2.0 * (t / self.period - k) - 1.0
        return float(
            np.polynomial.legendre.legvander(np.array([at]), ORDER - 1)[0] @ TO_MOMENTS @ self.values[k]
        )

    def sojourn(
        self, t: float, sf: Function, pdf: Function, atoms: tuple[tuple[float, float], ...] = ()
    ) -> float:
        """P(W + S > t)."""
        total = float(sf(np.array([t]))[0])
        total += sum(mass * self.wait(t - at) for at, mass in atoms if at <= t)
        marks = np.arange(0, int(t / self.period) + 1) * self.period
        edges = np.unique(np.concatenate([marks, t - marks, [0.0, t]]))
        for low, high in itertools.pairwise(edges):
            u = low + (high - low) * (UNIT + 1.0) / 2.0
            waits = np.array([self.wait(t - v) for v in u])
            total += float(np.sum(SHARE * (high - low) / 2.0 * pdf(u) * waits))
        return total
