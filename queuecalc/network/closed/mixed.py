"""Mixed networks: some classes come and go, others go round."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Evidence, Statement, weakest
from queuecalc.law.parameter import nonnegative
from queuecalc.network.closed.methods import PATIENT, cost, figures
from queuecalc.network.closed.network import AnyStation, ClosedNetwork
from queuecalc.network.closed.opened import Share, shared
from queuecalc.network.closed.problem import Figures, Problem
from queuecalc.network.closed.rated_station import RatedStation
from queuecalc.network.closed.visits import checked_visits
from queuecalc.network.named import Named, nearest

__all__ = ["MixedNetwork", "MixedSolution"]


@dataclass(frozen=True, repr=False, kw_only=True, init=False)
class MixedNetwork:
    """Stations that open classes (Poisson arrivals) and closed classes (fixed populations) share. Exact.

    Attributes:
        stations: name -> `Station` or `ClassStation`, as in `ClosedNetwork`.
        arrival_rates: open class -> requests per second, >= 0.
        population: closed class -> a whole number >= 1.
        visits: class, open or closed -> name -> mean visits of a request, or in a cycle.
        think_time_s: closed class -> mean time between two cycles [s], or one number for all.

    Raises:
        InvalidInput: as for `ClosedNetwork`; a class that is both open and closed, or without visits; open classes that
            alone ask for all of a station.

    Source: Baskett, Chandy, Muntz & Palacios 1975, theorem 2; Zahorjan & Wong 1981, "The solution of separable queueing
    network models using mean value analysis", section 4 (single servers); Lavenberg 1983, section 3.6.

    >>> from queuecalc.station import Station
    >>> network = MixedNetwork(
    ...     stations={"disk": Station(service_rate=10.0)},
    ...     arrival_rates={"web": 5.0}, population={"batch": 1},
    ...     visits={"web": {"disk": 1.0}, "batch": {"disk": 1.0}},
    ... )
    >>> solution = network.solve()  # the batch job has half of the disk; the web finds it there
    >>> round(solution.throughput["batch"], 12), round(solution.mean_sojourn["web"], 12)
    (5.0, 0.4)
    """

    stations: Named[AnyStation]
    arrival_rates: Named[float]
    population: Named[int]
    visits: Named[Named[float]]
    think_time_s: Named[float]

    def __init__(
        self,
        *,
        stations: Mapping[str, AnyStation],
        arrival_rates: Mapping[str, float],
        population: Mapping[str, int],
        visits: Mapping[str, Mapping[str, float]],
        think_time_s: Any = 0.0,
    ) -> None:
        """Checked as a whole: a network that exists can be solved."""
        for what, given in (("arrival_rates", arrival_rates), ("population", population), ("visits", visits)):
            checked: object = given
            if not isinstance(checked, Mapping) or not given:
                raise InvalidInput(
                    f"MixedNetwork: {what} = {given!r}; expected a mapping of classes, at least one"
                )
        for name in arrival_rates:
            if name in population:
                raise InvalidInput(
                    f"class {name!r} is in arrival_rates and in population; expected in one of them"
                )
        classes = (*arrival_rates, *population)
        for name in visits:
            if name not in classes:
                raise InvalidInput(f"visits[{name!r}]: no such class{nearest(str(name), classes)}")
        for name in classes:
            if name not in visits:
                raise InvalidInput(f"visits[{name!r}] is missing; every class needs its own")
        closed = ClosedNetwork(
            stations=stations,
            population=population,
            visits={name: visits[name] for name in population},
            think_time_s=think_time_s,
        )
        for name, station in closed.stations.items():
            if isinstance(station, RatedStation):
                raise InvalidInput(
                    f"stations[{name!r}] is a RatedStation; a mixed network takes servers of steady speed"
                )
        rates = {}
        for name, rate in arrival_rates.items():
            number = nonnegative("MixedNetwork", f"arrival_rates[{name!r}]", rate)
            if np.ndim(number):
                raise InvalidInput(f"MixedNetwork: arrival_rates[{name!r}] must be one number, got an array")
            rates[name] = float(number)
        ways = {
            name: Named(checked_visits(tuple(stations), visits[name], f"visits[{name!r}]"))
            for name in arrival_rates
        }
        object.__setattr__(self, "stations", closed.stations)
        object.__setattr__(self, "arrival_rates", Named(rates))
        object.__setattr__(self, "population", closed.population)
        object.__setattr__(self, "visits", Named({**ways, **closed.visits}))
        object.__setattr__(self, "think_time_s", closed.think_time_s)
        self._check_room()

    def solve(self) -> MixedSolution:
        """Throughputs and times of all classes, exact.

        Raises:
            InvalidInput: so many closed customers that the exact answer takes too long.
        """
        return MixedSolution(self)

    def closed_part(self) -> ClosedNetwork:
        """The closed classes alone."""
        return ClosedNetwork(
            stations=self.stations,
            population=self.population,
            visits={name: self.visits[name] for name in self.population},
            think_time_s=self.think_time_s,
        )

    def open_part(self) -> Problem:
        """The open classes as if they went round, for their visits and service."""
        return ClosedNetwork(
            stations=self.stations,
            population=dict.fromkeys(self.arrival_rates, 1),
            visits={name: self.visits[name] for name in self.arrival_rates},
        ).problem()

    def _check_room(self) -> None:
        part = self.open_part()
        asked = np.array(list(self.arrival_rates.values())) @ part.demands / part.servers
        if np.any(asked >= 1.0):
            k = int(np.argmax(asked))
            raise InvalidInput(
                f"stations[{tuple(self.stations)[k]!r}]: the open classes alone ask for {asked[k]:.6g} of its servers; "
                "expected less than 1, lower arrival_rates or add servers"
            )

    def __repr__(self) -> str:
        return (
            f"MixedNetwork(stations={self.stations!r}, arrival_rates={self.arrival_rates!r}, "
            f"population={self.population!r}, visits={self.visits!r}, think_time_s={self.think_time_s!r})"
        )


class MixedSolution:
    """What `MixedNetwork.solve` returns; every mapping has all classes, open and closed.

    Attributes:
        network: as it was given.
        throughput: class -> requests or cycles per second.
        mean_sojourn: class -> time at the stations of a request or a cycle [s].
        mean_in_system: class -> station -> customers there.
        utilisation: station -> mean share of busy servers; where nobody waits, the mean number in service.
    """

    def __init__(self, network: MixedNetwork) -> None:
        """Solved at once."""
        self.network = network
        opened, rates = network.open_part(), np.array(list(network.arrival_rates.values()))
        closed = network.closed_part().problem()
        most = int(closed.population.sum())
        loads = rates @ opened.demands  # erlang of the open classes at each station
        several = np.flatnonzero(np.isfinite(closed.servers) & (closed.servers > 1.0)).tolist()
        shares = {
            k: shared(float(loads[k]), float(closed.servers[k]), most) for k in several if loads[k] > 0.0
        }
        left = np.where(
            closed.servers == 1.0, 1.0 - loads, 1.0
        )  # one server: the closed classes have 1 - rho of it
        reduced = replace(
            closed, service=closed.service / left, speeds={k: share.speeds for k, share in shares.items()}
        )
        seconds = cost(reduced)
        if seconds > PATIENT:
            raise InvalidInput(
                f"population = {most:,} in all: the exact answer would take some {seconds:,.0f} s; use fewer customers"
            )
        found = figures(reduced, "exact")
        self._collect(opened, closed, rates, loads, shares, found)

    def _collect(
        self,
        opened: Problem,
        closed: Problem,
        rates: Any,
        loads: Any,
        shares: Mapping[int, Share],
        found: Figures,
    ) -> None:
        names, network = tuple(self.network.stations), self.network
        beside = np.array(loads)  # mean number of open customers at each station
        single = closed.servers == 1.0
        beside[single] = (loads * (1.0 + found.inside.sum(axis=0)))[single] / (1.0 - loads[single])
        for k, share in shares.items():
            beside[k] = float(found.states[k] @ share.beside)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(loads > 0.0, rates[:, None] * opened.demands / loads, 0.0)
        inside = {**dict(zip(network.arrival_rates, part * beside, strict=True))}
        inside |= dict(zip(network.population, found.inside, strict=True))
        through = {
            **dict(network.arrival_rates),
            **dict(zip(network.population, found.throughput.tolist(), strict=True)),
        }
        self.throughput = Named(through)
        self.mean_in_system = Named(
            (each, Named(zip(names, row.tolist(), strict=True))) for each, row in inside.items()
        )
        alone = dict(zip(network.arrival_rates, opened.demands.sum(axis=1).tolist(), strict=True))
        self.mean_sojourn = Named(
            (each, float(row.sum()) / through[each] if through[each] > 0.0 else alone[each])
            for each, row in inside.items()
        )
        busy = loads + found.throughput @ closed.demands
        self.utilisation = Named(
            (name, min(float(b) / c, 1.0) if math.isfinite(c) else float(b))
            for name, b, c in zip(names, busy, closed.servers.tolist(), strict=True)
        )

    @property
    def bottleneck(self) -> str:
        """The station with the highest utilisation among those where one can wait."""
        servers = self.network.open_part().servers
        shares = zip(self.utilisation.values(), np.isfinite(servers), strict=True)
        ranks = [share if finite else -1.0 for share, finite in shares]
        return tuple(self.network.stations)[int(np.argmax(ranks))]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What the figures rest on."""
        keys = ["product-form", *(() if self.network.closed_part().product_form else ("closed-means-alone",))]
        return tuple(STATEMENTS[key] for key in keys)

    @property
    def evidence(self) -> Evidence:
        """The weakest label of the statements."""
        return weakest(statement.evidence for statement in self.statements)

    def __eq__(self, other: object) -> bool:
        return self.network == other.network if isinstance(other, MixedSolution) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.network)

    def __repr__(self) -> str:
        return f"{self.network!r}.solve()"
