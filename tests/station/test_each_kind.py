"""The laws of every registered kind, one after the other: moments, transforms, density and decay are of one law.

`test_every_station.py` draws kinds at random; here each has its turn, with loads side by side in one array.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from queuecalc.station import REGISTRY
from tests.station.cases import LAWS, builder, laws_of

RHO = np.array([0.35, 0.8])
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(8)

JUMPS = ("mg1", "mgc", "mginf")
"""Kinds that are looked at with a law that jumps, too; `test_kinks.py` and others have more of them."""

POWERS_OF_TIME = {
    "loaddependent": "departures one after the other at the same rate: a power of t is left",
    "mgck": "a bounded line: a power of t is left",
    "mg1ps": "exp(-c t^(1/3)) is left (Flatto 1997)",
    "mm1ps": "exp(-c t^(1/3)) is left (Flatto 1997)",
}
"""Kinds whose tails are far from a plain exponential function at 1e-9 yet, and why."""

CASES = [
    (kind, law, servers, places, which)
    for kind in sorted(REGISTRY)
    for law, servers, places in (("gamma", 3, 4), ("erlang", 2, 1), ("mixture", 1, 6))
    if law == "gamma"
    or (law in laws_of(kind) and (kind in JUMPS if law == "mixture" else kind != "mg1priority"))
    for which in ("wait", "sojourn")
]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))


@cache
def drawn(case: tuple[str, str, int, int, str]) -> tuple[Any, Any, Any, Any, Any, Any]:
    """The law at both loads; panels up to where 1e-9 is left: ends, weights, times; survival and density there."""
    kind, law, servers, places, which = case
    one = getattr(builder(kind, LAWS[law], servers, places)(RHO), which)
    far = np.max(one.isf(1e-9))
    # panels grow from 0, where a density may be infinite; the constants and their multiples are ends
    step = {"mdc": 0.7, "mixture": 0.2}.get("mdc" if kind == "mdc" else law, 2.0)
    ends = np.unique(np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 32) * far, np.arange(step, 8.0, step)]))
    ends = ends[ends <= far]
    half = np.diff(ends) / 2.0
    t = (ends[:-1] + half)[:, None] + half[:, None] * POINTS
    tail, density = one.tail_and_density(t[..., None])
    return one, ends, half[:, None] * WEIGHTS, t, tail, density


def over(weights: Any, values: Any) -> Any:
    return np.einsum("ij,ij...->...", weights, values)


@each
def test_moments_are_areas_under_the_survival_function(case: tuple[str, str, int, int, str]) -> None:
    """E T = int P(T > t) dt, E T^2 = 2 int t P(T > t) dt."""
    one, _, weights, t, tail, _ = drawn(case)
    assert over(weights, tail) == pytest.approx(one.mean, rel=1e-6, abs=1e-9)
    second = np.asarray(one.var) + np.asarray(one.mean) ** 2
    assert 2.0 * over(weights, t[..., None] * tail) == pytest.approx(second, rel=1e-5, abs=1e-9)


@each
def test_transforms_are_of_the_survival_function(case: tuple[str, str, int, int, str]) -> None:
    """E exp(-s T) = 1 - s int exp(-s t) P(T > t) dt."""
    one, _, weights, t, tail, _ = drawn(case)
    scale = 1.0 / np.where(np.asarray(one.mean) > 0.0, one.mean, 1.0)
    for q in (0.3, 2.0, 0.7 + 1.5j):
        s = q * scale
        missing = s * over(weights, np.exp(-s * t[..., None]) * tail)
        assert one.lst(s) == pytest.approx(1.0 - missing, abs=1e-6)
        assert one.lst_complement(s) == pytest.approx(missing, abs=1e-6)
        expected = missing * scale / s
        assert np.where(np.asarray(one.mean) > 0.0, one.excess_lst(s), expected) == pytest.approx(
            expected, abs=1e-6
        )
        assert one.excess_lst(s) + one.excess_complement(s) == pytest.approx(1.0)


@each
def test_areas_under_the_density_are_falls_of_the_survival_function(
    case: tuple[str, str, int, int, str],
) -> None:
    """P(a < T <= b) = int_a^b f + the atoms between; those at 0 are not between."""
    one, ends, weights, _, _, density = drawn(case)
    inside = ends[len(ends) // 3 :]
    area = np.einsum("ij,ij...->i...", weights, density)[len(ends) // 3 :]
    fall = -np.diff(one.sf(inside[:, None]), axis=0)
    for where, mass in one.atoms:
        at = np.broadcast_to(where, RHO.shape)
        fall = fall - np.where((inside[:-1, None] < at) & (at <= inside[1:, None]), mass, 0.0)
    assert area == pytest.approx(fall, abs=1e-5)


@each
def test_the_tail_falls_at_the_rate_of_the_abscissa(case: tuple[str, str, int, int, str]) -> None:
    """P(T > t) exp(theta t) neither vanishes nor grows like an exponential (a power of t may be left)."""
    one = drawn(case)[0]
    if not np.any(np.asarray(one.mean) > 0.0):
        return
    one_, other = one.isf(1e-5), one.isf(1e-9)
    rate = np.log(one.sf(one_) / one.sf(other)) / (other - one_)
    theta = np.broadcast_to(one.abscissa, RHO.shape)
    if case[0] in POWERS_OF_TIME:
        assert np.all((theta / 2.0 < rate) & (rate < 4.0 * theta))
    else:
        assert rate == pytest.approx(theta, rel=0.15)
