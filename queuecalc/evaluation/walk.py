"""The walk along the load curve with every unit up: inflow of every visit in every piece of every slot.

Slots are cut where something bends inside them (a backlog starts or ends, a rate cap takes hold), so that in the
resulting *pieces* every inflow is linear. Asynchronous components are fluid queues: what they hand on is their
departure rate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.component import Figures
from queuecalc.architecture.graph import Graph
from queuecalc.dynamics import FluidPath, fluid_path
from queuecalc.evaluation.flows import FloatArray, class_rates, passed_share
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Line, Walk
from queuecalc.load import Slots

__all__ = [
    "MIX_TOLERANCE",
    "partitions_for",
    "servers_of",
    "walk",
    "walk_beyond",
    "walk_upwards",
]

MIX_TOLERANCE = 1e-12
"""Relative spread below which the mix of messages in a line counts as constant."""

MIX_CUTS = 16
"""Into so many parts a backlogged piece is cut where the mix of the departing messages changes in it."""


def partitions_for(graph: Graph, component: str, counts: Mapping[str, int]) -> tuple[frozenset[str], float]:
    """The partitioned components that call a consumer, and how many of its servers they can keep busy."""
    sources = frozenset(
        name for name in graph.callers_of[component] if graph.figures[name].partitions is not None
    )
    if not sources:
        return sources, float("inf")
    return sources, float(sum(counts[name] * (graph.figures[name].partitions or 0) for name in sources))


def servers_of(figures: Figures, count: int) -> float:
    """Parallel servers of `count` units."""
    return float("inf") if figures.servers is None else float(count * figures.servers)


class _Walker:
    """Pieces under construction. With `floor` given, a lower bound instead: see `walk`."""

    def __init__(
        self,
        model: Model,
        graph: Graph,
        counts: Mapping[str, int],
        floor: Mapping[str, int] | None,
        slots: Slots,
    ) -> None:
        self.graph = graph
        self.counts = counts
        self.floor = floor
        self.start = slots.start_h * SECONDS_PER_HOUR
        self.end = slots.end_h * SECONDS_PER_HOUR
        self.slot = np.arange(self.start.size)
        self.load = np.array([slots.left, slots.right])
        self.inflow = np.zeros((len(graph.visits), 2, self.start.size))
        self.departures: dict[int, FloatArray] = {}
        self.lines: dict[str, tuple[Line, ...]] = {}
        self.sources = self._sources()
        rates = class_rates(model.classes, self.load)
        for name, branches in graph.entries.items():
            for branch in branches:
                self.inflow[branch.visit] += rates[name] * branch.times

    def _sources(self) -> dict[int, list[tuple[int, float]]]:
        """By visit, which visits call it and how often, drops counted."""
        found: dict[int, list[tuple[int, float]]] = {index: [] for index in range(len(self.graph.visits))}
        for index, visit in enumerate(self.graph.visits):
            for branch in visit.branches:
                found[branch.visit].append((index, branch.times * (1.0 - visit.dropped)))
        return found

    def run(self) -> Walk:
        graph = self.graph
        gates = {step for step in graph.order if isinstance(step, str)}
        for step in graph.order:
            if isinstance(step, str):
                self._gate(step)
            elif graph.visits[step].component not in gates:
                self._hand_on(step, self.inflow[step])
        return Walk(
            graph, self.start, self.end, self.slot, self.load, self.inflow, self.departures, self.lines
        )

    def _hand_on(self, index: int, leaving: FloatArray) -> None:
        visit = self.graph.visits[index]
        for branch in visit.branches:
            self.inflow[branch.visit] += leaving * (branch.times * (1.0 - visit.dropped))

    def _gate(self, component: str) -> None:
        """Everything that leaves an asynchronous or capped component, once all its inflow is known."""
        graph = self.graph
        figures = graph.figures[component]
        indices = graph.visits_of[component]
        if component not in graph.waited:
            if self.floor is None:
                self._drain(component)
            else:
                self._throttle(component)
        if figures.max_rate_per_s is not None:
            cap = figures.max_rate_per_s * (self.floor or self.counts)[component]
            total = np.add.reduce([self._leaving(index) for index in indices])
            self._cut_at(total - cap)
            total = np.add.reduce([self._leaving(index) for index in indices])
            share = passed_share(total, cap)
            if self.floor is not None and len(indices) > 1 and not all(map(self._certain, indices)):
                share = np.zeros_like(self.load)  # more of another flow leaves less of this one
        else:
            share = np.ones_like(self.load)
        for index in indices:
            leaving = self._leaving(index) * share
            if self.floor is not None and figures.max_rate_per_s is not None:
                over = (share < 1.0).any(axis=0)  # what passes may bend there where the mix changes
                leaving[:, over] = leaving[:, over].min(initial=np.inf)
            self._hand_on(index, leaving)

    def _certain(self, index: int) -> bool:
        """Whether the inflow of a visit is the same for all counts: no cap and no backlog in front of it."""
        gated = self.graph.buffered | {
            n for n, f in self.graph.figures.items() if f.max_rate_per_s is not None
        }
        visits = self.graph.visits
        return all(
            visits[caller].component not in gated and self._certain(caller)
            for caller, _ in self.sources[index]
        )

    def _leaving(self, index: int) -> FloatArray:
        found: FloatArray = self.departures.get(index, self.inflow[index])
        return found

    # -- asynchronous components

    def _work(self, indices: tuple[int, ...]) -> FloatArray:
        types = self.graph.types
        visits = self.graph.visits
        works = [self.inflow[index] * float(types[visits[index].type].law.mean) for index in indices]
        total: FloatArray = np.add.reduce(works)
        return total

    def _drain(self, component: str) -> None:
        """The fluid lines of an asynchronous component and what leaves them."""
        graph = self.graph
        figures = graph.figures[component]
        indices = graph.visits_of[component]
        servers = servers_of(figures, self.counts[component])
        partitioned, partitions = partitions_for(graph, component, self.counts)
        if np.isinf(servers):
            self._free(indices)
            return
        initial = self._initial(figures, indices)
        if partitions >= servers:
            self._line(component, indices, servers, np.full_like(self.load, servers), initial)
            return
        own, rest = self._split_flows(partitioned, indices)
        first = self._line(component, own, partitions, np.full_like(self.load, partitions), initial)
        if rest:
            busy = np.where(first.path.backlogged, partitions, np.minimum(self._work(own), partitions))
            self._line(component, rest, servers - partitions, servers - busy, 0.0)

    def _split_flows(
        self, partitioned: frozenset[str], indices: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Visits reached from partitioned components, and the others."""
        visits = self.graph.visits
        own = tuple(
            index
            for index in indices
            if any(visits[caller].component in partitioned for caller, _ in self.sources[index])
        )
        return own, tuple(index for index in indices if index not in own)

    def _free(self, indices: tuple[int, ...]) -> None:
        for index in indices:
            self._leave(index, self.inflow[index].copy())

    def _leave(self, index: int, rate: FloatArray) -> None:
        """Note what leaves a visit, if it hands anything on."""
        if self.graph.visits[index].branches:
            self.departures[index] = rate

    def _initial(self, figures: Figures, indices: tuple[int, ...]) -> float:
        """The backlog at the first knot, in server-seconds."""
        if figures.initial_backlog == 0.0:
            return 0.0
        rates = sum(self.inflow[index][0, 0] for index in indices)
        if rates > 0:
            mean = float(self._work(indices)[0, 0] / rates)
        else:
            types = self.graph.types_of[self.graph.visits[indices[0]].component]
            mean = float(np.mean([float(self.graph.types[index].law.mean) for index in types]))
        return figures.initial_backlog * mean

    def _line(
        self, component: str, indices: tuple[int, ...], servers: float, capacity: FloatArray, initial: float
    ) -> Line:
        inflow = self._work(indices)
        knots = np.append(self.start, self.end[-1])
        path = fluid_path(knots, inflow[0], inflow[1], capacity[0], capacity[1], initial)
        self._cut(path.knots)
        work = self._work(indices)
        hands_on = any(self.graph.visits[index].branches for index in indices)
        if not path.backlogged.any():
            self._free(indices)
        elif hands_on:
            path = self._depart(indices, work, path, initial)
        rates = np.add.reduce([self.inflow[index] for index in indices])
        messages = self.graph.figures[component].initial_backlog if initial > 0.0 else 0.0
        line = Line(component, indices, servers, path, rates, messages)
        self.lines[component] = (*self.lines.get(component, ()), line)
        return line

    def _constant_mix(self, indices: tuple[int, ...], work: FloatArray) -> bool:
        busiest = np.unravel_index(int(np.argmax(work)), work.shape)
        if len(indices) == 1:
            return True
        for index in indices:
            share = self.inflow[index][busiest] / work[busiest]
            if np.any(np.abs(self.inflow[index] - share * work) > MIX_TOLERANCE * share * work):
                return False
        return True

    def _depart(
        self, indices: tuple[int, ...], work: FloatArray, path: FluidPath, initial: float
    ) -> FluidPath:
        """Departure rates by visit, first in first out."""
        if self._constant_mix(indices, work):
            busiest = np.unravel_index(int(np.argmax(work)), work.shape)
            leaving = np.array([path.departure_left, path.departure_right])
            for index in indices:
                share = self.inflow[index][busiest] / work[busiest]
                self._leave(index, np.where(path.backlogged, leaving * share, self.inflow[index]))
            return path
        parts = np.where(path.backlogged, MIX_CUTS, 1)
        edges = [
            np.linspace(a, b, part, endpoint=False)
            for a, b, part in zip(self.start, self.end, parts, strict=True)
        ]
        capacity = np.array([path.capacity_left, path.capacity_right])
        knots = np.append(np.concatenate(edges), self.end[-1])
        finer = self._cut(knots, capacity)
        capacity = capacity if finer is None else finer
        work = self._work(indices)
        knots = np.append(self.start, self.end[-1])
        path = fluid_path(knots, work[0], work[1], capacity[0], capacity[1], initial)
        self._cut(path.knots)
        ends = np.array([self.start, self.end])
        arrived = path.arrival_epoch(ends)
        before = np.clip(np.searchsorted(self.start, arrived, side="right") - 1, 0, self.start.size - 1)
        inside = np.clip((arrived - self.start[before]) / (self.end[before] - self.start[before]), 0.0, 1.0)
        leaving = np.array([path.departure_left, path.departure_right])
        work = self._work(indices)
        then = work[0][before] * (1.0 - inside) + work[1][before] * inside
        for index in indices:
            rate = self.inflow[index]
            at_arrival = rate[0][before] * (1.0 - inside) + rate[1][before] * inside
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(then > 0, at_arrival / then, 0.0)
            self._leave(index, np.where(path.backlogged, leaving * share, rate))
        return path

    def _throttle(self, component: str) -> None:
        """A lower bound on what leaves, for every plan with at least `floor` units and at most `counts`.

        A line that holds no backlog hands on its inflow, one that holds some hands on at its capacity, which is
        at least that of the floor; of a mix, each flow at least its smallest share.
        """
        assert self.floor is not None
        graph = self.graph
        indices = graph.visits_of[component]
        servers = servers_of(graph.figures[component], self.floor[component])
        partitioned, partitions = partitions_for(graph, component, self.floor)
        if np.isinf(servers):
            self._free(indices)
            return
        own, rest = self._split_flows(partitioned, indices)
        # In every plan of the box the flows share all servers, or each group has a line of its own.
        groups = [(indices, servers)]
        if partitions < servers_of(graph.figures[component], self.counts[component]):
            groups += [(own, min(servers, partitions)), (rest, 0.0)]
        self._cut_at(*(self._work(group) - capacity for group, capacity in groups if group))
        least = {index: np.full_like(self.load, np.inf) for index in indices}
        for group, capacity in groups:
            if group:
                work = self._work(group)
                for index in group:
                    with np.errstate(divide="ignore", invalid="ignore"):
                        share = float(np.min(np.where(work > 0, self.inflow[index] / work, np.inf)))
                    at_capacity = capacity * share if np.isfinite(share) else 0.0
                    least[index] = np.minimum(least[index], np.minimum(self.inflow[index], at_capacity))
        for index in indices:
            self._leave(index, least[index])

    # -- cutting pieces

    def _cut_at(self, *differences: FloatArray) -> None:
        """Cut the pieces in which one of some linear functions changes its sign."""
        cuts = []
        for left, right in differences:
            inside = np.flatnonzero(left * right < 0)
            if inside.size:
                share = left[inside] / (left[inside] - right[inside])
                cuts.append(self.start[inside] + share * (self.end[inside] - self.start[inside]))
        if cuts:
            self._cut(np.unique(np.concatenate([self.start, *cuts, self.end[-1:]])))

    def _cut(self, knots: FloatArray, also: FloatArray | None = None) -> FloatArray | None:
        """Lay all pieces anew on finer knots (those that there are, and more); `also` is cut and returned."""
        if knots.size == self.start.size + 1:
            return also
        start, end = knots[:-1], knots[1:]
        piece = np.clip(np.searchsorted(self.start, start, side="right") - 1, 0, self.start.size - 1)
        bent = np.flatnonzero((start != self.start[piece]) | (end != self.end[piece]))
        old = piece[bent]
        length = self.end[old] - self.start[old]
        shares = (np.array([start[bent], end[bent]]) - self.start[old]) / length

        def finer(values: FloatArray) -> FloatArray:
            cut: FloatArray = np.take(values, piece, axis=-1)
            ends = values[..., old]
            left = ends[..., :1, :]
            cut[..., bent] = left + (ends[..., 1:, :] - left) * np.minimum(shares, 1.0)
            return cut

        self.load = finer(self.load)
        self.inflow = finer(self.inflow)
        self.departures = {key: finer(values) for key, values in self.departures.items()}
        self.slot = self.slot[piece]
        self.start, self.end = start, end
        return None if also is None else finer(also)


