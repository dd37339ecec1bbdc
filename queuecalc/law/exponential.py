"""The exponential law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, positive, released

__all__ = ["Exponential"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Exponential(Law):
    """Exponential law: P(T > t) = exp(-t / mean), lst 1 / (1 + mean s), SCV 1.

    Attributes:
        mean: E[T] > 0, in seconds.

    Raises:
        InvalidInput: mean not a finite number > 0.
    """

    mean: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Exponential", "mean", self.mean))

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.shape(self.mean)

    @property
    def scv(self) -> Real:
        """1."""
        return released(np.ones(self.shape))

    @property
    def abscissa(self) -> Real:
        """1 / mean."""
        return 1.0 / self.mean

    def _sf(self, t: Any) -> Any:
        return np.exp(-t / self.mean)

    def _cdf(self, t: Any) -> Any:
        return -np.expm1(-t / self.mean)

    def _pdf(self, t: Any) -> Any:
        return np.exp(-t / self.mean) / self.mean

    def _isf(self, q: Any) -> Any:
        with np.errstate(divide="ignore"):
            return -self.mean * np.log(q) + 0.0

    def _ppf(self, q: Any) -> Any:
        with np.errstate(divide="ignore"):
            return -self.mean * np.log1p(-q) + 0.0

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.mean * rng.standard_exponential(size)

    def _lst(self, s: Any) -> Any:
        return 1.0 / (1.0 + self.mean * s)

    def _lst_complement(self, s: Any) -> Any:
        ms = self.mean * s
        return ms * (1.0 / (1.0 + ms))

    def _excess_lst(self, s: Any) -> Any:
        return self._lst(s)

    def _excess_complement(self, s: Any) -> Any:
        return self._lst_complement(s)
