"""The fluid backlog: a second route, theorems, exact zeros."""

from __future__ import annotations

import pickle

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.dynamics import FluidPath, fluid_path
from queuecalc.errors import InvalidInput
from queuecalc.load import from_shape
from tests.dynamics.curves import Case, Net, cases

FloatArray = npt.NDArray[np.float64]


def integral(path: FluidPath, left: FloatArray, right: FloatArray) -> float:
    return float(np.sum(0.5 * (left + right) * np.diff(path.knots)))


def rollout() -> tuple[FloatArray, FloatArray, FloatArray]:
    slots = from_shape(
        "surge",
        {
            "hours": 60,
            "base": 120,
            "peak": 3300,
            "up_at_h": 14,
            "up_over_h": 6.6,
            "down_at_h": 40,
            "down_over_h": 8.8,
        },
    ).slots
    return np.append(slots.start_h, slots.end_h[-1]) * 3600.0, slots.left, slots.right


@given(cases(), st.floats(0, 1))
def test_backlog_is_the_net_input_above_its_running_minimum(case: Case, share: float) -> None:
    path, net = fluid_path(*case.arguments), Net(case)
    t = case.knots[0] + share * (case.knots[-1] - case.knots[0])
    for instant in (t, *path.knots.tolist(), *(0.5 * (path.knots[1:] + path.knots[:-1])).tolist()):
        assert path.backlog_at(instant) == pytest.approx(net.backlog(instant), abs=1e-11)
    np.testing.assert_array_equal(path.backlog_at(path.knots), path.backlog)


def test_a_fine_step_scheme_comes_to_the_same() -> None:
    t, left, right = rollout()
    path = fluid_path(t, left, right, 2900.0)
    step = 1.0
    instants = np.arange(t[0] + step / 2, t[-1], step)
    inflow = np.interp(instants, t, np.append(left, right[-1]))
    backlog, largest = 0.0, 0.0
    for work in ((inflow - 2900.0) * step).tolist():
        backlog = max(backlog + work, 0.0)
        largest = max(largest, backlog)
    assert path.max_backlog == pytest.approx(largest, rel=1e-6)
    assert path.end_backlog == backlog == 0.0


@given(cases())
def test_work_is_conserved(case: Case) -> None:
    path = fluid_path(*case.arguments)
    came = case.initial + integral(path, path.inflow_left, path.inflow_right)
    went = integral(path, path.departure_left, path.departure_right)
    assert came == pytest.approx(went + path.end_backlog, rel=1e-13, abs=1e-12)
    assert (path.departure_left <= path.capacity_left * (1 + 1e-14)).all()
    assert (path.departure_right <= path.capacity_right * (1 + 1e-14)).all()


@given(cases())
def test_refined_knots_rise_and_keep_the_rates(case: Case) -> None:
    path = fluid_path(*case.arguments)
    assert (np.diff(path.knots) > 0).all()
    assert np.isin(case.knots, path.knots).all()
    assert integral(path, path.inflow_left, path.inflow_right) == pytest.approx(
        float(np.sum(0.5 * (case.inflow_left + case.inflow_right) * np.diff(case.knots))), rel=1e-13
    )
    assert (np.diff(path.slot) >= 0).all()
    assert path.slot[-1] == case.inflow_left.size - 1


@given(cases())
def test_a_backlog_is_zero_or_above_and_where_it_is_flagged(case: Case) -> None:
    path = fluid_path(*case.arguments)
    assert (path.backlog >= 0).all()
    outside = ~path.backlogged
    assert (path.backlog[:-1][outside] == 0).all()
    assert (path.backlog[1:][outside] == 0).all()
    assert (path.maximum[outside] == 0).all()
    assert (path.maximum[path.backlogged] > 0).all()
    # No backlog inside: the inflow fits.
    assert (path.inflow_left[outside] <= path.capacity_left[outside] * (1 + 1e-12)).all()
    assert (path.inflow_right[outside] <= path.capacity_right[outside] * (1 + 1e-12)).all()


@given(cases())
def test_the_largest_backlog_of_a_segment_bounds_what_is_sampled_there(case: Case) -> None:
    path = fluid_path(*case.arguments)
    shares = np.linspace(0.0, 1.0, 41)
    samples = path.backlog_at(path.knots[:-1, None] + np.diff(path.knots)[:, None] * shares[None, :-1])
    highest = samples.max(axis=1)
    assert (highest <= path.maximum + 1e-11).all()
    # The parabola between two samples rises by at most slope x (width / 2)^2 / 2 above them.
    bend = np.abs(np.diff(path.inflow_left - path.capacity_left, append=0)).max() + 6.0
    assert (path.maximum <= np.maximum(highest, path.backlog[1:]) + bend * np.diff(path.knots) / 40).all()


