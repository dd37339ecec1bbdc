"""What leaves a network when some of its stations cannot keep up."""

from __future__ import annotations

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.routing import Routing
from queuecalc.network.structure import blocks
from queuecalc.network.traffic import throughflow

__all__ = ["departures"]


def departures(routing: Routing, external: FloatArray, capacity: FloatArray) -> FloatArray:
    """theta_i = min(lambda_i, c_i mu_i) with lambda = gamma + P' theta: departures in the long run [1/s].

    A station that is offered more than its capacity lets through its capacity, and its line grows; the stations
    behind it get less. The solution is unique where everybody can leave. Found by fixing the departures of the
    saturated stations and solving for the others; the set of saturated ones only shrinks.

    Args:
        routing: between the stations.
        external: gamma, shape (n,).
        capacity: c mu of each station, shape (n,); inf for unlimited servers.

    Source: Goodman & Massey 1984, "The non-ergodic Jackson network", J. Appl. Prob. 21, theorem 1 and section 3.
    """
    flow = throughflow(blocks(routing), external)
    full = flow >= capacity
    for _ in range(len(capacity)):
        if not full.any():
            return flow
        fixed = full[routing.source]
        arriving = external.copy()
        given = routing.probability[fixed] * capacity[routing.source[fixed]]
        np.add.at(arriving, routing.target[fixed], given)
        rest = Routing(
            routing.names, routing.source[~fixed], routing.target[~fixed], routing.probability[~fixed]
        )
        flow = throughflow(blocks(rest), arriving)
        still = full & (flow >= capacity)
        if (still == full).all():
            return np.where(full, capacity, flow)
        full = still
    return np.minimum(flow, capacity)
