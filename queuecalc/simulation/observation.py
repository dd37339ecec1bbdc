"""One observation (a batch of a long run, or a replication): what was counted in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.simulation.engine import Engine
from queuecalc.simulation.responses import Responses

__all__ = ["Counters", "Observation", "observed"]

Numbers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counters:
    """What an engine has counted so far; arrays by component, class, node as in its state."""

    now: float
    area: Reals
    arrivals: Numbers
    started: Numbers
    waited: Reals
    visits: Numbers
    offered: Numbers
    lost: Numbers
    messages: Numbers

    @classmethod
    def of(cls, engine: Engine) -> Counters:
        """Read them off."""
        state = engine.state
        components = state.components
        return cls(
            float(state.clock[0]["now"]),
            components["area"].copy(),
            components["arrivals"].copy(),
            components["started"].copy(),
            components["waited"].copy(),
            state.visits.copy(),
            state.offered.copy(),
            state.lost.copy(),
            state.messages.copy(),
        )


@dataclass(frozen=True)
class Observation:
    """What happened between two readings."""

    seconds: float
    area: Reals
    arrivals: Numbers
    started: Numbers
    waited: Reals
    visits: Numbers
    offered: Numbers
    lost: Numbers
    messages: Numbers
    responses: Responses


def observed(before: Counters, after: Counters, responses: Responses) -> Observation:
    """The difference of two readings."""
    return Observation(
        after.now - before.now,
        after.area - before.area,
        after.arrivals - before.arrivals,
        after.started - before.started,
        after.waited - before.waited,
        after.visits - before.visits,
        after.offered - before.offered,
        after.lost - before.lost,
        after.messages - before.messages,
        responses,
    )
