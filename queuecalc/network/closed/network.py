"""Closed networks: a fixed number of customers that go round."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import nonnegative, positive_integer
from queuecalc.network.closed.bounds import asymptotic, balanced, geometric
from queuecalc.network.closed.curve import PopulationCurve, curve_of
from queuecalc.network.closed.interval import ThroughputBounds
from queuecalc.network.closed.methods import Method, chosen, figures
from queuecalc.network.closed.problem import Problem
from queuecalc.network.closed.rated_station import RatedStation
from queuecalc.network.closed.solution import ClosedSolution
from queuecalc.network.closed.visits import checked_visits, routed_visits
from queuecalc.network.named import Named, nearest
from queuecalc.network.shared_station import ClassStation
from queuecalc.station import Station

__all__ = ["ClosedNetwork"]

AnyStation: TypeAlias = Station | ClassStation | RatedStation
ONLY = "customers"  # the name of the class where there is one that has none


@dataclass(frozen=True, repr=False, kw_only=True, init=False)
class ClosedNetwork:
    """Stations and a fixed number of customers that visit them, think, and begin again; one class or several.

    A cycle is what a customer does between two times of thinking. Exact for exponential service in order of arrival,
    the same for all classes, and for any service with processor sharing or without waiting (`ClassStation`, unlimited
    `Station`); with any other service law in order of arrival, the means alone are used.

    Attributes:
        stations: name -> `Station` (without a capacity), `ClassStation` or `RatedStation`.
        population: N, a whole number >= 1; with several classes, class -> number.
        visits: name -> mean visits in a cycle; with several classes, class -> name -> visits. Left out: one visit to
            each station.
        think_time_s: Z >= 0, mean time between two cycles [s]; one number, or class -> number.

    Args:
        routing: instead of visits, name -> name -> probability (or a square matrix) whose rows add up to 1; with
            several classes, class -> routing.
        reference: with a routing, the station where a cycle begins, once in each; default: the first one.

    Raises:
        InvalidInput: no station or class, a name that does not exist, a population that is no whole number >= 1, both
            visits and routing, a routing that does not keep everybody going round all its stations, a station with a
            capacity or with arrays, a class without service at a station that it visits.

    Source: Gordon & Newell 1967; Baskett, Chandy, Muntz & Palacios 1975, theorem 2.

    >>> network = ClosedNetwork(
    ...     stations={"cpu": Station(service_rate=10.0), "disk": Station(service_rate=5.0)},
    ...     population=3, visits={"cpu": 2.0, "disk": 1.0},
    ... )
    >>> solution = network.solve()  # two like demands of 0.2 s: N / (N + 1) / 0.2
    >>> round(solution.throughput, 12), round(solution.response_time, 12), str(solution.evidence.value)
    (3.75, 0.8, 'exact')
    """

    stations: Named[AnyStation]
    population: int | Named[int]
    visits: Named[Any]
    think_time_s: float | Named[float]

    def __init__(
        self,
        *,
        stations: Mapping[str, AnyStation],
        population: Any,
        visits: Mapping[str, Any] | None = None,
        routing: Any = None,
        think_time_s: Any = 0.0,
        reference: str | None = None,
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        given: object = stations
        if not isinstance(given, Mapping) or not stations:
            raise InvalidInput("a network needs at least one station")
        for name, station in stations.items():
            _check_station(name, station)
        if visits is not None and routing is not None:
            raise InvalidInput("ClosedNetwork: both visits and routing given; expected one of them")
        if reference is not None and routing is None:
            raise InvalidInput(f"ClosedNetwork: reference = {reference!r} without a routing; expected none")
        names = tuple(stations)
        object.__setattr__(self, "stations", Named(stations))
        if not isinstance(population, Mapping):
            ways: Any = _ways(names, visits, routing, reference, "", all_of_them=True)
            object.__setattr__(self, "population", _count("population", population))
            object.__setattr__(self, "visits", Named(ways))
            object.__setattr__(self, "think_time_s", _time("think_time_s", think_time_s))
        else:
            if not population:
                raise InvalidInput("population must name at least one class of customers")
            classes = {name: _count(f"population[{name!r}]", each) for name, each in population.items()}
            object.__setattr__(self, "population", Named(classes))
            parts = {each: _part(visits, each, classes, "visits") for each in classes}
            routes = {each: _part(routing, each, classes, "routing") for each in classes}
            ways = {
                each: Named(
                    _ways(names, parts[each], routes[each], reference, f"[{each!r}]", all_of_them=False)
                )
                for each in classes
            }
            object.__setattr__(self, "visits", Named(ways))
            times = (
                think_time_s if isinstance(think_time_s, Mapping) else dict.fromkeys(classes, think_time_s)
            )
            _known(times, classes, "think_time_s")
            object.__setattr__(
                self,
                "think_time_s",
                Named((each, _time(f"think_time_s[{each!r}]", times.get(each, 0.0))) for each in classes),
            )
        self._check_services()

    # ------------------------------------------------------------------ answers
    def solve(self, method: Method = "auto") -> ClosedSolution:
        """Throughputs, times, and the state of every station.

        Args:
            method: "exact" (mean value analysis, convolution), "schweitzer", "linearizer", or "auto": the exact one
                where it takes about a second at most, else the Linearizer.

        Raises:
            InvalidInput: no such method, or one that cannot do this network.
        """
        problem = self.problem()
        used = chosen(problem, method)
        return ClosedSolution(self, problem, used, figures(problem, used))

    def bounds(self) -> ThroughputBounds:
        """Bounds of the throughput: asymptotic; for one class without several servers also balanced and geometric."""
        problem = self.problem()
        found = {"asymptotic": asymptotic(problem)}
        if len(self.classes) == 1 and not problem.several.size:
            found |= {
                "balanced": balanced(problem, problem.population),
                "geometric": geometric(problem, problem.population),
            }
        return ThroughputBounds(self, found)

    def curve(self, method: Method = "auto") -> PopulationCurve:
        """Throughput and response time of 1, 2, ..., N customers of one class.

        Raises:
            InvalidInput: several classes, or as `solve`.
        """
        if len(self.classes) > 1:
            raise InvalidInput(
                f"a curve over the population is of one class; this network has {len(self.classes)}"
            )
        problem = self.problem()
        return curve_of(problem, chosen(problem, method))

    def with_population(self, population: Any) -> ClosedNetwork:
        """The same network with other customers."""
        return ClosedNetwork(
            stations=self.stations, population=population, visits=self.visits, think_time_s=self.think_time_s
        )

    # ------------------------------------------------------------------ as arrays
    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; one name where there are none."""
        return tuple(self.population) if isinstance(self.population, Named) else (ONLY,)

    @property
    def product_form(self) -> bool:
        """Whether every station has service that keeps the product form."""
        return not any(
            isinstance(station, Station)
            and not station.unlimited
            and station.service is not None
            and not isinstance(station.service, Exponential)
            for station in self.stations.values()
        )

    def problem(self) -> Problem:
        """The figures in order."""
        classes, names = self.classes, tuple(self.stations)
        one = not isinstance(self.population, Named)
        by_class: Any = {ONLY: self.visits} if one else self.visits
        counts: Any = {ONLY: self.population} if one else self.population
        times: Any = {ONLY: self.think_time_s} if one else self.think_time_s
        servers, speeds = np.ones(len(names)), {}
        service = np.ones((len(classes), len(names)))
        for k, station in enumerate(self.stations.values()):
            if isinstance(station, RatedStation):
                rates = np.array(station.state_rates)
                speeds[k] = rates / rates[0]
            else:
                servers[k] = math.inf if station.unlimited else float(station.servers)
            service[:, k] = [_mean(station, each) for each in classes]
        return Problem(
            visits=np.array([[by_class[each][name] for name in names] for each in classes]),
            service=service,
            think=np.array([times[each] for each in classes]),
            population=np.array([counts[each] for each in classes], dtype=np.int64),
            servers=servers,
            speeds=speeds,
        )

    def _check_services(self) -> None:
        """Every class has service where it goes, and takes some time in a cycle."""
        by_class: Any = self.visits if isinstance(self.population, Named) else {None: self.visits}
        for each, row in by_class.items():
            for name, station in self.stations.items():
                if row[name] > 0.0 and isinstance(station, ClassStation) and each not in station.service:
                    who = "customers without a class" if each is None else f"class {each!r}"
                    raise InvalidInput(
                        f"stations[{name!r}] has no service for {who}, who come there; it has one for "
                        f"{', '.join(map(repr, station.service))}"
                    )

    def __repr__(self) -> str:
        return (
            f"ClosedNetwork(stations={self.stations!r}, population={self.population!r}, visits={self.visits!r}, "
            f"think_time_s={self.think_time_s!r})"
        )


