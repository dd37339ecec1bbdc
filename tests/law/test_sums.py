"""Sums and mixtures against exact laws, brute-force convolution and Monte Carlo identities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from queuecalc.law import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Mixture,
    RandomSum,
    Scaled,
    Sum,
    as_law,
)
from queuecalc.law.inversion import smooth_tail_and_density

TAILS = np.array([0.999, 0.9, 0.5, 0.1, 0.01, 1e-4, 1e-6, 1e-9])


@pytest.mark.parametrize("scv", [20.0, 4.0, 1.0, 0.5, 0.19, 0.1, 0.05, 0.02, 0.01, 0.005])
def test_tilt_and_shift_keep_a_relative_accuracy(scv: float) -> None:
    """Gamma laws know the answer: 1e-8 relative at every level, however regular or wild the law."""
    law = Gamma(mean=0.7, scv=scv)
    t = np.asarray(law.isf(TAILS))
    tail, density = smooth_tail_and_density(law, t)
    np.testing.assert_allclose(tail, TAILS, rtol=1e-8)
    np.testing.assert_allclose(density[2:], np.asarray(law.pdf(t))[2:], rtol=1e-7)


def test_the_removable_pole() -> None:
    """Euler's first node, 5 ln(10) / t, tilted by the rate 1, is 0 at t = 5 ln(10)."""
    t = 5.0 * np.log(10.0) * (1.0 + np.array([-1e-3, -1e-9, 0.0, 1e-15, 1e-7]))
    tail, density = smooth_tail_and_density(Exponential(mean=1.0), t)
    np.testing.assert_allclose(tail, np.exp(-t), rtol=1e-9)
    np.testing.assert_allclose(density, np.exp(-t), rtol=1e-9)


@pytest.mark.parametrize("scv", [2e-3, 5e-4, 1e-4, 3e-5, 1e-7])
def test_hardly_variable_laws(scv: float) -> None:
    law = Gamma(mean=0.7, scv=scv)
    t = np.asarray(law.isf(TAILS[:6]))
    tail, density = smooth_tail_and_density(law, t)
    np.testing.assert_allclose(tail, TAILS[:6], rtol=1e-6)
    np.testing.assert_allclose(density, law.pdf(t), rtol=1e-3)


@pytest.mark.parametrize("law", [Lognormal(mean=1.0, scv=c) for c in (0.01, 0.1, 1.0, 20.0)], ids=repr)
def test_heavy_tails_are_carried_by_rounding_alone(law: Law) -> None:
    t = np.asarray(law.isf(TAILS[:7]))
    tail, _ = smooth_tail_and_density(law, t)
    np.testing.assert_allclose(tail, TAILS[:7], rtol=1e-9, atol=1e-11)


def test_same_rate_gamma_sums_are_exact() -> None:
    sum_ = Sum(laws=(Exponential(mean=0.5), Erlang(mean=1.0, stages=2), Gamma(mean=0.25, scv=2.0)))
    exact = Gamma(mean=1.75, scv=1.0 / 3.5)
    t = np.array([1e-3, 0.5, 2.0, 40.0])
    np.testing.assert_allclose(sum_.sf(t), exact.sf(t), rtol=1e-14)
    np.testing.assert_allclose(sum_.pdf(t), exact.pdf(t), rtol=1e-13)
    np.testing.assert_allclose(sum_.ppf([0.1, 0.999]), exact.ppf([0.1, 0.999]), rtol=1e-12)


def test_erlang_of_one_stage_and_gamma_of_scv_one_are_exponential() -> None:
    e = Exponential(mean=0.3)
    for other in (Erlang(mean=0.3, stages=1), Gamma(mean=0.3, scv=1.0), Hyperexponential(mean=0.3, scv=1.0)):
        for name in ("sf", "pdf", "lst", "lst_complement", "excess_lst", "excess_complement"):
            assert getattr(other, name)(0.8) == pytest.approx(getattr(e, name)(0.8), rel=1e-14)


