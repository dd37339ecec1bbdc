"""Certificates to change: sealed again, with other boxes, of a model with fees."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import queuecalc as qc
from queuecalc.answer import Certificate, RefusedBox
from queuecalc.sizing import size
from queuecalc.sizing.digest import certificate_seal
from tests.reference.building import call, component, model

__all__ = ["proof_with_fees", "sealed", "with_boxes", "with_fees"]


def sealed(certificate: Certificate) -> Certificate:
    return replace(certificate, seal=certificate_seal(certificate))


def with_boxes(certificate: Certificate, index: int, boxes: tuple[RefusedBox, ...]) -> Certificate:
    proof = replace(certificate.patterns[index], boxes=boxes)
    patterns = (*certificate.patterns[:index], proof, *certificate.patterns[index + 1 :])
    return sealed(replace(certificate, patterns=patterns))


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
