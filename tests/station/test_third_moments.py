"""Second moments of excesses, E[S^3] / (3 E[S]), of laws put together from others: against raw moments added up."""

from __future__ import annotations

import math
from math import comb
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.law import Law, Mixture, RandomSum, Scaled, Sum
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.interrupted import Interrupted
from queuecalc.station.moments import excess_second_moment

LOGNORMAL = qc.Lognormal(mean=0.7, scv=1.5)
LONG = qc.Lognormal(mean=1.3, scv=0.4)

Raw = tuple[float, float, float, float]
"""E[S^0] ... E[S^3]."""


def lognormal(mean: float, scv: float) -> Raw:
    """E[S^n] = m^n (1 + v)^(n (n - 1) / 2)."""
    return (1.0, mean, mean**2 * (1.0 + scv), mean**3 * (1.0 + scv) ** 3)


SHORT, LARGE = lognormal(0.7, 1.5), lognormal(1.3, 0.4)
EXPONENTIAL: Raw = (1.0, 0.3, 2.0 * 0.3**2, 6.0 * 0.3**3)


def added(one: Raw, other: Raw) -> Any:
    """Of the sum of two independent times, by the binomial theorem."""
    return tuple(sum(comb(n, k) * one[k] * other[n - k] for k in range(n + 1)) for n in range(4))


def weighed(*parts: tuple[float, Raw]) -> Any:
    return tuple(sum(weight * raw[n] for weight, raw in parts) for n in range(4))


NONE: Raw = (1.0, 0.0, 0.0, 0.0)
TWICE, THRICE = added(SHORT, SHORT), added(SHORT, added(SHORT, SHORT))

CASES: list[tuple[Law, Raw]] = [
    (Sum(laws=(LOGNORMAL, LONG)), added(SHORT, LARGE)),
    (Sum(laws=(LOGNORMAL, qc.Exponential(mean=0.3))), added(SHORT, EXPONENTIAL)),
    (
        Scaled(law=Sum(laws=(LOGNORMAL, LONG)), factor=3.0),
        tuple(3.0**n * added(SHORT, LARGE)[n] for n in range(4)),
    ),
    (
        Mixture(weights=(0.3, 0.7), laws=(Sum(laws=(LOGNORMAL, LOGNORMAL)), LONG)),
        weighed((0.3, TWICE), (0.7, LARGE)),
    ),
    (
        BatchSum(LOGNORMAL, (0.1, 0.2, 0.3, 0.4)),
        weighed((0.1, NONE), (0.2, SHORT), (0.3, TWICE), (0.4, THRICE)),
    ),
    (RandomSum(law=LOGNORMAL, times=2.3), weighed((0.7, TWICE), (0.3, THRICE))),
    (RandomSum(law=LOGNORMAL, times=2.0), TWICE),
]


@pytest.mark.parametrize(("law", "raw"), CASES, ids=lambda case: repr(case)[:40])
def test_sums_of_heavy_tails(law: Law, raw: Raw) -> None:
    assert law.mean == pytest.approx(raw[1])
    assert law.var == pytest.approx(raw[2] - raw[1] ** 2)
    assert excess_second_moment(law) == pytest.approx(raw[3] / (3.0 * raw[1]), rel=1e-11)


@pytest.mark.parametrize("repair", [qc.Exponential(mean=0.5), LONG], ids=repr)
def test_interrupted_work(repair: Law) -> None:
    """By conditioning on the work: given S = x, cumulants x (1 + r E R), x r E R^2 and x r E R^3 of the whole."""
    rate = 0.4
    r1 = repair.mean
    r2, r3 = repair.var + r1**2, 3.0 * r1 * float(excess_second_moment(repair))
    a = 1.0 + rate * r1
    # E V^3 = E[(a S)^3 + 3 (a S) (r S E R^2) + r S E R^3]
    third = a**3 * SHORT[3] + 3.0 * a * rate * r2 * SHORT[2] + rate * SHORT[1] * r3
    law = Interrupted(LOGNORMAL, rate, repair)
    assert excess_second_moment(law) == pytest.approx(third / (3.0 * a * SHORT[1]), rel=1e-11)


def test_a_part_of_no_weight_does_not_count() -> None:
    endless = qc.Pareto(mean=1.0, shape=2.5)
    law = Mixture(weights=(0.0, 1.0), laws=(endless, Sum(laws=(LOGNORMAL, LONG))))
    raw = added(SHORT, LARGE)
    assert excess_second_moment(law) == pytest.approx(raw[3] / (3.0 * raw[1]), rel=1e-11)


def test_light_tails_are_the_same_by_the_contour() -> None:
    parts = (qc.Gamma(mean=0.4, scv=0.5), qc.Exponential(mean=0.3))
    raw = added((1.0, 0.4, 0.16 * 1.5, 0.064 * 1.5 * 2.0), EXPONENTIAL)
    assert excess_second_moment(Sum(laws=parts)) == pytest.approx(raw[3] / (3.0 * raw[1]), rel=1e-11)


def test_an_infinite_third_moment_of_a_part_is_one_of_the_whole() -> None:
    for shape, finite in ((2.5, False), (3.5, True)):
        law = Sum(laws=(qc.Pareto(mean=1.0, shape=shape), LOGNORMAL))
        assert math.isfinite(float(excess_second_moment(law))) is finite


def test_batches_of_heavy_tails_wait_with_a_finite_variance() -> None:
    """Single arrivals are M/G/1; var W_1 = E[X^2] rho / (1 - rho) + (E X rho / (1 - rho))^2 for a batch's service."""
    one = qc.MXG1(batch_rate=0.6, batch=(1.0,), service=LOGNORMAL)
    plain = qc.MG1(arrival_rate=0.6, service=LOGNORMAL)
    assert one.wait.var == pytest.approx(plain.wait.var, rel=1e-12)
    two = qc.MXG1(batch_rate=0.6, batch=(0.5, 0.5), service=LOGNORMAL)
    raw = weighed((0.5, SHORT), (0.5, TWICE))
    rho = 0.6 * raw[1]
    expected = (
        rho / (1.0 - rho) * raw[3] / (3.0 * raw[1]) + (rho / (1.0 - rho) * raw[2] / (2.0 * raw[1])) ** 2
    )
    assert two.first_wait.var == pytest.approx(expected, rel=1e-11)
    assert np.isfinite(two.sojourn.var)
