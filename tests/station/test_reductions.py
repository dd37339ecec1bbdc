"""Stations that are special cases of each other, and limits that they share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queuecalc.law import Deterministic, Exponential, Gamma, Lognormal
from queuecalc.station import MG1, MM1, MGc, MGcK, MGInf, MMc, MMcK, MMInf, Queue
from tests.station.cases import LAWS, MEAN, loads, server_counts

T = np.array([0.05, 0.5, 2.0, 9.0])
S = np.array([0.01, 1.0, 30.0, 0.5 + 4.0j])
NUMBERS = (
    "utilisation",
    "offered_load",
    "throughput",
    "delay_probability",
    "mean_wait",
    "mean_sojourn",
    "mean_queue_length",
    "mean_in_system",
)

busy = st.floats(0.01, 0.99)


def assert_same(one: Queue, two: Queue, rel: float, *, numbers: tuple[str, ...] = NUMBERS) -> None:
    for name in numbers:
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=rel, abs=1e-300)
    for law, twin in ((one.wait, two.wait), (one.sojourn, two.sojourn)):
        assert law.sf(T) == pytest.approx(twin.sf(T), rel=rel, abs=1e-12)
        assert law.lst(S) == pytest.approx(twin.lst(S), rel=rel)
        assert law.ppf([0.5, 0.99]) == pytest.approx(twin.ppf([0.5, 0.99]), rel=rel, abs=1e-9)
        assert law.var == pytest.approx(twin.var, rel=rel)


@given(busy)
def test_mmc_with_one_server_is_mm1(rho: float) -> None:
    assert_same(
        MMc(arrival_rate=rho, service_rate=1.0, servers=1), MM1(arrival_rate=rho, service_rate=1.0), 1e-11
    )


@settings(max_examples=30)
@given(busy)
def test_mg1_with_an_exponential_law_is_mm1(rho: float) -> None:
    markovian = MM1(arrival_rate=rho, service_rate=1.0)
    assert_same(MG1(arrival_rate=rho, service=Exponential(mean=1.0)), markovian, 1e-11)
    # a law of the same transform that is not known to be exponential goes the long way
    assert_same(MG1(arrival_rate=rho, service=Gamma(mean=1.0, scv=1.0)), markovian, 2e-9)


@settings(max_examples=30)
@given(busy, server_counts)
def test_mgc_with_an_exponential_law_is_mmc(rho: float, c: int) -> None:
    markovian = MMc(arrival_rate=rho * c, service_rate=1.0, servers=c)
    assert_same(MGc(arrival_rate=rho * c, service=Exponential(mean=1.0), servers=c), markovian, 1e-11)
    assert_same(MGc(arrival_rate=rho * c, service=Gamma(mean=1.0, scv=1.0), servers=c), markovian, 2e-9)


@settings(max_examples=20)
@given(busy, st.sampled_from(sorted(LAWS)))
def test_mgc_with_one_server_is_mg1(rho: float, law: str) -> None:
    rate, service = rho / MEAN, LAWS[law]
    one = MGc(arrival_rate=rate, service=service, servers=1)
    assert_same(one, MG1(arrival_rate=rate, service=service), 1e-7)


@settings(max_examples=30)
@given(st.floats(0.01, 3.0), server_counts, st.integers(0, 60))
def test_mgck_with_an_exponential_law_is_mmck(rho: float, c: int, places: int) -> None:
    numbers = (*NUMBERS, "blocking_probability")
    markovian = MMcK(arrival_rate=rho * c, service_rate=1.0, servers=c, capacity=c + places)
    same = MGcK(arrival_rate=rho * c, service=Exponential(mean=1.0), servers=c, capacity=c + places)
    assert_same(same, markovian, 1e-11, numbers=numbers)
    other = MGcK(arrival_rate=rho * c, service=Gamma(mean=1.0, scv=1.0), servers=c, capacity=c + places)
    assert other.blocking_probability == pytest.approx(markovian.blocking_probability, rel=1e-8, abs=2e-12)
    for name in NUMBERS:
        assert getattr(other, name) == pytest.approx(getattr(markovian, name), rel=1e-8, abs=1e-12)
    for law, twin in ((other.wait, markovian.wait), (other.sojourn, markovian.sojourn)):
        assert law.sf(T) == pytest.approx(twin.sf(T), abs=1e-8)
        assert law.lst(S) == pytest.approx(twin.lst(S), abs=1e-8)
        assert law.var == pytest.approx(twin.var, rel=1e-6)


@given(st.floats(0.01, 5.0), server_counts, st.sampled_from(sorted(LAWS)))
def test_loss_is_insensitive_to_the_law(rho: float, c: int, law: str) -> None:
    """M/G/c/c loses as much as M/M/c/c (Erlang 1917; Sevast'yanov 1957)."""
    rate = rho * c / MEAN
    general = MGcK(arrival_rate=rate, service=LAWS[law], servers=c, capacity=c)
    markovian = MMcK(arrival_rate=rate, service_rate=1.0 / MEAN, servers=c, capacity=c)
    assert general.blocking_probability == pytest.approx(markovian.blocking_probability, rel=1e-12)
    assert general.mean_wait == general.delay_probability == 0.0


@settings(max_examples=20)
@given(st.floats(0.01, 0.9), server_counts)
def test_mmck_with_much_room_is_mmc(rho: float, c: int) -> None:
    room = MMcK(arrival_rate=rho * c, service_rate=1.0, servers=c, capacity=c + 400)
    assert room.blocking_probability < 1e-18
    assert_same(room, MMc(arrival_rate=rho * c, service_rate=1.0, servers=c), 1e-9)


@settings(max_examples=20)
@given(st.floats(0.1, 0.8), st.integers(1, 6), st.sampled_from(["gamma", "steep", "erlang"]))
def test_mgck_with_much_room_is_mgc(rho: float, c: int, law: str) -> None:
    rate = rho * c / MEAN
    room = MGcK(arrival_rate=rate, service=LAWS[law], servers=c, capacity=c + 500)
    open_ = MGc(arrival_rate=rate, service=LAWS[law], servers=c)
    assert room.blocking_probability < 1e-10
    assert room.mean_wait == pytest.approx(open_.mean_wait, rel=1e-7)
    assert room.wait.sf(T) == pytest.approx(open_.wait.sf(T), abs=1e-8)
    assert room.wait.var == pytest.approx(open_.wait.var, rel=1e-5)


@given(loads)
def test_one_place_to_wait_and_one_server(rho: float) -> None:
    """M/M/1/2 by hand: 1, rho, rho^2."""
    station = MMcK(arrival_rate=rho, service_rate=1.0, servers=1, capacity=2)
    total = 1.0 + rho + rho**2
    assert station.blocking_probability == pytest.approx(rho**2 / total, rel=1e-12)
    assert station.delay_probability == pytest.approx(rho / (1.0 + rho), rel=1e-12)
    assert station.mean_queue_length == pytest.approx(rho**2 / total, rel=1e-12)


@settings(max_examples=40)
@given(st.floats(0.05, 3.0), st.integers(1, 5), st.integers(0, 20))
def test_states_of_mmck_by_brute_force_and_arrivals_see_time_averages(
    rho: float, c: int, places: int
) -> None:
    capacity, rate = c + places, rho * c
    up = np.full(capacity, rate)
    down = np.minimum(np.arange(1, capacity + 1), c).astype(float)
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack([generator.T, np.ones(capacity + 1)])
    p = np.linalg.lstsq(system, np.append(np.zeros(capacity + 1), 1.0), rcond=None)[0]
    station = MMcK(arrival_rate=rate, service_rate=1.0, servers=c, capacity=capacity)
    assert station.blocking_probability == pytest.approx(p[-1], rel=1e-8, abs=1e-12)
    assert station.mean_in_system == pytest.approx(p @ np.arange(capacity + 1), rel=1e-9)
    assert station.delay_probability == pytest.approx(p[c:-1].sum() / (1.0 - p[-1]), rel=1e-8, abs=1e-12)


def test_with_a_server_for_everyone_nobody_waits() -> None:
    rates = np.array([0.0, 2.0, 50.0])
    many = MMc(arrival_rate=rates, service_rate=1.0, servers=400)
    for station in (
        MMInf(arrival_rate=rates, service_rate=1.0),
        MGInf(arrival_rate=rates, service=Exponential(mean=1.0)),
    ):
        assert station.mean_in_system == pytest.approx(many.mean_in_system)
        assert station.sojourn.ppf(0.9) == pytest.approx(many.sojourn.ppf(0.9))
        assert np.all(station.utilisation == 0.0)


def test_moments_of_mg1_by_takacs() -> None:
    """E[W] = lambda m2 / (2 (1 - rho)), var W = E[W]^2 + lambda m3 / (3 (1 - rho))."""
    cases: list[tuple[Any, float, float]] = [
        (Deterministic(mean=1.0), 1.0, 1.0),
        (Exponential(mean=1.0), 2.0, 6.0),
        (Gamma(mean=1.0, scv=0.5), 1.5, 3.0),
        (Lognormal(mean=1.0, scv=2.0), 3.0, 27.0),
    ]
    rho = 0.7
    for law, second, third in cases:
        wait = MG1(arrival_rate=rho, service=law).wait
        mean = rho * second / (2 * (1 - rho))
        assert wait.mean == pytest.approx(mean, rel=1e-12)
        assert wait.var == pytest.approx(mean**2 + rho * third / (3 * (1 - rho)), rel=1e-11)


@pytest.mark.parametrize("law", ["gamma", "lognormal", "deterministic", "hyperexponential"])
def test_mg1_loses_no_digits_in_heavy_traffic(law: str) -> None:
    """(1 - rho) W tends to an exponential of mean E[X] (Kingman 1962), to first order in 1 - rho."""
    spare = 1e-9
    rate = (1.0 - spare) / MEAN
    station = MG1(arrival_rate=rate, service=LAWS[law])
    mean = LAWS[law].excess_mean / spare
    assert station.mean_wait == pytest.approx(mean, rel=1e-6)
    for q in (0.5, 0.99):
        assert station.sojourn.ppf(q) == pytest.approx(-mean * np.log(1.0 - q), rel=1e-6)


@given(st.floats(0.05, 0.95), st.sampled_from(sorted(LAWS)))
def test_more_servers_never_hurt(rho: float, law: str) -> None:
    """At one arrival rate; what sizing relies on."""
    rate = 3.0 * rho / MEAN
    servers = np.arange(3, 12)
    station = MGc(arrival_rate=rate, service=LAWS[law], servers=servers)
    assert np.all(np.diff(station.mean_wait) <= 0.0)
    assert np.all(np.diff(station.delay_probability) <= 0.0)
    t = np.array([0.0, 0.2, 1.0, 4.0])[:, None]
    assert np.all(np.diff(station.wait.sf(t), axis=1) <= 1e-9)
