"""A model and its counts as tables: who calls whom, with which figures. Computes no rate and no time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.architecture import NOBODY, USERS, Call, Figures, Model
from queuecalc.errors import InvalidInput
from queuecalc.law import Law
from queuecalc.load import Curve
from queuecalc.simulation.records import (
    CLASS,
    COMPONENT,
    DRAW,
    HANDED_OFF,
    KNOT,
    LINE,
    NOBODY_NODE,
    NODE,
    OPTION,
    OWN_NODE,
    UNIT,
    UNLIMITED,
    WAITED_FOR,
    Tables,
)

__all__ = ["Spot", "Wiring", "wire"]


MOST = 1_000_000
"""Units that are told apart, and calls of one line, at most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What a node stands for: an operation of a component, for one class; the users themselves without either."""

    request_class: str
    component: str = ""
    operation: str = ""
    waited: bool = True


@dataclass(frozen=True)
class Wiring:
    """The tables, and what their numbers mean.

    Attributes:
        names: of the present components, by number.
        figures: of each, overrides applied.
        counts: units of each.
        spots: by node.
        laws: by pool of samples.
        reached: numbers of the components that anything reaches with every unit up.
        waited: numbers of those that a request waits for.
    """

    model: Model
    tables: Tables
    names: tuple[str, ...]
    figures: tuple[Figures, ...]
    counts: tuple[int, ...]
    classes: tuple[str, ...]
    spots: tuple[Spot, ...]
    laws: tuple[Law, ...]
    reached: frozenset[int]
    waited: frozenset[int]

    @property
    def curve(self) -> Curve:
        """What drives the load: requests per second; users, where they wait for their answers."""
        load = self.model.load
        return load.curve if load.waiting_users is None else load.waiting_users

    @property
    def asynchronous(self) -> frozenset[int]:
        """Numbers of the components reached by hand-offs alone."""
        return self.reached - self.waited

    def with_load(self, seconds: npt.ArrayLike, load: npt.ArrayLike) -> Tables:
        """The tables with another load curve: knots in seconds, and what `curve` counts."""
        times, loads = np.asarray(seconds, dtype=np.float64), np.asarray(load, dtype=np.float64)
        knots = np.zeros(times.size, dtype=KNOT)
        knots["time"], knots["load"] = times, loads
        return self.tables._replace(knots=knots)


class _Wirer:
    """Nodes are numbered as they are met, from the users on; the users of each class come first."""

    def __init__(self, model: Model, counts: Mapping[str, int], failing: bool) -> None:
        self.model = model
        self.failing = failing
        self.present = {name for name, count in counts.items() if count > 0}
        self.names = tuple(name for name in model.components if name in self.present)
        self.number = {name: index for index, name in enumerate(self.names)}
        self.counts = tuple(counts[name] for name in self.names)
        self.figures = tuple(model.components[name].figures_with(self.present) for name in self.names)
        self.spots: list[Spot] = [Spot(name) for name in model.classes]
        self.index = {spot: index for index, spot in enumerate(self.spots)}
        self.laws: list[Law] = []
        self.pools: dict[tuple[int, str], int] = {}
        self.rows: dict[str, list[tuple[Any, ...]]] = {key: [] for key in ("node", "line", "option", "draw")}
        self.edges: dict[int, list[int]] = {}
        self.limits = {name: self._limit(name) for name in self.names}

    def _limit(self, name: str) -> tuple[frozenset[str], int]:
        """(partitioned callers, servers that they can keep busy) where these are fewer than the servers."""
        figures = self.figures[self.number[name]]
        callers = set()
        for call in self.model.calls:
            taker = next((e.component for e in call.takers if e.component in self.present), None)
            if taker == name:
                callers |= {e.component for e in call.callers if e.component in self.present}
        sources = {c for c in callers if self.figures[self.number[c]].partitions is not None}
        if not sources or figures.servers is None:
            return frozenset(), UNLIMITED
        limit = sum(
            self.counts[self.number[c]] * (self.figures[self.number[c]].partitions or 0) for c in sources
        )
        if limit >= figures.servers * self.counts[self.number[name]]:
            return frozenset(), UNLIMITED
        return frozenset(sources), limit

    def wire(self, memory_s: float) -> Wiring:
        done = 0
        while done < len(self.spots):
            self._node(done)
            done += 1
        self._refuse_circles()
        self._refuse_crowds()
        reached, waited = self._reach()
        bound = 2 + sum(row[0] + (row[6] > 0) for row in self.rows["line"])
        tables = Tables(
            nodes=np.array(self.rows["node"], dtype=NODE),
            lines=np.array(self.rows["line"], dtype=LINE),
            options=np.array(self.rows["option"], dtype=OPTION),
            draws=np.array(self.rows["draw"], dtype=DRAW),
            components=self._components(memory_s),
            classes=np.array([self._class(name) for name in self.model.classes], dtype=CLASS),
            knots=np.zeros(2, dtype=KNOT),
            units=np.array(self._units() if self.failing else [], dtype=UNIT),
            margins=np.zeros(len(self.laws), dtype=np.int64),
            bound=bound,
            starts=bound + 2 + self._users_back() + self._started_at_once() + self._let_go_at_once(),
            think=self.model.load.think_s or 0.0,
            pause=self.model.load.network_s,
        )
        return Wiring(
            self.model,
            tables,
            self.names,
            self.figures,
            self.counts,
            tuple(self.model.classes),
            tuple(self.spots),
            tuple(self.laws),
            reached,
            waited,
        )

    def _class(self, name: str) -> tuple[float, float]:
        rates = self.model.classes[name]
        return (0.0, rates.per_s) if rates.per_s is not None else (rates.share or 0.0, 0.0)

    # -- nodes and their calls

    def _in_turn(self, spot: Spot) -> Iterator[tuple[int, Call]]:
        """The calls of a visit as they are made, with their groups: those that go out together at the first of them."""
        calls = self._calls(spot)
        groups: dict[str, int] = {}
        for call in calls:
            name = together(call)
            if not name:
                yield 0, call
            elif name not in groups:
                groups[name] = 1 + len(groups)
                yield from ((groups[name], other) for other in calls if together(other) == name)

    def _calls(self, spot: Spot) -> list[Call]:
        caller = spot.component or USERS
        return [
            call
            for call in self.model.calls
            if (call.classes is None or spot.request_class in call.classes)
            and any(e.component == caller and e.operation in ("", spot.operation) for e in call.callers)
        ]

    def _node(self, index: int) -> None:
        spot = self.spots[index]
        first_line, first_draw = len(self.rows["line"]), len(self.rows["draw"])
        if spot.component:
            self._draw(spot.component, spot.operation, 1.0, -1)
        for group, call in self._in_turn(spot):
            self._line(index, spot, call, group)
        component = self.number.get(spot.component, -1)
        drop = self.figures[component].drops.get(spot.request_class, 0.0) if spot.component else 0.0
        self.rows["node"].append(
            (
                component,
                list(self.model.classes).index(spot.request_class),
                first_line,
                len(self.rows["line"]),
                first_draw,
                len(self.rows["draw"]),
                drop,
            )
        )

    def _line(self, index: int, spot: Spot, call: Call, group: int) -> None:
        first = len(self.rows["option"])
        line = len(self.rows["line"])
        for endpoint in call.takers:
            name = endpoint.component
            if name == NOBODY:
                self.rows["option"].append((NOBODY_NODE, -1, 0, 0.0))
                break
            if name not in self.present:
                continue
            component = self.number[name]
            if name == spot.component:
                always = len(self.rows["option"]) == first
                self._draw(name, endpoint.operation, call.times, -1 if always else line)
                self.rows["option"].append((OWN_NODE, component, 0, 0.0))
            else:
                target = Spot(spot.request_class, name, endpoint.operation, spot.waited and call.wait)
                node = self.index.setdefault(target, len(self.spots))
                if node == len(self.spots):
                    self.spots.append(target)
                self.edges.setdefault(index, []).append(node)
                sources, _ = self.limits[name]
                flow = 1 if sources and spot.component not in sources else 0
                self.rows["option"].append((node, component, flow, 0.0))
            if not self.failing or self.figures[component].when_down == "fail":
                break
        if len(self.rows["option"]) == first:
            names = " or ".join(str(endpoint) for endpoint in call.takers)
            place = f"{call.place}: " if call.place else ""
            raise InvalidInput(f"{place}a call that nobody takes; it needs {names}")
        whole = math.floor(call.times)
        wait = WAITED_FOR if call.wait else HANDED_OFF
        self.rows["line"].append((whole, wait, first, len(self.rows["option"]), group, 0, call.times - whole))

    def _draw(self, name: str, operation: str, times: float, line: int) -> None:
        figures = self.figures[self.number[name]]
        key = (self.number[name], operation if operation in figures.operations else "")
        if key not in self.pools:
            self.pools[key] = len(self.laws)
            self.laws.append(figures.service(operation))
        whole = math.floor(times)
        self.rows["draw"].append((self.pools[key], whole, line, times - whole))

    def _refuse_circles(self) -> None:
        """Depth first; a node met again on the way to itself never ends."""
        state: dict[int, int] = {}
        for start in range(len(self.spots)):
            path = [(start, iter(self.edges.get(start, ())))] if start not in state else []
            state.setdefault(start, 1)
            while path:
                node, rest = path[-1]
                child = next(rest, None)
                if child is None:
                    state[node] = 2
                    path.pop()
                elif state.get(child) == 1:
                    raise InvalidInput(
                        f"a cycle of calls that never ends, through {self.spots[child].component} "
                        f"(class {self.spots[child].request_class})"
                    )
                elif child not in state:
                    state[child] = 1
                    path.append((child, iter(self.edges.get(child, ()))))

    def _refuse_crowds(self) -> None:
        """What does not fit into memory: lines, units that fail, or calls of one visit by the million."""
        for index, (name, figures) in enumerate(zip(self.names, self.figures, strict=True)):
            number = self.counts[index]
            if number > MOST and (
                figures.pooling == "split" or (self.failing and figures.availability < 1.0)
            ):
                raise InvalidInput(f"{name}: {number:,} units, each by itself; a simulation takes {MOST:,}")
        whole = [*(row[0] for row in self.rows["line"]), *(row[1] for row in self.rows["draw"])]
        most = max(whole, default=0)
        if most > MOST:
            raise InvalidInput(f"a visit makes {most:,} calls; a simulation takes {MOST:,}")

    def _reach(self) -> tuple[frozenset[int], frozenset[int]]:
        """Components that are reached with every unit up, and those waited for."""
        seen = set(range(len(self.model.classes)))
        pending = list(seen)
        while pending:
            row = self.rows["node"][pending.pop()]
            for line in range(row[2], row[3]):
                node = self.rows["option"][self.rows["line"][line][2]][0]
                if node >= 0 and node not in seen:
                    seen.add(node)
                    pending.append(node)
        spots = [self.spots[node] for node in seen]
        return (
            frozenset(self.number[s.component] for s in spots if s.component),
            frozenset(self.number[s.component] for s in spots if s.component and s.waited),
        )

    # -- components

    def _components(self, memory_s: float) -> npt.NDArray[Any]:
        rows, first = [], 0
        for name, figures, count in zip(self.names, self.figures, self.counts, strict=True):
            stations = count if figures.pooling == "split" else 1
            servers = min(UNLIMITED // count, UNLIMITED if figures.servers is None else figures.servers)
            places = min(UNLIMITED, UNLIMITED if figures.max_queue is None else figures.max_queue)
            cap = figures.max_rate_per_s or 0.0
            limit = min(self.limits[name][1], UNLIMITED)
            held = int(holds(figures))
            delay = figures.fixed_delay_s
            rows.append((first, stations, servers, limit, places, held, delay, cap, memory_s))
            first += stations
        return np.array(rows, dtype=COMPONENT)

    def _units(self) -> list[tuple[Any, ...]]:
        """What can fail: (component, station, size, mean up, mean down)."""
        rows: list[tuple[Any, ...]] = []
        first = 0
        for index, (figures, count) in enumerate(zip(self.figures, self.counts, strict=True)):
            split = figures.pooling == "split"
            if figures.availability < 1.0:
                up, down = _lifetimes(figures)
                if figures.failure == "service":
                    rows.append((index, -1, count, up, down))
                else:
                    rows += [(index, first + rank if split else first, 1, up, down) for rank in range(count)]
            first += count if split else 1
        return rows

    def _started_at_once(self) -> int:
        """Waiting tasks that servers take when components come back, at most."""
        if not self.failing:
            return 0
        figures = zip(self.figures, self.counts, strict=True)
        number = sum(
            f.servers * count for f, count in figures if f.servers is not None and f.availability < 1.0
        )
        if number > MOST:
            raise InvalidInput(f"{number:,} servers that fail and come back; a simulation takes {MOST:,}")
        return number

    def _users_back(self) -> int:
        """Users who begin to think, at most."""
        return int(self.model.load.think_s is not None)

    def _let_go_at_once(self) -> int:
        """Servers held along one chain of calls, at most; each may free a place in two lines."""
        return 2 * sum(bool(spot.component) and holds(self._figures(spot.component)) for spot in self.spots)

    def _figures(self, name: str) -> Figures:
        return self.figures[self.number[name]]


def together(call: Call) -> str:
    """The name of the calls that this one goes out with; "" for none."""
    return call.together if call.wait else ""


def holds(figures: Figures) -> bool:
    """Whether a server stays busy while the calls of its visit are under way."""
    return str(figures.waits) == "held" and figures.servers is not None


def _lifetimes(figures: Figures) -> tuple[float, float]:
    """Mean seconds up and down. Where only the availability is known, a repair takes an hour."""
    down = 3600.0 * (1.0 if figures.mttr_h is None else figures.mttr_h)
    return down * figures.availability / (1.0 - figures.availability), down


def wire(model: Model, counts: Mapping[str, int], *, failing: bool = False, memory_s: float = 60.0) -> Wiring:
    """The tables of a model.

    Args:
        counts: units of every component; absent ones 0.
        failing: whether units fail, so that later takers of a call matter.
        memory_s: over how many seconds a rate cap measures the rate of visits.

    Raises:
        InvalidInput: a call that nobody takes, calls in a circle.
    """
    return _Wirer(model, counts, failing).wire(memory_s)
