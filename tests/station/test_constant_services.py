"""M/D/c: against Erlang's sum and Crommelin's zeros to fifty digits, a random walk by brute force, and M/D/1."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic
from queuecalc.station import MG1, MDc


@pytest.mark.parametrize("rho", [0.01, 0.3, 0.8, 0.99])
@pytest.mark.parametrize("t", [0.2, 1.3, 5.5, 19.0])
def test_one_server_against_erlangs_alternating_sum(rho: float, t: float) -> None:
    with mp.workdps(110):
        r, x = mp.mpf(rho), mp.mpf(t)
        terms = ((r * (j - x)) ** j / mp.factorial(j) * mp.exp(-r * (j - x)) for j in range(int(t) + 1))
        tail = 1 - (1 - r) * mp.fsum(terms)
    station = MDc(arrival_rate=rho, service_rate=1.0, servers=1)
    assert station.wait.sf(t) == pytest.approx(float(tail), rel=2e-14)


@pytest.mark.parametrize(
    ("c", "rho"), [(2, 0.01), (2, 0.8), (3, 0.9999), (7, 0.5), (20, 0.95), (60, 0.99), (60, 1.0 - 1e-7)]
)
def test_means_and_empty_queues_against_crommelins_zeros(c: int, rho: float) -> None:
    """E[Lq] = (a^2 - c (c - 1)) / (2 (c - a)) + sum 1 / (1 - z_k), P(Lq = 0) = (c - a) e^a prod z_k / (z_k - 1)."""
    rate = float(c * rho)
    with mp.workdps(60):
        a = mp.mpf(rate)
        r = a / c
        zeros = [-mp.lambertw(-r * mp.exp(-r) * mp.expjpi(mp.mpf(2 * k) / c)) / r for k in range(1, c)]
        queue = (a * a - c * (c - 1)) / (2 * (c - a)) + mp.re(mp.fsum(1 / (1 - z) for z in zeros))
        empty = (c - a) * mp.exp(a) * mp.re(mp.fprod(z / (z - 1) for z in zeros))
    station = MDc(arrival_rate=rate, service_rate=1.0, servers=c)
    assert station.mean_queue_length == pytest.approx(float(queue), rel=1e-12)
    assert station.wait._states[0].at[0] == pytest.approx(float(empty), rel=1e-12)


@pytest.mark.parametrize(("c", "rho"), [(2, 0.7), (5, 0.8), (12, 0.6)])
def test_waits_against_the_walk_by_brute_force(c: int, rho: float) -> None:
    """P(W > t): whoever comes finds L in line and busy; the walk over whole periods and a Poisson part of one."""
    a, most = c * rho, 400
    steps = stats.poisson.pmf(np.arange(150), a)
    queue = np.zeros(most)
    queue[0] = 1.0
    for _ in range(3000):
        moved = np.convolve(queue, steps)
        queue = np.zeros(most)
        queue[0] = moved[: c + 1].sum()
        queue[1:] = moved[c + 1 : c + most]
        queue /= queue.sum()
    station = MDc(arrival_rate=a, service_rate=1.0, servers=c)
    above = np.append(np.cumsum(queue[:0:-1])[::-1], 0.0)
    for t in (0.0, 0.25, 0.99, 1.0, 1.5, 2.75):
        k = math.floor(t) + 1
        j = np.arange(k * c)
        x = a * (k - t)
        tail = stats.poisson.pmf(j, x) @ above[k * c - 1 - j] + stats.poisson.sf(k * c - 1, x)
        assert station.wait.sf(t) == pytest.approx(tail, rel=1e-9, abs=1e-13)
    delayed = stats.poisson.pmf(np.arange(150), a)
    # c or more in the system: a service time later, who is left over and who came
    system = np.convolve(queue, delayed)
    assert station.delay_probability == pytest.approx(system[c:].sum(), rel=1e-9)


@pytest.mark.parametrize(("c", "rho"), [(2, 1e-4), (3, 5e-3), (5, 0.05)])
def test_the_transform_in_light_traffic_against_crommelins(c: int, rho: float) -> None:
    """E z^Lq = (c - a) (1 - z) / (exp(-s D) - z^c) prod_k (z - z_k) / (1 - z_k) at z = 1 - s / lambda, also |z| > 1.

    Hardly anybody waits: what is left to 1 is what is asked for.
    """
    station = MDc(arrival_rate=c * rho / 2.0, service_rate=0.5, servers=c)
    for s in (0.1 * c * rho, 0.3, 2.0, 1.0 + 2.0j):
        with mp.workdps(80):
            a = mp.mpf(c * rho / 2.0) * 2
            r = a / c
            zeros = [-mp.lambertw(-r * mp.exp(-r) * mp.expjpi(mp.mpf(2 * k) / c)) / r for k in range(1, c)]
            z = 1 - mp.mpmathify(s) * 2 / a
            value = (c - a) * (1 - z) / (mp.exp(-2 * mp.mpmathify(s)) - z**c)
            value *= mp.fprod((z - zero) / (1 - zero) for zero in zeros)
            expected = complex(1 - value)
        assert complex(station.wait.lst_complement(s)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("rho", [0.3, 0.99, 1.0 - 1e-6])
def test_moments_and_transforms_of_one_server_are_those_of_mg1(rho: float) -> None:
    ours = MDc(arrival_rate=rho / 3.0, service_rate=1.0 / 3.0, servers=1).wait
    theirs = MG1(arrival_rate=rho / 3.0, service=Deterministic(mean=3.0)).wait
    assert ours.var == pytest.approx(theirs.var, rel=1e-9)
    for q in (1e-9, 1e-6, 1e-3, 1.0, 40.0):
        s = q / theirs.mean
        assert ours.lst_complement(s) == pytest.approx(theirs.lst_complement(s), rel=1e-9)
        assert ours.excess_lst(s) == pytest.approx(theirs.excess_lst(s), rel=1e-9)


def test_batches_of_stations_and_quantiles_on_the_kinks() -> None:
    rates = np.array([[0.0], [3.0], [7.9], [8.0]])
    many = MDc(arrival_rate=rates, service_rate=2.0, servers=[1, 4])
    assert many.shape == (4, 2)
    assert many.stable.tolist() == [[True, True], [False, True], [False, True], [False, False]]
    one = MDc(arrival_rate=7.9, service_rate=2.0, servers=4)
    assert many.sojourn.ppf(0.99)[2, 1] == pytest.approx(one.sojourn.ppf(0.99), rel=1e-13)
    assert one.sojourn.ppf(0.0) == 0.0
    assert one.sojourn.sf(0.4999) == 1.0
    free = 1.0 - one.delay_probability
    assert one.sojourn.ppf(0.5 * free) == pytest.approx(0.5, rel=1e-14)
    plain = MG1(arrival_rate=0.9, service=Deterministic(mean=1.0))
    ours = MDc(arrival_rate=0.9, service_rate=1.0, servers=1)
    levels = [0.05, 0.5, 0.99, 0.999999]
    assert ours.sojourn.ppf(levels) == pytest.approx(plain.sojourn.ppf(levels), rel=1e-12)


def test_many_servers_in_the_quality_and_efficiency_driven_regime() -> None:
    """With c = a + beta sqrt(a) the delay probability tends to that of the Gaussian walk, 0.4700 at beta = 1/2."""
    with mp.workdps(20):
        beta = mp.mpf(1) / 2
        empty = mp.exp(-mp.nsum(lambda n: mp.ncdf(-beta * mp.sqrt(n)) / n, [1, mp.inf]))
    station = MDc(arrival_rate=1e5 - 0.5 * math.sqrt(1e5), service_rate=1.0, servers=100_000)
    assert station.wait._states[0].above[0] == pytest.approx(float(1 - empty), rel=5e-3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arrival_rate": -1.0}, "arrival_rate = -1.0"),
        ({"service_rate": 0.0}, "service_rate = 0.0"),
        ({"servers": 2.5}, "servers = 2.5"),
        ({"servers": 200_000}, "at most 100,000"),
        ({"arrival_rate": [1.0, 2.0], "servers": [1, 2, 3]}, r"\(2,\).*\(3,\)"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"arrival_rate": 1.0, "service_rate": 2.0, "servers": 2}
    with pytest.raises(InvalidInput, match=message):
        MDc(**(good | changes))
