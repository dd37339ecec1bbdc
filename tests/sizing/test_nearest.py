"""The nearest plan among many against the enumeration of all, and the parts of the search for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from queuecalc.answer import Excuse
from queuecalc.sizing import infeasible, size
from queuecalc.sizing.goals import Cheapest
from queuecalc.sizing.impossible import out_of_reach
from queuecalc.sizing.infeasible import _bracket, _Judged, _kept, _sparing, _spread, _within, violation
from queuecalc.sizing.search import Search
from tests.sizing.test_infeasible import tightened
from tests.sizing.toys import Counts, Limit, Part, Toy, constant, random_toy, shared

CLOSE = 0.01


def broken(toy: Toy, plan: Counts) -> dict[str, float]:
    """The violation of every limit that a plan breaks."""
    excuses = toy.broken(dict(zip(toy.names, plan, strict=True)))
    return {excuse.target: violation(excuse) for excuse in excuses}


def one_limit(best: float, *, most: int = 200) -> Toy:
    """Reaches `best` + 1 / n at n units where 1 is permitted, for a dollar each."""
    limit = Limit("p95", "", 1.0, (Part(lambda n: best + 1.0 / n, "helps"),))
    return Toy(names=("a",), own_ranges=((1, most),), prices=(Decimal(1),), limits=(limit,))


@dataclass(frozen=True)
class Coarse(Toy):
    """Tells numbers only when it is asked for them, as judges may."""

    def excuses(self, counts: Mapping[str, int], *, closely: bool = False) -> tuple[Excuse, ...]:
        found = super().excuses(counts, closely=closely)
        return found if closely else tuple(replace(excuse, reached=None) for excuse in found)


# ---------------------------------------------------------------------- against enumeration
@pytest.mark.parametrize("kind", [{}, {"harm": True}, {"odd": True}, {"cheap": True}])
def test_the_nearest_plan_is_within_a_hundredth_and_no_dearer_than_another_as_near(
    kind: dict[str, Any],
) -> None:
    checked = 0
    for seed in range(40):
        toy = random_toy(seed, components=5, most=4, optional=2, kind=Coarse, **kind)
        targets = {"p95": 0.9} if seed % 2 else {"p95": 0.6, "loss": 0.8}
        hard = tightened(toy, targets)
        prices = sorted(cost for _, cost in hard.plans())
        hard = replace(hard, budget=prices[len(prices) * 3 // 4])
        plans = {plan: cost for plan, cost in hard.plans() if hard.budget is not None and cost <= hard.budget}
        if hard.kept() or len(plans) <= 64:
            continue
        far = {plan: broken(hard, plan) for plan in plans}
        least = min(max(violations.values()) for violations in far.values())
        if math.isinf(least):
            continue
        found = tuple(size(hard, alternatives=0).counts.values())
        largest = max(far[found].values())
        assert largest <= least * (1.0 + CLOSE) / (1.0 - CLOSE) * (1.0 + 1e-12)
        for plan, violations in far.items():
            if max(violations.values()) <= least and set(violations) <= set(far[found]):
                assert plans[found] <= plans[plan]
        checked += 1
    assert checked > 10


def test_a_limit_that_money_keeps_is_kept_beside_one_that_nothing_keeps() -> None:
    """p95 is 3 at best, whatever is bought; the loss is kept with 5 or more of b, for money that is there."""
    toy = Coarse(
        names=("a", "b"),
        own_ranges=((1, 40), (1, 40)),
        prices=(Decimal(1), Decimal(1)),
        limits=(
            Limit("p95", "", 1.0, (constant(3.0), constant(0.0))),
            Limit("loss", "", 1.0, (constant(0.0), shared(5.0))),
        ),
        budget=Decimal(30),
    )
    answer = size(toy)
    assert answer.counts == {"a": 1, "b": 5}
    assert [excuse.target for excuse in answer.evaluation.excuses] == ["p95"]
    # where the money does not suffice, both are broken, as cheaply as p95 allows
    poor = size(replace(toy, own_ranges=((1, 40), (1, 4)), budget=Decimal(30)))
    assert poor.counts == {"a": 1, "b": 2}  # loss 2.5: no farther than p95
    assert poor.feasible is False


def test_limits_equally_hard_to_keep_may_both_be_broken() -> None:
    limits = (
        Limit("p95", "", 1.0, (constant(3.0),)),
        Limit("loss", "", 1.0, (Part(lambda n: 2.99 if n < 50 else 1.5, "helps"),)),
    )
    toy = Toy(names=("a",), own_ranges=((1, 100),), prices=(Decimal(1),), limits=limits)
    assert size(toy).counts == {"a": 1}


def test_no_money_is_spent_on_what_brings_nothing_nearer() -> None:
    """Evenly spread, the money buys 50 of each, no nearer than one of each."""
    limits = (Limit("p95", "", 1.0, (constant(1.0), constant(1.0))),)
    toy = Toy(names=("a", "b"), own_ranges=((1, 50),) * 2, prices=(Decimal(3), Decimal(4)), limits=limits)
    assert size(toy).counts == {"a": 1, "b": 1}


# ---------------------------------------------------------------------- parts
@pytest.mark.parametrize(
    ("best", "low", "high"),
    [
        (1.5, 0.0, 1.0),
        (3.5, 1.0, 10.0),
        (50.0, 10.0, 100.0),
        (500.0, 100.0, 1000.0),
        (9000.0, 1000.0, 10000.0),
    ],
)
def test_the_smallest_violation_is_bracketed_by_a_decade(best: float, low: float, high: float) -> None:
    """It is best - 1 + 1 / 200."""
    toy = one_limit(best)
    below, found = _bracket(Search(toy), None)
    assert below == low
    assert found is not None
    assert low < broken(toy, found[1])["p95"] <= high


def test_what_no_plan_comes_near_has_no_bracket() -> None:
    assert _bracket(Search(one_limit(20_000.0)), None) == (10_000.0, None)


def test_a_bracket_ends_where_the_search_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infeasible, "_RELAXED", 1)
    assert _bracket(Search(one_limit(3.5)), None) == (0.0, None)


def test_an_unfinished_search_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(one_limit(3.5))
    assert _within(search, 1.0, None) == (None, True)
    plan, finished = _within(search, 3.0, None)
    assert plan is not None
    assert plan[0] is search.opened(frozenset({"a"}))
    assert plan[1] == (2,)
    assert finished
    monkeypatch.setattr(infeasible, "_RELAXED", 1)
    assert _within(search, 1.0, None) == (None, False)
    assert _within(search, 3.0, None)[1] is False


def test_a_plan_without_a_cheaper_one_as_near_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here because the search may not even begin."""
    monkeypatch.setattr(infeasible, "_RELAXED", 0)
    search = Search(one_limit(3.5))
    best = (search.opened(frozenset({"a"})), (150,))
    assert _sparing(search, _Judged(search), best, None) == best


