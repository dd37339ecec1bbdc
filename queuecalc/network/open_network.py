"""Open networks with several classes of requests, each with its own arrivals, routing and, where it may, service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import nonnegative
from queuecalc.network.named import Named, nearest
from queuecalc.network.open_solution import OpenSolution
from queuecalc.network.routing import Routing
from queuecalc.network.shared_station import ClassStation
from queuecalc.station import Station

__all__ = ["OpenNetwork"]


@dataclass(frozen=True, repr=False, kw_only=True, init=False)
class OpenNetwork:
    """Stations and classes of requests that visit them (a BCMP network without changes of class).

    Exact for means and states with Poisson arrivals where each station serves in order of arrival with one exponential
    service for all classes, or shares its servers, or has one for everybody; in the last two with any service law.

    Attributes:
        stations: name -> `Station` (in order of arrival, the same service for every class) or `ClassStation`.
        arrival_rates: class -> station -> rate from outside [1/s], numbers >= 0.
        routing: class -> probabilities as in `JacksonNetwork`; a class that is left out leaves after one visit.

    Raises:
        InvalidInput: no stations or classes, names that do not exist, a class that visits a station which has no
            service for it, a class in which nothing arrives, a routing that is none or traps customers.

    Source: Baskett, Chandy, Muntz & Palacios 1975, "Open, closed, and mixed networks of queues with different classes
    of customers", J. ACM 22, theorem 2.

    >>> from queuecalc.network.shared_station import ClassStation
    >>> network = OpenNetwork(
    ...     stations={"cpu": ClassStation(service={"read": 0.01, "write": 0.03}), "disk": Station(service_rate=50.0)},
    ...     arrival_rates={"read": {"cpu": 20.0}, "write": {"cpu": 10.0}},
    ...     routing={"write": {"cpu": {"disk": 1.0}}},
    ... )
    >>> solution = network.solve()
    >>> {name: round(mean, 6) for name, mean in solution.mean_sojourn.items()}
    {'read': 0.02, 'write': 0.085}
    """

    stations: Named[Station | ClassStation]
    arrival_rates: Named[Named[float]]
    routing: Named[Routing]

    def __init__(
        self,
        *,
        stations: Mapping[str, Station | ClassStation],
        arrival_rates: Mapping[str, Mapping[str, float]],
        routing: Mapping[str, object] | None = None,
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        names = tuple(stations)
        for name, station in stations.items():
            _check_station(name, station)
        if not arrival_rates:
            raise InvalidInput("arrival_rates must name at least one class of requests")
        for name in routing or {}:
            if name not in arrival_rates:
                raise InvalidInput(f"routing[{name!r}]: no such class{nearest(name, arrival_rates)}")
        rates = {name: _rates(name, given, names) for name, given in arrival_rates.items()}
        routes = {name: Routing.of(names, (routing or {}).get(name, {})) for name in arrival_rates}
        object.__setattr__(self, "stations", Named(stations))
        object.__setattr__(self, "arrival_rates", Named(rates))
        object.__setattr__(self, "routing", Named(routes))

    def solve(self) -> OpenSolution:
        """Rates, utilisations, means by class and station, and laws of the time from arrival to departure.

        Raises:
            InvalidInput: a class comes to a station that has no service for it.
        """
        return OpenSolution(self)

    def __repr__(self) -> str:
        routing = {name: each.as_mapping() for name, each in self.routing.items()}
        return f"OpenNetwork(stations={self.stations!r}, arrival_rates={self.arrival_rates!r}, routing={routing!r})"


def _rates(request_class: str, given: Mapping[str, float], names: tuple[str, ...]) -> Named[float]:
    place = f"arrival_rates[{request_class!r}]"
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{place} must be a mapping of stations to rates, got {given!r}")
    rates = {}
    for name, rate in given.items():
        if name not in names:
            raise InvalidInput(f"{place}[{name!r}]: no such station{nearest(str(name), names)}")
        checked = nonnegative("OpenNetwork", f"{place}[{name!r}]", rate)
        if np.ndim(checked):
            raise InvalidInput(f"{place}[{name!r}] must be one number, got an array")
        rates[name] = float(checked)
    if not any(rates.values()):
        raise InvalidInput(f"{place}: nothing arrives; at least one rate must be above 0")
    return Named(rates)


def _check_station(name: str, station: object) -> None:
    if not isinstance(station, Station | ClassStation):
        raise InvalidInput(f"stations[{name!r}] must be a Station or a ClassStation, got {station!r}")
    if isinstance(station, Station):
        if station.capacity is not None:
            raise InvalidInput(
                f"stations[{name!r}] has capacity = {station.capacity!r}; the stations of an open network have no bound"
            )
        if station.at(arrival_rate=0.0).shape:
            raise InvalidInput(
                f"stations[{name!r}] has arrays; an open network of several classes takes numbers"
            )
