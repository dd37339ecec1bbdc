"""Certificates of models whose calls lead back or go out at once, and of users who wait: verified, or refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import queuecalc as qc
from queuecalc.answer import Certificate
from queuecalc.architecture import PercentileTarget
from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential, Gamma
from queuecalc.reference import Judgement, Plan
from queuecalc.sizing import size
from queuecalc.sizing.digest import certificate_seal
from queuecalc.sizing.verification import verify
from tests.reference.building import call, component, model
from tests.sizing.proofs import pattern_of_optimum, with_proof, written


def test_calls_that_lead_back_at_another_operation_are_verified() -> None:
    parts = [
        component(
            "a",
            {"front": Exponential(mean=0.03), "back": Exponential(mean=0.02)},
            count=(1, 4),
            usd_per_month=Decimal(30),
        ),
        component("b", 0.05, count=(1, 4), usd_per_month=Decimal(20)),
    ]
    calls = [call("users", "a.front"), call("a.front", "b"), call("b", "a.back", 0.5)]
    made = model(parts, calls, load=(40.0, 40.0), availability=0.9)
    _soundly(made)


def test_calls_that_go_out_at_once_are_verified() -> None:
    """Two stores beside each other, and three calls to one of them."""
    target = PercentileTarget(key="p95_ms", level=0.95, seconds=0.45)
    parts = [
        component("web", 0.03, count=(1, 2), usd_per_month=Decimal(30), availability=0.99),
        component("left", 0.02, count=(1, 2), usd_per_month=Decimal(20), availability=0.99),
        component(
            "right",
            {"": Gamma(mean=0.05, scv=2.0)},
            count=(1, 2),
            usd_per_month=Decimal(25),
            availability=0.98,
        ),
    ]
    calls = [
        call("users", "web"),
        replace(call("web", "left", 3.0), together="parts"),
        replace(call("web", "right"), together="parts"),
    ]
    _soundly(
        model(
            parts,
            calls,
            load=(14.0, 14.0),
            percentiles=(target,),
            availability=0.95,
        )
    )


def test_what_users_send_who_wait_for_their_answers_is_verified() -> None:
    parts = [
        component("web", 0.06, count=(1, 3), servers=2, usd_per_month=Decimal(50)),
        component("db", 0.025, count=(1, 2), usd_per_month=Decimal(90)),
    ]
    made = model(parts, [call("users", "web"), call("web", "db", 1.5)], load=(30.0, 30.0))
    users = made.load.curve
    people = replace(made.load, users=users, think_s=1.0, curve=users)
    _soundly(replace(made, load=people))


def test_of_held_servers_nothing_is_verified() -> None:
    """Nothing is written that could not be checked, and what to do instead is told."""
    parts = [component("web", 0.06, servers=2, waits="held"), component("db", 0.025)]
    made = model(parts, [call("users", "web"), call("web", "db")])
    with pytest.raises(
        InvalidInput, match=r'components\.web\.waits = "held": no second evaluator .* take waits'
    ):
        verify(written()[1], made)
    alone = replace(made, calls=made.calls[:1])
    assert Judgement(Plan(alone, {"web": 1, "db": 1})).line("stability", "web").kept


def _soundly(made: qc.Model) -> None:
    """The certificate of a model is verified; with a box less, or a wider one, it is refused."""
    certificate = size(made, alternatives=0, explain=False).certificate
    assert certificate is not None
    found = verify(certificate, made)
    assert (found.verified, found.faults, found.notes) == (True, (), ())
    index = pattern_of_optimum(certificate)
    proof = certificate.patterns[index]
    fewer = with_proof(certificate, index, boxes=proof.boxes[1:])
    assert "is neither refused nor dearer" in _found_in(fewer, made)
    wide = tuple(replace(box, upper=proof.upper) for box in proof.boxes)
    assert "not refused by" in _found_in(with_proof(certificate, index, boxes=wide), made)
    best = certificate.optima[0]
    place = next(i for i, n in enumerate(best) if n > 1)
    less = (*best[:place], best[place] - 1, *best[place + 1 :])
    cost = Judgement(Plan(made, dict(zip(certificate.components, less, strict=True)))).cost_usd_per_month
    assert ": breaks " in _found_in(replace(certificate, optima=(less,), cost_usd_per_month=cost), made)


def _found_in(certificate: Certificate, made: qc.Model) -> str:
    found = verify(replace(certificate, seal=certificate_seal(certificate)), made)
    assert not found.verified
    return "\n".join(found.faults)
