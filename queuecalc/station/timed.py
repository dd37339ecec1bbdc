"""What laws share that know their survival function and their density at a time together."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of

__all__ = ["ThenExponential", "Timed"]


class Timed(Law):
    """A law with P(T > t) and its density from one piece of work, and the excess from the transform."""

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the positive part."""
        time = np.asarray(t, dtype=np.float64)
        tail, density = self._both(np.maximum(time, 0.0))
        return released(np.where(time < 0.0, 1.0, tail)), released(np.where(time < 0.0, 0.0, density))

    @abstractmethod
    def _both(self, t: Any) -> tuple[Any, Any]:
        """The same at times t >= 0, as arrays."""

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    @property
    def scv(self) -> Real:
        """var / mean^2; 0 where nobody waits."""
        return scv_of(self.mean, self.var)

    def _lst(self, s: Any) -> Any:
        return 1.0 - self._lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.asarray(self.mean)
        none = (s == 0.0) | (mean < 1e-290)
        return np.where(none, 1.0, self._lst_complement(s) / np.where(none, 1.0, s * mean))

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)


class ThenExponential(Timed):
    """T = W + S, W of `wait` and S independent and exponential with the service rate of `wait`, the slower of both."""

    wait: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the wait."""
        shape: tuple[int, ...] = self.wait.shape
        return shape

    @property
    def mean(self) -> Real:
        """E[W] + 1 / mu."""
        return released(np.asarray(self.wait.mean) + 1.0 / np.asarray(self.wait.service_rate))

    @property
    def var(self) -> Real:
        """Var W + 1 / mu^2."""
        return released(np.asarray(self.wait.var) + 1.0 / np.square(self.wait.service_rate))

    @property
    def abscissa(self) -> Real:
        """The service rate."""
        return released(np.broadcast_to(np.asarray(self.wait.service_rate), self.shape))

    def _lst(self, s: Any) -> Any:
        return self.wait.lst(s) / (1.0 + s / np.asarray(self.wait.service_rate))

    def _lst_complement(self, s: Any) -> Any:
        y = s / np.asarray(self.wait.service_rate)
        return (self.wait.lst_complement(s) + y) / (1.0 + y)
