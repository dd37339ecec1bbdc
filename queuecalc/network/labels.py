"""How far the end-to-end law of an open network can be trusted, and by which theorems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.network.routing import Routing
from queuecalc.network.structure import Block, overtakes
from queuecalc.station import MMc, MMInf
from queuecalc.station.base import Queue

__all__ = ["REVISITS", "network_statements"]

REVISITS = STATEMENTS["revisits"]


def network_statements(
    routing: Routing,
    order: Sequence[Block],
    visited: npt.NDArray[np.bool_],
    stations: Mapping[str, Queue],
) -> tuple[Statement, ...]:
    """What the end-to-end law rests on.

    Exact only for exponential stations where every path visits each station at most once, nobody overtakes along it,
    and all its stations but the first and the last have one server (Reich 1957; Burke 1968, 1969; Walrand & Varaiya
    1980): then the sojourns along a path are independent. Anything else is approximate.

    Args:
        routing: between all stations.
        order: its blocks.
        visited: which stations anybody comes to.
        stations: the stations at their rates, in the order of the routing.
    """
    queues = [queue for queue, seen in zip(stations.values(), visited, strict=True) if seen]
    loops = any(block.inner is not None and visited[block.stations].any() for block in order)
    if not all(isinstance(queue, MMc | MMInf) for queue in queues):
        own = {queue.statement.key: queue.statement for queue in queues}
        again = (REVISITS,) if loops else ()
        return (*own.values(), STATEMENTS["poisson-arrivals"], STATEMENTS["independent-sojourns"], *again)
    if loops:
        return STATEMENTS["jackson"], STATEMENTS["independent-sojourns"], REVISITS
    several = np.array([_several(queue) for queue in stations.values()])
    active = visited[routing.source]
    reached = np.zeros(visited.size, dtype=np.bool_)
    reached[routing.target[active]] = True
    goes_on = np.zeros(visited.size, dtype=np.bool_)
    goes_on[routing.source[active]] = True
    if (several & reached & goes_on).any() or overtakes(routing, visited, order):
        return STATEMENTS["jackson"], STATEMENTS["independent-sojourns"]
    return STATEMENTS["jackson"], STATEMENTS["tandem-sojourn"]


def _several(queue: Queue) -> bool:
    return not isinstance(queue, MMc) or bool(np.any(np.asarray(queue.servers) > 1))
