"""The shipped scenario in this process: one plan judged, the cheapest plan found, percentiles along a curve."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np

import queuecalc as qc
from queuecalc.architecture import Model
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


def _network() -> qc.JacksonNetwork:
    """Ten stations in a row with side ways, at 3,600 arrival rates."""
    names = [f"s{number}" for number in range(10)]
    stations = {
        name: qc.Station(servers=1 + number % 4, service_rate=100.0) for number, name in enumerate(names)
    }
    routing = {a: {b: 0.8} for a, b in itertools.pairwise(names)}
    rates = np.linspace(20.0, 90.0, SLOTS)
    return qc.JacksonNetwork(stations=stations, routing=routing, arrival_rates={"s0": rates})


def rows() -> Iterator[Row]:
    """`size`, `evaluate`, and the percentile of every slot."""
    model = qc.read_model("iot-ingestion")
    counts = dict(qc.size(model, alternatives=0, explain=False).counts)
    fine = _with_slots(model, SLOTS)
    times = interleaved(
        {
            "size": lambda: qc.size(model),
            "plain": lambda: qc.size(model, alternatives=0, explain=False),
            "evaluate": lambda: qc.evaluate(model, counts),
            "fine": lambda: qc.evaluate(fine, counts),
            "network": lambda: _network().solve().sojourn.ppf(0.95),
        },
        repeats=5,
    )
    yield Row("qc.size(seed), explained", times["size"], most_s=0.5)
    yield Row("qc.size(seed, explain=False)", times["plain"], most_s=0.5)
    yield Row("qc.evaluate(seed)", times["evaluate"])
    yield Row(
        f"qc.evaluate(seed with {SLOTS:,} slots)",
        times["fine"],
        note="all lines of the contract, not p95 alone",
    )
    yield Row(f"p95 of 10 stations in {SLOTS:,} slots", times["network"], most_s=0.020)
