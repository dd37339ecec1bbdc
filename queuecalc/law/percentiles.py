"""Laws through two percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.gamma import Gamma
from queuecalc.law.lognormal import lognormal_from_percentiles
from queuecalc.law.parameter import positive
from queuecalc.law.weibull import Weibull

__all__ = ["law_from_percentiles"]

LEAST_SHAPE, GREATEST_SHAPE = 1e-3, 1e8
"""Between which the shape of a gamma law is sought."""


def law_from_percentiles(percentiles: Mapping[float, float], law: str = "lognormal") -> Law:
    """The law of a family through two percentiles, such as {0.5: 0.012, 0.99: 0.090}.

    Two percentiles determine these laws, but say little of the tail beyond: between the families p99.9 may differ by
    half.

    Args:
        percentiles: two levels in (0, 1) with their times, in seconds.
        law: lognormal, weibull (k = ln(ln(1 - q_2) / ln(1 - q_1)) / ln(t_2 / t_1)) or gamma (its shape solves
            P^-1(k, q_2) / P^-1(k, q_1) = t_2 / t_1).

    Raises:
        InvalidInput: another law, not two levels in (0, 1), times not > 0 that grow with the level, or times that no
            law of the family has.

    >>> fitted = law_from_percentiles({0.5: 0.012, 0.99: 0.090}, "weibull")
    >>> round(fitted.ppf(0.99), 6)
    0.09
    """
    if law not in FAMILIES:
        raise InvalidInput(f"law_from_percentiles: law = {law!r}; expected one of {', '.join(FAMILIES)}")
    if law == "lognormal":
        return lognormal_from_percentiles(percentiles)
    points = sorted(percentiles.items())
    if len(points) != 2:
        raise InvalidInput(f"law_from_percentiles: {len(points)} percentiles; expected exactly two")
    for level, time in points:
        if not 0.0 < level < 1.0:
            raise InvalidInput(f"law_from_percentiles: level {level!r}; expected a number in (0, 1)")
        positive("law_from_percentiles", f"time at level {level!r}", time)
    (low, first), (high, second) = points
    if not first < second:
        raise InvalidInput(
            f"law_from_percentiles: {first!r} at level {low!r}, {second!r} at level {high!r}; "
            "expected times that grow with the level"
        )
    return FAMILIES[law](float(low), float(first), float(high), float(second))


def _weibull(low: float, first: float, high: float, second: float) -> Law:
    h_low, h_high = -math.log1p(-low), -math.log1p(-high)
    k = math.log(h_high / h_low) / math.log(second / first)
    scale = second * h_high ** (-1.0 / k)
    log_gamma = float(special.gammaln(1.0 + 1.0 / k))
    c2 = math.expm1(min(float(special.gammaln(1.0 + 2.0 / k)) - 2.0 * log_gamma, 700.0))
    return Weibull(mean=scale * math.exp(log_gamma), scv=c2)


def _gamma(low: float, first: float, high: float, second: float) -> Law:
    """Bisection in ln k: the ratio of the quantiles falls with k."""
    target = second / first

    def ratio(k: float) -> float:
        below = float(special.gammaincinv(k, low))
        return float(special.gammaincinv(k, high)) / below if below > 0.0 else math.inf

    near, far = math.log(LEAST_SHAPE), math.log(GREATEST_SHAPE)
    if not ratio(GREATEST_SHAPE) < target < ratio(LEAST_SHAPE):
        raise InvalidInput(
            f"law_from_percentiles: {second!r} / {first!r} at levels {high!r} and {low!r}; expected times further "
            "apart or nearer: no gamma law of an SCV from 1e-8 to 1,000 has them"
        )
    for _ in range(100):
        middle = 0.5 * (near + far)
        near, far = (middle, far) if ratio(math.exp(middle)) > target else (near, middle)
    k = math.exp(0.5 * (near + far))
    scale = second / float(special.gammaincinv(k, high))
    return Gamma(mean=float(np.float64(k * scale)), scv=1.0 / k)


FAMILIES: dict[str, Callable[[float, float, float, float], Law]] = {
    "lognormal": lambda low, first, high, second: lognormal_from_percentiles({low: first, high: second}),
    "weibull": _weibull,
    "gamma": _gamma,
}
"""Name -> the law through (level, time, level, time)."""
