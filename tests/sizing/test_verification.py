"""Certificates verified from the model alone: sound ones are verified, whatever is tampered with is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

import queuecalc as qc
from queuecalc.answer import to_json
from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential
from queuecalc.reference import BoxBounds, Judgement, Line, Plan, direction
from queuecalc.report import plain_text, verification_page
from queuecalc.sizing import size, verification
from queuecalc.sizing.certificate_file import read_certificate
from queuecalc.sizing.coverage import open_plan
from queuecalc.sizing.digest import certificate_seal
from queuecalc.sizing.verification import verify
from tests.reference.building import call, component, model
from tests.sizing.proofs import faults, pattern_of_optimum, small, with_proof, written


class TestSound:
    def test_a_certificate_with_several_patterns_and_reasons_is_verified(self) -> None:
        made, certificate = written()
        found = verify(certificate, made)
        assert (found.verified, found.faults, found.contradictions) == (True, (), ())
        assert found.optima == certificate.optima
        assert found.patterns == 2
        assert found.boxes == sum(len(proof.boxes) for proof in certificate.patterns)
        assert len({box.excuse.target for proof in certificate.patterns for box in proof.boxes}) >= 3
        assert found.sampled > 0

    @pytest.mark.parametrize("name", ["single-queue", "on-call-overprovision"])
    def test_shipped_models_are_verified(self, name: str) -> None:
        made = qc.read_model(name)
        certificate = size(made, alternatives=0, explain=False).certificate
        assert certificate is not None
        assert verify(certificate, made).verified

    def test_progress_reaches_its_end_and_never_goes_beyond(self) -> None:
        made, certificate = written()
        steps: list[tuple[int, int]] = []
        verify(certificate, made, progress=lambda done, of: steps.append((done, of)))
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)
        assert all(done <= of for done, of in steps)
        assert steps[-1][0] == steps[-1][1]
        boxes = sum(len(proof.boxes) for proof in certificate.patterns)
        assert [done for done, _ in steps][: 2 + boxes] == list(range(1, 2 + boxes + 1))

    def test_patterns_that_are_no_plans_need_no_proof(self) -> None:
        made = model(
            [
                component("web", 0.01, count=(1, 3)),
                component("cache", 0.001, count=(0, 2), needs=("store",)),
                component("store", 0.01, count=(0, 2)),
            ],
            [call("users", "web"), call("web", "cache store nobody")],
            load=(60.0, 60.0),
        )
        certificate = size(made, alternatives=0, explain=False).certificate
        assert certificate is not None
        assert verify(certificate, made).verified
        valid = tuple(proof for proof in certificate.patterns if set(proof.present) != {"web", "cache"})
        fewer = replace(certificate, patterns=valid)
        assert verify(replace(fewer, seal=certificate_seal(fewer)), made).verified

    def test_only_permitted_neighbours_of_the_optimum_are_compared_with_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One unit more of each present component, where so many are permitted."""
        made, certificate = written()
        judged: list[dict[str, int]] = []

        class Recorded(Judgement):
            def __init__(self, plan: Plan) -> None:
                judged.append(dict(plan.counts))
                super().__init__(plan)

        monkeypatch.setattr(verification, "Judgement", Recorded)
        best = dict(zip(certificate.components, certificate.optima[0], strict=True))
        tight = replace(
            made,
            components={
                name: replace(c, figures=replace(c.figures, count=(c.figures.count[0], best[name])))
                if name == "web"
                else c
                for name, c in made.components.items()
            },
        )
        own = size(tight, alternatives=0, explain=False).certificate
        assert own is not None
        assert verify(own, tight).verified
        more = [{n: c for n, c in counts.items() if c != best[n]} for counts in judged if counts != best]
        most = {name: c.figures.count[1] for name, c in tight.components.items()}
        assert most["web"] == best["web"]
        assert most["cache"] == best["cache"]
        assert more == [{name: n + 1} for name, n in best.items() if 0 < n < most[name]]

    def test_that_no_plan_keeps_the_contract_is_verified_too(self) -> None:
        made = small()
        poor = replace(made, contract=replace(made.contract, budget_usd_per_month=Decimal(150)))
        answer = size(poor, alternatives=0, explain=False)
        assert not answer.feasible
        assert answer.certificate is not None
        assert verify(answer.certificate, poor).verified
        rich = replace(made, contract=replace(made.contract, budget_usd_per_month=None))
        moved = verify(answer.certificate, rich)
        assert any("another model" in fault for fault in moved.faults)

    def test_a_limit_that_is_met_exactly_is_listed_as_near(self) -> None:
        made = qc.read_model("single-queue")
        certificate = size(made, alternatives=0, explain=False).certificate
        assert certificate is not None
        (near,) = verify(certificate, made).near
        assert (near.target, near.subject) == ("stability", "server")
        assert abs(near.margin) < 1e-12