def _mean(station: AnyStation, each: str) -> float:
    """Mean service time of a class, alone."""
    if isinstance(station, RatedStation):
        return 1.0 / float(station.state_rates[0])
    if isinstance(station, ClassStation):
        return float(station.service[each].mean) if each in station.service else 0.0
    rate: Any = station.service_rate
    return 1.0 / float(rate) if station.service is None else float(station.service.mean)


def _ways(
    names: tuple[str, ...], visits: Any, routing: Any, reference: str | None, at: str, *, all_of_them: bool
) -> dict[str, float]:
    if routing is not None:
        return routed_visits(names, routing, reference, f"routing{at}", all_of_them=all_of_them)
    return dict.fromkeys(names, 1.0) if visits is None else checked_visits(names, visits, f"visits{at}")


def _part(given: Any, each: str, classes: Mapping[str, int], what: str) -> Any:
    """What is said of one class; nothing where nothing is said of any."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{what} must be a mapping of classes, got {given!r}")
    _known(given, classes, what)
    if each not in given:
        raise InvalidInput(f"{what}[{each!r}] is missing; every class needs its own")
    return given[each]


def _known(given: Mapping[str, Any], classes: Mapping[str, int], what: str) -> None:
    for name in given:
        if name not in classes:
            raise InvalidInput(f"{what}[{name!r}]: no such class{nearest(str(name), classes)}")


def _count(place: str, given: Any) -> int:
    count = positive_integer("ClosedNetwork", place, given)
    if np.ndim(count):
        raise InvalidInput(f"ClosedNetwork: {place} must be one number, got an array; `curve` has them all")
    return int(count)


def _time(place: str, given: Any) -> float:
    time = nonnegative("ClosedNetwork", place, given)
    if np.ndim(time):
        raise InvalidInput(f"ClosedNetwork: {place} must be one number, got an array")
    return float(time)


def _check_station(name: str, station: object) -> None:
    if not isinstance(station, Station | ClassStation | RatedStation):
        raise InvalidInput(
            f"stations[{name!r}] must be a Station, ClassStation or RatedStation, got {station!r}"
        )
    if not isinstance(station, Station):
        return
    if station.capacity is not None:
        raise InvalidInput(
            f"stations[{name!r}] has capacity = {station.capacity!r}; the stations of a closed network have no bound"
        )
    rate: Any = station.service_rate
    if np.ndim(station.servers) or np.ndim(rate) or (station.service and station.service.shape):
        raise InvalidInput(f"stations[{name!r}] has arrays; a closed network takes numbers")
    if station.service is not None and not 0.0 < float(station.service.mean) < math.inf:
        raise InvalidInput(
            f"stations[{name!r}] has a service time of mean {station.service.mean!r}; expected a finite one > 0"
        )
