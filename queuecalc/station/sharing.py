"""M/M/1 and M/G/1 under processor sharing: everybody is served at once, each at an equal share of the speed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.station.argument import service_law
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.offered import Load
from queuecalc.station.shared_sojourn import SharedSojourn
from queuecalc.station.unbounded import Unbounded

__all__ = ["MG1PS", "MM1PS", "Sharing"]


class Sharing(Unbounded):
    """One server that everybody shares: nobody waits, all are slowed down. Means depend on the mean service alone."""

    arrival_rate: Real
    statement: ClassVar[Statement] = STATEMENTS["processor-sharing"]

    @property
    def slowdown(self) -> Real:
        """1 / (1 - rho): by how much a customer of any size takes longer than alone, on average."""
        return self._real(self._slowdown)

    @property
    def _slowdown(self) -> Any:
        load = self._load
        return np.where(load.stable, 1.0 / np.where(load.stable, load.slack, 1.0), np.inf)

    def mean_sojourn_of(self, size: npt.ArrayLike) -> Real:
        """E[T | S = size] = size / (1 - rho), in seconds: in proportion to what is asked for.

        Raises:
            InvalidInput: a size below 0.
        """
        x = np.asarray(nonnegative(type(self).__name__, "size", size))
        return released(np.where(x > 0.0, np.where(x > 0.0, x, 1.0) * self._slowdown, 0.0))

    @property
    def _delay(self) -> Any:
        return np.where(self._load.stable, 0.0, 1.0)

    @property
    def _mean_wait(self) -> Any:
        return np.where(self._load.stable, 0.0, np.inf)

    @property
    def _mean_service(self) -> Any:
        return self._load.service_mean * self._slowdown

    @property
    def wait(self) -> Law:
        """Zero: the service begins at once."""
        return DelayedExponential(self.delay_probability, self.mean_wait)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MM1PS(Sharing):
    """M/M/1-PS: Poisson arrivals, exponential service requirements, a server shared by all. Exact.

    The number in the station is that of M/M/1, E[T] = 1 / (mu - lambda), var T = (2 + rho) / (2 - rho) E[T]^2; the law
    of T is a mixture of exponential times (`shared_sojourn.py`).

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0 of the server alone with one customer, in 1/s.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Coffman, Muntz & Trotter 1970; Morrison 1985; Borst, Boxma, Morrison & Nunez-Queija 2003.

    >>> round(MM1PS(arrival_rate=0.5, service_rate=1.0).sojourn.sf(2.0), 6)
    0.321267
    """

    arrival_rate: Real
    service_rate: Real

    kendall: ClassVar[str] = "M/M/1-PS"
    formula: ClassVar[str] = "E[T] = 1 / (mu - lambda), E[T | S = x] = x / (1 - rho)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MM1PS", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service_rate", positive("MM1PS", "service_rate", self.service_rate))
        broadcast("MM1PS", arrival_rate=self.arrival_rate, service_rate=self.service_rate)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, 1)

    @property
    def sojourn(self) -> Law:
        """The law of the sojourn."""
        return SharedSojourn(self.arrival_rate, self.service_rate)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MG1PS(Sharing):
    """M/G/1-PS: Poisson arrivals, service requirements of any law, a server shared by all. Exact means.

    The number in the station is geometric and E[T] = E[S] / (1 - rho), whatever the law of S, be its variance infinite.
    The law of T is known here for exponential requirements alone.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service requirement, in seconds of the server alone.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Sakata, Noguchi & Oizumi 1971; Kleinrock 1976, eqs. (4.16) and (4.17).

    >>> from queuecalc.law import Deterministic
    >>> MG1PS(arrival_rate=0.5, service=Deterministic(mean=1.0)).mean_sojourn
    2.0
    """

    arrival_rate: Real
    service: Law

    kendall: ClassVar[str] = "M/G/1-PS"
    formula: ClassVar[str] = "E[T] = E[S] / (1 - rho), E[T | S = x] = x / (1 - rho)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MG1PS", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "service", service_law("MG1PS", self.service))
        broadcast("MG1PS", arrival_rate=self.arrival_rate, service=np.empty(self.service.shape))

    @cached_property
    def _load(self) -> Load:
        return Load.by_mean(self.arrival_rate, self.service.mean, 1)

    @property
    def sojourn(self) -> Law:
        """The law of the sojourn, for exponential requirements.

        Raises:
            InvalidInput: the service law is another.
        """
        if not isinstance(self.service, Exponential):
            raise InvalidInput(
                f"MG1PS: the law of the sojourn is known for exponential service alone, not for "
                f"{type(self.service).__name__}; mean_sojourn and mean_sojourn_of(size) hold for every law"
            )
        return SharedSojourn(self.arrival_rate, released(1.0 / np.asarray(self.service.mean)))
