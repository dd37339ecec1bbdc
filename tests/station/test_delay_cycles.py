"""Delay cycles: where their tails end, and their atoms, against the closed forms of M/M/1."""

from __future__ import annotations

import math

import numpy as np
import pytest

from queuecalc.law import Deterministic, Exponential, Mixture
from queuecalc.station.delay_cycle import DelayCycle, DelayedThen


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("first", [0.1, 1.0])
def test_a_busy_period_decays_at_the_square_of_the_difference_of_the_roots(rho: float, first: float) -> None:
    """x - lambda x / (mu - x) is largest at x = mu - sqrt(lambda mu), where it is (sqrt mu - sqrt lambda)^2."""
    cycle = DelayCycle(Exponential(mean=first), rho, Exponential(mean=1.0))
    assert cycle.abscissa == pytest.approx((1.0 - math.sqrt(rho)) ** 2, rel=1e-9)


def test_first_work_that_ends_later_than_that_decides() -> None:
    """The first work with rate 0.2 is below the maximum at 1 - sqrt(0.3) = 0.45: x = 0.2 is as far as one may go."""
    cycle = DelayCycle(Exponential(mean=5.0), 0.3, Exponential(mean=1.0))
    assert cycle.abscissa == pytest.approx(0.2 - 0.3 * 0.2 / 0.8, rel=1e-9)


@pytest.mark.parametrize("first", [0.1, 7.0])
def test_without_arrivals_a_cycle_is_its_first_work(first: float) -> None:
    work = Exponential(mean=first)
    cycle = DelayCycle(work, np.array([0.0, 0.5]), Exponential(mean=1.0))
    assert np.asarray(cycle.abscissa)[0] == pytest.approx(1.0 / first, rel=1e-9)
    t = first * np.array([[0.01], [1.0], [9.0]])
    assert cycle.sf(t)[:, 0] == pytest.approx(np.exp(-t[:, 0] / first), rel=1e-9)
    assert np.asarray(cycle.var)[0] == pytest.approx(first**2)


def test_the_atoms_are_the_jumps() -> None:
    """Of the cycle: first work of 0 or of 2, during which nobody comes; of what follows: a constant after no cycle."""
    first = Mixture(
        weights=(0.3, 0.2, 0.5),
        laws=(Deterministic(mean=0.0), Deterministic(mean=2.0), Exponential(mean=1.0)),
    )
    service = Mixture(weights=(0.6, 0.4), laws=(Deterministic(mean=0.5), Exponential(mean=1.0)))
    cycle = DelayCycle(first, 0.4, service)
    assert dict(cycle.atoms) == pytest.approx({0.0: 0.3, 2.0: 0.2 * math.exp(-0.8)})
    whole = DelayedThen(cycle, service)
    assert dict(whole.atoms) == pytest.approx({0.5: 0.3 * 0.6})
    for law, (where, mass) in ((cycle, cycle.atoms[1]), (whole, whole.atoms[0])):
        at = float(np.asarray(where))
        jump = law.sf(at * (1.0 - 1e-7)) - law.sf(at)
        assert jump == pytest.approx(float(np.asarray(mass)), abs=1e-5)
