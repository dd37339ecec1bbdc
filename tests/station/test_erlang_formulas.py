"""Erlang's formulas with a real number of servers, and backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

import queuecalc as qc
from tests.station.tables import MARKOVIAN


def test_against_fifty_digits() -> None:
    rows = MARKOVIAN["erlang"]
    c, a = (np.array([row[key] for row in rows]) for key in ("servers", "offered_load"))
    exact = np.array([float(row["loss"]) for row in rows])
    assert np.max(np.abs(qc.erlang_b(c, a) / exact - 1.0)) < 2e-13
    waits = [row for row in rows if "delay" in row]
    c, a = (np.array([row[key] for row in waits]) for key in ("servers", "offered_load"))
    exact = np.array([float(row["delay"]) for row in waits])
    assert np.max(np.abs(qc.erlang_c(c, a) / exact - 1.0)) < 2e-13
    assert c.max() == 1e6


@given(st.floats(0.01, 60.0), st.integers(1, 80))
def test_by_the_recursion_over_the_servers(load: float, servers: int) -> None:
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = load * blocked / (c + load * blocked)
    assert qc.erlang_b(servers, load) == pytest.approx(blocked, rel=1e-12, abs=1e-300)


@settings(max_examples=30)
@given(st.floats(0.05, 30.0), st.floats(0.0, 40.0))
def test_the_extension_is_the_integral(load: float, servers: float) -> None:
    """1 / B = a int exp(-a t) (1 + t)^c dt (Fortet; Jagerman 1974)."""
    top = 60.0 / load + 8.0 * servers / load
    value, _ = integrate.quad(
        lambda t: load * np.exp(-load * t + servers * np.log1p(t)),
        0.0,
        top,
        limit=400,
        points=[servers / load],
    )
    assert qc.erlang_b(servers, load) == pytest.approx(1.0 / value, rel=1e-7)


@given(st.floats(0.05, 500.0), st.floats(0.0, 400.0))
def test_the_extension_satisfies_the_recursion(load: float, servers: float) -> None:
    fewer, more = qc.erlang_b(servers, load), qc.erlang_b(servers + 1.0, load)
    assert more == pytest.approx(load * fewer / (servers + 1.0 + load * fewer), rel=1e-11, abs=1e-300)
    assert more < fewer or fewer < 1e-300


@given(st.floats(0.001, 300.0), st.integers(1, 400))
def test_servers_for_a_target_are_the_least(load: float, servers: int) -> None:
    for formula, inverse in ((qc.erlang_b, qc.erlang_b_servers), (qc.erlang_c, qc.erlang_c_servers)):
        target = formula(servers, load)
        if 1e-290 < target < 1.0 - 1e-9:
            assert inverse(load, target) == servers
            assert inverse(load, target * (1.0 - 1e-9)) == servers + 1
            assert inverse(load, target * (1.0 + 1e-9)) == servers


def test_servers_for_huge_loads_and_hard_targets() -> None:
    loads, targets = np.array([[1.0], [1e3], [1e6]]), np.array([0.5, 1e-3, 1e-12])
    for formula, inverse in ((qc.erlang_b, qc.erlang_b_servers), (qc.erlang_c, qc.erlang_c_servers)):
        servers = inverse(loads, targets)
        assert servers.shape == (3, 3)
        assert servers.dtype == np.int64
        assert np.all(formula(servers, loads) <= targets * (1.0 + 1e-11))
        assert np.all(formula(servers - 1, loads) > targets)
    assert qc.erlang_b_servers(0.0, 0.01) == qc.erlang_c_servers(0.0, 0.01) == 1
    assert isinstance(qc.erlang_b_servers(3.0, 0.01), int)


@given(st.floats(0.1, 1e5), st.floats(1e-12, 0.99))
def test_load_for_a_target(servers: float, target: float) -> None:
    load = qc.erlang_b_load(servers, target)
    assert qc.erlang_b(servers, load) == pytest.approx(target, rel=1e-9)


@pytest.mark.parametrize(("servers", "target"), [(1.0, 1e-299), (1.0, 0.5), (2.0, 0.2), (1.0, 1.0 - 1e-9)])
def test_load_for_a_target_by_hand(servers: float, target: float) -> None:
    by_hand = {1.0: target / (1.0 - target), 2.0: 1.0}[servers]
    assert qc.erlang_b_load(servers, target) == pytest.approx(by_hand, rel=1e-7 if target > 0.999 else 1e-13)


def test_edges() -> None:
    assert qc.erlang_b(0, [0.0, 3.0]).tolist() == [1.0, 1.0]
    assert qc.erlang_b([1, 2.5], 0.0).tolist() == [0.0, 0.0]
    assert qc.erlang_c([0, 1, 3, 3], [1.0, 1.0, 3.0, 0.0]).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert qc.erlang_c(1, 0.25) == pytest.approx(0.25, rel=1e-15)
    assert qc.erlang_b(5, 1e300) == 1.0
    assert isinstance(qc.erlang_b(2, 1.0), float)
    assert qc.erlang_b([[1], [2]], [1.0, 2.0, 3.0]).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qc.erlang_b(-1, 1.0), "erlang_b: servers = -1.0; expected a finite number >= 0"),
        (lambda: qc.erlang_b(1, -1.0), "erlang_b: offered_load = -1.0; expected a finite number >= 0"),
        (lambda: qc.erlang_c(float("nan"), 1.0), "erlang_c: servers = nan; expected a finite number >= 0"),
        (
            lambda: qc.erlang_b([1, 2], [1.0, 2.0, 3.0]),
            "erlang_b: servers of shape (2,), offered_load of shape (3,); expected shapes that broadcast",
        ),
        (
            lambda: qc.erlang_b_servers(3.0, 0.0),
            "erlang_b_servers: blocking = 0.0; expected a probability above 0 and below 1",
        ),
        (
            lambda: qc.erlang_c_servers(3.0, 1.0),
            "erlang_c_servers: delay_probability = 1.0; expected a probability above 0 and below 1",
        ),
        (lambda: qc.erlang_b_load(0, 0.5), "erlang_b_load: servers = 0.0; expected a finite number > 0"),
    ],
)
def test_refused(call: Any, message: str) -> None:
    with pytest.raises(qc.InvalidInput) as refused:
        call()
    assert str(refused.value) == message


@given(st.floats(0.0, 100.0), st.integers(1, 60))
def test_the_station_is_the_formula_and_a_room_without_places(load: float, servers: int) -> None:
    station = qc.ErlangB(arrival_rate=load * 2.0, service_rate=2.0, servers=servers)
    room = qc.MMcK(arrival_rate=load * 2.0, service_rate=2.0, servers=servers, capacity=servers)
    assert station.blocking_probability == pytest.approx(qc.erlang_b(servers, load), rel=1e-12)
    for name in (
        "blocking_probability",
        "utilisation",
        "throughput",
        "mean_in_system",
        "mean_sojourn",
        "mean_wait",
    ):
        assert getattr(station, name) == pytest.approx(getattr(room, name), rel=1e-12)
