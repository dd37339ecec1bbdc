"""A random number of independent copies of a time, the number with any probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma, GammaForms
from queuecalc.law.inversion import kinked_tail_and_density, smooth_tail_and_density
from queuecalc.law.parameter import Real, released
from queuecalc.law.pieces import Piece, atoms_of, collected, constants, together
from queuecalc.law.sum import Sum

__all__ = ["BatchSum"]

FEW = 40
"""Up to so many copies a law with atoms is added up atom by atom."""

SEVERAL = 256
"""Up to so many copies exponential and gamma laws are added up one by one."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BatchSum(Law):
    """S_1 + ... + S_N, N = n with probability probabilities[n]: lst sum_n p_n S*(s)^n.

    With b = 1 - S* the complement is b sum_n P(N > n) S*^n, a sum of like terms.

    Attributes:
        law: the law of one copy.
        probabilities: of N = 0, 1, 2, ...; they add to 1.

    Raises:
        InvalidInput: not a law, no probability, one below 0, or a total other than 1 by more than 1e-9.
    """

    law: Law
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"BatchSum: law = {self.law!r}; expected a law")
        chances = tuple(float(p) for p in self.probabilities)
        if not chances or min(chances) < 0.0 or not abs(sum(chances) - 1.0) <= 1e-9:
            raise InvalidInput(
                f"BatchSum: probabilities add to {sum(chances)!r}; expected values >= 0 that add to 1"
            )
        object.__setattr__(self, "probabilities", chances)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the law."""
        return self.law.shape

    @property
    def _beyond(self) -> Any:
        """P(N > n), n = 0, 1, ..."""
        return np.cumsum(self.probabilities[::-1])[::-1][1:]

    @property
    def _number(self) -> tuple[float, float]:
        """Mean and variance of N."""
        n = np.arange(len(self.probabilities))
        mean = float(n @ np.asarray(self.probabilities))
        return mean, float((n - mean) ** 2 @ np.asarray(self.probabilities))

    @property
    def mean(self) -> Real:
        """E[N] E[S]."""
        number = self._number[0]
        return (
            released(number * np.asarray(self.law.mean)) if number > 0.0 else released(np.zeros(self.shape))
        )

    @property
    def var(self) -> Real:
        """E[N] var S + var N E[S]^2."""
        number, spread = self._number
        if number == 0.0:
            return released(np.zeros(self.shape))
        return released(number * np.asarray(self.law.var) + spread * np.asarray(self.law.mean) ** 2)

    @property
    def scv(self) -> Real:
        """var / mean^2; 0 where the mean is 0."""
        mean, var = np.asarray(self.mean), np.asarray(self.var)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, var / mean**2))

    @property
    def abscissa(self) -> Real:
        """The law's."""
        return self.law.abscissa if self._number[0] > 0.0 else released(np.full(self.shape, np.inf))

    @property
    def atoms(self) -> Atoms:
        """The point 0 for no copies, and the sums of atoms of the law (of few copies)."""
        if self.law.smooth or any(part is self for piece in self.pieces() for part in piece.laws):
            none = _polynomial(self.probabilities, self._atom_at_zero) + np.zeros(self.shape)
            return ((released(np.zeros(self.shape)), released(none)),) if np.any(none) else ()
        return atoms_of(self.pieces())

    @property
    def _atom_at_zero(self) -> Any:
        return sum(
            (np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in self.law.atoms), start=np.zeros(())
        )

    @property
    def smooth(self) -> bool:
        """Whether the law is."""
        return self.law.smooth or self._number[0] == 0.0

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth; a lattice for copies of a constant; else each number of copies."""
        if self.smooth:
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        if np.all(np.asarray(self.law.scv) == 0.0):
            column = (-1, *(1,) * len(self.shape))
            mass = np.asarray(self.probabilities).reshape(column)
            shift = np.arange(len(self.probabilities), dtype=np.float64).reshape(column) * self.law.mean
            some = np.asarray(self.probabilities) > 0.0
            return (Piece(mass[some], shift[some]),)
        if len(self.probabilities) > FEW:
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        sums: tuple[Piece, ...] = (constants(np.zeros(self.shape)),)
        found: list[Piece] = []
        for n, chance in enumerate(self.probabilities):
            sums = sums if n == 0 else together([sums, self.law.pieces()])
            if chance > 0.0:
                found += [piece.thinned(chance) for piece in sums]
        return collected(found)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once: sums of gamma laws and of constants closed, others by inversion."""
        count = len(self.probabilities)
        if isinstance(self.law, Exponential | GammaForms) and count <= SEVERAL:
            tail, density = self._gamma(np.asarray(t, dtype=np.float64))
        elif self.smooth:
            tail, density = smooth_tail_and_density(self, t)
        elif count <= FEW or np.all(np.asarray(self.law.scv) == 0.0):
            tail, density = tail_and_density(self.pieces(), Sum, t, self.shape)
        else:
            tail, density = kinked_tail_and_density(self, t)
            tail = np.where(np.asarray(t) >= 0.0, np.minimum(tail, 1.0 - self.probabilities[0]), 1.0)
        return released(tail), released(density)

    def _gamma(self, t: Any) -> tuple[Any, Any]:
        tail = np.where(t < 0.0, 1.0, np.zeros(np.broadcast_shapes(t.shape, self.shape)))
        density = np.zeros(tail.shape)
        for n, chance in enumerate(self.probabilities):
            if n and chance > 0.0:
                copies = Gamma(mean=n * np.asarray(self.law.mean), scv=np.asarray(self.law.scv) / n)
                above, at = copies.tail_and_density(t)
                tail = tail + np.where(t < 0.0, 0.0, chance * np.asarray(above))
                density = density + chance * np.asarray(at)
        return tail, density

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        number = rng.choice(
            len(self.probabilities), size, p=np.asarray(self.probabilities) / sum(self.probabilities)
        )
        total = np.zeros(size)
        for done in range(int(np.max(number, initial=0))):
            total = total + np.where(number > done, self.law.sample(size, rng), 0.0)
        return total

    def _lst(self, s: Any) -> Any:
        return _polynomial(self.probabilities, self.law.lst(s))

    def _lst_complement(self, s: Any) -> Any:
        return self.law.lst_complement(s) * _polynomial(self._beyond, self.law.lst(s))

    def _excess_lst(self, s: Any) -> Any:
        number = self._number[0]
        if number == 0.0:
            return np.ones(np.broadcast_shapes(np.shape(s), self.shape))
        return self.law.excess_lst(s) * _polynomial(self._beyond / number, self.law.lst(s))

    def _excess_complement(self, s: Any) -> Any:
        """d + (1 - d) b sum_n P(N_e > n) S*^n, N_e with probabilities P(N > n) / E[N]."""
        number = self._number[0]
        if number == 0.0:
            return np.zeros(np.broadcast_shapes(np.shape(s), self.shape))
        shares = self._beyond / number
        later = np.cumsum(shares[::-1])[::-1][1:]
        d = self.law.excess_complement(s)
        return d + (1.0 - d) * self.law.lst_complement(s) * _polynomial(later, self.law.lst(s))


def _polynomial(coefficients: Any, x: Any) -> Any:
    """sum_n coefficients[n] x^n, by Horner's rule."""
    total = np.zeros_like(np.asarray(x))
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total