class TestTampered:
    def test_any_change_without_a_new_seal_is_noticed(self) -> None:
        _, certificate = written()
        assert certificate.seal == certificate_seal(certificate)
        box = certificate.patterns[0].boxes[0]
        excuse = replace(box.excuse, reached=(box.excuse.reached or 1.0) * 1.001)
        changed = with_proof(
            certificate, 0, boxes=(replace(box, excuse=excuse), *certificate.patterns[0].boxes[1:])
        )
        assert "its seal does not fit its contents" in faults(changed, sealed=False)

    def test_a_box_removed_leaves_a_plan_open(self) -> None:
        _, certificate = written()
        for index, proof in enumerate(certificate.patterns):
            for gone in range(len(proof.boxes)):
                fewer = (*proof.boxes[:gone], *proof.boxes[gone + 1 :])
                told = faults(with_proof(certificate, index, boxes=fewer))
                assert "is neither refused nor dearer nor an optimum" in told

    def test_a_pattern_removed_is_missed(self) -> None:
        _, certificate = written()
        for index in range(len(certificate.patterns)):
            patterns = (*certificate.patterns[:index], *certificate.patterns[index + 1 :])
            assert "no proof, though it has plans that are cheap enough" in faults(
                replace(certificate, patterns=patterns)
            )

    def test_a_count_of_the_optimum_lowered_breaks_the_contract(self) -> None:
        made, certificate = written()
        best = certificate.optima[0]
        for index, n in enumerate(best):
            if n > 1:
                fewer = (*best[:index], n - 1, *best[index + 1 :])
                named = dict(zip(certificate.components, fewer, strict=True))
                cost = Judgement(Plan(made, named)).cost_usd_per_month
                told = faults(replace(certificate, optima=(fewer,), cost_usd_per_month=cost))
                assert ": breaks " in told

    def test_a_dearer_plan_is_not_proved(self) -> None:
        made, certificate = written()
        best = certificate.optima[0]
        more = (best[0] + 1, *best[1:])
        cost = Judgement(Plan(made, dict(zip(certificate.components, more, strict=True)))).cost_usd_per_month
        told = faults(replace(certificate, optima=(more,), cost_usd_per_month=cost))
        assert "is neither refused nor dearer nor an optimum" in told

    def test_another_price_is_noticed(self) -> None:
        _, certificate = written()
        assert certificate.cost_usd_per_month is not None
        told = faults(replace(certificate, cost_usd_per_month=certificate.cost_usd_per_month - 1))
        assert f"not ${certificate.cost_usd_per_month - 1}" in told

    def test_a_box_made_wider_holds_plans_that_keep_the_contract(self) -> None:
        _, certificate = written()
        index = pattern_of_optimum(certificate)
        proof = certificate.patterns[index]
        wide = tuple(replace(box, upper=proof.upper) for box in proof.boxes)
        assert "not refused by" in faults(with_proof(certificate, index, boxes=wide))

    def test_a_box_beyond_what_is_permitted_is_refused(self) -> None:
        _, certificate = written()
        proof = certificate.patterns[0]
        box = proof.boxes[0]
        far = replace(box, upper=tuple(n + 1 for n in box.upper))
        assert "it reaches beyond the permitted counts" in faults(
            with_proof(certificate, 0, boxes=(far, *proof.boxes[1:]))
        )

    def test_a_box_is_named_as_one_would_type_it(self) -> None:
        _, certificate = written()
        index = pattern_of_optimum(certificate)
        proof = certificate.patterns[index]
        wide = replace(proof.boxes[0], lower=(1, 0, 1, 5), upper=(6, 0, 4, 5))
        assert "box web=1..6 store=1..4 worker=5: it reaches beyond" in faults(
            with_proof(certificate, index, boxes=(wide,))
        )

    def test_a_line_that_drains_refuses_no_box(self) -> None:
        """A limit of 0 has no margin on a scale of its own: it is broken or it is not."""
        made, _ = written()
        drained = replace(made, contract=replace(made.contract, drained_by_end=True))
        certificate = size(drained, alternatives=0, explain=False).certificate
        assert certificate is not None
        found = verify(certificate, drained)
        assert found.verified
        assert "drained" not in {near.target for near in found.near}
        index = pattern_of_optimum(certificate)
        proof = certificate.patterns[index]
        excuse = replace(proof.boxes[0].excuse, target="drained", subject="worker", limit=0.0, reached=1.0)
        everything = replace(proof.boxes[0], lower=proof.lower, upper=proof.upper, excuse=excuse)
        changed = with_proof(certificate, index, boxes=(everything,))
        found = verify(replace(changed, seal=certificate_seal(changed)), drained)
        assert any("not refused by drained of worker" in told for told in found.faults)

    def test_an_invented_limit_is_refused_or_told(self) -> None:
        """A box may name another limit than the one that refuses it; then that is told, and the other one found."""
        made, certificate = written()
        proof = certificate.patterns[0]
        box = proof.boxes[0]
        invented = replace(box, excuse=replace(box.excuse, target="p99", subject="nobody"))
        changed = with_proof(certificate, 0, boxes=(invented, *proof.boxes[1:]))
        found = verify(replace(changed, seal=certificate_seal(changed)), made)
        assert found.verified
        assert "p99 of nobody" in found.notes[0]
        assert "refused by" in found.notes[0]

    def test_a_value_that_the_reference_does_not_find_is_told(self) -> None:
        made, certificate = written()
        for index, proof in enumerate(certificate.patterns):
            for place, box in enumerate(proof.boxes):
                if box.excuse.target in ("stability", "utilisation", "lag"):
                    excuse = replace(box.excuse, reached=1e9)
                    boxes = (*proof.boxes[:place], replace(box, excuse=excuse), *proof.boxes[place + 1 :])
                    changed = with_proof(certificate, index, boxes=boxes)
                    found = verify(replace(changed, seal=certificate_seal(changed)), made)
                    assert "recorded as" in found.notes[0]
                    return
        raise AssertionError  # pragma: no cover

    def test_another_model_is_refused(self) -> None:
        made, certificate = written()
        other = replace(made, contract=replace(made.contract, timeout_s=1.9))
        assert "another model" in verify(certificate, other).faults[0]
        fewer = replace(made, components=dict(list(made.components.items())[:-1]))
        assert "it speaks of the components" in verify(certificate, fewer).faults[0]
        told = replace(made, title="another title", notes="other notes")
        assert verify(certificate, told).verified

    @pytest.mark.parametrize(
        ("counts", "why"),
        [((1, 1), "2 counts for 4 components"), ((-1, 0, 1, 1), "negative"), ((0, 0, 1, 1), "no valid plan")],
    )
    def test_an_optimum_that_is_no_plan_is_refused(self, counts: tuple[int, ...], why: str) -> None:
        _, certificate = written()
        assert why in faults(replace(certificate, optima=(counts,)))

    def test_a_price_without_optima_is_refused(self) -> None:
        _, certificate = written()
        assert "a price and optima belong together" in faults(replace(certificate, optima=()))


