"""Lower and upper bounds on every inflow along the curve, for all plans between two corners, every unit up.

Only what asynchronous components hand on, and what a rate cap lets through, depends on counts. A line hands on what
comes in while it holds no backlog, and works at its capacity while it does: so at least the smaller and at most the
larger of the two. In a mix, a flow has at least the smallest and at most the largest share that it ever had.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.reference.order import steps
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.station import visit_service
from queuecalc.reference.traffic import ALL_UP, Flows, kept, users_rates

__all__ = ["Floor"]


@dataclass(frozen=True)
class Floor:
    """Bounds at both ends of every slot, shape (2, slots); between them the linear interpolation is a bound, too.

    Attributes:
        least, most: inflow by node.
    """

    least: Flows
    most: Flows

    @classmethod
    def of(cls, plan: Plan, lower: Mapping[str, int], upper: Mapping[str, int]) -> Floor:
        """For all plans with the components of `plan` and counts from `lower` to `upper`."""
        return _Bounding(plan, lower, upper).run()


class _Bounding:
    def __init__(self, plan: Plan, lower: Mapping[str, int], upper: Mapping[str, int]) -> None:
        self.plan, self.lower, self.upper = plan, lower, upper
        slots = plan.curve.slots
        self.load = np.array([slots.left, slots.right])
        self.least: Flows = {}
        self.most: Flows = {}
        self.by_caller: dict[Node, dict[str, tuple[Any, Any]]] = {}
        self.times: dict[Node, dict[Node, float]] = {}

    def run(self) -> Floor:
        for users, rate in users_rates(self.plan, self.load).items():
            self._hand_on(users, rate, rate)
        for step in steps(self.plan, ALL_UP):
            name, here = step.component, [node for node in step.nodes if node in self.least]
            leaving = {node: (self.least[node], self.most[node]) for node in here}
            if name in self.plan.asynchronous and self.plan.figures[name].servers is not None:
                leaving = self._throttled(name, here)
            for node, (least, most) in self._capped(name, leaving).items():
                self._hand_on(node, least * kept(self.plan, node), most * kept(self.plan, node))
        return Floor(self.least, self.most)

    def _hand_on(self, node: Node, least: Any, most: Any) -> None:
        for call, child in self.plan.onward(node, ALL_UP):
            for total, rate in ((self.least, least), (self.most, most)):
                total[child] = total.get(child, 0.0) + rate * call.times
            times = self.times.setdefault(child, {})
            times[node] = times.get(node, 0.0) + call.times
            own = self.by_caller.setdefault(child, {})
            before = own.get(node.component, (0.0, 0.0))
            own[node.component] = (before[0] + least * call.times, before[1] + most * call.times)

    def _throttled(self, name: str, here: list[Node]) -> dict[Node, tuple[Any, Any]]:
        """What leaves the lines of an asynchronous component.

        Where partitions may bind, what they let through is bounded alone: its line works with as many servers as
        there are partitions, or it is part of the one line of all servers.
        """
        figures = self.plan.figures[name]
        servers = figures.servers or 0
        least_servers, most_servers = float(servers * self.lower[name]), float(servers * self.upper[name])
        work = {node: visit_service(self.plan, node, ALL_UP).mean for node in here}
        every = {node: (self.least[node], self.most[node]) for node in here}
        least_share, most_share = _shares(every, work)
        counted, capacity = every, least_servers
        feeders, partitions = self._partitions(name)
        if partitions < most_servers:
            capacity = min(least_servers, partitions)
            counted = {node: self._from(node, feeders) for node in here}
            own_least, own_most = _shares(counted, work)
            least_share = {node: min(share, own_least[node]) for node, share in least_share.items()}
            most_share = {node: max(share, own_most[node]) for node, share in most_share.items()}
        mix = self._constant_mix(here)
        if mix is not None:
            total = sum(mix[node] * work[node] for node in here)
            least_share = most_share = (
                {node: mix[node] / total for node in here} if total > 0.0 else least_share
            )
        most_work = sum((most * work[node] for node, (_, most) in every.items()), 0.0)
        backlog = figures.initial_backlog > 0.0 or bool(np.any(most_work > capacity))
        found = {}
        for node in here:
            held = capacity * least_share[node]
            let_go = most_servers * most_share[node] if backlog else 0.0
            found[node] = (np.minimum(counted[node][0], held), np.maximum(every[node][1], let_go))
        return found

    def _constant_mix(self, here: list[Node]) -> dict[Node, float] | None:
        """Visits of each node in any unit, where every caller calls all of them in one proportion; else None."""
        totals = {node: sum(self.times[node].values()) for node in here}
        if not here or min(totals.values()) <= 0.0:
            return None
        shares = [
            {caller: times / totals[node] for caller, times in self.times[node].items()} for node in here
        ]
        alike = all(
            some.keys() == shares[0].keys() and all(abs(some[c] - shares[0][c]) <= 1e-12 for c in some)
            for some in shares
        )
        return totals if alike else None

    def _from(self, node: Node, callers: frozenset[str]) -> tuple[Any, Any]:
        """The part of a node's inflow that comes straight from some components."""
        parts = [rates for caller, rates in self.by_caller.get(node, {}).items() if caller in callers]
        nothing = np.zeros_like(self.load)
        return sum((least for least, _ in parts), nothing), sum((most for _, most in parts), nothing)

    def _partitions(self, name: str) -> tuple[frozenset[str], float]:
        """The partitioned components that feed this one, and how many servers they keep busy at least."""
        plan = self.plan
        callers = {c for node, own in self.by_caller.items() if node.component == name for c in own}
        feeders = frozenset(
            c for c in callers if c in plan.figures and plan.figures[c].partitions is not None
        )
        if not feeders:
            return feeders, math.inf
        return feeders, float(sum((plan.figures[f].partitions or 0) * self.lower[f] for f in feeders))

    def _capped(self, name: str, leaving: dict[Node, tuple[Any, Any]]) -> dict[Node, tuple[Any, Any]]:
        """What a rate cap lets through; where it may bind, the smaller of both ends of a slot."""
        cap = self.plan.figures[name].max_rate_per_s
        if cap is None:
            return leaving
        least_total = sum((least for least, _ in leaving.values()), 0.0)
        most_total = sum((most for _, most in leaving.values()), 0.0)
        found = {}
        for node, (least, most) in leaving.items():
            with np.errstate(divide="ignore", invalid="ignore"):
                low = least * np.minimum(1.0, cap * self.lower[name] / (least + most_total - most))
                high = most * np.minimum(1.0, cap * self.upper[name] / (most + least_total - least))
            low, high = np.nan_to_num(low), np.nan_to_num(high)
            if np.any(most_total > cap * self.lower[name]):
                low = np.broadcast_to(low.min(axis=0), low.shape)
                high = np.broadcast_to(high.max(axis=0), high.shape)
            found[node] = (low, high)
        return found


def _shares(
    rates: Mapping[Node, tuple[Any, Any]], work: Mapping[Node, float]
) -> tuple[dict[Node, float], dict[Node, float]]:
    """Messages of each node per second of work, at least and at most, whenever they came."""
    least_work = sum((least * work[node] for node, (least, _) in rates.items()), 0.0)
    most_work = sum((most * work[node] for node, (_, most) in rates.items()), 0.0)
    smallest, largest = {}, {}
    for node, (least, most) in rates.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            low = least / (least * work[node] + (most_work - most * work[node]))
            high = most / (most * work[node] + np.maximum(least_work - least * work[node], 0.0))
        smallest[node] = float(np.nan_to_num(low, nan=np.inf).min())
        largest[node] = float(np.nan_to_num(high, nan=0.0).max())
    return {n: value if math.isfinite(value) else 0.0 for n, value in smallest.items()}, largest
