"""Geometric sums that stop at a bound: what a finite waiting room makes of the M/M/c queue length.

With rho = 1 - slack, R = max(rho, 1)^n and n whole, nothing below cancels at rho = 1 or overflows at rho > 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.law.forms import log1p

__all__ = [
    "geometric_mean_place",
    "geometric_second_moment",
    "geometric_sum",
    "geometric_transform",
    "log_utilisation",
]

LOWEST = -1e4
"""Stands for ln 0: exp of it is 0, and 0 times it is 0."""

BERNOULLI = (1.0 / 12.0, -1.0 / 720.0, 1.0 / 30240.0, -1.0 / 1209600.0)
"""Coefficients of h, h^3, ... in 1 / (1 - exp(-h)) - 1/h - 1/2."""


SECOND_NODES = 32
"""Of Cauchy's integral: the coefficient found is alone up to the 32nd after it, which weighs 2^-32 / 32!."""


def log_utilisation(slack: Any) -> Any:
    """ln rho, elementwise; rho = 0 gives a number so low that its exponential is 0."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log1p(-np.asarray(slack)), LOWEST)


def geometric_sum(slack: Any, places: Any) -> tuple[Any, Any]:
    """(sum_{j < n} rho^j / R, rho^n / R) for n = places >= 0, elementwise."""
    logarithm = log_utilisation(slack)
    last = np.exp(places * np.minimum(logarithm, 0.0))
    safe = np.where(slack == 0.0, 1.0, slack)
    total = np.where(slack == 0.0, places, -np.expm1(-places * np.abs(logarithm)) / np.abs(safe))
    return total, last


def geometric_mean_place(slack: Any, places: Any) -> Any:
    """sum_{j < n} (j + 1) rho^j / sum_{j < n} rho^j, elementwise: (n + 1) / 2 at rho = 1, 1 / (1 - rho) for large n."""
    h = -log_utilisation(slack)
    near = np.abs(h) * places < 0.1
    series = np.zeros(np.shape(near))
    for i, coefficient in enumerate(BERNOULLI):
        power = 2 * i + 1
        series = series + coefficient * (h ** (power % 2) * (h * h) ** (power // 2)) * (
            1.0 - places ** (power + 1.0)
        )
    away, count = np.where(near, 1.0, h), np.where(near, 1.0, places)
    with np.errstate(over="ignore"):
        closed = -1.0 / np.expm1(-away) - count / np.expm1(count * away)
    return np.where(near, 0.5 * (places + 1.0) + series, closed)


def geometric_transform(y: Any, kept: Any, slack: Any, places: Any, fraction: Any = 0.0) -> Any:
    """(sum_{j < n} u^j + f u^n) / (the same at u = rho) for u = 1 - y, elementwise.

    Args:
        y: complex.
        kept: u itself, |u| <= rho: 1 - y would lose it where rho is small, and 1 - u would lose y where u is near 1.
        slack: 1 - rho.
        places: n >= 1.
        fraction: f in [0, 1).
    """
    total, last = geometric_sum(slack, places)
    growth = np.maximum(places * log_utilisation(slack), 0.0)
    exponent = places * _logarithm(np.asarray(y), np.asarray(kept))
    scaled = np.exp(exponent - growth)  # u^n / R
    rising = exponent.real > 1.0
    small = np.exp(-growth)
    change = np.where(rising, scaled - small, special.expm1(np.where(rising, 0.0, exponent)) * small)
    zero = y == 0.0
    inner = np.where(zero, places * small, -change / np.where(zero, 1.0, y))
    return (inner + fraction * scaled) / (total + fraction * last)


def _logarithm(y: Any, kept: Any) -> Any:
    """ln u for u = kept = 1 - y."""
    none = kept == 0.0
    values = np.where(none, LOWEST, np.log(np.where(none, 1.0, kept)))
    near = np.abs(y) < 0.25
    if np.any(near):
        values = np.where(near, log1p(-np.where(near, y, 0.0)), values)
    return values


def geometric_second_moment(slack: Any, places: Any, fraction: Any = 0.0) -> Any:
    """E[M^2] for M = 1 + j with the weights rho^j, j < n, and f rho^n of j = n.

    By Cauchy's integral of the generating function u T(1 - rho u) around u = 1, on a circle of half its mean's inverse.
    """
    total, last = geometric_sum(slack, places)
    mean = total * geometric_mean_place(slack, places) + fraction * last * (places + 1.0)
    mean = mean / (total + fraction * last)
    angle = 2.0 * np.pi * (np.arange(SECOND_NODES).reshape(-1, *(1,) * np.ndim(mean)) + 0.5) / SECOND_NODES
    shift = 0.5 / mean * np.exp(1j * angle)
    rho = 1.0 - np.asarray(slack)
    u = 1.0 + shift
    values = u * geometric_transform(slack - rho * shift, rho * u, slack, places, fraction)
    falling = 2.0 * np.mean((values / shift**2).real, axis=0)
    return falling + mean
