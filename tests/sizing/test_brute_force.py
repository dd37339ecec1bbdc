"""The answer of `size` against the enumeration of every plan, on hundreds of random toys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from queuecalc.sizing import certificate_faults, size
from tests.sizing.toys import Counts, Floored, Toy, random_toy

KINDS: Mapping[str, Mapping[str, Any]] = {
    "helping": {},
    "all present": {"optional": 0, "components": 5},
    "all optional": {"optional": 4},
    "harming": {"harm": True},
    "undirected": {"free": True},
    "odd patterns": {"odd": True, "optional": 3},
    "ties": {"cheap": True},
    "everything": {"harm": True, "free": True, "odd": True, "optional": 3},
    "everything, with ties": {"harm": True, "free": True, "cheap": True, "optional": 2},
    "floored": {"odd": True, "optional": 3, "kind": Floored},
}


def contains(counts: Counts, plan: Counts) -> bool:
    return all(a >= b for a, b in zip(counts, plan, strict=True))


def minimal(plans: Mapping[Counts, Decimal]) -> dict[Counts, Decimal]:
    """Those that contain no other one of no greater price."""
    return {
        plan: cost
        for plan, cost in plans.items()
        if not any(other != plan and contains(plan, other) and plans[other] <= cost for other in plans)
    }


def check_cheapest(toy: Toy, kept: Mapping[Counts, Decimal]) -> None:
    """Feasible: price, ties and certificate agree with brute force."""
    answer = size(toy, alternatives=0, explain=False)
    assert answer.feasible
    assert answer.proven
    lowest = min(kept.values())
    assert answer.cost_usd_per_month == lowest
    cheapest = {plan: cost for plan, cost in kept.items() if cost == lowest}
    told = [tuple(counts.values()) for counts in (answer.counts, *answer.ties)]
    assert told == sorted(minimal(cheapest), key=lambda plan: (sum(plan), plan))
    assert answer.certificate is not None
    assert answer.certificate.optima == tuple(told)
    assert certificate_faults(answer.certificate, toy) == ()


def check_infeasible(toy: Toy, kept: Mapping[Counts, Decimal]) -> None:
    """No plan within the budget: the missing money or the nearest plan agrees with brute force."""
    answer = size(toy, alternatives=0, explain=False)
    assert not answer.feasible
    assert answer.proven
    assert answer.certificate is not None
    assert answer.certificate.cost_usd_per_month is None
    assert certificate_faults(answer.certificate, toy) == ()
    if toy.budget is not None and kept:
        lowest = min(kept.values())
        assert answer.cost_usd_per_month == lowest
        assert answer.missing_usd_per_month == lowest - toy.budget
        assert kept[tuple(answer.counts.values())] == lowest
    else:
        assert answer.missing_usd_per_month is None


@pytest.mark.parametrize("name", KINDS)
def test_size_agrees_with_brute_force(name: str) -> None:
    feasible = 0
    for seed in range(60):
        toy = random_toy(seed, **KINDS[name])
        kept = toy.kept()
        if not kept:
            check_infeasible(toy, kept)
            continue
        feasible += 1
        check_cheapest(toy, kept)
        lowest = min(kept.values())
        check_cheapest(replace(toy, budget=lowest), kept)  # a plan at the budget is allowed
        if lowest > 0:
            check_infeasible(replace(toy, budget=lowest - Decimal("0.01")), kept)
            check_infeasible(replace(toy, budget=Decimal(0)), kept)
    assert feasible > 20


@pytest.mark.parametrize("name", ["helping", "all optional", "odd patterns", "ties", "harming"])
def test_alternatives_agree_with_brute_force(name: str) -> None:
    for seed in range(40):
        toy = random_toy(seed, **KINDS[name])
        kept = toy.kept()
        if not kept:
            continue
        answer = size(toy, alternatives=3, explain=False)
        best = {tuple(counts.values()) for counts in (answer.counts, *answer.ties)}
        found = [tuple(entry.counts.values()) for entry in answer.alternatives]
        for plan, entry in zip(found, answer.alternatives, strict=True):
            assert entry.cost_usd_per_month == kept[plan]
            for index, n in enumerate(plan):
                assert n == 0 or (*plan[:index], n - 1, *plan[index + 1 :]) not in kept
        bare = [
            (cost, sum(plan), plan)
            for plan, cost in kept.items()
            if plan not in best and not any(other != plan and contains(plan, other) for other in kept)
        ]
        assert found == [plan for _, _, plan in sorted(bare)[:3]]


@pytest.mark.parametrize("optional", [0, 3, 8])
def test_ten_types_of_twenty_take_few_evaluations(optional: int) -> None:
    calls = []
    for seed in range(9):
        toy = random_toy(seed, components=10, most=20, optional=optional, kind=Floored)
        answer = size(toy, alternatives=0, explain=False)
        assert answer.proven
        calls.append(toy.calls["refuse"])
    assert median(calls) < 1000
