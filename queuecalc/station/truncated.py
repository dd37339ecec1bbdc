"""Geometric sums that stop at a bound: what a finite waiting room makes of the M/M/c queue length.

With R = max(rho, 1)^n and n whole, nothing below cancels at rho = 1 or overflows at rho > 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.law.forms import log1p
from queuecalc.station.offered import LOWEST

__all__ = [
    "geometric_mean_place",
    "geometric_second_moment",
    "geometric_sum",
    "geometric_transform",
    "log_complement",
    "sum_of_powers",
]

BERNOULLI = (1.0 / 12.0, -1.0 / 720.0, 1.0 / 30240.0, -1.0 / 1209600.0)
"""Coefficients of h, h^3, ... in 1 / (1 - exp(-h)) - 1/h - 1/2."""


SECOND_NODES = 32
"""Of Cauchy's integral: the coefficient found is alone up to the 32nd after it, which weighs 2^-32 / 32!."""


def geometric_sum(log_rho: Any, places: Any) -> tuple[Any, Any]:
    """(sum_{j < n} rho^j / R, rho^n / R) for n = places >= 0, elementwise."""
    h = np.abs(log_rho)
    last = np.exp(places * np.minimum(log_rho, 0.0))
    return sum_of_powers(h, places) * np.exp(-np.maximum(log_rho, 0.0)), last


def sum_of_powers(h: Any, count: Any) -> Any:
    """sum_{j < n} exp(-j h), h >= 0."""
    flat = h == 0.0
    safe = np.where(flat, 1.0, h)
    return np.where(flat, count, np.expm1(-count * safe) / np.expm1(-safe))


def geometric_mean_place(log_rho: Any, places: Any) -> Any:
    """sum_{j < n} (j + 1) rho^j / sum_{j < n} rho^j, elementwise: (n + 1) / 2 at rho = 1, 1 / (1 - rho) for large n."""
    h = -np.asarray(log_rho)
    near = np.abs(h) * places < 0.1
    series = np.zeros(np.shape(near))
    for i, coefficient in enumerate(BERNOULLI):
        power = 2.0 * i + 1.0
        series = series + coefficient * h * (h * h) ** i * (1.0 - places ** (power + 1.0))
    away, count = np.where(near, 1.0, h), np.where(near, 1.0, places)
    with np.errstate(over="ignore"):
        closed = -1.0 / np.expm1(-away) - count / np.expm1(count * away)
    return np.where(near, 0.5 * (places + 1.0) + series, closed)


def geometric_transform(y: Any, log_share: Any, log_rho: Any, places: Any, fraction: Any = 0.0) -> Any:
    """(sum_{j < n} u^j + f u^n) / (the same at u = rho) for u = 1 - y, elementwise.

    Args:
        y: complex.
        log_share: ln(u / rho), Re <= 0: exact where y is not, far from u = 1.
        log_rho: ln rho.
        places: n >= 1.
        fraction: f in [0, 1).
    """
    total, last = geometric_sum(log_rho, places)
    exponent = log_rho + log_share
    near = np.abs(y) < 0.25
    if np.any(near):
        exponent = np.where(near, log1p(-np.where(near, y, 0.0)), exponent)
    exponent = places * exponent
    scaled = np.exp(places * log_share + places * np.minimum(log_rho, 0.0))  # u^n / R
    rising = exponent.real > 1.0
    small = np.exp(-np.maximum(places * log_rho, 0.0))
    change = np.where(rising, scaled - small, special.expm1(np.where(rising, 0.0, exponent)) * small)
    zero = y == 0.0
    inner = np.where(zero, places * small, -change / np.where(zero, 1.0, y))
    return (inner + fraction * scaled) / (total + fraction * last)


def log_complement(d: Any) -> Any:
    """ln(1 - d), elementwise; LOWEST where d is 1."""
    values = log1p(-np.asarray(d))
    return np.where(values.real < LOWEST, LOWEST, values)


def geometric_second_moment(log_rho: Any, places: Any, fraction: Any = 0.0) -> Any:
    """E[M^2] for M = 1 + j with the weights rho^j, j < n, and f rho^n of j = n.

    By Cauchy's integral of the generating function u T(1 - rho u) around u = 1, on a circle of half its mean's inverse.
    """
    total, last = geometric_sum(log_rho, places)
    mean = total * geometric_mean_place(log_rho, places) + fraction * last * (places + 1.0)
    mean = mean / (total + fraction * last)
    angle = 2.0 * np.pi * (np.arange(SECOND_NODES).reshape(-1, *(1,) * np.ndim(mean)) + 0.5) / SECOND_NODES
    shift = 0.5 / mean * np.exp(1j * angle)
    y = -np.expm1(log_rho) - np.exp(log_rho) * shift
    values = (1.0 + shift) * geometric_transform(y, log1p(shift), log_rho, places, fraction)
    falling = 2.0 * np.mean((values / shift**2).real, axis=0)
    return falling + mean
