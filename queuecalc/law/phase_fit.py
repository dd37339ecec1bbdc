"""Phase-type laws with given moments."""

from __future__ import annotations

import math
from typing import Any

from queuecalc.errors import InvalidInput
from queuecalc.law.coxian import Coxian
from queuecalc.law.parameter import positive

__all__ = ["coxian_from_moments"]

MOST = 1000
"""Phases."""


def coxian_from_moments(*, mean: float, scv: float, third: float | None = None) -> Coxian:
    """The Coxian law with a mean, an SCV and, where given, a third moment.

    Without one: for scv >= 1/2 two phases (Marie 1980: rates 2 / mean and 1 / (mean scv), p = 1 / (2 scv)); below, k
    phases of one rate, scv in [1 / k, 1 / (k - 1)], of which the first is the last with probability q (Tijms 2003,
    eqs. (B.10)-(B.11), turned round: Sauer & Chandy 1975).

    With a third moment two phases, solved for exactly. E[T^3] must lie above 3/2 mean^3 (1 + scv)^2 for scv > 1; for
    1/2 <= scv <= 1 between narrow limits (Bobbio, Horvath & Telek 2005, "Matching three moments with minimal acyclic
    phase type distributions", Stochastic Models 21, section 3).

    Args:
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation > 0 (from 1 / 1,000 up: the law has about 1 / scv phases).
        third: E[T^3], in seconds^3.

    Raises:
        InvalidInput: an argument outside its domain, or moments that no such law has.
    """
    m = _number("mean", mean)
    c2 = _number("scv", scv)
    if third is not None:
        return _three(m, c2, _number("third", third))
    if c2 >= 0.5:
        p = 0.5 / c2
        return Coxian((2.0 / m, 1.0 / (m * c2)), (p,))
    k = math.ceil(1.0 / c2 - 1e-9)
    if k > MOST:
        raise InvalidInput(
            f"coxian_from_moments: scv = {c2!r}; expected at least {1 / MOST:g}: {k:,} phases (use Gamma)"
        )
    # with probability q one phase of k; E[N] = k - q (k - 1) phases on average, var from the number of phases
    q = _share_of_one(k, c2)
    rate = (k - q * (k - 1)) / m
    return Coxian((rate,) * k, ((1.0 - q), *(1.0,) * (k - 2)))


def _share_of_one(k: int, c2: float) -> float:
    """q with scv = (E[N] + var N) / E[N]^2, N = 1 with probability q, else k; the smaller root.

    E[N] = k - q d and E[N^2] = k^2 - q (k^2 - 1), d = k - 1, so (1 + scv) (k - q d)^2 = E[N] + E[N^2].
    """
    d = k - 1.0
    a = (1.0 + c2) * d * d
    b = -2.0 * (1.0 + c2) * k * d + d + k * k - 1.0
    c = (1.0 + c2) * k * k - k - k * k
    # a q^2 + b q + c = 0 with b < 0 and c >= 0 to rounding
    root = math.sqrt(max(b * b - 4.0 * a * c, 0.0))
    return min(max(2.0 * c / (-b + root), 0.0), 1.0)


def _three(m: float, c2: float, third: float) -> Coxian:
    """Two phases by the poles of the transform (1 + a s) / (1 + b_1 s + b_2 s^2).

    With r_i = E[T^i] / i!, b_1 = (r_3 - r_1 r_2) / (r_2 - r_1^2) and b_2 = b_1 r_1 - r_2 (Pade approximation).
    """
    r1, r2, r3 = m, 0.5 * m * m * (1.0 + c2), third / 6.0
    gap = r2 - r1 * r1
    if abs(gap) <= 1e-12 * r2:
        if abs(r3 - r1**3) <= 1e-9 * r3:
            return Coxian((1.0 / m,))
        raise _none(m, c2, third)
    b1 = (r3 - r1 * r2) / gap
    b2 = b1 * r1 - r2
    under = b1 * b1 - 4.0 * b2
    if b1 <= 0.0 or b2 <= 0.0 or under < -1e-12 * b1 * b1:
        raise _none(m, c2, third)
    long = 0.5 * (b1 + math.sqrt(max(under, 0.0)))
    short = b2 / long
    # the transform at rates 1 / first, 1 / second: p second = m - first
    for first, second in ((short, long), (long, short)):
        p = (m - first) / second
        if -1e-12 <= p <= 1.0 + 1e-12:
            return Coxian((1.0 / first, 1.0 / second), (min(max(p, 0.0), 1.0),))
    raise _none(m, c2, third)


def _none(m: float, c2: float, third: float) -> InvalidInput:
    least = 1.5 * m**3 * (1.0 + c2) ** 2
    remedy = (
        f"more than {least:.6g} for this mean and scv"
        if c2 > 1.0
        else "leave it out, or use Gamma or Weibull"
    )
    return InvalidInput(
        f"coxian_from_moments: third = {third!r} with mean = {m!r}, scv = {c2!r}; no two phases have that: {remedy}"
    )


def _number(name: str, value: Any) -> float:
    checked = positive("coxian_from_moments", name, value)
    if not isinstance(checked, float):
        raise InvalidInput(f"coxian_from_moments: {name} = {value!r}; expected one number, not an array")
    return checked
