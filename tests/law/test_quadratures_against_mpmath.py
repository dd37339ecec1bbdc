"""Transforms without a closed form against 40 digits and more, by other formulas than ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from queuecalc.law import Exponential, Law, Lomax, Pareto, Truncated, Uniform, Weibull

NAMES = ("lst", "lst_complement", "excess_lst", "excess_complement")
POINTS = (1e-9 + 0j, 1e-4 + 3e-4j, 0.3 + 0j, 0.2j, 1.0 + 1.0j, 0.05 + 4.0j, 11.5 + 30.0j, 2.0 + 20.0j)


def four(lst: Callable[[Any], Any], s: complex, mean: Any) -> list[Any]:
    z = mp.mpc(s.real, s.imag)
    value = lst(z)
    excess = (1 - value) / (z * mean)
    return [value, 1 - value, excess, 1 - excess]


def compare(law: Law, lst: Callable[[Any], Any], mean: Any, points: tuple[complex, ...] = POINTS) -> None:
    for s in points:
        for name, expected in zip(NAMES, four(lst, s, mean), strict=True):
            found = getattr(law, name)(s)
            size = 1.0 if name == "lst" else abs(expected)
            assert abs(found - complex(expected)) <= 3e-13 * size, (name, s)


@pytest.mark.parametrize("k", [1.5, 2.0, 5.0, 11.0, 12.5, 40.0, 1000.0])
def test_weibull_by_its_power_series(k: float) -> None:
    """E exp(-s T) = sum_n (-b s)^n Gamma(1 + n/k) / n!, entire for k > 1."""
    with mp.workdps(120):
        m, c2 = mp.gamma(1 + 1 / mp.mpf(k)), mp.gamma(1 + 2 / mp.mpf(k))
        law = Weibull(mean=1.0, scv=float(c2 / m**2 - 1))
        k1 = mp.mpf(law.exponent)
        assert law.exponent == pytest.approx(k, rel=1e-10)
        b = 1 / mp.gamma(1 + 1 / k1)
        count = 500 if k > 1.6 else 1500
        terms = [mp.gamma(1 + n / k1) / mp.factorial(n) * (-b) ** n for n in range(count)]
        points = POINTS if k > 4.0 else POINTS[:6]
        compare(law, lambda z: mp.polyval(terms[::-1], z), mp.mpf(1), (*points, -0.5 + 0.3j, -2.0 + 3.0j))


def test_weibull_with_exponent_one_half_by_the_error_function() -> None:
    """T = b X^2: sqrt(pi) / (2 sqrt(b s)) exp(1 / (4 b s)) erfc(1 / (2 sqrt(b s))), b = mean / 2."""
    with mp.workdps(60):
        law = Weibull(mean=2.0, scv=5.0)
        assert law.exponent == pytest.approx(0.5, rel=1e-14)

        def lst(z: Any) -> Any:
            y = 1 / (2 * mp.sqrt(z))
            return mp.sqrt(mp.pi) * y * mp.exp(y * y) * mp.erfc(y)

        compare(law, lst, mp.mpf(2), POINTS[1:])
        batch = Weibull(mean=[2.0, 2.0], scv=5.0)
        assert batch.lst(1.0 + 1.0j)[1] == pytest.approx(law.lst(1.0 + 1.0j), rel=1e-13)


@pytest.mark.parametrize("a", [1.05, 1.5, 2.0, 2.5, 3.0, 20.0])
def test_lomax_and_pareto_by_the_confluent_function(a: float) -> None:
    """E exp(-s Y) = a U(1, 1 - a, b s) for P(Y > t) = (1 + t / b)^(-a)."""
    with mp.workdps(60):
        lomax, pareto = Lomax(mean=1.0, shape=a), Pareto(mean=1.0, shape=a)
        assert lomax.shape == pareto.shape == ()
        alpha = mp.mpf(a)

        def tail(z: Any, scale: Any) -> Any:
            return alpha * mp.hyperu(1, 1 - alpha, scale * z)

        compare(lomax, lambda z: tail(z, alpha - 1), mp.mpf(1))
        x = (alpha - 1) / alpha
        compare(pareto, lambda z: mp.exp(-x * z) * tail(z, x), mp.mpf(1))


def test_uniform_and_truncated_exponential() -> None:
    with mp.workdps(60):
        far = (*POINTS, 3.0 + 3000.0j, -2.0 + 1.0j)
        compare(
            Uniform(0.5, 2.0),
            lambda z: (mp.exp(-z / 2) - mp.exp(-2 * z)) / (z * mp.mpf("1.5")),
            mp.mpf("1.25"),
            far,
        )
        low, high = mp.mpf("0.25"), mp.mpf("1.5")
        kept = mp.exp(-low) - mp.exp(-high)
        mean = ((1 + low) * mp.exp(-low) - (1 + high) * mp.exp(-high)) / kept

        def lst(z: Any) -> Any:
            return (mp.exp(-(1 + z) * low) - mp.exp(-(1 + z) * high)) / ((1 + z) * kept)

        law = Truncated(Exponential(mean=1.0), 1.5, 0.25)
        assert law.mean == pytest.approx(float(mean), rel=1e-14)
        compare(law, lst, mean, far)
        batch = Truncated(Exponential(mean=1.0), [1.5, 3.0], [0.25, 0.0])
        assert batch.lst(2.0 + 5.0j)[0] == pytest.approx(law.lst(2.0 + 5.0j), rel=1e-13)


@pytest.mark.parametrize("scv", [1e-6, 0.005, 0.05, 0.5, 3.0, 100.0])
def test_edges_of_weibull(scv: float) -> None:
    law = Weibull(mean=2.0, scv=scv)
    assert law.sf(-1.0) == law.sf(0.0) == 1.0
    assert law.sf(np.inf) == 0.0
    assert law.isf(0.0) == law.ppf(1.0) == np.inf
    assert law.isf(1.0) == law.ppf(0.0) == 0.0
    assert law.lst(1e9) >= 0.0
    assert law.pdf(np.inf) == 0.0
    q = np.array([1e-300, 1e-12, 0.3, 0.999])
    np.testing.assert_allclose(law.sf(law.isf(q)), q, rtol=1e-9)


@pytest.mark.parametrize("shape", [1.0 + 1e-9, 1.001, 2.0, 50.0])
def test_edges_of_pareto(shape: float) -> None:
    law = Pareto(mean=1.0, shape=shape)
    assert law.sf(0.0) == law.sf(law.minimum * 0.999) == 1.0
    assert law.sf(np.inf) == 0.0
    assert law.isf(0.0) == np.inf
    assert law.ppf(0.0) == 0.0
    assert law.var == (np.inf if shape <= 2.0 else pytest.approx(1.0 / (shape * (shape - 2.0))))
    assert 0.0 <= law.lst(1.0) <= 1.0
    assert law.lst(0.0) == 1.0
    q = np.array([1e-6, 0.3, 0.999])
    np.testing.assert_allclose(law.sf(law.isf(q)), q, rtol=1e-9)
