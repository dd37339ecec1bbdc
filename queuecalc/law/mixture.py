"""Mixtures: one of several laws, chosen at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.law.pieces import Piece, collected

__all__ = ["Mixture"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Mixture(Law):
    """With probability weights[i] a time of laws[i]: sf = sum_i w_i sf_i, lst = sum_i w_i lst_i.

    Attributes:
        weights: probabilities that add to one: one for each law, each a float or an array of the batch shape.
        laws: the laws, at least one.

    Raises:
        InvalidInput: no law, not a law, as many weights as laws not given, a weight below 0, weights that do not add
            to 1 within 1e-9.
    """

    weights: Any
    laws: tuple[Law, ...]

    def __post_init__(self) -> None:
        laws = tuple(self.laws)
        if not laws or not all(isinstance(law, Law) for law in laws):
            raise InvalidInput(f"Mixture: laws = {self.laws!r}; expected at least one law")
        weights = tuple(nonnegative("Mixture", "weights", weight) for weight in self.weights)
        if len(weights) != len(laws):
            raise InvalidInput(f"Mixture: {len(weights)} weights for {len(laws)} laws; expected one for each")
        broadcast("Mixture", **{f"weights[{i}]": weight for i, weight in enumerate(weights)})
        total = np.asarray(sum(weights))
        if np.any(np.abs(total - 1.0) > 1e-9):
            worst = total.flat[np.argmax(np.abs(total - 1.0))]
            raise InvalidInput(f"Mixture: weights add to {float(worst)!r}; expected 1")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "laws", laws)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(*(np.shape(w) for w in self.weights), *(law.shape for law in self.laws))

    @property
    def _pairs(self) -> tuple[tuple[Any, Law], ...]:
        return tuple(zip(self.weights, self.laws, strict=True))

    @property
    def mean(self) -> Real:
        """sum_i w_i mean_i."""
        return self._spread(sum(w * np.asarray(law.mean) for w, law in self._pairs))

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 where the mean is 0."""
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, np.asarray(self.var) / mean**2))

    @property
    def var(self) -> Real:
        """Within plus between: sum_i w_i (var_i + (mean_i - mean)^2)."""
        mean = np.asarray(self.mean)
        parts = (w * (np.asarray(law.var) + (np.asarray(law.mean) - mean) ** 2) for w, law in self._pairs)
        with np.errstate(invalid="ignore"):
            total = np.asarray(sum(parts))
        return self._spread(np.where(np.isinf(mean), np.inf, total))

    def _spread(self, values: Any) -> Real:
        return released(np.broadcast_to(values, self.shape))

    @property
    def abscissa(self) -> Real:
        """The least of the laws that have a weight."""
        parts = (np.where(np.asarray(w) > 0.0, law.abscissa, np.inf) for w, law in self._pairs)
        return self._spread(np.minimum.reduce([np.broadcast_to(part, self.shape) for part in parts]))

    @property
    def atoms(self) -> Atoms:
        """Those of the laws, weighted."""
        return tuple(
            (where, released(np.asarray(w) * mass)) for w, law in self._pairs for where, mass in law.atoms
        )

    @property
    def smooth(self) -> bool:
        """Whether every law with a weight is."""
        return all(law.smooth or not np.any(w) for w, law in self._pairs)

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth, else the weighted pieces of its laws."""
        if self.smooth:
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        return collected(piece.thinned(w) for w, law in self._pairs for piece in law.pieces())

    def _sf(self, t: Any) -> Any:
        return sum(w * np.asarray(law.sf(t)) for w, law in self._pairs)

    def _cdf(self, t: Any) -> Any:
        return sum(w * np.asarray(law.cdf(t)) for w, law in self._pairs)

    def _pdf(self, t: Any) -> Any:
        return sum(w * np.asarray(law.pdf(t)) for w, law in self._pairs)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        parts = [(w, *law.tail_and_density(t)) for w, law in self._pairs]
        tail = sum(w * np.asarray(tail) for w, tail, _ in parts)
        return released(tail), released(sum(w * np.asarray(density) for w, _, density in parts))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        chosen = rng.random(size)
        out = np.zeros(size)
        upper = np.zeros(())
        for i, (w, law) in enumerate(self._pairs):
            lower, upper = upper, upper + w
            last = i == len(self.laws) - 1
            taken = (chosen >= lower) & ((chosen < upper) | last)
            out = np.where(taken, law.sample(size, rng), out)
        return out

    def _lst(self, s: Any) -> Any:
        return sum(w * law.lst(s) for w, law in self._pairs)

    def _lst_complement(self, s: Any) -> Any:
        return sum(w * law.lst_complement(s) for w, law in self._pairs)

    def _excess_lst(self, s: Any) -> Any:
        return sum(share * law.excess_lst(s) for share, law in self._shares)

    def _excess_complement(self, s: Any) -> Any:
        return sum(share * law.excess_complement(s) for share, law in self._shares)

    @property
    def _shares(self) -> list[tuple[Any, Law]]:
        """Each law's share of the mean, w_i mean_i / mean."""
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            return [(np.where(mean > 0.0, w * np.asarray(law.mean) / mean, w), law) for w, law in self._pairs]