@given(a=st.floats(0.05, 5.0), b=st.floats(0.05, 5.0), t=st.floats(0.01, 20.0))
def test_two_exponentials(a: float, b: float, t: float) -> None:
    if abs(a - b) < 1e-3:
        return
    exact = (a * np.exp(-t / a) - b * np.exp(-t / b)) / (a - b)
    assert Sum(laws=(Exponential(mean=a), Exponential(mean=b))).sf(t) == pytest.approx(
        exact, rel=1e-8, abs=1e-13
    )


def test_order_and_nesting_do_not_matter() -> None:
    a, b, c = Gamma(mean=1.0, scv=0.5), Deterministic(mean=0.3), Hyperexponential(mean=0.4, scv=3.0)
    t = np.array([0.2, 0.9, 3.0, 8.0])
    first = Sum(laws=(a, b, c)).sf(t)
    np.testing.assert_allclose(Sum(laws=(c, Sum(laws=(b, a)))).sf(t), first, rtol=1e-9)
    np.testing.assert_allclose(
        Sum(laws=(Sum(laws=(a,)), Scaled(Sum(laws=(Scaled(b, 2.0), Scaled(c, 2.0))), 0.5))).sf(t),
        first,
        rtol=1e-9,
    )


def test_constants_are_added_exactly() -> None:
    inner, shifted = (
        Gamma(mean=1.0, scv=0.5),
        Sum(laws=(Deterministic(mean=0.2), Gamma(mean=1.0, scv=0.5), Deterministic(mean=0.3))),
    )
    np.testing.assert_array_equal(shifted.sf([0.1, 0.5, 1.7]), [1.0, 1.0, inner.sf(1.2)])
    assert shifted.ppf(0.95) == pytest.approx(0.5 + inner.ppf(0.95), rel=1e-12)
    assert not shifted.smooth
    assert Sum(laws=(Deterministic(mean=0.0), inner)).ppf(0.95) == pytest.approx(inner.ppf(0.95), rel=1e-12)


def test_atoms_of_sums_and_copies() -> None:
    coin = Mixture(weights=(0.25, 0.75), laws=(Deterministic(mean=0.0), Deterministic(mean=1.0)))
    two = Sum(laws=(coin, coin))
    total: dict[float, float] = {}
    for where, mass in two.atoms:
        total[where] = total.get(where, 0.0) + mass
    assert total == pytest.approx({0.0: 0.0625, 1.0: 0.375, 2.0: 0.5625})
    np.testing.assert_allclose(
        two.sf([0.0, 0.5, 1.0, 1.5, 2.0]), [0.9375, 0.9375, 0.5625, 0.5625, 0.0], atol=1e-15
    )
    assert two.ppf([0.01, 0.0625, 0.2, 0.5, 1.0]) == pytest.approx([0.0, 0.0, 1.0, 2.0, 2.0])
    assert np.all(np.asarray(two.pdf([0.5, 1.0])) == 0.0)


def test_an_atom_at_zero_stays() -> None:
    """A visit made with probability 0.4 only: survival at 0 is 0.4, and three of them miss with 0.6^3."""
    maybe = RandomSum(Exponential(mean=1.0), 0.4)
    assert maybe.smooth
    assert maybe.sf(0.0) == pytest.approx(0.4)
    three = Sum(laws=(maybe, RandomSum(Hyperexponential(mean=1.0, scv=2.0), 0.4), maybe))
    assert three.sf(0.0) == pytest.approx(1.0 - 0.6**3, rel=1e-12)
    assert three.ppf(0.2) == 0.0
    assert three.ppf(0.22) > 0.0
    assert three.pdf(0.3) > 0.0


