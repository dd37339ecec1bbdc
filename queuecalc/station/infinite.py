"""M/M/inf and M/G/inf: a server for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import Statement
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.station.argument import service_law
from queuecalc.station.base import Queue
from queuecalc.station.statements import INFINITE_SERVERS

__all__ = ["MGInf", "MMInf"]


class _Infinite(Queue):
    """Nobody waits; the number in the system is Poisson with mean a, whatever the service law (Palm 1943)."""

    arrival_rate: Real
    statement: ClassVar[Statement] = INFINITE_SERVERS

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _offered(self) -> Any:
        return np.asarray(self.arrival_rate) * self._mean_service

    @property
    def _rho(self) -> Any:
        return 0.0

    @property
    def _through(self) -> Any:
        return np.asarray(self.arrival_rate)

    @property
    def _delay(self) -> Any:
        return 0.0

    @property
    def _mean_wait(self) -> Any:
        return np.zeros(self.shape)

    @property
    def wait(self) -> Law:
        """Zero."""
        return Deterministic(mean=released(np.zeros(self.shape)))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMInf(_Infinite):
    """M/M/inf: Poisson arrivals, exponential service, servers without limit. Exact.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0, in 1/s.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kleinrock 1975, section 3.4.

    >>> MMInf(arrival_rate=3.0, service_rate=2.0).mean_in_system
    1.5
    """

    arrival_rate: Real
    service_rate: Real

    kendall: ClassVar[str] = "M/M/inf"
    formula: ClassVar[str] = "E[N] = lambda / mu, T = S"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MMInf", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MMInf", "service_rate", self.service_rate))
        broadcast("MMInf", arrival_rate=self.arrival_rate, service_rate=self.service_rate)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(np.shape(self.arrival_rate), np.shape(self.service_rate))

    @property
    def _mean_service(self) -> Any:
        return 1.0 / np.asarray(self.service_rate)

    @property
    def sojourn(self) -> Law:
        """Exponential with rate mu."""
        return Exponential(mean=self._real(self._mean_service))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MGInf(_Infinite):
    """M/G/inf: Poisson arrivals, any service law, servers without limit. Exact.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time, in seconds.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Palm 1943; Takacs 1962, chapter 3.
    """

    arrival_rate: Real
    service: Law

    kendall: ClassVar[str] = "M/G/inf"
    formula: ClassVar[str] = "E[N] = lambda E[S], T = S"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MGInf", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service", service_law("MGInf", self.service))
        broadcast("MGInf", arrival_rate=self.arrival_rate, service=np.empty(self.service.shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(np.shape(self.arrival_rate), self.service.shape)

    @property
    def _mean_service(self) -> Any:
        return np.asarray(self.service.mean)

    @property
    def sojourn(self) -> Law:
        """The service law itself."""
        return self.service
