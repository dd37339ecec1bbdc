"""Parallel calls: a request that goes to several stations at once and waits for the last answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real
from queuecalc.station.base import Queue

__all__ = ["ForkJoin", "fork_join_law"]

_RHO_POWER, _KAPPA_POWER, _FLOOR, _RISE = 0.57, 1.59, 0.31, 0.64
"""g = rho^0.57 kappa^1.59 (0.31 + 0.64 / (1 + u)): fitted to simulated M/G/1 branches (gamma service of SCV 0.25, 1 and
4, rho 0.3 to 0.9, 2 to 16 branches, p50 to p99)."""

_FARTHEST = 1e-13
_PANELS, _POINTS = 48, 16
_NEAR_ONE = -1e-300


def fork_join_law(branches: Sequence[Queue | Law]) -> Law:
    """The law of the longest of several sojourns that begin at once. Approximate.

    Stations with one server that serve these requests alone have their arrivals in common, so their sojourns are long
    together: the maximum is shorter than that of independent ones. Laws, and stations with several servers, are taken
    as independent, which is an upper bound for stations fed by the same requests.

    Args:
        branches: stations at their arrival rates, or laws of times.

    Raises:
        InvalidInput: no branch, something else, or arrays.

    Source: upper bound by independence: Nelson & Tantawi 1988, IEEE Trans. Comput. 37, theorem 1 (associated sojourns).

    >>> from queuecalc.station import MM1
    >>> law = fork_join_law([MM1(arrival_rate=0.6, service_rate=1.0)] * 2)
    >>> 3.5 < law.mean < 3.7  # exact for two: (12 - rho) / 8 of one, 3.5625 (Nelson & Tantawi, eq. (2))
    True
    """
    if not branches:
        raise InvalidInput("fork_join_law: no branches; expected at least one")
    laws, loads, scvs = [], [], []
    for k, branch in enumerate(branches):
        if not isinstance(branch, Queue | Law):
            raise InvalidInput(
                f"branches[{k}] must be a station at its arrival rate or a law, got {branch!r}"
            )
        if branch.shape:
            raise InvalidInput(f"branches[{k}] has arrays; a fork and join takes numbers")
        if isinstance(branch, Law):
            laws.append(branch)
            loads.append(0.0)
            scvs.append(math.inf)
            continue
        service: Any = getattr(branch, "service", None)
        alone = float(getattr(branch, "servers", 1)) == 1.0
        laws.append(branch.sojourn)
        loads.append(float(branch.utilisation) if alone else 0.0)
        scvs.append(1.0 if service is None else float(service.scv))
    return laws[0] if len(laws) == 1 else ForkJoin(tuple(laws), tuple(loads), tuple(scvs))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForkJoin(Law):
    """The maximum of sojourns that have their arrivals in common.

    Formulas: ln F = ln F_min kappa^(1 - g) F_min the least of the F_i, kappa = sum ln F_i / ln F_min (the number of
    branches, if they are alike), and g = rho^0.57 kappa_s^1.59 (0.31 + 0.64 / (1 + u)), u = -ln(1 - prod F_i),
    kappa_s = 1 / (1 + SCV of service), rho and kappa_s the means over the branches. g = 0 is independence; constant
    service of all branches has g = 1: the slowest branch is always the last.

    Attributes:
        branches: laws of the sojourns.
        utilisation: rho of each; 0 for an independent one.
        service_scv: of each.
        statement: how far it can be trusted.
    """

    statement: ClassVar[Statement] = STATEMENTS["parallel-sojourns"]

    branches: tuple[Law, ...]
    utilisation: tuple[float, ...]
    service_scv: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """()."""
        return ()

    @property
    def mean(self) -> Real:
        """The integral of sf."""
        return float(np.sum(_grid(self)[1]))

    @property
    def scv(self) -> Real:
        """From 2 times the integral of t sf."""
        t, weight = _grid(self)
        mean = float(np.sum(weight))
        return max(2.0 * float(t @ weight) / mean**2 - 1.0, 0.0) if math.isfinite(mean) else math.inf

    @property
    def abscissa(self) -> Real:
        """That of the branch with the heaviest tail."""
        return min(float(law.abscissa) for law in self.branches)

    @property
    def smooth(self) -> bool:
        """Whether all branches are."""
        return all(law.smooth for law in self.branches)

    def _common(self, u: Any) -> tuple[Any, Any]:
        """g and its slope in u."""
        if all(scv == 0.0 for scv in self.service_scv):
            return np.ones_like(u), np.zeros_like(u)
        rho = float(np.mean(np.minimum(self.utilisation, 1.0)))
        kappa = float(np.mean([1.0 / (1.0 + scv) for scv in self.service_scv]))
        scale = rho**_RHO_POWER * kappa**_KAPPA_POWER
        return scale * (_FLOOR + _RISE / (1.0 + u)), -scale * _RISE / (1.0 + u) ** 2

    def _both(self, t: Any) -> tuple[Any, Any]:
        """sf and density."""
        pairs = [law.tail_and_density(t) for law in self.branches]
        tails = np.stack([np.clip(np.asarray(tail), 0.0, 1.0) for tail, _ in pairs])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            logs = np.minimum(np.log1p(-tails), _NEAR_ONE)
            rises = np.stack([np.asarray(density) for _, density in pairs]) / (1.0 - tails)
            worst = np.argmin(logs, axis=0)[None]
            a, b = logs.sum(axis=0), np.take_along_axis(logs, worst, 0)[0]
            slope_a, slope_b = rises.sum(axis=0), np.take_along_axis(rises, worst, 0)[0]
            beyond = -np.expm1(a)
            u = -np.log(np.maximum(beyond, 1e-300))
            g, slope = self._common(u)
            log = -np.exp(g * np.log(-b) + (1.0 - g) * np.log(-a))
            change = g * slope_b / b + (1.0 - g) * slope_a / a
            change += slope * (np.exp(a) * slope_a / beyond) * (np.log(-b) - np.log(-a))
            none = ~np.isfinite(b)
            tail = np.where(none, 1.0, -np.expm1(log))
            density = np.where(none | (tail <= 0.0), 0.0, np.exp(log) * log * change)
        return tail, np.where(np.isfinite(density), np.maximum(density, 0.0), 0.0)

    def tail_and_density(self, t: Any) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        return self.sf(t), self.pdf(t)

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    # transforms: of the survival function, by panels

    def _excess_lst(self, s: Any) -> Any:
        t, weight = _grid(self)
        s = np.asarray(s)
        if not np.all(np.isfinite(weight)):  # no steady state: all the mass is at infinity
            return np.where(s == 0, 1.0, 0.0 * s)
        return np.exp(-s[..., None] * t) @ (weight / np.sum(weight))

    def _excess_complement(self, s: Any) -> Any:
        t, weight = _grid(self)
        s = np.asarray(s)
        if not np.all(np.isfinite(weight)):
            return np.where(s == 0, 0.0, 1.0 + 0.0 * s)
        return -np.expm1(-s[..., None] * t) @ (weight / np.sum(weight))

    def _lst_complement(self, s: Any) -> Any:
        if not math.isfinite(self.mean):
            return self._excess_complement(s)
        return np.asarray(s) * self.mean * self._excess_lst(s)

    def _lst(self, s: Any) -> Any:
        return 1.0 - self._lst_complement(s)


@lru_cache(maxsize=64)
def _grid(law: ForkJoin) -> tuple[Any, Any]:
    """Times, and sf there times the weights of the integral; a mean of inf where a branch has one."""
    if not all(math.isfinite(float(each.mean)) for each in law.branches):
        return np.array([1.0]), np.array([math.inf])
    middle, far = (max(float(each.isf(q)) for each in law.branches) for q in (0.5, _FARTHEST))
    edges = np.concatenate([np.linspace(0.0, middle, 9), np.geomspace(middle, far, _PANELS - 7)[1:]])
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    half = np.diff(edges)[:, None] / 2.0
    t = (edges[:-1, None] + half * (1.0 + x)).ravel()
    return t, np.asarray(law.sf(t)) * (half * w).ravel()