def test_random_sum_is_the_mixture_of_its_numbers() -> None:
    one = Hyperexponential(mean=0.5, scv=3.0)
    t = np.array([0.1, 1.0, 5.0])
    mixture = Mixture(weights=(0.7, 0.3), laws=(Sum(laws=(one,) * 2), Sum(laws=(one,) * 3)))
    found = RandomSum(one, 2.3)
    np.testing.assert_allclose(found.sf(t), mixture.sf(t), rtol=1e-8)
    np.testing.assert_allclose(found.pdf(t), mixture.pdf(t), rtol=1e-7)
    assert found.mean == pytest.approx(mixture.mean)
    assert found.var == pytest.approx(mixture.var)
    for s in (1e-9, 0.3, 2.0 + 9.0j):
        for name in ("lst", "lst_complement", "excess_lst", "excess_complement"):
            assert abs(getattr(found, name)(s) - getattr(mixture, name)(s)) <= 1e-13 * abs(
                getattr(mixture, name)(s)
            )


@pytest.mark.parametrize("times", [0.0, 1.0, 4.0, 17.25])
def test_random_sum_keeps_its_digits(times: float) -> None:
    one, s = Lognormal(mean=1.0, scv=2.0), 1e-10
    many = RandomSum(one, times)
    assert many.lst_complement(s) == pytest.approx(times * s, rel=1e-8)
    assert many.excess_complement(s) == pytest.approx(s * many.excess_mean, rel=1e-8)
    assert many.lst(0.3) == pytest.approx(
        one.lst(0.3) ** np.floor(times) * (1 - (times % 1) * one.lst_complement(0.3))
    )


def test_no_copies_are_a_constant_zero() -> None:
    nothing = RandomSum(Exponential(mean=1.0), 0.0)
    assert (nothing.mean, nothing.var, nothing.scv, nothing.abscissa) == (0.0, 0.0, 0.0, np.inf)
    assert nothing.ppf(0.99) == 0.0
    assert nothing.sf(0.0) == 0.0
    assert nothing.lst(5.0) == 1.0
    assert nothing.excess_lst(5.0) == 1.0
    zero = Mixture(weights=(1.0,), laws=(Deterministic(mean=0.0),))
    assert zero.scv == 0.0
    assert zero.excess_lst(3.0) == 1.0
    none = Sum(laws=(nothing, zero))
    assert none.excess_lst(3.0) == 1.0
    assert none.scv == 0.0


def brute(x: Any, rest: Law, t: float) -> float:
    """P(X + R > t) by adaptive quadrature over X's density."""
    low, high = x.support()
    cuts = [cut for cut in (t - rest.ppf(0.999999), t - rest.ppf(0.5), t) if low < cut < high]
    value = integrate.quad(
        lambda u: x.pdf(u) * rest.sf(t - u), low, high, points=cuts, epsabs=1e-12, limit=400
    )[0]
    return float(value)


@pytest.mark.parametrize("mean", [0.02, 0.3, 4.0])
@pytest.mark.parametrize(
    "leaf", [stats.uniform(0.0, 1.0), stats.uniform(0.5, 2.0), stats.beta(2.0, 3.0), stats.truncexpon(1.5)]
)
def test_jumps_are_convolved(leaf: Any, mean: float) -> None:
    rest = Gamma(mean=mean, scv=0.5)
    found = Sum(laws=(as_law(leaf), rest))
    assert not found.smooth
    for t in (0.3, 0.99, 1.01, 1.7, 5.0):
        assert found.sf(t) == pytest.approx(brute(leaf, rest, t), abs=2e-8)
    q = found.ppf(0.95)
    assert found.sf(q) == pytest.approx(0.05, rel=1e-8)


