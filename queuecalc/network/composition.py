"""Linear recursions against the flow: x_i = b_i + w_i sum_j P_ij x_j, block by block from the last station back.

With w the station transforms and b_i = w_i exit_i this is the end-to-end transform from each station on,
(I - diag(w) P)^-1 diag(w) exit; other right-hand sides give its complement, means and second moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.krylov import SETTLED, solved_at_once
from queuecalc.network.loop import Loop
from queuecalc.network.structure import Block
from queuecalc.network.together import Together

__all__ = ["abscissa_of_loop", "against_the_flow", "within_loop"]

_DENSE = 48  # a loop of more stations is solved by iteration first
_SWEEPS = 400
_CLOSE = 1e-13


def against_the_flow(order: Sequence[Block], w: Any, b: Any) -> Any:
    """x = b + w P x.

    Args:
        order: the blocks of the routing, in flow order.
        w: factor of each station, shape (n, ...), real or complex.
        b: right-hand side, shape (n, ...) of the same rank; both broadcast behind the first axis.

    Returns:
        x, shape (n, ...).
    """
    rest = np.broadcast_shapes(w.shape[1:], b.shape[1:])
    w = np.broadcast_to(w, (w.shape[0], *rest))
    x = np.array(np.broadcast_to(b, (b.shape[0], *rest)), dtype=np.result_type(w, b))
    for block in reversed(order):
        row, target, share = block.leaving
        if block.inner is None:
            station = int(block.stations[0])
            if target.size == 1:
                x[station] += share[0] * w[station] * x[target[0]]
            elif target.size:
                x[station] += w[station] * np.tensordot(share, x[target], axes=1)
            continue
        inside = np.zeros((block.stations.size, *rest), dtype=x.dtype)
        np.add.at(inside, row, share.reshape((-1,) + (1,) * len(rest)) * x[target])
        factor = w[block.stations]
        x[block.stations] = within_loop(block.inner, factor, x[block.stations] + factor * inside)
    return x


def within_loop(loop: Loop, w: Any, b: Any, settled: float = SETTLED) -> Any:
    """x = b + w P x within a loop; w and b of shape (m, ...); `settled` as for `solved_at_once`."""
    m = len(loop)
    if m == 1:
        return b / (1.0 - loop.share[0] * w)
    if m > _DENSE:
        factor, right = w.reshape(m, -1), b.reshape(m, -1)
        with np.errstate(all="ignore"):
            x, done = solved_at_once(lambda x: x - factor * loop.forward(x), right, settled)
        if done:
            return x.reshape(b.shape)
    first = np.moveaxis(w, 0, -1)
    matrix = np.eye(m) - first[..., :, None] * loop.dense
    solved = np.linalg.solve(matrix, np.moveaxis(b, 0, -1)[..., None])[..., 0]
    return np.moveaxis(solved, -1, 0)


def abscissa_of_loop(inner: Loop, laws: Together, most: FloatArray) -> FloatArray:
    """The largest theta with spectral radius of diag(w(-theta)) P below 1, by bisection from below.

    Args:
        inner: P within the loop.
        laws: of its stations.
        most: the smallest abscissa of these laws, of the batch shape; 0 is returned where it is 0.
    """
    shape = most.shape
    low, high = np.zeros(shape), np.array(most)
    unknown = np.isinf(high)
    mean = np.broadcast_to(laws.figure("mean").max(axis=0), shape)
    high = np.where(unknown, 1.0 / mean, high)
    while unknown.any():
        unknown = unknown & _contracts(inner, laws, high)
        low, high = np.where(unknown, high, low), np.where(unknown, 2.0 * high, high)
    while (high - low > _CLOSE * high).any():
        middle = 0.5 * (low + high)
        below = _contracts(inner, laws, middle)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def _contracts(inner: Loop, laws: Together, theta: FloatArray) -> Any:
    """Whether the spectral radius of diag(w(-theta)) P is below 1; a doubtful case counts as no."""
    s = -theta + 0j  # below the abscissa by construction: no need to look for it as at a real argument
    with np.errstate(all="ignore"):
        w = np.moveaxis(np.real(laws.asked("lst", s)), 0, -1)
    finite = np.isfinite(w).all(axis=-1)
    w = np.where(finite[..., None], w, 0.0)
    return finite & (
        _decided_by_solving(inner.dense, w) if len(inner) <= _DENSE else _decided_by_bounds(inner, w)
    )


def _decided_by_solving(inner: FloatArray, w: FloatArray) -> Any:
    """I - diag(w) P is an M-matrix, and only then is (I - diag(w) P)^-1 1 >= 1 everywhere.

    Berman & Plemmons 1994, chapter 6, condition N38.
    """
    m = len(inner)
    try:
        x = np.linalg.solve(np.eye(m) - w[..., None] * inner, np.ones((*w.shape[:-1], m, 1)))[..., 0]
    except np.linalg.LinAlgError:  # one is singular to the last digit: not below 1
        return np.zeros(w.shape[:-1], dtype=np.bool_)
    return (x >= 1.0).all(axis=-1)


def _decided_by_bounds(inner: Loop, w: FloatArray) -> Any:
    """min (A x)_i / x_i <= spectral radius <= max (A x)_i / x_i along the powers of I + A (Collatz 1942)."""
    below = np.zeros(w.shape[:-1], dtype=np.bool_)
    for place in np.ndindex(below.shape):
        x = np.ones(len(inner))
        for _ in range(_SWEEPS):
            onward = w[place] * inner.forward(x[:, None])[:, 0]
            ratio = onward / x
            below[place] = ratio.max() < 1.0
            if below[place] or ratio.min() >= 1.0:
                break
            x = x + onward
            x /= x.max()
    return below
