"""The error that an inverted value carries is at least the one it has."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.transform.inverted import inverted
from queuecalc.transform.tilted import invert_tilted
from tests.transform.test_euler import SMOOTH, TIMES, Pair


@pytest.mark.parametrize("pair", SMOOTH.values(), ids=SMOOTH.keys())
def test_smooth_functions(pair: Pair) -> None:
    transform, function = pair
    found = inverted(transform, TIMES)
    np.testing.assert_array_equal(found.value, invert_tilted(transform, TIMES, 0.0))
    assert np.all(np.abs(found.value - function(TIMES)) <= found.error)
    assert np.all(found.error < 1e-7)


def test_a_jump_is_seen() -> None:
    """A step at 1 spoils both algorithms around it, and the estimate says so."""
    t = np.array([0.5, 0.95, 1.05, 1.3, 2.0])
    found = inverted(lambda s: np.exp(-s) / s, t)
    assert np.all(np.abs(found.value - (t >= 1.0)) <= 2.0 * found.error)
    assert found.error[1] > 1e-2


def test_a_kink_is_seen() -> None:
    t = np.array([0.5, 0.9, 0.99, 1.01, 1.1, 2.0])
    found = inverted(lambda s: np.exp(-s) / s**2, t)
    assert np.all(np.abs(found.value - np.maximum(t - 1.0, 0.0)) <= 5.0 * found.error)
    assert found.error[2] > 1e-4


def test_noise_of_the_transform_is_seen() -> None:
    rng = np.random.default_rng(5)
    found = inverted(lambda s: (1.0 + 1e-9 * rng.standard_normal(s.shape)) / (1.0 + s), TIMES)
    assert np.all(np.abs(found.value - np.exp(-TIMES)) <= 30.0 * found.error)
    assert np.median(found.error) > 1e-7


def test_tilted_error_is_relative() -> None:
    t = np.array([1.0, 30.0])
    found = inverted(lambda s: 1.0 / (1.0 + s), t, 1.0)
    assert np.all(np.abs(found.value - np.exp(-t)) <= found.error)
    assert np.all(found.error < 1e-8 * np.exp(-t))
