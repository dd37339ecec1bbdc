"""Percentiles at very many loads: the curve against one load at a time."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.law import Gamma, Law, Lognormal
from queuecalc.station import MG1
from queuecalc.station.percentile_curve import percentile_curve


@pytest.mark.parametrize(
    "service", [Gamma(mean=0.3, scv=2.0), Gamma(mean=0.3, scv=0.25), Lognormal(mean=0.3, scv=4.0)]
)
@pytest.mark.parametrize("q", [0.05, 0.001])
def test_many_loads_are_as_each_alone(service: Law, q: float) -> None:
    rho = np.concatenate([np.linspace(0.02, 0.995, 500), [0.0, 1.2]])
    found = np.asarray(MG1(arrival_rate=rho / 0.3, service=service).sojourn.isf(q))
    few = np.array([0, 123, 400, 499])
    alone = np.asarray(MG1(arrival_rate=rho[few] / 0.3, service=service).sojourn.isf(q))
    np.testing.assert_allclose(found[few], alone, rtol=2e-9)
    assert found[500] == pytest.approx(service.isf(q), rel=1e-9)
    assert found[501] == np.inf
    assert (np.diff(found[:500]) > 0).all()


def test_a_kink_is_no_curve() -> None:
    slack = np.linspace(0.01, 0.99, 500)
    assert percentile_curve(lambda s: 1.0 + np.abs(s - 0.5), slack) is None
    assert percentile_curve(lambda s: 1.0 + s, np.full(500, 0.5)) is None
    smooth = percentile_curve(lambda s: 1.0 + s, slack)
    assert smooth is not None
    np.testing.assert_allclose(smooth, (1.0 + slack) / slack, rtol=1e-10)
