"""Percentiles of the response time in every slot, with every unit up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray, class_rates, passed_share
from queuecalc.evaluation.panels import interpolate
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING, Queue, queues_at
from queuecalc.evaluation.regimes import AFFINE_TOLERANCE, course_of
from queuecalc.evaluation.response import Response
from queuecalc.evaluation.walk import Walk

__all__ = ["SlotResponses", "WorstSlot", "response_at", "through_at"]

INTERPOLATION = 1e-9
"""Absolute, of tails (and of the logarithm of percentiles) between slots."""

TAIL_TOLERANCE = 1e-7
"""Relative: a tail this close to its largest value is not looked at more closely."""

_FEW = 24
"""So many slots are computed one by one rather than interpolated."""

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
    known: dict[tuple[str, int], Queue] | None = None,
) -> Response:
    """The response time of some classes together at some instants.

    Args:
        load: the load curve, shape (instants,).
        type_rates: inflow of every service type, shape (types, instants).
        known: queues at the same rates, by (component, units); filled and read.
    """
    graph = pattern.graph()
    routes = tuple(pattern.route(name) for name in classes)
    rates = class_rates({name: pattern.model.classes[name] for name in classes}, load)
    components = frozenset(name for route in routes for name in route.most_visits)
    queues = queues_at(graph, type_rates, counts, components, known)
    weights = tuple(rates[name] for name in classes)
    if len(classes) == 1 and not np.all(weights[0] > 0):
        weights = (np.ones_like(load),)
    return Response(routes, weights, queues, through_at(graph, counts, type_rates))


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


class SlotResponses:
    """The response time of some classes together in every slot, at the largest rates of each slot.

    While the same asynchronous components hold a backlog, the rates of all stations lie on a line in the load; along
    such a line any figure is interpolated (Chebyshev), elsewhere it is computed slot by slot.
    """

    def __init__(
        self,
        pattern: Pattern,
        counts: Mapping[str, int],
        walk: Walk,
        classes: Sequence[str],
        known: dict[Any, dict[tuple[str, int], Queue]] | None = None,
    ) -> None:
        self.pattern, self.counts, self.classes = pattern, counts, tuple(classes)
        self._known = {} if known is None else known
        graph = pattern.graph()
        self.load, types = walk.largest
        chosen = {name: pattern.model.classes[name] for name in classes}
        offered = np.add.reduce(list(class_rates(chosen, self.load).values()))
        self.offered = np.flatnonzero(offered > 0)
        components = {name for c in classes for name in pattern.route(c).most_visits}
        self._rows = [index for index, kind in enumerate(graph.types) if kind.component in components]
        self._types = types
        self._busiest = {int(np.argmax(np.where(offered > 0, self.load, -1.0)))}
        for name in components:
            work = sum(types[i] * float(graph.types[i].law.mean) for i in graph.types_of[name])
            self._busiest.add(int(np.argmax(work)))
        self._lines = self._find_lines(walk)

    def at(self, slots: Any) -> Response:
        """The response time in some slots."""
        known = self._known.setdefault(tuple(slots), {})
        return response_at(
            self.pattern, self.counts, self.classes, self.load[slots], self._types[:, slots], known
        )

    def busiest(self, level: float) -> WorstSlot:
        """The worst slot of a percentile among those in which the load or some component is at its peak."""
        slots = sorted(self._busiest & set(self.offered.tolist())) or self.offered[:1].tolist()
        if not slots:
            return WorstSlot(level, 0.0, 0)
        found = self.at(slots).percentile(level)
        top = int(np.argmax(found))
        return WorstSlot(level, float(found[top]), int(slots[top]))

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

        def function(response: Response) -> FloatArray:
            return response.tail(t)

        return self._everywhere(function, INTERPOLATION)

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
        for slots, start, slope in self._lines:
            loads = self.load[slots]

            def along(p: FloatArray, start: FloatArray = start, slope: FloatArray = slope) -> FloatArray:
                rates = np.maximum(start[:, None] + slope[:, None] * p, 0.0)
                known = self._known.setdefault((p.tobytes(), start.tobytes()), {})
                response = response_at(self.pattern, self.counts, self.classes, p, rates, known)
                return function(response)[None, :]

            edges = self._edges(float(loads.min()), float(loads.max()), start, slope)
            out[slots] = interpolate(along, edges, tolerance)(loads)[0]
            done[slots] = True
        rest = self.offered[~done[self.offered]]
        for part in np.array_split(rest, rest.size // _AT_ONCE + 1):
            if part.size:
                out[part] = function(self.at(part))
        return out

    def _edges(self, low: float, high: float, start: FloatArray, slope: FloatArray) -> list[float]:
        """The interval of loads, cut where a station reaches capacity."""
        graph = self.pattern.graph()
        cuts = []
        for name in {graph.types[row].component for row in self._rows}:
            figures = graph.figures[name]
            if figures.servers is None or figures.max_queue is not None:
                continue
            rows = graph.types_of[name]
            means = [float(graph.types[row].law.mean) for row in rows]
            rise = sum(slope[row] * mean for row, mean in zip(rows, means, strict=True))
            base = sum(start[row] * mean for row, mean in zip(rows, means, strict=True))
            if rise > 0:
                cuts.append((figures.servers * self.counts[name] * (1.0 - ROUNDING) - base) / rise)
        return [low, *sorted({cut for cut in cuts if low < cut < high}), high]

    def _find_lines(self, walk: Walk) -> list[tuple[Any, FloatArray, FloatArray]]:
        """(slots, start, slope): slots whose rates are start + slope x load."""
        regime = course_of(walk).regime
        slots = self.load.size
        lowest, highest = np.full(slots, regime.size), np.full(slots, -1)
        slot: Any = walk.slot
        np.minimum.at(lowest, slot, regime)
        np.maximum.at(highest, slot, regime)
        alike = np.where(lowest == highest, lowest, -1)[self.offered]
        found = []
        rows = self._rows
        for value in np.unique(alike[alike >= 0]):
            members = self.offered[alike == value]
            if members.size <= _FEW:
                continue
            load, rates = self.load[members], self._types[:, members]
            low, high = int(np.argmin(load)), int(np.argmax(load))
            if load[high] - load[low] <= 1e-6 * load[high]:
                continue
            slope = (rates[:, high] - rates[:, low]) / (load[high] - load[low])
            start = rates[:, low] - slope * load[low]
            scale = np.maximum(rates[rows].max(axis=1, keepdims=True), 1e-300)
            apart = np.abs(start[rows, None] + slope[rows, None] * load - rates[rows])
            close = (apart <= 10.0 * AFFINE_TOLERANCE * scale).all(axis=0)
            if close.sum() > _FEW:
                found.append((members[close], start, slope))
        return found
