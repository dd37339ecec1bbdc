"""Parts of the reasons: figures asked for closely, which limits bind, what a relaxation may speak of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from queuecalc.answer import Excuse, OneLess
from queuecalc.sizing import size
from queuecalc.sizing.explanation import one_less
from queuecalc.sizing.impossible import distance
from queuecalc.sizing.relaxation import _binding, _relaxation, relaxations
from queuecalc.sizing.search import Search
from tests.sizing.toys import Counts, Limit, Part, Toy, constant, random_toy, shared


@dataclass(frozen=True)
class Coarse(Toy):
    """Tells figures only when it is asked for them."""

    def first_excuse(self, counts: Mapping[str, int], *, closely: bool = False) -> Excuse | None:
        found = super().first_excuse(counts, closely=closely)
        return found if closely or found is None else replace(found, reached=None)


def excuse_of(
    target: str, subject: str = "", limit: float | None = 1.0, reached: float | None = 2.0
) -> Excuse:
    return Excuse(target=target, subject=subject, sentence="", limit=limit, reached=reached)


def test_one_unit_less_is_told_with_its_figure() -> None:
    figures = 0
    for seed in range(30):
        toy = random_toy(seed, kind=Coarse)
        if not toy.kept():
            continue
        answer = size(toy, explain=True)
        for entry in answer.one_less:
            if entry.excuse is not None and entry.excuse.target != "invalid":
                assert entry.excuse.reached is not None
                figures += 1
        blunt = [entry.excuse for entry in answer.one_less if entry.excuse is not None]
        if any(math.isfinite(excuse.reached or math.inf) for excuse in blunt):
            assert answer.one_less == size(replace(toy), explain=True).one_less
    assert figures > 20


@pytest.mark.parametrize(("n", "least", "told"), [(1, 1, True), (2, 1, False), (2, 2, True), (3, 2, False)])
def test_what_is_least_is_not_lowered(n: int, least: int, told: bool) -> None:
    toy = Toy(
        names=("a",),
        own_ranges=((least, 9),),
        prices=(Decimal(7),),
        limits=(Limit("p95", "", 1.0, (shared(float(n)),)),),
    )
    (entry,) = one_less(Search(toy), (Search(toy).opened(frozenset({"a"})), (n,)))
    if told:
        assert entry == OneLess(component="a", excuse=None, reason=f"{n} is the least that is permitted")
    else:
        assert entry.excuse is not None
        assert entry.excuse.reached == pytest.approx(n / (n - 1))
        assert entry.saves_usd_per_month == 7
        assert entry.reason == ""


def test_a_range_of_the_pattern_may_forbid_one_unit_less() -> None:
    """With b there must be 3 of a; without it one may be enough."""
    toy = Toy(
        names=("a", "b"),
        own_ranges=((1, 9), (0, 1)),
        prices=(Decimal(7), Decimal(1)),
        limits=(Limit("p95", "", 1.0, (constant(0.0), constant(0.0))),),
        with_range={("a", "b"): (3, 9)},
    )
    search = Search(toy)
    entries = one_less(search, (search.opened(frozenset({"a", "b"})), (3, 1)))
    assert [entry.reason for entry in entries] == [
        "3 is the least that is permitted",
        "the contract holds without it, too",
    ]
    assert [entry.saves_usd_per_month for entry in entries] == [0, 1]


def test_the_distance_from_a_limit() -> None:
    assert distance(excuse_of("p95", limit=1.0, reached=3.0)) == 2.0
    assert distance(excuse_of("availability", limit=0.99, reached=0.9)) == pytest.approx(0.09)
    assert distance(excuse_of("p95", limit=None)) == math.inf
    assert distance(excuse_of("p95", reached=None)) == math.inf


def test_limits_that_bind_are_those_that_money_could_ease() -> None:
    def less(component: str, excuse: Excuse | None, saves: str = "5") -> OneLess:
        return OneLess(component=component, excuse=excuse, reason="", saves_usd_per_month=Decimal(saves))

    neighbours = [
        less("a", excuse_of("p95", reached=3.0)),
        less("b", excuse_of("p95", reached=1.5)),
        less("c", excuse_of("p95", reached=2.0)),
        less("d", excuse_of("lag", "worker")),
        less("e", excuse_of("stability", "e")),
        less("f", excuse_of("budget")),
        less("g", excuse_of("invalid")),
        less("h", None),
        less("i", excuse_of("loss"), "0"),
        less("j", excuse_of("loss"), "-1"),
        less("k", excuse_of("drained", "worker", limit=0.0, reached=0.1), "0.01"),
    ]
    assert _binding(neighbours) == {
        ("p95", ""): ["b", "c", "a"],
        ("lag", "worker"): ["d"],
        ("drained", "worker"): ["k"],
    }


def pair() -> Toy:
    """p95 2 / a, loss 3 / b and unbounded p99 with one b, at most 1 each."""
    endless = Part(lambda n: math.inf if n == 1 else 0.0, "helps")
    return Coarse(
        names=("a", "b"),
        own_ranges=((1, 9), (1, 9)),
        prices=(Decimal(3), Decimal(5)),
        limits=(
            Limit("p95", "", 1.0, (shared(2.0), constant(0.0))),
            Limit("loss", "x", 1.0, (constant(0.0), shared(3.0))),
            Limit("p99", "", 1.0, (constant(0.0), endless)),
        ),
    )


@pytest.mark.parametrize(
    ("plan", "limit", "needed"),
    [
        ((1, 3), ("p95", ""), 2.0),
        ((2, 2), ("loss", "x"), 1.5),
        ((1, 3), ("loss", "x"), None),  # another limit
        ((2, 2), ("loss", ""), None),  # the same target of somebody else
        ((2, 3), ("p95", ""), None),  # kept
        ((1, 2), ("p95", ""), None),  # p95 and loss
    ],
)
def test_a_relaxation_is_of_the_one_limit_that_a_plan_breaks(
    plan: Counts, limit: tuple[str, str], needed: float | None
) -> None:
    toy = pair()
    search = Search(toy)
    best = (search.opened(frozenset({"a", "b"})), (2, 3))
    found = _relaxation(search, best, limit, plan, {("p95", ""): "s"})
    if needed is None:
        assert found is None
        return
    assert found is not None
    assert (found.target, found.subject) == limit
    assert found.limit == 1.0
    assert found.needed == pytest.approx(needed)
    assert found.unit == ("s" if limit[0] == "p95" else "")
    assert found.saves_usd_per_month == (2 - plan[0]) * 3 + (3 - plan[1]) * 5
    assert found.counts == dict(zip("ab", plan, strict=True))


def test_no_finite_limit_makes_up_for_what_never_ends() -> None:
    toy = replace(pair(), limits=pair().limits[2:])
    search = Search(toy)
    best = (search.opened(frozenset({"a", "b"})), (1, 2))
    assert _relaxation(search, best, ("p99", ""), (1, 1), {}) is None


def test_the_closest_of_one_unit_less_and_the_cheapest_without_the_limit_are_told_once() -> None:
    """2 / a + 3 / b <= 1 with (5, 5) the best at $10: (4, 5) or (5, 4) is closest; (1, 1) costs least."""
    toy = Coarse(
        names=("a", "b"),
        own_ranges=((1, 9), (1, 9)),
        prices=(Decimal(1), Decimal(1)),
        limits=(Limit("p95", "", 1.0, (shared(2.0), shared(3.0))),),
    )
    search = Search(toy)
    answer = size(toy, alternatives=0)
    best = (search.opened(frozenset({"a", "b"})), tuple(answer.counts.values()))
    assert best[1] == (4, 6)
    less = one_less(search, best)
    found = relaxations(search, best, answer.evaluation, less)
    assert [plan.counts for plan in found] == [{"a": 4, "b": 5}, {"a": 1, "b": 1}]
    assert [plan.saves_usd_per_month for plan in found] == [1, 8]
    assert [plan.needed for plan in found] == pytest.approx([1.1, 5.0])
    narrow = replace(toy, own_ranges=((4, 9), (5, 9)))
    search = Search(narrow)
    best = (search.opened(frozenset({"a", "b"})), (4, 6))
    found = relaxations(search, best, answer.evaluation, one_less(search, best))
    assert [plan.counts for plan in found] == [{"a": 4, "b": 5}]  # both ways lead there