class TestDirections:
    """Where a count moves a limit otherwise than declared, the answer is the best found, not proven."""

    def test_a_pair_that_contradicts_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made, certificate = written()
        monkeypatch.setattr(verification, "direction", lambda *_: "harms")
        found = verify(certificate, made)
        assert (found.verified, found.faults) == (False, ())
        assert any("one unit more of web moves" in told for told in found.contradictions)
        page = plain_text(verification_page(found, "proof.json"), 80)
        assert page.startswith("NOT PROVEN: ")
        assert "is the best found, not proven" in " ".join(page.split())

    def test_a_plan_of_a_refused_box_that_keeps_the_limit_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bound that is too strict refuses what is not to be refused: the samples show it."""
        made, certificate = written()
        kept = Line(target="stability", subject="web", limit=1.0, reached=0.5, strict=True)
        broken = replace(kept, reached=1.5)
        monkeypatch.setattr(BoxBounds, "line", lambda self, *_: kept if self.single else broken)
        found = verify(certificate, made)
        assert any("which refuses the box" in told for told in found.contradictions)

    @pytest.mark.parametrize(
        ("name", "target", "subject", "expected"),
        [
            ("web", "p95", "", "helps"),
            ("worker", "lag", "worker", "helps"),
            ("worker", "stability", "store", "harms"),
            ("worker", "p95", "", "harms"),
            ("store", "availability", "", "helps"),
            ("cache", "availability", "", "either"),
            ("cache", "p95", "", "helps"),
        ],
    )
    def test_what_is_declared(self, name: str, target: str, subject: str, expected: str) -> None:
        plan = Plan(small(), {"web": 2, "cache": 1, "store": 1, "worker": 2})
        assert direction(plan, name, target, subject) == expected


class TestFiles:
    def written_to(self, path: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
        value = json.loads(to_json(written()[1]))
        change(value)
        path.write_text(json.dumps(value), encoding="utf-8")
        return path

    def test_a_file_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        assert read_certificate(self.written_to(tmp_path / "proof.json")) == written()[1]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "this is no JSON"),
            ("{", "this is no JSON"),
            ("[]", "this is no certificate"),
            ("{}", "this is no certificate"),
            ("[" * 100_000, "this is no certificate"),
            ('{"format": NaN}', "NaN is no number of JSON"),
            ('{"format": 2}', "format 2; this version reads format 1"),
            ('{"format": true}', "format True"),
            ('{"format": 1}', "missing key"),
        ],
    )
    def test_what_is_no_certificate_is_told_with_its_reason(
        self, tmp_path: Path, text: str, why: str
    ) -> None:
        path = tmp_path / "proof.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match=why.replace("(", r"\(")):
            read_certificate(path)

    def test_what_is_no_text_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "proof.json"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InvalidInput, match="no text in UTF-8"):
            read_certificate(path)

    def test_keys_of_other_types_are_told_with_their_place(self, tmp_path: Path) -> None:
        def change(value: dict[str, Any]) -> None:
            value["patterns"][0]["boxes"][0]["lower"][0] = "1"

        with pytest.raises(InvalidInput, match=r"patterns\[0\]\.boxes\[0\]\.lower\[0\]"):
            read_certificate(self.written_to(tmp_path / "proof.json", change))


class TestCover:
    """The integer cover against enumeration."""

    @pytest.mark.parametrize("seed", range(60))
    def test_a_plan_is_found_if_and_only_if_one_is_open(self, seed: int) -> None:
        random = Random(seed)
        size_of = random.randint(1, 4)
        lower = tuple(random.randint(0, 2) for _ in range(size_of))
        upper = tuple(a + random.randint(0, 4) for a in lower)
        prices = tuple(random.choice((0, 1, 2, 5)) for _ in range(size_of))
        boxes = []
        for _ in range(random.randint(0, 9)):
            low = tuple(random.randint(a, b) for a, b in zip(lower, upper, strict=True))
            low = lower if random.random() < 0.5 else low
            boxes.append((low, tuple(random.randint(a, b) for a, b in zip(low, upper, strict=True))))
        limit = random.choice((None, random.randint(0, 40)))
        plans = list(product(*(range(a, b + 1) for a, b in zip(lower, upper, strict=True))))
        cost = {plan: sum(p * n for p, n in zip(prices, plan, strict=True)) for plan in plans}
        optima = [plan for plan in plans if cost[plan] == limit and random.random() < 0.2]
        ties = random.random() < 0.8

        def covered(plan: tuple[int, ...]) -> bool:
            if limit is not None and (cost[plan] > limit or (cost[plan] == limit and not ties)):
                return True
            if cost[plan] == limit and any(all(a <= b for a, b in zip(o, plan, strict=True)) for o in optima):
                return True
            return any(
                all(a <= n <= b for a, n, b in zip(*box[:1], plan, box[1], strict=True)) for box in boxes
            )

        left = [plan for plan in plans if not covered(plan)]
        found = open_plan(lower, upper, boxes, prices=prices, limit=limit, optima=optima, ties=ties)
        assert found in left if left else found is None


class TestBounds:
    """What a box is said to reach at best, against every plan of it."""

    @pytest.mark.parametrize("seed", range(6))
    def test_no_plan_of_a_box_is_better_than_its_bound(self, seed: int) -> None:
        made = small()
        random = Random(seed)
        ranges = {"web": (1, 4), "cache": (1, 2) if seed % 2 else (0, 0), "store": (1, 3), "worker": (1, 4)}
        lower = {n: random.randint(*ends) for n, ends in ranges.items()}
        upper = {n: random.randint(lower[n], ends[1]) for n, ends in ranges.items()}
        bounds = BoxBounds(made, lower, upper)
        best = {(line.target, line.subject): line for line in bounds.others()}
        assert {target for target, _ in best} >= {"stability", "utilisation", "lag", "p95", "availability"}
        for counts in product(*(range(lower[n], upper[n] + 1) for n in ranges)):
            judged = Judgement(Plan(made, dict(zip(ranges, counts, strict=True))))
            for line in judged.quick_lines():
                bound = best.get((line.target, line.subject))
                assert bound is None or line.reached >= bound.reached * (1.0 - 1e-9) - 1e-12
            units = {name: judged.plan.counts[name] for name in judged.plan.present}
            from queuecalc.reference.availability import bracket

            lost = bracket(judged._losses(1e-9, late=False), "", units, lambda _: False)
            assert lost.most >= best["availability", ""].reached - 1e-9

    def test_a_mix_in_one_proportion_keeps_it_whatever_a_cap_in_front_lets_through(self) -> None:
        """Both operations come from one capped caller: a server hands on 1 / (0.06 + 0.02) of each."""
        some = model(
            [
                component("front", 0.001, count=(1, 3), max_rate_per_s=15.0),
                component("worker", {"long": Exponential(mean=0.06), "short": Exponential(mean=0.02)}),
                component("sink", 0.01, max_utilisation=0.2),
            ],
            [
                call("users", "front"),
                call("front", "worker.long", wait=False),
                call("front", "worker.short", wait=False),
                call("worker", "sink", wait=False),
            ],
            load=(40.0, 40.0),
            percentiles=(),
        )
        lower, upper = ({"front": n, "worker": n, "sink": 1} for n in (1, 2))
        line = BoxBounds(some, lower, upper).line("utilisation", "sink")
        assert line.reached == pytest.approx(0.01 * 2.0 / 0.08)
        assert Judgement(Plan(some, lower)).utilisation("sink") == pytest.approx(line.reached)
