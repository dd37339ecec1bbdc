"""Erlang's formulas by the ratio of the Poisson probability to its distribution function, for arrays.

B(c, a) = P(X = c) / P(X <= c), X Poisson with mean a. The probability is taken in Loader's saddle-point form, never as
the exponential of a difference of large logarithms; above capacity, where the distribution function underflows, the
ratio is Legendre's continued fraction of the incomplete gamma function, all of whose terms are positive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = ["delay_probability", "loss_probability", "poisson_probability"]

STIRLING = (
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360360.0,
    1.0 / 156.0,
)
"""Coefficients of 1/n, 1/n^3, ... in ln n! - ln(sqrt(2 pi n) (n/e)^n)."""

FROM = 16
"""Stirling's series serves from this n on (1e-17 there); below, the logarithm of n! itself."""

NEAR = 0.3
"""|c - a| / (c + a) below which the deviance is summed as a series."""

ABOVE = 8.0
"""(a - c) / sqrt(c) above which the continued fraction replaces the ratio."""

LEVELS = 60
"""Levels of the continued fraction: 1e-16 at (a - c) / sqrt(c) = 8 for every c."""


def _stirling_error(n: Any) -> Any:
    """ln n! - (n + 1/2) ln n + n - ln(2 pi) / 2, for whole n >= 1."""
    square = 1.0 / (n * n)
    series = np.zeros_like(n)
    for coefficient in reversed(STIRLING):
        series = series * square + coefficient
    small = n < FROM
    if not np.any(small):
        return series / n
    m = np.where(small, n, 1.0)
    exact = special.gammaln(m + 1.0) - (m + 0.5) * np.log(m) + m - 0.5 * np.log(2.0 * np.pi)
    return np.where(small, exact, series / n)


def _deviance(n: Any, a: Any) -> Any:
    """n ln(n / a) + a - n, without cancellation near a = n (Loader's bd0)."""
    v = (n - a) / (n + a)
    near = np.abs(v) < NEAR
    square = np.where(near, v * v, 0.0)
    series = np.zeros_like(square)
    for j in range(16, 0, -1):
        series = (series + 1.0 / (2 * j + 1)) * square
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        far = n * np.log(n / a) + a - n
    return np.where(near, (n - a) * v + 2.0 * n * v * series, far)


def poisson_probability(n: Any, a: Any) -> Any:
    """P(X = n) for X Poisson with mean a, n whole >= 0 and a >= 0 arrays.

    Source: Loader 2000, "Fast and accurate computation of binomial probabilities", eq. (5).
    """
    m = np.maximum(n, 1.0)
    mean = np.where(a > 0.0, a, 1.0)
    p = np.exp(-_stirling_error(m) - _deviance(m, mean)) / np.sqrt(2.0 * np.pi * m)
    return np.where(n < 0.5, np.exp(-a), np.where(a > 0.0, p, 0.0))


def _fraction(c: Any, a: Any) -> Any:
    """1 / B for a > c: a (1/(a - c + 1 c/(a - c + 2 + 2 (c - 1)/(a - c + 4 + ...)))), backwards."""
    d = a - c
    tail = np.zeros_like(d)
    for j in range(LEVELS, 0, -1):
        tail = np.maximum(j * (c - j + 1.0), 0.0) / (d + 2.0 * j + tail)
    return a / (d + tail)


def loss_probability(servers: Any, offered_load: Any, remainder: Any = 0.0) -> Any:
    """Erlang B, the probability that all c servers of M/M/c/c are busy; elementwise, 0 at a = 0.

    Args:
        servers: c >= 1, whole, as floats.
        offered_load: a >= 0, in erlang.
        remainder: what rounding took from a (the offered load is a + remainder): at c = 1e6 a half unit in the last
            place of a is 1e-10 of B, and the first order term (c - a (1 - B)) remainder / a gives it back.

    Returns:
        An array of the broadcast shape. Relative error 1e-12 up to c = 1e6, at every load.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.43).
    """
    c, a = np.broadcast_arrays(
        np.asarray(servers, dtype=np.float64), np.asarray(offered_load, dtype=np.float64)
    )
    above = a - c > ABOVE * np.sqrt(c)
    inside = np.where(above, c, a)
    b = poisson_probability(c, inside) / special.gammaincc(c + 1.0, inside)
    if np.any(above):
        b = np.where(above, 1.0 / _fraction(c, np.where(above, a, 2.0 * c + 100.0)), b)
    positive = a > 0.0
    with np.errstate(over="ignore"):
        shift = np.where(positive, np.asarray(remainder) / np.where(positive, a, 1.0), 0.0)
    return b * (1.0 + (c - a * (1.0 - b)) * shift)


def delay_probability(servers: Any, offered_load: Any, slack: Any, remainder: Any = 0.0) -> Any:
    """Erlang C, the probability that an arrival at M/M/c waits; elementwise, 1 where slack <= 0.

    C = B / (slack + rho B) with slack = 1 - rho, given apart because it cancels near rho = 1; C = rho for c = 1.

    Args:
        servers: c >= 1, whole, as floats.
        offered_load: a >= 0.
        slack: 1 - a / c, to full relative accuracy.
        remainder: what rounding took from a.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.40).
    """
    stable = np.asarray(slack) > 0.0
    safe = np.where(stable, slack, 1.0)
    load = np.where(stable, offered_load, 0.0)
    b = loss_probability(servers, load, remainder)
    delay = np.where(np.asarray(servers) == 1.0, load, b / (safe + (1.0 - safe) * b))
    return np.where(stable, delay, 1.0)
