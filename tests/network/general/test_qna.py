"""Whitt's QNA by hand: variability of what meets at a station, and what each station adds to the time of a request."""

from __future__ import annotations

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network.general.qna import arrival_variability, mean_wait


@pytest.mark.parametrize("rho", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("servers", [1.0, 4.0])
def test_two_streams_that_meet(rho: float, servers: float) -> None:
    """Departures have ca2 (1 - rho^2) + rho^2 x, two equal streams meet with w = 1 / (1 + 4 (1 - rho)^2)."""
    P = np.zeros((3, 3))
    P[0, 2] = P[1, 2] = 1.0
    ca2, cs2 = 4.0, 0.5
    found = arrival_variability(
        P,
        np.array([1.0, 1.0, 2.0]),
        np.array([1.0, 1.0, 0.0]),
        np.array([ca2, ca2, 1.0]),
        np.full(3, rho),
        np.full(3, servers),
        np.full(3, cs2),
    )
    x = 1.0 + (cs2 - 1.0) / np.sqrt(servers)
    departing = ca2 * (1.0 - rho**2) + rho**2 * x
    weight = 1.0 / (1.0 + 4.0 * (1.0 - rho) ** 2)
    assert found == pytest.approx([ca2, ca2, 1.0 + weight * (departing - 1.0)])


def test_a_stream_that_is_thinned() -> None:
    """p c2 + 1 - p of what departs; the rest leaves."""
    P = np.array([[0.0, 0.3], [0.0, 0.0]])
    rates, external = np.array([1.0, 0.3]), np.array([1.0, 0.0])
    ones = np.ones(2)
    found = arrival_variability(P, rates, external, 3.0 * ones, 0.6 * ones, ones, 2.0 * ones)
    departing = 3.0 * (1.0 - 0.36) + 0.36 * 2.0
    assert found == pytest.approx([3.0, 0.3 * departing + 0.7])


def test_the_parts_of_a_request_add_up() -> None:
    solution = qc.GeneralNetwork(
        stations={
            "a": qc.Station(service=qc.Gamma(mean=0.2, scv=2.0)),
            "b": qc.Station(service=qc.Erlang(mean=0.1, stages=3), servers=2),
            "never": qc.Station(service_rate=1.0),
        },
        routing={"a": {"b": 0.5}, "b": {"a": 0.2}},
        arrival_rates={"a": 2.0},
    ).solve()
    frame = solution.to_frame()
    assert frame["mean_time_per_request_s"].sum() == pytest.approx(solution.mean_sojourn)
    assert frame["mean_time_per_request_s"]["never"] == 0.0


@pytest.mark.parametrize("rho", [0.5, 0.7, 0.9])
def test_even_arrivals_at_an_exponential_server(rho: float) -> None:
    """D/M/1: a wait of sigma / (1 - sigma) services, sigma = exp(-(1 - sigma) / rho)."""
    sigma = 0.0
    for _ in range(2000):
        sigma = np.exp(-(1.0 - sigma) / rho)
    markovian = rho / (1.0 - rho)
    assert mean_wait(markovian, rho, 0.0, 1.0, single=True) == pytest.approx(sigma / (1.0 - sigma), rel=0.01)
    assert mean_wait(markovian, rho, 1.0, 0.5, single=True) == pytest.approx(0.75 * markovian)  # M/G/1
    assert mean_wait(0.0, 0.0, 0.0, 1.0, single=True) == 0.0
