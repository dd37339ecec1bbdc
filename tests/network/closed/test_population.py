"""The populations that hold servers, part by part: by hand, and by derivatives and means of the product form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

import queuecalc as qc
from queuecalc.law import Deterministic, Exponential, Law
from queuecalc.network.closed.population import Population, Stop, Turn, grid

Array = npt.NDArray[np.float64]


def stop(service: Law, servers: int = 1, visits: float = 1.0, inner: Population | None = None) -> Stop:
    return Stop(
        np.array([visits]), np.array([float(np.asarray(service.mean))]), service, servers, inner=inner
    )


def throughput(n: int, own: float, works: list[float]) -> float:
    """Of n customers at single servers, by the recursion of mean values (Reiser & Lavenberg 1980)."""
    numbers, rate = [0.0] * len(works), 0.0
    for count in range(1, n + 1):
        times = [work * (1.0 + number) for work, number in zip(works, numbers, strict=True)]
        rate = count / (own + sum(times))
        numbers = [rate * time for time in times]
    return rate


@pytest.mark.parametrize("works", [[0.6, 0.5], [0.6, 0.5, 0.2]])
def test_exponential_stops_visited_every_other_time(works: list[float]) -> None:
    """Only the work counts: as many cycles end."""
    halves = tuple(stop(Exponential(mean=2.0 * work), visits=0.5) for work in works)
    population = Population(grid(6), np.array([1.0]), halves)
    for n in range(1, 7):
        assert n / population.cycle[n - 1, 0] == pytest.approx(throughput(n, 1.0, works), rel=1e-7)


def test_weights_are_derivatives_of_the_throughput() -> None:
    works, own, n, step = [0.6, 0.3], 1.0, 5, 1e-5
    population = Population(grid(n), np.array([own]), tuple(stop(Exponential(mean=work)) for work in works))
    demands = np.array([own, *works])
    expected = []
    for j in range(3):
        more, less = demands.copy(), demands.copy()
        more[j] *= 1.0 + step
        less[j] *= 1.0 - step
        ratio = throughput(n, more[0], more[1:].tolist()) / throughput(n, less[0], less[1:].tolist())
        expected.append(-np.log(ratio) / (2.0 * step))
    assert [float(weight[0]) for weight in population.weights] == pytest.approx(expected, rel=1e-6)
    assert sum(expected) == pytest.approx(1.0)


def test_cycles_between_the_sizes_lie_on_straight_lines() -> None:
    population = Population(
        np.array([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 3.0]), (stop(Exponential(mean=0.9)),)
    )
    cycle = population.cycle
    for k in range(3):  # each of the batch at the size of its own
        sizes = np.array([2.0, 2.0, 2.0])
        sizes[k] = 6.0
        expected = [float(cycle[2 if i == k else 1, i]) for i in range(3)]
        assert population.cycle_at(sizes) == pytest.approx(expected)
    between = population.cycle_at(np.array([1.25, 3.0, 5.0]))
    assert between == pytest.approx(
        [
            0.75 * cycle[0, 0] + 0.25 * cycle[1, 0],
            0.75 * cycle[1, 1] + 0.25 * cycle[2, 1],
            0.25 * cycle[1, 2] + 0.75 * cycle[2, 2],
        ]
    )
    assert population.cycle_at(np.array([0.3, 1.0, 99.0])) == pytest.approx(
        [cycle[0, 0], cycle[0, 1], cycle[2, 2]]
    )
    one = Population(np.array([1.0, 3.0]), np.array([1.0]), (stop(Exponential(mean=0.9)),))
    sizes = np.array([[1.0], [2.0], [3.0]])
    assert one.cycle_at(sizes)[:, 0] == pytest.approx(
        [one.cycle[0, 0], 0.5 * (one.cycle[0, 0] + one.cycle[1, 0]), one.cycle[1, 0]]
    )


def test_held_servers_that_are_called() -> None:
    """A lone caller finds them as idle as their own customers would alone; many keep all of them busy."""
    behind = Population(grid(3), np.array([0.2]), (stop(Exponential(mean=0.5)),))
    alone = qc.Sum(laws=(Exponential(mean=0.2), Exponential(mean=0.5)))
    first = Population(grid(40), np.array([1.0]), (stop(alone, 3, 2.0, inner=behind),))
    assert first.cycle[0, 0] == pytest.approx(1.0 + 2.0 * 0.7)
    assert first.services[0][0, 0] == pytest.approx(0.7)
    assert first.services[0][-1, 0] == pytest.approx(behind.cycle[2, 0])
    # three who hold a server each end as many calls as the exact M/M/1//3 behind them
    exact = qc.MMcN(sources=3, request_rate=1.0 / 0.2, service_rate=2.0, servers=1)
    assert 40.0 / first.cycle[-1, 0] * 2.0 == pytest.approx(exact.throughput, rel=5e-3)


def test_calls_that_go_out_at_once_last_as_long_as_the_longest() -> None:
    """Fixed times and nobody else: two turns of max(0.3 + 0.05, 0.2, 0.1) each."""
    stops = (stop(Deterministic(mean=0.3), visits=2.0), stop(Deterministic(mean=0.2), visits=2.0))
    turn = Turn(2.0, ((0, 0.05, 0.0), (1, 0.0, 0.0), (None, 0.1, 0.0)))
    population = Population(grid(1), np.array([1.0]), stops, turns=(turn,))
    assert population.cycle[0, 0] == pytest.approx(1.0 + 2.0 * 0.35, rel=1e-6)
    mean, var = population.turn_moments(0)
    assert mean[0, 0] == pytest.approx(0.35, rel=1e-6)
    assert var[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_call_alone_is_a_visit() -> None:
    """Two customers at M/M/1//2: who waits does so for an exponential service."""
    own, work = 1.0, 0.8
    turn = Turn(1.0, ((0, 0.1, 0.02),))
    population = Population(grid(2), np.array([own]), (stop(Exponential(mean=work)),), turns=(turn,))
    assert 2.0 / population.cycle[1, 0] == pytest.approx(throughput(2, own + 0.1, [work]), rel=1e-7)
    waits = work / (own + 0.1 + work)  # the other is there: he sees a network of one
    mean, var = population.turn_moments(0)
    assert mean[1, 0] == pytest.approx(0.1 + work + waits * work, rel=1e-6)
    assert var[1, 0] == pytest.approx(0.02 + work**2 + (2.0 * waits - waits**2) * work**2, rel=1e-6)
