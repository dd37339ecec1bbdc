"""What an arrival finds of the service under way, where at most so many customers are about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from queuecalc.law.base import Law

__all__ = ["Met", "Served"]

_SELDOM = 1e-9
"""In mean services: a customer away for longer than one over this finds the excess law."""

_NEAREST = 1e-8
"""In mean services: how far from its removable pole a transform is taken, so that half of the digits are left."""


class Served(Protocol):
    """The figures of a service law that a line of few customers needs."""

    @property
    def mean(self) -> Any:
        """E[S]."""

    @property
    def excess_mean(self) -> Any:
        """Mean of what is left when somebody comes."""

    def excess_lst(self, s: Any) -> Any:
        """E exp(-s R) of what is left."""


@dataclass(frozen=True, eq=False)
class Met:
    """What is left of a service when one of few customers comes.

    A customer who is away for an exponential time of rate nu comes at most once during a service that began without
    him; what he finds left is R = S - A given A < S, A exponential:

        E exp(-s R) = nu (S*(nu) - S*(s)) / ((s - nu) (1 - S*(nu))),

    the excess law for nu = 0, and S itself, whatever nu is, where S is exponential. Who comes back as soon as he has
    been served finds a service that has just begun, R = S.

    Attributes:
        service: the law of S.
        rate: nu, elementwise.
        fresh: the share of arrivals that find a service that has just begun.
    """

    service: Law
    rate: Any
    fresh: Any = 0.0

    @property
    def mean(self) -> Any:
        """E[S]."""
        return np.asarray(self.service.mean)

    @cached_property
    def _nu(self) -> Any:
        return np.maximum(np.asarray(self.rate, dtype=np.float64), _SELDOM / self.mean)

    @cached_property
    def _met(self) -> Any:
        """1 - S*(nu), the chance that he comes during a service."""
        return self._nu * self.mean * np.asarray(self.service.excess_lst(self._nu))

    @cached_property
    def excess_mean(self) -> Any:
        """E[R]."""
        left = self.mean * np.asarray(self.service.excess_complement(self._nu)) / self._met
        return (1.0 - self.fresh) * left + self.fresh * self.mean

    def excess_lst(self, s: Any) -> Any:
        """E exp(-s R), to 1e-7 where s is near to nu."""
        nu = self._nu
        apart, least = s - nu, np.maximum(_NEAREST / self.mean, _NEAREST * nu)
        apart = np.where(np.abs(apart) < least, least, apart)
        found = self.service.lst(nu + apart)
        left = nu * (self.service.lst(nu) - found) / (apart * self._met)
        return (1.0 - self.fresh) * left + self.fresh * found
