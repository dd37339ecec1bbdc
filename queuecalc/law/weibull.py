"""The Weibull law."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import special

from queuecalc.law import weibull_transform
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, positive, released
from queuecalc.law.remembered import Remembered

__all__ = ["Weibull", "weibull_exponent"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Weibull(Law):
    """Weibull law: P(T > t) = exp(-(t / b)^k), mean b Gamma(1 + 1/k), scv Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1.

    SCV 1 is the exponential law, k = 1; below it k > 1 and the tail is lighter than any exponential (abscissa inf),
    above it k < 1 and heavier (abscissa 0). The transform has no closed form and is integrated
    (`law/weibull_transform.py`); for a scalar scv above 1 it is remembered as well (`law/remembered.py`).

    Attributes:
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation > 0.

    Raises:
        InvalidInput: mean or scv not a finite number > 0, or an scv above 1e9 (k below 0.06).

    Source: Weibull 1951, J. Appl. Mech. 18; Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions 1,
    eqs. (21.6), (21.12).
    """

    mean: Real
    scv: Real
    _k: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Weibull", "mean", self.mean))
        domain = "a finite number > 0 and <= 1e9 (for scv = 0 use Deterministic(mean=))"
        c2 = positive("Weibull", "scv", self.scv, domain)
        if np.any(np.asarray(c2) > 1e9):
            positive("Weibull", "scv", np.where(np.asarray(c2) > 1e9, -np.asarray(c2), 1.0), domain)
        object.__setattr__(self, "scv", c2)
        broadcast("Weibull", mean=self.mean, scv=self.scv)
        object.__setattr__(self, "_k", released(weibull_exponent(np.asarray(c2))))

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of mean and scv."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.scv))

    @property
    def exponent(self) -> Real:
        """k, the Weibull shape parameter."""
        return self._k

    @property
    def scale(self) -> Real:
        """b = mean / Gamma(1 + 1/k), the time with P(T > b) = 1/e."""
        return released(self.mean / special.gamma(1.0 + 1.0 / np.asarray(self._k)))

    @property
    def abscissa(self) -> Real:
        """0 for k < 1, 1 / b for k = 1, inf for k > 1."""
        k = np.asarray(self._k)
        return released(np.where(k < 1.0, 0.0, np.where(k == 1.0, 1.0 / np.asarray(self.scale), np.inf)))

    def _power(self, t: Any) -> Any:
        with np.errstate(over="ignore"):
            return (t / self.scale) ** self._k

    def _sf(self, t: Any) -> Any:
        return np.exp(-self._power(t))

    def _cdf(self, t: Any) -> Any:
        return -np.expm1(-self._power(t))

    def _pdf(self, t: Any) -> Any:
        x = t / self.scale
        with np.errstate(over="ignore", divide="ignore"):
            log_density = special.xlogy(np.asarray(self._k) - 1.0, x) - self._power(t)
            return np.exp(log_density) * self._k / self.scale

    def _isf(self, q: Any) -> Any:
        with np.errstate(divide="ignore"):
            return self.scale * (-np.log(q) + 0.0) ** (1.0 / np.asarray(self._k))

    def _ppf(self, q: Any) -> Any:
        with np.errstate(divide="ignore"):
            return self.scale * (-np.log1p(-q) + 0.0) ** (1.0 / np.asarray(self._k))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.scale * rng.standard_exponential(size) ** (1.0 / np.asarray(self._k))

    def _lst(self, s: Any) -> Any:
        return self._asked("transform", s)

    def _lst_complement(self, s: Any) -> Any:
        return self._asked("complement", s)

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self._lst_complement(s) / (self.mean * s)
        return np.where(s == 0.0, 1.0, ratio)

    def _excess_complement(self, s: Any) -> Any:
        return self._asked("excess_complement", s)

    def _asked(self, name: str, s: Any) -> Any:
        direct = getattr(weibull_transform, name)
        z = np.asarray(self.scale * s)
        if np.any(np.asarray(self._k) == 1.0):
            one = EXPONENTIAL[name](z)
            return (
                one
                if np.all(np.asarray(self._k) == 1.0)
                else np.where(self._k == 1.0, one, self._bent(direct, z))
            )
        if isinstance(self._k, float) and self._k < 1.0 and z.dtype.kind == "c":
            return getattr(_remembered(self._k), name)(z)
        return direct(z, self._k)

    def _bent(self, direct: Any, z: Any) -> Any:
        """By quadrature, with another k where k = 1 (which has no transform left of -1)."""
        return direct(z, np.where(self._k == 1.0, 2.0, self._k))


EXPONENTIAL = {
    "transform": lambda z: 1.0 / (1.0 + z),
    "complement": lambda z: z / (1.0 + z),
    "excess_complement": lambda z: z / (1.0 + z),
}
"""The transforms at k = 1."""


@lru_cache(maxsize=64)
def _remembered(k: float) -> Remembered:
    return Remembered(
        lambda z: weibull_transform.transform(z, k),
        lambda z: weibull_transform.excess_complement(z, k),
        float(special.gamma(1.0 + 1.0 / k)),
    )


def weibull_exponent(scv: Any) -> Any:
    """k with Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 = 1 + scv; exactly 1 for scv = 1.

    Newton in (ln y, ln g) for y = 1/k, g(y) = ln Gamma(1 + 2 y) - 2 ln Gamma(1 + y), which is about pi^2/6 y^2 near 0.
    """
    target = np.log1p(scv)
    y = np.minimum(np.sqrt(target * 6.0) / np.pi, 1.0 + target / 1.5)
    for _ in range(30):
        value = special.gammaln(1.0 + 2.0 * y) - 2.0 * special.gammaln(1.0 + y)
        slope = 2.0 * (special.psi(1.0 + 2.0 * y) - special.psi(1.0 + y))
        y = y * np.exp(np.clip((np.log(target) - np.log(value)) * value / (slope * y), -2.0, 2.0))
    return np.where(scv == 1.0, 1.0, 1.0 / y)
