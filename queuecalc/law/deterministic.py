"""A constant time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law import forms
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, nonnegative, released
from queuecalc.law.pieces import Piece, constants

__all__ = ["Deterministic"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Deterministic(Law):
    """A constant: T = mean, lst exp(-mean s), SCV 0.

    Attributes:
        mean: the constant >= 0, in seconds.

    Raises:
        InvalidInput: mean not a finite number >= 0.
    """

    mean: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", nonnegative("Deterministic", "mean", self.mean))

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.shape(self.mean)

    @property
    def scv(self) -> Real:
        """0."""
        return released(np.zeros(self.shape))

    @property
    def abscissa(self) -> Real:
        """Infinite."""
        return released(np.full(self.shape, np.inf))

    @property
    def atoms(self) -> Atoms:
        """All mass in one point."""
        return ((self.mean, released(np.ones(self.shape))),)

    @property
    def smooth(self) -> bool:
        """Only where the constant is 0."""
        return not np.any(self.mean)

    def pieces(self) -> tuple[Piece, ...]:
        """One constant."""
        return (constants(self.mean),)

    def _sf(self, t: Any) -> Any:
        return np.where(t < self.mean, 1.0, 0.0)

    def _pdf(self, t: Any) -> Any:
        return np.zeros(np.broadcast_shapes(t.shape, self.shape))

    def _isf(self, q: Any) -> Any:
        return np.where(q >= 1.0, 0.0, np.broadcast_to(self.mean, np.broadcast_shapes(q.shape, self.shape)))

    def _ppf(self, q: Any) -> Any:
        return np.where(q <= 0.0, 0.0, np.broadcast_to(self.mean, np.broadcast_shapes(q.shape, self.shape)))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return np.broadcast_to(self.mean, size).copy()

    def _lst(self, s: Any) -> Any:
        return np.exp(-self.mean * s)

    def _lst_complement(self, s: Any) -> Any:
        return forms.exp_complement(self.mean * s)

    def _excess_lst(self, s: Any) -> Any:
        return forms.exp_excess(np.asarray(self.mean * s))

    def _excess_complement(self, s: Any) -> Any:
        return forms.exp_excess_complement(np.asarray(self.mean * s))
