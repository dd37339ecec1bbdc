"""A time that is stretched by interruptions: work that stops at failures and goes on after the repair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.inversion import kinked_tail_and_density, smooth_tail_and_density
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.law.pieces import Piece, atoms_of
from queuecalc.law.sum import Sum

__all__ = ["Interrupted"]

FEW = 16
"""Up to so many constants of a law are interrupted one by one."""

OFTEN = 1e5
"""A constant that is interrupted more often than this, on average, has a smooth law but for steps of 1/300 std."""

STEPS = 60


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Interrupted(Law):
    """S + R_1 + ... + R_N, N Poisson with mean rate times S: lst S*(s + rate (1 - R*(s))).

    The completion time of work S that is interrupted while it goes on and resumed where it stopped. The mean is
    E[S] (1 + rate E[R]).

    Attributes:
        law: the law of the work S.
        rate: interruptions per second of work, >= 0; a scalar where the law has atoms.
        repair: the law of one interruption.

    Raises:
        InvalidInput: not laws, a rate outside its domain, or shapes that do not broadcast.

    Source: Avi-Itzhak & Naor 1963, eq. (9); Gaver 1962.
    """

    law: Law
    rate: Real
    repair: Law

    def __post_init__(self) -> None:
        for name, law in (("law", self.law), ("repair", self.repair)):
            if not isinstance(law, Law):
                raise InvalidInput(f"Interrupted: {name} = {law!r}; expected a law")
        object.__setattr__(self, "rate", nonnegative("Interrupted", "rate", self.rate))
        broadcast(
            "Interrupted", law=np.empty(self.law.shape), rate=self.rate, repair=np.empty(self.repair.shape)
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The common batch shape."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.rate), self.repair.shape)

    @property
    def _stretch(self) -> Any:
        """1 + rate E[R]."""
        return 1.0 + np.asarray(self.rate) * np.asarray(self.repair.mean)

    @property
    def mean(self) -> Real:
        """E[S] (1 + rate E[R])."""
        return released(np.asarray(self.law.mean) * self._stretch)

    @property
    def var(self) -> Real:
        """(1 + rate E[R])^2 var S + rate E[S] E[R^2]."""
        second = np.asarray(self.repair.var) + np.asarray(self.repair.mean) ** 2
        with np.errstate(invalid="ignore"):
            added = np.where(np.asarray(self.rate) > 0.0, np.asarray(self.law.mean) * self.rate * second, 0.0)
        return released(np.asarray(self.law.var) * self._stretch**2 + added)

    @property
    def scv(self) -> Real:
        """var / mean^2; 0 where the mean is 0."""
        mean, var = np.asarray(self.mean), np.asarray(self.var)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, var / mean**2))

    @property
    def abscissa(self) -> Real:
        """The largest theta up to which theta + rate (E exp(theta R) - 1) stays below the abscissa of S."""
        rate = np.broadcast_to(np.asarray(self.rate, dtype=np.float64), self.shape)
        own = np.broadcast_to(np.asarray(self.law.abscissa, dtype=np.float64), self.shape)
        most = np.where(rate > 0.0, np.asarray(self.repair.abscissa, dtype=np.float64), np.inf)
        low, high = np.zeros(self.shape), np.minimum(own, most)
        if not np.any(np.isfinite(own)):
            return released(high)
        bounded = np.isfinite(high)
        high = np.where(bounded, high, 0.0)
        for _ in range(STEPS):
            middle = 0.5 * (low + high)
            with np.errstate(all="ignore"):
                value = middle - rate * np.asarray(self.repair.lst_complement(-middle))
            inside = value < own
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return released(np.where(bounded, low, np.inf))

    @property
    def atoms(self) -> Atoms:
        """Those of the work, where nothing interrupts it, and their sums with atoms of the interruptions."""
        pieces = self.pieces()
        return () if any(part is self for piece in pieces for part in piece.laws) else atoms_of(pieces)

    @property
    def smooth(self) -> bool:
        """Whether work and interruptions are."""
        return self.law.smooth and self.repair.smooth

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while the work is smooth; else constants, with and without interruptions of them."""
        if self.law.smooth or np.ndim(self.rate):
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        found: list[Piece] = []
        for piece in self.law.pieces():
            rows = max(len(piece.mass), len(piece.shift))
            if rows > FEW or any(part is self.law for part in piece.laws) or piece.shift.ndim > 1:
                return (Piece(np.ones(1), np.zeros(1), (self,)),)
            rest = () if not piece.laws else (self._interrupting(piece.laws),)
            if float(self.rate) * float(np.max(piece.shift, initial=0.0)) > OFTEN:
                return (Piece(np.ones(1), np.zeros(1), (self,)),)
            for k in range(rows):
                mass = piece.mass[min(k, len(piece.mass) - 1)][None]
                shift = piece.shift[min(k, len(piece.shift) - 1)][None]
                number = float(self.rate) * float(shift[0])
                found.append(Piece(mass * np.exp(-number), shift, rest))
                if number > 0.0:
                    some = BatchSum(self.repair, _poisson_from_one(number))
                    found.append(Piece(mass * -np.expm1(-number), shift, (some, *rest)))
        return tuple(found)

    def _interrupting(self, laws: tuple[Law, ...]) -> Law:
        return Interrupted(laws[0] if len(laws) == 1 else Sum(laws=laws), self.rate, self.repair)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        if self.smooth:
            tail, density = smooth_tail_and_density(self, t)
        else:
            pieces = self.pieces()
            if any(part is self for piece in pieces for part in piece.laws):
                often = float(np.max(self.rate)) * float(np.max(self.law.mean)) > OFTEN
                invert = smooth_tail_and_density if often else kinked_tail_and_density
                tail, density = invert(self, t)
            else:
                tail, density = tail_and_density(pieces, Sum, t, self.shape)
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        work = np.asarray(self.law.sample(size, rng), dtype=np.float64)
        number = rng.poisson(self.rate * work)
        total = work
        for done in range(int(np.max(number, initial=0))):
            total = total + np.where(number > done, self.repair.sample(size, rng), 0.0)
        return total

    def _moved(self, s: Any) -> Any:
        return s + self.rate * self.repair.lst_complement(s)

    def _lst(self, s: Any) -> Any:
        return self.law.lst(self._moved(s))

    def _lst_complement(self, s: Any) -> Any:
        return self.law.lst_complement(self._moved(s))

    def _excess_lst(self, s: Any) -> Any:
        pause = self.rate * np.asarray(self.repair.mean)
        share = (1.0 + pause * self.repair.excess_lst(s)) / (1.0 + pause)
        return self.law.excess_lst(self._moved(s)) * share

    def _excess_complement(self, s: Any) -> Any:
        pause = self.rate * np.asarray(self.repair.mean)
        d = self.law.excess_complement(self._moved(s))
        return d + (1.0 - d) * pause * self.repair.excess_complement(s) / (1.0 + pause)


def _poisson_from_one(mean: float) -> tuple[float, ...]:
    """Probabilities of 0, 1, 2, ... of a Poisson number given that it is not 0; 1e-17 is left out."""
    most = int(mean + 10.0 * mean**0.5 + 25.0)
    n = np.arange(1.0, most + 1.0)
    chances = np.exp(n * np.log(mean) - mean - special.gammaln(n + 1.0))
    return (0.0, *(chances / np.sum(chances)).tolist())
