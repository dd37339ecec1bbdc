"""What correlated revisits add to the variance, by the formula of the module in whole matrices; the common factor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network.revisits import CommonFactor
from queuecalc.network.routing import Routing

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
