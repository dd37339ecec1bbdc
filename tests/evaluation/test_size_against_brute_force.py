"""The cheapest plan of small real models, against judging every plan there is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from queuecalc.evaluation import Evaluator
from queuecalc.sizing import size
from queuecalc.sizing.infeasible import violation
from tests.evaluation.small_models import plans_of, small_model


def _cheapest(seed: int) -> tuple[Decimal | None, list[dict[str, int]]]:
    """The lowest price at which the whole contract is kept, and all plans of that price that keep it."""
    scenario = small_model(seed)
    judge = Evaluator(scenario)
    best: Decimal | None = None
    kept: list[dict[str, int]] = []
    prices = {name: component.figures.usd_per_month for name, component in scenario.components.items()}
    for plan in sorted(plans_of(scenario), key=lambda plan: sum(prices[n] * c for n, c in plan.items())):
        price = sum((prices[name] * count for name, count in plan.items()), Decimal(0))
        if best is not None and price > best:
            break
        if judge.first_excuse(plan) is None:
            best = price
            kept.append(plan)
    return best, kept


@pytest.mark.parametrize("seed", range(200))
def test_the_cheapest_plan_is_that_of_judging_all(seed: int) -> None:
    best, kept = _cheapest(seed)
    answer = size(small_model(seed), explain=False)
    assert answer.proven
    assert answer.feasible == (best is not None)
    if best is None:
        return
    assert answer.cost_usd_per_month == best
    assert dict(answer.counts) in kept
    told = [dict(answer.counts), *(dict(tie) for tie in answer.ties)]
    for plan in told:
        assert plan in kept
    for plan in kept:  # a tie is told, or contains one that is (free units add nothing)
        assert any(all(plan[name] >= each[name] for name in plan) for each in told), plan


def _largest_violation(judge: Evaluator, plan: dict[str, int]) -> float:
    return max(
        (violation(excuse) for excuse in judge.excuses(plan, closely=True) if excuse.target != "budget"),
        default=0.0,
    )


@pytest.mark.parametrize("seed", [0, 3, 5, 8, 12, 13, 20, 21, 24, 27])
def test_the_nearest_plan_is_nearest_where_none_keeps_the_contract(seed: int) -> None:
    scenario = small_model(seed)
    answer = size(scenario, explain=False)
    if answer.feasible or answer.missing_usd_per_month is not None:
        return
    judge = Evaluator(scenario)
    prices = {name: component.figures.usd_per_month for name, component in scenario.components.items()}
    budget = scenario.contract.budget_usd_per_month
    affordable = [
        plan
        for plan in plans_of(scenario)
        if budget is None or sum((prices[n] * c for n, c in plan.items()), Decimal(0)) <= budget
    ]
    smallest = min(_largest_violation(judge, plan) for plan in affordable)
    assert _largest_violation(judge, dict(answer.counts)) <= 1.021 * smallest
