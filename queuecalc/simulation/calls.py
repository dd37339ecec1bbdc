"""What a task does once it is served: it is dropped or makes its calls, one after the other or together; then its
caller goes on.

Plain functions over the records, which run as they are and compiled alike.
"""

from __future__ import annotations

import math

import numpy as np

from queuecalc.simulation.heap import push, release, take
from queuecalc.simulation.records import (
    BLOCKED,
    DELAYED,
    DOWN,
    DROPPED,
    HANDED_OFF,
    HANDED_ON,
    KINDS,
    WAITED_FOR,
    State,
    Tables,
)
from queuecalc.simulation.stations import arrive, chosen, feed, taker
from queuecalc.simulation.users import think

__all__ = [
    "answer",
    "call_on",
    "finish_delay",
    "finish_service",
    "finished",
    "leave",
    "let_go",
    "lose",
    "passes",
    "proceed",
    "same_group",
]


def lose(S: State, root: int, cause: int, component: int) -> None:
    """Book a refused visit: on the request, under its first cause, or as a message."""
    if root < 0:
        S.messages[cause, component] += 1
    elif S.tasks[root]["loss"] == 0:
        S.tasks[root]["loss"] = 1 + cause * S.components.size + component


def answer(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A request has made all its calls; a user who waited for it goes on thinking."""
    record = S.tasks[task]
    request_class = T.nodes[record["node"]]["request_class"]
    if T.think > 0.0 and T.classes[request_class]["share"] > 0.0:
        think(T, S, rng)
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
    """A task makes its calls until some have to be waited for (False) or all are made (True)."""
    record = S.tasks[task]
    end = T.nodes[record["node"]]["end_line"]
    while True:
        if record["left"] == 0:
            following = record["line"] + 1
            if record["open"] > 0 and not (following < end and same_group(T, following)):
                return False
            record["line"] = following
            if following >= end:
                return True
            calls = T.lines[following]
            number = calls["whole"]
            if calls["part"] > 0.0 and rng.random() < calls["part"]:
                number += 1
            record["left"] = number
            continue
        record["left"] -= 1
        line = T.lines[record["line"]]
        wait = line["wait"]
        option = chosen(T, rng, record["line"]) if line["chance"] == 1 else taker(T, S, record["line"])
        root = -1 if wait == HANDED_OFF else record["root"]
        if option < 0:
            lose(S, root, DOWN, T.options[line["first_option"]]["component"])
            continue
        node = T.options[option]["node"]
        if node < 0:
            record["left"] = 0
            continue
        parent = task if wait == WAITED_FOR else record["parent"] if wait == HANDED_ON else -1
        child = take(S, node, parent, root, T.nodes[node]["first_line"] - 1)
        if not arrive(T, S, rng, child, option):
            lose(S, root, BLOCKED, T.options[option]["component"])
            release(S, child)
        elif wait == HANDED_ON:
            release(S, task)
            return False
        elif wait == WAITED_FOR:
            record["open"] += 1
            if line["group"] == 0:
                return False


def same_group(T: Tables, line: int) -> bool:
    """Whether a call goes out together with the one before it."""
    return bool(T.lines[line]["group"] > 0 and T.lines[line]["group"] == T.lines[line - 1]["group"])


def finished(S: State, task: int) -> int:
    """A task is over; the one that can go on now: its caller, if that waits for nothing else. -1 for none."""
    parent = S.tasks[task]["parent"]
    release(S, task)
    if parent >= 0:
        S.tasks[parent]["open"] -= 1
        if S.tasks[parent]["open"] > 0:
            return -1
    return int(parent)


def proceed(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A task goes on with its calls; when all are made, so does the task that waits for it.

    A server that was held is free then; the fixed delay holds no server and comes after.
    """
    while task >= 0 and call_on(T, S, rng, task):
        component = T.nodes[S.tasks[task]["node"]]["component"]
        if component < 0:
            answer(T, S, rng, task)
        elif T.components[component]["held"] == 1:
            let_go(T, S, rng, task)
            if T.components[component]["delay"] > 0.0:
                push(S, S.clock[0]["now"] + T.components[component]["delay"], task * KINDS + DELAYED)
                return
        task = finished(S, task)


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


def let_go(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A server is free again and takes the next in line."""
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


def finish_service(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A service is over: the server is free, unless it is held until the calls are answered; the fixed delay."""
    figures = T.components[S.stations[S.tasks[task]["station"]]["component"]]
    if figures["held"] == 1:
        leave(T, S, rng, task)
        return
    let_go(T, S, rng, task)
    if figures["delay"] > 0.0:
        push(S, S.clock[0]["now"] + figures["delay"], task * KINDS + DELAYED)
    else:
        leave(T, S, rng, task)


def finish_delay(T: Tables, S: State, rng: np.random.Generator, task: int) -> None:
    """A fixed delay is over: of a visit that still has its calls before it, or, where servers are held, behind it."""
    if T.components[T.nodes[S.tasks[task]["node"]]["component"]]["held"] == 1:
        proceed(T, S, rng, finished(S, task))
    else:
        leave(T, S, rng, task)
