"""Open networks that are not product form: general arrivals, general services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law import two_moment
from queuecalc.law.base import Law
from queuecalc.law.parameter import nonnegative
from queuecalc.network.general.figures import METHODS
from queuecalc.network.general.solution import GeneralSolution
from queuecalc.network.named import Named, nearest
from queuecalc.network.routing import Routing
from queuecalc.station import Station
from queuecalc.station.argument import service_law

__all__ = ["GeneralNetwork"]


@dataclass(frozen=True, repr=False, kw_only=True, init=False)
class GeneralNetwork:
    """Stations in order of arrival, G/G/c, with Markovian routing and renewal arrivals from outside. Approximate.

    Attributes:
        stations: name -> `Station`, without a capacity; numbers, no arrays.
        routing: as for `JacksonNetwork`.
        arrival_rates: name -> rate from outside [1/s], >= 0.
        arrival_scvs: name -> SCV of the times between arrivals from outside, >= 0 (gamma times; 0 constant), or their
            law, whose mean must be 1 / rate. Default 1: Poisson.

    Raises:
        InvalidInput: as for `JacksonNetwork`; arrays; an SCV where nothing arrives, a law that contradicts the rate.

    >>> from queuecalc.law import Gamma
    >>> network = GeneralNetwork(
    ...     stations={"one": Station(service=Gamma(mean=0.1, scv=0.25)), "two": Station(service_rate=12.0)},
    ...     routing={"one": {"two": 1.0}},
    ...     arrival_rates={"one": 8.0},
    ... )
    >>> solution = network.solve()
    >>> round(solution.stations["one"].mean_wait, 6), str(solution.evidence.value)  # M/G/1
    (0.25, 'approximate')
    """

    stations: Named[Station]
    routing: Routing
    arrival_rates: Named[float]
    arrival_scvs: Named[Any]

    def __init__(
        self,
        *,
        stations: Mapping[str, Station],
        routing: object = None,
        arrival_rates: Mapping[str, Any],
        arrival_scvs: Mapping[str, Any] | None = None,
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        if not isinstance(stations, Mapping):
            raise InvalidInput(
                f"GeneralNetwork: stations = {stations!r}; expected a mapping of names to Station"
            )
        for name, station in stations.items():
            _check_station(name, station)
        names = tuple(stations)
        rates = {name: _number("arrival_rates", name, rate, names) for name, rate in arrival_rates.items()}
        if not any(rate > 0.0 for rate in rates.values()):
            raise InvalidInput("nothing arrives: at least one of arrival_rates must be above 0")
        scvs = {name: _variability(name, value, rates, names) for name, value in (arrival_scvs or {}).items()}
        for name, value in (
            ("stations", Named(stations)),
            ("routing", Routing.of(names, {} if routing is None else routing)),
            ("arrival_rates", Named(rates)),
            ("arrival_scvs", Named(scvs)),
        ):
            object.__setattr__(self, name, value)

    def interarrival(self, name: str) -> Law | None:
        """The law of the times between arrivals from outside; None where nobody comes."""
        rate = self.arrival_rates.get(name, 0.0)
        if rate == 0.0:
            return None
        given = self.arrival_scvs.get(name, 1.0)
        return given if isinstance(given, Law) else two_moment(mean=1.0 / rate, scv=given)

    def solve(self, *, method: str = METHODS[0]) -> GeneralSolution:
        """Rates, stations, and the law of the time from arrival to departure.

        Args:
            method: of the mean waits. "dispersion" (the default, the closest): spectra of all flows, and the index of
                dispersion on the line's own time scale. "robust": the same flows, the wait as a supremum over time
                (Whitt & You). "qna": Whitt's queueing network analyzer.

        Raises:
            InvalidInput: another method.
        """
        if method not in METHODS:
            raise InvalidInput(
                f"method = {method!r}; expected one of {', '.join(METHODS)}{nearest(str(method), METHODS)}"
            )
        return GeneralSolution(self, method)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.stations, self.routing, self.arrival_rates, self.arrival_scvs)

    def __repr__(self) -> str:
        return (
            f"GeneralNetwork(stations={self.stations!r}, routing={self.routing.as_mapping()!r}, "
            f"arrival_rates={self.arrival_rates!r}, arrival_scvs={self.arrival_scvs!r})"
        )


def _again(stations: Any, routing: Any, arrival_rates: Any, arrival_scvs: Any) -> GeneralNetwork:
    return GeneralNetwork(
        stations=stations, routing=routing, arrival_rates=arrival_rates, arrival_scvs=arrival_scvs
    )


def _check_station(name: str, station: object) -> None:
    if not isinstance(station, Station):
        raise InvalidInput(f"stations[{name!r}] = {station!r}; expected a Station")
    if station.capacity is not None:
        raise InvalidInput(
            f"stations[{name!r}] has a capacity; expected none: open networks have unbounded lines"
        )
    service = () if station.service is None else station.service.shape
    if np.ndim(station.servers) or np.asarray(station.service_rate).ndim or service:
        raise InvalidInput(f"stations[{name!r}] holds arrays; expected numbers (one network at a time)")


def _number(what: str, name: str, value: Any, names: tuple[str, ...]) -> float:
    if name not in names:
        raise InvalidInput(f"{what}[{name!r}]: no such station{nearest(str(name), names)}")
    if np.ndim(value):
        raise InvalidInput(f"{what}[{name!r}] is an array; expected a number (one network at a time)")
    return float(np.asarray(nonnegative("GeneralNetwork", f"{what}[{name!r}]", value)))


def _variability(name: str, value: Any, rates: Mapping[str, float], names: tuple[str, ...]) -> Any:
    if name in names and rates.get(name, 0.0) == 0.0:
        raise InvalidInput(
            f"arrival_scvs[{name!r}]: nobody comes there from outside; expected an arrival rate > 0"
        )
    if np.ndim(value) or not hasattr(value, "mean"):
        return _number("arrival_scvs", name, value, names)
    if name not in names:
        return _number("arrival_scvs", name, 0.0, names)
    law = service_law("GeneralNetwork", value, f"arrival_scvs[{name!r}]")
    if law.shape:
        raise InvalidInput(f"arrival_scvs[{name!r}] holds arrays; expected numbers (one network at a time)")
    if abs(float(np.asarray(law.mean)) * rates[name] - 1.0) > 1e-9:
        raise InvalidInput(
            f"arrival_scvs[{name!r}] has mean {float(np.asarray(law.mean)):g} s; expected 1 / rate, "
            f"which is {1.0 / rates[name]:g} s"
        )
    return law
