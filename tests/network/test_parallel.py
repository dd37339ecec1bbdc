"""The longest of parallel sojourns: against theorems and an event-by-event simulation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network.parallel import fork_join_law


def simulated(services: list[Any], rate: float, size: int, seed: int) -> np.ndarray[Any, Any]:
    """The longest of the sojourns of each request, by Lindley's recursion over all branches at once.

    W(n) = S(n) - min over m <= n of S(m), with S the walk of services less times between arrivals.
    """
    rng = np.random.default_rng(seed)
    between = rng.exponential(1.0 / rate, size)
    longest = np.zeros(size)
    for service in services:
        times = service(rng, size)
        walk = np.concatenate([[0.0], np.cumsum(times[:-1] - between[1:])])
        longest = np.maximum(longest, walk - np.minimum.accumulate(walk) + times)
    return longest[size // 20 :]


def gamma(mean: float, scv: float) -> Any:
    return lambda rng, size: rng.gamma(1.0 / scv, scv * mean, size)


def lognormal(mean: float, scv: float) -> Any:
    sigma = np.log1p(scv) ** 0.5
    return lambda rng, size: rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, size)


@pytest.mark.parametrize(
    ("scv", "rho", "branches"), [(1.0, 0.5, 3), (1.0, 0.8, 6), (0.5, 0.7, 4), (0.3, 0.85, 10), (2.0, 0.7, 5)]
)
def test_like_branches_against_simulation(scv: float, rho: float, branches: int) -> None:
    truth = simulated([gamma(1.0, scv)] * branches, rho, 600_000, 41)
    law = fork_join_law([qc.MG1(arrival_rate=rho, service=qc.Gamma(mean=1.0, scv=scv))] * branches)
    assert law.ppf(0.95) == pytest.approx(np.quantile(truth, 0.95), rel=0.05)
    assert law.ppf(0.99) == pytest.approx(np.quantile(truth, 0.99), rel=0.06)
    assert law.mean == pytest.approx(truth.mean(), rel=0.05)


def test_unlike_branches_and_another_law_against_simulation() -> None:
    truth = simulated([lognormal(1.0, 1.5), gamma(0.8, 0.4), gamma(0.3, 1.0)], 0.7, 600_000, 43)
    stations = [
        qc.MG1(arrival_rate=0.7, service=qc.Lognormal(mean=1.0, scv=1.5)),
        qc.MG1(arrival_rate=0.7, service=qc.Gamma(mean=0.8, scv=0.4)),
        qc.MM1(arrival_rate=0.7, service_rate=1 / 0.3),
    ]
    law = fork_join_law(stations)
    assert law.ppf(0.95) == pytest.approx(np.quantile(truth, 0.95), rel=0.05)


@pytest.mark.parametrize("rho", [0.2, 0.5, 0.8])
def test_two_exponential_branches_have_a_known_mean(rho: float) -> None:
    """(12 - rho) / 8 of the sojourn in one (Flatto & Hahn 1984; Nelson & Tantawi 1988)."""
    one = qc.MM1(arrival_rate=rho, service_rate=1.0)
    assert fork_join_law([one, one]).mean == pytest.approx((12 - rho) / 8 / (1 - rho), rel=0.02)


def test_constant_services_end_with_the_slowest() -> None:
    """With arrivals in common the slower of two constant servers is never the first to finish."""
    slow, fast = (qc.MG1(arrival_rate=0.7, service=qc.Deterministic(mean=m)) for m in (1.0, 0.6))
    law = fork_join_law([slow, fast, slow])
    t = np.array([1.05, 1.5, 2.5, 4.0])
    assert law.sf(t) == pytest.approx(slow.sojourn.sf(t), rel=1e-9)


def test_it_is_a_law_between_its_bounds() -> None:
    stations = [qc.MM1(arrival_rate=0.7, service_rate=mu) for mu in (1.0, 1.0, 1.5, 4.0)]
    law = fork_join_law(stations)
    t = np.linspace(0.0, 40.0, 300)
    tails = np.array([station.sojourn.sf(t) for station in stations])
    assert (np.diff(law.sf(t)) <= 0).all()
    assert (law.sf(t) >= tails.max(axis=0) - 1e-12).all()
    assert (law.sf(t) <= 1.0 - np.prod(1.0 - tails, axis=0) + 1e-12).all()
    assert law.sf(law.ppf(0.95)) == pytest.approx(0.05, rel=1e-9)
    h = 1e-5
    for each in (0.5, 3.0, 12.0):
        assert law.pdf(each) == pytest.approx((law.sf(each - h) - law.sf(each + h)) / 2 / h, rel=1e-5)
    s = 0.3
    fine = np.linspace(0.0, 120.0, 200_001)
    by_trapezoid = 1.0 - s * np.trapezoid(np.exp(-s * fine) * law.sf(fine), fine)
    assert law.lst(s) == pytest.approx(by_trapezoid, rel=1e-7)
    assert law.lst(0.0) == 1.0


def test_independent_laws_are_a_product() -> None:
    laws = [qc.Exponential(mean=1.0), qc.Gamma(mean=2.0, scv=0.5), qc.Lognormal(mean=0.5, scv=2.0)]
    law, t = fork_join_law(laws), np.array([0.1, 1.0, 4.0, 20.0])
    assert law.cdf(t) == pytest.approx(np.prod([each.cdf(t) for each in laws], axis=0), rel=1e-12)
    many = fork_join_law([qc.Exponential(mean=1.0)] * 10)
    assert many.mean == pytest.approx(sum(1 / k for k in range(1, 11)), rel=1e-9)
    assert many.var == pytest.approx(sum(1 / k**2 for k in range(1, 11)), rel=1e-8)


def test_edges() -> None:
    one = qc.MM1(arrival_rate=0.5, service_rate=1.0)
    assert fork_join_law([one]) == one.sojourn
    unstable = fork_join_law([one, qc.MM1(arrival_rate=2.0, service_rate=1.0)])
    assert unstable.sf(10.0) == 1.0
    assert unstable.mean == unstable.ppf(0.5) == np.inf
    assert unstable.lst(1.0) == 0.0
    assert fork_join_law([one, one]) == fork_join_law([one, one])
    for wrong, message in (
        ([], "no branches"),
        ([1.0], "must be a station"),
        ([qc.MM1(arrival_rate=[0.1, 0.2], service_rate=1.0)] * 2, "arrays"),
    ):
        with pytest.raises(qc.InvalidInput, match=message):
            fork_join_law(wrong)  # type: ignore[arg-type]


def test_more_branches_take_longer() -> None:
    one = qc.MG1(arrival_rate=0.8, service=qc.Gamma(mean=1.0, scv=0.5))
    times = [fork_join_law([one] * k).ppf(0.95) for k in (1, 2, 4, 8)]
    assert all(a < b for a, b in itertools.pairwise(times))
