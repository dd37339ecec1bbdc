"""What is asked of many points at once is what is asked of each alone: no short cut is taken for all or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import queuecalc as qc
from queuecalc.errors import InvalidInput
from queuecalc.law import Law
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.interrupted import Interrupted
from tests.law.cases import LAWS

each_law = pytest.mark.parametrize("law", LAWS, ids=repr)
TRANSFORMS = ("lst", "lst_complement", "excess_lst", "excess_complement")


@each_law
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_transforms(law: Law, transform: str) -> None:
    function = getattr(law, transform)
    s = np.array([0.0, 1e-12, 1e-9, 1e-5, 0.1, 3.0, 500.0]) / law.mean
    for points in (s, s[1:] * np.exp(0.4j * np.pi)):
        alone = np.array([function(point) for point in points])
        together = np.asarray(function(points))
        assert np.all(np.abs(together - alone) <= 1e-13 * np.abs(alone))


@each_law
def test_times_are_never_minus_zero(law: Law) -> None:
    assert not np.signbit(law.ppf(0.0))
    assert not np.signbit(law.isf(1.0))


@each_law
@pytest.mark.parametrize("name", ["sf", "cdf", "pdf"])
def test_functions_of_time(law: Law, name: str) -> None:
    function = getattr(law, name)
    t = np.concatenate([[-1.0, 0.0], law.mean * np.array([1e-9, 0.01, 0.3, 1.0, 4.0, 30.0])])
    alone = np.array([function(point) for point in t])
    assert np.asarray(function(t)) == pytest.approx(alone, rel=1e-9, abs=1e-13)


@each_law
def test_quantiles(law: Law) -> None:
    q = np.array([0.0, 0.05, 0.5, 0.95, 0.999])
    alone = np.array([law.ppf(level) for level in q])
    assert np.asarray(law.ppf(q)) == pytest.approx(alone, rel=1e-9, abs=1e-13 * law.mean)


def test_a_batch_of_fixed_size_has_the_abscissa_of_its_law() -> None:
    assert (
        BatchSum(qc.Exponential(mean=0.5), (0.0, 0.0, 1.0)).abscissa
        == qc.Exponential(mean=0.5).abscissa
        == 2.0
    )
    assert BatchSum(qc.Exponential(mean=0.5), (1.0,)).abscissa == np.inf


def test_the_total_of_weights_that_is_farthest_from_one_is_told() -> None:
    weights = (np.array([0.5, 0.6]), np.array([0.5, 0.6]))
    with pytest.raises(InvalidInput, match=r"weights add to 1\.2; expected 1"):
        qc.Mixture(weights=weights, laws=(qc.Exponential(mean=1.0), qc.Exponential(mean=2.0)))
    low = (np.array([0.1, 0.6]), np.array([0.1, 0.6]))
    with pytest.raises(InvalidInput, match=r"weights add to 0\.2; expected 1"):
        qc.Mixture(weights=low, laws=(qc.Exponential(mean=1.0), qc.Exponential(mean=2.0)))


@pytest.mark.parametrize(
    "frozen",
    [
        stats.chi2(3, scale=5.0),
        stats.gamma(2.0, scale=3.0),
        stats.expon(scale=4.0),
        stats.lognorm(0.7, scale=2.0),
    ],
    ids=lambda frozen: frozen.dist.name,
)
def test_a_scale_of_scipy_scales_everything(frozen: Any) -> None:
    law = qc.as_law(frozen)
    assert law.mean == pytest.approx(frozen.mean(), rel=1e-12)
    assert law.var == pytest.approx(frozen.var(), rel=1e-12)
    assert law.sf(3.0) == pytest.approx(frozen.sf(3.0), rel=1e-12)


@pytest.mark.parametrize("number", [0.01, 2.0, 30.0, 400.0])
def test_interruptions_of_a_constant_keep_its_mean(number: float) -> None:
    """However many interruptions there are, the pieces have mass 1 and the mean S (1 + rate E[R])."""
    law = Interrupted(qc.Deterministic(mean=2.0), number / 2.0, qc.Exponential(mean=0.25))
    mass = mean = 0.0
    for piece in law.pieces():
        mass += float(piece.mass[0])
        mean += float(piece.mass[0]) * (float(piece.shift[0]) + sum(float(part.mean) for part in piece.laws))
    assert mass == pytest.approx(1.0, rel=1e-13)
    assert mean == pytest.approx(2.0 + 0.25 * number, rel=1e-12)
    assert law.mean == pytest.approx(2.0 + 0.25 * number, rel=1e-14)
