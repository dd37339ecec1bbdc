"""The law of a sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, nonnegative
from queuecalc.law.pieces import Piece
from queuecalc.law.points import Points

__all__ = ["Empirical"]

SHOWN = 100
"""Samples that repr writes out; of more it gives the number and the first two moments."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Empirical(Law):
    """The empirical law of n measured times: each has probability 1 / n; lst(s) = 1/n sum_j exp(-s x_j).

    Its quantiles are order statistics. Exact, at a cost proportional to the number of distinct samples.

    Attributes:
        samples: the times >= 0, sorted; shape (n,).

    Raises:
        InvalidInput: no samples, not one-dimensional, negative, NaN or infinite ones.
    """

    samples: Any
    _at: Any = field(init=False)
    _weights: Any = field(init=False)
    _below: Any = field(init=False)

    def __post_init__(self) -> None:
        given = nonnegative("Empirical", "samples", self.samples, "finite numbers >= 0")
        if np.ndim(given) != 1 or np.size(given) == 0:
            raise InvalidInput(
                f"Empirical: samples of shape {np.shape(given)}; expected a one-dimensional array of at least one"
            )
        samples = np.sort(given)
        at, counts = np.unique(samples, return_counts=True)
        below = np.cumsum(counts)
        for array in (samples, at, below):
            array.setflags(write=False)
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "_at", at)
        object.__setattr__(self, "_weights", counts / samples.size)
        object.__setattr__(self, "_below", below)

    @property
    def shape(self) -> tuple[int, ...]:
        """Scalar: ()."""
        return ()

    @property
    def mean(self) -> Real:
        """The sample mean."""
        return float(np.mean(self.samples))

    @property
    def var(self) -> Real:
        """The variance of the empirical law, 1/n sum_j (x_j - mean)^2."""
        return float(np.var(self.samples))

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 for samples that are all 0."""
        return self.var / self.mean**2 if self.mean > 0.0 else 0.0

    @property
    def abscissa(self) -> Real:
        """Infinite: the support is bounded."""
        return np.inf

    @property
    def atoms(self) -> Atoms:
        """Every distinct sample with its share."""
        return tuple(zip(self._at.tolist(), self._weights.tolist(), strict=True))

    @property
    def smooth(self) -> bool:
        """Only when all samples are 0."""
        return not np.any(self._at)

    def pieces(self) -> tuple[Piece, ...]:
        """One constant for each distinct sample."""
        return (Piece(self._weights, self._at),)

    def _sf(self, t: Any) -> Any:
        return (self.samples.size - self._counted(t)) / self.samples.size

    def _cdf(self, t: Any) -> Any:
        return self._counted(t) / self.samples.size

    def _counted(self, t: Any) -> Any:
        """The number of samples <= t."""
        return np.where(np.isnan(t), np.nan, np.searchsorted(self.samples, t, side="right"))

    def _pdf(self, t: Any) -> Any:
        return np.zeros(t.shape)

    def _isf(self, q: Any) -> Any:
        """The smallest sample with at most q n samples above it."""
        size = self.samples.size
        above = (size - self._below) / size
        found = np.searchsorted(-above, -q, side="left")
        return np.where(q >= 1.0, 0.0, self._at[np.minimum(found, self._at.size - 1)])

    def _ppf(self, q: Any) -> Any:
        found = np.searchsorted(self._below / self.samples.size, q, side="left")
        return np.where(q <= 0.0, 0.0, self._at[np.minimum(found, self._at.size - 1)])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return rng.choice(self.samples, size)

    @property
    def _points(self) -> Points:
        return Points(self._at, self._weights, np.asarray(self.mean))

    def _lst(self, s: Any) -> Any:
        return self._points.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        return self._points.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        return self._points.excess_lst(s)

    def _excess_complement(self, s: Any) -> Any:
        return self._points.excess_complement(s)

    def __repr__(self) -> str:
        if self.samples.size <= SHOWN:
            return f"Empirical({self.samples.tolist()!r})"
        return f"<Empirical: {self.samples.size} samples, mean {self.mean!r}, scv {self.scv!r}>"
