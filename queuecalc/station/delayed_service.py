"""The stay of those who have to wait, as a law of its own: conditional wait and service together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.sum import Sum
from queuecalc.law.variation import scv_of
from queuecalc.station.queue_wait import SHORTEST, QueueWait
from queuecalc.station.smoothness import looseness, without_kinks
from queuecalc.transform.saddle_point import Transforms, inverted

__all__ = ["DelayedService"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DelayedService(Law):
    """D + X with D = (W | W > 0) and independent X; lst D* X*. The wait must have a steady state.

    Its density has no jumps, whatever X is; it may have kinks.

    Attributes:
        wait: the law of W.
        rest: the law of X, without constants.
    """

    inverted: ClassVar[bool] = True
    unbroken: ClassVar[bool] = True

    wait: QueueWait
    rest: Law

    @property
    def shape(self) -> tuple[int, ...]:
        """The common batch shape."""
        return np.broadcast_shapes(self.wait.shape, self.rest.shape)

    @property
    def _delay(self) -> Any:
        delay = np.asarray(self.wait.delay)
        return np.where(delay > 0.0, delay, 1.0)

    @property
    def _conditional_mean(self) -> Any:
        return np.asarray(self.wait.mean) / self._delay

    @property
    def mean(self) -> Real:
        """E[W] / P(W > 0) + E[X]."""
        return released(self._conditional_mean + np.asarray(self.rest.mean))

    @property
    def var(self) -> Real:
        """Var D + var X."""
        mean = np.asarray(self.wait.mean)
        second = (np.asarray(self.wait.var) + mean**2) / self._delay
        return released(second - self._conditional_mean**2 + np.asarray(self.rest.var))

    @property
    def scv(self) -> Real:
        """var / mean^2."""
        return scv_of(self.mean, self.var)

    @property
    def abscissa(self) -> Real:
        """The smaller of both."""
        return released(np.minimum(self.wait.abscissa, self.rest.abscissa))

    @property
    def smooth(self) -> bool:
        """Whether X is."""
        return self.rest.smooth

    def _transforms(self, s: Any) -> tuple[Any, Any]:
        left, value = self.wait.waiting.delayed(s)
        other = self.rest.lst_complement(s)
        return (left + value * other) / np.where(s == 0.0, 1e-300, s), value * (1.0 - other)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) from one set of transform values."""
        tail, density = self._both(np.asarray(t, dtype=np.float64))
        return released(tail), released(density)

    def _both(self, t: Any) -> tuple[Any, Any]:
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        scale = np.asarray(self.mean)
        inside = (time > 0.0) & np.isfinite(time)
        near = np.maximum(np.where(inside, time, scale), SHORTEST * scale)
        limit = np.minimum(self.wait.leftmost, np.asarray(self.rest.abscissa))
        transforms: Transforms = self._transforms
        tail, density = inverted(
            transforms,
            near,
            limit,
            part=None if self.shape else lambda _: transforms,
            smooth=without_kinks(self.rest),
            slack=looseness(self.rest),
        )
        tail = np.where(inside, np.clip(tail, 0.0, 1.0), np.where(time > 0.0, 0.0, 1.0))
        return tail, np.where(inside, np.maximum(density, 0.0), 0.0)

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    # -- transforms

    def _lst(self, s: Any) -> Any:
        return self.wait.waiting.delayed(s)[1] * self.rest.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        left, value = self.wait.waiting.delayed(s)
        return left + value * self.rest.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self._lst_complement(s) / (s * np.asarray(self.mean))
        return np.where(s == 0.0, 1.0, ratio)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        """By rejection of waits of 0."""
        wait = np.asarray(self.wait.sample(size, rng), dtype=np.float64)
        while np.any(wait == 0.0):
            again = np.asarray(self.wait.sample(size, rng))
            wait = np.where(wait == 0.0, again, wait)
        return wait + np.asarray(self.rest.sample(size, rng))


def joined(laws: tuple[Law, ...]) -> Law:
    """One law of several."""
    return laws[0] if len(laws) == 1 else Sum(laws=laws)
