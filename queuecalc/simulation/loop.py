"""The event loop: requests arrive, are served, make their calls; units fail and are repaired.

Plain functions over the records, which run as they are and compiled alike.
"""

from __future__ import annotations

import numpy as np

from queuecalc.simulation.calls import finish_delay, finish_service, proceed
from queuecalc.simulation.heap import pop, push, take
from queuecalc.simulation.records import (
    A_USER,
    ARRIVAL,
    CHANGED,
    DELAYED,
    FROM_OUTSIDE,
    KINDS,
    SERVED,
    State,
    Tables,
)
from queuecalc.simulation.stations import choose_station, feed, next_in_line, queue_up
from queuecalc.simulation.users import asks, change_number

__all__ = ["DONE", "FULL", "HUNGRY", "THIRSTY", "change", "next_arrival", "run"]

DONE, FULL, HUNGRY, THIRSTY = 0, 1, 2, 3
"""Why the loop hands back: time is up; the buffer of answers is full; records, or samples, run out."""


def class_rate(T: Tables, index: int, load: float) -> float:
    """Requests per second of a class from outside; users who wait for their answers come by themselves."""
    fixed = float(T.classes[index]["fixed"])
    return fixed if T.think > 0.0 else T.classes[index]["share"] * load + fixed


def total_rate(T: Tables, load: float) -> float:
    """Requests per second of all classes from outside."""
    rate = 0.0
    for index in range(T.classes.size):
        rate += class_rate(T, index, load)
    return rate


def load_at(T: Tables, segment: int, time: float) -> float:
    """The load curve inside a segment."""
    before, after = T.knots[segment], T.knots[segment + 1]
    share = (time - before["time"]) / (after["time"] - before["time"])
    return float(before["load"] + (after["load"] - before["load"]) * share)


def next_arrival(T: Tables, S: State, rng: np.random.Generator) -> None:
    """The next request: thinning within each segment of the curve (Lewis & Shedler 1979)."""
    clock = S.clock[0]
    time = clock["now"]
    while clock["segment"] < T.knots.size - 1:
        segment = clock["segment"]
        top = total_rate(T, max(T.knots[segment]["load"], T.knots[segment + 1]["load"]))
        end = T.knots[segment + 1]["time"]
        if top > 0.0:
            time += rng.standard_exponential() / top
        if top <= 0.0 or time >= end:
            time = end
            clock["segment"] = segment + 1
        elif rng.random() * top <= total_rate(T, load_at(T, segment, time)):
            push(S, time, FROM_OUTSIDE * KINDS + ARRIVAL)
            return


def request(T: Tables, S: State, rng: np.random.Generator) -> None:
    """A request of some class arrives from outside, and the next one is drawn."""
    load = load_at(T, S.clock[0]["segment"], S.clock[0]["now"])
    left = rng.random() * total_rate(T, load)
    chosen = T.classes.size - 1
    for index in range(T.classes.size - 1):
        left -= class_rate(T, index, load)
        if left < 0.0:
            chosen = index
            break
    task = made(T, S, chosen)
    next_arrival(T, S, rng)
    proceed(T, S, rng, task)


def request_of_user(T: Tables, S: State, rng: np.random.Generator) -> None:
    """A user who has thought asks for something, of the classes by their shares."""
    total = 0.0
    for index in range(T.classes.size):
        total += T.classes[index]["share"]
    left = rng.random() * total
    chosen = -1
    for index in range(T.classes.size):
        share = T.classes[index]["share"]
        if share > 0.0:
            chosen = index
            left -= share
            if left < 0.0:
                break
    proceed(T, S, rng, made(T, S, chosen))


def made(T: Tables, S: State, request_class: int) -> int:
    """The task of a request that is made now."""
    S.offered[request_class] += 1
    task = take(S, request_class, -1, -1, T.nodes[request_class]["first_line"] - 1)
    S.tasks[task]["root"] = task
    S.tasks[task]["time"] = S.clock[0]["now"]
    return task


def change(T: Tables, S: State, rng: np.random.Generator, index: int) -> None:
    """A unit fails or is repaired; what waited at a dead unit goes to a live one. Work begun is finished."""
    unit = T.units[index]
    component = unit["component"]
    figures = T.components[component]
    progress = S.components[component]
    up = 1 - S.up[index]
    S.up[index] = up
    progress["live"] += unit["size"] if up == 1 else -unit["size"]
    first, end = figures["first_station"], figures["first_station"] + figures["stations"]
    if figures["stations"] == 1:
        S.stations[first]["servers"] = figures["servers"] * progress["live"]
    else:
        for station in range(first, end):
            if unit["station"] < 0 or unit["station"] == station:
                S.stations[station]["servers"] = figures["servers"] * up
    if progress["live"] > 0:
        for station in range(first, end):
            if S.stations[station]["servers"] == 0:
                for flow in range(2):
                    while S.places[2 * station + flow]["head"] >= 0:
                        task = next_in_line(S, station, flow)
                        queue_up(S, task, choose_station(T, S, rng, component))
    for station in range(first, end):
        feed(T, S, rng, station)
    mean = unit["mean_up"] if up == 1 else unit["mean_down"]
    push(S, S.clock[0]["now"] + mean * rng.standard_exponential(), index * KINDS + CHANGED)


def run(T: Tables, S: State, rng: np.random.Generator, until: float) -> int:
    """Let events happen until a time, or until something has to be refilled first.

    Returns:
        DONE, FULL, HUNGRY or THIRSTY.
    """
    clock = S.clock[0]
    while True:
        if clock["thirsty"] == 1:
            return THIRSTY
        if clock["spare"] < T.bound or clock["events"] + T.starts > S.heap_times.size:
            return HUNGRY
        if clock["answers"] >= S.answer_times.size:
            return FULL
        if clock["events"] == 0 or S.heap_times[0] >= until:
            clock["now"] = until
            return DONE
        code = pop(S)
        kind = code % KINDS
        index = code // KINDS
        if kind == SERVED:
            finish_service(T, S, rng, index)
        elif kind == DELAYED:
            finish_delay(T, S, rng, index)
        elif kind == CHANGED:
            change(T, S, rng, index)
        elif index == FROM_OUTSIDE:
            request(T, S, rng)
        elif index != A_USER:
            change_number(T, S, rng)
        elif asks(S):
            request_of_user(T, S, rng)
