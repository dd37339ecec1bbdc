"""Engset and M/M/c//N against fifty digits, their chains, and their limits."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import queuecalc as qc
from queuecalc.station.engset_ratio import engset_loss
from tests.station.tables import MARKOVIAN

FIELDS = ("sources", "request_rate", "service_rate", "servers")


def test_engset_loss_against_fifty_digits() -> None:
    rows = MARKOVIAN["engset"]
    c, m, alpha = (np.array([float(row[key]) for row in rows]) for key in ("servers", "sources", "demand"))
    exact = np.array([float(row["loss"]) for row in rows])
    assert np.max(np.abs(engset_loss(c, m, alpha) / exact - 1.0)) < 1e-12
    assert m.max() == 1e6


def test_finite_sources_against_fifty_digits() -> None:
    rows = MARKOVIAN["finite_sources"]
    station = qc.MMcN(**{name: np.array([row[name] for row in rows]) for name in FIELDS})
    values = {
        "delayed": station.delay_probability,
        "throughput": station.throughput,
        "mean_wait": station.mean_wait,
        "var_wait": station.wait.var,
        "mean_in_system": station.mean_in_system,
        "wait_sf": station.wait.sf([row["t"] for row in rows]),
        "sojourn_sf": station.sojourn.sf([row["t"] for row in rows]),
    }
    for name, value in values.items():
        exact = np.array([float(row[name]) for row in rows])
        assert np.max(np.abs(value / exact - 1.0)) < 1e-12, name


def states(sources: int, nu: float, mu: float, c: int, most: int) -> np.ndarray:
    """P(n in the station), n up to `most`, from the balance equations solved as they stand."""
    up = nu * (sources - np.arange(most))
    down = mu * np.minimum(np.arange(1, most + 1), c)
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    system = np.vstack([generator.T, np.ones(most + 1)])
    return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(most + 1), 1.0), rcond=None)[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 25), st.floats(0.02, 4.0), st.integers(1, 8))
def test_engset_by_its_chain(sources: int, alpha: float, c: int) -> None:
    mu = 1.7
    station = qc.Engset(sources=sources, request_rate=alpha * mu, service_rate=mu, servers=c)
    p = states(sources, alpha * mu, mu, c, min(sources, c))
    n = np.arange(len(p))
    asking = alpha * mu * (sources - n) * p  # an arrival finds n with probability proportional to this
    lost = asking[c] if sources >= c and len(p) > c else 0.0
    if sources > c:
        assert station.blocking_probability == pytest.approx(lost / asking.sum(), rel=1e-9)
        assert station.time_congestion == pytest.approx(p[c], rel=1e-9)
    else:
        assert station.blocking_probability == 0.0
    assert station.throughput == pytest.approx(mu * p @ n, rel=1e-9)
    assert station.mean_in_system == pytest.approx(p @ n, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 25), st.floats(0.02, 4.0), st.integers(1, 8), st.floats(0.01, 6.0))
def test_finite_sources_by_their_chain(sources: int, alpha: float, c: int, t: float) -> None:
    """Who asks in state n is seen in proportion to (N - n) p(n); the laws by stages and matrix exponential."""
    mu = 1.7
    station = qc.MMcN(sources=sources, request_rate=alpha * mu, service_rate=mu, servers=c)
    p = states(sources, alpha * mu, mu, c, sources)
    n = np.arange(sources + 1)
    assert station.throughput == pytest.approx(mu * p @ np.minimum(n, c), rel=1e-9)
    assert station.mean_in_system == pytest.approx(p @ n, rel=1e-9)
    assert station.mean_queue_length == pytest.approx(p @ np.maximum(n - c, 0), rel=1e-8, abs=1e-13)
    seen = ((sources - n) * p)[:-1]
    seen /= seen.sum()
    assert station.delay_probability == pytest.approx(seen[c:].sum(), rel=1e-8, abs=1e-13)
    places = max(sources - c, 1)
    stages = np.diag(np.full(places, -c * mu)) + np.diag(np.full(places - 1, c * mu), -1)
    found = np.zeros(places)
    found[: len(seen[c:])] = seen[c:]
    assert station.wait.sf(t) == pytest.approx((found @ expm(stages * t)).sum(), rel=1e-8, abs=1e-13)
    whole = np.zeros((places + 1, places + 1))
    whole[:places, :places], whole[0, places], whole[places, places] = stages, c * mu, -mu
    after = np.append(found, seen[:c].sum()) @ expm(whole * t)
    assert station.sojourn.sf(t) == pytest.approx(after.sum(), rel=1e-8, abs=1e-13)


@pytest.mark.parametrize(
    ("c", "times"), [(2, (1.0, 300.0, 749.0, 900.0)), (20, (1.0, 60.0, 74.0, 78.0, 90.0))]
)
def test_hardly_anybody_idle_against_stages(c: int, times: tuple[float, ...]) -> None:
    """Of 1,500 sources all but some c wait: J stages at rate c, then a service, by incomplete gamma functions.

    Who finds i idle has J = 1500 - c - i, i Poisson with mean c mu / nu = c; P(T > t) given J = j is
    Q(j, c t) + (c / (c - 1))^j exp(-t) P(j, (c - 1) t).
    """
    station = qc.MMcN(sources=1500, request_rate=1.0, service_rate=1.0, servers=c)
    for t in times:
        with mp.workdps(60):
            total, whole = mp.mpf(0), mp.mpf(0)
            for i in range(60 + c):
                j, weight = 1500 - c - i, mp.mpf(c) ** i / mp.factorial(i)
                waiting = mp.gammainc(j, c * t, mp.inf, regularized=True)
                serving = mp.gammainc(j, 0, (c - 1) * t, regularized=True) * mp.exp(-mp.mpf(t))
                total += weight * (waiting + serving * (mp.mpf(c) / (c - 1)) ** j)
                whole += weight
            expected = float(total / whole)
        assert station.sojourn.sf(t) == pytest.approx(expected, rel=1e-9)


def test_many_sources_are_a_poisson_stream() -> None:
    n, rate = 10**8, 7.0
    arguments: dict[str, Any] = {"service_rate": 1.0, "servers": 8}
    many = qc.Engset(sources=n, request_rate=rate / n, **arguments)
    loss = qc.ErlangB(arrival_rate=rate, **arguments)
    assert many.blocking_probability == pytest.approx(loss.blocking_probability, rel=1e-6)
    many_wait, open_ = (
        qc.MMcN(sources=n, request_rate=rate / n, **arguments),
        qc.MMc(arrival_rate=rate, **arguments),
    )
    assert many_wait.mean_wait == pytest.approx(open_.mean_wait, rel=1e-5)
    assert many_wait.wait.ppf(0.99) == pytest.approx(open_.wait.ppf(0.99), rel=1e-5)
    assert many_wait.sojourn.ppf(0.99) == pytest.approx(open_.sojourn.ppf(0.99), rel=1e-5)


def test_huge_and_tiny() -> None:
    station = qc.MMcN(
        sources=[1, 3, 10**6, 10**6, 10**6, 10**9],
        request_rate=[1.0, 0.0, 1e-12, 1e-3, 1e6, 1e-9],
        service_rate=1.0,
        servers=[1, 2, 5, 990, 1000, 2],
    )
    for value in (station.mean_wait, station.throughput, station.wait.var, station.sojourn.ppf(0.99)):
        assert np.all(np.isfinite(value))
        assert np.all(value >= 0.0)
    assert station.delay_probability[:2].tolist() == [0.0, 0.0]
    assert station.utilisation[4] == pytest.approx(1.0, rel=1e-12)
    # all but nobody idle: who asks waits for all the others but the servers' first choice
    assert station.mean_wait[4] == pytest.approx(999_000 / 1000.0, rel=1e-4)
    assert station.throughput[1] == 0.0


def test_who_has_a_server_of_his_own_never_waits() -> None:
    station = qc.MMcN(sources=4, request_rate=2.0, service_rate=1.0, servers=[4, 9])
    assert station.mean_wait.tolist() == [0.0, 0.0]
    assert station.mean_in_system == pytest.approx(8.0 / 3.0)
    engset = qc.Engset(sources=4, request_rate=2.0, service_rate=1.0, servers=[4, 9])
    assert engset.blocking_probability.tolist() == [0.0, 0.0]
    assert engset.time_congestion == pytest.approx([(2.0 / 3.0) ** 4, 0.0])
    assert engset.throughput == pytest.approx([8.0 / 3.0, 8.0 / 3.0])


@pytest.mark.parametrize("kind", [qc.Engset, qc.MMcN])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sources": 0}, "sources = 0.0; expected a whole number >= 1"),
        ({"sources": 2.5}, "sources = 2.5; expected a whole number >= 1"),
        ({"request_rate": -1.0}, "request_rate = -1.0; expected a finite number >= 0"),
        ({"service_rate": math.inf}, "service_rate = inf; expected a finite number > 0"),
        (
            {"sources": [2, 3], "servers": [1, 2, 3]},
            (
                "sources of shape (2,), request_rate of shape (), service_rate of shape (), servers of shape (3,); "
                "expected shapes that broadcast"
            ),
        ),
    ],
)
def test_refused(kind: Any, arguments: dict[str, Any], message: str) -> None:
    usual = {"sources": 4, "request_rate": 1.0, "service_rate": 1.0, "servers": 2}
    with pytest.raises(qc.InvalidInput) as refused:
        kind(**(usual | arguments))
    assert str(refused.value) == f"{kind.__name__}: {message}"
