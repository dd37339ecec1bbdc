"""Availability where what is lost upstream does not load the stations below, by going through joint failure states.

The convention of `losses` lets each station see the flow that it would see with nothing lost before: conservative,
and exact without enumeration. Here every joint state of live units is looked at, the likeliest first, and in each the
flows are those that get through: nothing passes a component that is down, a bounded queue passes what it accepts, a
station without a steady state passes its capacity (its requests are lost, its work is not), where servers are held
that is what all of them end, a cap its cap. What is lost at a station makes no calls; its caller goes on, as in the
simulation. The probability of the states that are not looked at bounds the error.

Arrivals at every station are taken as Poisson; behind a bounded queue they are smoother than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from queuecalc.answer import Availability, ContractLine, Evaluation, Excuse, Loss
from queuecalc.architecture import USERS
from queuecalc.evaluation.availability import contract_classes, offered_requests
from queuecalc.evaluation.failures import LiveCounts, Scenario, live_counts
from queuecalc.evaluation.flows import (
    FloatArray,
    VisitKey,
    class_rates,
    component_rates,
    passed_share,
    visit_key,
)
from queuecalc.evaluation.joint_states import joint_states
from queuecalc.evaluation.losses import Cause, ScenarioLosses, _Point
from queuecalc.evaluation.occupancy import HeldQueues
from queuecalc.evaluation.panels import integrate
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING, Queue, service_law
from queuecalc.evaluation.regimes import Course, course_of
from queuecalc.evaluation.sentences import excuse_for
from queuecalc.evaluation.walk import walk
from queuecalc.network.closed.held_line import HeldLine

__all__ = ["coupled", "coupled_availability"]

ACCURACY = 1e-7
"""States are looked at until this probability is left ..."""

MOST_STATES = 1000
"""... or so many were."""

_TOLERANCE = 1e-9
"""Absolute, on the lost fraction in one state."""

_SAMPLES = 17
_HALVINGS = 48
_SETTLED = 1e-12
_SWEEPS = 400
_DAMPED_FROM = 60


@dataclass
class _Flowing(_Point):
    """Everything at some parameters, and by component the share that its rate cap lets through."""

    caps: dict[str, FloatArray] = field(default_factory=dict)


@dataclass
class JointLosses(ScenarioLosses):
    """Losses in one joint state of live units, with the flows that get through.

    `scenario` holds one live count for every component that may fail.
    """

    def _alive(self, name: str) -> int:
        known = self.scenario.live.get(name)
        return self.counts[name] if known is None else known[0][0]

    def _sure_units(self, name: str) -> int:
        return self._alive(name)

    def _point(self, course: Course, regime: Any, p: FloatArray) -> _Flowing:
        rates = class_rates(self.model.classes, course.load_at(regime, p))
        behind = course.behind_at(regime, p)
        passing: dict[str, Any] = dict.fromkeys(self.graph.visits_of, 1.0)
        for sweep in range(_SWEEPS):
            inflow = self._inflow(rates, behind, passing, p.size)
            following, _ = self._passing(inflow)
            change = max((float(np.max(np.abs(following[n] - passing[n]))) for n in passing), default=0.0)
            if sweep >= _DAMPED_FROM:  # calls that lead back: feed-forward graphs have settled long before
                following = {name: 0.5 * (following[name] + passing[name]) for name in passing}
            passing = following
            if change <= _SETTLED:
                break
        inflow = self._inflow(rates, behind, passing, p.size)
        _, caps = self._passing(inflow)
        return _Flowing(rates, inflow, component_rates(self.graph, inflow), caps=caps)

    def _inflow(
        self,
        rates: Mapping[str, FloatArray],
        behind: Mapping[VisitKey, FloatArray],
        passing: Mapping[str, Any],
        instants: int,
    ) -> FloatArray:
        """Inflow of every visit, callers first."""
        graph = self.graph
        inflow = np.zeros((len(graph.visits), instants))
        for name, branches in graph.entries.items():
            for branch in branches:
                inflow[branch.visit] += rates[name] * branch.times
        for index, visit in enumerate(graph.visits):
            if visit.behind:
                inflow[index] = behind[visit_key(graph, index)]
            elif visit.component in graph.buffered and not visit.waited:
                continue  # what flows on from here is the inflow of visits behind
            leaving = inflow[index] * passing[visit.component] * (1.0 - visit.dropped)
            for branch in () if visit.behind else visit.branches:
                inflow[branch.visit] += leaving * branch.times
        return inflow

    def _passing(self, inflow: FloatArray) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
        """By component, the share of its inflow that flows on (drops by class aside), and that of its cap."""
        graph = self.graph
        type_rates = component_rates(graph, inflow)
        held = HeldQueues(
            graph, type_rates, self._alive, self.counts.__getitem__, self.arrivals, self.populations
        )
        shares, caps = {}, {}
        for name, indices in graph.types_of.items():
            figures, alive = graph.figures[name], self._alive(name)
            rates = type_rates[list(indices)]
            total = rates.sum(axis=0)
            if alive == 0:
                shares[name] = np.zeros_like(total)
                caps[name] = np.ones_like(total)
                continue
            queue: Queue | HeldLine = Queue(figures, service_law(graph, name, rates), total, alive)
            if name in graph.holding:
                queue = held.line(name, alive)
            with np.errstate(divide="ignore"):
                accepted = np.where(queue.stable, 1.0 - queue.blocked, 1.0 / queue.utilisation)
            cap = figures.max_rate_per_s
            caps[name] = np.ones_like(total) if cap is None else passed_share(total * accepted, cap * alive)
            shares[name] = accepted * caps[name]
        return shares, caps

    def _through(self, point: _Point) -> dict[int, Any]:
        assert isinstance(point, _Flowing)
        return {
            index: (1.0 - visit.dropped) * point.caps[visit.component]
            for index, visit in enumerate(self.graph.visits)
            if visit.dropped or visit.component in self.capped
        }

    def breaks(self, course: Course) -> list[tuple[int, float]]:
        """(regime, p) at which a station reaches capacity or a cap takes hold; flows need not be linear here."""
        regimes = np.arange(course.lowest.size)
        share = np.linspace(0.0, 1.0, _SAMPLES)
        p = course.lowest[:, None] + (course.highest - course.lowest)[:, None] * share
        values = self._thresholds(course, np.repeat(regimes, _SAMPLES), p.ravel())
        values = values.reshape(-1, regimes.size, _SAMPLES)
        row, regime, column = np.nonzero(values[:, :, :-1] * values[:, :, 1:] < 0)
        low, high, sign = p[regime, column], p[regime, column + 1], values[row, regime, column]
        for _ in range(_HALVINGS if row.size else 0):
            middle = 0.5 * (low + high)
            at = self._thresholds(course, regime, middle)[row, np.arange(row.size)]
            low, high = np.where(at * sign > 0, middle, low), np.where(at * sign > 0, high, middle)
        return list(zip(regime.tolist(), (0.5 * (low + high)).tolist(), strict=True))


def _laws(pattern: Pattern, counts: Mapping[str, int]) -> dict[str, LiveCounts]:
    """Live counts of every component whose failure can matter: a call waits for it, or another one stands in."""
    model = pattern.model
    waited = {end.component for call in model.calls if call.wait for end in call.takers} - {USERS}
    found = {}
    for name in sorted(pattern.present & pattern.takers):
        figures = pattern.figures[name]
        if figures.availability < 1.0 and (name in waited or figures.when_down == "next"):
            found[name] = live_counts(figures, counts[name])
    return found


@dataclass
class _Sum:
    """What was lost in the states so far, in requests, by class and cause."""

    lost: dict[str, dict[Cause, float]]
    seen: float = 0.0
    states: int = 0

    @property
    def left(self) -> float:
        """The probability of the states that were not looked at."""
        return max(0.0, 1.0 - self.seen)

    def of(self, name: str) -> float:
        """Requests of a class that are surely lost."""
        return sum(self.lost[name].values())


def coupled_availability(
    pattern: Pattern,
    counts: Mapping[str, int],
    course: Course,
    known: Availability,
    *,
    accuracy: float = ACCURACY,
) -> Availability:
    """Served / offered over joint failure states, with losses that unload what lies below them.

    lost = sum over the states that were looked at of P(state) x lost(state); the other states lose between nothing
    and everything, so the value is in the middle of an interval of the width of their probability.

    Args:
        pattern: the present components; counts: units of each.
        course: the curve with every unit up, whose asynchronous flows enter every state unchanged.
        known: the figures that are blind to load, which stay.
        accuracy: the probability of states that may be left out.

    Returns:
        The availability; `uncertainty` is half the probability of the states left out, `states` their number.
    """
    model = pattern.model
    classes = contract_classes(model)
    offered = offered_requests(model)
    total = sum(offered[name] for name in classes)
    sums = _Sum({name: {} for name in classes})
    if total <= 0.0:
        return replace(known, states=1)
    for probability, live in joint_states(_laws(pattern, counts)):
        dead = frozenset(n for n, k in live.items() if k == 0 and pattern.figures[n].when_down == "next")
        scenario = Scenario(dead, {name: ((k, 1.0),) for name, k in live.items()}, probability, 1.0)
        tolerance = max(_TOLERANCE, 0.1 * accuracy) / max(probability, 1e-12)
        losses = JointLosses(
            model, pattern.graph(dead), counts, scenario, classes, tolerance, model.contract.timeout_s
        )
        _add(sums, losses, course, total, probability)
        if sums.left <= accuracy or sums.states >= MOST_STATES:
            break
    half = 0.5 * sums.left
    causes: dict[Cause, float] = {}
    for by_cause in sums.lost.values():
        for cause, value in by_cause.items():
            causes[cause] = causes.get(cause, 0.0) + value / total
    shares = [Loss(cause=c, component=name, fraction=v) for (c, name), v in causes.items() if v > 0.0]
    return replace(
        known,
        load_aware=1.0 - sum(causes.values()) - half,
        uncertainty=half,
        states=sums.states,
        losses=tuple(sorted(shares, key=lambda loss: -loss.fraction)),
        by_class={
            name: 1.0 - (sums.of(name) / offered[name] if offered[name] > 0.0 else 0.0) - half
            for name in classes
        },
    )


def _add(sums: _Sum, losses: JointLosses, course: Course, total: float, probability: float) -> None:
    """One more state."""
    values = integrate(
        lambda regime, p: losses.rates(course, regime, p),
        course,
        losses.breaks(course),
        losses.tolerance * total / float(course.seconds.sum()),
        steep=losses.timeout_s is not None,
    )
    row = iter(values.tolist())
    for name in losses.classes:
        for cause in losses.causes:
            lost = max(0.0, next(row)) * probability
            sums.lost[name][cause] = sums.lost[name].get(cause, 0.0) + lost
    sums.seen += probability
    sums.states += 1


def coupled(
    pattern: Pattern, counts: Mapping[str, int], judged: Evaluation, known: Walk | None = None
) -> Evaluation:
    """A judged plan with the coupled availability instead; its contract lines under load are judged by it.

    A line is kept only if the lower end of the interval keeps it.
    """
    if judged.availability is None:
        return judged
    units = {name: counts[name] for name in pattern.present}
    course = course_of(known or walk(pattern.model, pattern.graph(), units))
    found = coupled_availability(pattern, units, course, judged.availability)
    lines: list[ContractLine] = []
    excuses: dict[tuple[str, str], Excuse] = {(e.target, e.subject): e for e in judged.excuses}
    for line in judged.lines:
        if line.target != "availability" or pattern.model.contract.availability_mode != "load-aware":
            lines.append(line)
            continue
        reached = found.by_class[line.subject] if line.subject else found.load_aware
        surely = 1.0 - reached + found.uncertainty
        kept = surely <= (1.0 - line.limit) * (1.0 + ROUNDING) + 1e-15
        lines.append(replace(line, reached=reached, kept=kept))
        excuses.pop((line.target, line.subject), None)
        if not kept:
            excuses[line.target, line.subject] = excuse_for(lines[-1], counts)
    order = [(line.target, line.subject) for line in lines]
    return replace(
        judged,
        availability=found,
        lines=tuple(lines),
        kept=all(line.kept for line in lines),
        excuses=tuple(excuses[key] for key in order if key in excuses),
        statements=(*judged.statements, "coupled-losses"),
        findings=(*judged.findings, *_left_open(found, lines)),
    )


def _left_open(found: Availability, lines: list[ContractLine]) -> list[str]:
    """A warning where the states that were not looked at decide."""
    open_lines = [
        line
        for line in lines
        if line.target == "availability"
        and not line.kept
        and 1.0 - line.reached - found.uncertainty <= 1.0 - line.limit
        and math.isfinite(line.limit)
    ]
    if not open_lines:
        return []
    how = f"availability is within {found.uncertainty:.1e} of its limit"
    return [f"{how}; {found.states:,} failure states do not decide it"]
