"""Users who wait for each answer, think, and ask again: their number follows the load curve.

Plain functions over the records, which run as they are and compiled alike.
"""

from __future__ import annotations

import numpy as np

from queuecalc.simulation.heap import push
from queuecalc.simulation.records import A_USER, ARRIVAL, KINDS, MORE_OR_FEWER, State, Tables

__all__ = ["asks", "change_number", "next_number", "think"]


def think(T: Tables, S: State, rng: np.random.Generator) -> None:
    """A user has an answer, reads it, and will ask again."""
    time = S.clock[0]["now"] + T.pause + T.think * rng.standard_exponential()
    push(S, time, A_USER * KINDS + ARRIVAL)


def asks(S: State) -> bool:
    """Whether a user who has thought asks again, or is one of those who leave."""
    if S.clock[0]["leaving"] > 0:
        S.clock[0]["leaving"] -= 1
        return False
    return True


def next_number(T: Tables, S: State) -> None:
    """When the next user comes or one is to leave: the curve, rounded to whole users."""
    clock = S.clock[0]
    while clock["ahead"] < T.knots.size - 1:
        before, after = T.knots[clock["ahead"]], T.knots[clock["ahead"] + 1]
        step = 0
        if after["load"] >= clock["users"] + 0.5:
            step = 1
        elif after["load"] < clock["users"] - 0.5:
            step = -1
        if step != 0:
            share = (clock["users"] + 0.5 * step - before["load"]) / (after["load"] - before["load"])
            time = before["time"] + share * (after["time"] - before["time"])
            clock["step"] = step
            push(S, max(time, clock["now"]), MORE_OR_FEWER * KINDS + ARRIVAL)
            return
        clock["ahead"] += 1


def change_number(T: Tables, S: State, rng: np.random.Generator) -> None:
    """One user more, who begins by thinking; or one less: the next who has thought."""
    clock = S.clock[0]
    clock["users"] += clock["step"]
    if clock["step"] < 0:
        clock["leaving"] += 1
    elif clock["leaving"] > 0:
        clock["leaving"] -= 1
    else:
        think(T, S, rng)
    next_number(T, S)
