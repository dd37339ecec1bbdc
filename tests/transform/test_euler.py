"""Euler's algorithm, plain and tilted, on transforms whose inverse is known."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from queuecalc.errors import InvalidInput
from queuecalc.transform.euler import EULER, Euler
from queuecalc.transform.tilted import invert_tilted

Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]
SMOOTH: dict[str, Pair] = {
    "exponential": (lambda s: 1.0 / (1.0 + s), lambda t: np.exp(-t)),
    "ramp": (lambda s: 1.0 / s**2, lambda t: t),
    "oscillation": (lambda s: s / (s * s + 1.0), np.cos),
    "square root": (lambda s: 0.5 * math.sqrt(math.pi) * s**-1.5, np.sqrt),
    "stretched": (lambda s: np.exp(-np.sqrt(s)), lambda t: np.exp(-0.25 / t) / np.sqrt(4.0 * np.pi * t**3)),
    "Bessel": (lambda s: 1.0 / np.sqrt(s * s + 1.0), special.j0),
}
TIMES = np.array([0.05, 0.4, 1.0, 2.5, 6.0])


def test_nodes_and_weights_are_those_of_the_paper() -> None:
    """Abate & Whitt 2006, section 5: beta_k = M ln(10) / 3 + i pi k, eta_k = (-1)^k xi_k."""
    m = EULER.terms
    xi = np.ones(2 * m + 1)
    xi[0], xi[2 * m] = 0.5, 2.0**-m
    for k in range(1, m):
        xi[2 * m - k] = xi[2 * m - k + 1] + 2.0**-m * math.comb(m, k)
    np.testing.assert_allclose(EULER.nodes, m * math.log(10.0) / 3.0 + 1j * math.pi * np.arange(2 * m + 1))
    np.testing.assert_allclose(EULER.weights, 10.0 ** (m / 3.0) * (-1.0) ** np.arange(2 * m + 1) * xi)
    assert EULER.nodes.shape == EULER.weights.shape == (31,)


def test_nodes_and_weights_are_frozen() -> None:
    with pytest.raises(ValueError, match="read-only"):
        EULER.nodes[0] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        EULER.terms = 3  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(EULER)) == EULER == Euler(terms=15)


@pytest.mark.parametrize("pair", SMOOTH.values(), ids=SMOOTH.keys())
def test_inverts_smooth_functions(pair: Pair) -> None:
    transform, function = pair
    np.testing.assert_allclose(EULER.invert(transform, TIMES), function(TIMES), atol=2e-8)


def test_is_linear_and_scales_with_time() -> None:
    f, g = SMOOTH["exponential"][0], SMOOTH["oscillation"][0]
    both = EULER.invert(lambda s: 2.0 * f(s) - 3.0 * g(s), TIMES)
    np.testing.assert_allclose(both, 2.0 * EULER.invert(f, TIMES) - 3.0 * EULER.invert(g, TIMES), atol=1e-10)
    # f(t / 4) has the transform 4 F(4 s)
    np.testing.assert_allclose(
        EULER.invert(lambda s: 4.0 * f(4.0 * s), 4.0 * TIMES), EULER.invert(f, TIMES), atol=1e-12
    )


def test_shapes() -> None:
    f = SMOOTH["exponential"][0]
    assert np.shape(EULER.invert(f, 1.0)) == ()
    assert np.shape(EULER.invert(f, np.ones((2, 3)))) == (2, 3)
    rates = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(
        EULER.invert(lambda s: 1.0 / (rates + s), np.ones(3)), np.exp(-rates), atol=1e-9
    )


@pytest.mark.parametrize("terms", [10, 12, 15])
def test_error_falls_with_the_terms(terms: int) -> None:
    """10^(-2M/3), the claim of the docstring, on a function of size 1."""
    found = Euler(terms=terms).invert(SMOOTH["exponential"][0], TIMES)
    assert np.max(np.abs(found - np.exp(-TIMES))) < 3.0 * 10.0 ** (-2.0 * terms / 3.0)


@pytest.mark.parametrize("terms", [0, 3, 41])
def test_terms_out_of_range_are_refused(terms: int) -> None:
    with pytest.raises(InvalidInput, match="terms"):
        Euler(terms=terms)


def test_tilting_keeps_relative_accuracy_in_the_tail() -> None:
    t = np.array([1.0, 10.0, 30.0, 300.0])
    exact = 2.0 * np.exp(-t) - np.exp(-2.0 * t)
    found = invert_tilted(lambda s: 2.0 / (1.0 + s) - 1.0 / (2.0 + s), t, 1.0)
    np.testing.assert_allclose(found, exact, rtol=1e-9)
    plain = invert_tilted(lambda s: 2.0 / (1.0 + s) - 1.0 / (2.0 + s), t, 0.0)
    np.testing.assert_allclose(plain, exact, atol=1e-9)
    assert abs(plain[2] / exact[2] - 1.0) > 1e-3
