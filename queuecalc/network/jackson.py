"""Open networks of stations with Markovian routing (Jackson 1957)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, broadcast, nonnegative
from queuecalc.load.arrays import FloatArray
from queuecalc.network.named import Named, nearest
from queuecalc.network.routing import Routing
from queuecalc.network.solution import JacksonSolution
from queuecalc.station import Station

__all__ = ["JacksonNetwork"]


@dataclass(frozen=True, repr=False, kw_only=True, init=False)
class JacksonNetwork:
    """Stations, the probability to go from each to each, and what arrives from outside.

    Rates are those of the traffic equations lambda = gamma + P' lambda; each station is then solved at its own rate.
    With exponential service that is exact for means and states (Jackson's theorem); any other service law makes it an
    approximation with Poisson arrivals everywhere.

    Attributes:
        stations: name -> `Station`, without a capacity.
        routing: the probabilities; given as {name: {name: probability}}, or as a square matrix (nested lists, numpy,
            scipy.sparse) in the order of `stations`. What a row lacks to 1 leaves the network.
        arrival_rates: name -> rate from outside [1/s], >= 0; a number or an array (all broadcast); default 0.

    Raises:
        InvalidInput: no stations, names that do not exist (the nearest is named), a station with a capacity, a routing
            that is none or that traps customers, rates outside their domain or nothing arriving at all.

    >>> from queuecalc.station import Station
    >>> network = JacksonNetwork(
    ...     stations={"web": Station(servers=1, service_rate=10.0), "disk": Station(servers=1, service_rate=8.0)},
    ...     routing={"web": {"disk": 0.5}},
    ...     arrival_rates={"web": 6.0},
    ... )
    >>> solution = network.solve()
    >>> round(solution.sojourn.mean, 12), solution.bottleneck, str(solution.evidence.value)
    (0.35, 'web', 'exact')
    """

    stations: Named[Station]
    routing: Routing
    arrival_rates: Named[Real]

    def __init__(
        self,
        *,
        stations: Mapping[str, Station],
        routing: object = None,
        arrival_rates: Mapping[str, Real],
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        names = tuple(stations)
        for name, station in stations.items():
            _check_station(name, station)
        object.__setattr__(self, "stations", Named(stations))
        object.__setattr__(self, "routing", Routing.of(names, {} if routing is None else routing))
        rates = {}
        for name, rate in arrival_rates.items():
            if name not in stations:
                raise InvalidInput(f"arrival_rates[{name!r}]: no such station{nearest(str(name), names)}")
            rates[name] = nonnegative("JacksonNetwork", f"arrival_rates[{name!r}]", rate)
        object.__setattr__(self, "arrival_rates", Named(rates))
        broadcast("JacksonNetwork", **{f"arrival_rates[{name!r}]": rate for name, rate in rates.items()})
        if not np.all(self._external().sum(axis=0) > 0):
            raise InvalidInput("nothing arrives: at least one of arrival_rates must be above 0")

    def solve(self) -> JacksonSolution:
        """Rates, stations, and the law of the time from arrival to departure."""
        return JacksonSolution(self, self._external())

    def _external(self) -> FloatArray:
        """gamma, shape (n, *batch)."""
        shape = np.broadcast_shapes(*(np.shape(rate) for rate in self.arrival_rates.values()))
        rates = [self.arrival_rates.get(name, 0.0) for name in self.stations]
        return np.stack([np.broadcast_to(np.asarray(rate, dtype=np.float64), shape) for rate in rates])

    def __repr__(self) -> str:
        return (
            f"JacksonNetwork(stations={self.stations!r}, routing={self.routing.as_mapping()!r}, "
            f"arrival_rates={self.arrival_rates!r})"
        )


def _check_station(name: str, station: object) -> None:
    if not isinstance(station, Station):
        raise InvalidInput(
            f"stations[{name!r}] must be a Station(servers=, service_rate= or service=), got {station!r}; its arrival "
            "rate follows from the routing"
        )
    if station.capacity is not None:
        raise InvalidInput(
            f"stations[{name!r}] has capacity = {station.capacity!r}; the stations of a Jackson network have no bound"
        )
