"""A solved open network of several classes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Evidence, Statement, weakest
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.mixture import Mixture
from queuecalc.law.sum import Sum
from queuecalc.load.arrays import FloatArray
from queuecalc.network.named import Named, nearest
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.shared_station import ClassStation
from queuecalc.network.sojourn import NetworkSojourn
from queuecalc.network.structure import blocks
from queuecalc.network.traffic import flow_through
from queuecalc.station import MMc, MMInf, Station
from queuecalc.station.base import Queue
from queuecalc.station.shared_sojourn import SharedSojourn

if TYPE_CHECKING:
    import pandas as pd

    from queuecalc.network.open_network import OpenNetwork

__all__ = ["OpenSolution"]

Table = Named[Named[float]]


class OpenSolution:
    """What `OpenNetwork.solve` returns. Tables are class -> station -> number.

    A class that comes to a station without a steady state has an infinite mean and law; the others are not touched,
    unless they come there, too.

    Attributes:
        network: as it was given.
        arrival_rates: class -> station -> rate through it [1/s].
        visits: class -> station -> mean visits of one request of the class.
        utilisation: station -> busy share of its servers; of one busy-server count where unlimited: mean busy servers.
        station_sojourn: class -> station -> mean time of one visit [s]; inf where unstable.
        mean_in_system: class -> station -> mean number of requests there.
        mean_sojourn: class -> mean time from arrival to departure [s].
        throughput: class -> what arrives and, where stable, leaves [1/s].
    """

    def __init__(self, network: OpenNetwork) -> None:
        """From a checked network."""
        self.network = network
        self._names = tuple(network.stations)
        self._classes = tuple(network.arrival_rates)
        external = np.array(
            [[network.arrival_rates[c].get(name, 0.0) for name in self._names] for c in self._classes]
        )
        self._external = external
        self._rates = np.stack(
            [flow_through(network.routing[c], external[r]) for r, c in enumerate(self._classes)]
        )
        self._visits = self._rates / external.sum(axis=1, keepdims=True)
        self._service = self._services()
        self._queues = [self._queue(k) for k in range(len(self._names))]
        self.arrival_rates = self._table(self._rates)
        self.visits = self._table(self._visits)
        self.utilisation = Named(
            (name, float(np.sum(self._rates[:, k] * self._service[:, k]) / self._servers(k)))
            for k, name in enumerate(self._names)
        )
        times = np.array(
            [[self._time(r, k) for k in range(len(self._names))] for r in range(len(self._classes))]
        )
        self.station_sojourn = self._table(times)
        with np.errstate(invalid="ignore"):
            self.mean_in_system = self._table(np.where(self._rates > 0, self._rates * times, 0.0))
            spent = np.where(self._visits > 0, self._visits * times, 0.0).sum(axis=1)
        self.mean_sojourn = Named(zip(self._classes, spent.tolist(), strict=True))
        self.throughput = Named(zip(self._classes, external.sum(axis=1).tolist(), strict=True))

    # ------------------------------------------------------------------ stations
    def _station(self, k: int) -> Station | ClassStation:
        return self.network.stations[self._names[k]]

    def _servers(self, k: int) -> float:
        station = self._station(k)
        return 1.0 if station.unlimited else float(station.servers)

    def _services(self) -> FloatArray:
        """Mean service by class and station [s]; 0 where a class does not come."""
        means = np.zeros(self._rates.shape)
        for k, name in enumerate(self._names):
            station = self._station(k)
            for r, request_class in enumerate(self._classes):
                if isinstance(station, Station):
                    law = station.service
                    means[r, k] = 1.0 / float(station.service_rate or 1.0) if law is None else float(law.mean)
                elif request_class in station.service:
                    means[r, k] = float(station.service[request_class].mean)
                elif self._rates[r, k] > 0:
                    raise InvalidInput(
                        f"class {request_class!r} comes to {name!r}, which has no service for it; "
                        f"it serves {', '.join(map(repr, station.service))}"
                    )
        return means

    def _queue(self, k: int) -> Queue:
        """The station with all its classes together, for the number present."""
        station, rate = self._station(k), float(self._rates[:, k].sum())
        if isinstance(station, Station):
            return station.at(arrival_rate=rate)
        load = float((self._rates[:, k] * self._service[:, k]).sum())
        mean = load / rate if rate > 0 else float(self._service[:, k].max()) or 1.0
        if station.unlimited:
            return MMInf(arrival_rate=rate, service_rate=1.0 / mean)
        return MMc(arrival_rate=rate, service_rate=1.0 / mean, servers=station.servers)

    def _time(self, r: int, k: int) -> float:
        """Mean time of one visit: in shared service as long as the service asked for."""
        station, queue = self._station(k), self._queues[k]
        whole = float(queue.mean_sojourn)
        if isinstance(station, Station):
            return whole
        if station.unlimited or math.isinf(whole):
            return float(self._service[r, k]) if station.unlimited else math.inf
        mean = float(queue.mean_sojourn - queue.mean_wait)
        return float(self._service[r, k]) * whole / mean

    def _table(self, values: FloatArray) -> Table:
        return Named(
            (request_class, Named(zip(self._names, values[r].tolist(), strict=True)))
            for r, request_class in enumerate(self._classes)
        )

    # ------------------------------------------------------------------ the whole
    @property
    def unstable(self) -> tuple[str, ...]:
        """The stations without a steady state."""
        return tuple(name for name, queue in zip(self._names, self._queues, strict=True) if not queue.stable)

    @property
    def stable(self) -> bool:
        """Whether every station has a steady state."""
        return not self.unstable

    @property
    def _limited(self) -> list[str]:
        return [name for k, name in enumerate(self._names) if not self._station(k).unlimited]

    @property
    def bottleneck(self) -> str | None:
        """The station with the highest utilisation; None where no station has finite servers."""
        return max(self._limited, key=lambda name: self.utilisation[name], default=None)

    @property
    def largest_arrival_rate(self) -> float:
        """Asymptotic bound: the total arrival rate in this mix at which the bottleneck is full [1/s].

        Source: Denning & Buzen 1978, "The operational analysis of queueing network models", ACM Comp. Surveys 10.
        """
        busiest = self.utilisation[self.bottleneck] if self.bottleneck is not None else 0.0
        return float(self._external.sum() / busiest) if busiest > 0 else math.inf

    @property
    def least_mean_sojourn(self) -> Named[float]:
        """Asymptotic bound: class -> the mean time if nobody waited, sum_i V_i E[S_i] [s]."""
        return Named(zip(self._classes, (self._visits * self._service).sum(axis=1).tolist(), strict=True))

    # ------------------------------------------------------------------ laws
    def sojourn(
        self,
        request_class: str | None = None,
        *,
        entry: str | None = None,
        route: Sequence[str] | None = None,
    ) -> Law:
        """The law of the time from arrival to departure; by default of a request of any class.

        Args:
            request_class: of this class alone.
            entry: ... that enters at this station.
            route: ... or that visits exactly these stations in this order.

        Raises:
            InvalidInput: names that do not exist, an entry or a route without a class, a route that nobody takes, or
                a station that shares its servers among services of different means (its law is not known).
        """
        if request_class is None:
            if entry is not None or route is not None:
                raise InvalidInput("an entry or a route belongs to a class; name it")
            weights = self._external.sum(axis=1) / self._external.sum()
            laws = tuple(self.sojourn(name) for name in self._classes)
            return laws[0] if len(laws) == 1 else Mixture(weights=tuple(weights.tolist()), laws=laws)
        r = _number(request_class, self._classes, "class")
        if route is not None:
            return self._along(r, [_number(name, self._names, "station") for name in route])
        alpha = self._external[r] / self._external[r].sum()
        if entry is not None:
            alpha = np.zeros(len(self._names))
            alpha[_number(entry, self._names, "station")] = 1.0
        return self._from(r, alpha)

    def _along(self, r: int, route: list[int]) -> Law:
        routing = self.network.routing[self._classes[r]]
        if not route:
            raise InvalidInput("a route needs at least one station")
        for one, other in itertools.pairwise(route):
            if other not in routing.row(one)[0]:
                raise InvalidInput(
                    f"class {self._classes[r]!r} never goes from {self._names[one]!r} to {self._names[other]!r}"
                )
        laws = tuple(self._law(r, k) for k in route)
        return laws[0] if len(laws) == 1 else Sum(laws=laws)

    def _from(self, r: int, alpha: FloatArray) -> Law:
        routing = self.network.routing[self._classes[r]]
        visits = flow_through(routing, alpha)
        seen = np.flatnonzero(visits > 0)
        place = np.cumsum(visits > 0) - 1  # among those seen
        kept = visits[routing.source] > 0
        part = Routing(
            tuple(self._names[k] for k in seen.tolist()),
            place[routing.source[kept]],
            place[routing.target[kept]],
            routing.probability[kept],
        )
        laws = [self._law(r, k) for k in seen.tolist()]
        law = NetworkSojourn(laws=tuple(laws), entry=tuple(alpha[seen].tolist()), routing=part)
        order = blocks(part)
        if not any(block.inner is not None for block in order) or not math.isfinite(float(law.var)):
            return law
        variance, relaxation = self._waits(seen)
        extra = revisit_variance(
            order, laws, visits=visits[seen], wait_variance=variance, relaxation_time=relaxation
        )
        second = float(law.var) + float(law.mean) ** 2
        return CommonFactor(law=law, spread=float(extra) / second) if extra > 0 else law

    def _waits(self, seen: Any) -> tuple[FloatArray, FloatArray]:
        """Variance of the wait and relaxation time of each station in order of arrival."""
        variance, relaxation = np.zeros(seen.size), np.ones(seen.size)
        for place, k in enumerate(seen.tolist()):
            station, queue = self._station(k), self._queues[k]
            if isinstance(station, Station) and not station.unlimited:
                rho, v = float(queue.utilisation), 1.0
                v = v if station.service is None else float(station.service.scv)
                mean = float(self._service[:, k].max())
                if math.isfinite(v) and math.isfinite(float(queue.wait.var)) and rho > 0:
                    variance[place] = float(queue.wait.var)
                    relaxation[place] = rho * (1 + v) * mean / (self._servers(k) * (1 - rho) ** 2)
        return variance, relaxation

    def _law(self, r: int, k: int) -> Law:
        """Of one visit."""
        station, queue = self._station(k), self._queues[k]
        if isinstance(station, Station):
            return queue.sojourn
        law = station.service.get(self._classes[r])
        if law is None:
            raise InvalidInput(f"class {self._classes[r]!r} has no service at {self._names[k]!r}")
        if station.unlimited:
            return law
        present = [station.service[name] for s, name in enumerate(self._classes) if self._rates[s, k] > 0]
        alike = all(isinstance(each, Exponential) and each.mean == law.mean for each in present)
        if station.servers != 1 or not alike:
            raise InvalidInput(
                f"the law of the time at {self._names[k]!r} is not known: percentiles through shared servers need one "
                "server and one exponential service for all classes; the means are exact all the same"
            )
        return SharedSojourn(arrival_rate=float(self._rates[:, k].sum()), service_rate=1.0 / float(law.mean))

    # ------------------------------------------------------------------ evidence
    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the means rest on."""
        keys = ["bcmp"]
        plain = [queue for k, queue in enumerate(self._queues) if isinstance(self._station(k), Station)]
        general = [
            queue for queue in plain if not isinstance(queue, MMc | MMInf) and queue.kendall != "M/G/inf"
        ]
        if general:
            return (*dict.fromkeys(queue.statement for queue in general), STATEMENTS["poisson-arrivals"])
        return tuple(STATEMENTS[key] for key in keys)

    @property
    def evidence(self) -> Evidence:
        """How far the means can be trusted; percentiles are approximate (independent sojourns)."""
        return weakest(statement.evidence for statement in self.statements)

    # ------------------------------------------------------------------ tables
    def to_frame(self) -> pd.DataFrame:
        """One row for each class and station, units in the column names."""
        import pandas as pd

        def column(table: Table) -> list[float]:
            return [table[c][name] for c in self._classes for name in self._names]

        return pd.DataFrame(
            {
                "arrival_rate_per_s": column(self.arrival_rates),
                "visits": column(self.visits),
                "mean_service_s": self._service.ravel(),
                "utilisation": (self._rates * self._service).ravel()
                / np.array(
                    [[self._servers(k) for k in range(len(self._names))]] * len(self._classes)
                ).ravel(),
                "mean_sojourn_s": column(self.station_sojourn),
                "mean_in_system": column(self.mean_in_system),
            },
            index=pd.MultiIndex.from_product([self._classes, self._names], names=["class", "station"]),
        )

    def __eq__(self, other: object) -> bool:
        return self.network == other.network if isinstance(other, OpenSolution) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.network)

    def __repr__(self) -> str:
        return f"{self.network!r}.solve()"


def _number(name: str, names: Sequence[str], noun: str) -> int:
    if name not in names:
        raise InvalidInput(f"no {noun} {name!r}{nearest(str(name), names)}")
    return names.index(name)
