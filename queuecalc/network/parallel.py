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

__all__ = ["ForkJoin", "commonness", "fork_join_law", "longest"]

_RHO, _DELAY, _KAPPA, _SHARE = 0.7, 2.0, 1.9, 1.5
_FLOOR = 0.4
"""Fitted to simulations of alike branches (tests/tables/make_parallel_simulation.py with other seeds): gamma service of
SCV 0.25, 1 and 4, 1 to 8 servers, rho 0.3 to 0.9, 2 to 16 branches, a quarter to all of the arrivals in common, p50 to
p99."""

_FARTHEST = 1e-13
_PANELS, _POINTS = 48, 16
_NEAR_ONE = -1e-300


def commonness(utilisation: Any, delayed: Any, scv: Any, share: Any = 1.0) -> Any:
    """g_0 = rho^0.7 (C / rho)^2 kappa^1.9 share^1.5: how much a station shares of the fate of others beside it.

    Args:
        utilisation: rho.
        delayed: C, the probability that all servers are busy; rho for one server.
        scv: of the service time; kappa = 1 / (1 + scv).
        share: of the visits to the station that come together with visits to the others.

    Returns:
        In [0, 1]; 0 for independence.
    """
    rho = np.clip(np.asarray(utilisation, dtype=np.float64), 0.0, 1.0)
    some = rho > 0.0
    relative = np.minimum(np.asarray(delayed) / np.where(some, rho, 1.0), 1.0)
    kappa = 1.0 / (1.0 + np.asarray(scv, dtype=np.float64))
    return np.where(some, rho**_RHO * relative**_DELAY * kappa**_KAPPA, 0.0) * np.asarray(share) ** _SHARE


def longest(total: Any, least: Any, common: Any) -> tuple[Any, Any]:
    """ln F of the longest of branches, and how it changes.

    Args:
        total: sum over the branches of ln F_i, < 0.
        least: the smallest ln F_i.
        common: g_0, the mean over the branches of `commonness`.

    Returns:
        (ln F, (g, dg / d total)): ln F = least^g total^(1 - g) in size, g = g_0 (0.4 + 0.6 / (1 + u)),
        u = -ln(1 - exp(total)).
    """
    beyond = np.maximum(-np.expm1(total), 1e-300)
    u = -np.log(beyond)
    g = common * (_FLOOR + (1.0 - _FLOOR) / (1.0 + u))
    slope = -common * (1.0 - _FLOOR) / (1.0 + u) ** 2 * np.exp(total) / beyond
    return -np.exp(g * np.log(-least) + (1.0 - g) * np.log(-total)), (g, slope)


def fork_join_law(branches: Sequence[Queue | Law]) -> Law:
    """The law of the longest of several sojourns that begin at once. Approximate.

    Stations that serve these requests alone have their arrivals in common, so their sojourns are long together: the
    maximum is shorter than that of independent ones. Laws are taken as independent, which is an upper bound where they
    are sojourns at stations fed by the same requests.

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
    laws: list[Law] = []
    common: list[float] = []
    for k, branch in enumerate(branches):
        if not isinstance(branch, Queue | Law):
            raise InvalidInput(
                f"branches[{k}] must be a station at its arrival rate or a law, got {branch!r}"
            )
        if branch.shape:
            raise InvalidInput(f"branches[{k}] has arrays; a fork and join takes numbers")
        laws.append(branch if isinstance(branch, Law) else branch.sojourn)
        common.append(0.0 if isinstance(branch, Law) else _common(branch))
    return laws[0] if len(laws) == 1 else ForkJoin(tuple(laws), tuple(common))


def _common(station: Queue) -> float:
    service: Any = getattr(station, "service", None)
    scv = 1.0 if service is None else float(service.scv)
    delayed = float(station.delay_probability)
    if scv == 0.0 and float(getattr(station, "servers", 1)) == 1.0:
        return 1.0  # constant services after common arrivals: the slowest is always the last
    return float(commonness(float(station.utilisation), delayed, scv))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForkJoin(Law):
    """The maximum of sojourns that have their arrivals in common.

    Formulas: ln F = ln F_min k^(1 - g), F_min the least of the F_i, k = sum ln F_i / ln F_min (the number of branches,
    if they are alike), and g = g_0 (0.4 + 0.6 / (1 + u)), u = -ln(1 - prod F_i), g_0 the mean over the branches of
    rho^0.7 (C / rho)^2 (1 + SCV of service)^-1.9. g = 0 is independence; constant service of one server at all branches
    has g = 1: the slowest branch is always the last.

    Attributes:
        branches: laws of the sojourns.
        common: g_0 of each; 0 for an independent one.
        statement: how far it can be trusted.
    """

    statement: ClassVar[Statement] = STATEMENTS["parallel-sojourns"]

    branches: tuple[Law, ...]
    common: tuple[float, ...]

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
            if min(self.common) >= 1.0:
                log, change = b, slope_b / b
            else:
                log, (g, slope) = longest(a, b, float(np.mean(self.common)))
                change = g * slope_b / b + (1.0 - g) * slope_a / a
                change += slope * slope_a * (np.log(-b) - np.log(-a))
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
