"""Theorems that hold for every law, over the registry and compositions of it."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import queuecalc.law
from queuecalc.errors import InvalidInput
from queuecalc.law import REGISTRY, Deterministic, Empirical, Law, Scaled
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.excess import Excess
from queuecalc.law.interrupted import Interrupted
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.transform.de_hoog import DE_HOOG
from tests.law.area import area
from tests.law.cases import CLOSED, LAWS, NAMED, SMOOTH

TAILS = np.array([0.99, 0.9, 0.5, 0.1, 0.01, 1e-4])
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)
each_smooth_law = pytest.mark.parametrize("law", SMOOTH, ids=repr)


def whole(law: Law) -> bool:
    """Whether the law is one of constants alone, whose density is nothing."""
    return isinstance(law, Deterministic | Empirical) or all(not piece.laws for piece in law.pieces())


def test_every_registered_law_is_under_test() -> None:
    assert set(NAMED) == set(REGISTRY)
    for name, laws in NAMED.items():
        assert all(type(law) is REGISTRY[name] for law in laws)


@each_law
def test_survival_falls_from_one_to_zero(law: Law) -> None:
    t = np.concatenate([[-1.0, 0.0], law.mean * np.geomspace(1e-6, 100.0, 200)])
    survival = law.sf(t)
    assert survival[0] == 1.0
    assert np.all(np.diff(survival) <= 1e-12)
    assert np.all((survival >= 0.0) & (survival <= 1.0))
    assert law.sf(1e9 * law.mean) < 1e-8
    assert law.sf(np.inf) == 0.0


@each_law
def test_distribution_and_survival_add_to_one(law: Law) -> None:
    t = law.mean * np.linspace(-0.5, 5.0, 40)
    np.testing.assert_allclose(law.cdf(t) + law.sf(t), 1.0, rtol=0, atol=1e-12)


@each_law
def test_quantile_is_the_least_time_with_the_level(law: Law) -> None:
    t = np.asarray(law.isf(TAILS))
    assert np.all(law.sf(t) <= TAILS * (1.0 + 1e-8) + 1e-12)
    assert np.all((t == 0.0) | (law.sf(t * (1.0 - 1e-6)) >= TAILS * (1.0 - 1e-8) - 1e-12))
    # an atom that ends at the level has no single answer in floating point
    assert law.atoms or law.ppf(1.0 - TAILS) == pytest.approx(t, rel=1e-9)
    assert law.ppf(0.0) == 0.0
    assert law.isf(1.0) == 0.0


@each_law
def test_upper_end_of_the_support(law: Law) -> None:
    top = law.ppf(1.0)
    assert top == law.isf(0.0)
    if np.isfinite(top):
        assert law.sf(top) == pytest.approx(0.0, abs=1e-12)


@each_smooth_law
def test_mean_is_the_integral_of_survival(law: Law) -> None:
    cuts = law.isf(np.array([0.9, 0.5, 0.1, 1e-2, 1e-4, 1e-6, 1e-9]))
    edges = np.concatenate([[0.0], cuts])
    x, w = np.polynomial.legendre.leggauss(40)
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * (edges[1:] - edges[:-1])
    t = middle + half * x[:, None]
    assert np.sum(half * w[:, None] * law.sf(t)) == pytest.approx(law.mean, rel=2e-6)
    assert 2.0 * np.sum(half * w[:, None] * t * law.sf(t)) == pytest.approx(law.var + law.mean**2, rel=2e-3)


@each_law
def test_moments_belong_together(law: Law) -> None:
    assert law.scv == pytest.approx(law.var / law.mean**2)
    assert law.std**2 == pytest.approx(law.var)
    assert law.excess_mean == pytest.approx((law.var + law.mean**2) / (2.0 * law.mean))


@each_law
def test_density_is_the_slope_of_distribution(law: Law) -> None:
    if whole(law):
        assert np.all(law.pdf(law.mean * np.linspace(0.1, 3.0, 7)) == 0.0)
        return
    t = law.mean * np.array([0.31, 0.77, 1.13, 1.9])
    h = 1e-5 * law.mean
    slope = (law.cdf(t + h) - law.cdf(t - h)) / (2.0 * h)
    np.testing.assert_allclose(law.pdf(t), slope, rtol=2e-5, atol=2e-5 / law.mean)


@each_law
def test_transform_begins_with_the_moments(law: Law) -> None:
    assert law.lst(0.0) == pytest.approx(1.0, abs=1e-15)
    assert law.lst_complement(0.0) == pytest.approx(0.0, abs=1e-15)
    assert law.excess_lst(0.0) == pytest.approx(1.0, abs=1e-14)
    assert law.excess_complement(0.0) == pytest.approx(0.0, abs=1e-14)
    s = 1e-9 / law.mean
    assert law.lst_complement(s) / s == pytest.approx(law.mean, rel=2e-7)
    assert law.excess_complement(s) / s == pytest.approx(law.excess_mean, rel=2e-6)


@each_law
@settings(max_examples=25)
@given(size=st.floats(-8.0, 2.0), angle=st.floats(-1.45, 1.45))
def test_the_four_transforms_agree(law: Law, size: float, angle: float) -> None:
    s = complex(10.0**size * np.exp(1j * angle) / law.mean)
    lst, complement = law.lst(s), law.lst_complement(s)
    excess, rest = law.excess_lst(s), law.excess_complement(s)
    assert abs(lst + complement - 1.0) < 1e-13
    assert abs(excess + rest - 1.0) < 1e-13
    assert abs(complement - s * law.mean * excess) < 2e-12 * abs(complement)
    assert abs(lst) <= 1.0 + 1e-13
    assert abs(law.lst(s.conjugate()) - lst.conjugate()) < 1e-14


@each_law
def test_transform_is_the_mean_of_the_exponential(law: Law) -> None:
    """E exp(-s T) = 1 - s int exp(-s t) P(T > t) dt, by a routine that knows nothing of the law."""
    marks = [where for where, _ in law.atoms]
    marks += [0.0, *np.asarray(law.isf([1.0 - 1e-12, 0.9, 0.5, 0.1, 1e-3, 1e-7]))]
    last = max(marks)
    marks += [top] if np.isfinite(top := law.ppf(1.0)) else []
    for s in (0.5 / law.mean, 3.0 / law.mean):
        ends = np.unique([*marks, max(60.0 / s, 2.0 * last)])

        def left(t: Any, s: float = s) -> Any:
            return np.exp(-s * t) * law.sf(t)

        under = area(left, ends, 1e-10 / s)
        assert 1.0 - s * under == pytest.approx(law.lst(s), abs=2e-8)


@each_law
def test_real_arguments_give_the_real_line_of_the_complex_transform(law: Law) -> None:
    s = np.array([1e-6, 0.1, 1.0, 10.0]) / law.mean
    for name in ("lst", "lst_complement", "excess_lst", "excess_complement"):
        function = getattr(law, name)
        values = function(s)
        assert values.dtype == np.float64
        # the complement of an excess's excess is a difference down to s E[X] = 1e-8
        lost = name == "excess_complement" and isinstance(law, Excess)
        np.testing.assert_allclose(function(s + 0j), values, rtol=1e-9 if lost else 1e-12)


@each_law
def test_transform_ends_at_the_abscissa(law: Law) -> None:
    theta = law.abscissa
    if theta == np.inf:
        assert np.isfinite(law.lst(-1.0 / law.mean))
        return
    assert law.lst(-theta if theta > 0.0 else -1e-3) == np.inf
    assert law.lst_complement(-2.0 * theta - 1e-3) == -np.inf
    if theta > 0.0:
        near = law.lst(-0.5 * theta)
        assert 1.0 < near < np.inf
        assert law.lst_complement(-0.5 * theta) == pytest.approx(1.0 - near)


@each_smooth_law
def test_inversion_of_the_transform_is_the_survival(law: Law) -> None:
    t = np.asarray(law.isf(TAILS))
    tail, density = smooth_tail_and_density(law, t)
    np.testing.assert_allclose(tail, TAILS, rtol=2e-8)
    np.testing.assert_allclose(density, law.pdf(t), rtol=2e-5)
    # abscissae and shifts apart: another algorithm on the bare transform
    if law.scv >= 0.05:
        bare = DE_HOOG.invert(lambda s: (1.0 - law.lst(s)) / s, t)
        np.testing.assert_allclose(bare, TAILS, atol=1e-9)


@each_law
def test_sample_has_the_mean_and_the_law(law: Law) -> None:
    draws = law.sample(4000, np.random.default_rng(20240607))
    assert draws.shape == (4000,)
    assert np.all(draws >= 0.0)
    if law.var > 0.0:
        assert abs(np.mean(draws) - law.mean) < 5.0 * law.std / np.sqrt(4000.0)
    else:
        np.testing.assert_allclose(draws, law.mean, rtol=1e-14)
    if not law.atoms:
        assert stats.kstest(draws, law.cdf).pvalue > 1e-4


@each_law
def test_sample_is_reproducible_and_shaped(law: Law) -> None:
    assert np.array_equal(law.sample((2, 3), 7), law.sample((2, 3), 7))
    assert np.shape(law.sample((2, 3), 7)) == (2, 3)
    assert isinstance(law.sample(rng=1), float)


@each_law
def test_scaling_scales_everything(law: Law) -> None:
    scaled = Scaled(law, 3.0)
    t = law.mean * np.array([0.3, 1.1, 2.7])
    assert scaled.mean == pytest.approx(3.0 * law.mean)
    assert scaled.var == pytest.approx(9.0 * law.var)
    np.testing.assert_allclose(scaled.sf(3.0 * t), law.sf(t), atol=1e-12)
    np.testing.assert_allclose(scaled.cdf(3.0 * t), law.cdf(t), atol=1e-12)
    np.testing.assert_allclose(3.0 * np.asarray(scaled.pdf(3.0 * t)), law.pdf(t), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaled.ppf([0.2, 0.9]), 3.0 * np.asarray(law.ppf([0.2, 0.9])), rtol=1e-9)
    assert scaled.lst(0.3 / law.mean) == pytest.approx(law.lst(0.9 / law.mean), rel=1e-14)


@each_law
def test_atoms_are_the_jumps(law: Law) -> None:
    for where, mass in law.atoms:
        before = law.cdf(where * (1.0 - 1e-9)) if where > 0.0 else 0.0
        assert law.cdf(where) - before >= mass * (1.0 - 1e-6) - 1e-8


@each_law
def test_scalars_in_floats_out(law: Law) -> None:
    values: list[Any] = [law.mean, law.var, law.scv, law.std, law.excess_mean, law.abscissa]
    values += [law.sf(1.0), law.cdf(1.0), law.pdf(1.0), law.ppf(0.5), law.isf(0.5), law.lst(1.0)]
    values += [law.excess_lst(1.0), law.lst_complement(1.0), law.excess_complement(1.0)]
    values += [*law.tail_and_density(1.0)]
    assert all(type(value) is float for value in values)
    assert type(law.lst(1.0 + 1.0j)) is complex
    assert law.shape == ()


@each_law
def test_equal_by_value_frozen_pickled(law: Law) -> None:
    twin = pickle.loads(pickle.dumps(law))
    assert twin == law
    assert hash(twin) == hash(law)
    assert law != Scaled(law, 2.0)
    with pytest.raises((AttributeError, TypeError)):
        law.mean = 2.0  # type: ignore[misc]


@each_law
def test_repr_reads_back(law: Law) -> None:
    names = {name: getattr(queuecalc.law, name) for name in queuecalc.law.__all__}
    names |= {kind.__name__: kind for kind in (BatchSum, Excess, Interrupted)}
    import scipy

    assert eval(repr(law), {**names, "scipy": scipy}) == law


@each_law
def test_levels_outside_the_unit_interval_are_refused(law: Law) -> None:
    for wrong in (-0.1, 1.5, np.nan):
        with pytest.raises(InvalidInput, match="a probability in"):
            law.ppf(wrong)
        with pytest.raises(InvalidInput, match="a probability in"):
            law.isf(wrong)


@pytest.mark.parametrize("law", CLOSED, ids=repr)
def test_size_must_hold_the_batch(law: Law) -> None:
    batch = Scaled(law, [1.0, 2.0])
    assert batch.sample((5, 2), 1).shape == (5, 2)
    assert batch.sample(rng=1).shape == (2,)
    with pytest.raises(InvalidInput, match="broadcasts"):
        batch.sample(5, 1)
