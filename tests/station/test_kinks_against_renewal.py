"""M/G/1 with service laws that have jumps and kinks, against the renewal equation solved without transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.law import Exponential, Law, Pareto, Shifted, Truncated, Uniform
from queuecalc.station import MG1
from tests.station.renewal import Renewal

B = 1.5
KEPT = -np.expm1(-B)


def truncated_excess(t: Any) -> Any:
    """int_t^B P(S > u) du / E[S] of an exponential time of mean 1, truncated at B."""
    mean = (1.0 - (1.0 + B) * np.exp(-B)) / KEPT
    return np.where(t < B, (np.exp(-t) - np.exp(-B) - (B - t) * np.exp(-B)) / KEPT / mean, 0.0)


CASES: list[tuple[Law, float, Any]] = [
    (Uniform(0.0, 2.0), 2.0, lambda t: np.where(t < 2.0, (1.0 - t / 2.0) ** 2, 0.0)),
    (
        Uniform(1.0, 3.0),
        1.0,
        lambda t: np.where(t < 1.0, 1.0 - t / 2.0, np.where(t < 3.0, (3.0 - t) ** 2 / 8.0, 0.0)),
    ),
    (Truncated(Exponential(mean=1.0), B), B, truncated_excess),
    (
        Shifted(Exponential(mean=0.6), 0.4),
        0.4,
        lambda t: np.where(t < 0.4, 1.0 - t, 0.6 * np.exp(-(np.maximum(t, 0.4) - 0.4) / 0.6)),
    ),
    (
        Pareto(mean=1.0, shape=2.5),
        0.6,
        lambda t: np.where(t < 0.6, 1.0 - t, 0.4 * (np.maximum(t, 0.6) / 0.6) ** -1.5),
    ),
    (
        Pareto(mean=1.0, shape=1.5),
        1.0 / 3.0,
        lambda t: np.where(t < 1.0 / 3.0, 1.0 - t, 2.0 / 3.0 * (np.maximum(t, 1.0 / 3.0) * 3.0) ** -0.5),
    ),
]


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("law", "period", "excess_sf"), CASES, ids=[repr(law) for law, _, _ in CASES])
def test_survival_at_and_between_kinks(law: Law, period: float, excess_sf: Any, rho: float) -> None:
    rate = rho / law.mean
    solved = Renewal(rate, law.sf, law.mean, excess_sf, period, panels=12)
    station = MG1(arrival_rate=rate, service=law)
    t = period * np.array([0.03, 0.999, 1.0, 1.5, 2.0, 7.3])
    waits = np.array([solved.wait(x) for x in t])
    sojourns = np.array([solved.sojourn(x, law.sf, law.pdf) for x in t])
    sojourn = station.sojourn
    assert station.wait.sf(t) == pytest.approx(waits, rel=1e-6, abs=1e-11)
    assert sojourn.sf(t) == pytest.approx(sojourns, rel=1e-6, abs=1e-11)
    dense = np.asarray(law.pdf(t)) + np.asarray(sojourn.pdf(t)) > 1e-4
    asked = (t > period) & (sojourns > 1e-5) & (sojourns < 0.9999) & dense
    assert np.any(asked)
    assert sojourn.isf(sojourns[asked]) == pytest.approx(t[asked], rel=1e-6)


def test_an_infinite_mean_wait_has_percentiles() -> None:
    """Pareto service with infinite variance: E[W] = inf, W finite; P(W > t) ~ rho / (1 - rho) P(X > t) far out."""
    station = MG1(arrival_rate=0.5, service=Pareto(mean=1.0, shape=1.5))
    assert station.stable
    assert station.mean_wait == np.inf
    assert station.sojourn.var == np.inf
    levels = np.array([0.5, 0.9, 0.99, 0.9999])
    t = station.sojourn.ppf(levels)
    assert np.all(np.isfinite(t))
    np.testing.assert_allclose(station.sojourn.sf(t), 1.0 - levels, rtol=1e-7)
    # subexponential asymptotics (Pakes 1975), of slow convergence
    far = 1e9
    assert station.wait.sf(far) == pytest.approx(2.0 / 3.0 * (3.0 * far) ** -0.5, rel=1e-3)
    assert station.sojourn.ppf(1.0) == np.inf


def test_no_steady_state_has_no_percentiles() -> None:
    station = MG1(arrival_rate=1.5, service=Pareto(mean=1.0, shape=1.5))
    assert station.sojourn.ppf(0.5) == np.inf
    assert station.sojourn.sf(1e9) == 1.0
    both = MG1(arrival_rate=np.array([0.5, 1.5]), service=Pareto(mean=1.0, shape=1.5)).sojourn.ppf(0.5)
    assert np.isfinite(both[0])
    assert both[1] == np.inf
