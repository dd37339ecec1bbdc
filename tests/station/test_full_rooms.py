"""M/G/1 with one waiting place far beyond saturation, where everything has a closed form.

Departures leave 0 or 1 customer behind, 0 with probability B*(lambda); so (Keilson 1965)

    P(blocked) = 1 - 1 / (B*(lambda) + rho),  W = P(blocked) (B*(lambda) + rho) / lambda.
"""

from __future__ import annotations

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.law import Law
from queuecalc.station import MGcK, MMcK

LAWS = [
    qc.Deterministic(mean=0.5),
    qc.Erlang(mean=0.5, stages=3),
    qc.Gamma(mean=0.5, scv=0.25),
    qc.Lognormal(mean=0.5, scv=2.0),
    qc.Hyperexponential(mean=0.5, scv=4.0),
]
FLOODED = [qc.Deterministic(mean=1.0), qc.Gamma(mean=1.0, scv=0.25), qc.Lognormal(mean=1.0, scv=4.0)]
RHO = np.array([0.5, 0.9, 1.1, 2.0, 5.0, 20.0, 36.0, 40.0, 100.0, 1e4, 1e6])


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_one_waiting_place(law: Law) -> None:
    rate = RHO / 0.5
    station = MGcK(arrival_rate=rate, service=law, servers=1, capacity=2)
    served = np.real(law.lst(rate)) + RHO
    assert np.allclose(1.0 - station.blocking_probability, 1.0 / served, rtol=1e-9)
    assert np.allclose(station.mean_wait, (1.0 - 1.0 / served) * served / rate, rtol=1e-9)
    assert np.allclose(station.utilisation, RHO / served, rtol=1e-9)


@pytest.mark.parametrize("law", LAWS, ids=repr)
@pytest.mark.parametrize(("servers", "capacity"), [(1, 1), (1, 3), (1, 60), (2, 2), (4, 4), (4, 9), (4, 60)])
def test_a_server_gives_no_more_than_it_has(law: Law, servers: int, capacity: int) -> None:
    rho = np.concatenate([RHO, [5e8, 1e9, 1e12]])
    rounding = 1e-9 + 3e-16 * rho  # of 1 - P(blocked)
    station = MGcK(arrival_rate=rho * servers / 0.5, service=law, servers=servers, capacity=capacity)
    assert np.all(np.asarray(station.utilisation) <= 1.0 + rounding)
    assert np.all(np.asarray(station.blocking_probability) >= 1.0 - 1.0 / rho - 1e-12)
    longest = (capacity - servers) * 0.5 / servers
    assert np.all(np.asarray(station.mean_wait) <= longest * (1.0 + rounding))
    assert np.all(np.diff(np.asarray(station.throughput)) >= -rounding[1:] * servers / 0.5)


@pytest.mark.parametrize("rate", [1e6, 1e15, 1e18, 1e24, 1e200, 1e300])
@pytest.mark.parametrize(
    ("servers", "capacity"), [(1, 1), (1, 5), (1000, 1000), (1000, 1010), (10**6, 10**8)]
)
def test_what_passes_a_flood(rate: float, servers: int, capacity: int) -> None:
    """All servers work all the time; who gets in finds all other places taken."""
    flood = rate * servers
    stations: list[MMcK | MGcK] = [
        MMcK(arrival_rate=flood, service_rate=1.0, servers=servers, capacity=capacity),
        *(MGcK(arrival_rate=flood, service=law, servers=servers, capacity=capacity) for law in FLOODED),
    ]
    for station in stations:
        assert station.throughput == pytest.approx(servers, rel=2.0 / rate + 1e-9)
        assert station.blocking_probability == pytest.approx(1.0, abs=2.0 / rate)
        assert station.mean_wait == pytest.approx(
            (capacity - servers) / servers, rel=2.0 / rate + 1e-9, abs=2.0 / rate
        )
