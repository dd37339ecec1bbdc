"""One run of the event loop, which gets task records, samples and an empty buffer of answers when it asks for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from queuecalc.simulation.compilation import Loop
from queuecalc.simulation.heap import take
from queuecalc.simulation.loop import DONE, HUNGRY, THIRSTY, change, next_arrival
from queuecalc.simulation.records import (
    A_USER,
    ARRIVAL,
    CAUSES,
    CLOCK,
    KINDS,
    PLACE,
    PROGRESS,
    STATION,
    TASK,
    State,
    Tables,
)
from queuecalc.simulation.stations import choose_station, feed, queue_up
from queuecalc.simulation.users import next_number
from queuecalc.simulation.wiring import Wiring

__all__ = ["Engine", "Sink"]

Sink = Callable[[npt.NDArray[np.float64], npt.NDArray[np.int64]], None]
"""Takes response times, network left out, and the classes of the requests."""

ANSWERS = 1 << 16
SAMPLES = 1 << 14
ALL_SAMPLES = 1 << 23
"""In stock: of one law, and of all laws together."""
TASKS = 1 << 12


class Engine:
    """One run.

    Attributes:
        wiring, tables: the architecture and its load.
        state: what is going on.
        rng: routes, arrivals, failures; each pool of service times has a stream of its own.
    """

    def __init__(
        self, wiring: Wiring, tables: Tables, seed: np.random.SeedSequence, sink: Sink, loop: Loop
    ) -> None:
        self.wiring = wiring
        self.loop = loop
        self.sink = sink
        seeds = seed.spawn(1 + len(wiring.laws))
        self.rng = np.random.default_rng(seeds[0])
        self.sources = [
            (law, np.random.default_rng(one)) for law, one in zip(wiring.laws, seeds[1:], strict=True)
        ]
        margin = tables.starts * _most_samples(tables)
        size = max(min(SAMPLES, ALL_SAMPLES // max(1, len(wiring.laws))), 4 * margin)
        self.tables = tables._replace(margins=np.full(len(self.sources), size - margin, dtype=np.int64))
        self.state = _still(self.tables, wiring, size)
        for pool, (law, rng) in enumerate(self.sources):
            self.state.pools[pool] = law.sample(size, rng)
        self._start()

    def _start(self) -> None:
        """The first request and the first changes of all units; a unit is up with its availability."""
        self._think()
        next_arrival(self.tables, self.state, self.rng)
        for index, unit in enumerate(self.tables.units):
            share = unit["mean_up"] / (unit["mean_up"] + unit["mean_down"])
            progress = self.state.components[unit["component"]]
            if self.rng.random() < share:  # change() turns it round
                self.state.up[index] = 0
                progress["live"] -= unit["size"]
            change(self.tables, self.state, self.rng, index)

    def _think(self) -> None:
        """Users who wait for their answers begin by thinking."""
        tables = self.tables
        if tables.think <= 0.0:
            return
        number = int(np.floor(tables.knots[0]["load"] + 0.5))
        while self.state.heap_times.size < number + tables.starts:
            self.state = _grown(self.state)
        state = self.state
        pauses = np.sort(tables.pause + tables.think * self.rng.standard_exponential(number))
        state.heap_times[:number] = pauses  # in order, they are a heap
        state.heap_codes[:number] = A_USER * KINDS + ARRIVAL
        state.clock[0]["events"] = state.clock[0]["users"] = number
        next_number(tables, state)

    def advance(self, until: float) -> None:
        """Let events happen until that time [s]."""
        while True:
            answer = self.loop(self.tables, self.state, self.rng, float(until))
            if answer == HUNGRY:
                self.state = _grown(self.state)
            elif answer == THIRSTY:
                self._refill()
            else:
                self._flush()
            if answer == DONE:
                self._settle()
                return

    def put_in_line(self, nodes: npt.NDArray[np.int64]) -> None:
        """Messages that wait from the beginning, in this order; servers begin with the first of them."""
        while self.state.clock[0]["spare"] < nodes.size + self.tables.bound:
            self.state = _grown(self.state)
        state = self.state
        for node in nodes.tolist():
            row = self.tables.nodes[node]
            task = take(state, node, -1, -1, row["first_line"] - 1)
            state.tasks[task]["time"] = state.clock[0]["now"]
            state.tasks[task]["flow"] = 0
            component = row["component"]
            queue_up(state, task, choose_station(self.tables, state, self.rng, component))
            progress = state.components[component]
            progress["waiting"] += 1
            progress["most"] = max(progress["most"], progress["waiting"])
        for station in range(state.stations.size):
            feed(self.tables, state, self.rng, station)

    def _settle(self) -> None:
        """Busy servers are counted up to now."""
        now = self.state.clock[0]["now"]
        components = self.state.components
        components["area"] += components["busy"] * (now - components["since"])
        components["since"] = now

    def _refill(self) -> None:
        """Used samples are replaced by fresh ones."""
        state = self.state
        size = state.pools.shape[1]
        for pool, (law, rng) in enumerate(self.sources):
            used = int(state.drawn[pool])
            state.pools[pool, : size - used] = state.pools[pool, used:].copy()
            state.pools[pool, size - used :] = law.sample(used, rng)
        state.drawn[:] = 0
        state.clock[0]["thirsty"] = 0

    def _flush(self) -> None:
        number = int(self.state.clock[0]["answers"])
        self.sink(self.state.answer_times[:number].copy(), self.state.answer_classes[:number].copy())
        self.state.clock[0]["answers"] = 0


def _most_samples(tables: Tables) -> int:
    """How many samples of one law a service takes, at most."""
    needs = np.concatenate([[0], np.cumsum(tables.draws["whole"].astype(np.int64) + 1)])
    return int((needs[tables.nodes["end_draw"]] - needs[tables.nodes["first_draw"]]).max(initial=1))


def _still(tables: Tables, wiring: Wiring, size: int) -> State:
    """Nothing has happened yet; every unit is up."""
    clock = np.zeros(1, dtype=CLOCK)
    clock[0]["free"] = -1
    parts, classes = len(wiring.names), len(wiring.classes)
    components = np.zeros(parts, dtype=PROGRESS)
    components["live"] = wiring.counts
    stations = np.zeros(int(tables.components["stations"].sum()), dtype=STATION)
    for index, row in enumerate(tables.components):
        of_it = slice(row["first_station"], row["first_station"] + row["stations"])
        stations[of_it]["component"] = index
        stations[of_it]["servers"] = row["servers"] * (wiring.counts[index] if row["stations"] == 1 else 1)
    places = np.zeros(2 * stations.size, dtype=PLACE)
    places["head"] = places["tail"] = -1
    state = State(
        clock=clock,
        heap_times=np.zeros(0),
        heap_codes=np.zeros(0, dtype=np.int64),
        tasks=np.zeros(0, dtype=TASK),
        stations=stations,
        places=places,
        components=components,
        up=np.ones(tables.units.size, dtype=np.int64),
        visits=np.zeros(tables.nodes.size, dtype=np.int64),
        pools=np.zeros((len(wiring.laws), size)),
        drawn=np.zeros(len(wiring.laws), dtype=np.int64),
        offered=np.zeros(classes, dtype=np.int64),
        lost=np.zeros((classes, len(CAUSES), parts), dtype=np.int64),
        messages=np.zeros((len(CAUSES), parts), dtype=np.int64),
        answer_times=np.zeros(ANSWERS),
        answer_classes=np.zeros(ANSWERS, dtype=np.int64),
    )
    return _grown(state, max(TASKS, 4 * (tables.bound + tables.starts)))


def _grown(state: State, least: int = 0) -> State:
    """More task records, and room for as many events."""
    old = state.tasks.size
    size = max(least, 2 * old)
    tasks = np.zeros(size, dtype=TASK)
    tasks[:old] = state.tasks
    tasks["next"][old:] = np.arange(old + 1, size + 1)
    tasks[size - 1]["next"] = state.clock[0]["free"]
    state.clock[0]["free"] = old
    state.clock[0]["spare"] += size - old
    room = state.heap_times.size
    return state._replace(
        tasks=tasks,
        heap_times=np.concatenate([state.heap_times, np.zeros(size - room)]),
        heap_codes=np.concatenate([state.heap_codes, np.zeros(size - room, dtype=np.int64)]),
    )