def test_of_two_broken_limits_the_one_less_far_is_kept_where_money_allows_it() -> None:
    """p95 is 3 at best, 200 % too much; loss is 2.5 with 2 of b, 150 % too much, and kept with 5."""
    toy = Coarse(
        names=("a", "b"),
        own_ranges=((1, 40), (1, 40)),
        prices=(Decimal(1), Decimal(1)),
        limits=(
            Limit("p95", "", 1.0, (constant(3.0), constant(0.0))),
            Limit("loss", "", 1.0, (constant(0.0), shared(5.0))),
        ),
    )
    search = Search(toy)
    pattern = search.opened(frozenset({"a", "b"}))
    assert _sparing(search, _Judged(search), (pattern, (1, 2)), None) == (pattern, (1, 5))
    poor = int(pattern.cost((1, 4)))
    assert _sparing(search, _Judged(search), (pattern, (1, 3)), poor) == (pattern, (1, 2))


def test_where_nothing_is_finite_the_cheapest_plan_is_told() -> None:
    endless = Limit("p95", "", 1.0, (constant(math.inf),) * 4)
    toy = Toy(names=tuple("abcd"), own_ranges=((1, 4),) * 4, prices=(Decimal(1),) * 4, limits=(endless,))
    answer = size(toy)
    assert not answer.feasible
    assert answer.counts == dict.fromkeys(toy.names, 1)


def test_plans_are_ordered_by_the_largest_violation_first() -> None:
    limits = (
        Limit("p95", "", 1.0, (Part(lambda n: {1: 3.0, 2: 2.0, 3: 2.0, 4: 2.0, 5: 2.0}[n], "free"),)),
        Limit("loss", "", 1.0, (Part(lambda n: {1: 1.0, 2: 1.7, 3: 1.5, 4: 1.0, 5: 1.0}[n], "free"),)),
    )
    toy = Coarse(names=("a",), own_ranges=((1, 5),), prices=(Decimal(2),), limits=limits)
    search = Search(toy)
    pattern = search.opened(frozenset({"a"}))
    judged = _Judged(search)
    assert judged.key((pattern, (1,)))[:3] == (2.0, 1, 2.0)
    assert judged.key((pattern, (2,)))[:3] == pytest.approx((1.0, 2, 1.7))
    assert judged.key((pattern, (4,))) == (1.0, 1, 1.0, pattern.cost((4,)), (4,))
    plans = [(pattern, (n,)) for n in range(1, 6)]
    assert [plan for _, (plan,) in sorted(plans, key=judged.key)] == [4, 5, 3, 2, 1]
    asked = search.tally.evaluations
    assert asked == 5  # each once
    judged.key(plans[0])
    assert search.tally.evaluations == asked


