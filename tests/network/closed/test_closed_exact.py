"""Exact answers of closed networks: against the sum over all states, Markov chains, fifty digits, theorems."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import queuecalc as qc
from queuecalc.network.closed.convolution import convolution, convolved_throughputs
from queuecalc.network.closed.mean_values import mean_values, throughputs
from queuecalc.network.closed.problem import Problem


def parts(n: int, places: int) -> Iterator[tuple[int, ...]]:
    """All ways to put n customers into some places."""
    if places == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in parts(n - first, places - 1):
            yield first, *rest


def by_states(problem: Problem) -> tuple[Any, Any, float]:
    """Throughputs, means and log G by adding up the product form over every state, in fifty digits."""
    D, N = problem.demands, problem.population
    R, K = D.shape

    def weight(k: int, n: tuple[int, ...]) -> Any:
        rates = problem.think if k == K else D[:, k]
        w = mp.fprod(mp.mpf(float(rates[r])) ** n[r] / mp.factorial(n[r]) for r in range(R))
        if k == K or math.isinf(problem.servers[k]):
            return w
        speeds = problem.speed(k, sum(n)).tolist()
        return w * mp.factorial(sum(n)) / mp.fprod(map(mp.mpf, speeds))

    def constant(population: Any) -> tuple[Any, Any]:
        total, inside = mp.mpf(0), [[mp.mpf(0)] * K for _ in range(R)]
        for states in itertools.product(*(parts(int(n), K + 1) for n in population)):
            w = mp.fprod(weight(k, tuple(state[k] for state in states)) for k in range(K + 1))
            total += w
            for r in range(R):
                for k in range(K):
                    inside[r][k] += w * states[r][k]
        return total, inside

    with mp.workdps(50):
        G, inside = constant(N)
        rates = [float(constant([int(n) - (s == r) for s, n in enumerate(N)])[0] / G) for r in range(R)]
        return np.array(rates), np.array([[float(q / G) for q in row] for row in inside]), float(mp.log(G))


@st.composite
def problems(draw: st.DrawFn, *, classes: int, several: bool) -> Problem:
    K = draw(st.integers(1, 3))
    some = st.sampled_from([0.1, 0.5, 1.0, 1.0, 2.5, 40.0])
    kinds = [1.0, 1.0, math.inf, *((2.0, 3.0) if several else ())]
    servers = np.array([draw(st.sampled_from(kinds)) for _ in range(K)])
    visits = np.array([[draw(some) for _ in range(K)] for _ in range(classes)])
    if classes > 1 and K > 1:
        visits[0, draw(st.integers(0, K - 1))] = 0.0
    speeds: dict[int, Any] = {0: np.array([1.0, 1.7, 1.2])} if several and draw(st.booleans()) else {}
    if speeds:
        servers[0] = 1.0
    return Problem(
        visits=visits,
        service=np.array([[draw(some) for _ in range(K)] for _ in range(classes)]),
        think=np.array([draw(st.sampled_from([0.0, 1.0, 100.0])) for _ in range(classes)]),
        population=np.array([draw(st.integers(1, 5 if classes == 1 else 3)) for _ in range(classes)]),
        servers=servers,
        speeds=speeds,
    )


@settings(max_examples=25)
@given(problems(classes=1, several=True) | problems(classes=2, several=True))
def test_convolution_is_the_sum_over_all_states(problem: Problem) -> None:
    rates, inside, logarithm = by_states(problem)
    found = convolution(problem)
    assert found.throughput == pytest.approx(rates, rel=1e-12)
    assert found.inside == pytest.approx(inside, rel=1e-11, abs=1e-13)
    assert found.log_normalisation == pytest.approx(logarithm, rel=1e-12, abs=1e-12)
    for k, states in found.states.items():
        assert states.sum() == pytest.approx(1.0, rel=1e-12)
        assert states @ np.arange(states.size) == pytest.approx(inside[:, k].sum(), rel=1e-11, abs=1e-13)


@settings(max_examples=15)
@given(
    problems(classes=1, several=False)
    | problems(classes=2, several=False)
    | problems(classes=3, several=False)
)
def test_mean_values_are_the_convolution(problem: Problem) -> None:
    one, two = mean_values(problem), convolution(problem)
    assert one.throughput == pytest.approx(two.throughput, rel=1e-12)
    assert one.inside == pytest.approx(two.inside, rel=1e-11, abs=1e-13)
    assert one.log_normalisation == pytest.approx(two.log_normalisation, rel=1e-12, abs=1e-12)


@settings(max_examples=25)
@given(problems(classes=1, several=True) | problems(classes=2, several=True))
def test_laws_of_operation(problem: Problem) -> None:
    """Everybody is somewhere; busy servers are throughput times demand; no negative number."""
    found = convolution(problem)
    thinking = found.throughput * problem.think
    assert found.inside.sum(axis=1) + thinking == pytest.approx(problem.population.astype(float), rel=1e-11)
    assert (found.throughput > 0).all()
    assert (found.inside >= 0).all()
    for k, states in found.states.items():
        speeds = np.concatenate([[0.0], problem.speed(k, states.size - 1)])
        work = found.throughput @ problem.demands[:, k]
        if np.ptp(problem.service[problem.visits[:, k] > 0, k]) == 0 or len(problem.population) == 1:
            assert states @ speeds == pytest.approx(work, rel=1e-10, abs=1e-13)


def test_a_thousand_customers_at_ten_stations_in_fifty_digits() -> None:
    rng = np.random.default_rng(11)
    problem = Problem(
        rng.uniform(0.5, 2, (1, 10)),
        rng.uniform(0.1, 1, (1, 10)),
        np.array([5.0]),
        np.array([1000]),
        np.ones(10),
        {},
    )
    with mp.workdps(50):
        D, queue, rate = [mp.mpf(float(d)) for d in problem.demands[0]], [mp.mpf(0)] * 10, []
        for n in range(1, 1001):
            residence = [d * (1 + q) for d, q in zip(D, queue, strict=True)]
            rate.append(n / (5 + mp.fsum(residence)))
            queue = [rate[-1] * r for r in residence]
        exact, logarithm = [float(q) for q in queue], float(-mp.fsum(map(mp.log, rate)))
    for found in (mean_values(problem), convolution(problem)):
        assert found.throughput[0] == pytest.approx(float(rate[-1]), rel=1e-13)
        assert found.inside[0] == pytest.approx(exact, rel=1e-10)
        assert found.log_normalisation == pytest.approx(logarithm, rel=1e-13)
    curve = np.array([float(x) for x in rate])
    assert throughputs(problem) == pytest.approx(curve, rel=1e-13)
    assert convolved_throughputs(problem) == pytest.approx(curve, rel=1e-12)


def test_four_hundred_customers_at_three_hundred_servers_in_fifty_digits() -> None:
    """Machine repair: birth and death between thinking and 300 servers; and one more station behind them."""
    problem = Problem(
        np.ones((1, 2)),
        np.array([[30.0, 0.09]]),
        np.array([6.0]),
        np.array([400]),
        np.array([300.0, 1.0]),
        {},
    )
    with mp.workdps(50):
        a = [mp.mpf(1)]
        for n in range(1, 401):
            a.append(a[-1] * 30 / min(n, 300))
        z = [mp.mpf(6) ** n / mp.factorial(n) for n in range(401)]
        b = [mp.mpf(0.09) ** n for n in range(401)]
        zb = [mp.fsum(z[m] * b[n - m] for m in range(n + 1)) for n in range(401)]
        G = [mp.fsum(a[m] * zb[n - m] for m in range(n + 1)) for n in (399, 400)]
        inside = mp.fsum(m * a[m] * zb[400 - m] for m in range(401)) / G[1]
    found = convolution(problem)
    assert found.throughput[0] == pytest.approx(float(G[0] / G[1]), rel=1e-12)
    assert found.inside[0, 0] == pytest.approx(float(inside), rel=1e-12)
    assert (found.states[0] >= 0).all()


def test_the_whole_curve_where_one_scale_does_not_reach() -> None:
    """3,000 customers who mostly think: nobody waits at first, so X(n) = n / (Z + D)."""
    problem = Problem(
        np.ones((1, 2)),
        np.array([[1.0, 1e-3]]),
        np.array([5000.0]),
        np.array([3000]),
        np.array([300.0, 1.0]),
        {},
    )
    found = convolved_throughputs(problem)
    n = np.arange(1, 3001)
    assert found[:300] == pytest.approx(n[:300] / 5001.001, rel=1e-6)
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(convolution(problem).throughput[0], rel=1e-12)


@pytest.mark.parametrize("servers", [1, 3])
def test_machine_repair_is_the_station_with_sources(servers: int) -> None:
    """M/M/c//N: the station `MMcN` is a closed network of one station and thinking."""
    network = qc.ClosedNetwork(
        stations={"repair": qc.Station(servers=servers, service_rate=2.0)}, population=9, think_time_s=1.5
    )
    solution = network.solve()
    station = qc.MMcN(request_rate=1 / 1.5, service_rate=2.0, servers=servers, sources=9)
    assert solution.throughput == pytest.approx(station.throughput, rel=1e-12)
    assert solution.response_time == pytest.approx(station.mean_sojourn, rel=1e-12)
    assert solution.stations["repair"].utilisation == pytest.approx(station.utilisation, rel=1e-12)
    assert solution.stations["repair"].mean_queue_length == pytest.approx(
        station.mean_queue_length, rel=1e-10
    )


