"""What happens at a component: tasks wait in line, servers take them first come, first served.

Plain functions over the records, which run as they are and compiled alike.
"""

from __future__ import annotations

import numpy as np

from queuecalc.simulation.heap import push
from queuecalc.simulation.records import KINDS, OWN_NODE, SERVED, State, Tables

__all__ = [
    "arrive",
    "begin",
    "choose_station",
    "chosen",
    "feed",
    "next_in_line",
    "queue_up",
    "service_time",
    "taker",
]


def taker(T: Tables, S: State, line: int) -> int:
    """The option that takes a call now; -1 when everybody who could is down."""
    record = T.lines[line]
    for option in range(record["first_option"], record["end_option"]):
        choice = T.options[option]
        if choice["node"] < 0 or S.components[choice["component"]]["live"] > 0:
            return option
    return -1


def chosen(T: Tables, rng: np.random.Generator, line: int) -> int:
    """The option that chance picks."""
    record = T.lines[line]
    number = rng.random()
    low, high = record["first_option"], record["end_option"] - 1
    while low < high:
        middle = (low + high) // 2
        if number < T.options[middle]["share"]:
            high = middle
        else:
            low = middle + 1
    return int(low)


def service_time(T: Tables, S: State, rng: np.random.Generator, node: int) -> float:
    """A sample of the service of a visit, the component's calls to itself included."""
    total = 0.0
    for index in range(T.nodes[node]["first_draw"], T.nodes[node]["end_draw"]):
        draw = T.draws[index]
        if draw["line"] >= 0:
            option = taker(T, S, draw["line"])
            if option < 0 or T.options[option]["node"] != OWN_NODE:
                continue
        number = draw["whole"]
        if draw["part"] > 0.0 and rng.random() < draw["part"]:
            number += 1
        pool = draw["pool"]
        for _ in range(number):
            position = S.drawn[pool]
            total += S.pools[pool, position]
            S.drawn[pool] = position + 1
            if position >= T.margins[pool]:
                S.clock[0]["thirsty"] = 1
    return total


def begin(T: Tables, S: State, rng: np.random.Generator, task: int, station: int) -> None:
    """A server takes a task."""
    record = S.tasks[task]
    now = S.clock[0]["now"]
    place = S.stations[station]
    progress = S.components[place["component"]]
    progress["area"] += progress["busy"] * (now - progress["since"])
    progress["since"] = now
    progress["busy"] += 1
    place["busy"] += 1
    if record["flow"] == 0:
        progress["limited"] += 1
    wait = now - record["time"]
    progress["started"] += 1
    progress["waited"] += wait
    if wait > progress["longest"]:
        progress["longest"] = wait
        progress["longest_at"] = record["time"]
    push(S, now + service_time(T, S, rng, record["node"]), task * KINDS + SERVED)


def queue_up(S: State, task: int, station: int) -> None:
    """A task goes to the end of its line."""
    flow = S.tasks[task]["flow"]
    S.tasks[task]["next"] = -1
    S.tasks[task]["station"] = station
    ends = S.places[2 * station + flow]
    if ends["tail"] < 0:
        ends["head"] = task
    else:
        S.tasks[ends["tail"]]["next"] = task
    ends["tail"] = task
    S.stations[station]["waiting"] += 1


def next_in_line(S: State, station: int, flow: int) -> int:
    """The first task leaves its line."""
    ends = S.places[2 * station + flow]
    task = ends["head"]
    ends["head"] = S.tasks[task]["next"]
    if ends["head"] < 0:
        ends["tail"] = -1
    S.stations[station]["waiting"] -= 1
    return int(task)


def feed(T: Tables, S: State, rng: np.random.Generator, station: int) -> None:
    """Free servers take those who wait: the limited flow first, as far as partitions go."""
    place = S.stations[station]
    component = place["component"]
    progress = S.components[component]
    while place["busy"] < place["servers"] and place["waiting"] > 0:
        if S.places[2 * station]["head"] >= 0 and progress["limited"] < T.components[component]["limit"]:
            flow = 0
        elif S.places[2 * station + 1]["head"] >= 0:
            flow = 1
        else:
            break
        progress["waiting"] -= 1
        begin(T, S, rng, next_in_line(S, station, flow), station)


def choose_station(T: Tables, S: State, rng: np.random.Generator, component: int) -> int:
    """The line that an arrival joins: of a split component, that of a live unit at random."""
    figures = T.components[component]
    number = figures["stations"]
    first = figures["first_station"]
    if number == 1:
        return int(first)
    live = S.components[component]["live"]
    if live <= 0 or live >= number:
        return int(first + int(rng.random() * number))
    rank = int(rng.random() * live)
    station = first
    while rank > 0 or S.stations[station]["servers"] == 0:
        if S.stations[station]["servers"] > 0:
            rank -= 1
        station += 1
    return int(station)


def arrive(T: Tables, S: State, rng: np.random.Generator, task: int, option: int) -> bool:
    """A task comes to a component; False if it finds no place to wait."""
    component = T.options[option]["component"]
    flow = T.options[option]["flow"]
    figures = T.components[component]
    progress = S.components[component]
    station = choose_station(T, S, rng, component)
    place = S.stations[station]
    record = S.tasks[task]
    now = S.clock[0]["now"]
    record["time"] = now
    record["flow"] = flow
    record["station"] = station
    progress["arrivals"] += 1
    S.visits[record["node"]] += 1
    if place["busy"] < place["servers"] and (flow == 1 or progress["limited"] < figures["limit"]):
        begin(T, S, rng, task, station)
        return True
    if place["waiting"] >= figures["places"]:
        return False
    queue_up(S, task, station)
    progress["waiting"] += 1
    if progress["waiting"] > progress["most"]:
        progress["most"] = progress["waiting"]
        progress["most_at"] = now
    return True
