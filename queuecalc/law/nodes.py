"""Quadrature nodes and weights for a density on [0, inf) or [0, b], so that E g(T) = sum_j w_j g(x_j).

On the half line x = e^y by the trapezoidal rule in y; on a bounded interval the tanh-sinh rule (Takahasi & Mori 1974,
"Double exponential formulas for numerical integration", Publ. RIMS 9), which allows singular ends. The step 0.023
resolves exp(-s x) for |Im s| <= 9 Re s, which covers Euler's nodes: the strip of analyticity in y is
arctan(Re s / |Im s|) there, and the error exp(-2 pi strip / step). A kink of the density inside the support costs
accuracy: the error is then the step squared times the jump of the slope.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bounded", "half_line"]

STEP = 0.023
TINY = 1e-17
FURTHEST = 500.0
Function = Callable[[Any], Any]


def half_line(
    pdf: Function, cdf: Function, sf: Function, low: Any, high: Any, moments: tuple[Any, Any]
) -> tuple[Any, Any]:
    """Nodes and weights on [0, inf).

    Args:
        pdf: density, vectorised.
        cdf: distribution function, vectorised.
        sf: survival function, vectorised.
        low: where to begin, > 0, of the batch shape; the mass below is put into one node there.
        high: a quantile at about 1 - 1e-17, of the batch shape; moved out until the first two moments are complete.
        moments: E[T] and E[T^2] of the batch shape; an infinite second moment is not waited for.

    Returns:
        Locations and weights, shape (n, *batch).
    """
    start = np.log(np.asarray(low, dtype=np.float64))
    end = np.log(np.asarray(high, dtype=np.float64))
    for _ in range(int(FURTHEST)):
        x = np.exp(end)
        left = np.asarray(sf(x))
        open_ = left * x > TINY * np.asarray(moments[0])
        second = np.asarray(moments[1])
        open_ = open_ | (np.isfinite(second) & (left * x * x > TINY * second))
        if not np.any(open_) or np.max(end) > FURTHEST:
            break
        end = np.where(open_, end + 0.5, end)
    count = math.ceil(float(np.max(end - start)) / STEP) + 1
    step = (end - start) / (count - 1)
    y = start + step * np.arange(count).reshape(-1, *(1,) * np.ndim(step))
    x = np.exp(y)
    weights = np.asarray(pdf(x)) * x * step
    # the trapezoid's ends: half the first term belongs to the mass below, which stands in one node
    weights[0] = 0.5 * weights[0] + np.asarray(cdf(x[0]))
    return x, weights


def bounded(pdf: Function, width: Any, count: int = 601) -> tuple[Any, Any]:
    """Nodes and weights on [0, width] by the tanh-sinh rule.

    Args:
        pdf: density, vectorised.
        width: the upper end, of the batch shape.
        count: nodes.

    Returns:
        Locations and weights, shape (n, *batch).
    """
    u = np.linspace(-3.2, 3.2, count)
    step = u[1] - u[0]
    inner = 0.5 * math.pi * np.sinh(u)
    # distance to the nearer end, without cancellation: 1 - tanh(a) = 2 / (1 + e^{2a})
    near = 1.0 / (1.0 + np.exp(2.0 * np.abs(inner)))
    share = np.where(u < 0.0, near, 1.0 - near)
    slope = 0.25 * math.pi * np.cosh(u) / np.cosh(inner) ** 2
    column = (slice(None), *(None,) * np.ndim(width))
    x = share[column] * width
    density = np.asarray(pdf(x))
    return x, np.where(np.isfinite(density), density, 0.0) * slope[column] * width * step
