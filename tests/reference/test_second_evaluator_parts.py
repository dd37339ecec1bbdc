"""The parts of the second evaluator against formulas, enumeration and sums."""

from __future__ import annotations

import itertools
import math
from random import Random

import numpy as np
import pytest
from scipy import stats

import queuecalc as qc
from queuecalc.architecture import Figures
from queuecalc.errors import InvalidInput
from queuecalc.reference import Plan
from queuecalc.reference.batches import Batches
from queuecalc.reference.crowd import CrowdWait
from queuecalc.reference.failures import live_law, states
from queuecalc.reference.fluid import Cumulative, Line
from queuecalc.reference.inversion import nodes, survival
from queuecalc.reference.order import steps
from queuecalc.reference.sampled import Sampled
from tests.reference.building import call, component, model


class TestFailures:
    @pytest.mark.parametrize(
        ("units", "a"), [(1, 0.99), (7, 0.9), (40, 0.5), (3, 0.0), (3, 1.0), (100_000, 0.999)]
    )
    def test_live_units_are_binomial(self, units: int, a: float) -> None:
        law = live_law(Figures(availability=a), units)
        assert math.fsum(p for _, p in law) == pytest.approx(1.0, abs=1e-12)
        assert [p for _, p in law] == sorted((p for _, p in law), reverse=True)
        for k, p in law[:200]:
            assert p == pytest.approx(float(stats.binom.pmf(k, units, a)), rel=1e-8)

    def test_a_service_is_up_or_down_as_a_whole(self) -> None:
        assert live_law(Figures(availability=0.75, failure="service"), 4) == ((4, 0.75), (0, 0.25))

    @pytest.mark.parametrize("seed", range(8))
    def test_every_state_comes_once_the_likeliest_first(self, seed: int) -> None:
        random = Random(seed)
        units = {f"c{k}": random.randint(1, 4) for k in range(random.randint(1, 4))}
        laws = {
            name: live_law(Figures(availability=random.uniform(0.3, 0.95)), n) for name, n in units.items()
        }
        found = list(states(laws, {**units, "other": 2}))
        chances = [p for p, _ in found]
        assert chances == sorted(chances, reverse=True)
        assert math.fsum(chances) == pytest.approx(1.0)
        assert all(live["other"] == 2 for _, live in found)
        seen = {tuple(live[name] for name in units) for _, live in found}
        assert seen == set(itertools.product(*(range(n + 1) for n in units.values())))
        assert len(seen) == len(found)


class TestInversion:
    @pytest.mark.parametrize("t", [0.01, 0.5, 2.0, 9.0])
    @pytest.mark.parametrize("shape", [0.5, 1.0, 3.0, 40.0])
    def test_gamma_tails(self, t: float, shape: float) -> None:
        rates = np.array([1.0, 3.0])
        transform = 0.9 * (rates / (rates + nodes(t))) ** shape
        found = survival(np.array([0.9, 0.9]), transform, t)
        assert found == pytest.approx(0.9 * stats.gamma.sf(t, shape, scale=1.0 / rates), abs=2e-9)


