"""The squared coefficient of variation, from mean and variance."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law.parameter import Real, released

__all__ = ["scv_of"]


def scv_of(mean: Any, var: Any) -> Real:
    """var / mean^2, elementwise; inf where the mean is infinite, 0 where it is 0."""
    m, v = np.asarray(mean, dtype=np.float64), np.asarray(var, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(np.isfinite(m), v / m / m, np.inf)
    return released(np.where(m == 0.0, 0.0, ratio))
