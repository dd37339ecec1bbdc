"""Service laws with atoms and jumps: nothing is inverted through them."""

from __future__ import annotations

from math import comb

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from queuecalc.law import Adapted, Deterministic, Empirical, Exponential, Gamma, Mixture, Scaled, Sum
from queuecalc.station import MG1, MGc
from queuecalc.station.moments import excess_second_moment


def two_point_wait(rate: float, p: float, short: float, long: float, t: float) -> float:
    """P(W > t) of M/G/1 whose service is `short` with probability p, else `long`.

    W*(s) / s = (1 - rho) sum_n (-lambda)^n B^n / (s - lambda)^(n + 1), B^n by the binomial theorem, term by term.
    """
    with mp.workdps(80):
        lam, q = mp.mpf(rate), mp.mpf(p)
        rho = lam * (q * short + (1 - q) * long)
        total = mp.mpf(0)
        for n in range(int(t / short) + 1):
            for k in range(n + 1):
                left = mp.mpf(t) - k * mp.mpf(short) - (n - k) * mp.mpf(long)
                if left >= 0:
                    term = comb(n, k) * q**k * (1 - q) ** (n - k) * (-lam * left) ** n / mp.factorial(n)
                    total += term * mp.exp(lam * left)
        return float(1 - (1 - rho) * total)


@pytest.mark.parametrize("rho", [0.2, 0.7, 0.95])
def test_two_constants(rho: float) -> None:
    p, short, long = 0.75, 0.5, 2.5
    rate = rho / (p * short + (1 - p) * long)
    law = Mixture(weights=(p, 1 - p), laws=(Deterministic(mean=short), Deterministic(mean=long)))
    station = MG1(arrival_rate=rate, service=law)
    for t in (0.0, 0.1, 0.5, 0.77, 1.0, 2.5, 2.6, 3.0, 7.3, 20.0):
        wait = two_point_wait(rate, p, short, long, t)
        assert station.wait.sf(t) == pytest.approx(wait, rel=1e-6, abs=1e-9)
        sojourn = p * two_point_wait(rate, p, short, long, t - short) if t >= short else p
        sojourn += (1 - p) * two_point_wait(rate, p, short, long, t - long) if t >= long else 1 - p
        assert station.sojourn.sf(t) == pytest.approx(sojourn, rel=1e-6, abs=1e-9)
    assert station.sojourn.atoms == (
        (short, pytest.approx(p * (1 - rho))),
        (long, pytest.approx((1 - p) * (1 - rho))),
    )
    # the median at low load is the atom itself
    assert MG1(arrival_rate=0.01, service=law).sojourn.ppf(0.5) == short


def test_many_atoms_come_close_to_the_law_they_were_drawn_from() -> None:
    law = Gamma(mean=1.0, scv=0.5)
    samples = law.ppf((np.arange(500) + 0.5) / 500)
    drawn, smooth = (MG1(arrival_rate=0.7, service=x) for x in (Empirical(samples), law))
    levels = np.array([0.5, 0.9, 0.99])
    assert drawn.mean_wait == pytest.approx(smooth.mean_wait, rel=5e-3)
    assert drawn.sojourn.ppf(levels) == pytest.approx(smooth.sojourn.ppf(levels), rel=5e-3)


def test_a_constant_in_the_service_moves_the_sojourn() -> None:
    """S = 0.4 + exponential; T against the convolution of W with S by quadrature."""
    law = Sum(laws=(Deterministic(mean=0.4), Exponential(mean=0.6)))
    for station in (MG1(arrival_rate=0.8, service=law), MGc(arrival_rate=2.4, service=law, servers=3)):
        assert station.sojourn.sf(0.399) == 1.0
        for t in (0.5, 1.0, 3.0, 8.0):
            x, w = np.polynomial.legendre.leggauss(60)
            u = (t - 0.4) * (x + 1.0) / 2.0
            inner = np.sum(w * (t - 0.4) / 2.0 * np.exp(-u / 0.6) / 0.6 * station.wait.sf(t - 0.4 - u))
            assert station.sojourn.sf(t) == pytest.approx(np.exp(-(t - 0.4) / 0.6) + inner, rel=1e-7)


@pytest.mark.parametrize("c", [2, 5])
def test_mdc_moves_the_wait_by_the_service_time(c: int) -> None:
    station = MGc(arrival_rate=0.8 * c, service=Deterministic(mean=1.0), servers=c)
    t = np.array([0.0, 0.05, 0.3, 1.0, 2.5])
    assert station.sojourn.sf(1.0 + t) == pytest.approx(station.wait.sf(t), rel=1e-12)
    x, w = np.polynomial.legendre.leggauss(400)
    grid = 6.0 * (x + 1.0)
    assert np.sum(w * 6.0 * station.wait.sf(grid)) == pytest.approx(station.mean_wait, rel=2e-4)


def test_moments_of_the_excess() -> None:
    assert excess_second_moment(Gamma(mean=2.0, scv=0.5)) == pytest.approx(
        2.0**2 * 1.5 * 2.0 / 3.0, rel=1e-12
    )
    assert excess_second_moment(Exponential(mean=3.0)) == pytest.approx(18.0, rel=1e-12)
    assert excess_second_moment(Deterministic(mean=3.0)) == pytest.approx(3.0, rel=1e-12)
    both = Gamma(mean=np.array([1.0, 2.0]), scv=1.0)
    assert excess_second_moment(both) == pytest.approx([2.0, 8.0], rel=1e-12)


def test_a_law_known_by_quadrature_is_inverted_as_well_as_it_is_known() -> None:
    exact = Gamma(mean=1.0, scv=0.5)
    adapted = Adapted(stats.gamma(2.0, scale=0.5))
    levels = [0.5, 0.99, 0.9999]
    for wrapped in (adapted, Mixture(weights=(0.5, 0.5), laws=(adapted, exact)), Scaled(adapted, 1.0)):
        one, two = (MG1(arrival_rate=0.8, service=law) for law in (wrapped, exact))
        assert one.sojourn.ppf(levels) == pytest.approx(two.sojourn.ppf(levels), rel=1e-6)
        assert one.wait.var == pytest.approx(two.wait.var, rel=1e-8)
