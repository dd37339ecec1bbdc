"""A constant and an independent time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law import forms
from queuecalc.law.base import Atoms, Law
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.law.pieces import Piece, constants
from queuecalc.law.sum import Sum

__all__ = ["Shifted"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shifted(Law):
    """by + T for a time T of `law`: lst exp(-by s) lst(s). Survival and quantiles are those of the law, moved.

    Attributes:
        law: the law of T.
        by: the constant >= 0, in seconds, or an array that broadcasts against the law.

    Raises:
        InvalidInput: not a law, or by not a finite number >= 0.
    """

    law: Law
    by: Real

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"Shifted: law = {self.law!r}; expected a law")
        object.__setattr__(self, "by", nonnegative("Shifted", "by", self.by))
        broadcast("Shifted", law=np.empty(self.law.shape), by=self.by)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.by))

    @property
    def mean(self) -> Real:
        """by plus the law's."""
        return released(self.by + np.asarray(self.law.mean))

    @property
    def var(self) -> Real:
        """The law's."""
        return released(np.broadcast_to(self.law.var, self.shape))

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation; 0 where the mean is 0."""
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            return released(np.where(mean == 0.0, 0.0, np.asarray(self.var) / mean**2))

    @property
    def abscissa(self) -> Real:
        """The law's."""
        return released(np.broadcast_to(self.law.abscissa, self.shape))

    @property
    def atoms(self) -> Atoms:
        """Those of the law, moved."""
        return tuple((released(self.by + np.asarray(where)), mass) for where, mass in self.law.atoms)

    @property
    def smooth(self) -> bool:
        """Only where nothing is added to a smooth law."""
        return self.law.smooth and not np.any(self.by)

    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of the law, moved."""
        return tuple(constants(self.by).plus(piece) for piece in self.law.pieces())

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; atoms are compared where they have moved to."""
        if self.law.atoms:
            tail, density = tail_and_density(self.pieces(), Sum, t, self.shape)
            return released(tail), released(density)
        return self.law.tail_and_density(np.asarray(t, dtype=np.float64) - self.by)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0] if self.law.atoms else self.law.sf(t - self.by))

    def _cdf(self, t: Any) -> Any:
        return 1.0 - self._sf(t) if self.law.atoms else np.asarray(self.law.cdf(t - self.by))

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.law.pdf(t - self.by))

    def _isf(self, q: Any) -> Any:
        return np.where(q >= 1.0, 0.0, self.by + np.asarray(self.law.isf(q)))

    def _ppf(self, q: Any) -> Any:
        return np.where(q <= 0.0, 0.0, self.by + np.asarray(self.law.ppf(q)))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.by + np.asarray(self.law.sample(size, rng))

    def _lst(self, s: Any) -> Any:
        return np.exp(-self.by * s) * self.law.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        c = forms.exp_complement(np.asarray(self.by * s))
        return c + (1.0 - c) * self.law.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        share = self._share
        late = np.exp(-self.by * s) * self.law.excess_lst(s)
        return share * forms.exp_excess(np.asarray(self.by * s)) + (1.0 - share) * late

    def _excess_complement(self, s: Any) -> Any:
        z, share = np.asarray(self.by * s), self._share
        d = self.law.excess_complement(s)
        late = d + (1.0 - d) * forms.exp_complement(z)
        return share * forms.exp_excess_complement(z) + (1.0 - share) * late

    @property
    def _share(self) -> Any:
        """What the constant has of the mean."""
        mean = np.asarray(self.mean)
        return np.where(mean > 0.0, self.by / np.where(mean > 0.0, mean, 1.0), 1.0)
