"""The package's second evaluator against the plain scalar one of the tests, line by line over random models."""

from __future__ import annotations

import math

import pytest

from queuecalc.reference import Judgement, Plan
from queuecalc.reference.availability import bracket
from queuecalc.reference.judgement import percentile_targets
from queuecalc.reference.slots import most_late
from tests.reference.evaluator import reference_evaluate
from tests.reference.random_models import random_model

SEEDS = (18, 34, 49, 101, 113, 124, 137)
"""Small ones; the plain evaluator takes minutes for others."""


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_agrees(seed: int) -> None:
    draw = random_model(seed)
    slow = reference_evaluate(draw.model, draw.counts, over_time=False)
    judged = Judgement(Plan(draw.model, draw.counts))
    assert float(judged.cost_usd_per_month) == float(slow.cost_usd_per_month)
    theirs = {(line.target.removesuffix("_ms"), line.subject): line for line in slow.lines}
    for line in judged.quick_lines():
        other = theirs.pop((line.target, line.subject))
        if line.target.startswith("p") or line.target == "drained":
            assert line.kept == other.kept
        else:
            assert line.limit == other.limit
            assert math.isclose(line.reached, other.reached, rel_tol=1e-6, abs_tol=1e-7), line
    assert {target for target, _ in theirs} <= {"budget", "availability"}

    # at the percentile that the other one finds, just the permitted share of responses is late
    for target, subject, percentile, names in percentile_targets(judged.plan):
        worst = slow.latencies[f"{target}_ms".replace(".", "_"), subject].worst_s
        if math.isfinite(worst) and worst > 0.0:
            share = most_late(judged.plan, judged.largest, names, worst)
            assert math.isclose(share, 1.0 - percentile.level, rel_tol=1e-5)

    # every failure state is looked at: the bracket closes around the share that the other one finds
    units = {name: judged.plan.counts[name] for name in judged.plan.present}
    found = bracket(judged._losses(1e-9, late=True), "", units, lambda _: False)
    assert found.most - found.least < 1e-8
    assert math.isclose(found.least, 1.0 - slow.load_aware, rel_tol=1e-5, abs_tol=2e-7)
