"""M/M/inf: exponential service, a server for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive
from queuecalc.station.infinite import Infinite

__all__ = ["MMInf"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMInf(Infinite):
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
