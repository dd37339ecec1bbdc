"""Probabilities do not depend on the unit of time: a station in nanoseconds is one in years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import queuecalc as qc

LAWS: dict[str, Callable[[float], qc.Law]] = {
    "gamma": lambda unit: qc.Gamma(mean=0.7 * unit, scv=2.0),
    "lognormal": lambda unit: qc.Lognormal(mean=0.7 * unit, scv=1.5),
    "constant": lambda unit: qc.Deterministic(mean=0.7 * unit),
}

STATIONS: dict[str, Callable[[float, qc.Law], Any]] = {
    "MG1": lambda unit, law: qc.MG1(arrival_rate=1.1 / unit, service=law),
    "MGc": lambda unit, law: qc.MGc(arrival_rate=3.3 / unit, service=law, servers=3),
    "MGcK": lambda unit, law: qc.MGcK(arrival_rate=1.1 / unit, service=law, servers=1, capacity=5),
    "MG1Vacation": lambda unit, law: qc.MG1Vacation(
        arrival_rate=1.1 / unit, service=law, vacation=qc.Gamma(mean=0.4 * unit, scv=0.5)
    ),
    "MG1Breakdown": lambda unit, law: qc.MG1Breakdown(
        arrival_rate=1.0 / unit, service=law, failure_rate=0.2 / unit, repair=qc.Exponential(mean=0.3 * unit)
    ),
    "MXG1": lambda unit, law: qc.MXG1(batch_rate=0.6 / unit, batch=(0.5, 0.5), service=law),
    "GM1": lambda unit, law: qc.GM1(interarrival=law, service_rate=2.0 / unit),
    "MMcK": lambda unit, _: qc.MMcK(arrival_rate=9.0 / unit, service_rate=2.0 / unit, servers=4, capacity=9),
    "MDc": lambda unit, _: qc.MDc(arrival_rate=7.0 / unit, service_rate=2.0 / unit, servers=4),
    "ErlangA": lambda unit, _: qc.ErlangA(
        arrival_rate=9.0 / unit, service_rate=2.0 / unit, servers=4, patience_rate=0.7 / unit
    ),
    "MMcN": lambda unit, _: qc.MMcN(sources=9, request_rate=0.9 / unit, service_rate=2.0 / unit, servers=3),
}

CASES = [
    (kind, law)
    for kind in STATIONS
    for law in LAWS
    if law == "gamma" or kind not in ("MMcK", "MDc", "ErlangA", "MMcN")
]


@pytest.mark.parametrize("unit", [1e-12, 1e12])
@pytest.mark.parametrize(("kind", "law"), CASES)
def test_in_any_unit_of_time(kind: str, law: str, unit: float) -> None:
    one, other = (STATIONS[kind](x, LAWS[law](x)) for x in (1.0, unit))
    assert other.utilisation == pytest.approx(one.utilisation, rel=1e-12)
    t = np.array([0.0, 1e-6, 0.1, 0.65, 2.5, 9.0])
    for ours, theirs in ((other.wait, one.wait), (other.sojourn, one.sojourn)):
        assert ours.mean / unit == pytest.approx(theirs.mean, rel=1e-9)
        assert ours.std / unit == pytest.approx(theirs.std, rel=1e-9)
        assert ours.abscissa * unit == pytest.approx(theirs.abscissa, rel=1e-8)
        assert ours.sf(t * unit) == pytest.approx(theirs.sf(t), rel=1e-7, abs=1e-9)
        assert ours.pdf(t[2:] * unit) * unit == pytest.approx(theirs.pdf(t[2:]), rel=1e-5, abs=1e-7)
        assert ours.ppf([0.9, 0.999]) / unit == pytest.approx(theirs.ppf([0.9, 0.999]), rel=1e-7)
