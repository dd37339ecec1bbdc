"""One station of a network that is not product form, solved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station import Station

__all__ = ["GeneralStation"]

_STEPS = 60
_CLOSE = 1e-12


@dataclass(frozen=True, kw_only=True)
class GeneralStation:
    """G/G/c in a network. Its wait has the law of M/G/c with as long a mean wait.

    For one server that is the compound geometric law of M/G/1 with P(W > 0) = E[W] / (E[W] + E[S^2] / (2 E[S])), exact
    for M/G/1 and for G/M/1.

    Attributes:
        template: servers and service.
        arrival_rate: lambda [1/s].
        mean_wait: E[W] [s]; inf without a steady state.
        arrival_dispersion: the variability of the arrivals as the line sees it, 1 for Poisson.
    """

    template: Station
    arrival_rate: float
    mean_wait: float
    arrival_dispersion: float

    @property
    def servers(self) -> float:
        """c; inf for a server for everybody."""
        return float(np.asarray(self.template.servers))

    @cached_property
    def _plain(self) -> Any:
        """The station as if its arrivals were Poisson."""
        return self.template.at(arrival_rate=self.arrival_rate)

    @property
    def kendall(self) -> str:
        """G/G/c."""
        return "G/G/c"

    @property
    def stable(self) -> bool:
        """Whether there is a steady state."""
        return bool(self._plain.stable)

    @property
    def utilisation(self) -> float:
        """rho = lambda m / c."""
        return float(self._plain.utilisation)

    @property
    def offered_load(self) -> float:
        """a = lambda m [erlang]."""
        return float(self._plain.offered_load)

    @property
    def mean_sojourn(self) -> float:
        """E[W] + E[S] [s]."""
        return self.mean_wait + self.mean_service

    @property
    def mean_service(self) -> float:
        """E[S] [s]."""
        return float(np.asarray(service_of(self.template).mean))

    @property
    def mean_queue_length(self) -> float:
        """Waiting, by Little's law."""
        return self.arrival_rate * self.mean_wait if self.arrival_rate > 0.0 else 0.0

    @property
    def mean_in_system(self) -> float:
        """Waiting and in service, by Little's law."""
        return self.arrival_rate * self.mean_sojourn if self.arrival_rate > 0.0 else 0.0

    @cached_property
    def equivalent(self) -> Any:
        """The station with Poisson arrivals that has the same mean wait."""
        return equivalent(self.template, self.arrival_rate, self.mean_wait)

    @property
    def delay_probability(self) -> float:
        """P(W > 0), that of the fitted law."""
        return float(self.equivalent.delay_probability)

    @property
    def wait(self) -> Law:
        """The law of the wait."""
        law: Law = self.equivalent.wait
        return law

    @property
    def sojourn(self) -> Law:
        """The law of wait and service."""
        return sojourn_of(self.template, self.equivalent)


def sojourn_of(template: Station, queue: Any) -> Law:
    """The sojourn of a station at some rate; the bare service where nobody waits."""
    law: Law = queue.sojourn
    return service_of(template) if queue.mean_wait == 0.0 else law


def service_of(template: Station) -> Law:
    """The law of a service, in seconds."""
    from queuecalc.law import Exponential

    return template.service or Exponential(mean=1.0 / float(np.asarray(template.service_rate)))


def equivalent(template: Station, arrival_rate: float, mean_wait: float) -> Any:
    """The station with Poisson arrivals and a mean wait: a rate is found for it."""
    if template.unlimited or math.isinf(mean_wait):
        return template.at(arrival_rate=arrival_rate)
    service, servers = service_of(template), int(np.asarray(template.servers))
    m = float(np.asarray(service.mean))
    if mean_wait == 0.0:
        return template.at(arrival_rate=0.0)
    if servers == 1:
        excess = float(np.asarray(service.excess_mean))
        return template.at(arrival_rate=mean_wait / (mean_wait + excess) / m)
    as_it_is = template.at(arrival_rate=arrival_rate)
    if abs(float(as_it_is.mean_wait) / mean_wait - 1.0) < _CLOSE:
        return as_it_is
    low, high = 0.0, 1.0  # of rho; the wait rises with it
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        longer = float(template.at(arrival_rate=middle * servers / m).mean_wait) > mean_wait
        low, high = (low, middle) if longer else (middle, high)
    return template.at(arrival_rate=low * servers / m)
