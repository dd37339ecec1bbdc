"""Elementary functions of a complex argument that keep their digits near zero, shared by the laws' transforms.

Each accepts real or complex arrays. "Relative" is |error| / |value|.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

__all__ = [
    "exp_complement",
    "exp_excess",
    "exp_excess_complement",
    "log1p",
    "patched",
    "ramp_excess",
    "ramp_excess_complement",
]

SMALL = 0.05
"""Below this |z| a series replaces a difference: 1/z digits of 2e-16 are 1e-14 there."""


def log1p(z: Any) -> Any:
    """ln(1 + z), relative accuracy 1e-15 for every z (numpy's complex log1p loses the real part near 0)."""
    if z.dtype.kind != "c":
        with np.errstate(all="ignore"):
            return np.log1p(z)
    x, y = z.real, z.imag
    out = np.empty(z.shape, dtype=np.complex128)
    square = np.maximum(x * (2.0 + x) + y * y, -1.0)
    with np.errstate(divide="ignore"):
        out.real = 0.5 * np.log1p(square)
    out.imag = np.arctan2(y, 1.0 + x)
    return out


def exp_complement(z: Any) -> Any:
    """1 - exp(-z)."""
    return -special.expm1(-z)


def patched(values: Any, z: Any, series: Callable[[Any], Any], bound: float = SMALL) -> Any:
    """`values` with series(z) put where |z| < bound."""
    z = np.asarray(z)
    small = np.abs(z) < bound
    if not np.any(small):
        return values
    out = np.array(np.broadcast_to(values, z.shape))
    out[small] = series(z[small])
    return out


def exp_excess(z: Any) -> Any:
    """phi(z) = (1 - exp(-z)) / z; 1 at 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = exp_complement(z) / z
    zero = z == 0.0
    return np.where(zero, 1.0, ratio) if np.any(zero) else ratio


def exp_excess_complement(z: Any) -> Any:
    """1 - phi(z) = z/2 - z^2/6 + z^3/24 - ..."""
    return patched(1.0 - exp_excess(z), z, _exp_excess_series)


def _exp_excess_series(z: Any) -> Any:
    """sum_{n >= 1} (-1)^(n+1) z^n / (n+1)!; ten terms leave 5e-21 at |z| = 0.05."""
    total = np.zeros_like(z)
    for n in range(10, 0, -1):
        total = z / (n + 1.0) * (1.0 - total)
    return total


def ramp_excess(z: Any) -> Any:
    """psi(z) = 2 (1 - phi(z)) / z = 2 (z - 1 + exp(-z)) / z^2; 1 at 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 2.0 * exp_excess_complement(z) / z
    zero = z == 0.0
    return np.where(zero, 1.0, ratio) if np.any(zero) else ratio


def ramp_excess_complement(z: Any) -> Any:
    """1 - psi(z) = z/3 - z^2/12 + z^3/60 - ..."""
    return patched(1.0 - ramp_excess(z), z, _ramp_excess_series)


def _ramp_excess_series(z: Any) -> Any:
    """sum_{n >= 1} (-1)^(n+1) 2 z^n / (n+2)!; ten terms leave 5e-22 at |z| = 0.05."""
    total = np.zeros_like(z)
    for n in range(10, 0, -1):
        total = z / (n + 2.0) * (1.0 - total)
    return total
