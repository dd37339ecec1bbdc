"""A solved network that is not product form."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.evidence import STATEMENTS, Evidence, Statement, weakest
from queuecalc.law.base import Law
from queuecalc.law.mixture import Mixture
from queuecalc.load.arrays import FloatArray
from queuecalc.network.general.figures import Known, figures_of
from queuecalc.network.general.station import GeneralStation, equivalent, service_of, sojourn_of
from queuecalc.network.named import Named
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.saturation import departures
from queuecalc.network.sojourn import NetworkSojourn
from queuecalc.network.structure import blocks
from queuecalc.network.traffic import flow_through

if TYPE_CHECKING:
    import pandas as pd

    from queuecalc.network.general.network import GeneralNetwork

__all__ = ["GeneralSolution"]

CORRELATED = 0.6
"""Of the variance that correlated revisits add by `revisit_variance`: fitted to 23 random networks with loops."""

_STATEMENTS = {"dispersion": "dispersion", "robust": "robust-queueing", "qna": "qna"}


class GeneralSolution:
    """What `GeneralNetwork.solve` returns. Equal where the networks and the methods are.

    Attributes:
        network: as it was given.
        method: of the mean waits.
        arrival_rates: name -> lambda, the rate through each station [1/s].
        visits: name -> V, the mean number of visits of one request.
        stations: name -> `GeneralStation`.
    """

    network: GeneralNetwork
    method: str
    arrival_rates: Named[float]
    visits: Named[float]
    stations: Named[GeneralStation]

    def __init__(self, network: GeneralNetwork, method: str) -> None:
        """From a checked network."""
        self.network, self.method = network, method
        names = network.routing.names
        self._external = np.array([network.arrival_rates.get(name, 0.0) for name in names])
        rates = flow_through(network.routing, self._external)
        self._rates, self._visits = rates, rates / self._external.sum()
        self._seen = np.flatnonzero(rates > 0.0)
        figures = figures_of(self._known(), method)
        self._figures = figures
        waits, dispersion = np.zeros(len(names)), np.ones(len(names))
        waits[self._seen], dispersion[self._seen] = figures.waits, figures.dispersion
        self.arrival_rates = Named(zip(names, rates.tolist(), strict=True))
        self.visits = Named(zip(names, self._visits.tolist(), strict=True))
        self.stations = Named(
            (
                name,
                GeneralStation(
                    template=network.stations[name],
                    arrival_rate=float(rates[k]),
                    mean_wait=float(waits[k]),
                    arrival_dispersion=float(dispersion[k]),
                ),
            )
            for k, name in enumerate(names)
        )

    def _known(self) -> Known:
        network, seen = self.network, self._seen.tolist()
        names = [network.routing.names[k] for k in seen]
        P = np.zeros((len(network.routing.names),) * 2)
        P[network.routing.source, network.routing.target] = network.routing.probability
        templates = [network.stations[name] for name in names]
        return Known(
            P=P[np.ix_(seen, seen)],
            external=self._external[seen],
            rates=self._rates[seen],
            arrivals=[network.interarrival(name) for name in names],
            services=[service_of(template) for template in templates],
            servers=np.array([float(np.asarray(template.servers)) for template in templates]),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _solved, (self.network, self.method)

    # ------------------------------------------------------------------ the whole
    @property
    def throughput(self) -> float:
        """What arrives from outside in all [1/s]."""
        return float(self._external.sum())

    @property
    def departure_rate(self) -> float:
        """What leaves in the long run [1/s]: the throughput, less what piles up at unstable stations."""
        limits = [
            station.servers / station.mean_service if math.isfinite(station.servers) else math.inf
            for station in self.stations.values()
        ]
        routing = self.network.routing
        return float(routing.exit @ departures(routing, self._external, np.array(limits)))

    @property
    def mean_sojourn(self) -> float:
        """E[T] = sum_i V_i E[T_i] from arrival to departure [s]; inf where a visited station is unstable."""
        return math.fsum(
            self.visits[name] * station.mean_sojourn
            for name, station in self.stations.items()
            if self.visits[name] > 0.0
        )

    @property
    def mean_in_system(self) -> float:
        """Mean number in the network, by Little's law."""
        return self.throughput * self.mean_sojourn

    @property
    def stable(self) -> bool:
        """Whether every visited station has a steady state."""
        return not self.unstable

    @property
    def unstable(self) -> tuple[str, ...]:
        """The visited stations without a steady state."""
        return tuple(
            name for name, station in self.stations.items() if self.visits[name] > 0.0 and not station.stable
        )

    @property
    def bottleneck(self) -> str:
        """The visited station with the highest utilisation."""
        names = self.network.routing.names
        busy = [self.stations[names[k]].utilisation for k in self._seen]
        return names[int(self._seen[int(np.argmax(busy))])]

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the answer rests on."""
        loops = any(block.inner is not None for block in blocks(self._part))
        keys = [_STATEMENTS[self.method], "independent-sojourns", *(["revisits"] if loops else [])]
        return tuple(STATEMENTS[key] for key in keys)

    @property
    def evidence(self) -> Evidence:
        """The weakest label of the statements."""
        return weakest(statement.evidence for statement in self.statements)

    # ------------------------------------------------------------------ end to end
    @cached_property
    def _part(self) -> Routing:
        """Between the visited stations."""
        routing = self.network.routing
        place = np.full(len(routing.names), -1)
        place[self._seen] = np.arange(self._seen.size)
        kept = np.isin(routing.source, self._seen)
        return Routing(
            tuple(routing.names[k] for k in self._seen),
            place[routing.source[kept]],
            place[routing.target[kept]],
            routing.probability[kept],
        )

    @cached_property
    def _queues(self) -> list[Any]:
        """Stations with Poisson arrivals and the waits that the visits of one request add up to."""
        known = [self.stations[name] for name in self._part.names]
        return [
            station.equivalent
            if carried == station.mean_wait
            else equivalent(station.template, station.arrival_rate, carried)
            for station, carried in zip(known, self._figures.carried.tolist(), strict=True)
        ]

    @cached_property
    def sojourn(self) -> Law:
        """The law of the time from arrival to departure.

        Visits are independent, but where a request comes back to a station: there the correlation of its waits is put
        back (`network/revisits.py`).
        """
        templates = [self.stations[name].template for name in self._part.names]
        laws = [sojourn_of(*each) for each in zip(templates, self._queues, strict=True)]
        entry = (self._external[self._seen] / self._external.sum()).tolist()
        if not self._part.source.size:
            return laws[0] if len(laws) == 1 else Mixture(weights=tuple(entry), laws=tuple(laws))
        law = NetworkSojourn(laws=tuple(laws), entry=tuple(entry), routing=self._part)
        extra = self._extra_variance(laws)
        variance = float(np.asarray(law.var))
        if extra <= 0.0 or not math.isfinite(variance):
            return law
        return CommonFactor(law=law, spread=extra / (variance + float(np.asarray(law.mean)) ** 2))

    def _extra_variance(self, laws: list[Law]) -> float:
        """Of correlated revisits [s^2]."""
        looped = [block for block in blocks(self._part) if block.inner is not None]
        if not looped or not self.stable:
            return 0.0
        n = len(laws)
        variance, relaxation = np.zeros(n), np.ones(n)
        for k, (name, queue) in enumerate(zip(self._part.names, self._queues, strict=True)):
            station = self.stations[name]
            if math.isinf(station.servers):
                continue
            spread = float(np.asarray(queue.wait.var))
            scv = float(np.asarray(service_of(station.template).scv))
            if math.isfinite(spread) and math.isfinite(scv):
                variance[k] = spread
                rho = station.utilisation
                variability = station.arrival_dispersion + scv
                relaxation[k] = (
                    rho * variability * station.mean_service / (station.servers * (1.0 - rho) ** 2)
                )
        relaxation = np.maximum(relaxation, 1e-300)
        extra: FloatArray = revisit_variance(
            looped,
            laws,
            visits=self._visits[self._seen],
            wait_variance=variance,
            relaxation_time=relaxation,
        )
        return CORRELATED * float(extra)

    # ------------------------------------------------------------------ tables
    def to_frame(self) -> pd.DataFrame:
        """One row a station, units in the column names."""
        import pandas as pd

        rows = {
            name: {
                "arrival_rate_per_s": station.arrival_rate,
                "visits": self.visits[name],
                "servers": station.servers,
                "utilisation": station.utilisation,
                "arrival_dispersion": station.arrival_dispersion,
                "delay_probability": station.delay_probability,
                "mean_wait_s": station.mean_wait,
                "mean_sojourn_s": station.mean_sojourn,
                "mean_time_per_request_s": self.visits[name] * station.mean_sojourn
                if self.visits[name]
                else 0.0,
                "mean_in_system": station.mean_in_system,
            }
            for name, station in self.stations.items()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.index.name = "station"
        return frame

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GeneralSolution):
            return NotImplemented
        return self.network == other.network and self.method == other.method

    def __hash__(self) -> int:
        return hash((self.network, self.method))

    def __repr__(self) -> str:
        return f"{self.network!r}.solve(method={self.method!r})"


def _solved(network: GeneralNetwork, method: str) -> GeneralSolution:
    return network.solve(method=method)
