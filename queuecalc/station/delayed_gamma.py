"""Zero, or a gamma time: what two moments say of a wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Atoms, Law
from queuecalc.law.gamma import Gamma
from queuecalc.law.parameter import Real, released

__all__ = ["DelayedGamma"]


@dataclass(frozen=True, eq=False, repr=False)
class DelayedGamma(Law):
    """P(W > t) = delay P(D > t), D a gamma time.

    Attributes:
        delay: P(W > 0).
        relief: mean of D, in seconds; 0 makes W 0, inf makes it infinite (sf = 1, lst = 0).
        spread: SCV of D, > 0.
    """

    delay: Real
    relief: Real
    spread: Real

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the parameters."""
        return np.broadcast_shapes(*(np.shape(x) for x in (self.delay, self.relief, self.spread)))

    @property
    def _infinite(self) -> Any:
        return np.isinf(np.asarray(self.relief))

    @property
    def _some(self) -> Any:
        return (np.asarray(self.relief) > 0.0) & ~self._infinite & (np.asarray(self.delay) > 0.0)

    @property
    def _waits(self) -> Gamma:
        """D; anything where nobody waits or W is infinite."""
        relief = np.broadcast_to(np.where(self._some, self.relief, 1.0), self.shape)
        return Gamma(
            mean=released(relief), scv=released(np.broadcast_to(np.asarray(self.spread), self.shape))
        )

    def _mixed(self, values: Any, none: float, infinite: float) -> Any:
        return np.where(self._infinite, infinite, np.where(self._some, values, none))

    @property
    def mean(self) -> Real:
        """Delay times relief."""
        with np.errstate(invalid="ignore"):
            return released(self._mixed(self.delay * np.asarray(self.relief), 0.0, np.inf))

    @property
    def var(self) -> Real:
        """delay (1 + spread - delay) relief^2."""
        with np.errstate(invalid="ignore"):
            second = (1.0 + np.asarray(self.spread) - self.delay) * np.square(self.relief)
            return released(self._mixed(self.delay * second, 0.0, np.inf))

    @property
    def scv(self) -> Real:
        """(1 + spread) / delay - 1; 0 where nobody waits, inf where W is infinite."""
        delay = np.where(np.asarray(self.delay) > 0.0, self.delay, 1.0)
        return released(self._mixed((1.0 + np.asarray(self.spread)) / delay - 1.0, 0.0, np.inf))

    @property
    def abscissa(self) -> Real:
        """That of D; inf where nobody waits, 0 where W is infinite."""
        return released(self._mixed(self._waits.abscissa, np.inf, 0.0))

    @property
    def atoms(self) -> Atoms:
        """The point 0, with mass 1 - delay."""
        free = self._mixed(1.0 - np.asarray(self.delay), 1.0, 0.0)
        return ((released(np.zeros(self.shape)), released(free)),)

    def _sf(self, t: Any) -> Any:
        return self._mixed(self.delay * np.asarray(self._waits.sf(t)), 0.0, 1.0)

    def _pdf(self, t: Any) -> Any:
        return self._mixed(self.delay * np.asarray(self._waits.pdf(t)), 0.0, 0.0)

    def _isf(self, q: Any) -> Any:
        delay = np.where(self._some, self.delay, 1.0)
        inside = q < delay
        t = np.asarray(self._waits.isf(np.where(inside, np.minimum(q / delay, 1.0), 1.0)))
        return np.where(self._infinite, np.where(q < 1.0, np.inf, 0.0), np.where(self._some & inside, t, 0.0))

    def _lst(self, s: Any) -> Any:
        return self._mixed(1.0 - self.delay * self._waits.lst_complement(s), 1.0, 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return self._mixed(self.delay * self._waits.lst_complement(s), 0.0, 1.0)

    def _excess_lst(self, s: Any) -> Any:
        return self._mixed(self._waits.excess_lst(s), 1.0, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return self._mixed(self._waits.excess_complement(s), 0.0, 1.0)
