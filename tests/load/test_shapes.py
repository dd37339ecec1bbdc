"""The named shapes against their formulas, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.load import SHAPES, Curve, from_shape

ROLLOUT = {
    "hours": 60,
    "base": 120,
    "peak": 3300,
    "up_at_h": 14,
    "up_over_h": 6.6,
    "down_at_h": 40,
    "down_over_h": 8.8,
}

GOOD: dict[str, dict[str, float]] = {
    "surge": ROLLOUT,
    "constant": {"value": 70},
    "step": {"hours": 4, "before": 1, "after": 3, "at_h": 1},
    "ramp": {"hours": 4, "start": 1, "end": 3},
    "day": {"base": 10, "peak": 30},
    "spike": {"hours": 4, "base": 1, "peak": 9, "at_h": 2, "over_h": 1},
}


def test_every_shape_is_tried_here() -> None:
    assert set(GOOD) == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_documented_and_gives_a_curve(name: str) -> None:
    assert SHAPES[name].__doc__
    assert isinstance(from_shape(name, GOOD[name]), Curve)


def test_surge_is_its_formula_at_one_minute_knots() -> None:
    curve = from_shape("surge", ROLLOUT)
    assert curve.hours.size == 3601
    assert curve.peak == 3300.0
    assert curve.length_h == 60.0
    up, down = 6.6 / 4.394, 8.8 / 4.394
    g = [
        1 / ((1 + math.exp(-(m / 60 - 14) / up)) * (1 + math.exp((m / 60 - 40) / down))) for m in range(3601)
    ]
    expected = [120 + (3300 - 120) * x / max(g) for x in g]
    np.testing.assert_allclose(curve.values, expected, rtol=1e-13)


def test_surge_rises_from_ten_to_ninety_percent_in_the_time_given() -> None:
    curve = from_shape("surge", {**ROLLOUT, "hours": 200, "up_at_h": 50, "down_at_h": 150})
    share = (curve.values - 120) / 3180
    rise = np.interp([0.1, 0.9], share[: 100 * 60], curve.hours[: 100 * 60])
    assert rise[1] - rise[0] == pytest.approx(6.6, rel=2e-4)


def test_surge_survives_steep_flanks_and_odd_lengths() -> None:
    steep = from_shape(
        "surge", {**ROLLOUT, "hours": 30.01, "up_over_h": 1e-3, "down_over_h": 1e-3, "down_at_h": 20}
    )
    assert (steep.base, steep.peak, steep.length_h) == (120.0, 3300.0, 30.01)


def test_constant_step_and_ramp() -> None:
    assert from_shape("constant", {"value": 70, "hours": 3}) == Curve(hours=(0, 3), values=(70, 70))
    assert from_shape("step", GOOD["step"]) == Curve(hours=(0, 1, 1, 4), values=(1, 1, 3, 3))
    assert from_shape("ramp", GOOD["ramp"]) == Curve(hours=(0, 4), values=(1, 3))
    partly = from_shape("ramp", {**GOOD["ramp"], "from_h": 1, "until_h": 3})
    assert partly == Curve(hours=(0, 1, 3, 4), values=(1, 1, 3, 3))


def test_spike_is_a_triangle() -> None:
    assert from_shape("spike", GOOD["spike"]) == Curve(hours=(0, 1.5, 2, 2.5, 4), values=(1, 1, 9, 1, 1))


@pytest.mark.parametrize("peak_at_h", [14.0, 14.3, 0.001, 23.99, -3.0, 0.0])
def test_day_touches_its_base_and_its_peak_and_averages_to_their_middle(peak_at_h: float) -> None:
    curve = from_shape("day", {"base": 10, "peak": 30, "peak_at_h": peak_at_h, "hours": 48})
    assert curve.base == pytest.approx(10.0, abs=1e-9)
    assert curve.peak == pytest.approx(30.0, abs=1e-9)
    assert curve.mean == pytest.approx(20.0, rel=1e-6)
    assert curve.at(peak_at_h % 24) == pytest.approx(30.0, abs=1e-9)
    assert np.diff(curve.hours).min() > 1e-9


def test_a_length_that_is_no_whole_minute_ends_where_it_says() -> None:
    for hours in (1.005, 0.001, 1 / 3, 7.7):
        curve = from_shape("day", {"base": 1, "peak": 2, "hours": hours})
        assert curve.length_h == hours


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("surg", {}, "unknown load shape 'surg' \\(did you mean 'surge'\\?\\); shapes: surge, constant"),
        ("zzz", {}, "unknown load shape 'zzz'; shapes"),
        (
            "surge",
            {"peek": 3},
            "has no parameter 'peek' \\(did you mean 'peak'\\?\\); parameters: hours, base",
        ),
        ("surge", {"peak": 100}, "peak of shape 'surge' must not be below its base 120, got 100"),
        ("surge", {"up_over_h": 0}, "up_over_h of shape 'surge' must be above 0, got 0"),
        ("surge", {"down_over_h": -1}, "down_over_h of shape 'surge' must be above 0, got -1"),
        ("surge", {"up_at_h": 61}, "up_at_h of shape 'surge' must lie within its 60 hours, got 61"),
        ("surge", {"down_at_h": 14}, "must fall after it rises"),
        ("surge", {"hours": 0}, "hours of shape 'surge' must be above 0"),
        ("surge", {"hours": 1e9}, "hours of shape 'surge' must be above 0 and at most 87840"),
        ("surge", {"base": -1}, "base of shape 'surge' must be a number >= 0, got -1"),
        ("surge", {"base": True}, "base of shape 'surge' must be a finite number, got True"),
        ("surge", {"base": "x"}, "base of shape 'surge' must be a finite number, got 'x'"),
        ("surge", {"base": float("nan")}, "base of shape 'surge' must be a finite number, got nan"),
        (
            "surge",
            {"up_at_h": 1.003, "down_at_h": 1.004, "up_over_h": 1e-9, "down_over_h": 1e-9},
            "between its one-minute knots",
        ),
        ("step", {"at_h": 4}, "at_h of shape 'step' must lie within its 4 hours, got 4"),
        ("ramp", {"from_h": 4}, "needs 0 <= from_h < until_h <= hours"),
        ("ramp", {"until_h": 5}, "needs 0 <= from_h < until_h <= hours"),
        ("day", {"peak": 1}, "peak of shape 'day' must not be below its base 10, got 1"),
        ("spike", {"at_h": 0.2}, "does not lie within its 4 hours"),
        ("spike", {"over_h": 0}, "over_h of shape 'spike' must be above 0"),
    ],
)
def test_what_is_no_shape_is_refused_with_a_remedy(
    name: str, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        from_shape(name, {**GOOD.get(name, {}), **change})


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(
        InvalidInput, match="shape 'step' needs after; parameters: hours, before, after, at_h"
    ):
        from_shape("step", {"hours": 4, "before": 1, "at_h": 1})
