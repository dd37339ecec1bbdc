"""Traffic equations: lambda = gamma + P' lambda (Jackson 1957, eq. (3))."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.krylov import solved_at_once
from queuecalc.network.loop import Loop
from queuecalc.network.routing import Routing
from queuecalc.network.structure import Block, blocks

__all__ = ["MOST_DENSE", "MOST_PLAIN", "flow_through", "throughflow"]

MOST_PLAIN = 200  # a loop of more stations is solved by iteration, if that settles
MOST_DENSE = 1000  # else one of more stations by sparse elimination


def flow_through(routing: Routing, external: FloatArray) -> FloatArray:
    """The rate through each station of a whole network; a large one is solved as one matrix.

    Args:
        routing: between the stations.
        external: gamma, shape (n, ...), >= 0.
    """
    n = len(routing.names)
    if n <= MOST_DENSE // 2:
        return throughflow(blocks(routing), external)
    loop = Loop(n, routing.source, routing.target, routing.probability)
    return np.maximum(_loop(loop, external.reshape(n, -1)).reshape(external.shape), 0.0)


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


def _loop(loop: Loop, arriving: FloatArray) -> FloatArray:
    """(I - P')^-1 gamma within a loop: by iteration first where it is large, else by elimination."""
    m = len(loop)
    if m > MOST_PLAIN:
        solved, settled = solved_at_once(lambda x: x - loop.backward(x), arriving)
        if settled:
            return np.asarray(solved, dtype=np.float64)
    if m <= MOST_DENSE or loop.is_dense:
        return np.asarray(np.linalg.solve(np.eye(m) - loop.dense.T, arriving), dtype=np.float64)
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import splu

    inner = coo_array((loop.share, (loop.column, loop.row)), shape=(m, m))
    eliminated: FloatArray = splu((eye_array(m, format="csc") - inner.tocsc()).tocsc()).solve(arriving)
    return eliminated
