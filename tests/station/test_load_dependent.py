"""M/M(n)/1/K against its chain, M/M/1/K, and a matrix exponential over (ahead, behind)."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import queuecalc as qc
from queuecalc.station import LoadDependent, MMcK
from queuecalc.station.tagged import Tagged

rates = st.lists(st.floats(0.2, 5.0), min_size=1, max_size=6).map(tuple)


@settings(max_examples=40, deadline=None)
@given(rates, st.floats(0.05, 6.0), st.floats(0.05, 5.0))
def test_by_its_chains(speeds: tuple[float, ...], lam: float, t: float) -> None:
    most = len(speeds)
    generator = np.diag(np.full(most, lam), 1) + np.diag(speeds, -1)
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack([generator.T, np.ones(most + 1)])
    p = np.linalg.lstsq(system, np.append(np.zeros(most + 1), 1.0), rcond=None)[0]
    station = qc.LoadDependent(arrival_rate=lam, state_rates=speeds)
    assert station.state_probabilities == pytest.approx(p, abs=1e-10)
    assert station.throughput == pytest.approx(p[1:] @ np.array(speeds), rel=1e-8)
    assert station.mean_in_system == pytest.approx(p @ np.arange(most + 1), rel=1e-8)
    # one customer followed: (ahead, behind), ahead -1 means gone
    names = [(a, b) for a in range(most) for b in range(most - a)]
    place = {name: i for i, name in enumerate(names)}
    chain = np.zeros((len(names), len(names)))
    start = np.zeros(len(names))
    for (a, b), i in place.items():
        mu = speeds[a + b]
        chain[i, i] -= mu
        if a:
            chain[i, place[a - 1, b]] += mu
        if a + b + 1 < most:
            chain[i, i] -= lam
            chain[i, place[a, b + 1]] += lam
        if b == 0:
            start[i] = p[a] / (1.0 - p[most])
    left = start @ expm(chain * t)
    there = np.array([a >= 1 for a, _ in names])
    assert station.sojourn.sf(t) == pytest.approx(left.sum(), rel=1e-7, abs=1e-11)
    solved = np.linalg.solve(chain.T, -start)
    assert station.sojourn.mean == pytest.approx(solved.sum(), rel=1e-8)
    assert station.sojourn.var == pytest.approx(
        2.0 * np.linalg.solve(chain.T, -solved).sum() - solved.sum() ** 2, rel=1e-6
    )
    assert station.mean_sojourn == pytest.approx(solved.sum(), rel=1e-8)
    if most > 1:
        inner = start[there] @ expm(chain[np.ix_(there, there)] * t)
        assert station.wait.sf(t) == pytest.approx(inner.sum(), rel=1e-7, abs=1e-11)
        assert station.wait.mean == pytest.approx(station.mean_wait, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 3.0), st.integers(1, 15))
def test_with_one_rate_it_is_mm1k(rho: float, most: int) -> None:
    one = qc.LoadDependent(arrival_rate=2.0 * rho, state_rates=(2.0,) * most)
    two = qc.MMcK(arrival_rate=2.0 * rho, service_rate=2.0, servers=1, capacity=most)
    for name in (
        "blocking_probability",
        "delay_probability",
        "mean_wait",
        "mean_sojourn",
        "throughput",
        "utilisation",
    ):
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=1e-11, abs=1e-280)
    t = np.array([0.1, 1.0, 4.0])
    assert one.wait.sf(t) == pytest.approx(two.wait.sf(t), rel=1e-10, abs=1e-280)
    assert one.sojourn.sf(t) == pytest.approx(two.sojourn.sf(t), rel=1e-10)
    assert one.sojourn.ppf(0.99) == pytest.approx(two.sojourn.ppf(0.99), rel=1e-10)
    s = np.array([0.3, 1.0 + 2.0j])
    assert one.sojourn.lst(s) == pytest.approx(two.sojourn.lst(s), rel=1e-10)


def test_a_pool_that_is_asked_too_much_does_less() -> None:
    """Past the peak of the scalability law more load is less throughput."""
    rates = qc.usl_rates(0.05, 0.02, service_rate=10.0, capacity=40)
    peak = int(np.argmax(rates)) + 1
    assert peak == round(math.sqrt(0.95 / 0.02))
    station = qc.LoadDependent(arrival_rate=np.array([10.0, 30.0, 60.0, 200.0]), state_rates=rates)
    through = station.throughput
    assert through[1] > through[0]
    assert through[3] < through[1]
    assert through[3] == pytest.approx(rates[-1], rel=0.1)
    assert qc.usl_rates(0.0, 0.0, service_rate=3.0, capacity=2) == (3.0, 6.0)


def test_nobody_comes() -> None:
    station = qc.LoadDependent(arrival_rate=0.0, state_rates=(2.0, 1.0))
    assert station.mean_wait == station.blocking_probability == station.wait.ppf(0.9) == 0.0
    assert station.sojourn.ppf(0.5) == pytest.approx(math.log(2.0) / 2.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: qc.LoadDependent(arrival_rate=1.0, state_rates=()),
            (
                "LoadDependent: state_rates of shape (0,); expected one rate for each number of customers from 1 to K, "
                "K at most 1000"
            ),
        ),
        (
            lambda: qc.LoadDependent(arrival_rate=1.0, state_rates=(1.0, 0.0)),
            "LoadDependent: state_rates = 0.0; expected a finite number > 0",
        ),
        (
            lambda: qc.LoadDependent(arrival_rate=math.nan, state_rates=(1.0,)),
            "LoadDependent: arrival_rate = nan; expected a finite number >= 0",
        ),
        (
            lambda: qc.usl_rates(-0.1, 0.0, service_rate=1.0, capacity=3),
            "usl_rates: alpha = -0.1; expected a finite number >= 0",
        ),
    ],
)
def test_refused(call: Any, message: str) -> None:
    with pytest.raises(qc.InvalidInput) as refused:
        call()
    assert str(refused.value) == message


def left_by_matrix_exponential(station: LoadDependent, t: float, *, waiting: bool) -> float:
    """P(still waiting, or still there, at t) from the generator over (ahead, behind), at 60 digits."""
    most, rates, lam = station.capacity, station.state_rates, station.arrival_rate
    first = 1 if waiting else 0
    states = [(ahead, behind) for ahead in range(first, most) for behind in range(most - ahead)]
    with mpmath.workdps(60):
        generator = mpmath.zeros(len(states))
        for i, (ahead, behind) in enumerate(states):
            n = ahead + behind + 1
            moves = {(ahead - 1, behind): rates[n - 1]} | ({(ahead, behind + 1): lam} if n < most else {})
            for target, rate in moves.items():
                generator[i, i] -= rate
                if target in states:
                    generator[i, states.index(target)] += rate
        left = mpmath.expm(generator * t) * mpmath.ones(len(states), 1)
        weights = [mpmath.mpf(1)]
        for rate in rates[: most - 1]:
            weights.append(weights[-1] * mpmath.mpf(lam) / mpmath.mpf(rate))
        found = sum(weights[ahead] * left[states.index((ahead, 0))] for ahead in range(first, most))
        return float(found / sum(weights))


@pytest.mark.parametrize(
    ("rate", "rates"),
    [
        (80.0, (1e9, 1.0, 1e-3)),
        (1.0, (1e-3, 1e9, 5.0)),
        (1e6, (1e-6, 1e3, 70.0, 70.0)),
        (2.0, (1.0, 2.0, 1.5, 0.5)),
    ],
)
def test_rates_far_apart(rate: float, rates: tuple[float, ...]) -> None:
    station = LoadDependent(arrival_rate=rate, state_rates=rates)
    for law, waiting in ((station.wait, True), (station.sojourn, False)):
        for share in (1e-3, 0.3, 1.0, 4.0):
            t = share * law.mean
            truth = left_by_matrix_exponential(station, t, waiting=waiting)
            assert law.sf(t) == pytest.approx(truth, abs=2e-9)


def test_both_ways_to_the_tail_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    station = LoadDependent(
        arrival_rate=np.array([5.0, 20.0, 40.0]),
        state_rates=qc.usl_rates(0.1, 0.02, service_rate=10.0, capacity=30),
    )
    times = np.array([0.02, 0.2, 1.0])[:, None]
    laws = (station.wait, station.sojourn)
    ticks = [law.tail_and_density(times) for law in laws]
    monkeypatch.setattr(Tagged, "is_quick", lambda _self, t: np.zeros(np.shape(t), dtype=bool))
    for law, (tail, density) in zip(laws, ticks, strict=True):
        inverted = law.tail_and_density(times)
        assert inverted[0] == pytest.approx(tail, abs=1e-9)
        assert inverted[1] == pytest.approx(density, abs=1e-7)


def test_a_thousand_customers() -> None:
    """With one rate for all it is M/M/1/K."""
    station = LoadDependent(arrival_rate=70.0, state_rates=(100.0,) * 1000)
    plain = MMcK(arrival_rate=70.0, service_rate=100.0, servers=1, capacity=1000)
    assert station.sojourn.var == pytest.approx(plain.sojourn.var, rel=1e-12)
    assert station.sojourn.ppf(0.95) == pytest.approx(plain.sojourn.ppf(0.95), rel=1e-11)
