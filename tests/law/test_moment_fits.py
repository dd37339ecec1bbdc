"""Laws from moments, percentiles and names have what was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import BY_NAME, Coxian, Pareto, by_name, coxian_from_moments, law_from_percentiles


def third_moment(law: Coxian) -> float:
    """E[T^3] = 6 a (-G)^-3 1 of the chain."""
    initial, generator = law._chain
    inverse = np.linalg.inv(-generator)
    return float(6.0 * np.sum(initial @ inverse @ inverse @ inverse))


@pytest.mark.parametrize("scv", [0.01, 0.1, 0.249, 0.25, 0.4, 0.5, 0.8, 1.0, 3.0, 100.0, 1e6])
def test_coxian_has_the_two_moments(scv: float) -> None:
    law = coxian_from_moments(mean=0.2, scv=scv)
    assert law.mean == pytest.approx(0.2, rel=1e-12)
    assert law.scv == pytest.approx(scv, rel=1e-11)
    assert len(law.rates) == max(2, int(np.ceil(1.0 / scv - 1e-9)))


@pytest.mark.parametrize(("scv", "share"), [(4.0, 1.05), (4.0, 3.0), (1.5, 1.2), (50.0, 1.5), (0.7, 1.0)])
def test_coxian_has_the_three_moments(scv: float, share: float) -> None:
    third = (
        share * 1.5 * (1.0 + scv) ** 2 if scv > 1.0 else third_moment(coxian_from_moments(mean=1.0, scv=scv))
    )
    law = coxian_from_moments(mean=1.0, scv=scv, third=third)
    assert law.mean == pytest.approx(1.0, rel=1e-10)
    assert law.scv == pytest.approx(scv, rel=1e-9)
    assert third_moment(law) == pytest.approx(third, rel=1e-9)


@pytest.mark.parametrize(
    "moments",
    [
        {"scv": 0.0},
        {"scv": 1e-4},
        {"scv": 4.0, "third": 30.0},
        {"scv": 1.0, "third": 9.0},
        {"scv": [1.0, 2.0]},
    ],
    ids=repr,
)
def test_coxian_refuses_what_it_cannot_have(moments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="coxian_from_moments"):
        coxian_from_moments(mean=1.0, **moments)


@pytest.mark.parametrize("family", ["lognormal", "weibull", "gamma"])
@pytest.mark.parametrize(
    "points", [{0.5: 0.012, 0.99: 0.09}, {0.9: 1.0, 0.99: 1.05}, {0.01: 0.1, 0.5: 3.0}], ids=repr
)
def test_percentiles_are_met(family: str, points: dict[float, float]) -> None:
    law = law_from_percentiles(points, family)
    for level, time in points.items():
        assert law.ppf(level) == pytest.approx(time, rel=1e-9)


def test_percentiles_that_no_law_has() -> None:
    for wrong in ({0.5: 2.0, 0.9: 1.0}, {0.5: 1.0}, {0.0: 1.0, 0.5: 2.0}, {0.5: -1.0, 0.9: 1.0}):
        for family in ("gamma", "weibull", "lognormal"):
            with pytest.raises(InvalidInput):
                law_from_percentiles(wrong, family)
    with pytest.raises(InvalidInput, match="expected one of lognormal"):
        law_from_percentiles({0.5: 1.0, 0.9: 2.0}, "cauchy")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_name_gives_the_mean_and_the_scv(name: str) -> None:
    scv = {"exponential": 1.0, "deterministic": 0.0, "hyperexponential": 2.5}.get(name, 0.25)
    law = by_name(name, mean=0.3, scv=scv)
    assert law.mean == pytest.approx(0.3, rel=1e-14)
    assert law.scv == pytest.approx(scv, rel=1e-11)


def test_pareto_by_its_shape() -> None:
    assert by_name("pareto", mean=1.0, shape=1.5) == Pareto(mean=1.0, shape=1.5)
    with pytest.raises(InvalidInput, match="both scv and shape"):
        by_name("pareto", mean=1.0, scv=1.0, shape=1.5)
    with pytest.raises(InvalidInput, match="neither scv nor shape"):
        by_name("pareto", mean=1.0)
    with pytest.raises(InvalidInput, match=r"gamma: shape = 2\.0; expected none"):
        by_name("gamma", mean=1.0, scv=1.0, shape=2.0)
    with pytest.raises(InvalidInput, match=r"expected a finite number > 1 \(up to 1 the mean is infinite"):
        Pareto(mean=1.0, shape=1.0)
    with pytest.raises(InvalidInput, match="at most 1/3"):
        by_name("uniform", mean=1.0, scv=0.5)
