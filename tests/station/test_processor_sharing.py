"""Processor sharing: against a tagged customer among others, moments, and the means that depend on the mean alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import linalg

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Lognormal
from queuecalc.station import MG1PS, MM1PS


def tagged(rho: float, t: float, most: int = 250) -> float:
    """P(T > t) by the chain of the others while one customer stays; mu = 1."""
    n = np.arange(most)
    generator = np.diag(np.where(n < most - 1, -rho - 1.0, -1.0)) + np.diag(np.full(most - 1, rho), 1)
    generator += np.diag(n[1:] / (n[1:] + 1.0), -1)
    start = (1.0 - rho) * rho**n
    return float(start @ linalg.expm(generator * t) @ np.ones(most))


@pytest.mark.parametrize("rho", [0.05, 0.5, 0.8])
@pytest.mark.parametrize("t", [0.1, 1.0, 7.0, 30.0])
def test_the_law_against_a_tagged_customer(rho: float, t: float) -> None:
    station = MM1PS(arrival_rate=rho, service_rate=1.0)
    assert station.sojourn.sf(t) == pytest.approx(tagged(rho, t), rel=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9, 0.999, 1.0 - 1e-6])
def test_the_integral_has_the_known_moments(rho: float) -> None:
    """E[T] = 1 / (mu (1 - rho)) and the variance of Coffman, Muntz & Trotter, from the mixture itself."""
    law = MM1PS(arrival_rate=2.0 * rho, service_rate=2.0).sojourn
    weight, rate = law._phases  # type: ignore[attr-defined]
    assert np.sum(weight / rate) == pytest.approx(law.mean, rel=1e-9)
    assert 2.0 * np.sum(weight / rate**2) - law.mean**2 == pytest.approx(law.var, rel=1e-8)
    assert law.sf(0.0) == pytest.approx(1.0, rel=1e-12)
    levels = np.array([0.5, 0.99, 0.9999])
    assert law.sf(law.ppf(levels)) == pytest.approx(1.0 - levels, rel=1e-9)
    assert law.excess_lst(0.0) == pytest.approx(1.0, rel=1e-9)


def test_without_load_a_sojourn_is_a_service() -> None:
    law = MM1PS(arrival_rate=0.0, service_rate=2.0).sojourn
    assert law.sf([0.5, 3.0]) == pytest.approx(np.exp([-1.0, -6.0]), rel=1e-10)


@pytest.mark.parametrize("law", [Deterministic(mean=0.5), Lognormal(mean=0.5, scv=9.0)])
def test_means_depend_on_the_mean_service_alone(law: Any) -> None:
    station = MG1PS(arrival_rate=[0.0, 1.0, 1.9, 2.0], service=law)
    assert station.mean_sojourn == pytest.approx([0.5, 1.0, 10.0, math.inf])
    assert station.mean_sojourn_of(3.0) == pytest.approx([3.0, 6.0, 60.0, math.inf])
    assert list(station.stable) == [True, True, True, False]
    assert station.mean_in_system[:3] == pytest.approx([0.0, 1.0, 19.0])
    with pytest.raises(InvalidInput, match="exponential service alone"):
        _ = station.sojourn


def test_batches_and_overload() -> None:
    many = MM1PS(arrival_rate=[[0.5], [1.5]], service_rate=[1.0, 2.0])
    assert many.sojourn.ppf(0.9).shape == (2, 2)
    assert many.sojourn.ppf(0.9)[1, 0] == many.mean_sojourn[1, 0] == math.inf
    assert many.sojourn.sf(1e9)[1, 0] == 1.0
    one = MM1PS(arrival_rate=1.5, service_rate=2.0)
    assert many.sojourn.ppf(0.9)[1, 1] == pytest.approx(one.sojourn.ppf(0.9), rel=1e-12)
    same = MG1PS(arrival_rate=1.5, service=Exponential(mean=0.5))
    assert same.sojourn.ppf(0.9) == pytest.approx(one.sojourn.ppf(0.9), rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arrival_rate": -1.0}, "arrival_rate = -1.0"),
        ({"service_rate": 0.0}, "service_rate = 0.0"),
        ({"arrival_rate": [1.0, 2.0], "service_rate": [1.0, 2.0, 3.0]}, r"\(2,\).*\(3,\)"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"arrival_rate": 1.0, "service_rate": 2.0}
    with pytest.raises(InvalidInput, match=message):
        MM1PS(**(good | changes))
