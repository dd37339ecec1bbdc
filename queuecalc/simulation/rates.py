"""Requests per second of all classes: from outside they are given, of users who wait they show in a run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from queuecalc.simulation.compilation import compiled_loop
from queuecalc.simulation.engine import Engine
from queuecalc.simulation.observation import Observation
from queuecalc.simulation.responses import Responses
from queuecalc.simulation.wiring import Wiring

__all__ = ["arriving", "most_rate", "pace"]

PILOT = 1000
"""Requests of a pilot run in each half, beside one of every user."""


def most_rate(wiring: Wiring, load: float) -> float:
    """What would arrive if no answer took any time."""
    tables = wiring.tables
    if tables.think > 0.0:
        load /= tables.think + tables.pause
    return math.fsum(item.rate(load) for item in wiring.model.classes.values())


def pace(wiring: Wiring, users: float, *, seed: int) -> float:
    """Requests per second of so many users who wait, and of all that comes from outside, as seen in a short run."""
    unheard = Responses(len(wiring.classes), None)
    tables = wiring.with_load([0.0, np.inf], [users, users])
    (own_seed,) = np.random.SeedSequence(seed, spawn_key=(1,)).spawn(1)
    engine = Engine(wiring, tables, own_seed, unheard.add, compiled_loop())
    most = most_rate(wiring, users)
    number = users + PILOT
    step, half = number / most, None
    while True:
        now = engine.state.clock[0]["now"] + step
        engine.advance(now)
        seen = int(engine.state.offered.sum())
        if half is None and seen >= number:
            half = (now, seen)
        elif half is not None and seen >= half[1] + number:
            return float((seen - half[1]) / (now - half[0]))


def arriving(wiring: Wiring, load: float, observations: Sequence[Observation]) -> float:
    """Requests per second: what the curve says, or, of users who wait, what was seen."""
    if wiring.tables.think <= 0.0:
        return load
    seconds = math.fsum(one.seconds for one in observations)
    return float(sum(int(one.offered.sum()) for one in observations)) / seconds
