"""G/G/1 and G/G/c: against simulation on a grid, and exact where two moments say everything."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Hyperexponential, Law
from queuecalc.station import GG1, MG1, GGc, GMc, MMc
from queuecalc.station.two_moments import METHODS

ROWS = json.loads((Path(__file__).parent.parent / "tables" / "two_moment_simulation.json").read_text())


def law(mean: float, scv: float) -> Law:
    return Deterministic(mean=mean) if scv == 0.0 else Gamma(mean=mean, scv=scv)


def station(row: dict[str, Any], method: str) -> GGc:
    gap = 1.0 / (row["servers"] * row["utilisation"])
    return GGc(
        interarrival=law(gap, row["arrival_scv"]),
        service=law(1.0, row["service_scv"]),
        servers=row["servers"],
        method=method,
    )


def errors(method: str, *, single: bool, busy: bool = False) -> Any:
    rows = [row for row in ROWS if (row["servers"] == 1) == single and row["mean_wait"] > 0.02]
    rows = [row for row in rows if not busy or row["utilisation"] >= 0.9]
    return np.array([station(row, method).mean_wait / row["mean_wait"] - 1.0 for row in rows])


def test_mean_waits_are_as_far_off_as_the_evidence_says() -> None:
    one, several = errors("kraemer-langenbach-belz", single=True), errors("whitt", single=False)
    assert np.quantile(np.abs(one), 0.9) < 0.30
    assert np.mean(np.abs(one)) < 0.09
    assert np.quantile(np.abs(several), 0.9) < 0.44
    assert np.mean(np.abs(several)) < 0.14
    assert np.mean(np.abs(errors("kraemer-langenbach-belz", single=True, busy=True))) < 0.04
    assert np.mean(np.abs(errors("whitt", single=False, busy=True))) < 0.06


def test_kingmans_is_an_upper_bound() -> None:
    for row in ROWS:
        assert station(row, "kingman").mean_wait > row["mean_wait"] - 4.0 * row["error"]


def test_percentiles_and_delays_are_as_far_off_as_the_evidence_says() -> None:
    off, late = [], []
    for row in ROWS:
        each = station(row, "whitt")
        off.append(abs(each.wait.ppf(0.95) - row["p95"]) / (row["p95"] + 1.0))
        late.append(abs(each.delay_probability - row["delay"]))
    assert np.quantile(off, 0.9) < 0.25
    assert np.mean(late) < 0.03


@pytest.mark.parametrize(
    ("mean", "c", "ca2", "cs2"), [(0.3, 1, 0.5, 2.0), (4.0, 3, 1.5, 0.25), (0.3, 12, 0.2, 0.0)]
)
def test_kingmans_formula(mean: float, c: int, ca2: float, cs2: float) -> None:
    """E[W] <= lambda (var A + var S / c + (c - 1) E[S]^2 / c^2) / (2 (1 - rho))."""
    gap = mean / c / 0.8
    ours = GGc(interarrival=law(gap, ca2), service=law(mean, cs2), servers=c, method="kingman")
    spread = ca2 * gap * gap + cs2 * mean * mean / c + (c - 1) / c**2 * mean * mean
    assert ours.mean_wait == pytest.approx(spread / gap / (2.0 * 0.2), rel=1e-12)


@pytest.mark.parametrize(("c", "most"), [(1, 0.028), (4, 0.018), (20, 0.046)])
@pytest.mark.parametrize("ca2", [0.25, 0.5, 0.8, 2.0, 4.0])
def test_delays_against_those_of_exponential_services(c: int, most: float, ca2: float) -> None:
    """G/M/c is known exactly: P(W > 0) is so far off at most."""
    for rho in (0.3, 0.6, 0.9):
        arrivals = (Hyperexponential if ca2 > 1.0 else Gamma)(mean=1.0 / (c * rho), scv=ca2)
        ours = GGc(interarrival=arrivals, service=Exponential(mean=1.0), servers=c)
        exact = GMc(interarrival=arrivals, service_rate=1.0, servers=c)
        assert ours.delay_probability == pytest.approx(exact.delay_probability, abs=most)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "kingman"])
@pytest.mark.parametrize("c", [1, 4, 30])
def test_markovian_queues_are_exact(method: str, c: int) -> None:
    rho = np.array([0.1, 0.6, 0.95])
    ours = GGc(
        interarrival=Exponential(mean=1.0 / (c * rho)),
        service=Exponential(mean=1.0),
        servers=c,
        method=method,
    )
    theirs = MMc(arrival_rate=c * rho, service_rate=1.0, servers=c)
    assert ours.mean_wait == pytest.approx(theirs.mean_wait, rel=1e-12)
    assert ours.delay_probability == pytest.approx(theirs.delay_probability, rel=1e-9)
    assert ours.sojourn.ppf(0.99) == pytest.approx(theirs.sojourn.ppf(0.99), rel=1e-7)


@pytest.mark.parametrize("method", ["kraemer-langenbach-belz", "allen-cunneen", "whitt"])
def test_poisson_arrivals_at_one_server_have_pollaczeks_mean(method: str) -> None:
    service = Gamma(mean=1.0, scv=2.5)
    ours = GG1(interarrival=Exponential(mean=1.25), service=service, method=method)
    exact = MG1(arrival_rate=0.8, service=service).mean_wait
    assert ours.mean_wait == pytest.approx(exact, rel=0.04 if method == "whitt" else 1e-12)


def test_clockwork_has_no_wait() -> None:
    same = GG1(interarrival=Deterministic(mean=1.25), service=Deterministic(mean=1.0))
    assert same.mean_wait == same.delay_probability == same.wait.ppf(0.99) == 0.0
    assert same.sojourn.ppf(0.5) == 1.0
    over = GG1(interarrival=Deterministic(mean=0.8), service=Deterministic(mean=1.0))
    assert over.mean_wait == math.inf


def test_an_infinite_variance_makes_the_mean_wait_infinite() -> None:
    heavy = GG1(interarrival=Exponential(mean=4.0), service=stats.pareto(1.5))
    assert heavy.stable is True
    assert heavy.mean_wait == math.inf
    assert heavy.wait.ppf(0.5) == math.inf


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "guess"}, "method = 'guess'; expected one of whitt"),
        ({"interarrival": Deterministic(mean=0.0)}, "interarrival has mean 0"),
        ({"service": 2.0}, "GGc: service"),
        ({"servers": 0}, "servers = 0"),
        ({"interarrival": Gamma(mean=[1.0, 2.0], scv=1.0), "servers": [1, 2, 3]}, r"\(2,\).*\(3,\)"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "interarrival": Gamma(mean=1.0, scv=2.0),
        "service": Gamma(mean=1.0, scv=2.0),
        "servers": 2,
    }
    with pytest.raises(InvalidInput, match=message):
        GGc(**(good | changes))


def test_a_hundred_thousand_servers_for_one_erlang() -> None:
    station = GGc(interarrival=Gamma(mean=1.0, scv=1.7), service=Exponential(mean=1.0), servers=100_000)
    assert station.delay_probability == station.mean_wait == 0.0
