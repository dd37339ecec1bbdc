"""The parts of the second evaluator against formulas, enumeration and sums."""

from __future__ import annotations

import itertools
import math
from random import Random

import numpy as np
import pytest
from scipy import stats

from queuecalc.architecture import Figures
from queuecalc.reference.failures import live_law, states
from queuecalc.reference.fluid import Cumulative, Line
from queuecalc.reference.inversion import nodes, survival


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
