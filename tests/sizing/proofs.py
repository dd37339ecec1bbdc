"""Small models with their certificates, and ways to change these."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import queuecalc as qc
from queuecalc.answer import Certificate, RefusedBox
from queuecalc.sizing import size
from queuecalc.sizing.digest import certificate_seal
from queuecalc.sizing.verification import verify
from tests.reference.building import call, component, model

__all__ = [
    "faults",
    "pattern_of_optimum",
    "proof_with_fees",
    "sealed",
    "small",
    "with_boxes",
    "with_fees",
    "with_proof",
    "written",
]


def sealed(certificate: Certificate) -> Certificate:
    return replace(certificate, seal=certificate_seal(certificate))


def with_boxes(certificate: Certificate, index: int, boxes: tuple[RefusedBox, ...]) -> Certificate:
    return sealed(with_proof(certificate, index, boxes=boxes))


def with_fees(*, budget: Decimal | int | None = None) -> qc.Model:
    """A cache that nobody needs, with fees of its own, in front of a store with fees."""
    return model(
        [
            component("web", 0.05, count=(1, 4), usd_per_month=Decimal(30)),
            component(
                "cache",
                0.002,
                count=(0, 2),
                usd_per_month=Decimal(1),
                usd_per_million_calls=Decimal("0.5"),
            ),
            component(
                "store", 0.02, count=(1, 4), usd_per_month=Decimal(70), usd_per_million_calls=Decimal(4)
            ),
        ],
        [call("users", "web"), call("web", "cache store"), call("cache", "store", 0.2)],
        load=(30.0, 30.0),
        budget_usd_per_month=None if budget is None else Decimal(budget),
    )


@cache
def proof_with_fees() -> tuple[qc.Model, Certificate]:
    made = with_fees()
    certificate = size(made, alternatives=0).certificate
    assert certificate is not None
    return made, certificate


def small() -> qc.Model:
    """Two needed components, an optional cache in front of one, workers that fall behind and write to the store."""
    return model(
        [
            component("web", 0.05, count=(1, 6), availability=0.995, usd_per_month=Decimal(30)),
            component(
                "cache", 0.002, count=(0, 2), availability=0.99, when_down="next", usd_per_month=Decimal(15)
            ),
            component(
                "store",
                0.02,
                count=(1, 4),
                availability=0.998,
                usd_per_month=Decimal(70),
                max_utilisation=0.9,
            ),
            component("worker", 0.08, count=(1, 5), usd_per_month=Decimal(8), max_lag_s=600.0),
        ],
        [
            call("users", "web"),
            call("web", "cache store"),
            call("cache", "store", 0.2),
            call("web", "worker", 0.5, wait=False),
            call("worker", "store", 0.3, wait=False),
        ],
        hours=(0.0, 4.0, 8.0, 12.0),
        load=(20.0, 60.0, 60.0, 15.0),
        availability=0.99,
        timeout_s=2.0,
        budget_usd_per_month=Decimal(500),
    )


@cache
def written() -> tuple[qc.Model, Certificate]:
    made = small()
    answer = size(made, alternatives=0, explain=False)
    assert answer.proven
    assert answer.certificate is not None
    return made, answer.certificate


def faults(certificate: Certificate, *, sealed: bool = True) -> str:
    """What is found wrong with a certificate that was changed, and sealed again by somebody who knows how."""
    if sealed:
        certificate = replace(certificate, seal=certificate_seal(certificate))
    found = verify(certificate, written()[0])
    assert not found.verified
    return "\n".join(found.faults)


def pattern_of_optimum(certificate: Certificate) -> int:
    best = certificate.optima[0]
    present = tuple(name for name, n in zip(certificate.components, best, strict=True) if n)
    return next(i for i, proof in enumerate(certificate.patterns) if proof.present == present)


def with_proof(certificate: Certificate, index: int, **changes: Any) -> Certificate:
    proof = replace(certificate.patterns[index], **changes)
    return replace(
        certificate, patterns=(*certificate.patterns[:index], proof, *certificate.patterns[index + 1 :])
    )
