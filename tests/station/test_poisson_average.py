"""Averages over a Poisson number against sums at 50 digits, and against theory where those are too long."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from numpy.polynomial.legendre import Legendre

from queuecalc.station import MMcK
from queuecalc.station.poisson_average import piece_rule, poisson_average


@pytest.mark.parametrize("count", [0, 1, 2, 16, 17, 18, 40, 63, 64, 65, 200, 1000, 10**5])
def test_the_rule_of_a_piece_is_exact_for_polynomials(count: int) -> None:
    offsets, weights = (part[0] for part in piece_rule(np.array([float(count)])))
    n = (2.0 * np.arange(count) - count + 1.0) / max(count, 1)
    at = (2.0 * offsets - count + 1.0) / max(count, 1)
    for degree in range(32):
        polynomial = Legendre.basis(degree)
        found = np.sum(weights * polynomial(at))
        assert found == pytest.approx(np.sum(polynomial(n)), abs=1e-14 * max(count, 1))


def exact(x: float, log_ratio: float, end: int) -> mpmath.mpf:
    """sum_{n < end} P(N = n) (r^n - r^end) / (1 - r^end)."""
    r, mean = mpmath.exp(mpmath.mpf(log_ratio)), mpmath.mpf(x)
    weight, power, below, tilted = mpmath.exp(-mean), mpmath.mpf(1), mpmath.mpf(0), mpmath.mpf(0)
    for n in range(end):
        below, tilted = below + weight, tilted + weight * power
        weight, power = weight * mean / (n + 1), power * r
    return (tilted - power * below) / (1 - power)


@pytest.mark.parametrize("x", [0.0, 0.3, 20.0, 900.0, 20000.0])
@pytest.mark.parametrize("log_ratio", [-2.0, -0.01, -1e-5])
@pytest.mark.parametrize("end", [1, 7, 1000, 19500])
def test_against_sums_of_50_digits(x: float, log_ratio: float, end: int) -> None:
    def values(n: npt.NDArray[np.float64]) -> Any:
        left = np.maximum(end - n, 0.0)
        return np.exp(log_ratio * n) * np.expm1(log_ratio * left) / np.expm1(log_ratio * end)

    with mpmath.workdps(50):
        truth = exact(x, log_ratio, end)
        if truth < 1e-280:
            return
        found = poisson_average(np.array(x), values, min(x * np.exp(log_ratio), end - 1.0), float(end))
        assert abs(float(found / truth - 1)) < 2e-13


def test_elements_have_windows_of_their_own() -> None:
    means, rates = np.array([2.0, 1e4, 1e9]), np.array([-0.5, -1e-4, -1e-9])
    found = poisson_average(means, lambda n: np.exp(n * rates), means * np.exp(rates), np.inf)
    assert found == pytest.approx(
        np.exp(means * np.expm1(rates)), rel=1e-13
    )  # the transform of a Poisson number


@pytest.mark.parametrize("servers", [10**6, 10**9, 10**15])
def test_rooms_of_any_size(servers: int) -> None:
    """So many servers are servers without limit at 0.5, and drain like a fluid above 1."""
    idle = MMcK(arrival_rate=0.5 * servers, service_rate=1.0, servers=servers, capacity=servers)
    assert idle.sojourn.sf(np.array([0.1, 1.0, 30.0])) == pytest.approx(
        np.exp([-0.1, -1.0, -30.0]), rel=1e-12
    )
    full = MMcK(arrival_rate=2.0 * servers, service_rate=1.0, servers=servers, capacity=2 * servers)
    assert full.wait.ppf(0.5) == pytest.approx(1.0, rel=5.0 / np.sqrt(servers))
    assert full.sojourn.ppf(0.5) == pytest.approx(1.0 + np.log(2.0), rel=5.0 / np.sqrt(servers))
    assert full.sojourn.sf(1e300) == 0.0