@pytest.mark.parametrize("ceiling", [None, 37, 100, 1000])
def test_all_the_money_is_spread_evenly(ceiling: int | None) -> None:
    """One more of each, up to its most, would be too dear."""
    toy = Toy(
        names=("a", "b", "c"),
        own_ranges=((2, 5), (1, 10**9), (0, 8)),
        prices=(Decimal(3), Decimal(4), Decimal(5)),
        limits=(),
    )
    search = Search(toy)
    patterns = [search.opened(present) for _, present in search.subsets()]
    money = None if ceiling is None else ceiling * 10**18
    found = _spread(patterns, money)
    assert [sorted(pattern.present) for pattern, _ in found] == [["a", "b", "c"], ["a", "b"]]
    for pattern, plan in found:
        assert pattern.permits(plan)
        more = max(n - least for n, least in zip(plan, pattern.lower, strict=True))
        level = [min(a + more, b) for a, b in zip(pattern.lower, pattern.upper, strict=True)]
        assert list(plan) == level
        if money is None:
            assert more == 999
        else:
            next_level = tuple(
                min(a + more + 1, b) for a, b in zip(pattern.lower, pattern.upper, strict=True)
            )
            assert pattern.cost(plan) <= money < pattern.cost(next_level)


def test_only_the_patterns_of_most_components_are_spread() -> None:
    toy = Toy(names=tuple("abc"), own_ranges=((0, 3),) * 3, prices=(Decimal(1),) * 3, limits=())
    search = Search(toy)
    patterns = [search.opened(present) for _, present in search.subsets()]
    assert [len(pattern.present) for pattern, _ in _spread(patterns, None)] == [3, 2, 2, 2]
    assert _spread(patterns, None)[0][1] == (3, 3, 3)


def test_a_start_is_the_cheapest_plan_without_the_targets_out_of_reach() -> None:
    checked = 0
    for seed in range(30):
        toy = random_toy(seed, components=4, most=4, optional=1)
        hard = tightened(toy, {"p95": 0.9})
        search = Search(hard)
        search.run(Cheapest(None), None)
        impossible, relaxed = out_of_reach(search)
        if {excuse.target for excuse in impossible} != {"p95"}:
            continue
        rest = hard.without("p95", "").kept()
        found = _kept(relaxed, None)
        if found and relaxed.tally.allowed is None and rest:
            ((_, plan),) = found
            assert plan in rest
            checked += rest[plan] == min(rest.values())
    assert checked > 5


def test_every_affordable_plan_is_counted_once() -> None:
    for seed in range(10):
        toy = random_toy(seed, components=3, most=4, optional=2, odd=True)
        search = Search(toy)
        patterns = [search.opened(present) for _, present in search.subsets()]
        open_ = [pattern for pattern in patterns if infeasible._cheap_enough(pattern, None)]
        found = [plan for _, plan in infeasible._all_plans(open_, None)]
        assert sorted(found) == sorted(plan for plan, _ in toy.plans())
        some = 20_000 * 10**16
        cheap = [pattern for pattern in patterns if infeasible._cheap_enough(pattern, some)]
        found = [plan for _, plan in infeasible._all_plans(cheap, some)]
        assert sorted(found) == sorted(plan for plan, cost in toy.plans() if cost <= 200)


def test_ranges_too_long_to_be_written_down_are_begun_at_once() -> None:
    toy = Toy(names=("a", "b"), own_ranges=((1, 10**9),) * 2, prices=(Decimal(1),) * 2, limits=())
    search = Search(toy)
    plans = infeasible._all_plans([search.opened(frozenset({"a", "b"}))], None)
    assert [plan for _, plan in islice(plans, 2)] == [(1, 1), (1, 2)]


@pytest.mark.parametrize(("plans", "judged"), [(64, 64), (65, None)])
def test_few_plans_are_all_judged(plans: int, judged: int | None) -> None:
    toy = one_limit(3.5, most=plans)
    search = Search(toy)
    search.run(Cheapest(None), None)
    toy.calls.clear()
    found = infeasible.nearest(search, search, None)
    assert found is not None
    assert (toy.calls["excuses"] == judged) == (judged is not None)
    assert toy.calls["excuses"] < 10 or judged == 64
