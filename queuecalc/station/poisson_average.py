"""Averages over a Poisson number: what uniformisation makes of survival functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.station.erlang import poisson_probability

__all__ = ["poisson_average"]

BLOCK = 512
"""Terms summed at once."""

WIDTH = 12.0
"""Standard deviations, and 40 terms more, kept on each side of the largest term: 1e-31 of it is left."""


def poisson_average(x: Any, values: Callable[[Any], Any], centre: Any, end: Any) -> Any:
    """sum_n P(X = n) values(n) for X Poisson with mean x, elementwise; positive terms, nothing cancels.

    Args:
        x: means >= 0.
        values: n -> a non-increasing sequence in [0, 1]; n of shape (m, *(1, ...)).
        centre: where the terms are largest, at most x.
        end: values(n) = 0 from here on; may be inf.
    """
    low = np.floor(np.maximum(centre - WIDTH * np.sqrt(centre) - 40.0, 0.0))
    high = np.minimum(np.ceil(x + WIDTH * np.sqrt(x) + 40.0), end)
    total = np.zeros(np.shape(x))
    first, last = int(np.min(low)), int(np.max(high))
    for start in range(first, max(last, first + 1), BLOCK):
        n = np.arange(start, min(start + BLOCK, last), dtype=np.float64)
        n = n.reshape(-1, *(1,) * np.ndim(x))
        total = total + np.sum(poisson_probability(n, x) * np.where(n < end, values(n), 0.0), axis=0)
    return total
