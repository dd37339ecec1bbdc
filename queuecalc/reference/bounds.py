"""A box of plans, judged optimistically: what helps a limit at its upper count, what harms it at its lower one.

More units of a component shorten its own line, keep more of its units alive and shrink its backlog. They harm only what
lies behind an asynchronous component, which hands on more per second: there every inflow is the lower bound of
`floor`. Failing over to the next component may help or harm, so the better of both extremes of its chance counts. A
limit that is broken even so is broken by every plan of the box.

Users who wait for their answers send least with the lower counts, and are answered soonest with the upper ones
(Shanthikumar & Yao 1986, theorem 3.1, for product form): percentiles are judged with what they send then, all else with
what they send at the lower counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from queuecalc.architecture import Model
from queuecalc.errors import InvalidInput
from queuecalc.reference.availability import blind, down_probability
from queuecalc.reference.failures import LiveLaw, live_law, states
from queuecalc.reference.floor import Floor
from queuecalc.reference.fluid import Line as FluidLine
from queuecalc.reference.judgement import Judgement, availability_limits, percentile_targets, readers_of
from queuecalc.reference.line import Line
from queuecalc.reference.losses import Losses
from queuecalc.reference.plan import Plan
from queuecalc.reference.slots import largest_flows, most_late
from queuecalc.reference.station import offered_work
from queuecalc.reference.traffic import ALL_UP, Flows, of_component

__all__ = ["BoxBounds"]

_UNLIKELY = 1e-8
"""Failure states of this chance at most are taken as losing nothing."""

_REMAINDERS = (1e-2, 1e-4, 1e-6)
"""What share of the permitted loss may be left open by failure states not looked at, one after the other."""

_MOST_STATES = 20_000


class BoxBounds:
    """All plans of one pattern with lower <= counts <= upper.

    Args:
        model: the model.
        lower, upper: units of every component, inclusive; the same components are present in both.

    Attributes:
        plan: the upper counts; calm: the same when users send what they send with the lower ones.
    """

    def __init__(self, model: Model, lower: Mapping[str, int], upper: Mapping[str, int]) -> None:
        self.plan = Plan(model, upper)
        self.lower, self.upper = dict(lower), dict(upper)
        self.calm = self.plan if model.load.think_s is None else Plan(model, upper, sent_with=lower)

    @property
    def single(self) -> bool:
        """Whether it is one plan."""
        return self.lower == self.upper

    def line(self, target: str, subject: str) -> Line:
        """The best that any plan of the box can reach of one limit; of a single plan what it does reach.

        Raises:
            InvalidInput: the contract has no such limit, or none that is judged for a box.
        """
        if self.single:
            return Judgement(self.plan).line(target, subject)
        if target in ("stability", "utilisation"):
            return self._utilisation(target, subject)
        if target in ("lag", "retention", "drained"):
            return self._backlog(target, subject)
        if target == "availability" and subject in availability_limits(self.plan.model):
            return self._availability(subject)
        for key, of, percentile, names in percentile_targets(self.plan):
            if (key, of) == (target, subject):
                reached = most_late(self.plan, self._largest, names, percentile.seconds)
                return Line(target=target, subject=subject, limit=1.0 - percentile.level, reached=reached)
        raise InvalidInput(f"no limit {target} {subject}".rstrip() + " is judged for a box of plans")

    def others(self) -> Iterator[Line]:
        """Every limit that can be judged for the box, the quickest first."""
        if self.single:
            yield from Judgement(self.plan).lines()
            return
        plan = self.plan
        wanted = [(target, name) for name in sorted(plan.present) for target in ("stability", "utilisation")]
        wanted += [(target, name) for name in sorted(plan.asynchronous) for target in ("lag", "drained")]
        wanted += [("retention", name) for name in sorted(plan.present)]
        wanted += [(target, subject) for target, subject, _, _ in percentile_targets(plan)]
        wanted += [("availability", subject) for subject in availability_limits(plan.model)]
        for target, subject in wanted:
            try:
                yield self.line(target, subject)
            except InvalidInput:
                continue

    @cached_property
    def floor(self) -> Floor:
        """Bounds on every inflow."""
        return Floor.of(self.calm, self.lower, self.upper)

    @cached_property
    def _largest(self) -> Flows:
        floor = self.floor if self.calm is self.plan else Floor.of(self.plan, self.lower, self.upper)
        return largest_flows(self.plan, floor.least, np.arange(len(self.plan.curve.slots)))

    def _work(self, name: str) -> Any:
        """Offered work at both ends of every slot, at least."""
        shape = (2, len(self.calm.curve.slots))
        return np.zeros(shape) + offered_work(self.calm, of_component(self.floor.least, name), ALL_UP)

    def _utilisation(self, target: str, name: str) -> Line:
        plan = self.calm
        figures = plan.figures.get(name)
        if figures is None or figures.servers is None or name not in plan.present:
            raise InvalidInput(f"{name} has no utilisation here")
        reached = float(np.max(self._work(name))) / (figures.servers * self.upper[name])
        if target == "utilisation":
            if figures.max_utilisation is None:
                raise InvalidInput(f"{name} has no limit on its utilisation")
            return Line(target=target, subject=name, limit=figures.max_utilisation, reached=reached)
        if name not in plan.waited_for or figures.max_queue is not None or name in plan.crowds:
            raise InvalidInput(f"{name} need not be stable")
        return Line(target=target, subject=name, limit=1.0, reached=reached, strict=True)

    def _backlog(self, target: str, subject: str) -> Line:
        """By fluid lines with all servers of the upper count and no more than the least inflow."""
        plan, contract = self.calm, self.calm.model.contract
        if target == "retention":
            limit = plan.figures[subject].retention_s
            readers = readers_of(plan, subject) if limit is not None else set()
            if limit is None or not readers:
                raise InvalidInput(f"{subject} has no retention that matters")
            reached = max(self._fluid(reader).longest_lag for reader in readers)
            return Line(target=target, subject=subject, limit=limit, reached=reached, strict=True)
        if subject not in plan.asynchronous:
            raise InvalidInput(f"{subject} is not reached by hand-offs alone")
        line = self._fluid(subject)
        if target == "drained":
            if not contract.drained_by_end:
                raise InvalidInput("backlogs need not be drained by the end")
            length = float(line.knots[-1] - line.knots[0])
            left = line.left_over / float(line.capacity[1][-1])
            return Line(target=target, subject=subject, limit=0.0, reached=left, scale=length)
        limits = [some for some in (contract.max_lag_s, plan.figures[subject].max_lag_s) if some is not None]
        if not limits:
            raise InvalidInput(f"{subject} has no limit on its lag")
        return Line(target=target, subject=subject, limit=min(limits), reached=line.longest_lag)

    def _fluid(self, name: str) -> FluidLine:
        servers = self.calm.figures[name].servers
        slots = self.calm.curve.slots
        knots = np.append(slots.start_h, slots.end_h[-1]) * 3600.0
        work = self._work(name)
        capacity = math.inf if servers is None else float(servers * self.upper[name])
        return FluidLine.of(knots, work, np.zeros((2, len(slots))) + min(capacity, 1e18))

    # -- availability

    def _availability(self, subject: str) -> Line:
        plan = self.calm
        limit = availability_limits(plan.model)[subject]
        mode = plan.model.contract.availability_mode
        if mode != "load-aware":
            reached = 1.0 - blind(plan, subject, self.upper, single=mode == "series")
        else:
            capped = [name for name in plan.present if plan.figures[name].max_rate_per_s is not None]
            directed = all(self.lower[name] == self.upper[name] for name in capped)
            reached = self._least_lost(subject, limit) if directed else 0.0
        return Line(target="availability", subject=subject, limit=limit, reached=reached, scale=1.0)

    def _least_lost(self, subject: str, limit: float) -> float:
        """A lower bound on the lost share of every plan of the box; late answers count as served."""
        plan = self.calm
        slots = plan.curve.slots
        knots = np.append(slots.start_h, slots.end_h[-1]) * 3600.0
        behind = {node: rate for node, rate in self.floor.least.items() if node.behind}
        losses = Losses(plan, knots, np.array([slots.left, slots.right]), behind, None, limit * 1e-7)
        offered = losses.offered.get(subject, 0.0) if subject else losses.total
        if offered <= 0.0:
            return 0.0
        chances = self._down_chances()
        known: dict[tuple[tuple[str, int], ...], float] = {}

        def lost(live: Mapping[str, int], probability: float) -> float:
            key = tuple(sorted(live.items()))
            if key not in known:
                found = losses.in_state(live, probability)
                known[key] = (found[subject] if subject else sum(found.values())) / offered
            return known[key]

        best = 0.0
        for remainder in _REMAINDERS:
            by_down = {
                down: self._lost_while(down, likeliest, remainder * limit, lost)
                for down, likeliest in self._down_sets(chances)
            }
            best = min(
                sum(
                    math.prod(c if name in down else 1.0 - c for name, c in corner.items()) * value
                    for down, value in by_down.items()
                )
                for corner in _corners(chances)
            )
            if best > limit:
                break
        return best

    def _down_chances(self) -> dict[str, tuple[float, float]]:
        """Range of the chance that a component is down, for those that others stand in for."""
        plan = self.plan
        found = {}
        for name in sorted(plan.at_risk):
            if plan.figures[name].when_down == "next":
                ends = (
                    down_probability(plan, name, self.upper[name]),
                    down_probability(plan, name, self.lower[name]),
                )
                if ends[1] > 0.0:
                    found[name] = ends
        return found

    def _down_sets(self, chances: Mapping[str, tuple[float, float]]) -> list[tuple[frozenset[str], float]]:
        """Sets of those that may be down together, with the largest chance of each."""
        found = []
        for flags in product((False, True), repeat=len(chances)):
            down = frozenset(name for name, flag in zip(chances, flags, strict=True) if flag)
            likeliest = math.prod(chances[n][1] if n in down else 1.0 - chances[n][0] for n in chances)
            if likeliest > _UNLIKELY:
                found.append((down, likeliest))
        return found

    def _lost_while(
        self,
        down: frozenset[str],
        likeliest: float,
        remainder: float,
        lost: Callable[[Mapping[str, int], float], float],
    ) -> float:
        """Expected lost share while exactly these are down, at the upper counts; unlooked-at states lose nothing."""
        plan = self.plan
        laws: dict[str, LiveLaw] = {}
        for name in sorted(plan.at_risk):
            law = live_law(plan.figures[name], self.upper[name])
            if plan.figures[name].when_down == "next":
                up = [(k, p) for k, p in law if k > 0]
                total = sum(p for _, p in up)
                law = ((0, 1.0),) if name in down else tuple((k, p / total) for k, p in up)
            laws[name] = law
        units = {name: self.upper[name] for name in plan.present}
        value = seen = 0.0
        for number, (probability, live) in enumerate(states(laws, units)):
            value += probability * lost(live, probability * likeliest)
            seen += probability
            if (1.0 - seen) * likeliest <= remainder or number >= _MOST_STATES:
                break
        return value


def _corners(chances: Mapping[str, tuple[float, float]]) -> list[dict[str, float]]:
    """Every choice of extremes: what is lost is affine in each chance."""
    return [
        dict(zip(chances, values, strict=True))
        for values in product(*(set(ends) for ends in chances.values()))
    ]
