"""Reasons: one unit less, headroom, relaxations, the price for the peak; against closed forms and brute force."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from queuecalc.answer import ContractLine, Evaluation, Excuse, SizingAnswer
from queuecalc.sizing import explanation, size
from queuecalc.sizing.headroom import TOLERANCE, headroom
from tests.sizing.toys import Counts, Floored, Limit, Part, Toy, ToyPattern, constant, random_toy, shared


def sized(number: int, **kind: Any) -> Iterator[tuple[Toy, SizingAnswer]]:
    """Toys with an answer."""
    seed = 0
    while number:
        toy = random_toy(seed, components=5, most=4, optional=2, **kind)
        seed += 1
        if toy.kept():
            number -= 1
            yield toy, size(toy, explain=True)


def plan_of(counts: Any) -> Counts:
    return tuple(counts.values())


# ---------------------------------------------------------------------- one unit less
@pytest.mark.parametrize("kind", [{}, {"odd": True}, {"harm": True}, {"cheap": True}])
def test_one_unit_less_of_anything_breaks_what_is_said(kind: dict[str, Any]) -> None:
    for toy, answer in sized(25, **kind):
        kept = toy.kept()
        assert [entry.component for entry in answer.one_less] == [
            n for n, count in answer.counts.items() if count
        ]
        for entry in answer.one_less:
            fewer = dict(answer.counts)
            fewer[entry.component] -= 1
            if entry.excuse is None:
                assert entry.reason
                if plan_of(fewer) in kept:  # without a component, others may cost more
                    assert entry.saves_usd_per_month == answer.cost_usd_per_month - kept[plan_of(fewer)] <= 0
                continue
            assert plan_of(fewer) not in kept
            assert entry.excuse == next(toy.broken(fewer))
            present = frozenset(name for name, n in fewer.items() if n)
            pattern = ToyPattern(toy, present)
            if pattern.invalid is None:
                assert entry.saves_usd_per_month == answer.cost_usd_per_month - pattern.cost(plan_of(fewer))
            else:
                own = ToyPattern(toy, frozenset(name for name, n in answer.counts.items() if n))
                assert entry.saves_usd_per_month == own.prices[toy.names.index(entry.component)]


# ---------------------------------------------------------------------- headroom
def test_headroom_is_the_largest_factor_on_the_load() -> None:
    for toy, answer in sized(40):
        plan = plan_of(answer.counts)
        true = min(limit.most / limit.exactly(plan, 1.0) for limit in toy.limits)
        assert answer.headroom is not None
        assert answer.headroom.factor <= true < answer.headroom.factor * (1.0 + TOLERANCE) ** 1.01
        assert answer.headroom.excuse is not None
        broken = min(toy.limits, key=lambda limit: limit.most / limit.exactly(plan, 1.0))
        assert answer.headroom.excuse.target == broken.target


class Bent:
    """A judge of one plan whose lines bend: reached = limit x (factor / root)^power, or unstable beyond."""

    def __init__(self, root: float, power: float, target: str, *, blunt: bool, factor: float = 1.0) -> None:
        self.root, self.power, self.target, self.blunt, self.factor = root, power, target, blunt, factor
        self.asked = [0]

    def scaled(self, factor: float) -> Bent:
        judge = Bent(self.root, self.power, self.target, blunt=self.blunt, factor=factor)
        judge.asked = self.asked
        return judge

    def reached(self) -> float:
        return float((self.factor / self.root) ** self.power)

    def first_excuse(self, counts: Any, *, closely: bool = False) -> Excuse | None:
        self.asked[0] += 1
        if self.factor <= self.root:
            return None
        reached = None if self.blunt else self.reached()
        if self.target == "availability":
            limit, reached = 0.9, None if reached is None else 1.0 - 0.1 * reached
        else:
            limit = 1.0
        return Excuse(target=self.target, sentence="", limit=limit, reached=reached)

    def evaluation(self) -> Evaluation:
        share = self.target == "availability"
        line = ContractLine(
            target=self.target,
            unit="fraction",
            sense="at least" if share else "at most",
            limit=0.9 if share else 1.0,
            reached=1.0 - 0.1 * self.reached() if share else self.reached(),
            kept=True,
        )
        return Evaluation(title="", source="", counts={}, kept=True, lines=(line,))


@pytest.mark.parametrize("target", ["utilisation", "p95", "availability"])
@pytest.mark.parametrize("blunt", [False, True])
def test_headroom_takes_few_judgements(target: str, blunt: bool) -> None:
    rng = random.Random(5)
    for _ in range(60):
        judge = Bent(
            1.0 + rng.expovariate(2.0),
            1.0 if target == "utilisation" else rng.uniform(0.5, 8.0),
            target,
            blunt=blunt,
        )
        found = headroom(judge, {}, judge.evaluation())  # type: ignore[arg-type]
        assert found.factor <= judge.root < found.factor * (1.0 + TOLERANCE) ** 1.01
        assert judge.asked[0] <= (3 if target == "utilisation" and not blunt else 24)


def test_of_several_utilisations_the_highest_is_tried_first() -> None:
    """They are proportional to the load: 0.8 of 1 leaves a quarter, told by two judgements, one on each side."""
    limits = (
        Limit("utilisation", "x", 1.0, (constant(0.5),)),
        Limit("utilisation", "y", 1.0, (constant(0.8),)),
    )
    toy = Toy(names=("a",), own_ranges=((1, 9),), prices=(Decimal(1),), limits=limits)
    found = headroom(toy, {"a": 1}, toy.evaluate({"a": 1}))
    assert found.factor == pytest.approx(1.25, rel=2.0 * TOLERANCE)
    assert toy.calls["first_excuse"] == 2


def test_headroom_of_a_plan_that_any_load_leaves_unmoved_is_infinite() -> None:
    judge = Bent(math.inf, 1.0, "p95", blunt=False)
    found = headroom(judge, {}, judge.evaluation())  # type: ignore[arg-type]
    assert math.isinf(found.factor)
    assert found.excuse is None


def test_headroom_of_a_plan_at_its_limit_is_one() -> None:
    judge = Bent(1.0, 1.0, "utilisation", blunt=False)
    found = headroom(judge, {}, judge.evaluation())  # type: ignore[arg-type]
    assert found.factor == 1.0


# ---------------------------------------------------------------------- relaxations
def test_a_relaxation_is_all_that_a_cheaper_plan_needs() -> None:
    found = 0
    for toy, answer in sized(40, odd=True):
        for entry in answer.relaxations:
            found += 1
            plan = plan_of(entry.counts)
            limits = {limit.target: limit for limit in toy.limits}
            assert entry.limit == limits[entry.target].most < entry.needed
            assert entry.unit == "s"
            eased = replace(
                toy,
                limits=tuple(
                    replace(limit, most=entry.needed) if limit.target == entry.target else limit
                    for limit in toy.limits
                ),
            )
            assert eased.kept()[plan] == answer.cost_usd_per_month - entry.saves_usd_per_month
            assert entry.saves_usd_per_month > 0
            assert plan not in toy.kept()
    assert found > 20


def test_the_cheapest_plan_without_a_limit_is_among_the_relaxations() -> None:
    found = 0
    for toy, answer in sized(40):
        present = {name for name, n in answer.counts.items() if n}
        for target in {entry.target for entry in answer.relaxations}:
            without = toy.without(target, "")
            same = {
                plan: cost
                for plan, cost in without.kept().items()
                if {name for name, n in zip(toy.names, plan, strict=True) if n} == present
            }
            lowest = min(same.values())
            (limit,) = (limit for limit in toy.limits if limit.target == target)
            if any(math.isinf(limit.exactly(plan, 1.0)) for plan, cost in same.items() if cost == lowest):
                continue  # no finite limit would do
            saved = answer.cost_usd_per_month - lowest
            if saved > 0:
                assert saved in {e.saves_usd_per_month for e in answer.relaxations if e.target == target}
                found += 1
    assert found > 10


def test_limits_that_nobody_chose_are_not_relaxed() -> None:
    for toy, _ in sized(10):
        fixed = replace(toy, limits=tuple(replace(limit, removable=False) for limit in toy.limits))
        for entry in size(fixed, explain=True).relaxations:  # neighbours alone
            less = sum(entry.counts.values())
            assert less == sum(size(toy, explain=False, alternatives=0).counts.values()) - 1


# ---------------------------------------------------------------------- the peak
def keeping_up_toy(seed: int) -> Toy:
    toy = random_toy(seed, components=4, most=5, optional=2)
    index = random.Random(seed).randrange(4)
    parts = [constant(0.0)] * 4
    parts[index] = shared(3.0)
    return replace(toy, keep_up=(Limit("stability", toy.names[index], 1.0, tuple(parts)),))


def test_the_price_for_the_peak_agrees_with_brute_force() -> None:
    dearer = unmoved = impossible = 0
    for seed in range(60):
        toy = keeping_up_toy(seed)
        kept = toy.kept()
        if not kept:
            continue
        answer = size(toy, explain=True)
        at_peak = toy.keeping_up().kept()
        if not at_peak:
            impossible += 1
            assert answer.peak_sized_usd_per_month is None
            continue
        lowest = min(at_peak.values())
        assert answer.peak_sized_usd_per_month == lowest
        assert (
            size(replace(toy, budget=answer.cost_usd_per_month), explain=True).peak_sized_usd_per_month
            == lowest
        )
        dearer += lowest > answer.cost_usd_per_month
        unmoved += lowest == answer.cost_usd_per_month
    assert dearer
    assert unmoved
    assert impossible


def test_without_asynchronous_components_there_is_no_price_for_the_peak() -> None:
    for _, answer in sized(3):
        assert answer.peak_sized_usd_per_month is None


def test_a_price_for_the_peak_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanation, "_EFFORT", 1)
    found = 0
    for seed in range(30):
        toy = keeping_up_toy(seed)
        if toy.kept() and toy.keeping_up().kept():
            answer = size(toy, explain=True)
            assert answer.peak_sized_usd_per_month in (None, answer.cost_usd_per_month)
            found += answer.peak_sized_usd_per_month is None
    assert found


def test_a_price_for_the_peak_that_is_told_is_the_lowest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten servers keep up alone for $50, two with a helper for $20: the dearer plan is found first."""
    behind = Limit("stability", "server", 1.0, (shared(10.0), Part(lambda n: -4.0 if n else 0.0, "helps")))
    toy = Toy(
        names=("server", "helper"),
        own_ranges=((1, 20), (0, 1)),
        prices=(Decimal(5), Decimal(10)),
        limits=(Limit("p95", "", 1.0, (constant(0.5), constant(0.0))),),
        keep_up=(behind,),
        bounded=False,
    )
    told = []
    for effort in range(1, 40):
        monkeypatch.setattr(explanation, "_EFFORT", effort)
        told.append(size(toy, explain=True).peak_sized_usd_per_month)
    assert told[0] is None
    assert told[-1] == 20
    assert set(told) == {None, 20}


def test_the_peak_may_need_components_that_were_never_looked_at() -> None:
    """Without a helper, too dear to be opened in the first search, nothing keeps up."""
    rate = Limit("p95", "", 1.0, (shared(2.0), constant(0.0)))
    behind = Limit("stability", "server", 1.0, (constant(0.5), Part(lambda n: 0.0 if n else 1.0, "helps")))
    toy = Floored(
        names=("server", "helper"),
        own_ranges=((1, 4), (0, 2)),
        prices=(Decimal(5), Decimal(100)),
        limits=(rate,),
        keep_up=(behind,),
    )
    answer = size(toy, alternatives=0, explain=True)
    assert answer.cost_usd_per_month == 10
    assert answer.peak_sized_usd_per_month == 110


def test_prices_are_decimals() -> None:
    for _, answer in sized(3):
        assert all(isinstance(entry.saves_usd_per_month, Decimal) for entry in answer.one_less)