def walk(
    model: Model, graph: Graph, counts: Mapping[str, int], floor: Mapping[str, int] | None = None
) -> Walk:
    """Walk the curve with every unit up.

    Args:
        counts: units of the present components.
        floor: with it, every inflow is instead a lower bound on that of all plans between `floor` and `counts`;
            no fluid lines are drawn.
    """
    return _Walker(model, graph, counts, floor, model.load.curve.slots).run()


def walk_upwards(model: Model, graph: Graph, counts: Mapping[str, int], floor: Mapping[str, int]) -> Walk:
    """The range of the load from its smallest to its largest value, with every inflow a lower bound (see `walk`)."""
    start, end = np.array([0.0]), np.array([1.0])
    lowest, highest = np.array([model.load.curve.base]), np.array([model.load.curve.peak])
    return _Walker(model, graph, counts, floor, Slots(start, end, lowest, highest)).run()


def walk_beyond(model: Model, graph: Graph, counts: Mapping[str, int], hours: float) -> Walk:
    """The walk along the curve and for so many hours after it, the last rate continuing."""
    slots = model.load.curve.slots
    end, last = slots.end_h[-1:], slots.right[-1:]
    longer = Slots(
        np.append(slots.start_h, end),
        np.append(slots.end_h, end + hours),
        np.append(slots.left, last),
        np.append(slots.right, last),
    )
    return _Walker(model, graph, counts, None, longer).run()
