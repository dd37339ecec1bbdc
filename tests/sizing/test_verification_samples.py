"""Verification step by step: what counts as a step, and the plans that are sampled from refused boxes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

import queuecalc as qc
from queuecalc.answer import Certificate, Excuse, RefusedBox
from queuecalc.reference import BoxBounds, Line
from queuecalc.sizing import size, verification
from queuecalc.sizing.verification import (
    _Verifying,
    verify,
)
from tests.reference.building import call, component, model
from tests.sizing.proofs import proof_with_fees, sealed, with_boxes

TOLERANCE = verification.TOLERANCE


def told_steps(certificate: Certificate, made: qc.Model) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    verify(certificate, made, progress=lambda done, of: steps.append((done, of)))
    return steps


def test_each_box_is_a_step_and_each_optimum_two() -> None:
    made, certificate = proof_with_fees()
    boxes = certificate.patterns[0].boxes
    wide = sum(box.lower != box.upper for box in boxes)
    assert 0 < wide <= 40
    steps = told_steps(certificate, made)
    assert [done for done, _ in steps][:-1] == list(range(1, 2 + len(boxes) + wide + 1))
    last = steps[-1]
    assert last[0] == last[1]
    fewer = told_steps(with_boxes(certificate, 0, boxes[:-1]), made)[-1]
    assert fewer[1] == last[1] - 1
    twice = told_steps(sealed(replace(certificate, optima=certificate.optima * 2)), made)[-1]
    assert twice[1] == last[1] + 2


def test_the_boxes_of_a_pattern_without_plans_are_passed_over() -> None:
    made = model(
        [
            component("web", 0.01, count=(1, 3)),
            component("cache", 0.001, count=(0, 2), needs=("store",)),
            component("store", 0.01, count=(0, 2)),
        ],
        [call("users", "web"), call("web", "cache store nobody")],
        load=(60.0, 60.0),
    )
    certificate = size(made, alternatives=0).certificate
    assert certificate is not None
    assert [len(proof.boxes) for proof in certificate.patterns] == [0, 1, 0, 0]
    assert [done for done, _ in told_steps(certificate, made)][:-1] == [1, 2]
    # a box of three in the pattern that is no plan: each is a step, none is looked at
    several = with_boxes(certificate, 1, certificate.patterns[1].boxes * 3)
    steps: list[tuple[int, int]] = []
    verifying = _Verifying(several, made, lambda done, of: steps.append((done, of)), 0)
    verifying.names = several.components
    verifying.steps = 100
    verifying._patterns()
    assert (verifying.done, verifying.boxes, steps) == (3, 0, [])
    without = replace(several, patterns=(several.patterns[0], *several.patterns[2:]))
    verifying = _Verifying(without, made, None, 0)
    verifying.names = without.components
    verifying.steps = 100
    verifying._patterns()
    assert (verifying.done, verifying.faults) == (0, [])


def test_pairs_and_plans_of_boxes_are_counted() -> None:
    made, certificate = proof_with_fees()
    wide = sum(box.lower != box.upper for box in certificate.patterns[0].boxes)
    best = certificate.optima[0]
    pairs = sum(n < most for n, most in zip(best, (4, 2, 4), strict=True))
    found = verify(certificate, made)
    assert found.sampled == wide + pairs
    assert found.boxes == len(certificate.patterns[0].boxes)


def sampled_of(
    number: int, single: int, monkeypatch: pytest.MonkeyPatch, **limits: int
) -> tuple[list[int], Any]:
    """Which boxes are sampled, of so many wide ones beside others of a single plan; and who looked."""
    made, certificate = proof_with_fees()
    for name, value in limits.items():
        monkeypatch.setattr(verification, name, value)
    line = Line(target="stability", subject="web", limit=1.0, reached=2.0)
    seen: list[int] = []

    def judged(self: BoxBounds, *_: str) -> Line:
        assert self.single
        seen.append(self.lower["web"])
        return line

    monkeypatch.setattr(BoxBounds, "line", judged)
    excuse = Excuse(target="stability", subject="web", sentence="")
    entries = []
    for index in range(number):
        box = RefusedBox(lower=(10 * index + 1, 1, 1), upper=(10 * index + 9, 1, 1), excuse=excuse)
        entries.append(("a box", box, line))
    plan = RefusedBox(lower=(5, 1, 1), upper=(5, 1, 1), excuse=excuse)
    entries += [("a plan", plan, line)] * single
    verifying = _Verifying(certificate, made, None, 0)
    verifying.names = certificate.components
    verifying.steps = 100
    verifying._sample(entries)
    assert verifying.sampled == verifying.done == len(seen)
    return seen, verifying


@pytest.mark.parametrize(
    ("number", "expected"), [(0, 0), (1, 1), (3, 3), (4, 2), (6, 3), (7, 3), (9, 3), (10, 3)]
)
def test_samples_are_spread_evenly_over_the_wide_boxes(
    number: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, _ = sampled_of(number, 5, monkeypatch, _SAMPLES=3)
    assert len(seen) == expected
    stride = max(1, math.ceil(number / 3))
    for place, count in enumerate(seen):
        assert 10 * stride * place + 1 <= count <= 10 * stride * place + 9


def test_samples_stay_near_the_lower_corner(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, _ = sampled_of(40, 0, monkeypatch, _FAR=1)
    assert {count % 10 for count in seen} == {1, 2}


@pytest.mark.parametrize(
    ("margin", "told"), [(-0.5, False), (0.5 * TOLERANCE, False), (3.0 * TOLERANCE, True), (0.5, True)]
)
def test_a_sample_that_keeps_its_limit_contradicts(
    margin: float, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, certificate = proof_with_fees()
    monkeypatch.setattr(BoxBounds, "line", lambda *_: Line(target="p95", limit=1.0, reached=1.0 - margin))
    verifying = _Verifying(certificate, made, None, 0)
    verifying.names = certificate.components
    verifying.steps = 1
    excuse = Excuse(target="p95", sentence="")
    box = RefusedBox(lower=(1, 1, 1), upper=(1, 1, 2), excuse=excuse)
    verifying._sample([("box web=1", box, Line(target="p95", limit=1.0, reached=2.0))])
    assert bool(verifying.contradictions) is told
    for sentence in verifying.contradictions:
        assert sentence.startswith("box web=1: its plan web=1 cache=1 store=")
