"""A law in other units of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, broadcast, positive, released
from queuecalc.law.pieces import Piece

__all__ = ["Scaled"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scaled(Law):
    """factor T for a time T of `law`: lst(factor s).

    Attributes:
        law: the law of T.
        factor: a finite number > 0, or an array that broadcasts against the law.

    Raises:
        InvalidInput: not a law, or factor not a finite number > 0.
    """

    law: Law
    factor: Real

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"Scaled: law = {self.law!r}; expected a law")
        object.__setattr__(self, "factor", positive("Scaled", "factor", self.factor))
        broadcast("Scaled", law=np.empty(self.law.shape), factor=self.factor)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.factor))

    @property
    def mean(self) -> Real:
        """factor times the law's."""
        return self.factor * self.law.mean

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 where the mean is 0."""
        return released(np.broadcast_to(self.law.scv, self.shape))

    @property
    def var(self) -> Real:
        """factor^2 times the law's."""
        return self.factor**2 * self.law.var

    @property
    def abscissa(self) -> Real:
        """The law's, divided by the factor."""
        return self.law.abscissa / self.factor

    @property
    def atoms(self) -> Atoms:
        """Those of the law, moved."""
        return tuple((self.factor * where, mass) for where, mass in self.law.atoms)

    @property
    def smooth(self) -> bool:
        """Whether the law is."""
        return self.law.smooth

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth, else the pieces of its law, scaled."""
        if self.smooth:
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        return tuple(
            Piece(
                piece.mass,
                piece.shift * np.asarray(self.factor),
                tuple(Scaled(x, self.factor) for x in piece.laws),
            )
            for piece in self.law.pieces()
        )

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.law.sf(t / self.factor))

    def _cdf(self, t: Any) -> Any:
        return np.asarray(self.law.cdf(t / self.factor))

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.law.pdf(t / self.factor)) / self.factor

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        tail, density = self.law.tail_and_density(np.asarray(t, dtype=np.float64) / self.factor)
        return tail, density / self.factor

    def _isf(self, q: Any) -> Any:
        return self.factor * np.asarray(self.law.isf(q))

    def _ppf(self, q: Any) -> Any:
        return self.factor * np.asarray(self.law.ppf(q))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.factor * np.asarray(self.law.sample(size, rng))

    def _lst(self, s: Any) -> Any:
        return self.law.lst(self.factor * s)

    def _lst_complement(self, s: Any) -> Any:
        return self.law.lst_complement(self.factor * s)

    def _excess_lst(self, s: Any) -> Any:
        return self.law.excess_lst(self.factor * s)

    def _excess_complement(self, s: Any) -> Any:
        return self.law.excess_complement(self.factor * s)
