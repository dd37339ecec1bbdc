"""Zero, or exponential: the wait of M/M/c, and (never zero) the sojourn of M/M/1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released

__all__ = ["DelayedExponential"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DelayedExponential(Law):
    """P(W > t) = delay exp(-t / relief); lst 1 - delay + delay / (1 + relief s).

    Attributes:
        delay: P(W > 0).
        relief: mean of W when it is not 0, in seconds; inf makes W infinite (sf = 1, lst = 0).
    """

    delay: Real
    relief: Real

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of both."""
        return np.broadcast_shapes(np.shape(self.delay), np.shape(self.relief))

    @property
    def _infinite(self) -> Any:
        return np.isinf(np.asarray(self.relief))

    @property
    def mean(self) -> Real:
        """Delay times relief."""
        return released(np.asarray(self.delay * np.asarray(self.relief)))

    @property
    def var(self) -> Real:
        """delay (2 - delay) relief^2."""
        return released(np.asarray(self.delay * (2.0 - np.asarray(self.delay)) * np.square(self.relief)))

    @property
    def scv(self) -> Real:
        """(2 - delay) / delay; 0 where nobody waits, inf where W is infinite."""
        delay, mean = np.broadcast_arrays(np.asarray(self.delay), np.asarray(self.mean))
        with np.errstate(divide="ignore"):
            ratio = np.where(np.isinf(mean), np.inf, (2.0 - delay) / delay)
        return released(np.where(mean == 0.0, 0.0, ratio))

    @property
    def abscissa(self) -> Real:
        """1 / relief; inf where nobody waits."""
        with np.errstate(divide="ignore"):
            rate = 1.0 / np.asarray(self.relief)
        return released(np.where(np.asarray(self.mean) == 0.0, np.inf, rate))

    @property
    def atoms(self) -> Atoms:
        """The point 0, with mass 1 - delay."""
        if np.all(np.asarray(self.delay) == 1.0):
            return ()
        free = 1.0 - np.asarray(self.delay)
        return ((released(np.zeros(self.shape)), released(np.broadcast_to(free, self.shape))),)

    @property
    def _safe(self) -> Any:
        relief = np.asarray(self.relief)
        return np.where((relief > 0.0) & np.isfinite(relief), relief, 1.0)

    def _sf(self, t: Any) -> Any:
        gone = np.where(np.asarray(self.relief) == 0.0, 0.0, self.delay * np.exp(-t / self._safe))
        return np.where(self._infinite, 1.0, gone)

    def _cdf(self, t: Any) -> Any:
        delay = np.asarray(self.delay)
        there = 1.0 - delay - delay * np.expm1(-t / self._safe)
        return np.where(self._infinite, 0.0, np.where(np.asarray(self.relief) == 0.0, 1.0, there))

    def _pdf(self, t: Any) -> Any:
        none = self._infinite | (np.asarray(self.relief) == 0.0)
        return np.where(none, 0.0, self.delay * np.exp(-t / self._safe) / self._safe)

    def _isf(self, q: Any) -> Any:
        waits = np.asarray(self.delay) * (np.asarray(self.relief) > 0.0)
        with np.errstate(divide="ignore"):
            t = self._safe * np.log(np.where(q < waits, waits / q, 1.0))
        return np.where(self._infinite, np.where(q < 1.0, np.inf, 0.0), t)

    def _ppf(self, q: Any) -> Any:
        delay = np.asarray(self.delay)
        waits = (q > 1.0 - delay) & (np.asarray(self.relief) > 0.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            t = -self._safe * np.log1p(-(q - (1.0 - delay)) / np.where(delay > 0.0, delay, 1.0))
        return np.where(self._infinite, np.where(q > 0.0, np.inf, 0.0), np.where(waits, t, 0.0))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        waits = rng.random(size) < self.delay
        return np.where(
            self._infinite, np.inf, np.where(waits, self._safe * rng.standard_exponential(size), 0.0)
        )

    def _lst(self, s: Any) -> Any:
        delay = np.asarray(self.delay)
        return np.where(self._infinite, 0.0, 1.0 - delay + delay / (1.0 + self._finite * s))

    def _lst_complement(self, s: Any) -> Any:
        x = self._finite * s
        return np.where(self._infinite, 1.0, self.delay * x / (1.0 + x))

    def _excess_lst(self, s: Any) -> Any:
        return np.where(self._infinite, 0.0, 1.0 / (1.0 + self._finite * s))

    def _excess_complement(self, s: Any) -> Any:
        x = self._finite * s
        return np.where(self._infinite, 1.0, x / (1.0 + x))

    @property
    def _finite(self) -> Any:
        return np.where(self._infinite, 0.0, self.relief)
