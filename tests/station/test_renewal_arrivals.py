"""G/M/1 and G/M/c: against M/M/c, a chain of phases solved by brute force, 50 digits, and the edges of their domain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
)
from queuecalc.station import GM1, GMc, MMc
from queuecalc.station.rungs import rungs
from tests.station.chains import stationary

NAMES = ("delay_probability", "mean_wait", "mean_in_system", "utilisation", "throughput")


@given(st.integers(1, 300), st.floats(0.01, 1.0 - 1e-5), st.floats(0.01, 50.0))
def test_exponential_times_between_arrivals_make_mmc(c: int, rho: float, mu: float) -> None:
    mean = 1.0 / (c * mu * rho)
    ours = GMc(interarrival=Exponential(mean=mean), service_rate=mu, servers=c)
    theirs = MMc(arrival_rate=1.0 / mean, service_rate=mu, servers=c)
    for name in NAMES:
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9)
    assert ours.sojourn.ppf([0.5, 0.99]) == pytest.approx(theirs.sojourn.ppf([0.5, 0.99]), rel=1e-9)


@pytest.mark.parametrize("c", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("stages", [2, 5])
@pytest.mark.parametrize("rho", [0.3, 0.5, 0.75])
def test_erlang_times_between_arrivals_against_the_chain_of_phases(c: int, stages: int, rho: float) -> None:
    rate, most = stages * c * rho, 130

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        n, phase = state
        if phase + 1 < stages:
            yield (n, phase + 1), rate
        else:
            yield (min(n + 1, most), 0), rate
        if n:
            yield (n - 1, phase), float(min(n, c))

    shares = stationary((0, 0), moves)
    seen = {n: p for (n, phase), p in shares.items() if phase == stages - 1}
    total = sum(seen.values())
    delayed = sum(p for n, p in seen.items() if n >= c) / total
    wait = sum(p * (n - c + 1) / c for n, p in seen.items() if n >= c) / total
    station = GMc(interarrival=Erlang(mean=1.0 / (c * rho), stages=stages), service_rate=1.0, servers=c)
    assert station.delay_probability == pytest.approx(delayed, rel=1e-9)
    assert station.mean_wait == pytest.approx(wait, rel=1e-9)
    lengths = sum(n * p for (n, _), p in shares.items())
    assert station.mean_in_system == pytest.approx(lengths, rel=1e-9)


def test_hyperexponential_times_between_arrivals_against_the_chain_of_phases() -> None:
    law, c = Hyperexponential(mean=0.5, scv=3.0), 3
    p = 0.5 * (1.0 + math.sqrt(0.5))
    share, rates = (p, 1.0 - p), (2.0 * p / 0.5, 2.0 * (1.0 - p) / 0.5)

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        n, phase = state
        for after in (0, 1):
            yield (min(n + 1, 220), after), rates[phase] * share[after]
        if n:
            yield (n - 1, phase), float(min(n, c))

    shares = stationary((0, 0), moves)
    flow = {n: rates[0] * shares[n, 0] + rates[1] * shares[n, 1] for n in range(221)}
    total = sum(flow.values())
    station = GMc(interarrival=law, service_rate=1.0, servers=c)
    assert station.delay_probability == pytest.approx(
        sum(v for n, v in flow.items() if n >= c) / total, rel=1e-9
    )
    for t in (0.2, 1.0, 4.0):
        tail = sum(v * stats.poisson.cdf(n - c, c * t) for n, v in flow.items() if n >= c) / total
        assert station.wait.sf(t) == pytest.approx(tail, rel=1e-8)


@pytest.mark.parametrize("rho", [0.02, 0.1, 0.6, 0.95, 0.9999, 1.0 - 1e-9])
def test_d_m_1_to_fifty_digits(rho: float) -> None:
    """sigma = exp(-(1 - sigma) / rho) is -rho W0(-exp(-1/rho) / rho)."""
    station = GM1(interarrival=Deterministic(mean=1.0 / rho), service_rate=1.0)
    with mp.workdps(50):
        gap = mp.mpf(1.0 / rho)
        sigma = mp.re(-mp.lambertw(-gap * mp.exp(-gap)) / gap)
        decay = 1 - sigma
    assert station.delay_probability == pytest.approx(float(sigma), rel=1e-13)
    assert station.wait.abscissa == pytest.approx(float(decay), rel=1e-12)
    assert station.mean_wait == pytest.approx(float(sigma / decay), rel=1e-12)
    assert station.wait.sf(3.0) == pytest.approx(float(sigma * mp.exp(-3 * decay)), rel=1e-12)


def test_one_server_is_gm1_and_its_sojourn_is_exponential() -> None:
    law = Lognormal(mean=[0.5, 1.25, 2.0], scv=4.0)
    one, other = GM1(interarrival=law, service_rate=1.0), GMc(interarrival=law, service_rate=1.0, servers=1)
    assert list(one.stable) == [False, True, True]
    assert one.mean_wait == pytest.approx(other.mean_wait)
    assert one.mean_wait[0] == math.inf
    decay = 1.0 - one.delay_probability[1:]
    assert one.sojourn.ppf(0.9)[1:] == pytest.approx(-math.log(0.1) / decay, rel=1e-10)


def test_the_root_may_be_a_whole_number_of_servers() -> None:
    """c (1 - sigma) = 1 exactly where the arrival rate makes it so: M/M/2 with rho = 1/2, and its neighbours."""
    rates = 1.0 + np.array([-1e-3, -1e-9, 0.0, 1e-9, 1e-3])
    ours = GMc(interarrival=Exponential(mean=1.0 / rates), service_rate=1.0, servers=2)
    theirs = MMc(arrival_rate=rates, service_rate=1.0, servers=2)
    assert ours.delay_probability == pytest.approx(theirs.delay_probability, rel=1e-13)


def test_arrivals_without_a_variance_have_a_wait_all_the_same() -> None:
    """Only the service law's variance is needed; sigma = A*(1 - sigma) is checked by quadrature."""
    station = GM1(interarrival=stats.pareto(1.5), service_rate=1.0)
    decay = station.wait.abscissa
    with mp.workdps(20):
        lst = 1.5 * mp.expint(2.5, decay)
    assert station.delay_probability == pytest.approx(float(lst), rel=1e-7)
    assert 1.0 - decay == pytest.approx(station.delay_probability, rel=1e-7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interarrival": 3.0}, "GMc: interarrival"),
        ({"interarrival": Deterministic(mean=0.0)}, "GMc: interarrival has mean 0"),
        ({"service_rate": 0.0}, "service_rate = 0.0"),
        ({"service_rate": -1.0}, "service_rate = -1.0"),
        ({"service_rate": math.nan}, "service_rate = nan"),
        ({"servers": 0}, "servers = 0"),
        ({"servers": 1.5}, "servers = 1.5"),
        ({"servers": 2_000_000}, "at most 1,000,000"),
        ({"service_rate": [1.0, 2.0], "servers": [1, 2, 3]}, r"\(2,\).*\(3,\)"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"interarrival": Gamma(mean=1.0, scv=2.0), "service_rate": 2.0, "servers": 2}
    with pytest.raises(InvalidInput, match=message):
        GMc(**(good | changes))


@pytest.mark.parametrize("servers", [1025, 30_000, 10**6])
def test_many_servers_before_poisson_arrivals_make_mmc(servers: int) -> None:
    load = servers - 2.0 * np.sqrt(servers)
    station = GMc(interarrival=Exponential(mean=1.0), service_rate=1.0 / load, servers=servers)
    poisson = MMc(arrival_rate=1.0, service_rate=1.0 / load, servers=servers)
    assert station.delay_probability == pytest.approx(poisson.delay_probability, rel=1e-11)


@pytest.mark.parametrize(
    "law", [Deterministic(mean=1.0), Lognormal(mean=1.0, scv=4.0), Empirical([0.1, 1.0, 1.9])]
)
def test_transforms_between_the_points_that_were_asked(law: Law) -> None:
    step, last = 1.0 / 3000.0, 5000
    blocks = list(rungs(law, step, last))
    j = np.concatenate([block[0] for block in blocks])
    assert j.tolist() == list(range(1, last + 1))
    for found, truth in zip(
        (np.concatenate(part) for part in list(zip(*blocks, strict=True))[1:]),
        (np.log(law.lst(j * step)), np.log(law.lst_complement(j * step))),
        strict=True,
    ):
        assert found == pytest.approx(truth, rel=1e-12, abs=1e-12)


class Counted:
    """A law of which it is told at how many arguments it was asked."""

    def __init__(self, law: Law) -> None:
        self.law, self.shape, self.asked = law, law.shape, 0

    def lst(self, s: Any) -> Any:
        self.asked += np.size(s)
        return self.law.lst(s)

    def lst_complement(self, s: Any) -> Any:
        return self.law.lst_complement(s)


@pytest.mark.parametrize(
    ("law", "step"),
    [
        (Exponential(mean=1.0), 1e-3),
        (Exponential(mean=1.0), 0.5),
        (Gamma(mean=1.0, scv=0.01), 1e-3),
        (Gamma(mean=1.0, scv=8.0), 1e-3),
        (Deterministic(mean=1.0), 1e-4),
    ],
    ids=repr,
)
def test_a_million_points_are_asked_of_the_law_at_some_hundreds(law: Law, step: float) -> None:
    """A thousand one by one, then the nodes and what lies between them, piece by piece of double length."""
    counted = Counted(law)
    number = sum(len(block[0]) for block in rungs(counted, step, 10**6))  # type: ignore[arg-type, misc]
    assert number == 10**6
    assert counted.asked <= 1024 + 10 * 2 * 28


def test_transforms_that_vanish_are_asked_one_by_one() -> None:
    """exp(-j) is 0 from j = 746 on; with hardly any load nobody waits."""
    station = GMc(interarrival=Deterministic(mean=1.0), service_rate=1.0, servers=5000)
    assert 0.0 <= station.delay_probability < 1e-250
    assert station.mean_in_system == pytest.approx(1.0)


def test_hardly_any_load_for_a_million_servers() -> None:
    station = GMc(interarrival=Gamma(mean=1e5, scv=20.0), service_rate=20000.0, servers=10**6)
    assert 0.0 <= station.delay_probability < 1e-250
    assert station.mean_wait == pytest.approx(0.0, abs=1e-250)
