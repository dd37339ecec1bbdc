"""M/G/1/K, whose laws are exact: against the chain of a phase-type service, events one by one, and both limits."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
from scipy import linalg

import queuecalc as qc
from queuecalc.evidence import Evidence
from queuecalc.law import Coxian, Gamma, Hyperexponential, Law, Lognormal, PhaseType
from queuecalc.station import MG1, MGcK, MMcK

T = np.array([0.05, 0.4, 1.0, 3.0, 9.0])

PHASES = {
    "erlang": ([1.0, 0.0, 0.0], [[-3.0, 3.0, 0.0], [0.0, -3.0, 3.0], [0.0, 0.0, -3.0]]),
    "hyperexponential": ([0.1, 0.9], [[-0.25, 0.0], [0.0, -1.5]]),
    "loop": ([0.7, 0.3], [[-2.0, 1.0], [0.5, -0.8]]),
}


def sojourn_by_chain(alpha: Any, inside: Any, rate: float, capacity: int, t: Any) -> Any:
    """P(T > t) of the accepted: states (number, phase), then the chain of one customer's way out."""
    alpha, inside = np.asarray(alpha), np.asarray(inside)
    m, leave = len(alpha), -inside.sum(axis=1)
    size = 1 + capacity * m
    q = np.zeros((size, size))
    q[0, 1 : 1 + m] = rate * alpha
    for n in range(1, capacity + 1):
        here = slice(1 + (n - 1) * m, 1 + n * m)
        q[here, here] += inside
        if n < capacity:
            q[here, 1 + n * m : 1 + (n + 1) * m] += rate * np.eye(m)
        if n == 1:
            q[here, 0] += leave
        else:
            q[here, 1 + (n - 2) * m : 1 + (n - 1) * m] += np.outer(leave, alpha)
    np.fill_diagonal(q, 0.0)
    np.fill_diagonal(q, -q.sum(axis=1))
    p = np.linalg.lstsq(np.vstack([q.T, np.ones(size)]), np.append(np.zeros(size), 1.0), rcond=None)[0]
    # with n there before, n + 1 services are still to end: the one under way in its phase, then whole ones
    start = np.zeros(capacity * m)
    start[(capacity - 1) * m :] = p[0] * alpha
    for n in range(1, capacity):
        at = (capacity - 1 - n) * m
        start[at : at + m] = p[1 + (n - 1) * m : 1 + n * m]
    start /= start.sum()
    way = np.kron(np.eye(capacity), inside) + np.kron(np.eye(capacity, k=1), np.outer(leave, alpha))
    return np.array([start @ linalg.expm(way * x) @ np.ones(capacity * m) for x in t])


@pytest.mark.parametrize("name", PHASES)
@pytest.mark.parametrize("rho", [0.05, 0.7, 1.0, 1.8])
@pytest.mark.parametrize("capacity", [2, 3, 9, 25])
def test_sojourn_against_the_chain_of_its_phases(name: str, rho: float, capacity: int) -> None:
    service = PhaseType(*PHASES[name])
    rate = rho / float(service.mean)
    station = MGcK(arrival_rate=rate, service=service, servers=1, capacity=capacity)
    assert station.evidence is Evidence.EXACT
    expected = sojourn_by_chain(*PHASES[name], rate, capacity, T)
    assert station.sojourn.sf(T) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("service", [Lognormal(mean=1.0, scv=4.0), qc.Deterministic(mean=1.0)])
def test_wait_against_events_one_by_one(service: Law) -> None:
    rng = np.random.default_rng(5)
    rate, capacity, count = 1.1, 5, 150_000
    arrivals = np.cumsum(rng.exponential(1.0 / rate, count)).tolist()
    services = np.asarray(service.sample(count, rng)).tolist()
    leaving: deque[float] = deque()
    waits = []
    for arrival, needed in zip(arrivals, services, strict=True):
        while leaving and leaving[0] <= arrival:
            leaving.popleft()
        if len(leaving) < capacity:
            begins = max(leaving[-1], arrival) if leaving else arrival
            waits.append(begins - arrival)
            leaving.append(begins + needed)
    station = MGcK(arrival_rate=rate, service=service, servers=1, capacity=capacity)
    t = np.array([0.0, 0.5, 1.5, 2.5, 3.7, 6.0])
    seen = (np.asarray(waits) > t[:, None]).mean(axis=1)
    # batches of waits hang together: the error of independent ones, times four
    assert station.wait.sf(t) == pytest.approx(seen, abs=4.0 * np.sqrt(0.25 / len(waits)) * 2.0)
    assert station.wait.var == pytest.approx(np.var(waits), rel=0.05)
    assert station.mean_wait == pytest.approx(np.mean(waits), rel=0.02)


