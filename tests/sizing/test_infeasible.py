"""When no plan keeps the contract: what is out of reach, and the nearest plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.answer import ContractLine, Excuse
from queuecalc.sizing import size
from queuecalc.sizing.infeasible import violation
from tests.sizing.toys import Counts, Limit, Part, Toy, ToyPattern, constant, random_toy, shared


def largest_violation(toy: Toy, plan: Counts) -> float:
    return max(
        (violation(excuse) for excuse in toy.broken(dict(zip(toy.names, plan, strict=True)))), default=0.0
    )


def tightened(toy: Toy, factors: Mapping[str, float]) -> Toy:
    """Some limits moved to a factor times the best that can be reached."""
    limits = []
    for limit in toy.limits:
        best = sum(
            min(part.value(n) for n in range(least, most + 1))
            for part, (least, most) in zip(limit.parts, toy.ranges, strict=True)
        )
        limits.append(replace(limit, most=best * factors[limit.target]) if limit.target in factors else limit)
    return replace(toy, limits=tuple(limits))


# ---------------------------------------------------------------------- the measure
@given(
    limit=st.floats(0.001, 0.999),
    reached=st.floats(0.0, 1.0),
    sense=st.sampled_from(["at most", "at least"]),
)
def test_the_violation_of_an_excuse_is_that_of_its_line(limit: float, reached: float, sense: str) -> None:
    if (reached <= limit) == (sense == "at most") and reached != limit:
        return
    line = ContractLine(
        target="t",
        unit="fraction",
        sense=sense,  # type: ignore[arg-type]
        limit=limit,
        reached=reached,
        kept=False,
    )
    excuse = Excuse(target="t", sentence="", limit=limit, reached=reached)
    assert violation(excuse) == pytest.approx(line.violation)


def test_what_has_no_figures_is_infinitely_far() -> None:
    assert violation(Excuse(target="invalid", sentence="")) == math.inf
    assert violation(Excuse(target="drained", sentence="", limit=0.0, reached=3.0)) == math.inf
    assert violation(Excuse(target="t", sentence="", limit=1.0, reached=0.5)) == 0.5
    assert violation(Excuse(target="t", sentence="", limit=1.0)) == math.inf
    assert violation(Excuse(target="t", sentence="", reached=1.0)) == math.inf


# ---------------------------------------------------------------------- out of reach
@pytest.mark.parametrize("targets", [("p95",), ("loss",), ("p95", "loss")])
def test_targets_out_of_reach_are_named(targets: tuple[str, ...]) -> None:
    named = 0
    for seed in range(20):
        toy = random_toy(seed, components=3, most=3, optional=1, tight=2.0)
        hard = tightened(toy, dict.fromkeys(targets, 0.9))
        if not toy.kept() or hard.kept():
            continue
        answer = size(hard)
        assert not answer.feasible
        assert answer.proven
        assert {excuse.target for excuse in answer.impossible} == set(targets)
        for excuse in answer.impossible:
            assert excuse.limit is not None
            assert excuse.reached is not None
            assert excuse.reached > excuse.limit
        named += 1
    assert named > 5


def test_what_only_one_pattern_reaches_is_not_called_impossible() -> None:
    """Without `cache` the loss cannot be kept, with it p95 cannot: p95 alone would have to give way, or loss."""
    toy = Toy(
        names=("server", "cache"),
        own_ranges=((1, 3), (0, 2)),
        prices=(Decimal(5), Decimal(2)),
        limits=(
            Limit(
                "p95", "", 1.0, (Part(lambda n: 0.5 / n, "helps"), Part(lambda n: 2.0 if n else 0.0, "helps"))
            ),
            Limit(
                "loss", "", 1.0, (Part(lambda n: 0.1, "helps"), Part(lambda n: 0.0 if n else 2.0, "helps"))
            ),
        ),
    )
    answer = size(toy)
    assert not answer.feasible
    assert len(answer.impossible) == 1


def test_a_pattern_without_plans_reaches_nothing() -> None:
    toy = Toy(
        names=("server", "cache"),
        own_ranges=((1, 3), (0, 2)),
        prices=(Decimal(5), Decimal(2)),
        limits=(Limit("p95", "", 0.1, (shared(1.0), Part(lambda n: 0.0 if n else 1.0, "helps"))),),
        with_range={("server", "cache"): (3, 2)},
    )
    answer = size(toy)
    (excuse,) = answer.impossible
    assert excuse.reached == pytest.approx(1.0 / 3.0 + 1.0)


class TwoMinds(Toy):
    """Tells the limits in another order when `a` is present, and without figures."""

    def pattern(self, present: frozenset[str]) -> ToyPattern:
        class Blunt(ToyPattern):
            def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
                excuse = super().refuse(lower, upper)
                return None if excuse is None else replace(excuse, reached=None)

        return Blunt(replace(self, limits=self.limits[::-1]) if "a" in present else self, present)


def test_each_pattern_may_miss_its_targets_in_another_order() -> None:
    """With `a`: loss, then p95, then the guard. Without it: p95, then loss. So p95 and loss are out of reach."""
    guarded = Part(lambda n: 2.0 if n else 0.0, "helps")
    toy = TwoMinds(
        names=("server", "a"),
        own_ranges=((1, 2), (0, 1)),
        prices=(Decimal(5), Decimal(2)),
        limits=(
            Limit("guard", "a", 1.0, (constant(0.0), guarded)),
            Limit("p95", "", 1.0, (constant(2.0), constant(0.0))),
            Limit("loss", "", 1.0, (constant(2.0), constant(0.0))),
        ),
        bounded=False,
    )
    assert {excuse.target for excuse in size(toy).impossible} == {"p95", "loss"}


def test_targets_that_contradict_each_other_are_not_called_impossible() -> None:
    """Many workers for the lag, few for the database: each alone is kept by some count."""
    toy = Toy(
        names=("worker",),
        own_ranges=((1, 9),),
        prices=(Decimal(1),),
        limits=(
            Limit("lag", "", 1.0, (Part(lambda n: 5.0 / n, "helps"),)),
            Limit("utilisation", "", 1.0, (Part(lambda n: 0.3 * n, "harms"),)),
        ),
    )
    answer = size(toy)
    assert not answer.feasible
    assert answer.proven
    assert answer.impossible == ()
    # n = 4: lag 1.25, utilisation 1.2; n = 5: lag 1.0, utilisation 1.5
    assert answer.counts == {"worker": 4}


def test_what_nobody_may_remove_is_not_called_impossible() -> None:
    limit = Limit("stability", "server", 1.0, (Part(lambda n: 9.0 / n, "helps"),), removable=False)
    toy = Toy(names=("server",), own_ranges=((1, 5),), prices=(Decimal(1),), limits=(limit,))
    answer = size(toy)
    assert answer.impossible == ()
    assert answer.counts == {"server": 5}
    odd = replace(limit, target="guard")
    assert size(replace(toy, limits=(odd,))).impossible == ()


def test_a_model_of_invalid_patterns_alone_has_no_plan() -> None:
    toy = Toy(
        names=("a", "b"),
        own_ranges=((1, 2), (0, 0)),
        prices=(Decimal(1), Decimal(1)),
        limits=(),
        needs={"a": ("b",)},
    )
    answer = size(toy)
    assert not answer.feasible
    assert answer.proven
    assert answer.evaluation.excuses[0].sentence == "a needs b"
    assert answer.refused == {"invalid": 1}


# ---------------------------------------------------------------------- the nearest plan
@pytest.mark.parametrize("budget", [None, 200])
def test_the_nearest_of_few_plans_is_the_nearest(budget: int | None) -> None:
    checked = 0
    for seed in range(30):
        toy = random_toy(seed, components=3, most=3, optional=1)
        hard = replace(tightened(toy, {"p95": 0.9}), budget=None if budget is None else Decimal(budget))
        plans = {plan: cost for plan, cost in hard.plans() if hard.budget is None or cost <= hard.budget}
        if hard.kept() or not plans:
            continue
        answer = size(hard)
        plan = tuple(answer.counts.values())
        assert plan in plans
        assert largest_violation(hard, plan) == min(largest_violation(hard, other) for other in plans)
        assert answer.missing_usd_per_month is None
        checked += 1
    assert checked > 10


def test_the_nearest_of_many_plans_is_close_to_the_nearest() -> None:
    gaps = []
    for seed in range(25):
        toy = random_toy(seed, components=5, most=4, optional=2)
        hard = replace(tightened(toy, {"p95": 0.9}), budget=Decimal(900))
        plans = {plan: cost for plan, cost in hard.plans() if cost <= 900}
        if hard.kept() or len(plans) < 100:
            continue
        answer = size(hard)
        plan = tuple(answer.counts.values())
        assert plan in plans
        best = min(largest_violation(hard, other) for other in plans)
        gaps.append(largest_violation(hard, plan) - best)
    assert len(gaps) > 5
    assert sorted(gaps)[len(gaps) // 2] < 0.01


def test_the_nearest_plan_without_a_budget_and_without_an_upper_count() -> None:
    limit = Limit("p95", "", 0.9, (Part(lambda n: 1.0 + 1.0 / n, "helps"), Part(lambda n: 0.0, "helps")))
    toy = Toy(
        names=("a", "b"),
        own_ranges=((1, 10**9),) * 2,
        prices=(Decimal(3), Decimal(4)),
        limits=(limit,),
        bounded=False,
    )
    answer = size(toy)
    assert not answer.feasible
    assert answer.proven
    assert [excuse.target for excuse in answer.impossible] == ["p95"]
    assert answer.counts["a"] > 500


def test_the_cheapest_plan_stands_in_when_every_plan_is_beyond_the_budget() -> None:
    toy = replace(tightened(random_toy(3, components=3, most=3, optional=1), {"p95": 0.9}), budget=Decimal(1))
    assert not toy.kept()
    answer = size(toy)
    assert answer.cost_usd_per_month == min(cost for _, cost in toy.plans())
    assert answer.missing_usd_per_month is None
    assert answer.proven
