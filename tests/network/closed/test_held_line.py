"""Populations that hold servers, and the line in front of them: closed forms, brute force, quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

import queuecalc as qc
from queuecalc.law import Deterministic, Exponential, Gamma, Law, Sum
from queuecalc.network.closed.held_line import HeldLine
from queuecalc.network.closed.population import Population, Stop, grid
from queuecalc.network.closed.served import Met


def one(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([value])


def stop(service: Law, servers: int, visits: float = 1.0, beside: float = 0.0) -> Stop:
    return Stop(
        one(visits), one(float(service.mean)), service, servers, beside=one(beside) if beside else 0.0
    )


def held_chain(
    rate: float, own: float, back: float, threads: int, servers: int, most: int
) -> tuple[float, float]:
    """(threads held, mean number there), threads waiting for M/M/servers behind: the chain (number, at the back)."""
    states = [(n, k) for n in range(most + 1) for k in range(min(n, threads) + 1)]
    index = {state: i for i, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    for (n, k), i in index.items():
        moves = [((n + 1, k), rate if n < most else 0.0)]
        moves.append(((n, k + 1), (min(n, threads) - k) / own))
        moves.append(((n - 1, k - 1), min(k, servers) / back))
        for state, speed in moves:
            if speed > 0.0:
                generator[i, index[state]] += speed
                generator[i, i] -= speed
    system = np.vstack([generator.T, np.ones(len(states))])
    chances = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    held = sum(p * min(n, threads) for (n, _), p in zip(states, chances, strict=True))
    there = sum(p * n for (n, _), p in zip(states, chances, strict=True))
    return float(held), float(there)


@pytest.mark.parametrize(
    ("rate", "own", "back", "threads", "servers"),
    [(8.0, 0.1, 0.09, 3, 1), (1.0, 1.0, 0.5, 2, 1), (2.0, 1.0, 1.1, 7, 3), (0.9, 0.5, 0.9, 5, 1)],
)
def test_threads_in_front_of_a_database_against_the_markov_chain(
    rate: float, own: float, back: float, threads: int, servers: int
) -> None:
    """Servers held within 0.5 %, the mean time there within 2 %."""
    population = Population(grid(threads), one(own), (stop(Exponential(mean=back), servers),))
    alone = Sum(laws=(Exponential(mean=own), Exponential(mean=back)))
    line = HeldLine(one(rate), threads, population, alone, (1.0, 1.0))
    held, there = held_chain(rate, own, back, threads, servers, 90)
    assert line.utilisation[0] * threads == pytest.approx(held, rel=5e-3)
    assert line.mean[0] + line.held_s[0] == pytest.approx(there / rate, rel=0.02)


def test_without_stops_it_is_MGc() -> None:
    service = Gamma(mean=0.7, scv=0.4)
    line = HeldLine(np.array([1.0, 3.0, 4.0]), 3, Population(grid(3), one(0.7), ()), service, (0.4,))
    exact = qc.MGc(arrival_rate=np.array([1.0, 3.0, 4.0]), service=service, servers=3)
    assert line.mean == pytest.approx(exact.mean_wait, rel=1e-12)
    assert line.delay_probability == pytest.approx(exact.delay_probability, rel=1e-12)
    assert line.utilisation == pytest.approx(exact.utilisation, rel=1e-12)


def test_with_a_bound_and_without_stops_it_is_MMcK() -> None:
    rates = np.array([0.5, 2.0, 9.0])
    line = HeldLine(rates, 2, Population(grid(2), one(0.5), ()), Exponential(mean=0.5), (1.0,), max_queue=3)
    exact = qc.MMcK(arrival_rate=rates, service_rate=2.0, servers=2, capacity=5)
    assert line.blocked == pytest.approx(exact.blocking_probability, rel=1e-12)
    assert line.mean == pytest.approx(exact.mean_wait, rel=1e-10)


@pytest.mark.parametrize("rate", [1e-9, 0.5, 1.9])
def test_as_many_get_in_as_come_from_few_sources(rate: float) -> None:
    """The flow through a room of 5, 2 of them in service, is the flow that comes."""
    line = HeldLine(one(rate), 2, Population(grid(2), one(1.0), ()), Exponential(mean=1.0), (1.0,), sources=5)
    below, within, away = line._found
    number = np.arange(2.0) @ below[:, 0]
    assert 0.0 < away[0] < 1.0
    assert below.sum() + within[0] + away[0] == pytest.approx(1.0)
    raised = math.exp(line._log_offered[0])
    assert raised * (1.0 - away[0]) == pytest.approx(rate, rel=1e-9)
    assert number + 2.0 * (within[0] + away[0]) == pytest.approx(
        rate, rel=1e-9
    )  # Little's law at the servers


def test_nobody_waits_for_servers_that_are_more_than_there_are_sources() -> None:
    line = HeldLine(one(2.0), 6, Population(grid(4), one(1.0), ()), Exponential(mean=1.0), (1.0,), sources=4)
    assert line.mean[0] == 0.0
    assert line.all_shares.sum() == pytest.approx(1.0)


def test_exponential_stops_have_the_waits_of_the_product_form() -> None:
    """Against the exact recursion of mean values for single servers (Reiser & Lavenberg 1980)."""
    works = [0.7, 0.45, 0.2]
    population = Population(grid(12), one(1.0), tuple(stop(Exponential(mean=work), 1) for work in works))
    numbers = [0.0, 0.0, 0.0]
    for n in range(1, 13):
        times = [work * (1.0 + number) for work, number in zip(works, numbers, strict=True)]
        rate = n / (1.0 + sum(times))
        numbers = [rate * time for time in times]
        assert n / population.cycle[n - 1, 0] == pytest.approx(rate, rel=1e-7)
        for j, (time, work) in enumerate(zip(times, works, strict=True)):
            assert population.waits[j][n - 1, 0] == pytest.approx(time - work, rel=1e-6, abs=1e-9)


def test_many_customers_fill_the_slowest_stop() -> None:
    population = Population(grid(3000), one(1.0), (stop(Gamma(mean=0.2, scv=2.0), 3, 2.0),))
    assert population.sizes[-2:] == pytest.approx([2999.0, 3000.0])
    ended = population.sizes / population.cycle[:, 0]
    assert ended[-1] == pytest.approx(3.0 / 0.4, rel=1e-3)
    assert population.weights[1][0] == pytest.approx(1.0, abs=1e-6)
    assert (np.diff(ended) >= -1e-9).all()


def test_weights_of_one_customer_are_shares_of_the_cycle() -> None:
    population = Population(grid(1), one(1.0), (stop(Exponential(mean=3.0), 2),))
    assert [float(weight[0]) for weight in population.weights] == pytest.approx([0.25, 0.75])


def test_one_customer_among_others_meets_an_open_queue() -> None:
    """With one of them only the others make wait: M/M/2."""
    population = Population(grid(1), one(1.0), (stop(Exponential(mean=0.5), 2, beside=2.5),))
    exact = qc.MMc(arrival_rate=2.5, service_rate=2.0, servers=2)
    assert population.waits[0][0, 0] == pytest.approx(exact.mean_wait, rel=1e-5)
    s = np.array([[0.3 + 1.0j]])
    assert population.wait_lst(0, s)[0, 0, 0] == pytest.approx(complex(exact.wait.lst(0.3 + 1.0j)), rel=1e-5)


@pytest.mark.parametrize(
    "visits", [1.0, 2.0]
)  # with one, what the first sends is uneven and waits are stretched
def test_transforms_have_the_means_that_are_told(visits: float) -> None:
    """At every size, by the slope of the transform at 0."""
    laws = (Gamma(mean=0.4, scv=2.0), Gamma(mean=0.3, scv=0.25))
    population = Population(grid(6), one(1.0), (stop(laws[0], 1, visits), stop(laws[1], 2, beside=1.0)))
    step = 1e-5
    for j in range(2):
        slope = (1.0 - population.wait_lst(j, np.array([[step]]))[:, 0, 0]) / step
        assert slope == pytest.approx(population.waits[j][:, 0], rel=1e-4, abs=1e-9)
        rise = (population.exponential_moment(j, np.array([step]))[0] - 1.0) / step
        assert rise == pytest.approx(population.waits[j][-1, 0], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("scv", [0.25, 3.0])
@pytest.mark.parametrize("rate", [0.3, 4.0])
def test_what_is_met_of_a_service_by_quadrature(scv: float, rate: float) -> None:
    """E exp(-s (S - A)) given A < S."""
    law = Gamma(mean=0.5, scv=scv)
    met = Met(law, one(rate))
    chance, _ = quad(lambda t: rate * math.exp(-rate * t) * float(law.sf(t)), 0.0, np.inf)

    def left(t: float) -> float:
        return math.exp(-rate * t) * float(law.sf(t)) * rate

    def weighed(x: float) -> float:  # survival of what is left
        found, _ = quad(lambda t: rate * math.exp(-rate * t) * float(law.sf(t + x)), 0.0, np.inf)
        return float(found / chance)

    mean, _ = quad(weighed, 0.0, 30.0, limit=200, epsabs=1e-8)
    assert quad(left, 0.0, np.inf)[0] == pytest.approx(chance)
    assert met.excess_mean[0] == pytest.approx(mean, rel=1e-5)
    s = 1.7
    transform = 1.0 - s * quad(lambda x: math.exp(-s * x) * weighed(x), 0.0, 30.0, limit=200, epsabs=1e-8)[0]
    assert float(np.real(met.excess_lst(np.array([s]))[0])) == pytest.approx(transform, rel=1e-5)


def test_what_is_met_at_the_ends() -> None:
    gamma = Gamma(mean=0.5, scv=2.0)
    assert Met(gamma, one(0.0)).excess_mean[0] == pytest.approx(float(gamma.excess_mean), rel=1e-6)
    assert Met(Exponential(mean=0.5), one(7.0)).excess_mean[0] == pytest.approx(0.5)
    assert Met(gamma, one(1.0), 1.0).excess_mean[0] == pytest.approx(0.5)
    at_the_rate = Met(gamma, one(2.0)).excess_lst(np.array([2.0]))
    assert 0.0 < float(np.real(at_the_rate[0])) < 1.0


def test_load_beyond_what_all_end_has_no_steady_state() -> None:
    population = Population(grid(4), one(1.0), (stop(Exponential(mean=1.0), 1),))
    line = HeldLine(np.array([0.1, 0.99, 2.0]), 4, population, Exponential(mean=2.0), (1.0, 1.0))
    assert line.stable.tolist() == [True, False, False]
    assert line.utilisation[2] == pytest.approx(2.0 * population.cycle[-1, 0] / 4.0)
    assert line.mean[1:].tolist() == [np.inf, np.inf]
    assert line.delay_probability[1:].tolist() == [1.0, 1.0]
    assert np.isfinite(line.mean[0])


@pytest.mark.parametrize("d", [0.5, 2e5])
@pytest.mark.parametrize("share", [5e-4, 0.4, 3.0])
def test_what_is_met_of_a_constant_service(d: float, share: float) -> None:
    """S = d, A exponential given A < d: R = d - A, by hand."""
    rate, fresh = share / d, 0.3
    chance = -math.expm1(-share)
    mean = d - 1.0 / rate + d * math.exp(-share) / chance
    met, mixed = Met(Deterministic(mean=d), one(rate)), Met(Deterministic(mean=d), one(rate), fresh)
    assert met.excess_mean[0] == pytest.approx(mean, rel=1e-8)
    assert mixed.excess_mean[0] == pytest.approx(0.7 * mean + 0.3 * d, rel=1e-8)
    for s in (0.2 / d, (1.0 + 1.5j) / d, 4.5 / d):
        left = rate * (math.exp(-share) - np.exp(-s * d)) / ((s - rate) * chance)
        assert met.excess_lst(np.array([s]))[0] == pytest.approx(left, rel=1e-9)
        whole = 0.7 * left + 0.3 * np.exp(-s * d)
        assert mixed.excess_lst(np.array([s]))[0] == pytest.approx(whole, rel=1e-9)
    limit = share * math.exp(-share) / chance  # s -> nu
    for near in (1.0 - 1e-12, 1.0, 1.0 + 1e-10):
        assert met.excess_lst(np.array([near * rate]))[0] == pytest.approx(limit, rel=3e-7)


@pytest.mark.parametrize("mean", [1e-7, 2.0, 1e7])
def test_who_is_away_for_ever_meets_the_excess_law(mean: float) -> None:
    law = Gamma(mean=mean, scv=0.5)
    met = Met(law, np.array([0.0, 1e-30]) / mean)
    assert met.mean == mean
    s = np.array([0.3 + 1.0j, 4.0]) / mean
    assert met.excess_lst(s) == pytest.approx(np.asarray(law.excess_lst(s)), rel=1e-6)
    assert met.excess_mean == pytest.approx(np.full(2, float(law.excess_mean)), rel=1e-6)