@pytest.mark.parametrize("rho", [1e-9, 1e-3, 0.5, 1.0, 1.4])
def test_an_exponential_service_by_another_name_is_mmck(rho: float) -> None:
    for same in (Gamma(mean=1.0, scv=1.0), Hyperexponential(mean=1.0, scv=1.0), Coxian((1.0,))):
        general = MGcK(arrival_rate=rho, service=same, servers=1, capacity=[2, 7, 40])
        markovian = MMcK(arrival_rate=rho, service_rate=1.0, servers=1, capacity=[2, 7, 40])
        for t in T:
            assert general.wait.sf(t) == pytest.approx(markovian.wait.sf(t), abs=1e-9)
            assert general.sojourn.sf(t) == pytest.approx(markovian.sojourn.sf(t), rel=1e-6, abs=1e-9)
        assert general.sojourn.var == pytest.approx(markovian.sojourn.var, rel=1e-7)
        assert general.sojourn.ppf(0.99) == pytest.approx(markovian.sojourn.ppf(0.99), rel=1e-7)


@pytest.mark.parametrize("rate", [1e-3, 0.5, 1.4, 40.0])
@pytest.mark.parametrize("capacity", [2, 5, 40])
def test_a_constant_service_by_its_age_and_by_its_transform(rate: float, capacity: int) -> None:
    """P(W > t) without a transform; its Laplace transform by quadrature between the kinks is that of the chain."""
    station = MGcK(arrival_rate=rate, service=qc.Deterministic(mean=1.0), servers=1, capacity=capacity)
    wait = station.wait
    x, w = np.polynomial.legendre.leggauss(24)
    t = (np.arange(capacity - 1.0)[:, None] + (x + 1.0) / 2.0).ravel()
    weight = np.tile(w / 2.0, capacity - 1)
    assert weight @ wait.sf(t) == pytest.approx(station.mean_wait, rel=1e-7)
    assert 2.0 * weight @ (t * wait.sf(t)) == pytest.approx(wait.var + station.mean_wait**2, rel=1e-6)
    for s in (0.4, 2.0):
        assert wait.lst(s) == pytest.approx(1.0 - s * (weight @ (np.exp(-s * t) * wait.sf(t))), abs=1e-9)
    slope = (wait.sf(0.3 - 1e-5) - wait.sf(0.3 + 1e-5)) / 2e-5
    assert wait.pdf(0.3) == pytest.approx(slope, rel=1e-5, abs=1e-9)
    assert wait.sf(0.0) == pytest.approx(station.delay_probability, rel=1e-8)
    assert wait.sf(capacity - 1.0) == 0.0


def test_constant_services_in_a_batch() -> None:
    service = qc.Deterministic(mean=0.7)
    many = MGcK(arrival_rate=[[0.5], [1.4]], service=service, servers=1, capacity=[2, 5, 40])
    for i, rate in enumerate((0.5, 1.4)):
        for j, k in enumerate((2, 5, 40)):
            one = MGcK(arrival_rate=rate, service=service, servers=1, capacity=k)
            assert many.wait.sf(1.5)[i, j] == pytest.approx(one.wait.sf(1.5), rel=1e-12, abs=1e-15)
            assert many.sojourn.ppf(0.9)[i, j] == pytest.approx(one.sojourn.ppf(0.9), rel=1e-9)


@pytest.mark.parametrize("service", [Gamma(mean=1.0, scv=0.3), Hyperexponential(mean=1.0, scv=2.0)])
def test_much_room_is_no_bound(service: Law) -> None:
    bounded = MGcK(arrival_rate=0.5, service=service, servers=1, capacity=200)
    open_ = MG1(arrival_rate=0.5, service=service)
    assert bounded.wait.sf(T) == pytest.approx(open_.wait.sf(T), abs=1e-7)
    assert bounded.wait.var == pytest.approx(open_.wait.var, rel=1e-5)


def test_far_above_capacity_the_room_is_always_full() -> None:
    """Who is let in finds K - 1: the rest of a service that has just begun, and K - 2 whole ones."""
    station = MGcK(arrival_rate=1e6, service=Gamma(mean=1.0, scv=0.5), servers=1, capacity=4)
    whole = Gamma(mean=3.0, scv=0.5 / 3.0)
    assert station.wait.sf(T) == pytest.approx(whole.sf(T), abs=1e-5)
    assert station.mean_wait == pytest.approx(3.0, rel=1e-5)


def test_one_and_several_servers_side_by_side() -> None:
    service = Gamma(mean=1.0, scv=2.0)
    many = MGcK(arrival_rate=0.9, service=service, servers=[1, 2, 1, 1], capacity=[6, 6, 1, 1000])
    assert many.evidence is Evidence.APPROXIMATE
    for i, (c, k) in enumerate([(1, 6), (2, 6), (1, 1), (1, 1000)]):
        one = MGcK(arrival_rate=0.9, service=service, servers=c, capacity=k)
        assert many.sojourn.ppf(0.9)[i] == pytest.approx(one.sojourn.ppf(0.9), rel=1e-9)
        assert many.wait.var[i] == pytest.approx(one.wait.var, rel=1e-9)
        assert (one.evidence is Evidence.EXACT) == (c == 1 and k <= 400)
