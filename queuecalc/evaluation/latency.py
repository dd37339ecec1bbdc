"""Percentiles of the response time in every slot, with every unit up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray, class_rates, passed_share
from queuecalc.evaluation.panels import interpolate
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING, Queue, queues_at
from queuecalc.evaluation.regimes import AFFINE_TOLERANCE, course_of
from queuecalc.evaluation.response import Response

__all__ = ["SlotRates", "SlotResponses", "WorstSlot", "response_at", "through_at"]

INTERPOLATION = 1e-9
"""Absolute, of tails (and of the logarithm of percentiles) between slots."""

TAIL_TOLERANCE = 1e-7
"""Relative: a tail this close to its largest value is not looked at more closely."""

_COARSE = 1e-2
"""Of the share that may be late: a first look at all slots, enough for most plans."""

_FEW = 24
"""So many slots are computed one by one rather than interpolated."""

_DEEPEST = 8
"""So often a panel is halved; slots in panels that are not settled then, near a pole, are computed one by one."""

_AT_ONCE = 512
_LARGEST = 1e30


def through_at(graph: Graph, counts: Mapping[str, int], type_rates: FloatArray) -> dict[int, Any]:
    """By visit, the share that goes on after its service: limiter drops and rate caps, every unit up."""
    shares: dict[str, Any] = {}
    for name, indices in graph.types_of.items():
        cap = graph.figures[name].max_rate_per_s
        if cap is not None:
            shares[name] = passed_share(type_rates[list(indices)].sum(axis=0), cap * counts[name])
    return {
        index: (1.0 - visit.dropped) * shares.get(visit.component, 1.0)
        for index, visit in enumerate(graph.visits)
        if visit.dropped or visit.component in shares
    }


def response_at(
    pattern: Pattern,
    counts: Mapping[str, int],
    classes: Sequence[str],
    load: FloatArray,
    type_rates: FloatArray,
    *,
    remember: bool = True,
    bought: Mapping[str, int] | None = None,
) -> Response:
    """The response time of some classes together at some instants.

    Args:
        load: the load curve, shape (instants,).
        type_rates: inflow of every service type, shape (types, instants).
        remember: whether tails at the same time will be asked for other plans, too.
        bought: units by which visits that hold servers are limited; None for `counts`.
    """
    graph = pattern.graph()
    routes = tuple(pattern.route(name) for name in classes)
    rates = class_rates({name: pattern.model.classes[name] for name in classes}, load)
    components = frozenset(name for route in routes for name in route.most_visits)
    queues = queues_at(pattern.pool, type_rates, counts, components, bought)
    weights = tuple(rates[name] for name in classes)
    if len(classes) == 1 and not np.all(weights[0] > 0):
        weights = (np.ones_like(load),)
    pool = pattern.pool if remember else None
    response = Response(routes, weights, queues, through_at(graph, counts, type_rates), pool)
    if graph.holding:

        def again(instants: Any) -> Mapping[str, Queue]:
            return queues_at(pattern.pool, type_rates[:, instants], counts, components, bought)

        response.remake(again)
    return response


@dataclass(frozen=True)
class WorstSlot:
    """The slot in which a percentile is largest.

    Attributes:
        seconds: the percentile there; inf where there is no steady state.
        slot: index of the slot.
    """

    level: float
    seconds: float
    slot: int


class SlotRates:
    """What flows where in every slot, each component at its own largest inflow: alike for all plans of one walk.

    While the same asynchronous components hold a backlog, the rates of all stations lie on a line in the load.

    Attributes:
        load: the largest load of each slot, shape (slots,).
        types: inflow of every service type, shape (types, slots).
        offered: the slots in which some of the classes come at all.
        busiest: the slots in which the load or some component on the way is at its peak.
        lines: (slots, start, slope): slots whose rates are start + slope x load.
    """

    def __init__(self, pattern: Pattern, walk: Walk, classes: Sequence[str]) -> None:
        graph = pattern.graph()
        self.load, self.types = walk.largest
        chosen = {name: pattern.model.classes[name] for name in classes}
        offered = np.add.reduce(list(class_rates(chosen, self.load).values()))
        self.offered = np.flatnonzero(offered > 0)
        self.components = sorted({name for c in classes for name in pattern.route(c).most_visits})
        self.busiest = {int(np.argmax(np.where(offered > 0, self.load, -1.0)))}
        for name in self.components:
            work = sum(self.types[i] * float(graph.types[i].law.mean) for i in graph.types_of[name])
            self.busiest.add(int(np.argmax(work)))
        self.rows = [index for index, kind in enumerate(graph.types) if kind.component in self.components]
        self.lines = self._find_lines(pattern, walk)

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest load in which some of the classes come."""
        load = self.load[self.offered]
        return float(load.min()), float(load.max())

    def _find_lines(self, pattern: Pattern, walk: Walk) -> list[tuple[Any, FloatArray, FloatArray]]:
        if pattern.graph().holding:
            return []  # what a server is busy with is no line in the load
        regime = course_of(walk).regime
        slots = self.load.size
        lowest, highest = np.full(slots, regime.size), np.full(slots, -1)
        slot: Any = walk.slot
        np.minimum.at(lowest, slot, regime)
        np.maximum.at(highest, slot, regime)
        alike = np.where(lowest == highest, lowest, -1)[self.offered]
        found = []
        for value in np.unique(alike[alike >= 0]):
            members = self.offered[alike == value]
            if members.size <= _FEW:
                continue
            load = self.load[members]
            low, high = int(np.argmin(load)), int(np.argmax(load))
            if load[high] - load[low] <= 1e-6 * load[high]:
                continue
            start, slope = self._line(pattern, members[low], members[high])
            close = self._apart(members, start, slope) <= 1.0
            if close.sum() > _FEW:
                found.append((members[close], start, slope))
        return found

    def _line(self, pattern: Pattern, low: int, high: int) -> tuple[FloatArray, FloatArray]:
        """The line through the rates of two slots; where nothing is held up, to the last digit that of every plan."""
        load, rates = self.load[[low, high]], self.types[:, [low, high]]
        slope = (rates[:, 1] - rates[:, 0]) / (load[1] - load[0])
        start = rates[:, 0] - slope * load[0]
        free = pattern.free_flow
        same = self._apart(np.array([low, high]), *free, each=True) <= 1.0
        alike = np.ones(slope.size, dtype=bool)
        alike[self.rows] = same.all(axis=1)
        return np.where(alike, free[0], start), np.where(alike, free[1], slope)

    def _apart(self, slots: Any, start: FloatArray, slope: FloatArray, *, each: bool = False) -> Any:
        """How far the rates of some slots are from a line, in units of what is tolerated."""
        rates = self.types[np.ix_(self.rows, slots)]
        scale = 10.0 * AFFINE_TOLERANCE * np.maximum(rates.max(axis=1, keepdims=True), 1e-300)
        far = np.abs(start[self.rows, None] + slope[self.rows, None] * self.load[slots] - rates) / scale
        return far if each else far.max(axis=0, initial=0.0)


