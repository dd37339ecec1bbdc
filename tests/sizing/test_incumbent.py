"""A good plan found fast, least counts and headroom: each step against its definition, by going through all counts."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import log2

import pytest

from queuecalc.sizing.bounds import dear_first, first_open, tightened
from queuecalc.sizing.branching import explore
from queuecalc.sizing.goals import Cheapest
from queuecalc.sizing.headroom import _margin
from queuecalc.sizing.incumbent import _least_open, _level, descended, exchanged
from queuecalc.sizing.pattern import Pattern, Tally, changed
from tests.sizing.toys import Counts, Limit, Toy, constant, random_toy, shared

UNIT = 10**18


def patterns(number: int) -> Iterator[tuple[Toy, Pattern]]:
    """All components present, some plan kept."""
    seed = 0
    while number:
        toy = replace(random_toy(seed, components=4, most=4, optional=0), bounded=False)
        seed += 1
        pattern = Pattern(frozenset(toy.names), toy.pattern, Tally())
        if pattern.keeps(pattern.upper):
            number -= 1
            yield toy, pattern


def line(work: float, most: int) -> tuple[Toy, Pattern]:
    """One component, kept from `work` units on."""
    limit = Limit("p95", "", 1.0, (shared(work),))
    toy = Toy(names=("a",), own_ranges=((1, most),), prices=(Decimal(1),), limits=(limit,))
    return toy, Pattern(frozenset({"a"}), toy.pattern, Tally())


# ---------------------------------------------------------------------- one count
@pytest.mark.parametrize("most", [1, 2, 3, 10, 100, 1000])
def test_the_least_open_count_is_found_from_either_end(most: int) -> None:
    for least in sorted({1, 2, 3, most // 3, most // 2, most - 2, most - 1, most} & set(range(1, most + 1))):
        toy, pattern = line(float(least), most)
        assert first_open(pattern, (1,), (most,), 0) == least
        # steps double from below until they pass, then halve
        assert toy.calls.get("refuse", 0) <= log2(least + 1) ** 2 + 2
        toy, pattern = line(float(least), most)
        assert _least_open(pattern, (1,), (most,), 0) == least
        assert toy.calls.get("refuse", 0) <= log2(most - least + 2) ** 2 + 2


def test_the_least_open_count_is_that_of_a_scan() -> None:
    rng = random.Random(3)
    for toy, pattern in patterns(20):
        for index in range(4):
            upper = tuple(rng.randint(a, b) for a, b in zip(pattern.lower, pattern.upper, strict=True))
            if pattern.refuses(pattern.lower, upper):
                continue
            fresh = Pattern(frozenset(toy.names), toy.pattern, Tally())
            scan = next(
                n
                for n in range(pattern.lower[index], upper[index] + 1)
                if not fresh.refuses(pattern.lower, changed(upper, index, n))
            )
            assert first_open(pattern, pattern.lower, upper, index) == scan
            assert _least_open(pattern, pattern.lower, upper, index) == scan


def test_levels_rise_evenly_up_to_the_most() -> None:
    assert _level((1, 2, 3), (5, 5, 5), 0) == (1, 2, 3)
    assert _level((1, 2, 3), (5, 5, 5), 2) == (3, 4, 5)
    assert _level((1, 2, 3), (5, 5, 5), 9) == (5, 5, 5)


# ---------------------------------------------------------------------- plans
def test_a_plan_that_is_met_spares_no_unit() -> None:
    for toy, pattern in patterns(40):
        plan = descended(pattern, pattern.lower, pattern.upper)
        assert plan is not None
        kept = toy.kept()
        assert plan in kept
        for index, n in enumerate(plan):
            assert n == pattern.lower[index] or changed(plan, index, n - 1) not in kept


def test_where_counts_harm_a_plan_that_is_met_is_kept_or_none_is_told() -> None:
    met = 0
    for seed in range(60):
        toy = random_toy(seed, components=4, most=5, optional=0, harm=True)
        pattern = Pattern(frozenset(toy.names), toy.pattern, Tally())
        if pattern.refuses(pattern.lower, pattern.upper):
            continue
        plan = descended(pattern, pattern.lower, pattern.upper)
        met += plan is not None
        assert plan is None or plan in toy.kept()
    assert met > 5


def test_dear_units_go_first() -> None:
    """1 / a + 1 / b <= 1: of (2, 2) upwards, the dear ones are lowered as far as they go."""
    limit = Limit("p95", "", 1.0, (shared(1.0), shared(1.0)))
    for prices in ((9, 1), (1, 9)):
        toy = Toy(
            names=("a", "b"),
            own_ranges=((1, 8), (1, 8)),
            prices=tuple(Decimal(price) for price in prices),
            limits=(limit,),
        )
        pattern = Pattern(frozenset({"a", "b"}), toy.pattern, Tally())
        assert dear_first(pattern) == sorted((0, 1), key=lambda index: -prices[index])
        assert descended(pattern, (1, 1), (8, 8)) == (2, 2)
        high = descended(pattern, (1, 3), (8, 8))
        assert high == (2, 3)


def test_all_that_may_go_goes_at_once() -> None:
    """Where nothing is needed, one question is enough, however many components there are."""
    toy = Toy(
        names=tuple("abcdefgh"),
        own_ranges=((1, 99),) * 8,
        prices=(Decimal(1),) * 8,
        limits=(Limit("p95", "", 1.0, (constant(0.0),) * 8),),
    )
    pattern = Pattern(frozenset(toy.names), toy.pattern, Tally())
    assert descended(pattern, (1,) * 8, (99,) * 8) == (1,) * 8
    assert toy.calls["refuse"] <= 2


def test_few_questions_lower_many_counts() -> None:
    """Only the last of eight is needed: it is found by halves."""
    parts = (*(constant(0.0),) * 7, shared(50.0))
    toy = Toy(
        names=tuple("abcdefgh"),
        own_ranges=((1, 99),) * 8,
        prices=tuple(Decimal(9 - index) for index in range(8)),
        limits=(Limit("p95", "", 1.0, parts),),
    )
    pattern = Pattern(frozenset(toy.names), toy.pattern, Tally())
    assert descended(pattern, (1,) * 8, (99,) * 8) == (*(1,) * 7, 50)
    assert toy.calls["refuse"] <= 24


def exchanges(plan: Counts, cost: Decimal, kept: dict[Counts, Decimal]) -> list[Counts]:
    """Cheaper plans with one unit less of one component and any more of another."""
    return [
        other
        for other, price in kept.items()
        if price < cost
        and min(b - a for a, b in zip(plan, other, strict=True)) == -1
        and sum(a != b for a, b in zip(plan, other, strict=True)) == 2
        and sum(b < a for a, b in zip(plan, other, strict=True)) == 1
    ]


def test_no_exchange_saves_money_in_the_end() -> None:
    better = 0
    for toy, pattern in patterns(250):
        kept = toy.kept()
        plan = descended(pattern, pattern.lower, pattern.upper)
        assert plan is not None
        found = exchanged(pattern, plan, pattern.lower, pattern.upper)
        assert found in kept
        assert kept[found] <= kept[plan]
        better += kept[found] < kept[plan]
        assert exchanges(found, kept[found], kept) == []
    assert better > 1


def test_what_costs_nothing_is_not_exchanged() -> None:
    limit = Limit("p95", "", 1.0, (shared(1.0), shared(1.0)))
    toy = Toy(names=("a", "b"), own_ranges=((1, 8),) * 2, prices=(Decimal(0), Decimal(5)), limits=(limit,))
    pattern = Pattern(frozenset({"a", "b"}), toy.pattern, Tally())
    assert exchanged(pattern, (2, 2), (1, 1), (8, 8)) == (2, 2)
    assert exchanged(pattern, (3, 3), (1, 1), (8, 8)) == (3, 2)


# ---------------------------------------------------------------------- boxes
@pytest.mark.parametrize("work", [1, 2, 3, 7, 20, 100, 999, 1000])
def test_values_that_are_refused_are_left_several_at_once(work: int) -> None:
    toy, pattern = line(float(work), 1000)
    goal = Cheapest(None)
    explore(pattern, (1,), (1000,), goal)
    assert goal.plans == [(pattern, (work,))]
    # the least value first: the whole box and its least plan; then ever more of them, less where that was too much
    assert toy.calls["refuse"] <= (2 if work == 1 else 4 + 2 * log2(work) ** 2)


def test_a_tightened_box_holds_every_plan_that_is_cheap_enough() -> None:
    closed = 0
    for toy, pattern in patterns(40):
        kept = toy.kept()
        for share in (0, 1, 2):
            prices = sorted(kept.values())
            limit = int(prices[len(prices) * share // 4] * UNIT) - (share == 0)
            box = tightened(pattern, pattern.lower, pattern.upper, limit, limit)
            inside = [plan for plan, cost in kept.items() if cost * UNIT <= limit]
            if box is None:
                closed += 1
                assert inside == []
                continue
            for plan in inside:
                assert all(a <= n <= b for a, n, b in zip(box[0], plan, box[1], strict=True))
    assert closed > 5


def test_what_is_refused_at_a_price_is_known_up_to_the_ceiling() -> None:
    """Five of a are needed; a later search with more money for b does not ask for that again."""
    limit = Limit("p95", "", 1.0, (shared(5.0), constant(0.0)))
    toy = Toy(names=("a", "b"), own_ranges=((1, 40),) * 2, prices=(Decimal(1), Decimal(1)), limits=(limit,))
    pattern = Pattern(frozenset({"a", "b"}), toy.pattern, Tally())
    box = tightened(pattern, (1, 1), (40, 40), 10 * UNIT, 30 * UNIT)
    assert box == ((5, 1), (9, 5))
    toy.calls.clear()
    assert pattern.refuses((1, 1), (4, 29))
    assert "refuse" not in toy.calls


# ---------------------------------------------------------------------- headroom
@pytest.mark.parametrize(
    ("target", "limit", "reached", "expected"),
    [
        ("p95", 2.0, 1.0, math.log(0.5)),
        ("p95", 0.5, 2.0, math.log(4.0)),
        ("p95", 1.0, 1.0, 0.0),
        ("availability", 0.99, 0.98, math.log(2.0)),
        ("availability", 0.9, 0.99, math.log(0.1)),
        ("p95", None, 1.0, math.nan),
        ("p95", 1.0, None, math.nan),
        ("drained", 0.0, 1.0, math.nan),
        ("p95", -1.0, 1.0, math.nan),
        ("lag", 1.0, 0.0, math.nan),
        ("lag", 1.0, -1.0, math.nan),
        ("p95", 1.0, math.inf, math.nan),
        ("availability", 1.0, 0.9, math.nan),
    ],
)
def test_a_margin_is_the_logarithm_of_what_is_reached_over_what_is_allowed(
    target: str, limit: float | None, reached: float | None, expected: float
) -> None:
    found = _margin(target, limit, reached)
    assert found == pytest.approx(expected, nan_ok=True)