def test_against_a_markov_chain_with_routing() -> None:
    """Three stations, one with two servers, one whose speed changes; the chain of (n1, n2, n3) solved as it is."""
    P = np.array([[0.1, 0.6, 0.3], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0]])
    rates, N = [2.0, 1.0, 1.0], 4
    speeds = [lambda n: min(n, 2), lambda n: [0, 1.5, 2.5][min(n, 2)], lambda n: min(n, 1)]
    states = list(parts(N, 3))
    number = {state: k for k, state in enumerate(states)}
    Q = np.zeros((len(states), len(states)))
    for state in states:
        for i, j in itertools.product(range(3), range(3)):
            if state[i] and i != j:
                to = list(state)
                to[i] -= 1
                to[j] += 1
                Q[number[state], number[tuple(to)]] += rates[i] * speeds[i](state[i]) * P[i, j]
    Q -= np.diag(Q.sum(axis=1))
    p = np.linalg.lstsq(
        np.vstack([Q.T, np.ones(len(states))]), np.array([0.0] * len(states) + [1.0]), rcond=None
    )[0]
    solution = qc.ClosedNetwork(
        stations={
            "a": qc.Station(servers=2, service_rate=2.0),
            "b": qc.RatedStation(state_rates=(1.5, 2.5)),
            "c": qc.Station(service_rate=1.0),
        },
        routing=P,
        population=N,
    ).solve()
    through = sum(p[number[s]] * 2.0 * min(s[0], 2) for s in states)  # completions of a are cycles
    assert solution.throughput == pytest.approx(through, rel=1e-10)
    for k, name in enumerate("abc"):
        assert solution.stations[name].mean_in_system == pytest.approx(
            sum(p[number[s]] * s[k] for s in states)
        )
    assert solution.stations["b"].utilisation == pytest.approx(sum(p[number[s]] for s in states if s[1]))


