"""M/M/1: exponential service, one server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.markovian import Markovian
from queuecalc.station.offered import Load

__all__ = ["MM1"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MM1(Markovian):
    """M/M/1: Poisson arrivals, exponential service, one server.

    rho = lambda / mu, P(W > t) = rho exp(-(mu - lambda) t), P(T > t) = exp(-(mu - lambda) t). Exact.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0, in 1/s.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kleinrock 1975, section 3.2.

    >>> MM1(arrival_rate=3.0, service_rate=4.0).mean_sojourn
    1.0
    """

    arrival_rate: Real
    service_rate: Real

    kendall: ClassVar[str] = "M/M/1"
    formula: ClassVar[str] = "E[T] = 1 / (mu - lambda)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MM1", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MM1", "service_rate", self.service_rate))
        broadcast("MM1", arrival_rate=self.arrival_rate, service_rate=self.service_rate)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, 1.0)

    @property
    def _delay(self) -> Any:
        return np.where(self._load.stable, self._load.utilisation, 1.0)

    @property
    def mean_sojourn(self) -> Real:
        """E[T] = 1 / (mu - lambda), in seconds."""
        return self._real(self._relief)

    @property
    def sojourn(self) -> Law:
        """Exponential with rate mu - lambda."""
        return DelayedExponential(released(np.ones(self.shape)), self._real(self._relief))
