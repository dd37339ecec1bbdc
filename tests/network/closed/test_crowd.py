"""The wait behind a limited crowd: the sums over who is ahead against 40 digits, the station against M/M/c//N."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

import queuecalc as qc
from queuecalc.law import Deterministic, Exponential, Gamma, Law
from queuecalc.network.closed.ahead import RECURSION, Ahead
from queuecalc.network.closed.crowd import Crowd, CrowdWaiting
from queuecalc.station import Waiting


def integral(a: float, w: complex) -> mp.mpf:
    """int_0^inf exp(-w u) (1 + u)^(a - 1) du."""
    return mp.exp(w) * mp.power(w, -a) * mp.gammainc(a, w)


@pytest.mark.parametrize("ratio", [0.02, 0.5, 0.97, 1.0, 1.05, 1.5, 20.0])
@pytest.mark.parametrize("most", [0, 1, 7, RECURSION, RECURSION + 1, 120, 900])
def test_sums_against_40_digits(most: int, ratio: float) -> None:
    capacity = ratio * max(most, 1)
    ahead = Ahead(np.array([float(most)]), np.array([capacity]))
    exact = 1e-12 if most <= RECURSION else 8e-7
    with mp.workdps(40):
        whole = integral(most + 1, mp.mpf(capacity))
        mean = most + 1 - mp.mpf(capacity) + 1 / whole
        assert ahead.log_weight[0] == pytest.approx(float(mp.log(capacity * whole)), rel=exact, abs=exact)
        assert ahead.mean[0] == pytest.approx(float(mean), rel=2 * exact)
        for k in (0.3, 4.0, 30.0):
            theta = 1.0 / (1.0 + (11.5 + 1j * np.pi * k) / (1.5 * float(mean)))
            expected = complex(integral(most + 1, mp.mpc(capacity / theta)) / whole)
            assert abs(ahead.transform(np.array([theta]))[0] - expected) <= exact


def test_small_and_large_crowds_side_by_side() -> None:
    most, capacity = np.array([3.0, RECURSION + 40.0, 900.0]), np.array([4.0, 60.0, 20_000.0])
    together = Ahead(most, capacity)
    theta = np.array([0.4 + 0.2j])
    for k in range(3):
        alone = Ahead(most[k : k + 1], capacity[k : k + 1])
        assert together.log_weight[k] == pytest.approx(alone.log_weight[0], rel=1e-13)
        assert together.mean[k] == pytest.approx(alone.mean[0], rel=1e-13)
        assert together.transform(theta)[k] == pytest.approx(alone.transform(theta)[0], rel=1e-13)


def test_between_whole_numbers_a_mixture() -> None:
    low, middle, high = (Ahead(np.array([b]), np.array([3.0])) for b in (2.0, 2.25, 3.0))
    assert middle.mean[0] == pytest.approx(0.75 * low.mean[0] + 0.25 * high.mean[0])
    theta = np.array([0.4 + 0.2j])
    mixed = 0.75 * low.transform(theta) + 0.25 * high.transform(theta)
    assert middle.transform(theta)[0] == pytest.approx(mixed[0])


@pytest.mark.parametrize(
    ("users", "servers", "think", "mean"),
    [
        (1, 1, 2.0, 0.3),
        (10, 1, 2.0, 1.0),
        (50, 4, 1.0, 0.1),
        (300, 8, 3.0, 0.05),
        (300, 8, 3.0, 0.1),
        (5, 5, 1, 1),
    ],
)
def test_one_station_is_machine_repair(users: int, servers: int, think: float, mean: float) -> None:
    waiting = CrowdWaiting(np.array([float(users)]), np.array([think]), Exponential(mean=mean), servers)
    exact = qc.MMcN(sources=users, request_rate=1.0 / think, service_rate=1.0 / mean, servers=servers)
    assert waiting.mean[0] == pytest.approx(exact.mean_wait, rel=1e-7, abs=1e-15)
    assert waiting.delay_probability[0] == pytest.approx(float(exact.wait.sf(0.0)), rel=1e-7, abs=1e-15)
    for s in (0.5, 4.0, 2.0 + 9.0j):
        assert waiting.lst(np.array([s]))[0] == pytest.approx(complex(exact.wait.lst(s)), rel=1e-6)


@pytest.mark.parametrize("law", [Exponential(mean=0.02), Gamma(mean=0.02, scv=3.0), Deterministic(mean=0.02)])
def test_very_many_users_are_poisson_arrivals(law: Law) -> None:
    """For one server the limit is M/G/1, exactly."""
    rate, away = 35.0, 1e7
    users = rate * away
    waiting = CrowdWaiting(np.array([users]), np.array([away]), law, 1)
    limit = Waiting(arrival_rate=rate, service=law, servers=1)
    assert waiting.mean[0] == pytest.approx(float(limit.mean), rel=1e-5)
    s = 3.0 + 20.0j
    assert waiting.lst(np.array([s]))[0] == pytest.approx(complex(limit.lst(s)), rel=1e-5)


def test_more_units_and_an_exponential_moment() -> None:
    crowd = Crowd(np.array([0.0, 10.0]), np.array([0.0, 40.0]), np.array([3.0, 3.0]), 2)
    law = Exponential(mean=0.2)
    two, one = (crowd.waiting(np.array([6.0]), law, 1, lines) for lines in (2, 1))
    assert two.mean[0] < one.mean[0]  # the one that is left takes all
    step = 1e-6
    slope = (one.exponential_moment(np.array([step]))[0] - 1.0) / step
    assert slope == pytest.approx(one.mean[0], rel=1e-4)
    assert np.isinf(CrowdWaiting(9.0, 1.0, Gamma(mean=0.2, scv=2.0), 1).exponential_moment(np.array([99.0])))[
        0
    ]


@pytest.mark.parametrize("mean", [1e-8, 1.0, 1e4])
def test_when_nobody_is_ever_away_all_others_are_in_line(mean: float) -> None:
    """A customer who comes back finds c in service and M - 1 - c ahead: M - c services, c at a time."""
    waiting = CrowdWaiting(np.array([5.0]), np.array([0.0]), Exponential(mean=mean), 2)
    assert waiting.mean[0] == pytest.approx(1.5 * mean, rel=1e-9)
    assert waiting.delay_probability[0] == pytest.approx(1.0, rel=1e-9)
