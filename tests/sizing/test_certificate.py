"""The certificate: what was tampered with is refused, for the right reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from queuecalc.answer import Certificate, PatternProof, RefusedBox, from_json, to_json
from queuecalc.modelfile import read_model
from queuecalc.sizing import certificate as writing
from queuecalc.sizing import certificate_faults, size
from tests.sizing.toys import Counts, Floored, Limit, Part, Toy, ToyPattern, constant, random_toy, shared


def written(toy: Toy) -> Certificate:
    certificate = size(toy, alternatives=0, explain=False).certificate
    assert certificate is not None
    assert certificate_faults(certificate, toy) == ()
    return certificate


def toy_with_proof(seed: int = 0, **kind: Any) -> tuple[Toy, Certificate]:
    """A toy whose certificate has boxes in several patterns."""
    while True:
        toy = random_toy(seed, components=4, optional=2, **kind)
        seed += 1
        if toy.kept():
            certificate = written(toy)
            if sum(len(proof.boxes) > 0 for proof in certificate.patterns) > 1:
                return toy, certificate


def with_proof(certificate: Certificate, index: int, proof: PatternProof) -> Certificate:
    patterns = (*certificate.patterns[:index], proof, *certificate.patterns[index + 1 :])
    return replace(certificate, patterns=patterns)


def only_fault(certificate: Certificate, toy: Toy) -> str:
    (fault,) = certificate_faults(certificate, toy)
    return fault


def uncovered(toy: Toy, certificate: Certificate, proof: PatternProof) -> list[Counts]:
    """By enumeration: plans of a pattern that are neither refused nor dearer nor optima."""
    pattern = ToyPattern(toy, frozenset(proof.present))
    assert certificate.cost_usd_per_month is not None
    return [
        plan
        for plan in product(*(range(a, b + 1) for a, b in zip(pattern.lower, pattern.upper, strict=True)))
        if pattern.cost(plan) <= certificate.cost_usd_per_month
        and plan not in certificate.optima
        and not any(
            all(a <= n <= b for a, n, b in zip(box.lower, plan, box.upper, strict=True))
            for box in proof.boxes
        )
    ]


# ---------------------------------------------------------------------- boxes and patterns
@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_a_box_removed_is_noticed_if_it_was_needed(seed: int) -> None:
    toy, certificate = toy_with_proof(seed)
    noticed = 0
    for index, proof in enumerate(certificate.patterns):
        for gone in range(len(proof.boxes)):
            fewer = replace(proof, boxes=(*proof.boxes[:gone], *proof.boxes[gone + 1 :]))
            faults = certificate_faults(with_proof(certificate, index, fewer), toy)
            left = uncovered(toy, certificate, fewer)
            assert bool(faults) == bool(left)
            if left:
                assert "is neither refused nor dearer nor an optimum" in faults[0]
                assert any(f"plan {plan} " in faults[0] for plan in left)
                noticed += 1
    assert noticed


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_a_pattern_removed_is_noticed(seed: int) -> None:
    toy, certificate = toy_with_proof(seed)
    for index, proof in enumerate(certificate.patterns):
        patterns = (*certificate.patterns[:index], *certificate.patterns[index + 1 :])
        fault = only_fault(replace(certificate, patterns=patterns), toy)
        assert (
            fault
            == f"pattern {', '.join(proof.present)}: no proof, though it has plans that are cheap enough"
        )


def test_a_wider_box_is_noticed() -> None:
    toy, certificate = toy_with_proof()
    best = certificate.optima[0]
    present = tuple(name for name, n in zip(toy.names, best, strict=True) if n)
    (index,) = (i for i, proof in enumerate(certificate.patterns) if proof.present == present)
    proof = certificate.patterns[index]
    excuse = certificate.patterns[0].boxes[0].excuse
    box = RefusedBox(lower=proof.lower, upper=best, excuse=excuse)
    fault = only_fault(with_proof(certificate, index, replace(proof, boxes=(*proof.boxes, box))), toy)
    assert fault.endswith(f"box {proof.lower} to {best}: not refused")


def test_an_empty_box_does_no_harm() -> None:
    toy, certificate = toy_with_proof()
    proof = certificate.patterns[0]
    box = RefusedBox(lower=proof.upper, upper=tuple(n - 1 for n in proof.lower), excuse=proof.boxes[0].excuse)
    assert (
        certificate_faults(with_proof(certificate, 0, replace(proof, boxes=(*proof.boxes, box))), toy) == ()
    )


def test_a_box_empty_in_one_direction_does_no_harm() -> None:
    """From one unit more than the optimum to the optimum: nothing in between breaks anything, for there is nothing."""
    toy, certificate = toy_with_proof()
    best = certificate.optima[0]
    present = tuple(name for name, n in zip(toy.names, best, strict=True) if n)
    (index,) = (i for i, proof in enumerate(certificate.patterns) if proof.present == present)
    proof = certificate.patterns[index]
    for place, n in enumerate(best):
        lower = (*best[:place], n + 1, *best[place + 1 :])
        box = RefusedBox(lower=lower, upper=best, excuse=certificate.patterns[0].boxes[0].excuse)
        more = with_proof(certificate, index, replace(proof, boxes=(*proof.boxes, box)))
        assert certificate_faults(more, toy) == ()


@pytest.mark.parametrize(("lower", "upper"), [((1,), (1,)), ((1,), (1, 1, 1, 1)), ((1, 1, 1, 1), (1,))])
def test_a_box_of_other_length_is_noticed(lower: Counts, upper: Counts) -> None:
    toy, certificate = toy_with_proof()
    proof = certificate.patterns[0]
    box = RefusedBox(lower=lower, upper=upper, excuse=proof.boxes[0].excuse)
    fault = only_fault(with_proof(certificate, 0, replace(proof, boxes=(box,))), toy)
    assert fault.endswith(f"box {lower} to {upper}: as many counts as components are needed")


@pytest.mark.parametrize("end", ["lower", "upper"])
def test_a_proof_about_other_plans_is_noticed(end: str) -> None:
    toy, certificate = toy_with_proof()
    for index, proof in enumerate(certificate.patterns):
        counts = getattr(proof, end)
        for place in range(len(counts)):
            moved = (*counts[:place], counts[place] + 1, *counts[place + 1 :])
            fault = only_fault(with_proof(certificate, index, replace(proof, **{end: moved})), toy)
            assert "the proof speaks of counts" in fault


def test_a_proof_about_fewer_plans_is_noticed() -> None:
    toy, certificate = toy_with_proof()
    proof = certificate.patterns[0]
    smaller = replace(proof, upper=proof.lower)
    assert "the proof speaks of counts" in only_fault(with_proof(certificate, 0, smaller), toy)


def test_patterns_twice_or_unknown_are_noticed() -> None:
    toy, certificate = toy_with_proof()
    twice = replace(certificate, patterns=(*certificate.patterns, certificate.patterns[0]))
    assert only_fault(twice, toy) == "a pattern has two proofs"
    strange = replace(certificate.patterns[0], present=("cache", "c3"))
    unknown = replace(certificate, patterns=(*certificate.patterns, strange))
    assert only_fault(unknown, toy) == "pattern c3, cache: the model has no such pattern"


def test_an_invalid_pattern_needs_no_boxes() -> None:
    toy, certificate = next(
        (toy, certificate)
        for toy, certificate in (toy_with_proof(seed, odd=True) for seed in range(0, 200, 5))
        if any(box.excuse.target == "invalid" for proof in certificate.patterns for box in proof.boxes)
    )
    valid = tuple(
        proof
        for proof in certificate.patterns
        if not any(box.excuse.target == "invalid" for box in proof.boxes)
    )
    assert len(valid) < len(certificate.patterns)
    assert certificate_faults(replace(certificate, patterns=valid), toy) == ()


# ---------------------------------------------------------------------- optima and price
def test_an_optimum_that_does_not_keep_the_contract_is_noticed() -> None:
    toy, certificate = toy_with_proof()
    best = certificate.optima[0]
    index = max(i for i, n in enumerate(best) if n > 1)
    fewer = (*best[:index], best[index] - 1, *best[index + 1 :])
    pattern = ToyPattern(toy, frozenset(n for n, count in zip(toy.names, fewer, strict=True) if count))
    faults = certificate_faults(
        replace(certificate, optima=(fewer,), cost_usd_per_month=pattern.cost(fewer)), toy
    )
    assert faults[0].startswith(f"optimum {fewer}: does not keep the contract: ")


def test_an_optimum_at_another_price_is_noticed() -> None:
    toy, certificate = toy_with_proof()
    assert certificate.cost_usd_per_month is not None
    dearer = replace(certificate, cost_usd_per_month=certificate.cost_usd_per_month + 1)
    assert f"not ${certificate.cost_usd_per_month + 1}" in certificate_faults(dearer, toy)[0]
    cheaper = replace(certificate, cost_usd_per_month=certificate.cost_usd_per_month - 1)
    assert f"not ${certificate.cost_usd_per_month - 1}" in certificate_faults(cheaper, toy)[0]


def test_a_dearer_plan_is_no_optimum() -> None:
    """A plan that keeps the contract at its price, but is not the cheapest: the cheapest one is uncovered."""
    toy, certificate = toy_with_proof()
    best = certificate.optima[0]
    kept = toy.kept()
    plan, cost = min(
        ((plan, cost) for plan, cost in kept.items() if cost > kept[best]), key=lambda entry: entry[1]
    )
    faults = certificate_faults(replace(certificate, optima=(plan,), cost_usd_per_month=cost), toy)
    assert any(f"plan {best} is neither refused nor dearer nor an optimum" in fault for fault in faults)


def test_a_tie_left_out_is_noticed() -> None:
    for seed in range(200):
        toy = random_toy(seed, cheap=True)
        if not toy.kept():
            continue
        certificate = written(toy)
        if len(certificate.optima) > 1:
            break
    else:  # pragma: no cover
        raise AssertionError
    for index, plan in enumerate(certificate.optima):
        optima = (*certificate.optima[:index], *certificate.optima[index + 1 :])
        faults = certificate_faults(replace(certificate, optima=optima), toy)
        assert any(f"plan {plan} is neither" in fault for fault in faults)


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ((1, 1, 1), "3 counts for 4 components"),
        ((99, 1, 1, 1), "not permitted"),
        ((0, 0, 0, 0), "not permitted"),
    ],
)
def test_an_optimum_that_is_no_plan_is_noticed(plan: Counts, fault: str) -> None:
    toy, certificate = toy_with_proof()
    faults = certificate_faults(replace(certificate, optima=(plan,)), toy)
    assert faults[0] == f"optimum {plan}: {fault}"


def test_an_optimum_beyond_the_budget_is_noticed() -> None:
    toy, certificate = toy_with_proof()
    poor = replace(toy, budget=Decimal("0.01"))
    faults = certificate_faults(certificate, poor)
    assert faults[0] == f"the optimum costs ${certificate.cost_usd_per_month}, more than the budget of $0.01"


def test_an_infeasible_model_is_not_proved_so_by_a_feasible_one() -> None:
    """Without optima all plans within the budget must be refused: the cheapest one is not."""
    toy, certificate = toy_with_proof()
    faults = certificate_faults(replace(certificate, optima=(), cost_usd_per_month=None), toy)
    assert any("neither refused" in fault for fault in faults)


# ---------------------------------------------------------------------- the head
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"format": 2}, "format 2; this version reads format 1"),
        ({"components": ("a", "b")}, "components a, b; the model has c0, c1, c2, c3"),
        ({"model_digest": "0"}, "it was made for another model, or the model was changed since"),
        ({"optima": ()}, "a price and optima belong together; only one of them is given"),
    ],
)
def test_a_head_that_does_not_fit_is_noticed(change: dict[str, Any], fault: str) -> None:
    toy, certificate = toy_with_proof()
    assert only_fault(replace(certificate, **change), toy) == fault


def test_dear_patterns_are_opened_neither_by_the_search_nor_by_the_check() -> None:
    names = tuple(f"x{index}" for index in range(20))
    toy = Floored(
        names=("server", *names),
        own_ranges=((1, 9), *((0, 3),) * 20),
        prices=(Decimal(10), *(Decimal(100) + index for index in range(20))),
        limits=(Limit("p95", "", 1.0, (Part(lambda n: 5.0 / n, "helps"), *(constant(0.0),) * 20)),),
    )
    answer = size(toy, alternatives=0)
    assert answer.counts["server"] == 5
    assert answer.cost_usd_per_month == 50
    assert answer.certificate is not None
    assert certificate_faults(answer.certificate, toy) == ()
    assert toy.calls["pattern"] < 50


def test_a_dear_pattern_may_have_a_proof_that_nobody_needs() -> None:
    toy = Floored(
        names=("server", "helper"),
        own_ranges=((1, 4), (0, 2)),
        prices=(Decimal(5), Decimal(100)),
        limits=(Limit("p95", "", 1.0, (shared(2.0), constant(0.0))),),
    )
    certificate = written(toy)
    assert [proof.present for proof in certificate.patterns] == [("server",)]
    dear = PatternProof(present=("server", "helper"), lower=(1, 1), upper=(4, 2), boxes=())
    assert certificate_faults(replace(certificate, patterns=(*certificate.patterns, dear)), toy) == ()


def test_a_free_component_that_does_not_help_is_proved_idle() -> None:
    """Its patterns have no refused box: all their plans contain the optimum at the same price."""
    toy = Toy(
        names=("server", "free"),
        own_ranges=((1, 4), (0, 2)),
        prices=(Decimal(5), Decimal(0)),
        limits=(Limit("p95", "", 2.0, (shared(2.0), constant(0.0))),),
    )
    certificate = written(toy)
    assert certificate.optima == ((1, 0),)
    assert [(proof.present, proof.boxes) for proof in certificate.patterns] == [
        (("server",), ()),
        (("server", "free"), ()),
    ]


def test_many_boxes_are_kept_unpicked(monkeypatch: pytest.MonkeyPatch) -> None:
    toy, certificate = toy_with_proof()
    monkeypatch.setattr(writing, "_MANY", 0)
    more = written(toy)
    assert sum(len(p.boxes) for p in more.patterns) >= sum(len(p.boxes) for p in certificate.patterns)


# ---------------------------------------------------------------------- a model file
@pytest.mark.parametrize("name", ["single-queue", "on-call-overprovision"])
def test_certificate_of_a_model_survives_json(name: str) -> None:
    from queuecalc.evaluation import Evaluator

    model = read_model(name)
    certificate = size(model).certificate
    assert certificate is not None
    again = from_json(Certificate, to_json(certificate))
    assert again == certificate
    assert certificate_faults(again, Evaluator(model)) == ()
    other = read_model(name, settings=("contract.p95_ms=401",))
    assert certificate_faults(again, Evaluator(other)) != ()
