"""Poisson's probability over its sums below and above, for any real count: what Erlang and Palm divide by.

With w(x, y) = y^x exp(-y) / Gamma(x + 1)

    B(x, y) = w / Q(x + 1, y), Erlang's loss formula with a real number of servers x and load y;
    G(x, y) = w / P(x, y),     the inverse of Palm's sum 1 + y/(x+1) + y^2/((x+1)(x+2)) + ...;

P and Q are the regularised incomplete gamma functions. Where one of them underflows, its continued fraction serves,
all of whose terms are positive. What theory asks of B and G near their limits is given apart, without cancellation:
x - y + y B (`idle`) and h = (y - x + x G) / y (`palm`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = ["idle", "log_weight", "loss", "loss_excess", "palm", "passed", "poisson_weight"]

STIRLING = (
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360360.0,
    1.0 / 156.0,
)
"""Coefficients of 1/x, 1/x^3, ... in ln Gamma(x + 1) - ln(sqrt(2 pi x) (x/e)^x)."""

FROM = 16.0
"""Stirling's series serves from this x on (1e-17 there); below, the logarithm of Gamma itself."""

SADDLE = 1.0
"""Below this x the weight is taken as it stands."""

NEAR = 0.3
"""|x - y| / (x + y) below which the deviance is summed as a series."""

FAR = 4.0
"""Standard deviations between x and y from which on a continued fraction gives what B and G leave."""

LEVELS = 200
"""Levels of the continued fractions: 1e-15 at FAR standard deviations."""

BEYOND = 8.0
"""Standard deviations of y above x from which on the continued fraction gives B itself."""

BEYOND_LEVELS = 60
"""Levels of that one: 2e-16."""

FEW = 40.0
"""Palm's sum is added up as it stands for y up to here."""

TERMS = 170
"""Terms of that sum: the rest is 1e-17 of it at y = FEW."""


def _stirling_error(x: Any) -> Any:
    """ln Gamma(x + 1) - (x + 1/2) ln x + x - ln(2 pi) / 2, for x >= SADDLE."""
    square = 1.0 / (x * x)
    series = np.zeros_like(x)
    for coefficient in reversed(STIRLING):
        series = series * square + coefficient
    small = x < FROM
    if not np.any(small):
        return series / x
    few = np.where(small, x, 1.0)
    exact = special.gammaln(few + 1.0) - (few + 0.5) * np.log(few) + few - 0.5 * np.log(2.0 * np.pi)
    return np.where(small, exact, series / x)


def _deviance(x: Any, y: Any, gap: Any) -> Any:
    """x ln(x / y) + y - x, without cancellation near y = x (Loader's bd0); gap = x - y."""
    v = gap / (x + y)
    near = np.abs(v) < NEAR
    square = np.where(near, v * v, 0.0)
    series = np.zeros_like(square)
    for j in range(16, 0, -1):
        series = (series + 1.0 / (2 * j + 1)) * square
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = x / y
        log_ratio = np.log(ratio)
        if not np.all(np.isfinite(ratio)):
            log_ratio = np.where(np.isfinite(ratio), log_ratio, np.log(x) - np.log(y))
        far = x * log_ratio - gap
    return np.where(near, gap * v + 2.0 * x * v * series, far)


def log_weight(x: Any, y: Any, gap: Any | None = None) -> Any:
    """ln w(x, y) for arrays x >= 0 and y > 0; gap = x - y where it is known better than by subtraction.

    Source: Loader 2000, "Fast and accurate computation of binomial probabilities", eq. (5), for real counts.
    """
    low = x < SADDLE
    many = np.maximum(x, SADDLE)
    apart = many - y if gap is None else np.where(low, many - y, gap)
    value = -_stirling_error(many) - _deviance(many, y, apart) - 0.5 * np.log(2.0 * np.pi * many)
    if not np.any(low):
        return value
    few = np.where(low, x, 0.0)
    return np.where(low, few * np.log(y) - y - special.gammaln(few + 1.0), value)


def poisson_weight(x: Any, y: Any, gap: Any | None = None) -> Any:
    """w(x, y) = y^x exp(-y) / Gamma(x + 1) for arrays x >= 0 and y >= 0: P(N = x) for N Poisson with mean y."""
    some = y > 0.0
    value = np.exp(log_weight(x, np.where(some, y, 1.0), gap))
    return np.where(some, value, np.where(x == 0.0, 1.0, 0.0))


# -- above: Erlang


def _upper_rest(x: Any, y: Any, levels: int) -> Any:
    """T = 1 x / (y - x + 2 + 2 (x - 1) / (y - x + 4 + ...)), y > x: y B = y - x + T (Legendre)."""
    d = y - x
    tail = np.zeros_like(d)
    for j in range(levels, 0, -1):
        tail = j * (x - j + 1.0) / (d + 2.0 * j + tail)
    return tail


