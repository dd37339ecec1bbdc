"""G/M/1: any times between arrivals, exponential service, one server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, positive
from queuecalc.station.arrivals import interarrival_law
from queuecalc.station.gmc import RenewalQueue

__all__ = ["GM1"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GM1(RenewalQueue):
    """G/M/1: independent times between arrivals of any law, exponential service, one server. Exact.

    sigma in (0, 1) solves sigma = A*(mu (1 - sigma)); an arrival waits with probability sigma, and
    P(W > t) = sigma exp(-mu (1 - sigma) t). Lengths are averages over time: the server is busy the share rho.

    Attributes:
        interarrival: law of the time between arrivals, in seconds, with a mean > 0.
        service_rate: mu > 0, in 1/s.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kleinrock 1975, eqs. (6.28) to (6.30).

    >>> from queuecalc.law import Deterministic
    >>> round(GM1(interarrival=Deterministic(mean=1.25), service_rate=1.0).delay_probability, 6)
    0.62863
    """

    interarrival: Law
    service_rate: Real

    kendall: ClassVar[str] = "G/M/1"
    formula: ClassVar[str] = "P(W > t) = sigma exp(-mu (1 - sigma) t), sigma = A*(mu (1 - sigma))"
    statement: ClassVar[Statement] = STATEMENTS["renewal-arrivals"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "interarrival", interarrival_law("GM1", self.interarrival))
        object.__setattr__(self, "service_rate", positive("GM1", "service_rate", self.service_rate))
        broadcast("GM1", interarrival=np.empty(self.interarrival.shape), service_rate=self.service_rate)
