"""`size` from outside: what it is told, what it tells, and how it ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from queuecalc.answer import Excuse, SizingAnswer, from_json, to_json
from queuecalc.errors import InternalError, InvalidInput
from queuecalc.modelfile import read_model
from queuecalc.sizing import SearchInterrupted, certificate_faults, size
from queuecalc.sizing.goals import MOST_TIES
from queuecalc.sizing.pattern import Pattern
from tests.sizing.toys import Counts, Limit, Part, Toy, ToyPattern, constant, random_toy, shared


def per_unit(target: str, most: float, *shares: float) -> Limit:
    """sum share_i / n_i <= most."""
    return Limit(target, "", most, tuple(shared(work) for work in shares))


def simple(*prices: int, most: int = 9, limits: tuple[Limit, ...], budget: Decimal | None = None) -> Toy:
    """Components a, b, ... with at least one unit."""
    names = tuple("abcdefgh"[: len(prices)])
    return Toy(
        names=names,
        own_ranges=((1, most),) * len(prices),
        prices=tuple(Decimal(price) for price in prices),
        limits=limits,
        budget=budget,
    )


def feasible_toys(number: int) -> Iterator[Toy]:
    """Random toys with some plan that keeps the contract."""
    seed = 0
    while number:
        toy = random_toy(seed, components=5, most=5, optional=2, odd=seed % 2 == 1)
        seed += 1
        if toy.kept():
            number -= 1
            yield toy


# ---------------------------------------------------------------------- the answer as a whole
def test_the_answer_says_what_was_done() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),), budget=Decimal(100))
    answer = size(toy, explain=True)
    # 2/a + 1/b <= 1: (3, 3), (4, 2), (5, 2) ..: 3 x 4 + 5 x 2 = 22 beats 9 + 15 = 24
    assert answer.counts == {"a": 4, "b": 2}
    assert answer.cost_usd_per_month == 22
    assert answer.feasible
    assert answer.proven
    assert answer.budget_usd_per_month == 100
    assert answer.missing_usd_per_month is None
    assert answer.plans == 81
    assert answer.evaluation.counts == answer.counts
    assert set(answer.refused) == {"p95"}
    assert answer.evaluations > 0
    assert answer.seconds > 0
    assert answer.title == "toy"
    assert answer.certificate is not None
    assert answer.certificate.model_digest == "toy"


def test_answers_survive_json() -> None:
    for toy in feasible_toys(3):
        answer = size(toy, explain=True)
        assert from_json(SizingAnswer, to_json(answer)) == answer


def test_a_plan_at_the_budget_is_allowed_and_a_cent_less_is_not() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),))
    assert size(replace(toy, budget=Decimal("22.00")), explain=True).feasible
    answer = size(replace(toy, budget=Decimal("21.99")), explain=True)
    assert not answer.feasible
    assert answer.missing_usd_per_month == Decimal("0.01")
    assert answer.counts == {"a": 4, "b": 2}
    assert {entry.component for entry in answer.one_less} == {"a", "b"}


def test_explanations_can_be_left_out() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),))
    answer = size(toy, alternatives=0, explain=False)
    assert (answer.one_less, answer.headroom, answer.relaxations, answer.alternatives) == ((), None, (), ())
    assert "excuses" not in toy.calls
    poor = size(replace(toy, budget=Decimal(3)), explain=False)
    assert poor.one_less == ()


def test_models_without_a_budget_and_without_an_upper_count() -> None:
    toy = simple(3, 5, most=10**9, limits=(per_unit("p95", 1.0, 2000.0, 1000.0),))
    answer = size(toy, explain=True)
    a, b = answer.counts.values()
    assert 2000 / a + 1000 / b <= 1.0
    assert answer.proven
    lowest = min(3 * n + 5 * math.ceil(1000 / (1 - 2000 / n) - 1e-9) for n in range(2001, 20_000))
    assert answer.cost_usd_per_month == lowest
    assert toy.calls["refuse"] < 3000


def test_a_model_file_is_sized() -> None:
    answer = size(read_model("single-queue"), explain=True)
    assert answer.proven
    units = answer.counts["server"]
    assert answer.cost_usd_per_month == 50 * units
    (less,) = answer.one_less
    assert less.excuse is not None
    assert less.excuse.target == "p95"
    assert answer.headroom is not None
    assert answer.headroom.factor > 1.0


# ---------------------------------------------------------------------- refusals
def test_alternatives_are_a_number() -> None:
    with pytest.raises(InvalidInput, match="alternatives -1: expected at least 0"):
        size(simple(1, limits=()), alternatives=-1, explain=True)


def test_too_many_optional_components_are_refused_at_once() -> None:
    names = tuple(f"x{index}" for index in range(21))
    toy = Toy(names=names, own_ranges=((0, 1),) * 21, prices=(Decimal(1),) * 21, limits=())
    with pytest.raises(InvalidInput, match="21 components are optional, at most 20 may be"):
        size(toy, explain=True)
    assert toy.calls == {}


def test_ranges_that_exclude_each_other_are_refused() -> None:
    toy = replace(simple(1, 1, limits=()), own_ranges=((1, 1), (3, 2)))
    with pytest.raises(InvalidInput, match="no plan is permitted"):
        size(toy, explain=True)


# ---------------------------------------------------------------------- ties
def test_ties_are_told_up_to_a_number() -> None:
    toy = simple(1, 1, 1, 1, most=9, limits=(Limit("units", "", -12.0, (Part(lambda n: -n, "helps"),) * 4),))
    answer = size(toy, explain=True)
    assert answer.cost_usd_per_month == 12
    assert len(answer.ties) == MOST_TIES - 1
    assert any("more than 20 plans cost the same" in finding for finding in answer.evaluation.findings)
    assert answer.certificate is not None
    assert certificate_faults(answer.certificate, toy) == ()


def test_a_better_plan_after_many_ties_has_few() -> None:
    """The cap on ties is lifted when something cheaper is found."""
    parts = (*(Part(lambda n: -n, "helps"),) * 4, Part(lambda n: -100.0 if n > 8 else 0.0, "helps"))
    toy = simple(10, 10, 10, 10, 1, limits=(Limit("units", "", -12.0, parts),))
    answer = size(toy, alternatives=0, explain=True)
    assert answer.counts == {"a": 1, "b": 1, "c": 1, "d": 1, "e": 9}
    assert answer.ties == ()


def test_free_units_are_bought_only_where_they_help() -> None:
    toy = simple(0, 0, 7, limits=(per_unit("p95", 1.0, 2.0, 0.0, 1.0),))
    answer = size(toy, explain=True)
    assert answer.cost_usd_per_month == 14
    assert answer.counts == {"a": 4, "b": 1, "c": 2}
    assert answer.ties == ()


def test_a_free_plan_has_alternatives_that_cost() -> None:
    helped = Part(lambda n: -1.0 if n else 0.0, "helps")
    toy = Toy(
        names=("a", "b"),
        own_ranges=((1, 4), (0, 2)),
        prices=(Decimal(0), Decimal(10)),
        limits=(Limit("p95", "", 1.0, (shared(3.0), helped)),),
    )
    answer = size(toy, explain=True)
    assert answer.counts == {"a": 3, "b": 0}
    assert answer.cost_usd_per_month == 0
    (other,) = answer.alternatives
    assert other.counts == {"a": 2, "b": 1}
    assert other.difference == "one a less, one b more"


def test_nothing_is_free_of_limits() -> None:
    answer = size(simple(0, 0, limits=()), explain=True)
    assert answer.counts == {"a": 1, "b": 1}
    assert answer.alternatives == ()
    assert answer.headroom is not None
    assert math.isinf(answer.headroom.factor)


# ---------------------------------------------------------------------- progress and interruption
def test_progress_tells_the_best_plan_so_far() -> None:
    for toy in feasible_toys(10):
        told: list[tuple[int, Decimal | None, Mapping[str, int] | None]] = []

        def note(*news: Any, told: list[Any] = told) -> None:
            told.append(news)

        answer = size(toy, progress=note, explain=True)
        evaluations = [news[0] for news in told]
        assert evaluations == sorted(evaluations)
        costs = [cost for _, cost, _ in told if cost is not None]
        assert costs == sorted(costs, reverse=True)
        for _, cost, counts in told:
            assert (cost is None) == (counts is None)
            assert counts is None or toy.kept()[tuple(counts.values())] == cost
        assert told[-1][1] == answer.cost_usd_per_month


def interruption(toy: Toy) -> SearchInterrupted | None:
    try:
        size(toy, explain=False, alternatives=0)
    except SearchInterrupted as stop:
        return stop
    return None


def test_an_interrupted_search_keeps_its_best_plan() -> None:
    """Interrupted at every single evaluation, a plan found by then keeps the contract."""
    found = missing = 0
    for toy in feasible_toys(6):
        kept = toy.kept()
        for patience in range(0, 1000, 3):
            left = [patience]

            def tick(left: list[int] = left) -> None:
                if left[0] == 0:
                    raise KeyboardInterrupt
                left[0] -= 1

            stop = interruption(replace(toy, on_refuse=tick))
            if stop is None:
                break
            if stop.best is None:
                missing += 1
                assert stop.cost_usd_per_month is None
                assert "no plan was found yet" in str(stop)
            else:
                found += 1
                assert kept[tuple(stop.best.values())] == stop.cost_usd_per_month
                assert f"${stop.cost_usd_per_month}" in str(stop)
    assert found
    assert missing


def test_an_interruption_is_a_keyboard_interrupt() -> None:
    assert issubclass(SearchInterrupted, KeyboardInterrupt)


# ---------------------------------------------------------------------- judges that contradict themselves
class LyingPattern(ToyPattern):
    """Refuses wide boxes that hold plans which keep the contract."""

    def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
        excuse = super().refuse(lower, upper)
        if excuse is None and lower != upper and upper[0] > 2:
            return Excuse(target="p95", sentence="a lie")
        return excuse


class Liar(Toy):
    def pattern(self, present: frozenset[str]) -> LyingPattern:
        return LyingPattern(self, present)


def test_a_contradiction_in_a_sample_leaves_the_answer_unproven() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),), budget=Decimal(100))
    liar = Liar(
        names=toy.names, own_ranges=toy.own_ranges, prices=toy.prices, limits=toy.limits, budget=toy.budget
    )
    for explain in (False, True):
        answer = size(liar, explain=explain)
        assert answer.feasible  # the sample itself keeps the contract
        assert not answer.proven
        assert any("best found, not proven" in finding for finding in answer.evaluation.findings)
        assert answer.counts in [dict(zip(toy.names, plan, strict=True)) for plan in toy.kept()]


class Fickle(Toy):
    """Refuses a plan in the search and keeps it when asked for its excuses."""

    def first_excuse(self, counts: Mapping[str, int], *, closely: bool = False) -> Excuse | None:
        return None


def test_a_contradiction_next_to_the_answer_leaves_it_unproven() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),), budget=Decimal(100))
    fickle = Fickle(
        names=toy.names,
        own_ranges=toy.own_ranges,
        prices=toy.prices,
        limits=(*toy.limits,),
        budget=toy.budget,
    )
    answer = size(fickle, explain=True)
    assert not answer.proven
    assert any("best found, not proven" in finding for finding in answer.evaluation.findings)
    assert all(entry.reason == "the contract holds without it, too" for entry in answer.one_less)


class Forgetful(Toy):
    """Forgets the limits when it judges boxes."""

    def pattern(self, present: frozenset[str]) -> ToyPattern:
        return ToyPattern(replace(self, limits=()), present)


def test_a_plan_kept_by_the_search_alone_is_a_defect() -> None:
    toy = simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),))
    forgetful = Forgetful(names=toy.names, own_ranges=toy.own_ranges, prices=toy.prices, limits=toy.limits)
    with pytest.raises(
        InternalError, match=r"the search keeps the plan .* its evaluation does not: p95 of all"
    ):
        size(forgetful, explain=True)


def test_a_plan_left_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a refused box lost between search and certificate, the answer would not be called proven."""
    monkeypatch.setattr(Pattern, "boxes", lambda _: [])
    answer = size(simple(3, 5, limits=(per_unit("p95", 1.0, 2.0, 1.0),)), explain=True)
    assert not answer.proven
    assert "the proof leaves a plan open: {'a': 1, 'b': 1}" in answer.evaluation.findings


def test_constants_need_no_units() -> None:
    answer = size(simple(1, 2, limits=(Limit("p95", "", 1.0, (constant(0.5), constant(0.5))),)), explain=True)
    assert answer.counts == {"a": 1, "b": 1}
    assert all(entry.reason == "1 is the least that is permitted" for entry in answer.one_less)