def test_two_uniforms_make_a_triangle() -> None:
    u = as_law(stats.uniform(0.0, 1.0))
    t = np.array([-0.1, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
    np.testing.assert_allclose(Sum(laws=(u, u)).sf(t), [1.0, 1.0, 0.875, 0.5, 0.125, 0.0, 0.0], atol=1e-12)
    assert Sum(laws=(u, u)).ppf(1.0) == pytest.approx(2.0)
    three = Sum(laws=(u, u, u))
    np.testing.assert_allclose(
        three.sf([0.5, 1.0, 1.5, 2.5]), [1 - 0.125 / 6, 5 / 6, 0.5, 0.125 / 6], atol=1e-5
    )


def test_three_jumpy_laws_and_an_exponential() -> None:
    """Bates: P(U1 + U2 + E > t), the triangle integrated against the exponential tail."""
    u, m, t = as_law(stats.uniform(0.0, 1.0)), 0.3, 1.4
    exact = integrate.quad(
        lambda x: min(x, 2.0 - x) * (np.exp(-(t - x) / m) if x < t else 1.0),
        0.0,
        2.0,
        points=[1.0, t],
        epsabs=1e-12,
    )[0]
    assert Sum(laws=(u, Exponential(mean=m), u)).sf(t) == pytest.approx(exact, abs=1e-7)


def test_a_sample_plus_a_smooth_time_is_the_mean_over_the_sample() -> None:
    samples = np.random.default_rng(3).lognormal(size=300)
    rest = Sum(laws=(Gamma(mean=0.3, scv=0.5), Exponential(mean=0.1)))
    found = Sum(laws=(Empirical(samples), rest))
    for t in (0.2, 1.0, 4.0):
        assert found.sf(t) == pytest.approx(np.mean(np.asarray(rest.sf(t - samples))), rel=1e-9)
    assert found.sf(found.ppf(0.9)) == pytest.approx(0.1, rel=1e-9)


def test_empirical_law_of_many_samples() -> None:
    samples = np.random.default_rng(4).exponential(size=1000)
    law = Empirical(samples)
    assert repr(law).startswith("<Empirical: 1000 samples, mean ")
    assert law == Empirical(samples[::-1])
    s = np.array([0.3, 2.0 + 5.0j])
    np.testing.assert_allclose(law.lst(s), np.exp(-s[:, None] * samples).mean(axis=1), rtol=1e-12)
    for q in (0.001, 0.07, 0.5, 0.95, 1.0):
        assert law.ppf(q) == np.quantile(samples, q, method="inverted_cdf")
    assert Empirical([0.0, 0.0]).smooth
    assert Empirical([0.0, 0.0]).scv == 0.0


def test_mixture_of_one_law_is_that_law() -> None:
    law = Lognormal(mean=1.0, scv=2.0)
    alone = Mixture(weights=(1.0,), laws=(law,))
    for q in (0.1, 0.9, 0.9999):
        assert alone.ppf(q) == pytest.approx(law.ppf(q), rel=1e-12)
    ignored = Mixture(weights=(1.0, 0.0), laws=(law, Deterministic(mean=7.0)))
    assert ignored.smooth
    assert ignored.ppf(0.9) == pytest.approx(law.ppf(0.9), rel=1e-12)
    assert Mixture(weights=(0.0, 1.0), laws=(law, Exponential(mean=2.0))).abscissa == 0.5


def test_many_equal_lattice_points_do_not_multiply() -> None:
    """Forty coins of one step each: binomial, though 2^40 paths lead there."""
    coin = RandomSum(Deterministic(mean=1.0), 0.5)
    forty = RandomSum(coin, 40.0)
    t = np.array([9.5, 20.0, 30.5])
    np.testing.assert_allclose(forty.sf(t), special.bdtrc(np.floor(t), 40, 0.5), rtol=1e-12)


def test_unstable_elements_are_infinite_and_the_others_unharmed() -> None:
    class Wait(Exponential):
        """An exponential law that may have an infinite mean, as the wait of an unstable queue has."""

        __slots__ = ()

        def __post_init__(self) -> None:
            object.__setattr__(self, "mean", np.asarray(self.mean))

    wait = Wait(mean=np.array([1.0, np.inf]))
    with np.errstate(invalid="ignore"):
        total = Sum(laws=(wait, Exponential(mean=0.5)))
        alone = Sum(laws=(Exponential(mean=1.0), Exponential(mean=0.5)))
        np.testing.assert_allclose(total.ppf(0.9), [alone.ppf(0.9), np.inf])
        np.testing.assert_allclose(total.sf(2.0), [alone.sf(2.0), 1.0])
        assert np.all(total.sf([5.0, 1e9]) == [total.sf(5.0)[0], 1.0])
