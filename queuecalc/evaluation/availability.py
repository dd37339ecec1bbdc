"""Served / offered: load-aware over all failure states, and the two figures that are blind to load."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product

import numpy as np

from queuecalc.answer import Availability, Loss
from queuecalc.architecture import Model
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.failures import Scenario, down_probability, held_callees, scenarios
from queuecalc.evaluation.floor import Floor
from queuecalc.evaluation.flows import FloatArray, class_rates
from queuecalc.evaluation.losses import Cause, ScenarioLosses
from queuecalc.evaluation.panels import integrate
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.regimes import Course, bends_in, course_of
from queuecalc.evaluation.steps import StepLosses

__all__ = [
    "answered_classes",
    "availability",
    "blind",
    "contract_classes",
    "least_lost_fraction",
    "lost_in_scenario",
    "lost_requests",
    "offered_requests",
]

TOLERANCE = 1e-10
"""Absolute, on the lost fraction of the offered requests."""

CROWDED = 1e-6
"""The same where users wait for their answers, which is an approximation anyway."""

NEGLIGIBLE_BOUND = 1e-8
"""Failure states less likely than this are taken as losing nothing in a lower bound."""


def contract_classes(model: Model) -> tuple[str, ...]:
    """Names of the classes that the contract speaks of."""
    return tuple(name for name, item in model.classes.items() if item.in_contract)


def answered_classes(pattern: Pattern) -> tuple[str, ...]:
    """Those of them whose users wait for some answer."""
    return tuple(name for name in contract_classes(pattern.model) if pattern.route(name).entries)


def offered_requests(model: Model) -> dict[str, float]:
    """Requests of each class over the whole curve."""
    slots = model.load.curve.slots
    seconds = (slots.end_h - slots.start_h) * 3600.0
    mean = 0.5 * (slots.left + slots.right)
    return {name: float(np.dot(rate, seconds)) for name, rate in class_rates(model.classes, mean).items()}


def lost_requests(
    pattern: Pattern,
    counts: Mapping[str, int],
    walk: Walk,
    *,
    classes: tuple[str, ...],
    late: bool = True,
    timeout_s: float | None = None,
    accuracy: float = TOLERANCE,
) -> dict[str, dict[Cause, float]]:
    """Requests lost over the curve, by class and cause.

    Args:
        late: whether answers later than the timeout are counted.
        timeout_s: the timeout; None for that of the contract.
        accuracy: absolute, on the lost fraction of the offered requests.
    """
    model = pattern.model
    timeout = (timeout_s if timeout_s is not None else model.contract.timeout_s) if late else None
    accuracy = max(accuracy, CROWDED) if pattern.crowded else accuracy
    lost: dict[str, dict[Cause, float]] = {name: {} for name in classes}
    course = course_of(walk)
    if _offered(model, classes) <= 0.0:
        return lost
    for scenario in scenarios(pattern.graph(), counts, pattern.takers, held_callees(pattern.graph())):
        tolerance = accuracy / scenario.probability
        some_late = timeout if tolerance < 1.0 else None
        state = _state(pattern, counts, scenario, classes, tolerance, some_late)
        _add(lost, state, _integral(state, course) * scenario.probability)
    return lost


def _offered(model: Model, classes: tuple[str, ...]) -> float:
    offered = offered_requests(model)
    return sum(offered[name] for name in classes)


def _state(
    pattern: Pattern,
    counts: Mapping[str, int],
    scenario: Scenario,
    classes: tuple[str, ...],
    tolerance: float,
    timeout: float | None,
    *,
    occupied: bool = True,
) -> ScenarioLosses:
    graph = pattern.graph(scenario.down)
    return ScenarioLosses(pattern.model, graph, counts, scenario, classes, tolerance, timeout, occupied)


def lost_in_scenario(
    pattern: Pattern, counts: Mapping[str, int], scenario: Scenario, course: Course, accuracy: float
) -> dict[str, float]:
    """Requests of each class in the contract that are lost in one failure state.

    Args:
        accuracy: absolute, on the lost fraction of the offered requests in this state.
    """
    classes = contract_classes(pattern.model)
    timeout = pattern.model.contract.timeout_s if accuracy < 1.0 else None
    state = _state(pattern, counts, scenario, classes, accuracy, timeout)
    sums = _integral(state, course).reshape(len(classes), -1).sum(axis=1)
    return dict(zip(classes, sums.tolist(), strict=True))


def _integral(state: ScenarioLosses, course: Course) -> FloatArray:
    """Requests lost in one scenario, by (class, cause)."""
    tolerance = state.tolerance * _offered(state.model, state.classes) / float(course.seconds.sum())
    return integrate(
        lambda regime, p: state.rates(course, regime, p),
        course,
        [*state.breaks(course), *bends_in(course, state.model.load.bends)],
        tolerance,
        steep=state.timeout_s is not None and not state.model.load.bends,
    )


def least_lost_fraction(
    pattern: Pattern,
    lower: Mapping[str, int],
    upper: Mapping[str, int],
    floor: Floor | None,
    subjects: tuple[str, ...],
) -> dict[str, float]:
    """Lower bounds on the lost share of the requests of some classes ("" for the contract's together).

    They hold for every plan between `lower` and `upper`: held servers count with their own work alone, late
    answers are left out, every live count is that of the
    upper count, every inflow at its lower bound, and for components that fail over the better of the two extremes
    of their down probability counts.

    Args:
        floor: lower bounds on every inflow; None for an availability mode that is blind to load.
    """
    model, graph = pattern.model, pattern.graph()
    classes = contract_classes(model)
    offered = offered_requests(model)
    total = sum(offered[name] for name in classes)
    if floor is None:
        single = model.contract.availability_mode == "series"
        alone = {
            name: 1.0 - blind(graph, upper, name, single=single) for name in {*classes, *subjects} - {""}
        }
        together = sum(offered[name] * alone[name] for name in classes) / total if total > 0 else 0.0
        return {name: alone[name] if name else together for name in subjects}
    capped = [n for n in graph.present if graph.figures[n].max_rate_per_s is not None]
    if any(lower[name] != upper[name] for name in capped) or total <= 0.0:
        return dict.fromkeys(subjects, 0.0)
    states = []
    for scenario in scenarios(graph, upper, pattern.takers):
        likeliest = math.prod(_down_range(graph, name, lower, upper)[1] for name in scenario.down)
        if likeliest < NEGLIGIBLE_BOUND:
            continue
        if StepLosses.fit(pattern):
            lost = StepLosses(pattern, upper, scenario, classes, floor.regimes).least
        else:
            state = _state(pattern, upper, scenario, classes, 1.0, None, occupied=False)
            sums = _integral(state, course_of(floor.slotwise)).reshape(len(classes), -1).sum(axis=1)
            lost = dict(zip(classes, sums.tolist(), strict=True))
        states.append((scenario, lost))
    return {
        name: _best_corner(graph, lower, upper, states, (name,) if name else classes)
        / (offered[name] if name else total)
        for name in subjects
    }


def _down_range(
    graph: Graph, name: str, lower: Mapping[str, int], upper: Mapping[str, int]
) -> tuple[float, float]:
    figures = graph.figures[name]
    return down_probability(figures, upper[name]), down_probability(figures, lower[name])


def _best_corner(
    graph: Graph,
    lower: Mapping[str, int],
    upper: Mapping[str, int],
    states: list[tuple[Scenario, dict[str, float]]],
    classes: tuple[str, ...],
) -> float:
    """The smallest loss over the extremes of all down probabilities (it is affine in each of them)."""
    down = {name for scenario, _ in states for name in scenario.down}
    routing = sorted(name for name in down if graph.figures[name].max_rate_per_s is None)
    ranges = {name: _down_range(graph, name, lower, upper) for name in routing}
    wide = [name for name in routing if ranges[name][0] != ranges[name][1]]
    best = math.inf
    for corner in product((0, 1), repeat=len(wide)):
        chosen = {name: ranges[name][0] for name in routing} | {
            name: ranges[name][side] for name, side in zip(wide, corner, strict=True)
        }
        value = 0.0
        for scenario, lost in states:
            probability = scenario.capped_probability
            for name in routing:
                probability *= chosen[name] if name in scenario.down else 1.0 - chosen[name]
            value += probability * sum(lost[name] for name in classes)
        best = min(best, value)
    return best


def _add(lost: dict[str, dict[Cause, float]], state: ScenarioLosses, values: FloatArray) -> None:
    row = iter(values)
    for name in state.classes:
        for cause in state.causes:
            lost[name][cause] = lost[name].get(cause, 0.0) + float(next(row))


def blind(graph: Graph, counts: Mapping[str, int], request_class: str, *, single: bool = False) -> float:
    """Availability of a class when a component is up while a unit of it is, whatever the load.

    The product over the components that a waited-for call can reach with all up, except one that fails over
    (`when_down = "next"`) to a later present name in every list that leads to it.

    Args:
        single: count one unit of each (the naive series figure).
    """
    needed: set[str] = set()
    stack = [branch for branch in graph.entries[request_class] if branch.wait]
    seen: set[int] = set()
    while stack:
        branch = stack.pop()
        visit = graph.visits[branch.visit]
        if not branch.spare:
            needed.add(visit.component)
        if branch.visit not in seen:
            seen.add(branch.visit)
            stack += [b for b in visit.branches if b.wait]
    return math.prod(
        1.0 - down_probability(graph.figures[name], 1 if single else counts[name]) for name in sorted(needed)
    )


def availability(pattern: Pattern, counts: Mapping[str, int], walk: Walk) -> Availability:
    """All three figures, and the causes of the load-aware one."""
    model, graph = pattern.model, pattern.graph()
    classes = contract_classes(model)
    offered = offered_requests(model)
    total = sum(offered[name] for name in classes)
    lost = lost_requests(pattern, counts, walk, classes=classes)
    causes: dict[Cause, float] = {}
    for by_cause in lost.values():
        for cause, value in by_cause.items():
            causes[cause] = causes.get(cause, 0.0) + value

    def mixed(single: bool) -> float:
        if total <= 0.0:
            return 1.0
        return sum(offered[name] * blind(graph, counts, name, single=single) for name in classes) / total

    def share(value: float, of: float) -> float:
        return value / of if of > 0.0 else 0.0

    losses = [
        Loss(cause=cause, component=component, fraction=share(value, total))
        for (cause, component), value in causes.items()
        if share(value, total) > 0.0
    ]
    losses.sort(key=lambda loss: -loss.fraction)
    return Availability(
        load_aware=1.0 - share(sum(causes.values()), total),
        redundancy=mixed(single=False),
        series=mixed(single=True),
        losses=tuple(losses),
        by_class={name: 1.0 - share(sum(lost[name].values()), offered[name]) for name in classes},
        handed_off_lost=_handed_off(graph, counts),
        offered_requests=total,
    )


def _handed_off(graph: Graph, counts: Mapping[str, int]) -> dict[str, float]:
    """Share of the messages handed to a component that find no unit alive and no other taker.

    What is handed to an asynchronous component waits in a buffer until a unit is back.
    """
    found: dict[str, float] = {}
    branches = [branch for entry in graph.entries.values() for branch in entry]
    branches += [branch for visit in graph.visits for branch in visit.branches]
    for branch in branches:
        if not branch.wait and not branch.spare:
            name = graph.visits[branch.visit].component
            if name not in graph.waited:
                continue
            found[name] = down_probability(graph.figures[name], counts[name])
    return {name: share for name, share in found.items() if share > 0.0}
