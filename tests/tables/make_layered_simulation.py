"""Makes layered_simulation.json: events of requests that fork, join and hold servers, sharing no code with the package.

    python tests/tables/make_layered_simulation.py

Every case is a front station and what it calls; the arrival rate is 1 / s. Percentiles of 250,000 answers and more,
whose standard error at p95 is below 1 %.

A visit waits for a server of its station, is served, and makes its turns: in each turn all calls go out at once, and
the next turn begins when all are answered. A station that holds keeps the server until the last answer is there.
"""

from __future__ import annotations

import heapq
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

OUT = Path(__file__).with_name("layered_simulation.json")

Sampler = Callable[[Random], float]


@dataclass(frozen=True)
class Place:
    """A station: servers with one line, which a visit holds while it waits for its calls, or not."""

    servers: int
    held: bool = False


@dataclass(frozen=True)
class Visit:
    """One visit: where, how long it is served, and its turns: calls, each with the chance that it is made."""

    place: str
    service: Sampler
    turns: tuple[tuple[tuple[Visit, float], ...], ...] = ()


@dataclass
class _Task:
    visit: Visit
    parent: _Task | None
    begun: float
    turn: int = 0
    open: int = 0


@dataclass
class _Line:
    free: int
    waiting: deque[_Task] = field(default_factory=deque)


def sojourns(
    places: Mapping[str, Place],
    requests: list[tuple[float, Visit]],
    number: int,
    seed: int,
    warm: float = 0.1,
) -> list[list[float]]:
    """Response times of each kind of request, those of the first tenth of all left out.

    Args:
        requests: (rate, first visit) of each kind; Poisson.
        number: answers in all.
    """
    random = Random(seed)
    lines = {name: _Line(place.servers) for name, place in places.items()}
    order = count()
    events: list[tuple[float, int, _Task | None, int]] = []
    answers: list[list[float]] = [[] for _ in requests]
    kinds = {id(visit): kind for kind, (_, visit) in enumerate(requests)}
    done, now = 0, 0.0

    def begin(task: _Task) -> None:
        line = lines[task.visit.place]
        if line.free:
            line.free -= 1
            heapq.heappush(events, (now + task.visit.service(random), next(order), task, -1))
        else:
            line.waiting.append(task)

    def let_go(name: str) -> None:
        line = lines[name]
        if line.waiting:
            task = line.waiting.popleft()
            heapq.heappush(events, (now + task.visit.service(random), next(order), task, -1))
        else:
            line.free += 1

    def go_on(task: _Task) -> None:
        nonlocal done
        while True:
            while task.turn < len(task.visit.turns):
                calls = [visit for visit, chance in task.visit.turns[task.turn] if random.random() < chance]
                task.turn += 1
                if calls:
                    task.open = len(calls)
                    for visit in calls:
                        begin(_Task(visit, task, now))
                    return
            if places[task.visit.place].held:
                let_go(task.visit.place)
            if task.parent is None:
                done += 1
                if done > warm * number:
                    answers[kinds[id(task.visit)]].append(now - task.begun)
                return
            task = task.parent
            task.open -= 1
            if task.open:
                return

    for kind, (rate, _) in enumerate(requests):
        heapq.heappush(events, (random.expovariate(rate), next(order), None, kind))
    while done < number:
        now, _, task, kind = heapq.heappop(events)
        if task is None:
            rate, visit = requests[kind]
            heapq.heappush(events, (now + random.expovariate(rate), next(order), None, kind))
            begin(_Task(visit, None, now))
        else:
            if not places[task.visit.place].held:
                let_go(task.visit.place)
            go_on(task)
    return answers


def law(mean: float, scv: float) -> Sampler:
    """A gamma law."""

    def sample(random: Random) -> float:
        return random.gammavariate(1.0 / scv, mean * scv)

    return sample


TOGETHER: tuple[dict[str, Any], ...] = (
    {"calls": 2, "rho": 0.5, "scv": 1.0, "servers": 1, "others": 0.0},
    {"calls": 2, "rho": 0.8, "scv": 1.0, "servers": 1, "others": 0.0},
    {"calls": 5, "rho": 0.7, "scv": 1.0, "servers": 1, "others": 0.0},
    {"calls": 3, "rho": 0.7, "scv": 0.25, "servers": 1, "others": 0.0},
    {"calls": 3, "rho": 0.7, "scv": 3.0, "servers": 1, "others": 0.0},
    {"calls": 3, "rho": 0.7, "scv": 1.0, "servers": 4, "others": 0.0},
    {"calls": 3, "rho": 0.7, "scv": 1.0, "servers": 1, "others": 1.0},
)
FRONT = 0.3


def together(case: dict[str, Any], seed: int, number: int = 300_000) -> list[float]:
    """Calls that go out at once, each to a station of its own, which others visit, too."""
    names = [f"part{index}" for index in range(case["calls"])]
    service = law(case["rho"] * case["servers"] / (1.0 + case["others"]), case["scv"])
    places = {"front": Place(1), **{name: Place(case["servers"]) for name in names}}
    request = Visit("front", law(FRONT, 1.0), (tuple((Visit(name, service), 1.0) for name in names),))
    kinds = [(1.0, request)]
    if case["others"]:
        kinds += [(case["others"], Visit(name, service)) for name in names]
    times = sojourns(places, kinds, round(number * (1.0 + case["others"] * len(names))), seed)[0]
    return figures(times)


HELD: tuple[dict[str, Any], ...] = (
    {"servers": 4, "own": 1.0, "scv": 1.0, "below": 4, "service": 1.0, "times": 1},
    {"servers": 8, "own": 2.0, "scv": 1.0, "below": 2, "service": 1.4, "times": 1},
    {"servers": 8, "own": 2.0, "scv": 1.0, "below": 1, "service": 0.7, "times": 1},
    {"servers": 4, "own": 1.0, "scv": 0.25, "below": 2, "service": 1.0, "times": 1},
    {"servers": 2, "own": 0.5, "scv": 1.0, "below": 1, "service": 0.5, "times": 1},
    {"servers": 1, "own": 0.3, "scv": 1.0, "below": 1, "service": 0.3, "times": 1},
    {"servers": 10, "own": 1.0, "scv": 1.0, "below": 4, "service": 1.5, "times": 2},
)


def held(case: dict[str, Any], seed: int, number: int = 150_000) -> list[float]:
    """A server that is held while it calls a database once or more; both services have the SCV of the case."""
    places = {"server": Place(case["servers"], held=True), "database": Place(case["below"])}
    query = Visit("database", law(case["service"], case["scv"]))
    request = Visit("server", law(case["own"], case["scv"]), (((query, 1.0),),) * case["times"])
    return figures(sojourns(places, [(1.0, request)], number, seed)[0])


def figures(times: list[float]) -> list[float]:
    """The median, p95, p99 and the mean."""
    ordered = sorted(times)
    found = [ordered[int(level * len(ordered))] for level in (0.5, 0.95, 0.99)]
    return [round(value, 5) for value in (*found, sum(times) / len(times))]


def main() -> None:
    """Write the table."""
    tables = {
        "together": [case | {"figures": together(case, seed)} for seed, case in enumerate(TOGETHER)],
        "held": [case | {"figures": held(case, seed)} for seed, case in enumerate(HELD)],
    }
    OUT.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
