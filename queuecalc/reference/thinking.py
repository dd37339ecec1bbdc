"""Users who think, ask and wait: what they send with one plan, and who stands behind the line of each component.

With N users, X requests per second and V visits of a request to each station that it waits for,

    X (Z + R) = N,    R = network + sum of V (W + E[S] + fixed delay),

W the wait in M/G/c//M of those who are not here: M = N (all visits / V) less those in the other lines of a split
component, away for (Z + R) / V less the stay here. All W are found together, at many N, by going round and round.
Between two N that were solved for, X is a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.load import Curve
from queuecalc.reference.arrivals import offered
from queuecalc.reference.crowd import Crowd, CrowdWait
from queuecalc.reference.order import steps
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.station import NEARLY_FULL, bounded_mean_wait, excess_of, visit_service
from queuecalc.reference.traffic import ALL_UP, kept, of_component

__all__ = ["solve_users"]

_NUMBERS = 192
_ROUNDS = 5000
_SETTLED = 1e-11
_LEAST_SHARE = 1e-3
_SLOPE = 1e-6
"""X keeps this relative slope in N where it no longer rises, so that a rate tells how many users are behind it."""


def solve_users(plan: Plan) -> tuple[Curve, dict[str, Crowd]]:
    """The load curve that the users make with this plan, and who comes to its components."""
    users = plan.model.load.users
    assert users is not None
    solved = _Round(plan, _numbers(users))
    solved.settle()
    rates = solved.rising()
    return _along(users, solved.users, rates), solved.crowds(rates)


def _numbers(users: Curve) -> Any:
    """Numbers of users: evenly up to the most, one, and those of the knots where they are few."""
    even = np.linspace(0.0, users.peak, _NUMBERS + 1)
    own = np.unique(users.values)
    one = [1.0] if users.peak > 1.0 else []
    return np.unique(np.concatenate([even, own if own.size <= _NUMBERS else [], one]))


def _along(users: Curve, numbers: Any, rates: Any) -> Curve:
    """X over time, with a knot wherever N passes one of the numbers that were solved for."""
    hours: list[float] = []
    values: list[float] = []
    slots = users.slots
    for start, end, left, right in zip(slots.start_h, slots.end_h, slots.left, slots.right, strict=True):
        passed = numbers[(numbers > min(left, right)) & (numbers < max(left, right))]
        passed = passed if right > left else passed[::-1]
        points = [(float(start), float(left))]
        for number in passed.tolist():
            at = float(start + (number - left) / (right - left) * (end - start))
            if points[-1][0] < at < end:
                points.append((at, number))
        points.append((float(end), float(right)))
        sent = np.interp([number for _, number in points], numbers, rates).tolist()
        first = 1 if hours and values[-1] == sent[0] else 0
        hours += [hour for hour, _ in points[first:]]
        values += sent[first:]
    return Curve(hours=hours, values=values)


@dataclass(frozen=True, eq=False)
class _Stop:
    """A component that users wait for.

    Attributes:
        visits: V, those of a request that it waits for; `service_s` the mean service of one.
        others: by node, what comes anyhow, and more for each request of the users, per second.
        lines: that share the visits evenly; `servers` of one of them.
    """

    name: str
    visits: float
    service_s: float
    others: Mapping[Node, tuple[float, float]]
    lines: int
    servers: int

    @property
    def start(self) -> float:
        return sum(start for start, _ in self.others.values())

    @property
    def slope(self) -> float:
        return sum(slope for _, slope in self.others.values())

    def flows(self, rate: Any) -> dict[Node, Any]:
        return {node: start + slope * rate for node, (start, slope) in self.others.items()}

    def crowd(self, users: Any, rate: Any, wait: Any, cycle: Any) -> tuple[Any, Any]:
        """M and Z of one line; other arrivals count as users who are away longer."""
        stay = wait + self.service_s
        away = np.maximum(cycle - self.visits * stay, 1e-9 * cycle) / self.visits
        whole = users * self.slope / self.visits
        arrivals = self.start + self.slope * rate
        if self.start > 0.0:
            away = away * arrivals / np.maximum(self.slope * rate, _LEAST_SHARE * arrivals)
            whole = arrivals * (away + stay)
        elsewhere = (1.0 - 1.0 / self.lines) * arrivals * stay
        return np.maximum(whole - elsewhere, 0.0), away * self.lines


class _Round:
    """The users of one plan at many numbers of them.

    Attributes:
        users: N, rising; rate: X.
    """

    def __init__(self, plan: Plan, users: Any) -> None:
        self.plan, self.users = plan, users
        self.rate = np.zeros_like(users)
        self.made = self._visits()
        self.stops = self._stops()
        self.waits = {stop.name: np.zeros_like(users) for stop in self.stops}
        self.behind: dict[str, tuple[Any, Any]] = {}
        load = plan.model.load
        self.fixed = (load.think_s or 0.0) + load.network_s
        for node, times in self.made.items():
            figures = plan.figures[node.component]
            self.fixed += times * (visit_service(plan, node, ALL_UP).mean + figures.fixed_delay_s)

    def _visits(self) -> dict[Node, float]:
        """How often a request of the users, of any class in the contract, waits for a visit."""
        found: dict[Node, float] = {}

        def hand_on(node: Node, times: float) -> None:
            for call, child in self.plan.onward(node, ALL_UP):
                if child.waited:
                    found[child] = found.get(child, 0.0) + times * kept(self.plan, node) * call.times

        for name, item in self.plan.model.classes.items():
            if item.in_contract and item.share:
                hand_on(self.plan.users(name), item.share)
        for step in steps(self.plan, ALL_UP):
            for node in step.nodes:
                if found.get(node):
                    hand_on(node, found[node])
        return found

    def _stops(self) -> list[_Stop]:
        plan = self.plan
        anyhow, with_one = offered(plan, ALL_UP, 0.0), offered(plan, ALL_UP, 1.0)
        found = []
        for name in sorted(plan.present):
            own = of_component(self.made, name)
            visits, figures, count = sum(own.values()), plan.figures[name], plan.counts[name]
            if visits <= 0.0 or figures.servers is None:
                continue
            others = {
                node: (anyhow.get(node, 0.0), rate - anyhow.get(node, 0.0))
                for node, rate in with_one.items()
                if node.component == name
            }
            work = sum(start * visit_service(plan, node, ALL_UP).mean for node, (start, _) in others.items())
            if work >= figures.servers * count * (1.0 - NEARLY_FULL):
                continue  # the others alone overrun it: no crowd makes that steady
            lines, servers = (
                (count, figures.servers) if figures.pooling == "split" else (1, figures.servers * count)
            )
            service = (
                sum(times * visit_service(plan, node, ALL_UP).mean for node, times in own.items()) / visits
            )
            found.append(_Stop(name, visits, service, others, lines, servers))
        return found

    def settle(self) -> None:
        """Go round until nothing changes."""
        step = 1.0 if len(self.stops) < 2 else 0.5
        for _ in range(_ROUNDS):
            cycle = self._cycle()
            before, self.rate = self.rate, self.users / cycle
            moved = float(np.max(np.abs(self.rate - before))) / max(float(np.max(self.rate)), 1e-300)
            for stop in self.stops:
                self.behind[stop.name] = stop.crowd(self.users, self.rate, self.waits[stop.name], cycle)
                change = step * (self._wait(stop) - self.waits[stop.name])
                self.waits[stop.name] = self.waits[stop.name] + change
                moved = max(moved, float(np.max(np.abs(change) / cycle)))
            if moved <= _SETTLED:
                break

    def _cycle(self) -> Any:
        return self.fixed + sum(
            (stop.visits * self.waits[stop.name] for stop in self.stops), np.zeros_like(self.users)
        )

    def _wait(self, stop: _Stop) -> Any:
        """E[W] of an arrival."""
        flows = stop.flows(self.rate)
        bound = self.plan.figures[stop.name].max_queue
        if bound is not None:
            return bounded_mean_wait(self.plan, flows, stop.lines, stop.servers, bound)
        mean, excess, _ = excess_of(self.plan, flows, ALL_UP)
        users, away = self.behind[stop.name]
        return CrowdWait(users, away, mean, excess, stop.servers).mean_wait

    def rising(self) -> Any:
        """X, strictly rising in N."""
        rate = np.maximum.accumulate(self.users / self._cycle())
        return rate * (1.0 - _SLOPE * (1.0 - 0.5 * self.users / self.users[-1]))

    def crowds(self, rates: Any) -> dict[str, Crowd]:
        """By component without a bound on its line, who comes."""
        return {
            stop.name: Crowd(stop.start + stop.slope * rates, *self.behind[stop.name], stop.lines)
            for stop in self.stops
            if self.plan.figures[stop.name].max_queue is None
        }
