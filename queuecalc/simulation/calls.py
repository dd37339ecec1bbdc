"""What a task does once it is served: it is dropped or makes its calls, one after the other; then its caller goes on.

Plain functions over the records, which run as they are and compiled alike.
"""

from __future__ import annotations

import math

import numpy as np

from queuecalc.simulation.heap import push, release, take
from queuecalc.simulation.records import BLOCKED, DELAYED, DOWN, DROPPED, KINDS, State, Tables
from queuecalc.simulation.stations import arrive, feed, taker

__all__ = ["answer", "call_on", "finish_service", "leave", "lose", "passes", "proceed"]


def lose(S: State, root: int, cause: int, component: int) -> None:
    """Book a refused visit: on the request, under its first cause, or as a message."""
    if root < 0:
        S.messages[cause, component] += 1
    elif S.tasks[root]["loss"] == 0:
        S.tasks[root]["loss"] = 1 + cause * S.components.size + component


def answer(T: Tables, S: State, task: int) -> None:
    """A request has made all its calls."""
    record = S.tasks[task]
    request_class = T.nodes[record["node"]]["request_class"]
    loss = record["loss"]
    if loss > 0:
        parts = S.components.size
        S.lost[request_class, (loss - 1) // parts, (loss - 1) % parts] += 1
        return
    clock = S.clock[0]
    number = clock["answers"]
    S.answer_times[number] = clock["now"] - record["time"]
    S.answer_classes[number] = request_class
    clock["answers"] = number + 1


def call_on(T: Tables, S: State, rng: np.random.Generator, task: int) -> bool:
    """A task makes its calls until one has to be waited for (False) or all are made (True)."""
    record = S.tasks[task]
    end = T.nodes[record["node"]]["end_line"]
    while True:
        if record["left"] == 0:
            record["line"] += 1
            if record["line"] >= end:
                return True
            calls = T.lines[record["line"]]
            number = calls["whole"]
            if calls["part"] > 0.0 and rng.random() < calls["part"]:
                number += 1
            record["left"] = number
            continue
        record["left"] -= 1
        line = T.lines[record["line"]]
        option = taker(T, S, record["line"])
        root = record["root"] if line["wait"] == 1 else -1
        if option < 0:
            lose(S, root, DOWN, T.options[line["first_option"]]["component"])
            continue
        node = T.options[option]["node"]
        if node < 0:
            record["left"] = 0
            continue
        parent = task if line["wait"] == 1 else -1
        child = take(S, node, parent, root, T.nodes[node]["first_line"] - 1)
        if not arrive(T, S, rng, child, option):
            lose(S, root, BLOCKED, T.options[option]["component"])
            release(S, child)
        elif line["wait"] == 1:
            return False


def proceed(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A task goes on with its calls; when all are made, so does the task that waits for it."""
    while task >= 0 and call_on(T, S, rng, task):
        parent = S.tasks[task]["parent"]
        if T.nodes[S.tasks[task]["node"]]["component"] < 0:
            answer(T, S, task)
        release(S, task)
        task = parent


def passes(T: Tables, S: State, rng: np.random.Generator, node: int) -> bool:
    """Whether a visit goes on at the end of its service: a rate cap, then a limiter's drops.

    A cap lets through the share cap / rate of all visits alike; the rate is measured, with an exponential memory.
    """
    component = T.nodes[node]["component"]
    figures = T.components[component]
    if figures["cap"] > 0.0:
        progress = S.components[component]
        now = S.clock[0]["now"]
        rate = progress["rate"] * math.exp((progress["rated"] - now) / figures["memory"])
        progress["rate"] = rate + 1.0 / figures["memory"]
        progress["rated"] = now
        if rng.random() * rate > figures["cap"] * progress["live"]:
            return False
    drop = T.nodes[node]["drop"]
    return not (drop > 0.0 and rng.random() < drop)


def leave(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A visit has been served."""
    record = S.tasks[task]
    node = record["node"]
    if not passes(T, S, rng, node):
        lose(S, record["root"], DROPPED, T.nodes[node]["component"])
        record["line"] = T.nodes[node]["end_line"]
    proceed(T, S, rng, task)


def finish_service(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A server lets go of a task; then comes the fixed delay."""
    record = S.tasks[task]
    now = S.clock[0]["now"]
    station = record["station"]
    place = S.stations[station]
    component = place["component"]
    figures = T.components[component]
    progress = S.components[component]
    progress["area"] += progress["busy"] * (now - progress["since"])
    progress["since"] = now
    progress["busy"] -= 1
    place["busy"] -= 1
    freed_limit = False
    if record["flow"] == 0:
        freed_limit = figures["stations"] > 1 and progress["limited"] == figures["limit"]
        progress["limited"] -= 1
    feed(T, S, rng, station)
    if freed_limit:
        for other in range(figures["first_station"], figures["first_station"] + figures["stations"]):
            feed(T, S, rng, other)
    if figures["delay"] > 0.0:
        push(S, now + figures["delay"], task * KINDS + DELAYED)
    else:
        leave(T, S, rng, task)
