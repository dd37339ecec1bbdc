"""A refused box holds no plan that keeps the contract: boxes of random models against their plans, one by one."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from queuecalc.evaluation import Evaluator
from queuecalc.evaluation.box import PatternJudgement
from tests.reference.random_models import random_graph, random_model


def _boxes(
    judgement: PatternJudgement, random: Random, most: int
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    ranges = [
        range(low, min(high, low + 3) + 1) if high > 0 else range(1)
        for low, high in zip(judgement.lower, judgement.upper, strict=True)
    ]
    found = []
    for _ in range(most):
        corners = [sorted((random.choice(r), random.choice(r))) for r in ranges]
        found.append((tuple(c[0] for c in corners), tuple(c[1] for c in corners)))
    return found


@pytest.mark.parametrize("seed", range(24))
def test_a_refused_box_holds_no_plan_that_keeps_the_contract(seed: int) -> None:
    random = Random(seed)
    model = (random_model if seed % 2 else random_graph)(seed).model
    evaluator = Evaluator(model)
    optional = [
        name for name, (least, _) in zip(evaluator.names, evaluator.ranges, strict=True) if least == 0
    ]
    always = [name for name in evaluator.names if name not in optional]
    refused = 0
    for _ in range(3):
        chosen = frozenset(always + [name for name in optional if random.random() < 0.7])
        judgement = evaluator.pattern(chosen)
        if judgement.invalid is not None:
            continue
        for lower, upper in _boxes(judgement, random, 5):
            if judgement.refuse(lower, upper) is None:
                continue
            refused += 1
            plans = list(product(*(range(a, b + 1) for a, b in zip(lower, upper, strict=True))))
            for plan in random.sample(plans, min(len(plans), 6)):
                assert judgement.refuse(plan, plan) is not None, (lower, upper, plan)
    assert refused >= 0


@pytest.mark.parametrize("seed", range(12))
def test_least_counts_refuse_every_plan_below_them(seed: int) -> None:
    random = Random(1000 + seed)
    model = random_model(seed).model
    evaluator = Evaluator(model)
    present = frozenset(evaluator.names)
    judgement = evaluator.pattern(present)
    if judgement.invalid is not None:
        pytest.skip("the pattern with everything present is no plan")
    upper = tuple(min(high, low + 3) for low, high in zip(judgement.lower, judgement.upper, strict=True))
    for index, least, _ in judgement.least(judgement.lower, upper):
        for _ in range(4):
            plan = [random.randint(a, b) for a, b in zip(judgement.lower, upper, strict=True)]
            plan[index] = min(least - 1, upper[index])
            counts = tuple(plan)
            assert judgement.exact(counts) is not None, (index, least, counts)
