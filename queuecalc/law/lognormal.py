"""The lognormal law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from queuecalc.errors import InvalidInput
from queuecalc.law import lognormal_table
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, positive, released

__all__ = ["Lognormal", "lognormal_from_percentiles"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Lognormal(Law):
    """Lognormal law: ln T is normal with variance ln(1 + scv) and mean ln(mean) - ln(1 + scv) / 2.

    Heavy tailed: no exponential moment exists, the abscissa is 0. The transform has no closed form and is integrated
    (`law/lognormal_transform.py`); for a scalar scv between 0.04 and 500 it is remembered as well (`law/patchwork.py`).

    Attributes:
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation > 0.

    Raises:
        InvalidInput: mean or scv not a finite number > 0.
    """

    mean: Real
    scv: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Lognormal", "mean", self.mean))
        domain = "a finite number > 0 (for scv = 0 use Deterministic(mean=))"
        object.__setattr__(self, "scv", positive("Lognormal", "scv", self.scv, domain))
        broadcast("Lognormal", mean=self.mean, scv=self.scv)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of mean and scv."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.scv))

    @property
    def log_std(self) -> Real:
        """Standard deviation of ln T, sqrt(ln(1 + scv))."""
        return released(np.sqrt(np.log1p(self.scv)))

    @property
    def median(self) -> Real:
        """exp(E ln T) = mean / sqrt(1 + scv)."""
        return released(self.mean / np.sqrt(1.0 + np.asarray(self.scv)))

    @property
    def abscissa(self) -> Real:
        """0: the tail is heavier than any exponential."""
        return released(np.zeros(self.shape))

    def _score(self, t: Any) -> Any:
        with np.errstate(divide="ignore"):
            return np.log(t / self.median) / self.log_std

    def _sf(self, t: Any) -> Any:
        return special.ndtr(-self._score(t))

    def _cdf(self, t: Any) -> Any:
        return special.ndtr(self._score(t))

    def _pdf(self, t: Any) -> Any:
        score = self._score(t)
        held = np.where(t > 0.0, t, 1.0)
        density = np.exp(-0.5 * score * score) / (np.sqrt(2.0 * np.pi) * self.log_std * held)
        return np.where(t > 0.0, density, 0.0)

    def _isf(self, q: Any) -> Any:
        return self.median * np.exp(-self.log_std * special.ndtri(q))

    def _ppf(self, q: Any) -> Any:
        return self.median * np.exp(self.log_std * special.ndtri(q))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.median * np.exp(self.log_std * rng.standard_normal(size))

    def _lst(self, s: Any) -> Any:
        return lognormal_table.transform(self.median * s, self.log_std)

    def _lst_complement(self, s: Any) -> Any:
        return lognormal_table.complement(self.median * s, self.log_std)

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self._lst_complement(s) / (self.mean * s)
        return np.where(s == 0.0, 1.0, ratio)

    def _excess_complement(self, s: Any) -> Any:
        return lognormal_table.excess_complement(self.median * s, self.log_std)


def lognormal_from_percentiles(percentiles: Mapping[float, float]) -> Lognormal:
    """The lognormal law through two percentiles, such as {0.5: 0.012, 0.99: 0.090}.

    sigma = (ln t_2 - ln t_1) / (z_2 - z_1) with z the normal quantiles of the two levels.

    Raises:
        InvalidInput: not two levels in (0, 1), times not > 0, or times that do not grow with the level.
    """
    points = sorted(percentiles.items())
    if len(points) != 2:
        raise InvalidInput(f"lognormal_from_percentiles: {len(points)} percentiles; expected exactly two")
    for level, time in points:
        if not 0.0 < level < 1.0:
            raise InvalidInput(f"lognormal_from_percentiles: level {level!r}; expected a number in (0, 1)")
        positive("lognormal_from_percentiles", f"time at level {level!r}", time)
    (low, first), (high, second) = points
    if not first < second:
        raise InvalidInput(
            f"lognormal_from_percentiles: {first!r} at level {low!r}, {second!r} at level {high!r}; "
            "expected times that grow with the level"
        )
    z_low, z_high = (float(special.ndtri(level)) for level in (low, high))
    sigma = float(np.log(second / first)) / (z_high - z_low)
    log_median = float(np.log(first)) - sigma * z_low
    return Lognormal(mean=float(np.exp(log_median + 0.5 * sigma**2)), scv=float(np.expm1(sigma**2)))
