"""What correlated revisits add to the variance, by the formula of the module in whole matrices; the common factor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network import revisits
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.structure import blocks

PATHS = np.array([[0.1, 0.6, 0.0], [0.5, 0.0, 0.3], [0.2, 0.0, 0.0]])
NAMES = ("a", "b", "c")
TEMPLATES = {
    "a": qc.Station(servers=1, service=qc.Gamma(mean=0.2, scv=4.0)),
    "b": qc.Station(servers=2, service=qc.Lognormal(mean=0.5, scv=0.5)),
    "c": qc.Station(servers=3, service_rate=2.0),
}


def added(stations: Any, visits: Any, scvs: Any, means: Any, servers: Any) -> float:
    """2 sum_i V_i Var W_i (N_ii(1 / tau_i) - 1), N(s) = (I - diag(w(s)) P)^-1, tau_i made longer by sqrt(N_ii(0))."""
    total = 0.0
    again = np.linalg.inv(np.eye(3) - PATHS)
    for i, name in enumerate(NAMES):
        rho = float(stations[name].utilisation)
        tau = rho * (1.0 + scvs[i]) * means[i] / (servers[i] * (1.0 - rho) ** 2) * np.sqrt(again[i, i])
        w = np.array([float(stations[n].sojourn.lst(1.0 / tau)) for n in NAMES])
        number = np.linalg.inv(np.eye(3) - w[:, None] * PATHS)[i, i]
        total += 2.0 * visits[i] * float(stations[name].wait.var) * (number - 1.0)
    return total


def expected(stations: Any, mean: float, var: float) -> float:
    visits = np.linalg.solve((np.eye(3) - PATHS).T, [1.0, 0.0, 0.0])
    return added(stations, visits, (4.0, 0.5, 1.0), (0.2, 0.5, 0.5), (1, 2, 3)) / (var + mean**2)


@pytest.mark.parametrize("rate", [0.3, 0.9])
def test_the_spread_of_a_loop_is_that_of_the_formula(rate: float) -> None:
    jackson = qc.JacksonNetwork(
        stations=TEMPLATES, routing=Routing.of(NAMES, PATHS), arrival_rates={"a": rate}
    ).solve()
    law = jackson.sojourn
    assert isinstance(law, CommonFactor)
    spread = expected(jackson.stations, float(law.law.mean), float(law.law.var))
    assert law.spread == pytest.approx(spread, rel=1e-6)
    assert law.mean == pytest.approx(law.law.mean)
    assert law.var == pytest.approx(law.law.var + spread * (law.law.var + law.law.mean**2), rel=1e-5)

    several = qc.OpenNetwork(
        stations=TEMPLATES, routing={"all": Routing.of(NAMES, PATHS)}, arrival_rates={"all": {"a": rate}}
    ).solve()
    same = several.sojourn("all")
    assert isinstance(same, CommonFactor)
    assert same.spread == pytest.approx(spread, rel=1e-6)


def test_a_common_factor_against_its_definition() -> None:
    """P(T Y > t) = E P(T > t / Y), Y lognormal with mean 1."""
    law = CommonFactor(law=qc.Exponential(mean=2.0), spread=0.3)
    sigma = np.sqrt(np.log(1.3))
    x, weights = np.polynomial.hermite_e.hermegauss(60)
    factors, weights = np.exp(x * sigma - 0.5 * sigma**2), weights / weights.sum()
    for t in (0.1, 2.0, 9.0):
        assert law.sf(t) == pytest.approx(weights @ np.exp(-t / (2.0 * factors)), rel=1e-5)
        assert law.pdf(t) == pytest.approx(
            weights @ (np.exp(-t / (2.0 * factors)) / (2.0 * factors)), rel=1e-4
        )
        assert law.lst(t) == pytest.approx(weights @ (1.0 / (1.0 + 2.0 * factors * t)), rel=1e-6)
        assert law.lst(t) + law.lst_complement(t) == pytest.approx(1.0)
        assert law.excess_lst(t) == pytest.approx(law.lst_complement(t) / (t * law.mean))
        assert law.excess_lst(t) + law.excess_complement(t) == pytest.approx(1.0)
    assert law.mean == 2.0
    assert law.scv == pytest.approx(1.3 * 2.0 - 1.0, rel=1e-6)
    assert law.sf(law.ppf(0.95)) == pytest.approx(0.05, rel=1e-8)


def in_whole_matrices(P: Any, services: Any, visits: Any, variances: Any, relaxation: Any) -> float:
    """The formula of the module for exponential times at the stations, one matrix for each."""
    one = np.eye(len(P))
    slower = np.sqrt(np.diag(np.linalg.inv(one - P)))
    total = 0.0
    for i in np.flatnonzero(variances):
        w = 1.0 / (1.0 + services / (relaxation[i] * slower[i]))
        number = np.linalg.inv(one - w[:, None] * P)[i, i]
        total += 2.0 * visits[i] * variances[i] * (number - 1.0)
    return float(total)


@pytest.mark.parametrize("size", [7, 110])
def test_small_and_large_loops_in_whole_matrices(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large one matrices are inverted at a few points in time; a batch goes another way."""
    rng = np.random.default_rng(3)
    P = rng.random((size, size)) ** 8
    P *= 0.9 / P.sum(axis=1, keepdims=True)
    services, relaxation = rng.uniform(0.5, 2.0, size), rng.uniform(1.0, 60.0, size)
    visits, variances = rng.uniform(1.0, 3.0, size), rng.uniform(0.1, 2.0, size)
    variances[7:] = 0.0  # the rest never waits
    order = blocks(Routing.of(tuple(f"s{k}" for k in range(size)), P))
    laws = [qc.Exponential(mean=mean) for mean in services.tolist()]
    found = revisit_variance(order, laws, visits=visits, wait_variance=variances, relaxation_time=relaxation)
    assert found == pytest.approx(in_whole_matrices(P, services, visits, variances, relaxation), rel=1e-6)
    monkeypatch.setattr(revisits, "_ROOM", 4 * size * 2)  # a few stations at once
    both = revisit_variance(
        order,
        laws,
        visits=np.stack([visits, 2.0 * visits], axis=1),
        wait_variance=np.stack([variances, variances], axis=1),
        relaxation_time=np.stack([relaxation, 5.0 * relaxation], axis=1),
    )
    other = in_whole_matrices(P, services, 2.0 * visits, variances, 5.0 * relaxation)
    assert both == pytest.approx([float(found), other], rel=2e-5)


def test_a_ring_has_one_way_back() -> None:
    """N_ii = 1 / (1 - x), x the chance of a whole round, discounted; all stations alike, so that rates coincide."""
    size, going, service, relaxation = 101, 0.999, 0.5, 40.0
    P = going * np.roll(np.eye(size), 1, axis=1)
    slower = np.sqrt(1.0 / (1.0 - going**size))
    x = (going / (1.0 + service / (relaxation * slower))) ** size
    ones = np.ones(size)
    found = revisit_variance(
        blocks(Routing.of(tuple(f"s{k}" for k in range(size)), P)),
        [qc.Exponential(mean=service)] * size,
        visits=ones,
        wait_variance=ones,
        relaxation_time=relaxation * ones,
    )
    assert found == pytest.approx(2.0 * size * x / (1.0 - x), rel=1e-6)
