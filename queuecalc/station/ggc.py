"""G/G/1 and G/G/c: any times between arrivals, any service law; approximate, from two moments of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Evidence, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, positive_integer, released
from queuecalc.law.scaled import Scaled
from queuecalc.station.argument import service_law
from queuecalc.station.arrivals import interarrival_law
from queuecalc.station.delay_cycle import DelayCycle, DelayedThen
from queuecalc.station.delayed_gamma import DelayedGamma
from queuecalc.station.offered import Load
from queuecalc.station.two_moments import METHODS, conditional_scv, delay_probability
from queuecalc.station.unbounded import Unbounded

__all__ = ["GG1", "GGc", "TwoMomentQueue"]

SLOWEST = 1e-9


class TwoMomentQueue(Unbounded):
    """What G/G/1 and G/G/c share.

    The wait is 0, or a gamma time with the mean that the method says and the SCV of QNA; the sojourn is that and an
    independent service of the given law. A law of infinite variance makes the mean wait infinite: two moments tell no
    more of it, and the wait counts as infinite altogether.
    """

    interarrival: Law
    service: Law
    method: str

    @property
    def _servers(self) -> Any:
        return 1

    @property
    def arrival_rate(self) -> Real:
        """lambda = 1 / mean time between arrivals, in 1/s."""
        return released(1.0 / np.asarray(self.interarrival.mean))

    def faster(self, factor: npt.ArrayLike) -> TwoMomentQueue:
        """The station with times between arrivals divided by factor > 0, elementwise (from 1e-9 on)."""
        stretch = released(1.0 / np.maximum(np.asarray(factor, dtype=np.float64), SLOWEST))
        return replace(self, interarrival=Scaled(self.interarrival, stretch))  # type: ignore[type-var]

    @cached_property
    def _load(self) -> Load:
        shape = np.broadcast_shapes(self.interarrival.shape, self.service.shape, np.shape(self._servers))
        rate = np.broadcast_to(1.0 / np.asarray(self.interarrival.mean), shape)
        return Load.by_mean(rate, self.service.mean, self._servers)

    @cached_property
    def _fitted(self) -> DelayedGamma:
        load = self._load
        spreads = [np.asarray(law.scv, dtype=np.float64) for law in (self.interarrival, self.service)]
        known = np.isfinite(spreads[0]) & np.isfinite(spreads[1])
        ca2, cs2 = (np.where(known, x, 1.0) + np.zeros(self.shape) for x in spreads)
        usable = load.stable & known
        dummy = np.where(usable, load.slack, 0.5)
        calm = replace(
            load,
            utilisation=np.where(usable, load.utilisation, 0.5),
            offered=np.where(usable, load.offered, 0.5 * load.servers),
            remainder=np.where(usable, load.remainder, 0.0),
            slack=dummy,
            relief=np.where(usable, load.relief, 1.0),
        )
        mean = METHODS[self.method](calm, ca2, cs2)
        delay = delay_probability(calm, ca2, cs2)
        some = (mean > 0.0) & (delay > 0.0)
        relief = np.where(some, mean / np.where(some, delay, 1.0), 0.0)
        delay = np.where(usable, np.where(some, delay, 0.0), 1.0)
        spread = np.where(usable, conditional_scv(calm, cs2), 1.0)
        return DelayedGamma(released(delay), released(np.where(usable, relief, np.inf)), released(spread))

    @property
    def _delay(self) -> Any:
        return np.asarray(self._fitted.delay)

    @property
    def _mean_wait(self) -> Any:
        return np.asarray(self._fitted.mean)

    @property
    def _mean_service(self) -> Any:
        return np.asarray(self.service.mean)

    @property
    def evidence(self) -> Evidence:
        """Approximate, whatever the method; the mean by "kingman" is an upper bound."""
        return Evidence.APPROXIMATE

    @property
    def wait(self) -> DelayedGamma:
        """Zero, or a gamma time."""
        return self._fitted

    @property
    def sojourn(self) -> Law:
        """The sum of the wait and an independent service."""
        return DelayedThen(DelayCycle(self._fitted, 0.0, self.service), self.service)


def _checked(owner: str, station: Any) -> None:
    object.__setattr__(station, "interarrival", interarrival_law(owner, station.interarrival))
    object.__setattr__(station, "service", service_law(owner, station.service))
    if station.method not in METHODS:
        raise InvalidInput(f"{owner}: method = {station.method!r}; expected one of {', '.join(METHODS)}")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GG1(TwoMomentQueue):
    """G/G/1: independent times between arrivals of any law, any service law, one server. Approximate.

    Attributes:
        interarrival: law of the time between arrivals, in seconds, with a mean > 0.
        service: law of the service time, in seconds.
        method: of the mean wait: "kraemer-langenbach-belz" (the default: closest on average for one server), "whitt"
            (1993), "allen-cunneen", or "kingman", an upper bound.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kingman 1962; Kraemer & Langenbach-Belz 1976; Whitt 1983, 1993 (`two_moments.py`).

    >>> from queuecalc.law import Gamma
    >>> law = Gamma(mean=1.0, scv=0.5)
    >>> round(GG1(interarrival=Gamma(mean=1.25, scv=0.5), service=law, method="allen-cunneen").mean_wait, 6)
    2.0
    """

    interarrival: Law
    service: Law
    method: str = "kraemer-langenbach-belz"

    kendall: ClassVar[str] = "G/G/1"
    formula: ClassVar[str] = "E[W] = phi (ca2 + cs2) / 2 rho E[S] / (1 - rho), phi by the method"
    statement: ClassVar[Statement] = STATEMENTS["two-moments"]

    def __post_init__(self) -> None:
        _checked("GG1", self)
        broadcast("GG1", interarrival=np.empty(self.interarrival.shape), service=np.empty(self.service.shape))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GGc(TwoMomentQueue):
    """G/G/c: independent times between arrivals of any law, any service law, c servers. Approximate.

    Attributes:
        interarrival: law of the time between arrivals, in seconds, with a mean > 0.
        service: law of the service time, in seconds.
        servers: c >= 1, whole.
        method: of the mean wait: "whitt" (1993, the default: closest on average for several servers),
            "kraemer-langenbach-belz", "allen-cunneen", or "kingman", an upper bound.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Kingman 1970; Kraemer & Langenbach-Belz 1976; Allen 1990; Whitt 1993 (`two_moments.py`).
    """

    interarrival: Law
    service: Law
    servers: Any
    method: str = "whitt"

    kendall: ClassVar[str] = "G/G/c"
    formula: ClassVar[str] = "E[W] = phi (ca2 + cs2) / 2 C(c, a) / (c mu - lambda), phi by the method"
    statement: ClassVar[Statement] = STATEMENTS["two-moments"]

    def __post_init__(self) -> None:
        _checked("GGc", self)
        object.__setattr__(self, "servers", positive_integer("GGc", "servers", self.servers))
        broadcast(
            "GGc",
            interarrival=np.empty(self.interarrival.shape),
            service=np.empty(self.service.shape),
            servers=self.servers,
        )

    @property
    def _servers(self) -> Any:
        return self.servers
