"""Servers of different speed against their whole chain, a product form, and M/M/c."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import queuecalc as qc

speeds = st.lists(st.floats(0.2, 5.0), min_size=1, max_size=4).map(tuple)
dispatches = st.sampled_from(["fastest", "slowest", "random"])


def whole_chain(rate: float, speeds: tuple[float, ...], dispatch: str, most: int) -> tuple[np.ndarray, int]:
    """P(busy subset) and then P(1, 2, ... waiting), by the balance equations as they stand."""
    c, subsets = len(speeds), 2 ** len(speeds)
    generator = np.zeros((subsets + most, subsets + most))
    for state in range(subsets):
        free = [k for k in range(c) if not state >> k & 1]
        taken = (
            {"fastest": [max(free, key=lambda k: speeds[k])], "slowest": [min(free, key=lambda k: speeds[k])]}
            if free
            else {}
        )
        choice = taken.get(dispatch, free)
        for k in choice:
            generator[state, state | 1 << k] += rate / len(choice)
        for k in set(range(c)) - set(free):
            generator[state, state & ~(1 << k)] += speeds[k]
    for waiting in range(most):
        state = subsets + waiting
        generator[state - 1, state] = rate
        generator[state, state - 1] = sum(speeds)
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack([generator.T, np.ones(len(generator))])
    p = np.linalg.lstsq(system, np.append(np.zeros(len(generator)), 1.0), rcond=None)[0]
    return np.asarray(p), subsets


@settings(max_examples=25, deadline=None)
@given(speeds, st.floats(0.05, 0.7), dispatches)
def test_numbers_by_the_whole_chain(speeds: tuple[float, ...], rho: float, dispatch: str) -> None:
    rate = rho * sum(speeds)
    p, subsets = whole_chain(rate, speeds, dispatch, 90)
    station = qc.MMcMixed(arrival_rate=rate, service_rates=speeds, dispatch=dispatch)
    waiting = p[subsets - 1 :]
    assert station.delay_probability == pytest.approx(waiting.sum(), abs=1e-8)
    assert station.mean_queue_length == pytest.approx(waiting @ np.arange(len(waiting)), abs=1e-7)
    busy = [sum(p[s] for s in range(subsets) if s >> k & 1) + p[subsets:].sum() for k in range(len(speeds))]
    assert station.busy_servers == pytest.approx(busy, abs=1e-8)
    assert station.mean_in_system == pytest.approx(sum(busy) + station.mean_queue_length, abs=1e-7)
    assert np.dot(station.busy_servers, speeds) == pytest.approx(rate, rel=1e-12)  # what comes in goes out
    assert np.multiply(station.busy_servers, speeds) / rate == pytest.approx(
        np.array(station.served_by), rel=1e-10
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.2, 5.0), min_size=1, max_size=7).map(tuple), st.floats(0.01, 0.99))
def test_random_choice_has_a_product_form(speeds: tuple[float, ...], rho: float) -> None:
    """P(S) ~ lambda^|S| (c - |S|)! / prod mu (Gumbel 1960)."""
    rate, c = rho * sum(speeds), len(speeds)
    weights = [
        sum(math.prod(rate / mu for mu in chosen) for chosen in itertools.combinations(speeds, n))
        * math.factorial(c - n)
        for n in range(c + 1)
    ]
    delayed = weights[c] / (1.0 - rho)
    station = qc.MMcMixed(arrival_rate=rate, service_rates=speeds, dispatch="random")
    assert station.delay_probability == pytest.approx(delayed / (sum(weights[:c]) + delayed), rel=1e-9)


@given(st.integers(1, 6), st.floats(0.0, 0.99), dispatches)
def test_equal_servers_are_mmc(c: int, rho: float, dispatch: str) -> None:
    rate = 1.3 * rho * c
    mixed = qc.MMcMixed(arrival_rate=rate, service_rates=(1.3,) * c, dispatch=dispatch)
    plain = qc.MMc(arrival_rate=rate, service_rate=1.3, servers=c)
    for name in (
        "delay_probability",
        "mean_wait",
        "mean_sojourn",
        "utilisation",
        "offered_load",
        "mean_in_system",
    ):
        assert getattr(mixed, name) == pytest.approx(getattr(plain, name), rel=1e-9, abs=1e-280)
    t = np.array([0.1, 1.0, 5.0])
    assert mixed.sojourn.sf(t) == pytest.approx(plain.sojourn.sf(t), rel=1e-9)
    assert mixed.wait.sf(t) == pytest.approx(plain.wait.sf(t), rel=1e-9)


def test_two_servers_by_hand() -> None:
    """Fastest first, mu = (2, 1), lambda = 1: 0, fast, slow, both and n waiting weigh 5, 2, 1, 1 and 3^-n."""
    station = qc.MMcMixed(arrival_rate=1.0, service_rates=(2.0, 1.0))
    assert station.delay_probability == pytest.approx(1.5 / 9.5)
    assert station.served_by == pytest.approx((6.0 / 9.5 + 1.0 / 9.5, 2.0 / 9.5 + 0.5 / 9.5))


def test_the_fastest_first_is_best_and_the_slowest_first_is_worst() -> None:
    rates = np.linspace(0.5, 7.5, 8)
    sojourns = [
        qc.MMcMixed(arrival_rate=rates, service_rates=(4.0, 2.0, 1.0, 1.0), dispatch=way).mean_sojourn
        for way in ("fastest", "random", "slowest")
    ]
    assert np.all(sojourns[0] < sojourns[1])
    assert np.all(sojourns[1] < sojourns[2])


def test_sojourns_by_simulation_of_the_line() -> None:
    """In order of arrival; each takes the fastest free server, or the first that becomes free."""
    rng = np.random.default_rng(5)
    speeds, rate, count = (3.0, 1.0, 0.5), 3.2, 120_000
    arrivals = np.cumsum(rng.exponential(1.0 / rate, count))
    work = rng.standard_exponential(count)
    free_at = [0.0, 0.0, 0.0]
    waits, sojourns = np.empty(count), np.empty(count)
    for i, now in enumerate(arrivals):
        k = next((k for k in range(3) if free_at[k] <= now), -1)
        if k < 0:
            k = min(range(3), key=free_at.__getitem__)
        start = max(now, free_at[k])
        free_at[k] = start + work[i] / speeds[k]
        waits[i], sojourns[i] = start - now, free_at[k] - now
    station = qc.MMcMixed(arrival_rate=rate, service_rates=speeds)
    assert station.mean_wait == pytest.approx(waits[1000:].mean(), rel=0.06)
    assert station.delay_probability == pytest.approx((waits[1000:] > 0).mean(), abs=0.012)
    for q in (0.5, 0.9, 0.99):
        assert station.sojourn.ppf(q) == pytest.approx(np.quantile(sojourns[1000:], q), rel=0.06)


def test_without_a_steady_state_and_without_arrivals() -> None:
    station = qc.MMcMixed(arrival_rate=[0.0, 3.0, 5.0], service_rates=(2.0, 1.0))
    assert station.stable.tolist() == [True, False, False]
    assert station.mean_wait.tolist() == [0.0, math.inf, math.inf]
    assert station.delay_probability.tolist() == [0.0, 1.0, 1.0]
    assert station.throughput.tolist() == [0.0, 3.0, 3.0]
    assert station.sojourn.ppf(0.5)[1] == math.inf
    assert station.mean_sojourn[0] == pytest.approx(0.5)
    assert station.busy_servers[0].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"service_rates": ()},
            "MMcMixed: service_rates of shape (0,); expected one rate for each of 1 to 12 servers",
        ),
        ({"service_rates": (1.0, -2.0)}, "MMcMixed: service_rates = -2.0; expected a finite number > 0"),
        (
            {"service_rates": (1.0,) * 13},
            "MMcMixed: service_rates of shape (13,); expected one rate for each of 1 to 12 servers",
        ),
        (
            {"service_rates": [[1.0, 2.0]]},
            "MMcMixed: service_rates of shape (1, 2); expected one rate for each of 1 to 12 servers",
        ),
        ({"dispatch": "best"}, "MMcMixed: dispatch = 'best'; expected one of fastest, slowest, random"),
        ({"arrival_rate": -1.0}, "MMcMixed: arrival_rate = -1.0; expected a finite number >= 0"),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"arrival_rate": 1.0, "service_rates": (2.0, 1.0)}
    with pytest.raises(qc.InvalidInput) as refused:
        qc.MMcMixed(**(usual | arguments))
    assert str(refused.value) == message
