"""Percentiles at very many loads: the curve against one load at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.law import Erlang, Gamma, Hyperexponential, Law, Lognormal
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


@pytest.mark.parametrize("kind", [Gamma, Lognormal])
def test_one_shape_stretched(kind: Any) -> None:
    """Loads and means vary together, in two dimensions."""
    draw = np.random.default_rng(5)
    rho, mean = draw.uniform(0.01, 0.97, (2, 300)), np.exp(draw.uniform(-9.0, 9.0, 300))
    found = np.asarray(MG1(arrival_rate=rho / mean, service=kind(mean=mean, scv=1.7)).sojourn.ppf(0.95))
    assert found.shape == (2, 300)
    for i, j in ((0, 0), (1, 17), (0, 299)):
        one = MG1(arrival_rate=rho[i, j] / mean[j], service=kind(mean=mean[j], scv=1.7))
        assert found[i, j] == pytest.approx(one.sojourn.ppf(0.95), rel=5e-9)


@pytest.mark.parametrize("q", [0.5, 0.05, 1e-3])
@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [(Gamma, 0.1, 5.0), (Gamma, 0.9, 1.0), (Hyperexponential, 1.5, 8.0)],
)
def test_loads_means_and_shapes_vary(kind: Any, low: float, high: float, q: float) -> None:
    draw = np.random.default_rng(6)
    size = 5000
    rho, scv = draw.uniform(0.03, 0.98, size), draw.uniform(low, high, size)
    mean = np.exp(draw.uniform(-3.0, 3.0, size))
    rate = rho / mean
    rate[7], rate[8] = 0.0, 1.5 / mean[8]
    service = kind(mean=mean, scv=scv)
    found = np.asarray(MG1(arrival_rate=rate, service=service).sojourn.isf(q))
    few = draw.integers(9, size, 15)
    alone = np.asarray(MG1(arrival_rate=rate[few], service=kind(mean=mean[few], scv=scv[few])).sojourn.isf(q))
    np.testing.assert_allclose(found[few], alone, rtol=5e-9)
    assert found[7] == pytest.approx(kind(mean=mean[7], scv=scv[7]).isf(q), rel=1e-9)
    assert found[8] == np.inf


def test_laws_that_are_no_family_are_solved_each() -> None:
    stages = np.tile([1, 2, 5], 200)
    rho = np.linspace(0.1, 0.9, 600)
    found = np.asarray(MG1(arrival_rate=rho, service=Erlang(mean=1.0, stages=stages)).sojourn.ppf(0.9))
    for k in (0, 301, 599):
        one = MG1(arrival_rate=rho[k], service=Erlang(mean=1.0, stages=int(stages[k])))
        assert found[k] == pytest.approx(one.sojourn.ppf(0.9), rel=1e-9)


def test_a_kink_is_no_curve() -> None:
    slack = np.linspace(0.01, 0.99, 500)

    def kinked(left: Any, _: Any, __: Any) -> tuple[Any, Any]:
        return (1.0 + np.abs(left - 0.5)) / left, left

    def straight(left: Any, form: Any, _: Any) -> tuple[Any, Any]:
        return (1.0 + left * (1.0 if form is None else form)) / left, left

    assert percentile_curve(kinked, slack) is None
    assert percentile_curve(straight, np.full(500, 0.5)) is None
    smooth = percentile_curve(straight, slack)
    assert smooth is not None
    np.testing.assert_allclose(smooth, (1.0 + slack) / slack, rtol=2e-9)
    many = np.random.default_rng(1).uniform(0.1, 0.9, (2, 4000))
    surface = percentile_curve(straight, many[0], 3.0 * many[1])
    assert surface is not None
    np.testing.assert_allclose(surface, (1.0 + 3.0 * many[0] * many[1]) / many[0], rtol=2e-9)
