"""M/G/inf: any service law, a server for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, nonnegative
from queuecalc.law.sum import Sum
from queuecalc.station.argument import service_law
from queuecalc.station.infinite import Infinite

__all__ = ["MGInf"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MGInf(Infinite):
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
        """The service law itself, for each element of the batch."""
        if self.service.shape == self.shape:
            return self.service
        return Sum(laws=(self.wait, self.service))
