"""One plan along the load curve with every unit up: pieces of time in which every rate is linear, and fluid lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.reference.fluid import Cumulative, Line, refined
from queuecalc.reference.order import gates
from queuecalc.reference.plan import Plan
from queuecalc.reference.station import visit_service
from queuecalc.reference.traffic import ALL_UP, Flows, flows, kept, of_component, passed

__all__ = ["SECONDS_PER_HOUR", "Course", "Joined", "partitioned"]

_PARTS = 16
"""Into so many parts a busy piece is cut where the mix of what leaves a line changes in it."""

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Joined:
    """A line, and the flows that join it at both ends of each piece of some knots, shape (2, pieces)."""

    line: Line
    knots: Any
    flows: Flows

    @property
    def idle(self) -> Any:
        """Pieces in which nothing waits."""
        middle = 0.5 * (self.knots[:-1] + self.knots[1:])
        line = self.line
        return ~line.busy[
            np.clip(np.searchsorted(line.knots, middle, side="right") - 1, 0, line.busy.size - 1)
        ]


class Course:
    """Rates at every node with every unit up.

    Attributes:
        knots: seconds since hour 0, shape (pieces + 1,); slot: the slot of the curve that each piece belongs to.
        load: the curve at both ends of each piece, shape (2, pieces).
        departures: what leaves the nodes of asynchronous components, likewise.
        lines: the fluid lines in front of asynchronous components.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        slots = plan.curve.slots
        self.knots = np.append(slots.start_h, slots.end_h[-1]) * SECONDS_PER_HOUR
        self.slot = np.arange(len(slots))
        self.load = np.array([slots.left, slots.right])
        self.departures: Flows = {}
        self.lines: dict[str, list[Joined]] = {}
        for name in gates(plan):
            self._cut_at_cap(name)
            if name in plan.asynchronous:
                self._settle(name)
        self.inflow = self._flows()

    def _flows(self, before: str | None = None) -> Flows:
        return flows(self.plan, self.load, self.plan.counts, self.departures, before=before)

    def _cut(self, knots: Any) -> None:
        """Lay all pieces anew on finer knots."""
        finer = np.union1d(self.knots, knots)
        if finer.size == self.knots.size:
            return
        piece = np.clip(np.searchsorted(self.knots, finer[:-1], side="right") - 1, 0, self.knots.size - 2)
        self.load = refined(self.knots, self.load, finer)
        self.departures = {n: refined(self.knots, rate, finer) for n, rate in self.departures.items()}
        self.slot = self.slot[piece]
        self.knots = finer

    def _cut_at_cap(self, name: str) -> None:
        """Cut where the inflow of a capped component passes its cap."""
        cap = self.plan.figures[name].max_rate_per_s
        if cap is None or name in self.plan.asynchronous:
            return
        rates = of_component(self._flows(before=name), name)
        left, right = np.zeros_like(self.load) + sum(rates.values(), 0.0) - cap * self.plan.counts[name]
        inside = np.flatnonzero(left * right < 0.0)
        share = left[inside] / (left[inside] - right[inside])
        self._cut(self.knots[inside] + share * np.diff(self.knots)[inside])

    # -- asynchronous components, upstream first

    def _settle(self, name: str) -> None:
        """The fluid of an asynchronous component, and what flows on from it."""
        plan, figures = self.plan, self.plan.figures[name]

        def arriving() -> Flows:
            return of_component(self._flows(before=name), name)

        if figures.servers is None:
            self.departures.update(arriving())
            self.lines[name] = []
            return
        servers = float(figures.servers * plan.counts[name])
        feeders, partitions = partitioned(plan, name)
        if partitions >= servers:
            self.lines[name] = [self._line(arriving, lambda: servers, figures.initial_backlog)]
            return

        def inside() -> Flows:
            return self._from(name, feeders)

        def outside() -> Flows:
            part = inside()
            rest = {node: rate - part.get(node, 0.0) for node, rate in arriving().items()}
            return {n: np.where(rest[n] > 1e-12 * rate, rest[n], 0.0) for n, rate in arriving().items()}

        first = self._line(inside, lambda: partitions, figures.initial_backlog, mix=arriving)
        before = {node: self.departures.pop(node) for node in first.flows if node in self.departures}
        line = first.line

        def left() -> Any:
            middle = 0.5 * (self.knots[:-1] + self.knots[1:])
            at = np.clip(np.searchsorted(line.knots, middle, side="right") - 1, 0, line.busy.size - 1)
            return servers - np.where(line.busy[at], partitions, refined(line.knots, line.inflow, self.knots))

        knots = self.knots
        second = self._line(outside, left, 0.0)
        for node, rate in before.items():
            there = refined(knots, rate, self.knots) if knots.size != self.knots.size else rate
            self.departures[node] = self.departures.get(node, 0.0) + there
        self.lines[name] = [first, second]

    def _from(self, name: str, feeders: frozenset[str]) -> Flows:
        """The part of a component's inflow that comes straight from some callers."""
        plan = self.plan
        everything = self._flows(before=name)
        part: Flows = {}
        for caller in feeders:
            here = of_component(everything, caller)
            if caller in plan.asynchronous:
                here = {node: self.departures[node] for node in here}
            through = passed(plan, caller, plan.counts[caller], sum(here.values(), 0.0))
            for node, rate in here.items():
                for call, child in plan.onward(node, ALL_UP):
                    if child.component == name:
                        more = rate * (kept(plan, node) * through * call.times)
                        part[child] = part.get(child, 0.0) + more
        return part

    def _line(
        self,
        arriving: Callable[[], Flows],
        capacity: Callable[[], Any],
        messages: float,
        mix: Callable[[], Flows] | None = None,
    ) -> Joined:
        """A line in front of servers; its knots become knots of the course, what leaves it a part of it."""
        plan = self.plan

        def both() -> tuple[Flows, Any, Any]:
            some = arriving()
            work = {node: visit_service(plan, node, ALL_UP).mean for node in some}
            total = np.zeros_like(self.load) + sum((rate * work[n] for n, rate in some.items()), 0.0)
            return some, total, np.zeros_like(self.load) + capacity()

        initial = self._initial((mix or arriving)(), messages)
        _, inflow, could = both()
        line = Line.of(self.knots, inflow, could, initial)
        self._cut(line.knots)
        some, inflow, could = both()
        hands_on = any(plan.onward(node, ALL_UP) for node in some)
        if hands_on and line.busy.any() and not _constant_mix(some, inflow):
            busy = line.busy[np.searchsorted(line.knots, self.knots[:-1], side="right") - 1]
            start, length = self.knots[:-1][busy], np.diff(self.knots)[busy]
            self._cut((start + np.arange(1, _PARTS)[:, None] * (length / _PARTS)).ravel())
            some, inflow, could = both()
        line = Line.of(self.knots, inflow, could, initial)
        self._cut(line.knots)
        some, inflow, could = both()
        self.departures.update(self._leaving(line, some, inflow, could, initial))
        return Joined(line, self.knots, some)

    def _initial(self, some: Flows, messages: float) -> float:
        """Server-seconds that wait at the first knot, mixed as what comes in then."""
        rates = {node: float(rate[0, 0]) for node, rate in some.items()}
        total = sum(rates.values())
        if messages == 0.0 or total <= 0.0:
            return 0.0
        return messages / total * sum(r * visit_service(self.plan, n, ALL_UP).mean for n, r in rates.items())

    def _leaving(self, line: Line, some: Flows, inflow: Any, could: Any, initial: float) -> Flows:
        """Messages per second that leave, by node: what comes where nothing waits, else as it once came."""
        middle = 0.5 * (self.knots[:-1] + self.knots[1:])
        at = np.clip(np.searchsorted(line.knots, middle, side="right") - 1, 0, line.busy.size - 1)
        busy = line.busy[at]
        if not busy.any():
            return dict(some)
        come = Cumulative(self.knots, inflow)
        ends = np.array([self.knots[:-1], self.knots[1:]])
        backlog = np.interp(ends, line.knots, line.backlog)
        backlog = np.array([backlog[0], backlog[1]])
        served = np.maximum(come.at(ends) + initial - backlog, 0.0)
        epoch = np.where(served > initial, come.inverse(np.maximum(served - initial, 0.0)), self.knots[0])
        piece = np.clip(np.searchsorted(self.knots, epoch, side="right") - 1, 0, busy.size - 1)
        inside = np.clip((epoch - self.knots[piece]) / np.diff(self.knots)[piece], 0.0, 1.0)

        def then(rate: Any) -> Any:
            return rate[0][piece] + inside * (rate[1][piece] - rate[0][piece])

        with np.errstate(divide="ignore", invalid="ignore"):
            work = then(inflow)
            share = {node: np.where(work > 0.0, then(rate) / work, 0.0) for node, rate in some.items()}
        return {node: np.where(busy, could * share[node], rate) for node, rate in some.items()}


def _constant_mix(some: Flows, work: Any) -> bool:
    """Whether all nodes keep their share of the work."""
    top = np.unravel_index(int(np.argmax(work)), work.shape)
    if len(some) < 2 or work[top] <= 0.0:
        return True
    return all(
        bool(np.all(np.abs(rate - rate[top] / work[top] * work) <= 1e-12 * rate[top]))
        for rate in some.values()
    )


def partitioned(plan: Plan, name: str) -> tuple[frozenset[str], float]:
    """The buffers with partitions that feed a component directly, and how many servers they keep busy at most."""
    feeders = {
        node.component
        for node in plan.reached
        if node.component != name
        and plan.figures[node.component].partitions is not None
        and any(child.component == name for _, child in plan.onward(node, ALL_UP))
    }
    if not feeders:
        return frozenset(), math.inf
    return frozenset(feeders), float(sum((plan.figures[f].partitions or 0) * plan.counts[f] for f in feeders))
