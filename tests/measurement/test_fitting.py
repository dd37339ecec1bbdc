"""Fitted laws are those that the samples were drawn from, and no neighbour is likelier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential, Gamma, Hyperexponential, Law, Lognormal, Pareto, Uniform, Weibull
from queuecalc.measurement import FAMILIES, fit_law

TRUE: dict[str, Law] = {
    "exponential": Exponential(mean=0.1),
    "gamma": Gamma(mean=0.1, scv=0.3),
    "lognormal": Lognormal(mean=0.1, scv=2.0),
    "weibull": Weibull(mean=0.1, scv=3.0),
    "hyperexponential": Hyperexponential(mean=0.1, scv=6.0),
    "pareto": Pareto(mean=0.1, shape=2.2),
    "uniform": Uniform(0.1, 0.3),
}


def test_every_family_is_under_test() -> None:
    assert set(TRUE) == set(FAMILIES)


@pytest.mark.parametrize("name", TRUE)
def test_the_family_is_found(name: str) -> None:
    samples = TRUE[name].sample(4000, 20240608)
    fit = fit_law(samples)
    # a family that contains the true one may be ahead by chance: twice its log-likelihood is chi-square beyond
    (true,) = (candidate for candidate in fit.candidates if candidate.name == name)
    assert fit.name == name or (name == "exponential" and true.goodness.aic < fit.goodness.aic + 8.0)
    assert fit.samples == 4000
    assert fit.law.ppf(0.9) == pytest.approx(TRUE[name].ppf(0.9), rel=0.06)
    assert fit.goodness.kolmogorov_smirnov == pytest.approx(
        stats.kstest(samples, fit.law.cdf).statistic, rel=1e-9
    )
    assert abs(fit.goodness.p99_error) < 0.15
    frame = fit.to_frame()
    assert list(frame.index) == [candidate.name for candidate in fit.candidates]
    assert frame["aic"].is_monotonic_increasing
    assert set(frame.index) | set(fit.left_out) == set(FAMILIES)


@pytest.mark.parametrize("name", ["exponential", "gamma", "lognormal", "weibull", "hyperexponential"])
@pytest.mark.parametrize("source", ["gamma", "lognormal", "hyperexponential"])
def test_no_neighbour_is_likelier(name: str, source: str) -> None:
    samples = TRUE[source].sample(800, 5)
    fit = fit_law(samples, candidates=[name, "exponential"])
    found = {candidate.name: candidate for candidate in fit.candidates}
    if name not in found:
        assert "expected more than 1" in fit.left_out[name]
        return
    law: Any = found[name].law
    best = found[name].goodness.log_likelihood
    for mean, spread in (
        (1.003, 1.0),
        (0.997, 1.0),
        (1.0, 1.003),
        (1.0, 0.997),
        (1.003, 1.003),
        (0.997, 0.997),
    ):
        more = {} if name == "exponential" else {"scv": law.scv * spread}
        other = type(law)(mean=law.mean * mean, **more)
        assert np.sum(np.log(other.pdf(samples))) <= best + 1e-9 * abs(best) or (
            name == "exponential" and mean == 1.0
        )


def test_anderson_darling_is_the_textbook_sum() -> None:
    samples = np.sort(Exponential(mean=1.0).sample(200, 3))
    fit = fit_law(samples, candidates=["exponential"])
    u = fit.law.cdf(samples)
    n = len(u)
    expected = -n - sum((2 * i + 1) * (np.log(u[i]) + np.log1p(-u[n - 1 - i])) for i in range(n)) / n
    assert fit.goodness.anderson_darling == pytest.approx(expected, rel=1e-9)


def test_what_is_refused() -> None:
    good = Exponential(mean=1.0).sample(50, 1)
    for samples, words in (
        ([1.0, 2.0], "at least 10"),
        ([1.0] * 20, "all equal"),
        ([0.0, *good], "1 of 51 equal to 0"),
        ([-1.0, *good], "expected finite numbers > 0"),
        ([np.nan, *good], "expected finite numbers > 0"),
        (np.ones((5, 5)), "one-dimensional"),
    ):
        with pytest.raises(InvalidInput, match=words):
            fit_law(samples)
    with pytest.raises(InvalidInput, match="criterion = 'r2'"):
        fit_law(good, criterion="r2")
    with pytest.raises(InvalidInput, match="candidate 'normal'"):
        fit_law(good, candidates=["normal"])
    with pytest.raises(InvalidInput, match="no candidate fits"):
        fit_law(Uniform(1.0, 1.1).sample(50, 1), candidates=["hyperexponential"])


@pytest.mark.parametrize("criterion", ["bic", "kolmogorov_smirnov", "anderson_darling"])
def test_other_criteria_rank_by_themselves(criterion: str) -> None:
    fit = fit_law(TRUE["gamma"].sample(500, 2), criterion=criterion)
    values = [getattr(candidate.goodness, criterion) for candidate in fit.candidates]
    assert values == sorted(values)
    assert fit.criterion == criterion
