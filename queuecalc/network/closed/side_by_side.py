"""Mean and variance of the longest of several times that begin together, from the mean and the variance of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import gammainc

__all__ = ["longest_moments"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_LEAST_SCV = 1e-6
_FAR = (1.0, 4.0, 16.0)
"""Ends of the panels in standard deviations beyond the largest mean."""


def longest_moments(means: Sequence[Any], variances: Sequence[Any]) -> tuple[Any, Any]:
    """Of max T_i, T_i independent gamma laws with these moments, elementwise.

    E[max] = int (1 - prod F_i(t)) dt, E[max^2] = int 2 t (1 - prod F_i(t)) dt.
    """
    mean, var = np.broadcast_arrays(*[np.stack(np.broadcast_arrays(*each)) for each in (means, variances)])
    some = np.maximum(mean, 1e-300)
    shape = 1.0 / np.maximum(var / some**2, _LEAST_SCV)
    largest = some.max(axis=0)
    spread = np.sqrt(np.maximum(var, _LEAST_SCV * some**2)).max(axis=0)
    ends = [np.zeros_like(largest), np.maximum(largest - 4.0 * spread, 0.0), largest]
    ends += [largest + far * spread for far in _FAR]
    total: Any = 0.0
    square: Any = 0.0
    for low, high in pairwise(ends):
        half = 0.5 * (high - low)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            t = 0.5 * (low + high) + node * half
            late = weight * half * (1.0 - gammainc(shape, shape * t / some).prod(axis=0))
            total, square = total + late, square + 2.0 * t * late
    return total, np.maximum(square - total**2, 0.0)
