"""A law where there is a steady state, infinite elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released

__all__ = ["WhereSteady"]


@dataclass(frozen=True, eq=False, repr=False)
class WhereSteady(Law):
    """A law, made infinite (sf = 1, lst = 0) in the elements of a batch that have no steady state.

    Attributes:
        law: the law.
        steady: bools of the batch shape.
    """

    law: Law
    steady: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The common batch shape."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.steady))

    def _kept(self, values: Any, other: float) -> Any:
        return np.where(self.steady, values, other)

    @property
    def mean(self) -> Real:
        """That of the law, or inf."""
        return released(self._kept(self.law.mean, np.inf))

    @property
    def var(self) -> Real:
        """That of the law, or inf."""
        return released(self._kept(self.law.var, np.inf))

    @property
    def scv(self) -> Real:
        """That of the law, or inf."""
        with np.errstate(invalid="ignore"):
            return released(self._kept(self.law.scv, np.inf))

    @property
    def abscissa(self) -> Real:
        """That of the law, or 0."""
        return released(self._kept(self.law.abscissa, 0.0))

    @property
    def atoms(self) -> Atoms:
        """Those of the law."""
        return tuple((x, released(self._kept(mass, 0.0))) for x, mass in self.law.atoms)

    @property
    def smooth(self) -> bool:
        """Whether the law is."""
        return self.law.smooth

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        tail, density = self.law.tail_and_density(t)
        return released(self._kept(tail, 1.0)), released(self._kept(density, 0.0))

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _lst(self, s: Any) -> Any:
        return self._kept(self.law.lst(s), 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return self._kept(self.law.lst_complement(s), 1.0)

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return self._kept(self.law.excess_lst(s), 0.0)

    def _excess_complement(self, s: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return self._kept(self.law.excess_complement(s), 1.0)
