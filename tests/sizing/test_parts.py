"""Small parts: money, subsets by price, lists of boxes, digests, differences in words, slices, steps of headroom."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.answer import Excuse
from queuecalc.errors import InvalidInput
from queuecalc.modelfile import read_model
from queuecalc.sizing.alternatives import difference
from queuecalc.sizing.boxes import Boxes
from queuecalc.sizing.certificate import PatternEvidence
from queuecalc.sizing.digest import model_digest
from queuecalc.sizing.headroom import TOLERANCE, _next
from queuecalc.sizing.money import dollars, scaled
from queuecalc.sizing.pattern import Pattern, Tally
from queuecalc.sizing.subsets import by_price
from tests.sizing.toys import Counts


# ---------------------------------------------------------------------- money
@given(st.decimals(0, 10**12, places=6))
def test_money_goes_there_and_back(amount: Decimal) -> None:
    assert dollars(scaled(amount)) == amount


@pytest.mark.parametrize(("amount", "text"), [("694", "694.00"), ("0.1250", "0.125"), ("1e3", "1000.00")])
def test_money_is_written_with_cents(amount: str, text: str) -> None:
    assert str(dollars(scaled(Decimal(amount)))) == text


def test_differences_of_money_may_be_negative() -> None:
    assert dollars(scaled(Decimal(1)) - scaled(Decimal("3.5"))) == Decimal("-2.50")


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "inf"])
def test_a_price_is_a_finite_amount(amount: str) -> None:
    with pytest.raises(InvalidInput, match="expected a finite amount of at least 0 dollars"):
        scaled(Decimal(amount))


def test_a_price_finer_than_can_be_added_exactly_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 18 digits after the point"):
        scaled(Decimal("1e-19"))


# ---------------------------------------------------------------------- subsets
@given(st.lists(st.integers(0, 9), max_size=7))
def test_subsets_come_once_each_by_price(prices: list[int]) -> None:
    every = [chosen for size in range(len(prices) + 1) for chosen in combinations(range(len(prices)), size)]
    found = list(by_price(prices))
    assert sorted(chosen for _, chosen in found) == sorted(every)
    assert [total for total, _ in found] == sorted(total for total, _ in found)
    assert all(total == sum(prices[index] for index in chosen) for total, chosen in found)


# ---------------------------------------------------------------------- boxes
corners = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.lists(st.tuples(corners, corners), max_size=20), corners, corners)
def test_boxes_are_found_as_by_a_loop(
    boxes: list[tuple[Counts, Counts]], lower: Counts, upper: Counts
) -> None:
    known = Boxes(2)
    for box in boxes:
        known.add(*box)
    assert len(known) == len(boxes)

    def inside(inner: tuple[Counts, Counts], outer: tuple[Counts, Counts]) -> bool:
        return all(map(int.__ge__, inner[0], outer[0])) and all(map(int.__le__, inner[1], outer[1]))

    around = [index for index, box in enumerate(boxes) if inside((lower, upper), box)]
    assert known.around(lower, upper) == (around[0] if around else None)
    assert known.any_within(lower, upper) == any(inside(box, (lower, upper)) for box in boxes)


# ---------------------------------------------------------------------- digest
@dataclass(frozen=True)
class Described:
    title: str
    value: object


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        ("a", "b"),
        ((1, 2), (2, 1)),
        ((1, 23), (12, 3)),
        ({"a": 1, "bc": 2}, {"ab": 1, "c": 2}),
        ([1], [1, 1]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Decimal("1.5"), Decimal("1.25")),
        (np.array([1.0, 2.0]), np.array([1.0, 3.0])),
        (None, 0),
        (1.0, 1.0 + 1e-15),
    ],
)
def test_another_meaning_has_another_digest(one: object, other: object) -> None:
    assert model_digest(Described("t", one)) != model_digest(Described("t", other))
    assert model_digest(Described("t", one)) == model_digest(Described("another title", one))


def test_equal_amounts_have_one_digest() -> None:
    assert model_digest(Decimal("53.00")) == model_digest(Decimal(53))


def test_digest_of_a_model_file() -> None:
    model = read_model("single-queue")
    assert model_digest(model) == model_digest(read_model("single-queue"))
    assert model_digest(replace(model, title="x", notes="y", source="z")) == model_digest(model)
    dearer = read_model("single-queue", settings=("contract.p95_ms=401",))
    assert model_digest(dearer) != model_digest(model)


# ---------------------------------------------------------------------- patterns without plans
@pytest.mark.parametrize(
    ("upper", "limit", "none"),
    [
        ((5, 5), None, False),
        ((5, 2), None, True),
        ((0, 5), 99, True),
        ((5, 5), 20, False),
        ((5, 5), 19, True),
    ],
)
def test_a_pattern_without_plans_that_are_cheap_enough(upper: Counts, limit: int | None, none: bool) -> None:
    """The least plan, one and three units for 4 and 5 with fees of 1, costs 20."""
    pattern = PatternEvidence(
        present=frozenset("ab"), lower=(1, 3), upper=upper, prices=(4, 5), fees=1, boxes=(), invalid=False
    )
    assert pattern.dearer_than(limit) is none


# ---------------------------------------------------------------------- words
def test_differences_are_named() -> None:
    names = ("limiter", "server", "worker", "cache")
    assert difference(names, (0, 5, 6, 1), (1, 4, 6, 1)) == "no limiter, one server more"
    assert difference(names, (1, 3, 9, 1), (1, 4, 6, 1)) == "one server less, three more of worker"
    assert difference(names, (1, 4, 6, 21), (1, 4, 7, 1)) == "one worker less, 20 more of cache"
    assert difference(names, (1, 4, 6, 1), (1, 4, 6, 1)) == "the same counts"


# ---------------------------------------------------------------------- slices
def test_a_corner_rises_past_every_slice_that_is_refused() -> None:
    """Slices on top of each other, the last of them one unit thick, and a box that reaches too short."""

    @dataclass
    class OneComponentPair:
        invalid: None = None
        lower: Counts = (1, 1)
        upper: Counts = (9, 9)
        prices: tuple[Decimal, ...] = (Decimal(1), Decimal(1))
        fees: Decimal = Decimal(0)
        undirected: tuple[int, ...] = ()

    pattern = Pattern(frozenset({"a", "b"}), lambda _: OneComponentPair(), Tally())  # type: ignore[arg-type, return-value]
    excuse = Excuse(target="p95", subject="", sentence="late")
    for lower, upper in (((1, 1), (2, 9)), ((3, 1), (3, 9)), ((4, 1), (9, 2)), ((4, 3), (5, 8))):
        pattern._note(lower, upper, excuse)
    assert pattern.sliced((1, 1), (9, 9)) == (4, 3)
    assert pattern.sliced((1, 1), (3, 9)) is None
    assert pattern.sliced((6, 3), (9, 9)) == (6, 3)


# ---------------------------------------------------------------------- headroom
def test_the_next_factor_on_the_load() -> None:
    excuse = Excuse(target="p95", subject="", sentence="late", limit=1.0, reached=math.e)
    key = ("p95", "")
    assert _next(1.5, math.inf, None, {}, 1) == 3.0
    # ln reached / limit: -1 at factor 1, 1 at factor 2: a straight line is 0 at 1.5
    assert _next(1.0, 2.0, excuse, {key: -1.0}, 1) == pytest.approx(1.5, rel=TOLERANCE)
    middle = math.sqrt(2.0)
    assert _next(1.0, 2.0, excuse, {key: -1.0}, 3) == middle  # every third step halves
    assert _next(1.0, 2.0, excuse, {key: 1.0}, 1) == middle  # no slope
    assert _next(1.0, 2.0, excuse, {key: 5.0}, 1) == middle
    assert _next(1.0, 2.0, excuse, {}, 1) == middle
    assert _next(1.6, 2.0, excuse, {key: -1.0}, 1) == math.sqrt(3.2)  # outside the bracket
