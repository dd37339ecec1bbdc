"""M/M/c+M against fifty digits, a chain solved numerically, and its limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import queuecalc as qc
from tests.station.tables import MARKOVIAN

FIELDS = ("arrival_rate", "service_rate", "servers", "patience_rate")
ROWS = MARKOVIAN["erlang_a"]


def numbers(station: qc.ErlangA) -> dict[str, Any]:
    return {
        "delayed": station.delay_probability,
        "abandoned": station.abandonment_probability,
        "completed": np.asarray(station.throughput) / station.arrival_rate,
        "mean_queue_length": station.mean_queue_length,
        "mean_wait": station.mean_wait,
        "var_wait": station.wait.var,
        "mean_wait_of_abandoning": station.mean_wait_of_abandoning,
    }


def test_numbers_against_fifty_digits_at_once() -> None:
    station = qc.ErlangA(**{name: np.array([row[name] for row in ROWS]) for name in FIELDS})
    for name, values in numbers(station).items():
        exact = np.array([float(row[name]) for row in ROWS])
        assert np.max(np.abs(values / exact - 1.0)) < 1e-12, name


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "wait_sf" in row], ids=lambda row: str([row[x] for x in FIELDS])
)
def test_laws_against_fifty_digits(row: dict[str, Any]) -> None:
    station = qc.ErlangA(**{name: row[name] for name in FIELDS})
    laws = {"wait_sf": station.wait, "all_sf": station.wait_of_all, "sojourn_sf": station.sojourn}
    for key, law in laws.items():
        for t, exact in row[key]:
            assert law.sf(t) == pytest.approx(float(exact), rel=1e-12)
        levels = np.array([1e-3, 0.3, 0.999])
        at = law.isf(levels)
        assert np.where(at > 0.0, law.sf(at) / levels, 1.0) == pytest.approx(1.0, rel=1e-12)


def chain(rate: float, mu: float, c: int, theta: float, most: int) -> np.ndarray:
    """P(N = n), n up to c + most."""
    up = np.full(c + most, rate)
    n = np.arange(1, c + most + 1)
    down = mu * np.minimum(n, c) + theta * np.maximum(n - c, 0)
    log_p = np.append(0.0, np.cumsum(np.log(up) - np.log(down)))
    p = np.exp(log_p - log_p.max())
    return np.asarray(p / p.sum())


@example(rho=3.0, c=8, theta=0.5, t=0.0)
@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 3.0), st.integers(1, 12), st.floats(0.2, 5.0), st.floats(0.0, 4.0))
def test_laws_of_a_tagged_customer_by_matrix_exponential(rho: float, c: int, theta: float, t: float) -> None:
    """One who waits behind j others: place after place at rate c mu + j theta, or away at rate theta."""
    mu, rate = 1.3, rho * c * 1.3
    most = 60 + int((max(rho, 1.0) - 1.0) * c * mu / theta + 10.0 * (rate / theta) ** 0.5)  # ten deviations
    p = chain(rate, mu, c, theta, most + 100)
    ahead = np.arange(most)
    generator = np.diag(-(c * mu + (ahead + 1) * theta)) + np.diag(c * mu + ahead[1:] * theta, -1)
    served = c * mu / (c * mu + (ahead + 1) * theta)
    found = p[c : c + most]
    station = qc.ErlangA(arrival_rate=rate, service_rate=mu, servers=c, patience_rate=theta)
    left = found @ expm(generator * t)
    completed = p[:c].sum() + found @ served
    assert station.wait_of_all.sf(t) == pytest.approx(left.sum(), rel=1e-8, abs=1e-13)
    assert station.wait.sf(t) == pytest.approx(left @ served / completed, rel=1e-8, abs=1e-13)
    assert station.wait_of_abandoning.sf(t) == pytest.approx(
        left @ (1.0 - served) / (1.0 - completed), rel=1e-7, abs=1e-12 / (1.0 - completed)
    )
    # with the service: one more state, entered when served, left at rate mu
    whole = np.zeros((most + 1, most + 1))
    whole[:most, :most], whole[0, most], whole[most, most] = generator, c * mu, -mu
    after = np.append(found, p[:c].sum()) @ expm(whole * t)
    there = (after[:most] @ served + after[most]) / completed
    assert station.sojourn.sf(t) == pytest.approx(there, rel=1e-8, abs=1e-13)


@settings(max_examples=30)
@given(st.floats(0.01, 4.0), st.integers(1, 30), st.floats(1e-3, 1e3))
def test_laws_agree_with_what_the_station_states(rho: float, c: int, theta: float) -> None:
    station = qc.ErlangA(arrival_rate=rho * c, service_rate=1.0, servers=c, patience_rate=theta)
    lost = station.abandonment_probability
    # everybody gives up or is served; who gives up does so at rate theta while waiting
    assert station.throughput == pytest.approx(rho * c * (1.0 - lost), rel=1e-9)
    assert station.wait_of_all.mean == pytest.approx(lost / theta, rel=1e-11)
    parts = (1.0 - lost) * station.wait.mean + lost * station.wait_of_abandoning.mean
    assert station.wait_of_all.mean == pytest.approx(parts, rel=1e-9)
    for law in (station.wait, station.wait_of_all, station.wait_of_abandoning):
        t = 0.7 * law.mean / law.sf(0.0)
        slope = (law.sf(t * (1 - 1e-5)) - law.sf(t * (1 + 1e-5))) / (2e-5 * t)
        assert law.pdf(t) == pytest.approx(slope, rel=1e-5, abs=1e-12)
        q = np.array([1e-9, 0.01, 1.0, 80.0]) * (1.0 + 0.7j) * law.sf(0.0) / law.mean
        back = law.lst(q).real + law.lst_complement(q).real
        assert back == pytest.approx(1.0)
        small = 1e-9 * law.sf(0.0)
        assert law.lst_complement(small / law.mean) == pytest.approx(small, rel=1e-6)


@pytest.mark.parametrize(
    ("rate", "c", "theta"),
    [(30.0, 10, 0.7), (9.0, 10, 0.3), (10.0, 10, 20.0), (600.0, 400, 0.5), (5.0, 1, 1.0)],
)
def test_transforms_are_of_the_survival_functions(rate: float, c: int, theta: float) -> None:
    station = qc.ErlangA(arrival_rate=rate, service_rate=1.0, servers=c, patience_rate=theta)
    x, w = np.polynomial.legendre.leggauss(12)
    for law in (station.wait, station.wait_of_all, station.wait_of_abandoning, station.sojourn):
        ends = np.linspace(0.0, law.isf(1e-15), 161)
        half = np.diff(ends)[:, None] / 2.0
        t = ends[:-1, None] + half * (1.0 + x)
        tail = law.sf(t)
        for q in (0.5, 0.3 + 2.0j, 1.0 + 30.0j):
            s = q * law.sf(0.0) / law.mean
            assert law.lst(s) == pytest.approx(1.0 - s * np.sum(half * w * np.exp(-s * t) * tail), abs=1e-10)


def test_endless_patience_is_mmc_and_none_is_a_loss_station() -> None:
    arguments: dict[str, Any] = {"arrival_rate": 7.0, "service_rate": 1.0, "servers": 8}
    patient, open_ = qc.ErlangA(**arguments, patience_rate=1e-11), qc.MMc(**arguments)
    for name in ("delay_probability", "mean_wait", "mean_sojourn", "mean_queue_length", "utilisation"):
        assert getattr(patient, name) == pytest.approx(getattr(open_, name), rel=1e-9)
    t = np.array([0.1, 1.0, 9.0])
    assert patient.wait.sf(t) == pytest.approx(open_.wait.sf(t), rel=1e-9)
    assert patient.sojourn.sf(t) == pytest.approx(open_.sojourn.sf(t), rel=1e-9)
    assert patient.sojourn.ppf(0.99) == pytest.approx(open_.sojourn.ppf(0.99), rel=1e-9)
    hasty, lossy = qc.ErlangA(**arguments, patience_rate=1e11), qc.ErlangB(**arguments)
    assert hasty.abandonment_probability == pytest.approx(lossy.blocking_probability, rel=1e-9)
    assert hasty.throughput == pytest.approx(lossy.throughput, rel=1e-9)


def test_patience_like_service_makes_the_number_poisson() -> None:
    """theta = mu: everybody leaves at rate mu, as with a server for each (Palm)."""
    station = qc.ErlangA(arrival_rate=[3.0, 9.5, 40.0], service_rate=1.0, servers=10, patience_rate=1.0)
    assert station.mean_in_system == pytest.approx([3.0, 9.5, 40.0], rel=1e-13)


def test_ten_thousand_servers_at_any_load() -> None:
    c = 10_000
    rate = c * np.array([1e-6, 0.5, 0.98, 1.0, 1.02, 1.5, 50.0])
    station = qc.ErlangA(arrival_rate=rate, service_rate=1.0, servers=c, patience_rate=0.2)
    assert np.all(np.isfinite(station.mean_wait))
    assert np.all(np.diff(station.mean_wait) >= 0.0)
    assert np.all(station.utilisation <= 1.0)
    # fluid limit: who comes in excess gives up, and 1 - exp(-theta w) is their share
    fluid = np.log(np.maximum(rate / c, 1.0)) / 0.2
    assert station.wait.ppf(0.5)[4:] == pytest.approx(fluid[4:], rel=2e-2)
    assert station.mean_wait[4:] == pytest.approx(fluid[4:], rel=2e-2)
    assert station.abandonment_probability[4:] == pytest.approx(1.0 - c / rate[4:], rel=1e-3)
    tail = station.sojourn.sf(np.array([[0.01], [1.0], [30.0]]))
    assert np.all((tail >= 0.0) & (tail <= 1.0))


def test_nobody_comes() -> None:
    station = qc.ErlangA(arrival_rate=0.0, service_rate=2.0, servers=3, patience_rate=0.5)
    assert station.abandonment_probability == station.delay_probability == station.mean_wait == 0.0
    # the first of the few who ever give up has one stage c mu + theta before it
    assert station.mean_wait_of_abandoning == pytest.approx(1.0 / 6.5)
    assert station.sojourn.ppf(0.5) == pytest.approx(math.log(2.0) / 2.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patience_rate": 0.0}, "ErlangA: patience_rate = 0.0; expected a finite number > 0"),
        ({"patience_rate": math.inf}, "ErlangA: patience_rate = inf; expected a finite number > 0"),
        ({"servers": 1.5}, "ErlangA: servers = 1.5; expected a whole number >= 1"),
        ({"arrival_rate": math.nan}, "ErlangA: arrival_rate = nan; expected a finite number >= 0"),
        (
            {"patience_rate": [1.0, 2.0], "servers": [1, 2, 3]},
            (
                "ErlangA: arrival_rate of shape (), service_rate of shape (), servers of shape (3,), "
                "patience_rate of shape (2,); expected shapes that broadcast"
            ),
        ),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    usual = {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 2, "patience_rate": 1.0}
    with pytest.raises(qc.InvalidInput) as refused:
        qc.ErlangA(**(usual | arguments))
    assert str(refused.value) == message
