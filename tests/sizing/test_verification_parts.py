"""Parts of the verification: choices of components, recorded values, samples, the words in which boxes are told."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import pytest

import queuecalc as qc
from queuecalc.answer import Certificate, Excuse, RefusedBox, from_plain, to_plain
from queuecalc.architecture import Override
from queuecalc.errors import InvalidInput
from queuecalc.reference import Line
from queuecalc.sizing import size, verification
from queuecalc.sizing.coverage import open_plan
from queuecalc.sizing.money import scaled
from queuecalc.sizing.verification import (
    _agrees,
    _choices,
    _figures,
    _name,
    _recorded,
    _said,
    _Verifying,
    verify,
)
from tests.reference.building import call, component, model
from tests.sizing.proofs import proof_with_fees, sealed, with_boxes, with_fees

TOLERANCE = verification.TOLERANCE


def box_of(target: str, reached: float | None, subject: str = "") -> RefusedBox:
    excuse = Excuse(target=target, subject=subject, sentence="told", limit=1.0, reached=reached)
    return RefusedBox(lower=(1,), upper=(2,), excuse=excuse)


def line_of(target: str, limit: float, reached: float) -> Line:
    return Line(target=target, limit=limit, reached=reached)


# ---------------------------------------------------------------------- recorded values
@pytest.mark.parametrize(
    ("target", "limit", "reached", "recorded", "agrees"),
    [
        ("p95", 0.4, 0.5, 0.5, True),
        ("p95", 0.4, 0.5, 0.45, True),  # a bound that is less sharp
        ("p95", 0.4, 0.5, 0.4, True),
        ("p95", 0.4, 0.5, 0.4 * (1.0 - 0.5 * TOLERANCE), True),
        ("p95", 0.4, 0.5, 0.4 * (1.0 - 3.0 * TOLERANCE), False),  # breaks nothing
        ("p95", 0.4, 0.5, 0.5 * (1.0 + 0.5e-6), True),
        ("p95", 0.4, 0.5, 0.5 * (1.0 + 3e-6), False),  # more than the reference finds
        ("p95", 0.4, 0.4, 0.4, True),
        ("p95", 0.4, math.inf, math.inf, True),
        ("p95", 0.4, 0.5, math.nan, False),
        ("p95", 0.4, 0.5, None, False),
        ("availability", 0.01, 0.03, 0.02, True),
        ("availability", 0.01, 0.03, 0.5, True),  # the reference stops where the limit is broken
        ("availability", 0.01, 0.03, 0.01, False),
        ("availability", 0.01, 0.03, 0.005, False),
        ("drained", 0.0, 3.0, 1e-9, True),
        ("drained", 0.0, 3.0, 5.0, True),  # in another unit
        ("drained", 0.0, 3.0, 0.0, False),
        ("drained", 0.0, 3.0, -1.0, False),
    ],
)
def test_a_recorded_value_breaks_the_limit_and_by_no_more_than_is_found(
    target: str, limit: float, reached: float, recorded: float | None, agrees: bool
) -> None:
    assert _agrees(recorded, line_of(target, limit, reached)) is agrees


def test_availability_is_recorded_as_what_is_lost() -> None:
    assert _recorded(box_of("availability", 0.97)) == pytest.approx(0.03)
    assert _recorded(box_of("availability", None)) is None
    assert _recorded(box_of("p95", 0.97)) == 0.97
    assert _recorded(box_of("p95", None)) is None


def test_values_are_told_with_their_limit() -> None:
    assert _figures(box_of("p95", 0.5)) == "p95 0.5"
    assert _figures(box_of("lag", None, "worker")) == "lag of worker nothing"
    assert _said(line_of("p95", 0.4, 0.5)) == "p95 0.5 (limit 0.4)"
    assert _name("p95\x1b[31m", "") == "p95?[31m"


# ---------------------------------------------------------------------- choices of components
def priced(seed: int) -> qc.Model:
    """Components of which some are optional, some need two units, some may not be bought, and prices change."""
    random = Random(seed)
    names = [f"c{index}" for index in range(random.randint(2, 6))]
    components = []
    for name in names:
        overrides = []
        if random.random() < 0.4:
            overrides.append(
                Override(
                    when=random.choice(("with", "without")),
                    other=random.choice([n for n in names if n != name]),
                    changes={"usd_per_month": Decimal(random.randint(0, 9))},
                )
            )
        if random.random() < 0.3:
            overrides.append(
                Override(
                    when=random.choice(("with", "without")),
                    other=random.choice([n for n in names if n != name]),
                    changes={"count": random.choice([(0, 3), (1, 2), (2, 2)])},
                )
            )
        components.append(
            component(
                name,
                0.01,
                *overrides,
                count=random.choice([(0, 0), (0, 2), (0, 5), (1, 3), (2, 4)]),
                usd_per_month=Decimal(random.randint(0, 9)),
            )
        )
    return model(components, [call("users", names[0])])


def enumerated(made: qc.Model, limit: int | None) -> list[frozenset[str]]:
    """Always those that must be there; of the others every choice that one unit each leaves cheap enough."""
    prices, least, most = {}, {}, {}
    for name, some in made.components.items():
        changes = [override.changes for override in some.overrides]
        figures = [some.figures.count, *(each["count"] for each in changes if "count" in each)]
        least[name], most[name] = min(a for a, _ in figures), max(b for _, b in figures)
        own = [
            some.figures.usd_per_month,
            *(each["usd_per_month"] for each in changes if "usd_per_month" in each),
        ]
        prices[name] = scaled(min(own))
    always = frozenset(name for name in prices if least[name] > 0)
    base = sum(prices[name] * least[name] for name in always)
    optional = [name for name in prices if least[name] == 0 and most[name] > 0]
    return [
        always | set(some)
        for number in range(len(optional) + 1)
        for some in combinations(optional, number)
        if not some or limit is None or base + sum(prices[name] for name in some) <= limit
    ]


@pytest.mark.parametrize("seed", range(40))
def test_every_choice_that_may_be_cheap_enough_is_looked_at_once(seed: int) -> None:
    made = priced(seed)
    for dollars in (None, 0, 3, 7, 12, 20, 40):
        limit = None if dollars is None else dollars * scaled(Decimal(1))
        assert Counter(_choices(made, limit)) == Counter(enumerated(made, limit))


# ---------------------------------------------------------------------- fees and patterns
def test_fees_count_towards_the_price_of_a_plan() -> None:
    """With the cache the store is called a fifth as often: 0.5 + 0.2 x 4 instead of 4 dollars a million."""
    made, certificate = proof_with_fees()
    found = verify(certificate, made)
    assert (found.verified, found.faults, found.notes) == (True, (), ())
    best = certificate.optima[0]
    assert best[1] == 1
    cost = certificate.cost_usd_per_month
    assert cost is not None
    month = 30.0 * 3600.0 * 730.0 / 1e6  # million requests
    assert float(cost) == pytest.approx(30 * best[0] + 1 + 70 * best[2] + month * (0.5 + 0.2 * 4.0), abs=0.02)


def test_a_budget_that_fees_alone_exceed_leaves_no_plan() -> None:
    """Units alone would cost some $200; the fees of a month are more than $100 in either pattern."""
    _, certificate = proof_with_fees()
    assert certificate.cost_usd_per_month is not None
    for less in (0, 1, 60):
        budget = int(certificate.cost_usd_per_month) - less
        poor = with_fees(budget=budget)
        answer = size(poor, alternatives=0)
        assert not answer.feasible
        assert answer.certificate is not None
        found = verify(answer.certificate, poor)
        assert (found.verified, found.faults) == (True, ())


def test_a_pattern_too_dear_for_its_fees_needs_no_proof() -> None:
    """Without the cache the fees of the store alone exceed the price of the cheapest plan with it."""
    made, certificate = proof_with_fees()
    assert [proof.present for proof in certificate.patterns] == [("web", "cache", "store")]
    assert verify(certificate, made).patterns == 2


def test_a_proof_about_components_that_do_not_exist_is_told() -> None:
    made, certificate = proof_with_fees()
    strange = replace(certificate.patterns[0], present=("web", "ghost\x07"))
    found = verify(sealed(replace(certificate, patterns=(*certificate.patterns, strange))), made)
    assert found.faults == ("pattern web, ghost?: the model has no such components",)
    nothing = replace(certificate.patterns[0], present=())
    found = verify(sealed(replace(certificate, patterns=(*certificate.patterns, nothing))), made)
    assert found.verified  # nothing is claimed that is not so: without components there is no plan


def test_two_proofs_of_one_pattern_are_told() -> None:
    made, certificate = proof_with_fees()
    twice = sealed(replace(certificate, patterns=certificate.patterns * 2))
    assert verify(twice, made).faults == ("pattern web, cache, store: it has two proofs",)


# ---------------------------------------------------------------------- ties
def tied() -> tuple[qc.Model, Certificate]:
    """Either of two stores does, for the same price; a spare for nothing may stand beside."""
    made = model(
        [
            component("web", 0.05, count=(1, 4), usd_per_month=Decimal(30)),
            component("first", 0.02, count=(0, 3), usd_per_month=Decimal(7)),
            component("second", 0.02, count=(0, 3), usd_per_month=Decimal(7)),
        ],
        [call("users", "web"), call("web", "first second")],
        load=(30.0, 30.0),
    )
    certificate = size(made, alternatives=0).certificate
    assert certificate is not None
    assert [sum(plan[1:]) for plan in certificate.optima] == [1, 1]
    assert verify(certificate, made).faults == ()
    return made, certificate


def test_every_tie_is_an_optimum_or_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    made, certificate = tied()
    for gone in (0, 1):
        fewer = sealed(replace(certificate, optima=(certificate.optima[1 - gone],)))
        (fault,) = verify(fewer, made).faults
        names = ["web", "first", "second"]
        told = " ".join(f"{n}={c}" for n, c in zip(names, certificate.optima[gone], strict=True) if c)
        assert fault.startswith(f"plan {told} for $")
        monkeypatch.setattr(verification, "_ALL_TIES", 1)  # so many are told, and no more looked for
        assert verify(fewer, made).verified
        monkeypatch.setattr(verification, "_ALL_TIES", 2)


def test_a_pattern_whose_cheapest_plan_is_a_tie_needs_a_proof() -> None:
    made, certificate = tied()
    patterns = [proof for proof in certificate.patterns if proof.present != ("web", "second")]
    assert len(patterns) == len(certificate.patterns) - 1
    found = verify(sealed(replace(certificate, patterns=tuple(patterns))), made)
    (fault,) = found.faults
    assert fault == "pattern web, second: no proof, though it has plans that are cheap enough"


# ---------------------------------------------------------------------- boxes
@pytest.mark.parametrize(
    ("lower", "upper", "why"),
    [
        (
            (1, 1),
            (2, 2),
            "pattern web, cache, store: box (1, 1) to (2, 2): as many counts as components are needed",
        ),
        ((1, 1, 1), (2, 2), "box (1, 1, 1) to (2, 2): as many counts"),
        ((1, 1), (2, 2, 2), "box (1, 1) to (2, 2, 2): as many counts"),
        ((2, 1, 1), (1, 2, 4), "box web=2..1 cache=1..2 store=1..4: it holds no plan"),
        ((1, 0, 1), (4, 2, 4), "box web=1..4 cache=0..2 store=1..4: it reaches beyond the permitted counts"),
        ((1, 1, 1), (4, 3, 4), "box web=1..4 cache=1..3 store=1..4: it reaches beyond the permitted counts"),
        ((1, 1, 2), (4, 2, 2), "box web=1..4 cache=1..2 store=2: not refused by"),
    ],
)
def test_a_box_that_proves_nothing_is_told(lower: tuple[int, ...], upper: tuple[int, ...], why: str) -> None:
    made, certificate = proof_with_fees()
    boxes = certificate.patterns[0].boxes
    more = replace(boxes[0], lower=lower, upper=upper)
    found = verify(with_boxes(certificate, 0, (*boxes, more)), made)
    (fault,) = found.faults  # the other boxes prove what they did
    assert why in fault


@pytest.mark.parametrize("end", ["lower", "upper"])
def test_a_proof_about_other_ranges_is_told(end: str) -> None:
    made, certificate = proof_with_fees()
    proof = certificate.patterns[0]
    for index in range(3):
        counts = getattr(proof, end)
        moved = (*counts[:index], counts[index] + 1, *counts[index + 1 :])
        changed = replace(certificate, patterns=(replace(proof, **{end: moved}),))
        (fault,) = verify(sealed(changed), made).faults
        assert "the proof speaks of counts" in fault


def test_what_has_no_end_is_proved_up_to_a_number() -> None:
    """Ranges may be longer in the file than in the model, where both are beyond what is counted."""
    made, _ = proof_with_fees()
    web = made.components["web"]
    endless = replace(
        made,
        components={**made.components, "web": replace(web, figures=replace(web.figures, count=(1, 10**9)))},
    )
    certificate = size(endless, alternatives=0).certificate
    assert certificate is not None
    assert verify(certificate, endless).verified
    proof = certificate.patterns[0]
    longer = replace(proof, upper=(10**12, *proof.upper[1:]))
    assert verify(sealed(replace(certificate, patterns=(longer,))), endless).verified


# ---------------------------------------------------------------------- money
@pytest.mark.parametrize("price", ["Infinity", "NaN", "sNaN", "1e999999", "-1e31"])
def test_a_price_that_is_no_amount_is_told(price: str) -> None:
    made, certificate = proof_with_fees()
    found = verify(replace(certificate, cost_usd_per_month=Decimal(price)), made)
    assert found.faults == (f"the price ${Decimal(price)} is no amount of money",)


def test_a_price_belongs_to_optima() -> None:
    made, certificate = proof_with_fees()
    found = verify(sealed(replace(certificate, cost_usd_per_month=None)), made)
    assert found.faults == ("a price and optima belong together; only one of them is given",)


def verify_optima(certificate: Certificate, made: qc.Model) -> list[str]:
    verifying = _Verifying(certificate, made, None, 0)
    verifying.names = certificate.components
    verifying.steps = 1
    verifying._optima()
    return verifying.faults


def test_an_optimum_beyond_the_budget_is_told() -> None:
    _, certificate = proof_with_fees()
    cost = certificate.cost_usd_per_month
    assert cost is not None
    (fault,) = verify_optima(certificate, with_fees(budget=int(cost)))
    told = f"optimum web={certificate.optima[0][0]} cache=1 store={certificate.optima[0][2]}"
    assert fault == f"{told}: costs ${cost:,}, more than the budget of ${int(cost):,}"
    assert verify_optima(certificate, with_fees(budget=cost)) == []
    assert verify_optima(certificate, with_fees(budget=int(cost) + 1)) == []


# ---------------------------------------------------------------------- near decisions
@pytest.mark.parametrize(
    ("limit", "margin", "taken", "listed"),
    [
        (0.4, 0.5 * TOLERANCE, True, True),
        (0.4, -0.5 * TOLERANCE, True, True),
        (0.4, 3.0 * TOLERANCE, False, False),
        (0.4, -3.0 * TOLERANCE, False, False),
        (0.0, -0.5 * TOLERANCE, True, False),  # drained but for rounding
        (0.0, -3.0 * TOLERANCE, False, False),
        (0.0, 0.0, False, False),
        (0.0, 0.5 * TOLERANCE, False, False),
    ],
)
def test_only_what_is_near_is_taken_as_told(limit: float, margin: float, taken: bool, listed: bool) -> None:
    made, certificate = proof_with_fees()
    verifying = _Verifying(certificate, made, None, 0)
    line = Line(target="p95", subject="read", limit=limit, reached=limit - margin * (limit or 1.0))
    assert verifying._closely("a plan", line) is taken
    assert [(near.place, near.target, near.subject) for near in verifying.near] == (
        [("a plan", "p95", "read")] if listed else []
    )


# ---------------------------------------------------------------------- covering
def test_a_region_that_is_empty_in_one_direction_holds_no_plan() -> None:
    assert open_plan((1, 3), (5, 2), [], prices=(1, 1), limit=None) is None
    assert open_plan((1, 2), (5, 2), [], prices=(1, 1), limit=None) == (1, 2)


# ---------------------------------------------------------------------- every field
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    7,
    10**30,
    10**400,
    1e308,
    -1e-3,
    "",
    "x",
    "inf",
    "-inf",
    "NaN",
    "sNaN",
    "1e99999",
    [],
    {},
    [0],
    "\x1b[2J",
)


def leaves(value: Any, *place: Any) -> Iterator[tuple[Any, ...]]:
    """Where the parts of a JSON value are, each list's first two and last entries alone."""
    yield place
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], *place, key)
    elif isinstance(value, list):
        for index in sorted({0, 1, len(value) - 1} & set(range(len(value)))):
            yield from leaves(value[index], *place, index)


def put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copied = value.copy()
    copied[place[0]] = put(value[place[0]], place[1:], new)
    return copied


@pytest.mark.parametrize("seal_again", [False, True])
def test_whatever_a_field_becomes_is_refused_with_a_reason(seal_again: bool) -> None:
    """No change of the file is verified; nor does any break the verification, however well it is sealed."""
    made, certificate = proof_with_fees()
    plain = to_plain(certificate)
    places = [place for place in leaves(plain) if place]
    assert len(places) > 30
    refused = told = 0
    for place in places:
        for odd in ODD:
            changed = put(plain, place, odd)
            if changed == plain:
                continue
            try:
                read = from_plain(Certificate, changed)
            except InvalidInput:
                refused += 1
                continue
            if repr(read) == repr(certificate):
                continue
            if seal_again:
                try:
                    read = sealed(read)
                except (ArithmeticError, ValueError):
                    continue  # nobody can write such a number
            found = verify(read, made)
            told += 1
            if not seal_again:
                assert not found.verified
                assert found.faults
            elif found.verified:
                # what a box records of its reason is no part of the proof
                assert "excuse" in place or place[0] == "seal"
            for sentence in (*found.faults, *found.notes):
                assert sentence.isprintable()
    assert refused > 100
    assert told > 100
