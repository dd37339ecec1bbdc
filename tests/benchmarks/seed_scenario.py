"""The shipped scenario in this process: one plan judged, the cheapest plan found, percentiles along a curve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

import queuecalc as qc
from queuecalc.architecture import Model
from queuecalc.evaluation.availability import answered_classes
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.plan import Pattern
from queuecalc.load import Curve

from .measuring import Row, interleaved

__all__ = ["rows"]

SLOTS = 3600


def _with_slots(model: Model, slots: int) -> Model:
    """The same load with so many slots of one length."""
    old = model.load.curve
    hours = np.linspace(0.0, old.length_h, slots + 1)
    curve = Curve(hours=hours.tolist(), values=old.at(hours).tolist())
    return dataclasses.replace(model, load=dataclasses.replace(model.load, curve=curve))


def _worst_percentile(model: Model, counts: dict[str, int]) -> Callable[[], object]:
    """The p95 along the curve for fixed counts: what flows is known, the latencies are not."""
    present = frozenset(name for name, count in counts.items() if count > 0)
    walk = Facts(Pattern(model, present), counts).walk

    def found() -> object:
        facts = Facts(Pattern(model, present), counts)
        facts.along.__dict__["walk"] = walk
        return facts.worst(answered_classes(facts.pattern), 0.95)

    return found


def rows() -> Iterator[Row]:
    """`size`, `evaluate`, and the percentile of every slot."""
    model = qc.read_model("iot-ingestion")
    counts = dict(qc.size(model, alternatives=0, explain=False).counts)
    fine = _with_slots(model, SLOTS)
    times = interleaved(
        {
            "size": lambda: qc.size(model, explain=True),
            "plain": lambda: qc.size(model),
            "evaluate": lambda: qc.evaluate(model, counts),
            "fine": lambda: qc.evaluate(fine, counts),
            "p95": _worst_percentile(fine, counts),
        },
        repeats=5,
    )
    yield Row("qc.size(seed, explain=True)", times["size"], note="with all reasons")
    yield Row("qc.size(seed)", times["plain"], most_s=0.5)
    yield Row("qc.evaluate(seed)", times["evaluate"])
    yield Row(
        f"qc.evaluate(seed with {SLOTS:,} slots)",
        times["fine"],
        note="all lines of the contract, not p95 alone",
    )
    yield Row(f"largest p95 of {SLOTS:,} slots, 9 components", times["p95"], most_s=0.020)
