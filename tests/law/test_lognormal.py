"""The lognormal transform: its two ways, its edges, its room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.law import Lognormal, Sum, lognormal_table, lognormal_transform
from queuecalc.law.patchwork import Patchwork


@given(
    scv=st.floats(0.042, 400.0),
    size=st.floats(-12.0, 3.0),
    angle=st.floats(-np.pi / 2, np.pi / 2),
)
def test_remembered_and_direct_agree(scv: float, size: float, angle: float) -> None:
    sigma = float(np.sqrt(np.log1p(scv)))
    z = np.array([10.0**size * np.exp(1j * angle)])
    direct = lognormal_transform.transform(z, sigma)
    assert np.abs(lognormal_table.transform(z, sigma) - direct) < 6e-14
    for name in ("complement", "excess_complement"):
        expected = getattr(lognormal_transform, name)(z, sigma)
        assert np.abs(getattr(lognormal_table, name)(z, sigma) - expected) < 3e-13 * np.abs(expected)


@pytest.mark.parametrize("scv", [1e-6, 1e-4, 0.01, 0.2, 1.0, 100.0])
def test_small_and_large_arguments(scv: float) -> None:
    law = Lognormal(mean=1.0, scv=scv)
    assert law.lst(0.0) == pytest.approx(1.0, rel=1e-15)
    assert law.lst(0j) == pytest.approx(1.0, rel=1e-15)
    assert law.excess_complement(0j) == law.lst_complement(0j) == 0.0
    s = 1e-12
    assert law.lst_complement(s) == pytest.approx(s, rel=1e-9)
    assert law.excess_complement(s) == pytest.approx(0.5 * (1.0 + scv) * s, rel=1e-6)
    # E exp(-s T) lies between exp(-s) (Jensen) and P(T < t) + exp(-s t) for every t
    for s in (10.0, 1e3):
        value = law.lst(s)
        bound = min(law.cdf(t) + np.exp(-s * t) for t in np.geomspace(1e-4, 1.0, 50))
        assert np.exp(-s) * (1.0 - 1e-9) <= value + 1e-14
        assert value <= bound + 1e-14
    assert law.lst(1e30) == pytest.approx(0.0, abs=1e-14)


def test_regular_lognormal_is_nearly_its_constant() -> None:
    """ln E exp(-s T) = -s m + s^2 var / 2 - ...: the first two cumulants at small SCV."""
    scv, s = 1e-6, 3.0 + 8.0j
    assert Lognormal(mean=1.0, scv=scv).lst(s) == pytest.approx(np.exp(-s + 0.5 * s * s * scv), abs=1e-9)


def test_chunks_and_empty_arrays() -> None:
    law = Lognormal(mean=1.0, scv=np.array([0.5, 2.0]))
    s = np.exp(1j * np.linspace(-1.4, 1.4, 5001))[:, None]
    whole = law.lst(s)
    np.testing.assert_allclose(whole[1234], law.lst(s[1234]), atol=1e-15)
    assert law.lst(np.empty((0, 2), dtype=complex)).shape == (0, 2)
    assert Lognormal(mean=1.0, scv=2.0).lst(np.empty(0, dtype=complex)).shape == (0,)


def test_values_do_not_depend_on_what_was_asked_before() -> None:
    calls = []

    def function(z: Any) -> Any:
        calls.append(z.size)
        return np.exp(-z)

    z = np.exp(1j * np.linspace(-1.5, 1.5, 40)) * np.geomspace(0.01, 3.0, 40)
    at_once = Patchwork(function)(z)
    one_by_one = Patchwork(function)
    again = np.array([complex(one_by_one(np.array([x]))[0]) for x in z[::-1]])[::-1]
    np.testing.assert_array_equal(at_once, again)
    np.testing.assert_allclose(at_once, np.exp(-z), atol=1e-14)
    before = len(calls)
    one_by_one(z)
    assert len(calls) == before


def test_squares_overlap_where_they_meet() -> None:
    """Just left and right of an edge, two expansions give one value."""
    law = Lognormal(mean=1.0, scv=1.0)
    edge = np.exp(np.pi / 12.0 * np.arange(-20, 10)) / law.median
    for turn in (1.0, np.exp(1j * np.pi / 12.0), np.exp(1j * np.pi / 4.0)):
        left, right = law.lst(edge * turn * (1.0 - 1e-15)), law.lst(edge * turn * (1.0 + 1e-15) + 0j)
        np.testing.assert_allclose(left, right, atol=5e-15)


def test_a_sum_with_a_heavy_tail_is_heavy() -> None:
    """P(X + Y > t) ~ P(X > t) for subexponential X: the single big jump."""
    law = Lognormal(mean=1.0, scv=4.0)
    total = Sum(laws=(law, Lognormal(mean=0.05, scv=0.25)))
    t = law.isf(1e-6)
    assert total.sf(t) == pytest.approx(1e-6, rel=0.02)
    assert total.sf(t) > 1e-6
    assert total.abscissa == 0.0
