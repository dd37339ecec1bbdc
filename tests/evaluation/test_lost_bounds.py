"""What is lost lies between the bounds, and on the lower one where nobody can be late."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from queuecalc.evaluation.availability import contract_classes, lost_requests, offered_requests
from queuecalc.evaluation.lost_bounds import ROUGH, LostBounds
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.regimes import course_of
from queuecalc.evaluation.steps import StepLosses
from queuecalc.evaluation.walk import walk
from tests.reference.random_models import random_graph, random_model

DRAWS = [(draw, seed) for seed in range(60, 78) for draw in (random_graph, random_model)]


@cache
def fitting() -> list[tuple[Pattern, dict[str, int], Walk]]:
    """Random plans without bounded queues and caps."""
    found = []
    for draw, seed in DRAWS:
        drawn = draw(seed)
        components = {
            name: replace(c, figures=replace(c.figures, max_queue=None, max_rate_per_s=None))
            for name, c in drawn.model.components.items()
        }
        model = replace(drawn.model, components=components)
        counts = {name: count for name, count in drawn.counts.items() if count > 0}
        pattern = Pattern(model, frozenset(counts))
        if pattern.invalid is None and StepLosses.fit(pattern) and contract_classes(model):
            found.append((pattern, counts, walk(model, pattern.graph(), counts)))
    return found


def exactly(pattern: Pattern, counts: dict[str, int], along: Walk, *, late: bool) -> float:
    """The lost share, integrated."""
    classes = contract_classes(pattern.model)
    lost = lost_requests(pattern, counts, along, classes=classes, late=late)
    offered = offered_requests(pattern.model)
    return sum(sum(causes.values()) for causes in lost.values()) / sum(offered[name] for name in classes)


def test_there_are_enough_plans() -> None:
    assert len(fitting()) >= 18
    assert sum(plan.model.contract.timeout_s is not None for plan, _, _ in fitting()) >= 6


@pytest.mark.parametrize("number", range(0, 18, 2))
def test_the_lower_bound_is_what_is_lost_when_nobody_is_late(number: int) -> None:
    pattern, counts, along = fitting()[number]
    least = LostBounds(pattern, counts, along).least[""]
    assert least == pytest.approx(exactly(pattern, counts, along, late=False), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("number", range(0, 18, 2))
def test_what_is_lost_lies_between_the_bounds(number: int) -> None:
    pattern, counts, along = fitting()[number]
    bounds = LostBounds(pattern, counts, along)
    exact = exactly(pattern, counts, along, late=True)
    assert bounds.least[""] <= exact + 1e-10
    for most in bounds.most():
        assert exact <= most[""] + 1e-10


@pytest.mark.parametrize("number", range(0, 18, 3))
@pytest.mark.parametrize("steps", [True, False])
def test_bounds_settle_on_the_side_of_the_share(number: int, steps: bool) -> None:
    pattern, counts, along = fitting()[number]
    exact = exactly(pattern, counts, along, late=True)
    for allowed in (0.0, 0.5 * exact, exact, 2.0 * exact + 0.01, 1.0):
        bounds = LostBounds(pattern, counts, along)
        if not steps:
            bounds._steps = None
        least, most = bounds.settled("", allowed)
        assert least - 2.0 * ROUGH <= exact <= most + 2.0 * ROUGH
        if abs(exact - allowed) > 25.0 * ROUGH:
            assert (least > allowed) == (exact > allowed)
            assert (most < allowed) == (exact < allowed)


@pytest.mark.parametrize("number", [0, 7, 11])
def test_a_course_stays_below_a_parameter_as_long_as_its_pieces_do(number: int) -> None:
    _, _, along = fitting()[number]
    course = course_of(along)
    for regime, stay in enumerate(course.times):
        chosen = course.regime == regime
        low, high = np.sort(course.ends[:, chosen], axis=0)
        for p in np.linspace(course.lowest[regime], course.highest[regime], 7):
            share = np.where(
                high > low, np.clip((p - low) / np.maximum(high - low, 1e-300), 0.0, 1.0), low <= p
            )
            seconds = float(np.sum(course.seconds[chosen] * share))
            assert stay.below(np.array([p]))[0, 0] == pytest.approx(seconds, rel=1e-9, abs=1e-6)
