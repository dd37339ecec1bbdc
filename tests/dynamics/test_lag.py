"""Lags, epochs and many capacities at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from queuecalc.dynamics import FluidPath, backlogs, fluid_path
from queuecalc.dynamics.cumulative import Cumulative
from queuecalc.errors import InvalidInput
from tests.dynamics.curves import Case, Net, cases


def brute_lag(path: FluidPath, net: Net, t: float, *, step: float = 1e-3) -> float:
    """First s with C(s) - C(t) >= B(t), by small steps and linear interpolation."""
    case = net.case
    horizon = case.knots[-1] + 400.0
    s = np.arange(t, horizon, step)
    middle = 0.5 * (s[1:] + s[:-1])
    k = np.clip(np.searchsorted(case.knots, middle, side="right") - 1, 0, case.capacity_left.size - 1)
    h = np.diff(case.knots)[k]
    share = np.where(middle > case.knots[-1], 1.0, (middle - case.knots[k]) / h)
    capacity = case.capacity_left[k] + (case.capacity_right - case.capacity_left)[k] * share
    done = np.concatenate([[0.0], np.cumsum(capacity * step)])
    reached = np.flatnonzero(done >= net.backlog(t) - 1e-9)
    return float(s[reached[0]] - t) if reached.size else float("inf")


@given(cases(constant=True, least_capacity=1), st.floats(0, 1))
def test_under_a_constant_capacity_the_lag_is_backlog_over_capacity(case: Case, share: float) -> None:
    path = fluid_path(*case.arguments)
    c = float(case.capacity_left[0])
    t = case.knots[0] + share * (case.knots[-1] - case.knots[0])
    assert path.lag(t) == path.backlog_at(t) / c
    assert path.max_lag == path.max_backlog / c
    assert path.lag(path.max_lag_instant) == pytest.approx(path.max_lag, rel=1e-12, abs=1e-12)


@settings(max_examples=25)
@given(cases(least_capacity=1, most=4))
def test_the_lag_is_the_time_until_the_capacity_has_done_the_backlog(case: Case) -> None:
    path, net = fluid_path(*case.arguments), Net(case)
    for t in path.knots.tolist():
        assert path.lag(t) == pytest.approx(brute_lag(path, net, t), abs=0.05)


@given(cases(least_capacity=1), st.floats(0, 1))
def test_the_general_lag_agrees_with_the_constant_one(case: Case, share: float) -> None:
    """The capacity that goes on behind the last knot at another rate leaves the lags before it alone."""
    path = fluid_path(*case.arguments)
    constant = float(case.capacity_left[0])
    one = fluid_path(case.knots, case.inflow_left, case.inflow_right, constant, constant, case.initial)
    far = case.knots[-1] + 1e4
    two = fluid_path(
        np.append(case.knots, [far, far + 1]),
        np.append(case.inflow_left, [0, 0]),
        np.append(case.inflow_right, [0, 0]),
        np.append(np.full(case.inflow_left.size + 1, constant), 2 * constant),
        None,
        case.initial,
    )
    t = case.knots[0] + share * (case.knots[-1] - case.knots[0])
    assert two.lag(t) == pytest.approx(one.lag(t), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(two.slot_lag[:-2], one.slot_lag, rtol=1e-9, atol=1e-9)
    assert path.slot_lag.shape == one.slot_lag.shape


@given(cases())
def test_the_largest_lag_of_a_slot_bounds_and_is_reached(case: Case) -> None:
    path = fluid_path(*case.arguments)
    shares = (np.arange(100) + 0.5) / 100
    for k in range(case.inflow_left.size):
        t = case.knots[k] + (case.knots[k + 1] - case.knots[k]) * shares
        lags = path.lag(t)
        largest = path.slot_lag[k]
        assert (lags <= largest * (1 + 1e-9) + 1e-9).all()
        if case.capacity_left.min() > 0 and case.capacity_right.min() > 0:
            # The lag moves at most at rate a/c - 1 or -1 between samples.
            steepest = max(1.0, case.inflow_left.max() / 0.125, case.inflow_right.max() / 0.125)
            assert largest <= lags.max() + steepest * (t[1] - t[0]) + 1e-9
        instant = path.slot_lag_instant[k]
        assert case.knots[k] <= instant <= case.knots[k + 1]


def test_an_interior_turning_point_of_the_lag_under_a_moving_capacity() -> None:
    # inflow 2, capacity rising 1 -> 3 over 10 s: largest lag where a = c at the time of service.
    path = fluid_path((0, 10, 30), (2, 0), (2, 0), (1, 3), (3, 3))
    t = np.linspace(0, 10, 200_001)
    lags = path.lag(t)
    assert path.slot_lag[0] == pytest.approx(lags.max(), rel=1e-9)
    assert path.slot_lag_instant[0] == pytest.approx(t[lags.argmax()], abs=1e-3)
    # Served at D = 5 (capacity 2): C(5) = 7.5 = 2 t.
    assert path.slot_lag_instant[0] == pytest.approx(3.75, rel=1e-12)
    assert path.slot_lag[0] == pytest.approx(1.25, rel=1e-12)


def test_an_outage_is_waited_for_by_the_first_message_in_it() -> None:
    path = fluid_path((0, 10, 25, 60), 1.0, 1.0, (2, 0, 2))
    assert path.slot_lag[1] == pytest.approx(15.0)
    assert path.slot_lag_instant[1] == pytest.approx(10.0)
    assert path.lag(12.0) == pytest.approx(14.0)  # 13 until the end of the outage, 1 for what came before
    assert path.drain_time == pytest.approx(15.0)
    # An outage that begins while there is a backlog: hit by whoever is at the head of the line then.
    busy = fluid_path((0, 10, 25, 60), (3, 0, 0), (3, 0, 0), (2, 0, 10))
    hit = 20.0 / 3.0
    assert busy.slot_lag[0] == pytest.approx(10 - hit + 15.0)
    assert busy.slot_lag_instant[0] == pytest.approx(hit)


def test_no_capacity_no_service() -> None:
    never = fluid_path((0, 10), 1.0, 1.0, 0.0)
    assert never.max_lag == float("inf")
    assert never.lag(5.0) == float("inf")
    assert never.service_epoch(5.0) == float("inf")
    assert never.drain_time == float("inf")
    nothing = fluid_path((0, 10), 0.0, 0.0, 0.0)
    assert (nothing.max_lag, nothing.lag(5.0), nothing.drain_time) == (0.0, 0.0, 0.0)
    ends = fluid_path((0, 10, 20), (1, 1), (1, 1), (2, 0))
    assert ends.slot_lag.tolist() == [0.0, float("inf")]
    left = fluid_path((0, 10), 0.0, 0.0, 0.0, initial=1.0)
    assert left.max_lag == float("inf")


@given(cases(least_capacity=1), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_served_in_order_of_arrival(case: Case, shares: list[float]) -> None:
    path = fluid_path(*case.arguments)
    one, two = (case.knots[0] + np.sort(np.array(shares)) * (case.knots[-1] - case.knots[0])).tolist()
    assert path.service_epoch(one) <= path.service_epoch(two) + 1e-9
    assert path.arrival_epoch(one) <= path.arrival_epoch(two) + 1e-9
    assert path.arrival_epoch(one) <= one


@given(cases(least_capacity=1), st.floats(0, 1))
def test_who_is_served_when_a_message_is_served_is_that_message(case: Case, share: float) -> None:
    assume(case.inflow_left.min() > 0 and case.inflow_right.min() > 0)
    path = fluid_path(*case.arguments)
    t = float(case.knots[0] + share * (case.knots[-1] - case.knots[0]))
    assert path.arrival_epoch(path.service_epoch(t)) == pytest.approx(t, abs=1e-7)


def test_after_the_last_knot_the_last_rates_continue() -> None:
    path = fluid_path((0, 10), 3.0, 3.0, 2.0)
    assert path.backlog_at(20.0) == pytest.approx(20.0)
    assert path.lag(20.0) == pytest.approx(10.0)
    assert path.arrival_epoch(30.0) == pytest.approx(20.0)
    drains = fluid_path((0, 10, 20), (3, 1), (3, 1), (2, 1.5))
    assert drains.backlog_at(30.0) == 0.0
    np.testing.assert_allclose(drains.backlog_at(np.array([0.0, 10.0, 20.0, 25.0])), [0, 10, 5, 2.5])
    assert drains.arrival_epoch(29.0) == pytest.approx(28.5)
    assert drains.arrival_epoch(31.0) == 31.0
    assert drains.lag(29.0) == pytest.approx(0.5 / 1.5)


def test_the_initial_backlog_counts_as_arrived_at_the_first_knot() -> None:
    path = fluid_path((5, 30), 1.0, 1.0, 2.0, initial=10.0)
    assert path.arrival_epoch(7.0) == 5.0
    assert path.arrival_epoch(11.0) == pytest.approx(7.0)
    assert path.arrival_epoch(16.0) == 16.0


@given(cases(constant=True), st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_many_capacities_at_once_come_to_what_each_path_does(case: Case, eighths: list[int]) -> None:
    capacities = np.array(eighths) / 8.0
    all_at_once = backlogs(case.knots, case.inflow_left, case.inflow_right, capacities, case.initial)
    for k, c in enumerate(capacities.tolist()):
        path = fluid_path(case.knots, case.inflow_left, case.inflow_right, c, c, case.initial)
        assert all_at_once.max_backlog[k] == pytest.approx(path.max_backlog, rel=1e-12, abs=1e-12)
        assert all_at_once.end_backlog[k] == pytest.approx(path.end_backlog, rel=1e-12, abs=1e-12)
        if c > 0:
            assert all_at_once.max_lag[k] == pytest.approx(path.max_lag, rel=1e-12, abs=1e-12)
        else:
            assert (all_at_once.max_lag[k] == np.inf) == (all_at_once.max_backlog[k] > 0)


@given(cases(constant=True), st.integers(0, 30))
def test_both_ways_agree_on_what_is_exactly_zero(case: Case, eighth: int) -> None:
    c = eighth / 8.0
    path = fluid_path(case.knots, case.inflow_left, case.inflow_right, c, c, case.initial)
    many = backlogs(case.knots, case.inflow_left, case.inflow_right, [c], case.initial)
    assert (many.end_backlog[0] == 0.0) == (path.end_backlog == 0.0)
    assert (many.max_backlog[0] == 0.0) == (path.max_backlog == 0.0)


def test_many_capacities_keep_their_shape_and_their_blocks() -> None:
    c = np.linspace(0.1, 3.0, 600).reshape(20, 30)
    many = backlogs((0, 10, 20), (3, 0), (1, 0.5), c)
    assert many.max_lag.shape == (20, 30)
    assert (np.diff(many.max_backlog.ravel()) <= 0).all()
    one = backlogs((0, 10, 20), (3, 0), (1, 0.5), 2.0)
    assert float(one.max_backlog) == pytest.approx(2.5)
    none = backlogs((0, 10), 1.0, 1.0, ())
    assert none.max_lag.shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capacities": (1, -1)}, "every capacity must be finite and >= 0"),
        ({"initial": -1}, "initial backlog"),
        ({"inflow_left": float("inf")}, r"inflow_left\[0\]"),
    ],
)
def test_bad_arguments_are_refused(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"knots": (0, 1), "inflow_left": 1, "inflow_right": 1, "capacities": (1,)}
    with pytest.raises(InvalidInput, match=message):
        backlogs(**{**good, **change})  # type: ignore[arg-type]


@given(cases(), st.floats(0, 1))
def test_the_inverse_of_a_cumulative_is_its_first_passage(case: Case, share: float) -> None:
    total = Cumulative.of_rate(case.knots, case.capacity_left, case.capacity_right)
    level = np.asarray(share * total.levels[-1])
    first, last = total.first(level), total.last(level)
    assert total.at(first) == pytest.approx(float(level), rel=1e-12, abs=1e-9)
    assert first <= last
    if last < case.knots[-1]:
        assert total.at(last) == pytest.approx(float(level), rel=1e-12, abs=1e-9)


def test_a_plateau_has_a_beginning_and_an_end() -> None:
    total = Cumulative.of_rate(np.array([0.0, 1, 3, 4]), np.array([1.0, 0, 1]), np.array([1.0, 0, 1]))
    level = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])
    np.testing.assert_allclose(total.first(level), [0, 0, 1, 4, 5])
    np.testing.assert_allclose(total.last(level), [0, 0, 3, 4, 5])
    ends = Cumulative.of_rate(np.array([0.0, 1]), np.array([1.0]), np.array([0.0]))
    assert ends.last(np.array(0.5)) == np.inf
    assert ends.first(np.array(0.5)) == 1.0
