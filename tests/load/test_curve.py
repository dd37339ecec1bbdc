"""The load curve: knots, jumps, integrals, value semantics."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.errors import InvalidInput
from queuecalc.load import Curve


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Quarters of an hour and integer values, so that exact sums are known; with and without jumps."""
    n = draw(st.integers(1, 8))
    hours, values = [draw(st.integers(0, 8)) * 0.25], [float(draw(st.integers(0, 50)))]
    for k in range(n):
        hours.append(hours[-1] + 0.25 * draw(st.integers(1, 9)))
        values.append(float(draw(st.integers(0, 50))))
        if k < n - 1 and draw(st.booleans()):
            hours.append(hours[-1])
            values.append(float(draw(st.integers(0, 50))))
    return Curve(hours=hours, values=values)


def test_between_knots_the_value_is_linear_and_outside_it_stays() -> None:
    curve = Curve(hours=(1, 3, 7), values=(2, 6, 4))
    np.testing.assert_allclose(curve.at(np.array([0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0])), [2, 2, 4, 6, 5, 4, 4])
    assert curve.at(2) == 4.0
    assert isinstance(curve.at(2), float)


def test_a_jump_counts_with_its_larger_value_whichever_side_it_is_on() -> None:
    assert Curve(hours=(0, 1, 1, 2), values=(1, 2, 5, 6)).at(1.0) == 5.0
    assert Curve(hours=(0, 1, 1, 2), values=(6, 5, 2, 1)).at(1.0) == 5.0


def test_knots_are_hit_exactly() -> None:
    hours = np.arange(200) / 60.0
    values = np.random.default_rng(1).random(200)
    np.testing.assert_array_equal(Curve(hours=hours, values=values).at(hours), values)


def test_the_figures_of_a_step() -> None:
    curve = Curve(hours=(0, 2, 2, 4), values=(1, 3, 5, 5))
    assert (curve.length_h, curve.peak, curve.base, curve.peak_hour) == (4.0, 5.0, 1.0, 2.0)
    assert (curve.integral_h, curve.mean) == (14.0, 3.5)
    slots = curve.slots
    assert len(slots) == 2
    assert slots.length_h.tolist() == [2.0, 2.0]
    assert slots.largest.tolist() == [3.0, 5.0]


@given(curves())
def test_the_integral_is_the_exact_sum_of_trapezia(curve: Curve) -> None:
    h = [Fraction(x) for x in curve.hours.tolist()]
    v = [Fraction(x) for x in curve.values.tolist()]
    exact = sum(((h[k + 1] - h[k]) * (v[k] + v[k + 1]) / 2 for k in range(len(h) - 1)), Fraction(0))
    assert curve.integral_h == float(exact)


@given(curves(), st.floats(0, 30))
def test_halving_the_slots_changes_nothing(curve: Curve, hour: float) -> None:
    twice = curve.halved()
    assert len(twice.slots) == 2 * len(curve.slots)
    assert twice.at(hour) == pytest.approx(curve.at(hour), rel=1e-13, abs=1e-13)
    assert twice.integral_h == pytest.approx(curve.integral_h, rel=1e-14)
    assert (twice.peak, twice.base) == (curve.peak, curve.base)


@given(curves(), st.floats(0, 1e3))
def test_scaling_scales_every_value(curve: Curve, factor: float) -> None:
    np.testing.assert_array_equal(curve.scaled(factor).values, curve.values * factor)


@given(curves(), st.floats(0, 30))
def test_the_value_lies_between_base_and_peak(curve: Curve, hour: float) -> None:
    assert curve.base <= curve.at(hour) <= curve.peak * (1 + 1e-15)


@given(curves())
def test_curves_are_values(curve: Curve) -> None:
    same = Curve(hours=curve.hours, values=curve.values)
    for other in (same, copy.deepcopy(curve), pickle.loads(pickle.dumps(curve))):
        assert other == curve
        assert hash(other) == hash(curve)
        assert not other.hours.flags.writeable
        assert not other.values.flags.writeable
    assert curve != curve.scaled(2.0) or curve.peak == 0
    assert curve != "curve"
    slots = curve.slots
    for again in (same.slots, pickle.loads(pickle.dumps(slots))):
        assert again == slots
        assert hash(again) == hash(slots)
        assert not again.left.flags.writeable
    assert slots != curve
    assert slots != curve.halved().slots


def test_negative_zero_is_zero() -> None:
    assert hash(Curve(hours=(0, 1), values=(-0.0, 1))) == hash(Curve(hours=(-0.0, 1), values=(0.0, 1)))


def test_the_repr_of_a_short_curve_reads_back_and_that_of_a_long_one_is_short() -> None:
    curve = Curve(hours=(0, 0.1, 0.1, 4), values=(1, 1 / 3, 5, 5))
    assert eval(repr(curve)) == curve
    long = Curve(hours=np.arange(100.0), values=np.arange(100.0) % 7)
    assert repr(long) == "<Curve of 100 knots over 99 h, base 0, peak 6 at hour 6>"


def test_curves_cannot_be_changed() -> None:
    curve = Curve.constant(3.0, hours=2.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        curve.hours = curve.values  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        curve.values[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        curve.slots.left[0] = 1.0


def test_the_arrays_of_the_caller_are_copied() -> None:
    hours, values = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    curve = Curve(hours=hours, values=values)
    values[0] = 9.0
    assert curve.base == 1.0
    assert hours.flags.writeable


@pytest.mark.parametrize(
    ("hours", "values", "message"),
    [
        ((0,), (1,), "at least two knots"),
        ((0, 1), (1, 2, 3), "two lists of one length"),
        ([[0, 1]], [[0, 1]], "two lists of one length"),
        ((0, float("nan")), (1, 2), r"hours\[1\] of a load curve must be finite, got nan"),
        ((0, 1, 2), (1, -2, 3), r"values\[1\] of a load curve, at hour 1, must be finite and >= 0, got -2"),
        ((0, 1), (1, float("inf")), r"values\[1\].*got inf"),
        ((0, 1), (float("nan"), 1), r"values\[0\].*got nan"),
        ((0, 2, 1), (1, 1, 1), r"hours\[2\] = 1 comes after hours\[1\] = 2; sort the knots"),
        ((0, 1, 1, 1, 2), (1, 1, 1, 1, 1), "three knots of a load curve share hour 1"),
        ((0, 0, 1), (1, 2, 3), r"cannot jump at its first hour \(0\)"),
        ((0, 1, 1), (1, 2, 3), r"cannot jump at its last hour \(1\)"),
        (("a", "b"), (1, 2), "must be numbers"),
    ],
)
def test_what_is_no_curve_is_refused_by_name(hours: object, values: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Curve(hours=hours, values=values)  # type: ignore[arg-type]


def test_bad_arguments_of_methods_are_refused() -> None:
    curve = Curve.constant(1.0)
    with pytest.raises(InvalidInput, match="must be a number >= 0, got -1"):
        curve.scaled(-1.0)
    with pytest.raises(InvalidInput, match="must be a number >= 0, got nan"):
        curve.scaled(float("nan"))
    with pytest.raises(InvalidInput, match="got nan"):
        curve.at(float("nan"))
