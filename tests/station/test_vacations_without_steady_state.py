"""A server that cannot keep up stays so when its pauses are of one length: infinite answers, not none."""

from __future__ import annotations

import math

import pytest

import queuecalc as qc
from queuecalc.law import Law
from queuecalc.station import MG1Vacation


@pytest.mark.parametrize("vacation", [qc.Deterministic(mean=1.0), qc.Exponential(mean=1.0)], ids=repr)
@pytest.mark.parametrize("service", [qc.Deterministic(mean=1.0), qc.Exponential(mean=1.0)], ids=repr)
@pytest.mark.parametrize("rate", [1.0, 3.0, 1e9])
def test_vacations(rate: float, service: Law, vacation: Law) -> None:
    station = MG1Vacation(arrival_rate=rate, service=service, vacation=vacation)
    assert not station.stable
    for law in (station.wait, station.sojourn):
        assert law.sf(5.0) == 1.0
        assert law.ppf(0.5) == law.mean == math.inf