class TestFluid:
    def test_a_rush_is_worked_off(self) -> None:
        """10 in and 4 out for 100 s, then nothing in: 600 are left, gone after 150 s more."""
        knots = np.array([0.0, 100.0, 400.0])
        line = Line.of(knots, np.array([[10.0, 0.0], [10.0, 0.0]]), np.full((2, 2), 4.0))
        assert line.longest_lag == pytest.approx(150.0)
        assert line.left_over == 0.0
        assert line.drain == pytest.approx(150.0)
        assert line.knots == pytest.approx([0.0, 100.0, 250.0, 400.0])
        assert line.busy.tolist() == [True, True, False]

    def test_what_is_left_at_the_end_drains_at_the_last_rate(self) -> None:
        knots = np.array([0.0, 100.0, 200.0])
        line = Line.of(knots, np.array([[10.0, 3.0], [10.0, 3.0]]), np.full((2, 2), 4.0))
        assert line.left_over == pytest.approx(500.0)
        assert line.drain == pytest.approx(600.0)
        endless = Line.of(knots, np.array([[3.0, 5.0], [3.0, 5.0]]), np.full((2, 2), 4.0))
        assert endless.drain == math.inf

    @pytest.mark.parametrize("seed", range(10))
    def test_backlog_is_the_reflected_integral(self, seed: int) -> None:
        """B = X - min(0, min X), the minimum taken on a fine grid."""
        random = np.random.default_rng(seed)
        knots = np.concatenate([[0.0], np.cumsum(random.uniform(0.5, 3.0, 12))])
        ends = random.uniform(0.0, 4.0, (2, 12))
        initial = float(random.choice([0.0, 2.0]))
        line = Line.of(knots, ends, np.full((2, 12), 2.0), initial)
        fine = np.union1d(np.linspace(0.0, knots[-1], 40_001), line.knots)
        total = Cumulative(knots, ends).at(fine) - 2.0 * fine + initial
        reflected = total - np.minimum(np.minimum.accumulate(total), 0.0)
        at = np.searchsorted(fine, line.knots)
        assert line.backlog == pytest.approx(reflected[at], abs=2e-4)

    @pytest.mark.parametrize("seed", range(5))
    def test_an_integral_and_its_inverse(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        knots = np.concatenate([[1.0], 1.0 + np.cumsum(random.uniform(0.5, 3.0, 6))])
        some = Cumulative(knots, random.uniform(0.1, 4.0, (2, 6)))
        t = np.linspace(1.0, knots[-1] + 5.0, 101)
        assert some.inverse(some.at(t)) == pytest.approx(t)


class TestSampled:
    """A tail asked at some times gives the transform."""

    @pytest.mark.parametrize("rate", [0.3, 30.0, 3e4])
    @pytest.mark.parametrize("t", [1e-4, 0.05, 2.0])
    def test_an_exponential_time(self, rate: float, t: float) -> None:
        known = Sampled(np.array([0.9]), lambda x: 0.9 * np.exp(-rate * x)[:, None], 0.1 / rate)
        s = nodes(t)
        assert np.abs(known.transform(s) - 0.9 * rate / (rate + s)).max() < 2e-9

    def test_a_time_that_jumps(self) -> None:
        """Exponential, or 0.3 s later."""

        def tail(x: np.ndarray) -> np.ndarray:
            later = np.where(x < 0.3, 1.0, np.exp(-8.0 * np.maximum(x - 0.3, 0.0)))
            return (0.4 * np.exp(-8.0 * x) + 0.6 * later)[:, None]

        s = nodes(np.array([0.2, 1.7]))
        found = Sampled(np.array([1.0]), tail, 0.01, (0.3,)).transform(s)
        exact = 8.0 / (8.0 + s) * (0.4 + 0.6 * np.exp(-0.3 * s))
        assert np.abs(found - exact).max() < 2e-9


class TestBatches:
    @pytest.mark.parametrize("servers", [1, 2, 5])
    def test_the_line_is_that_of_the_markov_chain(self, servers: int) -> None:
        """M^X/M/c: the stationary distribution of the truncated chain, solved as linear equations."""
        sizes, mu, size = (0.5, 0.2, 0.0, 0.3), 2.0, 2.1
        rate = 0.6 * servers * mu
        states = 500
        generator = np.zeros((states, states))
        for n in range(states):
            for more, chance in enumerate(sizes, 1):
                if n + more < states:
                    generator[n, n + more] = rate / size * chance
            if n:
                generator[n, n - 1] = min(n, servers) * mu
        generator -= np.diag(generator.sum(axis=1))
        equations = np.vstack([generator.T[:-1], np.ones(states)])
        chances = np.linalg.solve(equations, np.append(np.zeros(states - 1), 1.0))
        at = np.array([1.0])
        line = Batches(rate * at, sizes, lambda s: mu / (mu + s), 1.0 / mu * at, at, True, servers)
        ahead = np.maximum(np.arange(states) - servers + 1.0, 0.0)
        assert line.busy[0] == pytest.approx(chances[servers:].sum(), rel=1e-10)
        assert line.mean_wait[0] == pytest.approx(chances @ ahead / (servers * mu), rel=1e-10)
        s = np.array([[0.3 + 0.7j], [2.0 + 9.0j]])
        exact = (chances * (servers * mu / (servers * mu + s)) ** ahead).sum(axis=1, keepdims=True)
        assert np.abs(line.wait(s) - exact).max() < 1e-10

    def test_behind_one_server_the_last_of_three_waits_for_all(self) -> None:
        def service(s: np.ndarray) -> np.ndarray:
            return (1.0 + 0.25 * s) ** -2.0

        at = np.array([1.0])
        line = Batches(0.9 * at, (0.4, 0.0, 0.6), service, 0.5 * at, 0.5 * at, False, 1)
        s = np.array([[0.3 + 0.7j], [2.0 + 9.0j]])
        last = line.last(3, s, lambda k, z: service(z) ** k, lambda fresh, _: service(s) ** fresh)
        assert np.abs(last - line.wait(s) * service(s) ** 3).max() < 1e-14


class TestCrowd:
    @pytest.mark.parametrize("users", [2, 9, 40, 120, 600])
    @pytest.mark.parametrize("servers", [1, 4])
    def test_one_station_is_machine_repair(self, users: int, servers: int) -> None:
        exact = qc.MMcN(sources=users, request_rate=0.2, service_rate=8.0, servers=servers)
        at = np.array([float(users)])
        line = CrowdWait(at, np.array([5.0]), np.array([0.125]), np.array([0.125]), servers)
        assert line.mean_wait[0] == pytest.approx(float(exact.mean_wait), rel=1e-9)
        assert line.delayed[0] == pytest.approx(float(exact.delay_probability), rel=1e-9)
        s = np.array([[0.5 + 2.0j], [4.0 + 30.0j]])
        found = line.transform(1.0 / (1.0 + 0.125 * s / servers))
        assert np.abs(found - exact.wait.lst(s)).max() < 1e-9

    def test_very_many_users_are_told_what_to_do(self) -> None:
        at = np.array([30_000.0])
        with pytest.raises(NotImplementedError, match=r"20,000 users who think .* requests_per_user_per_s"):
            CrowdWait(at, at, at, at, 1)


def test_visits_that_never_end_are_refused() -> None:
    parts = [component("a", 0.01), component("b", 0.01)]
    endless = model(parts, [call("users", "a"), call("a", "b"), call("b", "a")])
    with pytest.raises(InvalidInput, match="back to it and never end"):
        steps(Plan(endless, {"a": 1, "b": 1}), frozenset())