def _above(x: Any, y: Any, deviations: float) -> Any:
    return y - x > deviations * np.sqrt(x + 4.0)


def loss(x: Any, y: Any, remainder: Any | None = None) -> Any:
    """B(x, y), Erlang B with a real number of servers x >= 0 and load y >= 0; arrays of one shape.

    remainder is what rounding took from y, where it is known: d ln B / dy = (x - y) / y + B.

    Source: Jagerman 1974, "Some properties of the Erlang loss function", Bell Syst. Tech. J. 53, theorem 3.
    """
    above = _above(x, y, BEYOND)
    inside = np.where(above, x, y)
    value = np.asarray(poisson_weight(x, inside) / special.gammaincc(x + 1.0, inside))
    if np.any(above):
        few, much = x[above], y[above]
        value[above] = (much - few + _upper_rest(few, much, BEYOND_LEVELS)) / much
    if remainder is not None:
        share = remainder / np.where(y > 0.0, y, 1.0)
        value = value * (1.0 + (x - y * (1.0 - value)) * share)
    return np.where(x == 0.0, 1.0, np.minimum(value, 1.0))


def passed(x: Any, y: Any) -> Any:
    """1 - B(x, y) = x / (x + y B(x - 1, y)), to full relative accuracy; arrays of one shape, x >= 1."""
    b = loss(x, y)
    much = b > 0.5
    if not np.any(much):
        return 1.0 - b
    return np.where(much, x / (x + y * loss(x - 1.0, y)), 1.0 - b)


def idle(x: Any, y: Any) -> Any:
    """x - y + y B(x, y) >= 0, the mean number of servers without work; arrays of one shape."""
    above = _above(x, y, FAR)
    safe = np.where(above, y, 2.0 * x + 100.0)
    return np.where(above, _upper_rest(x, safe, LEVELS), np.maximum(x - y + y * loss(x, y), 0.0))


def loss_excess(x: Any, y: Any) -> Any:
    """x + 1 - y + y B(x, y) > 0: mean number of stages left of those whose Poisson number is at most x.

    It is E[x + 1 - N | N <= x], N Poisson with mean y, for whole x.
    """
    return 1.0 + idle(x, y)


# -- below: Palm


def _lower_fraction(y: Any, d: Any) -> Any:
    """h = 1 / (d + 1 + 2 y / (d + 2 + 3 y / (d + 3 + ...))), d = x - y > 0: x G = d + y h (Perron)."""
    tail = np.zeros_like(d)
    for j in range(LEVELS, 1, -1):
        tail = j * y / (d + j + tail)
    return 1.0 / (d + 1.0 + tail)


def _sums(x: Any, y: Any) -> tuple[Any, Any]:
    """(1 + y/(x+1) + y^2/((x+1)(x+2)) + ..., h times it)."""
    term = np.ones(np.shape(y))
    total, lost = term.copy(), term / (x + 1.0)
    for j in range(1, TERMS):
        term = term * y / (x + j)
        total = total + term
        lost = lost + (j + 1.0) * term / (x + j + 1.0)
    return total, lost


def palm(x: Any, y: Any, gap: Any | None = None) -> tuple[Any, Any]:
    """(G, h) of x > 0 and y >= 0, arrays of one shape; gap = x - y where it is known better than by subtraction.

    G = w / P(x, y) in (0, 1]; h = (y - x + x G) / y in (0, 1), 1 / (x + 1) at y = 0.

    Source: Palm 1957, "Research on telephone traffic carried by full availability groups"; DLMF 8.2 and 8.7.
    """
    d = x - y if gap is None else gap
    fraction = d > FAR * np.sqrt(x + 4.0)
    summed = ~fraction & (y <= FEW)
    other = ~fraction & ~summed
    g, h = np.ones_like(d), np.zeros_like(d)
    if np.any(fraction):
        far = _lower_fraction(np.where(fraction, y, 0.0), np.where(fraction, d, x))
        g, h = np.where(fraction, (d + y * far) / x, g), np.where(fraction, far, h)
    if np.any(summed):
        total, lost = _sums(x, np.where(summed, y, 0.0))
        g, h = np.where(summed, 1.0 / total, g), np.where(summed, lost / total, h)
    if np.any(other):
        load = np.where(other, y, x + 1.0)
        near = poisson_weight(x, load) / special.gammainc(x, load)
        if gap is not None:  # what rounding took from y; d ln G / dy = -h
            near = near * (1.0 + (d - (x - load)) * (x * near - d) / load)
        g = np.where(other, near, g)
        h = np.where(other, (x * near - np.where(other, d, -1.0)) / load, h)
    return np.clip(g, 0.0, 1.0), np.clip(h, 0.0, 1.0)
