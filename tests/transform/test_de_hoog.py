"""De Hoog's algorithm on known transforms and against Euler's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.transform.de_hoog import DE_HOOG, DeHoog
from queuecalc.transform.euler import EULER
from tests.transform.test_euler import SMOOTH, TIMES, Pair


@pytest.mark.parametrize("pair", SMOOTH.values(), ids=SMOOTH.keys())
def test_inverts_smooth_functions(pair: Pair) -> None:
    transform, function = pair
    np.testing.assert_allclose(DE_HOOG.invert(transform, TIMES), function(TIMES), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("pair", SMOOTH.values(), ids=SMOOTH.keys())
def test_agrees_with_euler(pair: Pair) -> None:
    np.testing.assert_allclose(DE_HOOG.invert(pair[0], TIMES), EULER.invert(pair[0], TIMES), atol=2e-8)


def test_rounding_is_far_below_the_discretisation() -> None:
    """Heavy tails rest on this: no tilt, and still digits at survival 1e-6. P(T > t) = (1 + t)^-3 here."""
    from scipy import special

    t = np.array([1.0, 10.0, 99.0])
    found = DE_HOOG.invert(
        lambda s: np.exp(s) * s**2 * 0.5 * (special.exp1(s) - np.exp(-s) * (1 / s - 1 / s**2)), t
    )
    np.testing.assert_allclose(found, (1.0 + t) ** -3.0, rtol=1e-7)


def test_one_set_of_nodes_gives_a_curve() -> None:
    calls = []

    def transform(s: Any) -> Any:
        calls.append(s.shape)
        return np.asarray(1.0 / (1.0 + s) ** 2)

    t = np.linspace(1.0, 5.0, 30)
    np.testing.assert_allclose(DE_HOOG.invert_curve(transform, t), t * np.exp(-t), atol=1e-8)
    assert calls == [(41, 1)]


def test_a_rational_transform_of_low_degree_ends_the_fraction() -> None:
    """1/s is one geometric series: the quotient-difference scheme divides zero by zero from there on."""
    np.testing.assert_allclose(DE_HOOG.invert(lambda s: 1.0 / s, TIMES), 1.0, rtol=1e-10)
    np.testing.assert_allclose(DE_HOOG.invert(lambda s: 0.0 * s, TIMES), 0.0, atol=1e-300)


def test_more_terms_and_tolerance() -> None:
    fine = DeHoog(terms=25, tolerance=1e-12).invert(lambda s: 1.0 / (1.0 + s), TIMES)
    coarse = DeHoog(terms=10, tolerance=1e-5).invert(lambda s: 1.0 / (1.0 + s), TIMES)
    assert np.max(np.abs(fine - np.exp(-TIMES))) < 3e-12
    assert 1e-7 < np.max(np.abs(coarse - np.exp(-TIMES))) < 3e-5


@pytest.mark.parametrize("arguments", [{"terms": 1}, {"terms": 61}, {"tolerance": 0.0}, {"tolerance": 1.0}])
def test_arguments_out_of_range_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        DeHoog(**arguments)  # type: ignore[arg-type]