@given(cases())
def test_halving_the_slots_changes_nothing(case: Case) -> None:
    once, twice = fluid_path(*case.arguments), fluid_path(*case.halved().arguments)
    assert twice.max_backlog == pytest.approx(once.max_backlog, rel=1e-12, abs=1e-12)
    assert twice.end_backlog == pytest.approx(once.end_backlog, rel=1e-12, abs=1e-12)
    assert twice.drain_time == pytest.approx(once.drain_time, rel=1e-12, abs=1e-12)
    assert (twice.last_overload is None) == (once.last_overload is None)
    assert (twice.last_overload or 0.0) == pytest.approx(once.last_overload or 0.0, rel=1e-12)


def test_halving_the_slots_of_a_day_changes_nothing_at_twelve_digits() -> None:
    t, left, right = rollout()
    curve = Case(t, left, right, np.full(left.size, 2900.0), np.full(left.size, 2900.0), 0.0)
    once, twice = fluid_path(*curve.arguments), fluid_path(*curve.halved().arguments)
    assert twice.max_backlog == pytest.approx(once.max_backlog, rel=1e-12)
    assert twice.max_lag == pytest.approx(once.max_lag, rel=1e-12)
    assert twice.drain_time == pytest.approx(once.drain_time, rel=1e-12)
    largest = np.maximum.reduceat(twice.slot_lag, np.arange(0, twice.slot_lag.size, 2))
    np.testing.assert_allclose(largest, once.slot_lag, rtol=1e-11, atol=1e-9)


@given(cases(constant=True), st.integers(0, 24))
def test_a_slower_station_behind_hides_the_first_one(case: Case, second: int) -> None:
    """In a tandem with c2 <= c1 both backlogs together are those of the second station alone."""
    slow = min(second / 8.0, float(case.capacity_left[0]))
    first = fluid_path(*case.arguments)
    behind = fluid_path(first.knots, first.departure_left, first.departure_right, slow)
    alone = fluid_path(case.knots, case.inflow_left, case.inflow_right, slow, slow, case.initial)
    for t in np.union1d(behind.knots, alone.knots).tolist():
        both = first.backlog_at(t) + behind.backlog_at(t)
        assert both == pytest.approx(alone.backlog_at(t), abs=1e-10)


@given(cases(constant=True))
def test_a_station_behind_that_is_as_fast_never_waits(case: Case) -> None:
    first = fluid_path(*case.arguments)
    behind = fluid_path(
        first.knots, first.departure_left, first.departure_right, float(case.capacity_left[0])
    )
    assert behind.max_backlog == 0.0
    assert not behind.backlogged.any()


@given(cases(), st.integers(1, 8))
def test_more_capacity_leaves_less_backlog(case: Case, more: int) -> None:
    path = fluid_path(*case.arguments)
    faster = fluid_path(
        case.knots,
        case.inflow_left,
        case.inflow_right,
        case.capacity_left + more / 8,
        case.capacity_right + more / 8,
        case.initial,
    )
    for t in np.union1d(path.knots, faster.knots).tolist():
        assert faster.backlog_at(t) <= path.backlog_at(t) + 1e-12


@pytest.mark.parametrize("up", [0.1, 0.3, 1 / 3, 1e-9, 12345.678])
def test_what_is_zero_in_exact_arithmetic_is_exactly_zero(up: float) -> None:
    # Up for ten seconds, down for ten, then inflow = capacity for a day.
    path = fluid_path((0, 10, 20, 86420), (2 * up, 0, up), (2 * up, 0, up), up)
    assert path.end_backlog == 0.0
    assert path.backlog[-2] == 0.0
    assert path.drain_time == pytest.approx(10.0, rel=1e-12)
    assert path.backlogged.tolist() == [True, True, False]


def test_rates_that_agree_to_rounding_leave_no_backlog() -> None:
    path = fluid_path((0, 1e6), 0.1 * 3, 0.1 * 3, 0.3)
    assert (path.max_backlog, path.max_lag, path.drain_time) == (0.0, 0.0, 0.0)


def test_a_long_idle_stretch_costs_no_digits() -> None:
    # Idle for 1e9 s at capacity 1e6; then a backlog of 1e-3 for a second.
    path = fluid_path((0, 1e9, 1e9 + 1), (0.0, 1e6 + 1e-3), (0.0, 1e6 + 1e-3), 1e6)
    assert path.end_backlog == pytest.approx((1e6 + 1e-3) - 1e6, rel=1e-15)