def test_two_classes_with_shared_servers_against_a_markov_chain() -> None:
    """Processor sharing with service of its own for each class, and thinking."""
    means, think, N = (0.5, 2.0), (1.0, 3.0), (3, 2)
    states = list(itertools.product(range(N[0] + 1), range(N[1] + 1)))  # how many are at the station
    number = {state: k for k, state in enumerate(states)}
    Q = np.zeros((len(states), len(states)))
    for state in states:
        here, share = number[state], min(1.0, 2.0 / max(sum(state), 1))
        for r in range(2):
            step = (r == 0, r == 1)
            if state[r] < N[r]:
                Q[here, number[state[0] + step[0], state[1] + step[1]]] += (N[r] - state[r]) / think[r]
            if state[r]:
                Q[here, number[state[0] - step[0], state[1] - step[1]]] += state[r] * share / means[r]
    Q -= np.diag(Q.sum(axis=1))
    p = np.linalg.lstsq(
        np.vstack([Q.T, np.ones(len(states))]), np.array([0.0] * len(states) + [1.0]), rcond=None
    )[0]
    solution = qc.ClosedNetwork(
        stations={"web": qc.ClassStation(service={"x": means[0], "y": means[1]}, servers=2)},
        population={"x": N[0], "y": N[1]},
        think_time_s={"x": think[0], "y": think[1]},
    ).solve()
    for r, name in enumerate("xy"):
        inside = sum(p[number[s]] * s[r] for s in states)
        assert solution.classes[name]["web"].mean_in_system == pytest.approx(inside, rel=1e-10)
        assert solution.throughput[name] == pytest.approx((N[r] - inside) / think[r], rel=1e-10)


def test_many_stations_and_far_apart_scales() -> None:
    """Five hundred like stations: X = N / (N + K - 1) / D; demands of a nanosecond or a day change nothing."""
    for demand in (1e-9, 1.0, 1e5):
        problem = Problem(
            np.ones((1, 500)), np.full((1, 500), demand), np.zeros(1), np.array([300]), np.ones(500), {}
        )
        for found in (mean_values(problem), convolution(problem)):
            assert found.throughput[0] * demand == pytest.approx(300 / 799, rel=1e-12)


def test_one_customer_never_waits() -> None:
    solution = qc.ClosedNetwork(
        stations={"a": qc.Station(servers=3, service_rate=2.0), "b": qc.Station(service_rate=4.0)},
        population=1,
    ).solve()
    assert solution.response_time == pytest.approx(0.75, rel=1e-14)
    assert all(station.mean_queue_length <= 1e-15 for station in solution.stations.values())
