"""Traffic equations: lambda = gamma + P' lambda (Jackson 1957, eq. (3))."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.structure import Block

__all__ = ["MOST_DENSE", "throughflow"]

MOST_DENSE = 1000  # a loop of more stations is solved by sparse elimination


def throughflow(order: Sequence[Block], external: FloatArray) -> FloatArray:
    """The rate through each station, block by block along the flow.

    Args:
        order: the blocks of the routing, in flow order.
        external: gamma, what comes from outside, shape (n, ...), >= 0.

    Returns:
        lambda, same shape; sums of non-negative terms where there is no loop.
    """
    rate = np.array(external, dtype=np.float64)
    for block in order:
        if block.inner is not None:
            inside = rate[block.stations]
            rate[block.stations] = np.maximum(
                _loop(block.inner, inside.reshape(len(inside), -1)), 0.0
            ).reshape(inside.shape)
        row, target, share = block.leaving
        np.add.at(rate, target, share.reshape((-1,) + (1,) * (rate.ndim - 1)) * rate[block.stations[row]])
    return rate


def _loop(inner: FloatArray, arriving: FloatArray) -> FloatArray:
    """(I - P')^-1 gamma within a loop."""
    m = len(inner)
    if m <= MOST_DENSE:
        return np.asarray(np.linalg.solve(np.eye(m) - inner.T, arriving), dtype=np.float64)
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    solved: FloatArray = splu((eye_array(m, format="csc") - csc_array(inner.T)).tocsc()).solve(arriving)
    return solved
