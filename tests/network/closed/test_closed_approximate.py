"""Approximate answers of closed networks within the errors that they state, bounds around the exact throughput."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network.closed import several_classes
from queuecalc.network.closed.bounds import asymptotic, balanced, geometric
from queuecalc.network.closed.convolution import convolution, convolved_throughputs
from queuecalc.network.closed.one_class import linearized, proportional
from queuecalc.network.closed.problem import Problem
from queuecalc.network.closed.several_classes import linearized_classes, proportional_classes


def random_problem(rng: Any, population: Any, *, several: bool) -> Problem:
    """Two to seven stations, one of them with one server at least."""
    R, K = len(population), int(rng.integers(2, 8))
    servers = rng.choice([1.0, 1.0, 2.0, 4.0, 16.0, math.inf] if several else [1.0, 1.0, 1.0, math.inf], K)
    servers[0] = 1.0
    scale = np.where(np.isinf(servers) | (not several), 1.0, servers)
    service = np.tile(scale * rng.uniform(0.1, 1.0, K), (R, 1))
    think = rng.choice([0.0, 1.0, 10.0]) * rng.uniform(0, 1, R)
    return Problem(rng.uniform(0.2, 2.0, (R, K)), service, think, np.array(population), servers, {})


@pytest.mark.parametrize(("several", "worst"), [(False, (0.07, 0.009)), (True, (0.17, 0.11))])
def test_one_class_for_every_population(several: bool, worst: tuple[float, float]) -> None:
    rng, n = np.random.default_rng(17), np.arange(1, 41)
    for _ in range(12):
        problem = random_problem(rng, [40], several=several)
        exact = convolved_throughputs(problem)
        for method, error in zip((proportional, linearized), worst, strict=True):
            throughput, inside = method(problem, n)
            assert np.max(np.abs(throughput / exact - 1.0)) < error
            assert inside.sum(axis=1) + throughput * problem.think[0] == pytest.approx(
                n.astype(float), rel=1e-9
            )
            assert throughput[0] == pytest.approx(exact[0], rel=1e-12)  # alone, nobody waits


@pytest.mark.parametrize(("several", "worst"), [(False, (0.1, 0.02)), (True, (0.12, 0.08))])
def test_two_classes(several: bool, worst: tuple[float, float]) -> None:
    rng = np.random.default_rng(23)
    for _ in range(6):
        problem = random_problem(rng, rng.integers(1, 12, 2), several=several)
        exact = convolution(problem)
        for method, error in zip((proportional_classes, linearized_classes), worst, strict=True):
            throughput, inside = method(problem)
            assert np.max(np.abs(throughput / exact.throughput - 1.0)) < error
            assert inside.sum(axis=1) + throughput * problem.think == pytest.approx(
                problem.population.astype(float)
            )


@pytest.mark.parametrize("several", [False, True])
def test_one_class_by_equation_and_by_iteration(several: bool) -> None:
    rng = np.random.default_rng(29)
    for _ in range(5):
        problem = random_problem(rng, [30], several=several)
        for one, more in ((proportional, proportional_classes), (linearized, linearized_classes)):
            assert more(problem)[0] == pytest.approx(one(problem, [30])[0], rel=1e-4)


def test_like_stations_are_exact_by_proportion() -> None:
    """Balanced: X = N / (N + K - 1) / D, for which Schweitzer's share is the truth."""
    problem = Problem(np.ones((1, 4)), np.full((1, 4), 0.5), np.zeros(1), np.array([1]), np.ones(4), {})
    n = np.array([1.0, 2.0, 10.0, 1e3, 1e6])
    assert proportional(problem, n)[0] == pytest.approx(n / (n + 3) / 0.5, rel=1e-12)
    assert linearized(problem, n)[0] == pytest.approx(n / (n + 3) / 0.5, rel=1e-9)


