"""scipy.stats distributions as laws, of both kinds."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import (
    Adapted,
    Deterministic,
    Exponential,
    Gamma,
    Lognormal,
    Sum,
    as_law,
)
from queuecalc.law.nodes import graded, panels
from queuecalc.transform.de_hoog import DE_HOOG
from queuecalc.transform.euler import EULER

OLD: list[Any] = [
    stats.weibull_min(0.6),
    stats.weibull_min(1.5, scale=3.0),
    stats.invgauss(0.5),
    stats.lomax(2.5, scale=2.0),
    stats.fisk(3.0),
    stats.halfnorm(scale=0.1),
    stats.burr12(2.0, 3.0),
    stats.beta(0.5, 0.5),
    stats.uniform(0.0, 3.0),
    stats.truncnorm(-1.0, 3.0, loc=1.0),
    stats.triang(0.3),
]


def test_our_own_laws_are_recognised() -> None:
    assert as_law(stats.expon(scale=2.0)) == Exponential(mean=2.0)
    assert as_law(stats.gamma(4.0, scale=0.5)) == Gamma(mean=2.0, scv=0.25)
    assert as_law(stats.erlang(4, scale=0.5)) == Gamma(mean=2.0, scv=0.25)
    assert as_law(stats.chi2(4)) == Gamma(mean=4.0, scv=0.5)
    law = as_law(stats.lognorm(0.8, scale=3.0))
    assert isinstance(law, Lognormal)
    assert law.ppf(0.99) == pytest.approx(stats.lognorm(0.8, scale=3.0).ppf(0.99), rel=1e-13)
    assert as_law(stats.expon(0.0, 2.0)) == Exponential(mean=2.0)
    assert as_law(stats.gamma([2.0, 4.0])).shape == (2,)


def test_a_law_is_itself() -> None:
    law = Exponential(mean=1.0)
    assert as_law(law) is law


def test_a_shifted_support_is_a_constant_and_the_rest() -> None:
    assert as_law(stats.expon(loc=1.0, scale=2.0)) == Sum(
        laws=(Deterministic(mean=1.0), Exponential(mean=2.0))
    )
    pareto = stats.pareto(3.0)
    law = as_law(pareto)
    assert isinstance(law, Sum)
    assert law.laws[1].smooth
    for q in (0.1, 0.5, 0.999):
        assert law.ppf(q) == pytest.approx(pareto.ppf(q), rel=1e-9)
    assert law.mean == pytest.approx(1.5)
    # Pareto's transform is 3 E_4(s), the exponential integral
    from scipy import special

    assert law.lst(0.7) == pytest.approx(3.0 * special.expn(4, 0.7), rel=1e-9)


@pytest.mark.parametrize("frozen", OLD, ids=lambda x: x.dist.name)
def test_survival_density_and_quantile_are_scipys(frozen: Any) -> None:
    law = as_law(frozen)
    t = np.linspace(0.01, 2.5, 20)
    np.testing.assert_allclose(law.sf(t), frozen.sf(t), rtol=1e-12)
    np.testing.assert_allclose(law.pdf(t), frozen.pdf(t), rtol=1e-12)
    np.testing.assert_allclose(law.cdf(t), frozen.cdf(t), rtol=1e-12)
    np.testing.assert_allclose(law.ppf([0.1, 0.9]), frozen.ppf([0.1, 0.9]), rtol=1e-12)
    assert law.mean == pytest.approx(frozen.mean())
    assert law.var == pytest.approx(frozen.var(), rel=1e-8)


@pytest.mark.parametrize("frozen", OLD, ids=lambda x: x.dist.name)
def test_transform_by_nodes_is_the_transform_by_quadrature(frozen: Any) -> None:
    from scipy import integrate

    law = as_law(frozen)
    for s in (0.2, 2.0, 15.0):
        # substitute the level: exp(-s x(u)) is bounded and smooth
        expected = sum(
            integrate.quad(
                lambda u, s=s: np.exp(-s * frozen.ppf(u)), a, b, epsabs=1e-13, epsrel=1e-11, limit=400
            )[0]
            for a, b in ((0.0, 1e-4), (1e-4, 0.05), (0.05, 0.5), (0.5, 0.95), (0.95, 1.0))
        )
        assert law.lst(s) == pytest.approx(expected, rel=2e-8)


@pytest.mark.parametrize("frozen", OLD[:7], ids=lambda x: x.dist.name)
def test_nodes_resolve_what_an_inversion_asks(frozen: Any) -> None:
    law = as_law(frozen)
    t = np.asarray(law.isf([0.5, 0.05, 1e-3]))
    for algorithm, allowed in ((EULER, 1e-8), (DE_HOOG, 1e-9)):
        found = algorithm.invert(lambda s: (1.0 - law.lst(s)) / s, t)
        np.testing.assert_allclose(found, [0.5, 0.05, 1e-3], atol=allowed)


def test_nodes_agree_with_our_closed_forms() -> None:
    """The same law with and without the recognition."""
    s = np.array([1e-8, 1e-3, 1.0, 20.0]) * (1.0 + 3.0j)
    pairs = [
        (stats.gamma(2.5), 1e-12),
        (stats.expon(), 1e-12),
        (stats.lognorm(1.0), 1e-12),
        (stats.gamma(0.4), 1e-8),
    ]
    for frozen, allowed in pairs:
        numeric, closed = Adapted(frozen), as_law(frozen)
        for name in ("lst", "lst_complement", "excess_lst", "excess_complement"):
            expected = getattr(closed, name)(s)
            assert np.all(
                np.abs(getattr(numeric, name)(s) - expected) <= allowed * np.maximum(np.abs(expected), 1e-3)
            )


def test_new_kind() -> None:
    weibull = stats.make_distribution(stats.weibull_min)
    law = as_law(weibull(c=1.5))
    old = as_law(stats.weibull_min(1.5))
    assert law == as_law(weibull(c=1.5))
    assert law != as_law(weibull(c=1.6))
    for name, argument in (
        ("sf", 0.7),
        ("cdf", 0.7),
        ("pdf", 0.7),
        ("ppf", 0.95),
        ("isf", 0.01),
        ("lst", 1.0 + 2.0j),
    ):
        assert getattr(law, name)(argument) == pytest.approx(getattr(old, name)(argument), rel=1e-9)
    assert law.mean == pytest.approx(old.mean)
    assert law.var == pytest.approx(old.var)
    assert np.mean(law.sample(2000, 3)) == pytest.approx(old.mean, abs=0.08)
    cut = as_law(stats.truncate(2.0 * weibull(c=1.5), 0.5, 3.0))
    assert cut.ppf(1.0) == pytest.approx(3.0)
    assert cut.ppf(1e-12) == pytest.approx(0.5, abs=1e-4)


def test_equality_repr_and_pickle() -> None:
    law = as_law(stats.weibull_min(1.5, scale=2.0))
    assert repr(law) == "Adapted(scipy.stats.weibull_min(1.5, scale=2.0), offset=0.0)"
    assert law == as_law(stats.weibull_min(1.5, scale=2.0)) == pickle.loads(pickle.dumps(law))
    assert law != as_law(stats.weibull_min(1.5, scale=2.1))
    assert len({law, as_law(stats.weibull_min(1.5, scale=2.0))}) == 1
    batch = as_law(stats.weibull_min(np.array([1.5, 2.0])))
    assert repr(batch) == "Adapted(scipy.stats.weibull_min([1.5, 2.0]), offset=0.0)"


def test_infinite_variance_is_allowed() -> None:
    law = as_law(stats.lomax(1.5))
    assert law.var == law.scv == law.std == law.excess_mean == np.inf
    assert law.mean == pytest.approx(2.0)
    assert Sum(laws=(law, Exponential(mean=1.0))).ppf(0.9) > law.ppf(0.9)


def test_nan_far_out_is_nothing_left() -> None:
    law = as_law(stats.invgauss(0.6))
    assert law.sf(1e9) == 0.0
    assert np.isnan(law.sf(np.nan))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (3.0, "expected a law, or a frozen continuous scipy.stats distribution"),
        (None, "expected a law"),
        ("expon", "expected a law"),
        (stats.expon, "expected a law"),
        (stats.poisson(2.0), "expected a law"),
        (stats.make_distribution(stats.binom)(n=3, p=0.5), "expected a law"),
        (stats.norm(), "below 0 with probability 0.5"),
        (stats.expon(loc=-1.0), r"scipy.stats.expon\(loc=-1.0\) is below 0 with probability 0.632"),
        (stats.pareto(0.9), r"scipy.stats.pareto\(0.9\) has the mean inf; expected a finite one > 0"),
        (stats.levy(), "expected a finite one > 0"),
        (stats.Normal(), "below 0 with probability 0.5"),
    ],
)
def test_refuses(wrong: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        as_law(wrong)


def test_a_density_of_another_law_is_refused() -> None:
    class Wrong(stats.rv_continuous):  # type: ignore[misc]
        def _pdf(self, x: Any) -> Any:
            return 2.0 * np.exp(-x)

        def _cdf(self, x: Any) -> Any:
            return -np.expm1(-x)

        def _stats(self) -> Any:
            return 1.0, 1.0, None, None

    with pytest.raises(InvalidInput, match="integrates to"):
        as_law(Wrong(a=0.0, name="wrong")())


def test_kinks_inside_are_found() -> None:
    """A density with a jump at 1 that nobody announced: half uniform on [0, 1], half 1 + exponential."""

    class Broken(stats.rv_continuous):  # type: ignore[misc]
        def _pdf(self, x: Any) -> Any:
            return np.where(x < 1.0, 0.5, 0.5 * np.exp(1.0 - np.maximum(x, 1.0)))

        def _cdf(self, x: Any) -> Any:
            return np.where(x < 1.0, 0.5 * x, 1.0 - 0.5 * np.exp(1.0 - np.maximum(x, 1.0)))

        def _ppf(self, q: Any) -> Any:
            with np.errstate(divide="ignore"):
                return np.where(q < 0.5, 2.0 * q, 1.0 - np.log(2.0 * (1.0 - np.maximum(q, 0.5))))

        def _isf(self, q: Any) -> Any:
            with np.errstate(divide="ignore"):
                return np.where(q > 0.5, 2.0 * (1.0 - q), 1.0 - np.log(2.0 * np.minimum(q, 0.5)))

        def _stats(self) -> Any:
            return 1.25, 0.25 / 1.5 + 2.5 - 1.25**2, None, None

    law = as_law(Broken(a=0.0, name="broken")())
    for s in (1e-6, 0.4, 3.0 + 8.0j):
        exact = 0.5 * (1.0 - np.exp(-s)) / s + 0.5 * np.exp(-s) / (1.0 + s)
        assert law.lst(s) == pytest.approx(exact, abs=1e-11)


def test_panels_resolve_singular_ends() -> None:
    def density(x: Any) -> Any:
        with np.errstate(divide="ignore"):
            return 1.0 / (np.pi * np.sqrt(x * (1.0 - x)))

    at, weights = panels(density, stats.beta(0.5, 0.5).cdf, np.asarray(1.0), graded(1e-8, 2.0, 0.1))
    assert np.all(np.isfinite(weights))
    assert np.all(np.diff(at) >= 0.0)
    assert np.sum(weights) == pytest.approx(1.0, abs=1e-9)
    assert np.sum(weights * at) == pytest.approx(0.5, abs=1e-9)
    assert np.sum(weights * at**2) == pytest.approx(0.375, abs=1e-9)


def test_the_room_does_not_import_scipy_stats() -> None:
    code = "import sys, queuecalc.law, queuecalc.transform.inverted; assert 'scipy.stats' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