class SlotResponses:
    """The response time of some classes together in every slot, at the largest rates of each slot.

    Along a line of rates any figure is interpolated (Chebyshev), elsewhere it is computed slot by slot.
    """

    def __init__(
        self, pattern: Pattern, counts: Mapping[str, int], rates: SlotRates, classes: Sequence[str]
    ) -> None:
        self.pattern, self.counts, self.classes = pattern, counts, tuple(classes)
        self.rates = rates
        self.load, self.offered = rates.load, rates.offered

    def at(self, slots: Any) -> Response:
        """The response time in some slots."""
        return response_at(
            self.pattern, self.counts, self.classes, self.load[slots], self.rates.types[:, slots]
        )

    def busiest(self, level: float) -> WorstSlot:
        """The worst slot of a percentile among those in which the load or some component is at its peak."""
        slots = self._busiest()
        if not slots:
            return WorstSlot(level, 0.0, 0)
        found = self.at(slots).percentile(level)
        top = int(np.argmax(found))
        return WorstSlot(level, float(found[top]), int(slots[top]))

    def _busiest(self) -> list[int]:
        return sorted(self.rates.busiest & set(self.offered.tolist())) or self.offered[:1].tolist()

    def within(self, level: float, t: float) -> bool:
        """Whether a percentile is surely within t in every slot (False: look closer)."""
        slots = self._busiest()
        allowed = 1.0 - level
        if not slots:
            return True
        if self.at(slots).tail(t).max() > allowed:
            return False
        coarse = self._tail(t, _COARSE * allowed).max(initial=0.0)
        if coarse < allowed * (1.0 - 10.0 * _COARSE):
            return True
        return bool(self.tail(t).max(initial=0.0) < allowed * (1.0 - 1e-6))

    def worst(self, level: float) -> WorstSlot:
        """The worst slot of a percentile.

        The percentile is largest where P(T > t) is largest at t, the largest percentile itself: so the tail is
        looked at in all slots for one t after the other, beginning with the percentile of the busiest slots.
        """
        best = self.busiest(level)
        while self.offered.size and np.isfinite(best.seconds):
            tail = self.tail(best.seconds)
            slot = int(np.argmax(tail))
            if slot == best.slot or tail[slot] <= (1.0 - level) * (1.0 + TAIL_TOLERANCE):
                break
            seconds = float(self.at([slot]).percentile(level)[0])
            if seconds <= best.seconds:
                break
            best = WorstSlot(level, seconds, slot)
        return best

    def tail(self, t: float) -> FloatArray:
        """P(T > t) in every slot."""
        return self._tail(t, INTERPOLATION)

    def _tail(self, t: float, tolerance: float) -> FloatArray:
        def function(response: Response) -> FloatArray:
            return response.tail(t)

        return self._everywhere(function, tolerance)

    def percentile(self, level: float) -> FloatArray:
        """A percentile in every slot; inf where there is no steady state."""

        def function(response: Response) -> FloatArray:
            return np.log(np.minimum(response.percentile(level), _LARGEST))

        found = np.exp(self._everywhere(function, INTERPOLATION))
        found[found >= 0.5 * _LARGEST] = np.inf
        without = np.ones(found.size, dtype=bool)
        without[self.offered] = False
        found[without] = 0.0
        return found

    # -- machinery

    def _everywhere(self, function: Callable[[Response], FloatArray], tolerance: float) -> FloatArray:
        out = np.zeros(self.load.size)
        done = np.zeros(self.load.size, dtype=bool)
        for slots, start, slope in self.rates.lines:
            loads = self.load[slots]

            def along(p: FloatArray, start: FloatArray = start, slope: FloatArray = slope) -> FloatArray:
                rates = np.maximum(start[:, None] + slope[:, None] * p, 0.0)
                return function(response_at(self.pattern, self.counts, self.classes, p, rates))[None, :]

            edges = self._edges(*self.rates.range, start, slope)
            along_line = interpolate(along, edges, tolerance, _DEEPEST)
            out[slots] = along_line(loads)[0]
            done[slots] = along_line.settled(loads)
        rest = self.offered[~done[self.offered]]
        for part in np.array_split(rest, rest.size // _AT_ONCE + 1):
            if part.size:
                out[part] = function(self.at(part))
        return out

    def _edges(self, low: float, high: float, start: FloatArray, slope: FloatArray) -> list[float]:
        """The interval of loads, cut where a station reaches capacity."""
        graph = self.pattern.graph()
        cuts = []
        for name in self.rates.components:
            figures = graph.figures[name]
            if figures.servers is None or figures.max_queue is not None or figures.crowd is not None:
                continue
            rows = graph.types_of[name]
            means = [float(graph.types[row].law.mean) for row in rows]
            rise = sum(slope[row] * mean for row, mean in zip(rows, means, strict=True))
            base = sum(start[row] * mean for row, mean in zip(rows, means, strict=True))
            if rise > 0:
                cuts.append((figures.servers * self.counts[name] * (1.0 - ROUNDING) - base) / rise)
        return [low, *sorted({cut for cut in cuts if low < cut < high}), high]
