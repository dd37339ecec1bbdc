"""What a search remembers and what it may spend: tallies, patterns before other judges, questions asked twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from queuecalc.answer import Excuse
from queuecalc.sizing import size
from queuecalc.sizing.pattern import EffortSpent, Pattern, Tally
from queuecalc.sizing.search import Search
from tests.sizing.toys import Floored, Limit, Part, Toy, constant, shared

BOTH = frozenset({"a", "b"})


def toy_of(*limits: Limit, most: int = 9) -> Toy:
    return Toy(names=("a", "b"), own_ranges=((1, most),) * 2, prices=(Decimal(3), Decimal(5)), limits=limits)


# ---------------------------------------------------------------------- tallies
def test_so_many_evaluations_are_allowed_inside_and_any_number_after() -> None:
    tally = Tally()
    ticks = []
    tally.tick = lambda: ticks.append(tally.evaluations)
    tally.count()
    for _ in range(2):
        done = 0
        before = tally.evaluations
        with tally.at_most(3):
            while True:
                tally.count()
                done += 1
        assert tally.evaluations == before + 3  # the last one ends the block
        assert done == 2
        assert tally.allowed is None
    tally.count()
    assert ticks == list(range(1, 9))


def test_allowances_nest() -> None:
    tally = Tally()
    with tally.at_most(5):
        with tally.at_most(2):
            tally.count()
            tally.count()
            raise AssertionError  # pragma: no cover
        assert tally.allowed == 5
        with pytest.raises(ValueError, match="other"), tally.at_most(1):
            raise ValueError("other")
        assert tally.allowed == 5
    assert tally.evaluations == 2
    tally.allowed = 3
    with pytest.raises(EffortSpent):
        tally.count()


# ---------------------------------------------------------------------- patterns
def test_patterns_come_by_the_price_of_their_least_plans() -> None:
    """Where prices are the same in all patterns and there are no fees, that is what no plan costs less than."""
    toy = Floored(
        names=("a", "b", "c", "d"),
        own_ranges=((3, 9), (0, 4), (2, 5), (0, 7)),
        prices=(Decimal(4), Decimal(11), Decimal(7), Decimal(5)),
        limits=(),
    )
    search = Search(toy)
    found = list(search.subsets())
    assert [sorted(present) for _, present in found] == [
        ["a", "c"],
        ["a", "c", "d"],
        ["a", "b", "c"],
        ["a", "b", "c", "d"],
    ]
    for price, present in found:
        pattern = search.opened(present)
        assert price == pattern.cost(pattern.lower)


def test_what_is_known_is_not_asked_again() -> None:
    toy = toy_of(Limit("p95", "", 1.0, (shared(4.0), constant(0.0))))
    pattern = Pattern(BOTH, toy.pattern, Tally())
    assert pattern.refusal((1, 1), (3, 9)) is not None
    asked = toy.calls["refuse"]
    assert pattern.refusal((2, 1), (3, 5)) is not None  # inside what is refused
    assert toy.calls["refuse"] == asked
    assert pattern.refusal((1, 1), (9, 9)) is None
    assert pattern.refusal((4, 1), (4, 1)) is None
    asked = toy.calls["refuse"]
    assert pattern.refusal((1, 1), (4, 9)) is None  # around what is open
    assert toy.calls["refuse"] == asked
    assert pattern._tally.evaluations == asked


def test_a_pattern_before_another_judge_keeps_what_holds_there() -> None:
    late = Limit("p95", "", 1.0, (shared(4.0), constant(0.0)))
    lost = Limit("loss", "", 1.0, (constant(0.0), shared(3.0)))
    toy = toy_of(late, lost)
    tally = Tally()
    pattern = Pattern(BOTH, toy.pattern, tally)
    assert pattern.refuses((1, 1), (3, 9))
    assert pattern.refuses((1, 1), (9, 2))
    assert pattern.keeps((4, 3))
    other = toy.without("p95", "")
    heir = pattern.inherited(other.pattern, tally, lambda excuse: excuse.target != "p95")
    assert [box.excuse.target for box in heir.boxes()] == ["loss"]
    assert (heir.lower, heir.upper, heir.least) == (pattern.lower, pattern.upper, pattern.lower)
    assert (heir.prices, heir.fees, heir.present, heir.invalid) == (pattern.prices, 0, BOTH, None)
    asked = other.calls.get("refuse", 0)
    assert heir.refuses((1, 1), (9, 2))
    assert other.calls.get("refuse", 0) == asked
    assert heir.keeps((1, 3))  # open plans are not handed on, but asked for


def test_bounds_are_asked_once_for_what_lies_inside() -> None:
    toy = toy_of(Limit("p95", "", 1.0, (shared(4.0), shared(1.0))))
    pattern = Pattern(BOTH, toy.pattern, Tally())
    pattern.bound((9, 9))
    # 4 / a <= 1 - 1 / 9 and 1 / b <= 1 - 4 / 9
    assert pattern.least == (5, 2)
    assert {(box.lower, box.upper) for box in pattern.boxes()} == {((1, 1), (4, 9)), ((1, 1), (9, 1))}
    assert pattern._tally.evaluations == 1
    pattern.bound((9, 9))
    pattern.bound((9, 5))
    assert toy.calls["least"] == 1
    higher = replace(toy, own_ranges=((1, 9), (1, 99)), calls={})
    wider = Pattern(BOTH, higher.pattern, Tally())
    wider.bound((9, 9))
    wider.bound((9, 99))
    assert higher.calls["least"] == 2


def test_a_bound_beyond_the_range_refuses_all_of_it() -> None:
    toy = toy_of(Limit("p95", "", 1.0, (shared(40.0), constant(0.0))))
    pattern = Pattern(BOTH, toy.pattern, Tally())
    pattern.bound((9, 9))
    assert pattern.least == (10, 10)  # no number of b either
    assert {(box.lower, box.upper) for box in pattern.boxes()} == {((1, 1), (9, 9))}
    assert pattern.closed


def test_what_one_price_pays_for() -> None:
    """3 a + 5 b: each count alone as high as what is left pays for."""
    pattern = Pattern(BOTH, toy_of().pattern, Tally())
    unit = 10**18
    assert pattern.affordable((1, 1), (9, 9), None) == (9, 9)
    assert pattern.affordable((1, 1), (9, 9), 8 * unit) == (1, 1)
    assert pattern.affordable((1, 1), (9, 9), 8 * unit - 1) is None
    assert pattern.affordable((1, 1), (9, 9), 13 * unit) == (2, 2)
    assert pattern.affordable((1, 1), (9, 9), 13 * unit - 1) == (2, 1)
    assert pattern.affordable((1, 1), (2, 9), 100 * unit) == (2, 9)
    free = replace(toy_of(), prices=(Decimal(0), Decimal(5)), fees={"b": Decimal(2)})
    pattern = Pattern(BOTH, free.pattern, Tally())
    assert pattern.cost((9, 1)) == 7 * unit
    assert pattern.affordable((1, 1), (9, 9), 7 * unit) == (9, 1)
    assert pattern.affordable((1, 1), (9, 9), 7 * unit - 1) is None


def test_only_permitted_plans_are_permitted() -> None:
    pattern = Pattern(BOTH, toy_of().pattern, Tally())
    assert pattern.permits((1, 1))
    assert pattern.permits((9, 9))
    for plan in ((0, 1), (1, 0), (10, 9), (9, 10)):
        assert not pattern.permits(plan)
    needy = replace(toy_of(), names=("a", "b"), needs={"a": ("c",)})
    invalid = Pattern(BOTH, needy.pattern, Tally())
    assert not invalid.permits((1, 1))
    assert isinstance(invalid.invalid, Excuse)
    assert invalid.closed
    assert not invalid.empty
    hollow = Pattern(BOTH, replace(toy_of(), own_ranges=((1, 9), (3, 2))).pattern, Tally())
    assert hollow.empty
    assert hollow.closed


# ---------------------------------------------------------------------- two sides
def test_few_questions_tell_that_many_counts_contradict_each_other() -> None:
    """The lag needs 50,000 workers, the database bears 40,000 of them: no plan, seen without going through them."""
    toy = Toy(
        names=("worker", "database"),
        own_ranges=((1, 100_000), (1, 3)),
        prices=(Decimal(1), Decimal(1)),
        limits=(
            Limit("lag", "", 1.0, (shared(50_000.0), constant(0.0))),
            Limit("utilisation", "", 1.0, (Part(lambda n: n / 40_000.0, "harms"), constant(0.0))),
        ),
        bounded=False,
    )
    answer = size(toy)
    assert not answer.feasible
    assert answer.proven
    assert toy.calls["refuse"] < 1000