def test_a_backlog_that_touches_zero_and_rises_again() -> None:
    # r = -2 + t: from 2 at t = 0 down to 0 at t = 2 and up again.
    path = fluid_path((0, 4), 0.0, 4.0, 2.0, initial=2.0)
    assert path.knots.tolist() == [0.0, 2.0, 4.0]
    assert path.backlog.tolist() == [2.0, 0.0, 2.0]
    assert path.backlogged.tolist() == [True, True]
    # A little less: it is gone before, for a moment, and rises from the turning point.
    less = fluid_path((0, 4), 0.0, 4.0, 2.0, initial=1.5)
    assert less.knots.tolist() == [0.0, 1.0, 2.0, 4.0]
    assert less.backlog.tolist() == [1.5, 0.0, 0.0, 2.0]
    assert less.backlogged.tolist() == [True, False, True]
    # It touches zero in the last slot but one.
    behind = fluid_path((0, 4, 8), (0.0, 1.0), (4.0, 1.0), 2.0, initial=2.0)
    assert behind.knots.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_a_backlog_that_rises_and_falls_inside_a_slot() -> None:
    path = fluid_path((0, 4), 4.0, 0.0, 2.0)  # r = 2 - t: largest at t = 2, gone at t = 4
    assert (path.max_backlog, path.end_backlog) == (2.0, 0.0)
    assert path.maximum.tolist() == [2.0]
    assert (path.max_lag, path.max_lag_instant) == (1.0, 2.0)
    gone = fluid_path((0, 4), 4.0, 0.0, 3.0)  # r = 1 - t: gone at t = 2
    assert gone.knots.tolist() == [0.0, 2.0, 4.0]
    assert (gone.drain_time, gone.last_overload) == (1.0, 1.0)


def test_turning_points_that_round_to_a_knot_are_no_knots() -> None:
    tiny = 1e-300
    late = fluid_path((1e6, 1e6 + 1), 0.0, 1.0 + 2e-15, 1.0)  # r turns within rounding of the end
    assert late.knots.tolist() == [1e6, 1e6 + 1]
    assert late.end_backlog == 0.0
    early = fluid_path((1e6, 1e6 + 1), 1.0 - 1e-15, 2.0, 1.0)  # ... of the beginning
    assert early.knots.tolist() == [1e6, 1e6 + 1]
    assert early.end_backlog == pytest.approx(0.5)
    drop = fluid_path((1e6, 1e6 + 1), 0.0, 0.0, 1.0, initial=tiny)  # gone at once
    assert drop.backlog.tolist() == [0.0, 0.0]
    assert drop.knots.tolist() == [1e6, 1e6 + 1]
    dip = fluid_path((1e6, 1e6 + 1), 0.0, 2.0, 1.0, initial=tiny)
    assert dip.backlog.tolist() == [0.0, 0.0, 0.25]
    assert dip.backlogged.tolist() == [False, True]


def test_drain_time_continues_after_the_last_knot() -> None:
    assert fluid_path((0, 10), 3.0, 3.0, 2.0).drain_time == float("inf")
    assert fluid_path((0, 10, 11), (3.0, 2.0), (3.0, 2.0), 2.0).drain_time == float("inf")
    assert fluid_path((0, 10, 11), (3.0, 1.0), (3.0, 1.0), 2.0).drain_time == pytest.approx(10.0)
    assert fluid_path((0, 10, 30), (3.0, 1.0), (3.0, 1.0), 2.0).drain_time == pytest.approx(10.0)
    assert fluid_path((0, 10), 1.0, 1.0, 2.0, initial=4.0).drain_time == pytest.approx(4.0)
    quiet = fluid_path((5, 10), 1.0, 1.0, 2.0)
    assert (quiet.drain_time, quiet.last_overload) == (0.0, None)


@given(cases())
def test_paths_are_values(case: Case) -> None:
    path = fluid_path(*case.arguments)
    again = pickle.loads(pickle.dumps(path))
    assert again == path == fluid_path(*case.arguments)
    assert hash(again) == hash(path)
    assert not again.backlog.flags.writeable


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"knots": (0, 0)}, "strictly rising"),
        ({"knots": (0,)}, "strictly rising"),
        ({"knots": (0, float("inf"))}, "strictly rising"),
        (
            {"inflow_left": (1, 2)},
            r"inflow_left needs one number per segment \(1\) or one for all, got shape \(2,\)",
        ),
        ({"inflow_right": -1}, r"inflow_right\[0\] must be finite and >= 0, got -1"),
        ({"capacity_left": float("nan")}, r"capacity_left\[0\] must be finite and >= 0, got nan"),
        ({"initial": -1}, "initial backlog must be a number >= 0, got -1"),
    ],
)
def test_what_is_no_fluid_queue_is_refused(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"knots": (0, 1), "inflow_left": 1, "inflow_right": 1, "capacity_left": 1}
    with pytest.raises(InvalidInput, match=message):
        fluid_path(**{**good, **change})  # type: ignore[arg-type]


def test_the_past_before_the_first_knot_is_unknown() -> None:
    path = fluid_path((10, 20), 1.0, 1.0, 1.0)
    with pytest.raises(InvalidInput, match="from its first knot"):
        path.lag(9.0)
