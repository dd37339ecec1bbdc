"""Frozen continuous scipy.stats distributions as laws: of the old kind (sf, ppf) and of the new one (ccdf, icdf).

scipy.stats itself is not imported: the caller who holds such an object has done so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law import nodes
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.lognormal import Lognormal
from queuecalc.law.parameter import Real, released
from queuecalc.law.points import Points
from queuecalc.law.sum import Sum

__all__ = ["Adapted", "as_law"]

OLD = ("dist", "sf", "cdf", "pdf", "ppf", "isf", "mean", "var", "support")
NEW = ("ccdf", "cdf", "pdf", "icdf", "iccdf", "mean", "variance", "support")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Adapted(Law):
    """X - offset for a frozen continuous scipy.stats distribution X on [offset, inf).

    Survival function, density and quantile are those of X; the transform is integrated over fixed nodes
    (`law/nodes.py`) for |Im s| <= 9 Re s, to 1e-9 where the density is smooth. `as_law` makes these, and our own law
    where scipy's is one of ours.

    Attributes:
        distribution: the frozen distribution, of either kind.
        offset: what is subtracted; its atoms and jumps at the lower end of the support move to 0.

    Raises:
        InvalidInput: not a frozen continuous distribution, probability below the offset, no finite mean, or a density
            that the nodes integrate to something else than 1.
    """

    distribution: Any
    offset: Real = 0.0
    _points: Points = field(init=False)
    _end: Any = field(init=False)
    _var: Any = field(init=False)

    def __post_init__(self) -> None:
        x = self.distribution
        _check(x)
        end = np.asarray(x.support()[1], dtype=np.float64) - self.offset
        mean = np.asarray(x.mean(), dtype=np.float64) - self.offset
        var = np.asarray(_moment(x), dtype=np.float64)
        object.__setattr__(self, "_end", end)
        object.__setattr__(self, "_var", var)
        high = self._isf(np.asarray(1e-17))
        if np.all(np.isfinite(end)):
            at, weights = nodes.panels(self._pdf, self._cdf, end, nodes.graded(1e-8, 2.0, 1.0 / 40.0))
        else:
            low = np.maximum(self._ppf(np.asarray(1e-17)), 1e-13 * mean)
            at, weights = nodes.half_line(self._pdf, self._cdf, self._tail, low, high, (mean, var + mean**2))
        if np.any(np.abs(np.sum(weights, axis=0) - 1.0) > 1e-9):  # a kink or a singular point inside
            at, weights = nodes.panels(
                self._pdf, self._cdf, np.minimum(high, end), nodes.graded(1e-8, 1.15, 0.1)
            )
        total = np.sum(weights, axis=0)
        if np.any(np.abs(total - 1.0) > 1e-6):
            worst = float(np.ravel(total)[np.argmax(np.abs(np.ravel(total) - 1.0))])
            raise InvalidInput(f"as_law: the density of {_name(x)} integrates to {worst!r}; expected 1")
        object.__setattr__(self, "_points", Points(at, weights / total, mean))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the distribution's parameters."""
        return np.shape(self._points.mean)

    @property
    def mean(self) -> Real:
        """E[X] - offset."""
        return released(self._points.mean)

    @property
    def var(self) -> Real:
        """Variance of X; may be infinite."""
        return released(self._var)

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; may be infinite."""
        return released(self._var / self._points.mean**2)

    @property
    def abscissa(self) -> Real:
        """Infinite for bounded support; else 0, a lower bound: scipy does not tell how the tail decays."""
        return released(np.where(np.isfinite(self._end), np.inf, 0.0) + np.zeros(self.shape))

    @property
    def smooth(self) -> bool:
        """Whether the support has no upper end; kinks inside it are not known."""
        return bool(np.all(np.isinf(self._end)))

    def _sf(self, t: Any) -> Any:
        values = self._tail(t)
        # some of scipy's formulas give NaN far out, where nothing is left
        lost = np.isnan(values) & (t > self._points.at[-1])
        return np.where(lost, 0.0, values) if np.any(lost) else values

    def _tail(self, t: Any) -> Any:
        x = self.distribution
        with np.errstate(all="ignore"):
            return np.asarray((x.sf if hasattr(x, "sf") else x.ccdf)(t + self.offset), dtype=np.float64)

    def _cdf(self, t: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(self.distribution.cdf(t + self.offset), dtype=np.float64)

    def _pdf(self, t: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(self.distribution.pdf(t + self.offset), dtype=np.float64)

    def _isf(self, q: Any) -> Any:
        x = self.distribution
        with np.errstate(all="ignore"):
            return np.maximum(np.asarray((x.isf if hasattr(x, "isf") else x.iccdf)(q)) - self.offset, 0.0)

    def _ppf(self, q: Any) -> Any:
        x = self.distribution
        with np.errstate(all="ignore"):
            return np.maximum(np.asarray((x.ppf if hasattr(x, "ppf") else x.icdf)(q)) - self.offset, 0.0)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        if hasattr(self.distribution, "rvs"):
            return np.asarray(self.distribution.rvs(size=size, random_state=rng)) - self.offset
        return self._ppf(rng.random(size))

    def _lst(self, s: Any) -> Any:
        return self._points.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        return self._points.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        return self._points.excess_lst(s)

    def _excess_complement(self, s: Any) -> Any:
        return self._points.excess_complement(s)

    def _parameters(self) -> tuple[tuple[str, Any], ...]:
        return (("distribution", _name(self.distribution)), ("offset", self.offset))

    def __repr__(self) -> str:
        return f"Adapted({_name(self.distribution)}, offset={self.offset!r})"


def as_law(thing: object) -> Law:
    """A law from a law (itself) or a frozen continuous scipy.stats distribution on [0, inf).

    scipy's expon, gamma, erlang, chi2 and lognorm become our own laws, with their closed forms; any other is adapted,
    a support that starts above 0 as a constant plus the rest.

    Raises:
        InvalidInput: neither, a discrete distribution, probability below 0, or no finite mean.
    """
    if isinstance(thing, Law):
        return thing
    x: Any = thing
    _check(x)
    low = np.asarray(x.support()[0], dtype=np.float64)
    offset = np.where(low > 0.0, low, 0.0)
    rest = _own(x) or Adapted(x, released(offset) if np.any(offset) else 0.0)
    return Sum(laws=(Deterministic(mean=offset), rest)) if np.any(offset > 0.0) else rest


def _check(x: Any) -> None:
    kinds = {kind.__name__ for kind in type(x).__mro__}
    fits = any(all(hasattr(x, name) for name in names) for names in (OLD, NEW))
    if not fits or "DiscreteDistribution" in kinds or isinstance(x, type):
        raise InvalidInput(
            f"as_law: {x!r}; expected a law, or a frozen continuous scipy.stats distribution "
            "(for a constant use Deterministic(mean=), for data Empirical(samples))"
        )
    if np.any(np.asarray(x.support()[0]) < 0.0):
        below = np.max(np.asarray(x.cdf(0.0)))
        if below > 0.0:
            raise InvalidInput(
                f"as_law: {_name(x)} is below 0 with probability {float(below):.3g}; expected a law on [0, inf)"
            )
    mean = np.asarray(x.mean(), dtype=np.float64)
    if not np.all(np.isfinite(mean) & (mean > 0.0)):
        raise InvalidInput(
            f"as_law: {_name(x)} has the mean {float(np.ravel(mean)[0])!r}; expected a finite one > 0"
        )


def _moment(x: Any) -> Any:
    return x.var() if hasattr(x, "var") else x.variance()


def _own(x: Any) -> Law | None:
    """Our own law, where scipy's (less its loc) is one of ours; parameters as scipy's parser reads them."""
    family = getattr(getattr(x, "dist", None), "name", None)
    if family not in OURS:
        return None
    shapes, _, scale = x.dist._parse_args(*x.args, **x.kwds)
    if family == "expon":
        return Exponential(mean=scale)
    first = np.asarray(shapes[0], dtype=np.float64)
    if family == "lognorm":
        return Lognormal(mean=scale * np.exp(0.5 * first**2), scv=np.expm1(first**2))
    if family == "chi2":
        first, scale = first / 2.0, 2.0 * np.asarray(scale)
    return Gamma(mean=first * scale, scv=1.0 / first)


OURS = frozenset({"expon", "gamma", "erlang", "chi2", "lognorm"})


def _name(x: Any) -> str:
    """The call that makes x again, for the old kind; x's own repr for the new."""
    if not hasattr(x, "dist"):
        return repr(x)
    words = [repr(_plain(value)) for value in x.args]
    words += [f"{name}={_plain(value)!r}" for name, value in x.kwds.items()]
    return f"scipy.stats.{x.dist.name}({', '.join(words)})"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
