"""Exactly n independent copies of a time, and one more with a given probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import GammaForms
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.law.pieces import Piece, atoms_of, collected, together
from queuecalc.law.sum import Sum

__all__ = ["RandomSum"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomSum(Law):
    """n copies of `law`, and one more with probability f, for times = n + f: lst L^n (1 - f + f L).

    The mean number of copies is `times`; unlike a geometric number it varies as little as its mean allows.

    Attributes:
        law: the law of one copy.
        times: n + f >= 0, or an array that broadcasts against the law.

    Raises:
        InvalidInput: not a law, or times not a finite number >= 0.
    """

    inverted: ClassVar[bool] = True

    law: Law
    times: Real

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"RandomSum: law = {self.law!r}; expected a law")
        object.__setattr__(self, "times", nonnegative("RandomSum", "times", self.times))
        broadcast("RandomSum", law=np.empty(self.law.shape), times=self.times)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.times))

    @property
    def _split(self) -> tuple[Any, Any]:
        """(n, f)."""
        whole = np.floor(self.times)
        return whole, self.times - whole

    @property
    def mean(self) -> Real:
        """times times the law's."""
        with np.errstate(invalid="ignore"):
            product = np.asarray(self.times * np.asarray(self.law.mean))
        return released(np.where(np.asarray(self.times) > 0.0, product, 0.0))

    @property
    def var(self) -> Real:
        """times var + f (1 - f) mean^2."""
        _, f = self._split
        with np.errstate(invalid="ignore"):
            total = self.times * np.asarray(self.law.var) + f * (1.0 - f) * np.asarray(self.law.mean) ** 2
        infinite = np.where(np.isinf(self.mean), np.inf, total)
        return released(np.where(np.asarray(self.times) > 0.0, infinite, 0.0))

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 where the mean is 0."""
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, np.asarray(self.var) / mean**2))

    @property
    def abscissa(self) -> Real:
        """The law's; infinite where times is 0."""
        return released(np.where(np.asarray(self.times) > 0.0, self.law.abscissa, np.inf))

    @property
    def atoms(self) -> Atoms:
        """Sums of atoms."""
        return atoms_of(self._copies())

    @property
    def smooth(self) -> bool:
        """Whether the law is."""
        return self.law.smooth

    def _copies(self) -> tuple[Piece, ...]:
        """For each number of copies that occurs, that many copies with its probability."""
        n, f = self._split
        numbers = np.unique(np.concatenate([np.ravel(n), np.ravel(n + 1.0)[np.ravel(f) > 0.0]]))
        pieces: list[Piece] = []
        for number in numbers:
            mass = np.where(n == number, 1.0 - f, 0.0) + np.where(n + 1.0 == number, f, 0.0)
            one = self.law.pieces()
            pieces += [piece.thinned(mass) for piece in together([one] * int(number))]
        return collected(pieces)

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth, else each number of copies that occurs."""
        if self.smooth:
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        return self._copies()

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once: exact for at most one copy, sums of gamma laws and constants; else by inversion."""
        if (
            self.smooth
            and not isinstance(self.law, Exponential | GammaForms)
            and np.any(np.asarray(self.times) > 1.0)
        ):
            tail, density = smooth_tail_and_density(self, t)
        else:
            tail, density = tail_and_density(self._copies(), Sum, t, self.shape)
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        n, f = self._split
        number = n + (rng.random(size) < f)
        total = np.zeros(size)
        for done in range(int(np.max(number, initial=0.0))):
            total = total + np.where(number > done, self.law.sample(size, rng), 0.0)
        return total

    def _power(self, s: Any) -> tuple[Any, Any, Any]:
        """(L^n, C_n = 1 - L^n, H_n = sum_{j<n} (1 - L^j)) by repeated squaring.

        C_(a+b) = C_a + L^a C_b and H_(a+b) = H_a + b C_a + L^a H_b: sums of like terms, so nothing cancels at small s.
        """
        rest = np.asarray(self._split[0], dtype=np.int64)
        one = (self.law.lst(s), self.law.lst_complement(s), 0.0)
        power: tuple[Any, Any, Any] = (np.ones(()), np.zeros(()), np.zeros(()))
        copies = 1
        while np.any(rest > 0):
            odd = rest % 2 == 1
            taken = _joined(power, one, copies)
            power = tuple(np.where(odd, new, old) for new, old in zip(taken, power, strict=True))
            one = _joined(one, one, copies)
            copies *= 2
            rest = rest // 2
        return power

    def _lst(self, s: Any) -> Any:
        _, f = self._split
        return self._power(s)[0] * (1.0 - f * self.law.lst_complement(s))

    def _lst_complement(self, s: Any) -> Any:
        _, f = self._split
        power, missing, _ = self._power(s)
        return missing + power * f * self.law.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        """e (sum_{j<n} L^j + f L^n) / times."""
        n, f = self._split
        power, _, lost = self._power(s)
        safe, none = self._safe_times
        return np.where(none, 1.0, self.law.excess_lst(s) * (n - lost + f * power) / safe)

    def _excess_complement(self, s: Any) -> Any:
        """d + e (sum_{j<n} (1 - L^j) + f (1 - L^n)) / times."""
        _, f = self._split
        _, missing, lost = self._power(s)
        safe, none = self._safe_times
        d = self.law.excess_complement(s)
        return np.where(none, 0.0, d + (1.0 - d) * (lost + f * missing) / safe)

    @property
    def _safe_times(self) -> tuple[Any, Any]:
        none = np.asarray(self.times) == 0.0
        return np.where(none, 1.0, self.times), none


def _joined(a: tuple[Any, Any, Any], b: tuple[Any, Any, Any], copies: int) -> tuple[Any, Any, Any]:
    """Powers of `a` and of `b`, which has that many copies, as powers of their sum."""
    return a[0] * b[0], a[1] + a[0] * b[1], a[2] + copies * a[1] + a[0] * b[2]
