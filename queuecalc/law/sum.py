"""Sums of independent times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.parameter import Real, broadcast, released
from queuecalc.law.pieces import Piece, atoms_of, together
from queuecalc.law.solving import solve_tail

__all__ = ["Sum"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Sum(Law):
    """The sum of independent times: lst = product of the lst.

    Survival and density come from the transform: constants and atoms are split off first and added back exactly, the
    smooth rest is inverted (`law/pieces.py`).

    Attributes:
        laws: the laws, at least one.

    Raises:
        InvalidInput: no law, not a law, or shapes that do not broadcast.
    """

    inverted: ClassVar[bool] = True

    laws: tuple[Law, ...]

    def __post_init__(self) -> None:
        laws = tuple(self.laws)
        if not laws or not all(isinstance(law, Law) for law in laws):
            raise InvalidInput(f"Sum: laws = {self.laws!r}; expected at least one law")
        broadcast("Sum", **{f"laws[{i}]": np.empty(law.shape) for i, law in enumerate(laws)})
        object.__setattr__(self, "laws", laws)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(*(law.shape for law in self.laws))

    def _spread(self, values: Any) -> Real:
        return released(np.broadcast_to(values, self.shape))

    @property
    def mean(self) -> Real:
        """The sum of the means."""
        return self._spread(sum(np.asarray(law.mean) for law in self.laws))

    @property
    def var(self) -> Real:
        """The sum of the variances."""
        return self._spread(sum(np.asarray(law.var) for law in self.laws))

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 where the mean is 0."""
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, np.asarray(self.var) / mean**2))

    @property
    def abscissa(self) -> Real:
        """The least of the laws."""
        parts = [np.broadcast_to(law.abscissa, self.shape) for law in self.laws]
        return released(np.minimum.reduce(parts))

    @property
    def atoms(self) -> Atoms:
        """Sums of atoms."""
        return atoms_of(self.pieces())

    @property
    def smooth(self) -> bool:
        """Whether every law is."""
        return all(law.smooth for law in self.laws)

    def pieces(self) -> tuple[Piece, ...]:
        """Constants and atoms split off; the smooth laws stay together."""
        return together(law.pieces() for law in self.laws)

    @property
    def _split(self) -> tuple[Piece, ...]:
        """The pieces, without the work where there is nothing to split off."""
        if all(law.smooth and not isinstance(law, Deterministic) for law in self.laws):
            return (Piece(np.ones(1), np.zeros(1), self.laws),)
        return self.pieces()

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) from one set of transform values."""
        tail, density = tail_and_density(self._split, Sum, t, self.shape)
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _isf(self, q: Any) -> Any:
        return self._alone(q, "isf")

    def _ppf(self, q: Any) -> Any:
        return self._alone(q, "ppf")

    def _alone(self, q: Any, name: str) -> Any:
        """The quantile of one law and constants is that law's; of others it is solved for."""
        pieces = self._split
        if len(pieces) == 1 and len(pieces[0].laws) == 1 and pieces[0].shift.shape[0] == 1:
            (law,) = pieces[0].laws
            rest = np.asarray(getattr(law, name)(q)) + np.zeros(np.broadcast_shapes(q.shape, self.shape))
            nothing = q >= 1.0 if name == "isf" else q <= 0.0
            return np.where(nothing, 0.0, rest + pieces[0].shift[0])
        return solve_tail(self, q if name == "isf" else 1.0 - q)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return sum(law.sample(size, rng) for law in self.laws)

    def _lst(self, s: Any) -> Any:
        product = self.laws[0].lst(s)
        for law in self.laws[1:]:
            product = product * law.lst(s)
        return product

    def _lst_complement(self, s: Any) -> Any:
        """1 - L_1 L_2 ... = c_1 + L_1 (c_2 + L_2 (...))."""
        total = self.laws[-1].lst_complement(s)
        for law in reversed(self.laws[:-1]):
            c = law.lst_complement(s)
            total = c + (1.0 - c) * total
        return total

    def _excess_lst(self, s: Any) -> Any:
        """sum_i (m_i / m) e_i L_1 ... L_(i-1), since 1 - L_1 L_2 = c_1 + L_1 c_2."""
        total: Any = 0.0
        before: Any = 1.0
        for share, law in self._shares:
            total = total + share * law.excess_lst(s) * before
            before = before * law.lst(s)
        return total

    def _excess_complement(self, s: Any) -> Any:
        """sum_i (m_i / m) (d_i + e_i (1 - L_1 ... L_(i-1)))."""
        total: Any = 0.0
        gone: Any = 0.0
        for share, law in self._shares:
            d = law.excess_complement(s)
            total = total + share * (d + (1.0 - d) * gone)
            gone = gone + (1.0 - gone) * law.lst_complement(s)
        return total

    @property
    def _shares(self) -> list[tuple[Any, Law]]:
        """Each law's share of the mean."""
        mean = np.asarray(self.mean)
        first = np.where(mean > 0.0, 0.0, 1.0)
        safe = np.where(mean > 0.0, mean, 1.0)
        shares = [(np.asarray(law.mean) / safe, law) for law in self.laws]
        return [(shares[0][0] + first, shares[0][1]), *shares[1:]]
