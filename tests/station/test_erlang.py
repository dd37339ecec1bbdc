"""Erlang's formulas against the recursion, at their ends, and in speed of arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.station import MMc, erlang
from queuecalc.station.offered import Load, two_product
from queuecalc.station.poisson_ratio import poisson_weight


def recursion(c: int, a: float) -> float:
    """B(0) = 1, 1 / B(n) = 1 + n / (a B(n - 1)) (Jagerman 1974)."""
    inverse = 1.0
    for n in range(1, c + 1):
        inverse = 1.0 + inverse * n / a
    return 1.0 / inverse


@given(st.integers(1, 400), st.floats(0.01, 3.0))
def test_ratio_and_recursion_agree(c: int, rho: float) -> None:
    a = rho * c
    b = recursion(c, a)
    if b > 1e-290:
        assert erlang.loss_probability(c, a) == pytest.approx(b, rel=1e-12)


def test_ends() -> None:
    assert erlang.loss_probability(5, 0.0) == 0.0
    assert erlang.delay_probability(5, 0.0, 1.0) == 0.0
    assert erlang.delay_probability(5, 5.0, 0.0) == 1.0
    assert erlang.delay_probability(5, 9.0, -0.8) == 1.0
    assert erlang.loss_probability(1, 1e300) == pytest.approx(1.0)
    assert erlang.loss_probability(10**6, 1e12) == pytest.approx(1.0 - 1e-6, rel=1e-12)
    assert erlang.loss_probability(10**6, 1.0) == 0.0
    assert poisson_weight(np.array([0.0, 1.0]), np.array([0.0, 0.0])).tolist() == [1.0, 0.0]


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e3))
def test_products_without_error(x: float, y: float) -> None:
    from fractions import Fraction

    p, e = two_product(np.float64(x), np.float64(y))
    assert Fraction(float(p)) + Fraction(float(e)) == Fraction(x) * Fraction(y)


@given(st.integers(1, 10**6), st.floats(1e-3, 1e3), st.floats(1e-12, 0.5))
def test_spare_capacity_to_the_last_digit(c: int, mu: float, spare: float) -> None:
    from fractions import Fraction

    rate = float(c * mu * (1.0 - spare))
    exact = Fraction(c) * Fraction(mu) - Fraction(rate)
    if exact <= 0:
        return
    load = Load.by_rate(rate, mu, c)
    assert float(1.0 / load.relief) == pytest.approx(float(exact), rel=4e-16)
    assert float(load.slack) == pytest.approx(float(exact / (Fraction(c) * Fraction(mu))), rel=4e-16)
    mean = 1.0 / mu
    left = 1 - Fraction(rate) * Fraction(mean) / c
    assert float(Load.by_mean(rate, mean, c).slack) == pytest.approx(float(left), rel=4e-16)


def test_overflow_of_the_splitting_is_harmless() -> None:
    p, e = two_product(np.float64(1e305), np.float64(2.0))
    assert (float(p), float(e)) == (2e305, 0.0)


def test_a_million_servers_and_a_billionth_of_slack() -> None:
    station = MMc(arrival_rate=1e6 * (1.0 - 1e-9), service_rate=1.0, servers=10**6)
    assert station.stable
    assert station.delay_probability == pytest.approx(1.0, abs=2e-6)
    assert station.sojourn.ppf(0.95) == pytest.approx(-np.log(0.05) * 1e3, rel=1e-2)
