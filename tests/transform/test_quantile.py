"""Quantiles from survival and density: Newton where it is smooth, the bracket where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from queuecalc.transform.quantile import quantile


def gamma(k: float) -> Any:
    return lambda t: (special.gammaincc(k, t), np.exp((k - 1.0) * np.log(t) - t - special.gammaln(k)))


@given(
    k=st.floats(0.05, 50.0),
    tail=st.floats(1e-12, 1.0 - 1e-9),
    start=st.floats(1e-6, 1e6),
)
def test_any_start_finds_the_gamma_quantile(k: float, tail: float, start: float) -> None:
    expected = float(special.gammainccinv(k, tail))
    if expected < 1e-100:
        return
    found = quantile(gamma(k), tail, start)
    # near survival 1 the level itself is known to eps / (1 - level) only
    assert found == pytest.approx(expected, rel=1e-10 + 1e-15 / (1.0 - tail) / min(k, 1.0))


def test_arrays_broadcast_and_start_anywhere() -> None:
    tail = np.array([[0.5], [1e-6]])
    start = np.array([1e-3, 1.0, 1e3])
    found = quantile(lambda t: (np.exp(-t), np.exp(-t)), tail, start)
    np.testing.assert_allclose(found, -np.log(tail) + np.zeros(3), rtol=1e-14)


def test_a_good_start_takes_few_steps() -> None:
    calls = []

    def weibull(t: Any) -> Any:
        calls.append(t)
        return np.exp(-np.sqrt(t)), 0.5 / np.sqrt(t) * np.exp(-np.sqrt(t))

    found = quantile(weibull, 0.05, 8.0)
    assert found == pytest.approx(np.log(20.0) ** 2, rel=1e-14)
    assert len(calls) <= 5


def test_a_jump_is_bracketed() -> None:
    """Survival 1 before 2, 0.3 after: every level between is reached at 2."""
    found = quantile(
        lambda t: (np.where(t < 2.0, 1.0, 0.3 * np.exp(2.0 - t)), np.zeros_like(t)), [0.9, 0.31], 0.7
    )
    np.testing.assert_allclose(found, 2.0, rtol=1e-12)


def test_a_wrong_density_costs_steps_only() -> None:
    found = quantile(lambda t: (np.exp(-t), 1e6 * np.exp(-t)), 0.05, 1.0, converged=0.0)
    assert found == pytest.approx(-np.log(0.05), rel=1e-7)


def test_inactive_elements_keep_their_start() -> None:
    found = quantile(lambda t: (np.exp(-t), np.exp(-t)), [0.5, 0.5], [7.0, 7.0], active=[True, False])
    np.testing.assert_allclose(found, [np.log(2.0), 7.0])


def test_steps_are_limited() -> None:
    assert quantile(lambda t: (np.exp(-t), np.exp(-t)), 0.05, 1e-3, steps=1) < 3.0
