"""What flows where, at any instant and in any failure state; asynchronous work follows its fluid."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping

from scipy.optimize import brentq

from tests.reference.fluid import Line
from tests.reference.pieces import Signal, fit, merged
from tests.reference.plan import Node, Plan, callers_first
from tests.reference.stations import visit_service

__all__ = ["Traffic", "sign_changes"]

ALL_UP: frozenset[str] = frozenset()
Flows = dict[Node, float]


class Traffic:
    """Rates at every node: with every unit up, and in failure states.

    Time is in seconds since hour 0. `breaks` are all instants at which some rate with every unit up may bend.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.curve = plan.model.load.curve
        self.end = float(self.curve.hours[-1]) * 3600.0
        self.slots = [
            (float(a) * 3600.0, float(b) * 3600.0)
            for a, b in zip(self.curve.slots.start_h, self.curve.slots.end_h, strict=True)
        ]
        self.knots = merged([slot[0] for slot in self.slots], [self.end])
        self.breaks = list(self.knots)
        self.departures: dict[Node, Signal] = {}
        self.lines: dict[str, list[Line]] = {}
        self.known: dict[float, Flows] = {}
        for name in callers_first(plan):
            self._add_cap_breaks(name)
            if name in plan.asynchronous:
                self._settle(name)
        self.inflow = fit(self.all_up, self.breaks)

    # -- instants

    def load(self, t: float) -> float:
        """Requests per second of the curve; t not at a jump."""
        return self.curve.at(t / 3600.0)

    def all_up(self, t: float) -> Flows:
        if t not in self.known:
            self.known[t] = self._flows(t, self.plan.counts, ALL_UP)
        return self.known[t]

    def in_state(self, t: float, live: Mapping[str, int]) -> Flows:
        """Rates in a failure state: what came through an asynchronous component is as with every unit up."""
        unchanged = {node: rate for node, rate in self.all_up(t).items() if node.behind}
        dead = frozenset(name for name, units in live.items() if units == 0)
        return self._flows(t, live, dead, unchanged)

    def _flows(
        self,
        t: float,
        live: Mapping[str, int],
        dead: frozenset[str],
        unchanged: Flows | None = None,
        before: str | None = None,
    ) -> Flows:
        """Inflow of every node; `before` stops in front of a component, `unchanged` replaces what is behind."""
        plan = self.plan
        flows: Flows = defaultdict(float, unchanged or {})
        load = self.load(t)
        for name, request_class in plan.model.classes.items():
            for call, child in plan.onward(plan.users(name), dead):
                flows[child] += request_class.rate(load) * call.times
        for name in callers_first(plan):
            if name == before:
                break
            here = {node: rate for node, rate in flows.items() if node.component == name}
            leaving = here
            if unchanged is not None and (name in plan.asynchronous or name not in plan.may_wait):
                leaving = {}
            elif name in plan.asynchronous:
                leaving = {node: self.departures[node].at(t) for node in here}
            passed = self.passed(name, live[name], sum(leaving.values()))
            for node, rate in leaving.items():
                if unchanged is not None and node.behind:
                    continue
                for call, child in plan.onward(node, dead):
                    flows[child] += rate * self.kept(node) * passed * call.times
        return dict(flows)

    def kept(self, node: Node) -> float:
        """The share of a class that a limiter does not drop."""
        return 1.0 - self.plan.figures[node.component].drops.get(node.request_class, 0.0)

    def passed(self, name: str, live: int, rate: float) -> float:
        """The share that a rate cap lets through; a dead component loses all as down, nothing as above the cap."""
        cap = self.plan.figures[name].max_rate_per_s
        return 1.0 if cap is None or live == 0 or rate <= live * cap else live * cap / rate

    # -- asynchronous components, one after the other

    def _add_cap_breaks(self, name: str) -> None:
        """The instants at which the inflow of a capped component passes its cap."""
        cap = self.plan.figures[name].max_rate_per_s
        if cap is None:
            return

        def above(t: float) -> float:
            flows = self._flows(t, self.plan.counts, ALL_UP, before=name)
            if name in self.plan.asynchronous:
                return 0.0
            here = sum(rate for node, rate in flows.items() if node.component == name)
            return here - cap * self.plan.counts[name]

        crossings = []
        for start, end in itertools.pairwise(self.breaks):
            crossings += sign_changes(above, start, end)
        self.breaks = merged(self.breaks, crossings)

    def _settle(self, name: str) -> None:
        """The fluid of an asynchronous component, and what flows on from it."""
        plan = self.plan
        figures = plan.figures[name]

        def arriving(t: float) -> Flows:
            flows = self._flows(t, plan.counts, ALL_UP, before=name)
            return {node: rate for node, rate in flows.items() if node.component == name}

        flows = fit(arriving, self.breaks)
        work = {node: visit_service(plan, node, ALL_UP).mean for node in flows}
        servers = math.inf if figures.servers is None else float(figures.servers * plan.counts[name])
        if math.isinf(servers):
            self.departures.update(flows)
            self.lines[name] = []
            return
        bound, partitions = self.partitioned(name)
        if partitions is None or partitions >= servers:
            line = Line(flows, work, self._constant(servers), figures.initial_backlog, self.end)
            self._let_go(name, [line])
            return
        inside = fit(lambda t: self._partitioned_flow(t, name, bound), self.breaks)
        first = Line(
            inside, work, self._constant(float(partitions)), figures.initial_backlog, self.end, mix=flows
        )
        busy = merged(first.breaks, first.departure_breaks())
        left = fit(
            lambda t: {"": servers - (float(partitions) if first.spell(t).busy else first.inflow.at(t))},
            busy,
        )[""]
        outside = fit(
            lambda t: self._difference(arriving(t), self._partitioned_flow(t, name, bound)), self.breaks
        )
        self._let_go(name, [first, Line(outside, work, left, 0.0, self.end)])

    def partitioned(self, name: str) -> tuple[frozenset[str], int | None]:
        """The buffers with partitions that feed a component directly, and how many partitions they have together."""
        feeders = {
            node.component
            for node in self._callers_of(name)
            if self.plan.figures[node.component].partitions is not None
        }
        total = sum((self.plan.figures[f].partitions or 0) * self.plan.counts[f] for f in feeders)
        return frozenset(feeders), total if feeders else None

    def _callers_of(self, name: str) -> list[Node]:
        plan = self.plan
        return [
            node
            for node in plan.reached
            if any(child.component == name for _, child in plan.onward(node, ALL_UP))
        ]

    def _partitioned_flow(self, t: float, name: str, feeders: frozenset[str]) -> Flows:
        """The part of a component's inflow that comes straight from some callers."""
        plan = self.plan
        flows = self._flows(t, plan.counts, ALL_UP, before=name)
        part: Flows = defaultdict(float)
        for caller in feeders:
            here = {node: rate for node, rate in flows.items() if node.component == caller}
            if caller in plan.asynchronous:
                here = {node: self.departures[node].at(t) for node in here}
            passed = self.passed(caller, plan.counts[caller], sum(here.values()))
            for node, rate in here.items():
                for call, child in plan.onward(node, ALL_UP):
                    if child.component == name:
                        part[child] += rate * self.kept(node) * passed * call.times
        return dict(part)

    @staticmethod
    def _difference(all_of_it: Flows, part: Flows) -> Flows:
        rest = {node: rate - part.get(node, 0.0) for node, rate in all_of_it.items()}
        return {node: rest[node] if rest[node] > 1e-12 * rate else 0.0 for node, rate in all_of_it.items()}

    def _constant(self, value: float) -> Signal:
        return fit(lambda _: {"": value}, [self.breaks[0], self.end])[""]

    def _let_go(self, name: str, lines: list[Line]) -> None:
        self.lines[name] = lines
        self.breaks = merged(self.breaks, *(line.departure_breaks() for line in lines))

        def leaving(t: float) -> Flows:
            total: Flows = defaultdict(float)
            for line in lines:
                for node, rate in line.departures(t).items():
                    total[node] += rate
            return dict(total)

        self.departures.update(fit(leaving, self.breaks))


def sign_changes(
    function: Callable[[float], float], start: float, end: float, steps: int = 16
) -> list[float]:
    """Where a function changes sign between two instants."""
    margin = 1e-9 * (end - start)
    times = [start + margin + k * (end - start - 2 * margin) / steps for k in range(steps + 1)]
    values = [function(t) for t in times]
    found = []
    for p, q, a, b in zip(times, times[1:], values, values[1:], strict=False):
        if a * b < 0.0:
            found.append(float(brentq(function, p, q, xtol=1e-9, rtol=1e-15)))
    for t, before, at, after in zip(times[1:], values, values[1:], values[2:], strict=False):
        if at == 0.0 and before * after < 0.0:
            found.append(t)
    return sorted(found)
