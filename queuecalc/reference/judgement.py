"""One plan judged line by line, each line computed when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import numpy as np

from queuecalc.architecture import Model, PercentileTarget
from queuecalc.errors import InvalidInput
from queuecalc.reference.availability import Bracket, blind, bracket
from queuecalc.reference.course import SECONDS_PER_HOUR, Course, Joined, partitioned
from queuecalc.reference.line import Line
from queuecalc.reference.losses import Losses
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.response import waits
from queuecalc.reference.slots import largest_flows, most_late
from queuecalc.reference.station import mean_wait, offered_work
from queuecalc.reference.traffic import ALL_UP, Flows, kept, of_component, users_rates

__all__ = ["Judgement", "availability_limits", "fees", "percentile_targets", "readers_of"]

_PRECISIONS = (1e-5, 1e-8)
"""Of integrals along the curve, relative to the permitted loss: the second where the first does not decide."""

_CLEAR = 1e-3
"""Relative: failure states are gone through until the lost share is so far from its limit, or hardly any are left."""

_NEARLY_FULL = 0.99
"""The utilisation at which the stationary wait of an asynchronous line is taken where it is higher."""


def percentile_targets(plan: Plan) -> list[tuple[str, str, PercentileTarget, list[str]]]:
    """(target, subject, percentile, classes) of every percentile that the contract names."""
    model = plan.model
    waiting = [name for name in model.classes if waits(plan, name)]
    together = [name for name in waiting if model.classes[name].in_contract]
    found = [(t.key.removesuffix("_ms"), "", t, together) for t in model.contract.percentiles if together]
    for name in waiting:
        found += [(t.key.removesuffix("_ms"), name, t, [name]) for t in model.classes[name].percentiles]
    return found


def availability_limits(model: Model) -> dict[str, float]:
    """The permitted lost share by class, "" for all in the contract together."""
    limits = {"": model.contract.availability}
    limits |= {name: item.availability for name, item in model.classes.items()}
    return {name: 1.0 - limit for name, limit in limits.items() if limit is not None}


def fees(plan: Plan) -> Decimal:
    """Fees of a month: visits with nothing capped and nothing behind, by component in whole cents."""
    model = plan.model
    slots = model.load.curve.slots
    rates = users_rates(plan, 0.5 * (slots.left + slots.right))
    visits: dict[str, float] = {}

    def below(node: Node, requests: float) -> None:
        visits[node.component] = visits.get(node.component, 0.0) + requests
        for call, child in plan.onward(node, ALL_UP):
            below(child, requests * kept(plan, node) * call.times)

    for users, rate in rates.items():
        below(users, float(np.dot(rate, slots.length_h * SECONDS_PER_HOUR)))
    total = Decimal(0)
    for name in plan.present:
        figures = plan.figures[name]
        month = Decimal(repr(visits.get(name, 0.0))) * model.load.repeats
        fee = month * figures.usd_per_million_calls / 10**6
        fee += month * Decimal(repr(figures.kb_per_call)) * figures.usd_per_gb / 10**6
        total += fee.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return total


class Judgement:
    """One plan.

    Attributes:
        plan: the plan; its `excuses` say why it is none.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def course(self) -> Course:
        """The curve with every unit up."""
        return Course(self.plan)

    @cached_property
    def largest(self) -> Flows:
        """The largest flows of every slot."""
        return largest_flows(self.plan, self.course.inflow, self.course.slot)

    @cached_property
    def cost_usd_per_month(self) -> Decimal:
        """Units and fees."""
        plan = self.plan
        units = (plan.figures[name].usd_per_month * plan.counts[name] for name in plan.present)
        return sum(units, Decimal(0)) + fees(plan)

    def lines(self) -> Iterator[Line]:
        """Every limit of the contract but the budget, the quickest first."""
        yield from self.quick_lines()
        for subject in availability_limits(self.plan.model):
            yield self.availability(subject)

    def quick_lines(self) -> Iterator[Line]:
        """Every limit that is judged with every unit up."""
        yield from self._utilisations()
        yield from self._backlogs()
        yield from self._retentions()
        for target, subject, _, _ in percentile_targets(self.plan):
            yield self.percentile(target, subject)

    def line(self, target: str, subject: str) -> Line:
        """One limit.

        Raises:
            InvalidInput: the contract has no such line.
        """
        if target == "availability":
            return self.availability(subject)
        if target.startswith("p") and any(
            (t, s) == (target, subject) for t, s, _, _ in percentile_targets(self.plan)
        ):
            return self.percentile(target, subject)
        for line in (*self._utilisations(), *self._backlogs(), *self._retentions()):
            if (line.target, line.subject) == (target, subject):
                return line
        raise InvalidInput(f"the contract has no limit {target} {subject}".rstrip())

    # -- with every unit up

    def utilisation(self, name: str) -> float:
        """The largest utilisation of a component along the curve."""
        servers = self.plan.figures[name].servers
        here = of_component(self.course.inflow, name)
        if servers is None or not here:
            return 0.0
        return float(np.max(offered_work(self.plan, here, ALL_UP))) / (servers * self.plan.counts[name])

    def _utilisations(self) -> Iterator[Line]:
        plan = self.plan
        for name in sorted(plan.present):
            figures = plan.figures[name]
            endless = figures.servers is None or figures.max_queue is not None or name in plan.crowds
            if name in plan.waited_for and not endless:
                yield Line(
                    target="stability", subject=name, limit=1.0, reached=self.utilisation(name), strict=True
                )
            if figures.max_utilisation is not None:
                limit = figures.max_utilisation
                yield Line(target="utilisation", subject=name, limit=limit, reached=self.utilisation(name))

    def percentile(self, target: str, subject: str) -> Line:
        """The share of responses that come later than a percentile's target, in the worst slot."""
        wanted, names = next(
            (percentile, names)
            for key, of, percentile, names in percentile_targets(self.plan)
            if (key, of) == (target, subject)
        )
        reached = most_late(self.plan, self.largest, names, wanted.seconds)
        return Line(target=target, subject=subject, limit=1.0 - wanted.level, reached=reached)

    # -- asynchronous work

    def _lag(self, name: str) -> float:
        """The longest lag of a component: of its fluid, or the stationary wait where nothing is backed up."""
        return max(
            (max(j.line.longest_lag, self._stationary(name, j)) for j in self.course.lines[name]), default=0.0
        )

    def _stationary(self, name: str, joined: Joined) -> float:
        plan = self.plan
        figures, count = plan.figures[name], plan.counts[name]
        assert figures.servers is not None
        units, servers = (
            (count, figures.servers) if figures.pooling == "split" else (1, figures.servers * count)
        )
        lines = self.course.lines[name]
        if len(lines) == 2:
            _, partitions = partitioned(plan, name)
            mine = partitions if joined is lines[0] else figures.servers * count - partitions
            units, servers = 1, max(1, int(mine))
        idle = joined.idle
        if not idle.any():
            return 0.0
        rates = {node: rate[:, idle].ravel() for node, rate in joined.flows.items()}
        return float(np.max(mean_wait(plan, rates, units, servers, _NEARLY_FULL)))

    def _backlogs(self) -> Iterator[Line]:
        plan, contract = self.plan, self.plan.model.contract
        for name in sorted(plan.asynchronous):
            lines = [joined.line for joined in self.course.lines[name]]
            if not lines:
                continue
            figures = plan.figures[name]
            lags = [limit for limit in (contract.max_lag_s, figures.max_lag_s) if limit is not None]
            if lags:
                yield Line(target="lag", subject=name, limit=min(lags), reached=self._lag(name))
            if contract.drained_by_end:
                length = float(self.course.knots[-1] - self.course.knots[0])
                left = sum(line.left_over / max(float(line.capacity[1][-1]), 1e-300) for line in lines)
                yield Line(target="drained", subject=name, limit=0.0, reached=left, scale=length)
            drains = [
                limit for limit in (contract.drain_within_s, figures.drain_within_s) if limit is not None
            ]
            if drains:
                reached = max(line.drain for line in lines)
                yield Line(target="drain time", subject=name, limit=min(drains), reached=reached)

    def _retentions(self) -> Iterator[Line]:
        for name in sorted(self.plan.present):
            retention = self.plan.figures[name].retention_s
            readers = readers_of(self.plan, name)
            readers = {reader for reader in readers if self.course.lines[reader]}
            if retention is not None and readers:
                reached = max(self._lag(reader) for reader in readers)
                yield Line(target="retention", subject=name, limit=retention, reached=reached, strict=True)

    # -- failures

    def _losses(self, tolerance: float, *, late: bool) -> Losses:
        course = self.course
        behind = {node: rate for node, rate in course.inflow.items() if node.behind}
        timeout = self.plan.model.contract.timeout_s if late else None
        return Losses(self.plan, course.knots, course.load, behind, timeout, max(tolerance, 1e-12))

    def lost(self, subject: str, limit: float) -> Bracket:
        """Lost share of a class, or of all in the contract ("") under load, at least as closely as decides a limit."""
        units = {name: self.plan.counts[name] for name in self.plan.present}

        def decided(found: Bracket) -> bool:
            return found.most <= limit * (1.0 - _CLEAR) or found.least > limit * (1.0 + _CLEAR)

        found = bracket(self._losses(limit * _PRECISIONS[0], late=False), subject, units, decided)
        late = self.plan.model.contract.timeout_s is not None
        if found.least > limit * (1.0 + _CLEAR) or (decided(found) and not late):
            return found
        for precision in _PRECISIONS if late else _PRECISIONS[1:]:
            found = bracket(self._losses(limit * precision, late=late), subject, units, decided)
            if decided(found):
                break
        return found

    def availability(self, subject: str) -> Line:
        """The lost share in the contract's mode; under load the end of its bracket that decides."""
        limit = availability_limits(self.plan.model)[subject]
        mode = self.plan.model.contract.availability_mode
        if mode != "load-aware":
            reached = 1.0 - blind(self.plan, subject, self.plan.counts, single=mode == "series")
        else:
            found = self.lost(subject, limit)
            reached = found.most if found.most <= limit else found.least
            if found.least <= limit < found.most:
                reached = 0.5 * (found.least + found.most)
        return Line(target="availability", subject=subject, limit=limit, reached=reached, scale=1.0)


def readers_of(plan: Plan, buffer: str) -> set[str]:
    """Asynchronous components that a buffer feeds directly."""
    return {
        child.component
        for node in plan.reached
        if node.component == buffer
        for _, child in plan.onward(node, ALL_UP)
        if child.component in plan.asynchronous
    }
