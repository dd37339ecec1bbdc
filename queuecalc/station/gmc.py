"""G/M/c: any times between arrivals, exponential service, c servers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, positive, positive_integer, released
from queuecalc.law.scaled import Scaled
from queuecalc.station.arrivals import RenewalWait, interarrival_law
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.mmc_sojourn import MMcSojourn
from queuecalc.station.offered import Load, two_product
from queuecalc.station.unbounded import Unbounded

__all__ = ["GMc", "RenewalQueue"]

MOST_SERVERS = 1_000_000

SLOWEST = 1e-9


class RenewalQueue(Unbounded):
    """What G/M/1 and G/M/c share."""

    interarrival: Law
    service_rate: Real

    @property
    def arrival_rate(self) -> Real:
        """lambda = 1 / mean time between arrivals, in 1/s."""
        return released(1.0 / np.asarray(self.interarrival.mean))

    def faster(self, factor: npt.ArrayLike) -> RenewalQueue:
        """The station with times between arrivals divided by factor > 0, elementwise (from 1e-9 on)."""
        stretch = released(1.0 / np.maximum(np.asarray(factor, dtype=np.float64), SLOWEST))
        return replace(self, interarrival=Scaled(self.interarrival, stretch))  # type: ignore[type-var]

    @cached_property
    def _load(self) -> Load:
        mean = np.asarray(self.interarrival.mean)
        load = Load.by_rate(1.0 / mean, self.service_rate, self._servers)
        # 1 - rho = (c mu E[A] - 1) / (c mu E[A]) from the mean itself, not from its rounded inverse
        capacity, lost = two_product(load.servers, np.asarray(self.service_rate))
        most, remainder = two_product(capacity, mean)
        slack = ((most - 1.0) + (remainder + lost * mean)) / most
        with np.errstate(divide="ignore"):
            return replace(load, slack=slack, relief=1.0 / (capacity * slack))

    @property
    def _servers(self) -> Any:
        return 1

    @cached_property
    def _renewal(self) -> RenewalWait:
        return RenewalWait(self._load, self.interarrival, np.asarray(self.service_rate))

    @property
    def _delay(self) -> Any:
        return self._renewal.delay

    @property
    def _relief(self) -> Any:
        return np.where(self._load.stable, 1.0 / self._renewal.rate, np.inf)

    @property
    def _mean_wait(self) -> Any:
        return self._delay * self._relief

    @property
    def wait(self) -> DelayedExponential:
        """Zero, or exponential with rate c mu (1 - sigma)."""
        return DelayedExponential(self.delay_probability, self._real(self._relief))

    @property
    def sojourn(self) -> MMcSojourn:
        """The sum of the wait and an exponential service."""
        return MMcSojourn(self.service_rate, self.delay_probability, self._real(self._relief))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GMc(RenewalQueue):
    """G/M/c: independent times between arrivals of any law, exponential service, c servers. Exact.

    sigma in (0, 1) solves sigma = A*(c mu (1 - sigma)); P(W > t) = P(W > 0) exp(-c mu (1 - sigma) t). Wait, sojourn and
    delay probability are what arrivals see (`arrivals.py`); lengths are averages over time.

    Attributes:
        interarrival: law of the time between arrivals, in seconds, with a mean > 0.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c, whole, from 1 to a million.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Takacs 1962, chapter 2, theorem 3; Kleinrock 1975, eqs. (6.20) to (6.27).

    >>> from queuecalc.law import Deterministic
    >>> round(GMc(interarrival=Deterministic(mean=0.25), service_rate=1.0, servers=5).delay_probability, 6)
    0.361542
    """

    interarrival: Law
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "G/M/c"
    formula: ClassVar[str] = "P(W > t) = P(W > 0) exp(-c mu (1 - sigma) t), sigma = A*(c mu (1 - sigma))"
    statement: ClassVar[Statement] = STATEMENTS["renewal-arrivals"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "interarrival", interarrival_law("GMc", self.interarrival))
        object.__setattr__(self, "service_rate", positive("GMc", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("GMc", "servers", self.servers))
        if np.max(self.servers) > MOST_SERVERS:
            most = int(np.max(self.servers))
            raise InvalidInput(
                f"GMc: servers = {most}; expected at most {MOST_SERVERS:,} (a sum over all of them)"
            )
        broadcast(
            "GMc",
            interarrival=np.empty(self.interarrival.shape),
            service_rate=self.service_rate,
            servers=self.servers,
        )

    @property
    def _servers(self) -> Any:
        return self.servers
