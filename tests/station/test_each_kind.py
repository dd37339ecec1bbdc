"""The laws of every registered kind, one after the other: moments, transforms, density and decay are of one law.

`test_every_station.py` draws kinds at random; here each has its turn, with loads side by side in one array; where there
is always a steady state, also one above 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.station import REGISTRY
from tests.station.cases import LAWS, always_steady, builder, laws_of
from tests.station.test_every_station import NEVER_EMPTY

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(8)

JUMPS = {"mixture": ("mg1", "mgc", "mginf"), "deterministic": ("mg1",)}
"""Kinds that are looked at with laws that jump, too; `test_kinks.py` and others have more of them."""

POWERS_OF_TIME = {
    "mg1ps": "exp(-c t^(1/3)) is left (Flatto 1997; Borst et al. 2003)",
    "mm1ps": "exp(-c t^(1/3)) is left (Flatto 1997; Borst et al. 2003)",
}
"""Kinds whose tails are far from a plain exponential function at 1e-9 yet, beside those with a bounded line."""

CASES = [
    (kind, law, servers, places, which)
    for kind in sorted(REGISTRY)
    for law, servers, places in (
        ("gamma", 3, 4),
        ("erlang", 2, 1),
        ("mixture", 1, 6),
        ("deterministic", 1, 6),
    )
    if law == "gamma" or (law in laws_of(kind) and kind in JUMPS.get(law, (kind,)) and kind != "mg1priority")
    for which in ("wait", "sojourn")
]


class Drawn:
    """A law at all loads, its survival function and density on panels up to where 1e-9 is left.

    Attributes:
        law: of the batch shape of the loads.
        ends: of the panels.
        times, weights: the nodes and weights of Gauss's rule in each panel.
        tail, density: at the times.
    """

    def __init__(self, kind: str, law: str, servers: int, places: int, which: str) -> None:
        build = builder(kind, LAWS[law], servers, places)
        none = () if kind in NEVER_EMPTY else (0.0,)
        self.rho = np.array((*none, 0.35, 0.8, 1.7) if always_steady(build(0.5)) else (*none, 0.35, 0.8))
        self.law = getattr(build(self.rho), which)
        far = np.max(self.law.isf(1e-9))
        # panels grow from 0, where a density may be infinite; the constants and their multiples are ends
        step = 0.7 if kind == "mdc" or law == "deterministic" else 0.2 if law == "mixture" else 2.0
        ends = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 32) * far, np.arange(step, 8.0, step)])
        self.ends = np.unique(ends[ends <= far])
        half = np.diff(self.ends)[:, None] / 2.0
        self.times = (self.ends[:-1, None] + half + half * POINTS)[..., None]
        self.weights = half * WEIGHTS
        self.tail, self.density = self.law.tail_and_density(self.times)

    def area(self, values: Any) -> Any:
        """int_0^far values dt."""
        return np.einsum("ij,ij...->...", self.weights, values)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_moments_transforms_density_and_decay_are_of_one_law(case: tuple[str, str, int, int, str]) -> None:
    """E T = int P(T > t) dt, E T^2 = 2 int t P(T > t) dt, E exp(-s T) = 1 - s int exp(-s t) P(T > t) dt."""
    drawn = Drawn(*case)
    law, mean = drawn.law, np.asarray(drawn.law.mean)
    assert drawn.area(drawn.tail) == pytest.approx(mean, rel=1e-6, abs=1e-9)
    second = np.asarray(law.var) + mean**2
    assert 2.0 * drawn.area(drawn.times * drawn.tail) == pytest.approx(second, rel=1e-5, abs=1e-9)

    some = mean > 0.0
    assert (np.asarray(law.scv) * mean**2)[some] == pytest.approx(np.asarray(law.var)[some], rel=1e-9)
    assert np.all(np.asarray(law.scv)[~some] == 0.0)
    unit = 1.0 / np.where(some, mean, 1.0)
    for q in (0.3, 2.0, 0.7 + 1.5j, 30.0):
        s = q * unit
        missing = s * drawn.area(np.exp(-s * drawn.times) * drawn.tail)
        assert law.lst(s) == pytest.approx(1.0 - missing, abs=1e-6)
        assert law.lst_complement(s) == pytest.approx(missing, abs=1e-6)
        assert law.excess_lst(s)[some] == pytest.approx((missing / q)[some], abs=1e-6)
        assert law.excess_lst(s) + law.excess_complement(s) == pytest.approx(1.0)
    s = 1e-6 * unit
    ratio = law.lst_complement(s) * unit / s
    assert ratio[some] == pytest.approx((1.0 - 0.5e-6 * second * unit**2)[some], abs=1e-9)

    assert np.all(law.sf(-1.0) == 1.0)
    assert np.all(law.sf(np.inf) == 0.0)
    assert np.all(law.sf(1e3 * drawn.ends[-1]) < 1e-9)
    assert np.all(law.pdf([[-1.0], [np.inf]]) < 1e-300)

    # P(a < T <= b) = int_a^b f + the atoms between
    first = len(drawn.ends) // 3
    fall = -np.diff(law.sf(drawn.ends[first:, None]), axis=0)
    for where, mass in law.atoms:
        at = np.broadcast_to(where, mean.shape)
        inside = (drawn.ends[first:-1, None] < at) & (at <= drawn.ends[first + 1 :, None])
        fall = fall - np.where(inside, mass, 0.0)
    assert np.einsum("ij,ij...->i...", drawn.weights, drawn.density)[first:] == pytest.approx(fall, abs=1e-5)

    # P(T > t) exp(theta t) neither vanishes nor grows like an exponential function; a power of t may be left
    some = some & (drawn.rho > 0.0)
    if np.any(some):
        early, late = law.isf(1e-5), law.isf(1e-9)
        gap = np.where(some, late - early, 1.0)
        fall = np.where(some, law.sf(early), 1.0) / np.where(some, law.sf(late), 1.0)
        rate = np.log(fall) / gap / np.where(some, law.abscissa, 1.0)
        far_off = case[0] in POWERS_OF_TIME or drawn.rho[-1] > 1.0
        low, high = (0.5, 4.0) if far_off else (0.85, 1.15)
        assert np.all((low < rate[some]) & (rate[some] < high))