def test_a_million_customers() -> None:
    """Far beyond saturation the bottleneck is full, and the others are open queues at its rate."""
    network = qc.ClosedNetwork(
        stations={
            "web": qc.Station(servers=8, service_rate=2.0),
            "disk": qc.Station(service_rate=10.0),
            "cache": qc.Station(service_rate=20.0),
        },
        population=1_000_000,
        think_time_s=3.0,
    )
    solution = network.solve()
    assert solution.method == "linearizer"
    assert solution.evidence is qc.Evidence.APPROXIMATE
    assert solution.throughput == pytest.approx(10.0, rel=1e-5)
    assert solution.bottleneck == "disk"
    web = qc.MMc(arrival_rate=10.0, service_rate=2.0, servers=8)
    assert solution.stations["web"].mean_in_system == pytest.approx(web.mean_in_system, rel=1e-4)
    assert solution.stations["cache"].mean_in_system == pytest.approx(1.0, rel=1e-4)
    with pytest.raises(qc.InvalidInput, match=r"the exact answer would take .*; use method 'linearizer'"):
        network.solve(method="exact")
    classes = qc.ClosedNetwork(
        stations=network.stations, population={"a": 10**6, "b": 10**6}, think_time_s={"a": 3.0, "b": 1.0}
    ).solve()
    assert sum(classes.throughput.values()) == pytest.approx(10.0, rel=1e-5)


def test_bounds_hold_for_every_population() -> None:
    rng, n = np.random.default_rng(31), np.arange(1, 61)
    widths = {balanced: 0.0, geometric: 0.0}
    for _ in range(60):
        problem = random_problem(rng, [60], several=False)
        exact = convolved_throughputs(problem)
        for method in widths:
            bound = method(problem, n)
            assert (bound.lower <= exact * (1 + 1e-12)).all()
            assert (bound.upper >= exact * (1 - 1e-12)).all()
            widths[method] += float(np.mean((bound.upper - bound.lower) / exact))
    assert widths[geometric] < 0.6 * widths[balanced]


def test_asymptotic_bounds_hold_whatever_the_servers() -> None:
    rng = np.random.default_rng(37)
    for _ in range(40):
        problem = random_problem(rng, rng.integers(1, 8, int(rng.integers(1, 3))), several=True)
        if rng.random() < 0.5:
            problem = replace(problem, speeds={0: np.array([1.0, *rng.uniform(0.3, 3.0, 3)])})
        bound, found = asymptotic(problem), convolution(problem)
        assert (bound.lower <= found.throughput * (1 + 1e-12)).all()
        assert (bound.upper >= found.throughput * (1 - 1e-12)).all()


def test_bounds_of_a_network() -> None:
    network = qc.ClosedNetwork(
        stations={"cpu": qc.Station(service_rate=10.0), "disk": qc.Station(service_rate=4.0)},
        population=6,
        think_time_s=1.0,
    )
    bounds, exact = network.bounds(), network.solve()
    low, high = bounds.throughput
    assert low <= exact.throughput <= high <= 4.0
    assert bounds.response_time[0] <= exact.response_time <= bounds.response_time[1]
    assert set(bounds.methods) == {"asymptotic", "balanced", "geometric"}
    assert bounds.evidence is qc.Evidence.BOUND


@pytest.mark.parametrize(("customers", "unit"), [(2, 1.0), (9, 1.0), (9, 1e6)])
@pytest.mark.parametrize("method", [proportional_classes, linearized_classes])
def test_classes_that_never_meet_are_each_alone(method: Any, customers: int, unit: float) -> None:
    """One that settles at once, for it is one customer, leaves the other the rounds that it needs."""
    demands = unit * np.array([[0.5, 0.0, 0.0], [0.0, 0.9, 0.6]])
    think, servers = unit * np.array([1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    both = Problem(np.ones((2, 3)), demands, think, np.array([1, customers]), servers, {})
    alone = Problem(np.ones((1, 3)), demands[1:], think[1:], np.array([customers]), servers, {})
    throughput, inside = method(both)
    assert throughput[0] * unit == pytest.approx(1.0 / 1.5, rel=1e-12)
    assert throughput[1] == pytest.approx(method(alone)[0][0], rel=1e-9)
    by_equation = linearized if method is linearized_classes else proportional
    assert throughput[1] == pytest.approx(by_equation(alone, [customers])[0][0], rel=1e-6)
    assert inside[0] == pytest.approx([0.5 / 1.5, 0.0, 0.0], abs=1e-12)


def test_the_linearizer_ends_when_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Single customers at stations of their own: one round, in which each is taken away once."""
    calls = []
    real = several_classes._core

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(several_classes, "_core", counted)
    problem = Problem(np.ones((2, 2)), np.diag([0.5, 0.3]), np.ones(2), np.array([1, 1]), np.ones(2), {})
    assert linearized_classes(problem)[0] == pytest.approx([1.0 / 1.5, 1.0 / 1.3], rel=1e-12)
    assert len(calls) == 1 + 2 + 1
