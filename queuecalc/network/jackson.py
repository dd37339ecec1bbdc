"""Open networks of stations with Markovian routing (Jackson 1957)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.load.arrays import FloatArray
from queuecalc.network.columns import Templates
from queuecalc.network.named import Made, Named, nearest
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
        stations: name -> `Station`, without a capacity. Very many of them: one `Station` whose service_rate and servers
            are arrays of shape (n,); the names are then "0", "1", ...
        routing: the probabilities; given as {name: {name: probability}}, or as a square matrix (nested lists, numpy,
            scipy.sparse) in the order of `stations`. What a row lacks to 1 leaves the network.
        arrival_rates: name -> rate from outside [1/s], >= 0; a number or an array (all broadcast); default 0. Or one
            array in the order of `stations`, shape (n,) or (n, *batch).

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
    _batch: Station | None = field(compare=False)
    _templates: Templates = field(compare=False)

    def __init__(
        self,
        *,
        stations: Mapping[str, Station] | Station,
        routing: object = None,
        arrival_rates: Mapping[str, Real] | npt.ArrayLike,
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        batch: Station | None = None
        if isinstance(stations, Station):
            batch, count = stations, _check_batch(stations)
            names = tuple(map(str, range(count)))
            templates = Templates.of_batch(batch, count)
            object.__setattr__(self, "stations", Made(names, templates.station))
        else:
            for name, station in stations.items():
                _check_station(name, station)
            names = tuple(stations)
            templates = Templates.of(list(stations.values()))
            object.__setattr__(self, "stations", Named(stations))
        object.__setattr__(self, "_batch", batch)
        object.__setattr__(self, "_templates", templates)
        object.__setattr__(self, "routing", Routing.of(names, {} if routing is None else routing))
        object.__setattr__(self, "arrival_rates", _rates(names, arrival_rates))
        external = self._external()
        if not np.all(external.sum(axis=0) > 0):
            raise InvalidInput("nothing arrives: at least one of arrival_rates must be above 0")

    def solve(self) -> JacksonSolution:
        """Rates, stations, and the law of the time from arrival to departure."""
        return JacksonSolution(self, self._external(), self._templates)

    def _external(self) -> FloatArray:
        """gamma, shape (n, *batch)."""
        rates = self.arrival_rates
        if isinstance(rates, Made):  # given as one array
            return np.asarray(rates.values_at_once(), dtype=np.float64)
        shape = np.broadcast_shapes(*(np.shape(rate) for rate in rates.values()))
        external = np.zeros((len(self.stations), *shape))
        for k, name in enumerate(self.stations):
            if name in rates:
                external[k] = rates[name]
        return external

    def __reduce__(self) -> tuple[Any, ...]:
        rates = self.arrival_rates
        return _again, (
            self.stations if self._batch is None else self._batch,
            self.routing,
            rates.values_at_once() if isinstance(rates, Made) else rates,
        )

    def __repr__(self) -> str:
        stations = self.stations if self._batch is None else self._batch
        return (
            f"JacksonNetwork(stations={stations!r}, routing={self.routing.as_mapping()!r}, "
            f"arrival_rates={self.arrival_rates!r})"
        )


def _again(stations: Any, routing: Routing, arrival_rates: Any) -> JacksonNetwork:
    return JacksonNetwork(stations=stations, routing=routing, arrival_rates=arrival_rates)


def _rates(names: tuple[str, ...], given: Any) -> Named[Real]:
    """By name; from a mapping, or from one array in the order of the stations."""
    if not isinstance(given, Mapping):
        array = np.asarray(nonnegative("JacksonNetwork", "arrival_rates", given))
        if array.ndim == 0 or array.shape[0] != len(names):
            raise InvalidInput(
                f"arrival_rates of {len(names)} stations must be a mapping, or have shape ({len(names)}, ...), "
                f"got {array.shape}"
            )
        return Made(names, lambda k: released(array[k]), array)
    known = set(names)
    rates = {}
    for name, rate in given.items():
        if name not in known:
            raise InvalidInput(f"arrival_rates[{name!r}]: no such station{nearest(str(name), names)}")
        rates[name] = nonnegative("JacksonNetwork", f"arrival_rates[{name!r}]", rate)
    broadcast("JacksonNetwork", **{f"arrival_rates[{name!r}]": rate for name, rate in rates.items()})
    return Named(rates)


def _check_batch(batch: Station) -> int:
    """How many stations one station with arrays stands for."""
    _check_station("*", batch)
    if batch.service_rate is None:
        raise InvalidInput(
            "stations given as arrays must have a service_rate; give each station its own name where service is a law"
        )
    shape = np.broadcast_shapes(np.shape(batch.service_rate), np.shape(batch.servers))
    if len(shape) != 1:
        raise InvalidInput(f"stations given as arrays must have one axis, got shape {shape}")
    return int(shape[0])


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
