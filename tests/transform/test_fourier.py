"""The long Fourier sum: on smooth functions, and across kinks where the accelerated sums go wrong."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.transform.euler import EULER
from queuecalc.transform.fourier import FOURIER, Fourier
from tests.transform.test_euler import SMOOTH, TIMES, Pair


@pytest.mark.parametrize("pair", SMOOTH.values(), ids=SMOOTH.keys())
def test_smooth_functions(pair: Pair) -> None:
    transform, function = pair
    found = FOURIER.values(np.asarray(transform(FOURIER.nodes[:, None] / TIMES)), TIMES)
    np.testing.assert_allclose(found, function(TIMES), atol=2e-8)


def test_a_kink_is_borne() -> None:
    t = np.array([0.5, 0.9, 0.99, 1.01, 1.1, 2.0])
    exact = np.maximum(t - 1.0, 0.0)
    found = FOURIER.values(np.exp(-FOURIER.nodes[:, None] / t) / (FOURIER.nodes[:, None] / t) ** 2, t)
    np.testing.assert_allclose(found, exact, atol=1e-4)
    euler = EULER.invert(lambda s: np.exp(-s) / s**2, t)
    assert np.max(np.abs(euler - exact)) > 3.0 * np.max(np.abs(found - exact))


def test_arrays_are_frozen_and_terms_checked() -> None:
    assert FOURIER.nodes.shape == FOURIER.weights.shape == (653,)
    with pytest.raises(ValueError, match="read-only"):
        FOURIER.weights[0] = 1.0
    with pytest.raises(InvalidInput, match="terms"):
        Fourier(terms=3)
