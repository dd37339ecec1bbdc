"""A solved open network: rates, stations, and the end-to-end law."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from queuecalc.evidence import Evidence, Statement, weakest
from queuecalc.law.base import Law
from queuecalc.law.mixture import Mixture
from queuecalc.law.parameter import Real, released
from queuecalc.load.arrays import FloatArray
from queuecalc.network.labels import network_statements
from queuecalc.network.named import Named
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.saturation import departures
from queuecalc.network.sojourn import NetworkSojourn
from queuecalc.network.structure import Block, blocks
from queuecalc.network.traffic import throughflow
from queuecalc.station import Station
from queuecalc.station.base import Queue

if TYPE_CHECKING:
    import pandas as pd

    from queuecalc.network.jackson import JacksonNetwork

__all__ = ["JacksonSolution"]


class JacksonSolution:
    """What `JacksonNetwork.solve` returns. Equal where the networks are.

    Where a station that somebody visits has no steady state, the end-to-end law is infinite: sf(t) = 1, mean and
    quantiles inf; `unstable` names the station.

    Attributes:
        network: as it was given.
        arrival_rates: name -> lambda, the rate through each station [1/s].
        visits: name -> V, the mean number of visits of one request.
        stations: name -> the station at its rate.
    """

    network: JacksonNetwork
    arrival_rates: Named[Real]
    visits: Named[Real]
    stations: Named[Queue]

    def __init__(self, network: JacksonNetwork, external: FloatArray) -> None:
        """From a checked network and its arrival rates, shape (n, *batch)."""
        self.network = network
        self._order: tuple[Block, ...] = blocks(network.routing)
        self._external = external
        rates = throughflow(self._order, external)
        total = external.sum(axis=0)
        self._visits = rates / total
        names = network.routing.names
        self.arrival_rates = Named((name, released(rate)) for name, rate in zip(names, rates, strict=True))
        self.visits = Named((name, released(v)) for name, v in zip(names, self._visits, strict=True))
        self.stations = Named(
            (name, station.at(arrival_rate=self.arrival_rates[name]))
            for name, station in network.stations.items()
        )
        self._visited: npt.NDArray[np.bool_] = np.asarray((rates > 0).reshape(len(names), -1).any(axis=1))

    # ------------------------------------------------------------------ the whole
    @property
    def throughput(self) -> Real:
        """What arrives from outside in all, and leaves where everything is stable [1/s]."""
        return released(self._external.sum(axis=0))

    @property
    def departure_rate(self) -> Real:
        """What leaves in the long run [1/s]: the throughput, less what piles up at unstable stations.

        Source: Goodman & Massey 1984, J. Appl. Prob. 21.
        """
        if np.all(np.asarray(self.stable)):
            return self.throughput
        capacity = np.stack([_capacity(station) for station in self.network.stations.values()])
        shape = np.broadcast_shapes(self._external.shape[1:], capacity.shape[1:])
        n = len(capacity)
        external = np.broadcast_to(
            self._external.reshape(
                n, *(1,) * (len(shape) - self._external.ndim + 1), *self._external.shape[1:]
            ),
            (n, *shape),
        ).reshape(n, -1)
        limits = np.broadcast_to(
            capacity.reshape(n, *(1,) * (len(shape) - capacity.ndim + 1), *capacity.shape[1:]), (n, *shape)
        ).reshape(n, -1)
        routing = self.network.routing
        left = [
            routing.exit @ departures(routing, external[:, k], limits[:, k]) for k in range(external.shape[1])
        ]
        return released(np.array(left).reshape(shape))

    @property
    def mean_sojourn(self) -> Real:
        """E[T] = sum_i V_i E[T_i] from arrival to departure [s]; inf where a visited station is unstable."""
        return self.sojourn.mean

    @property
    def mean_in_system(self) -> Real:
        """Mean number in the network, by Little's law."""
        return released(np.asarray(self.throughput) * np.asarray(self.mean_sojourn))

    @property
    def stable(self) -> Any:
        """Whether every visited station has a steady state; a bool, or an array of them."""
        parts = [np.asarray(queue.stable) for name, queue in self.stations.items() if self._is_visited(name)]
        return released(np.logical_and.reduce(np.broadcast_arrays(*parts)))

    @property
    def unstable(self) -> tuple[str, ...]:
        """The visited stations without a steady state (somewhere in the batch), in the order of the network."""
        return tuple(
            name
            for name, queue in self.stations.items()
            if self._is_visited(name) and not np.all(np.asarray(queue.stable))
        )

    @property
    def bottleneck(self) -> Any:
        """The visited station with the highest utilisation: a name, or an array of names."""
        names = [name for name in self.stations if self._is_visited(name)]
        rho = np.stack(np.broadcast_arrays(*(np.asarray(self.stations[name].utilisation) for name in names)))
        highest = np.array(names)[rho.argmax(axis=0)]
        return str(highest) if highest.ndim == 0 else highest

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the end-to-end law rests on."""
        return network_statements(self.network.routing, self._order, self._visited, self.stations)

    @property
    def evidence(self) -> Evidence:
        """The weakest label of the statements."""
        return weakest(statement.evidence for statement in self.statements)

    # ------------------------------------------------------------------ end to end
    @cached_property
    def sojourn(self) -> Law:
        """The law of the time from arrival to departure.

        Visits are independent, but where a request comes back to a station: there the correlation of its waits is put
        back (`network/revisits.py`).
        """
        law = self.independent_sojourn
        extra = self._extra_variance()
        if not np.any(extra > 0.0):
            return law
        stable = np.isfinite(np.asarray(law.var))
        second = np.where(stable, np.asarray(law.var) + np.square(np.where(stable, law.mean, 0.0)), 1.0)
        return CommonFactor(law=law, spread=released(np.where(stable, extra / second, 0.0)))

    @cached_property
    def independent_sojourn(self) -> Law:
        """The same with all visits independent, revisits too."""
        routing = self.network.routing
        seen = np.flatnonzero(self._visited).tolist()
        names = [routing.names[k] for k in seen]
        enters = self._external / self._external.sum(axis=0)
        entry = [released(enters[k]) for k in seen]
        laws = [self.stations[name].sojourn for name in names]
        if not self._visited[routing.source].any():  # nobody goes on: one visit each
            return laws[0] if len(laws) == 1 else Mixture(weights=tuple(entry), laws=tuple(laws))
        place = np.full(len(routing.names), -1)
        place[seen] = np.arange(len(seen))
        kept = self._visited[routing.source]
        part = Routing(
            tuple(names), place[routing.source[kept]], place[routing.target[kept]], routing.probability[kept]
        )
        return NetworkSojourn(laws=tuple(laws), entry=tuple(entry), routing=part)

    def _extra_variance(self) -> FloatArray:
        """Of correlated revisits [s^2], of the batch shape; 0 where it cannot be told."""
        looped = [
            block for block in self._order if block.inner is not None and self._visited[block.stations].any()
        ]
        if not looped:
            return np.zeros(())
        queues = list(self.stations.values())
        templates = list(self.network.stations.values())
        shape = np.broadcast_shapes(self._visits.shape[1:], *(queue.shape for queue in queues))
        variance = np.zeros((len(queues), *shape))
        relaxation = np.ones((len(queues), *shape))
        for k in np.concatenate([block.stations for block in looped]).tolist():
            queue, template = queues[k], templates[k]
            if template.unlimited:
                continue
            rho, servers = np.asarray(queue.utilisation), np.asarray(template.servers)
            mean = _mean_service(template)
            wait = np.asarray(queue.wait.var)
            v = 1.0 if template.service is None else np.asarray(template.service.scv)
            usable = np.asarray(queue.stable) & np.isfinite(wait) & np.isfinite(v) & (rho > 0)
            variance[k] = np.where(usable, wait, 0.0)
            left = np.where(usable, 1.0 - rho, 1.0)
            relaxation[k] = np.where(
                usable, rho * (1.0 + v) * np.where(usable, mean, 1.0) / (servers * left**2), 1.0
            )
        visits = np.broadcast_to(
            self._visits.reshape(
                len(queues), *(1,) * (len(shape) - self._visits.ndim + 1), *self._visits.shape[1:]
            ),
            variance.shape,
        )
        laws = [queue.sojourn for queue in queues]
        extra = revisit_variance(
            looped, laws, visits=visits, wait_variance=variance, relaxation_time=relaxation
        )
        return np.where(np.asarray(self.stable), extra, 0.0)

    # ------------------------------------------------------------------ tables
    def to_frame(self) -> pd.DataFrame:
        """One row a station (a station and case, where the rates are arrays), units in the column names."""
        import pandas as pd

        share = {
            name: np.asarray(self.visits[name]) * np.asarray(queue.mean_sojourn)
            for name, queue in self.stations.items()
        }
        columns: dict[str, dict[str, Any]] = {
            "arrival_rate_per_s": dict(self.arrival_rates),
            "visits": dict(self.visits),
            "servers": {name: station.servers for name, station in self.network.stations.items()},
            "utilisation": {name: queue.utilisation for name, queue in self.stations.items()},
            "delay_probability": {name: queue.delay_probability for name, queue in self.stations.items()},
            "mean_wait_s": {name: queue.mean_wait for name, queue in self.stations.items()},
            "mean_sojourn_s": {name: queue.mean_sojourn for name, queue in self.stations.items()},
            "mean_time_per_request_s": share,
            "mean_in_system": {name: queue.mean_in_system for name, queue in self.stations.items()},
        }
        shape = np.broadcast_shapes(*(queue.shape for queue in self.stations.values()))
        names = list(self.stations)
        if shape == ():
            index: Any = pd.Index(names, name="station")
        else:
            cases = range(int(np.prod(shape)))
            index = pd.MultiIndex.from_product([names, cases], names=["station", "case"])
        return pd.DataFrame(
            {
                column: np.concatenate(
                    [np.broadcast_to(np.asarray(values[name]), shape).ravel() for name in names]
                )
                for column, values in columns.items()
            },
            index=index,
        )

    def _is_visited(self, name: str) -> bool:
        return bool(np.any(np.asarray(self.visits[name]) > 0))

    def __eq__(self, other: object) -> bool:
        return self.network == other.network if isinstance(other, JacksonSolution) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.network)

    def __repr__(self) -> str:
        return f"{self.network!r}.solve()"


def _mean_service(station: Station) -> FloatArray:
    """Of one customer [s]."""
    if station.service is None:
        return np.asarray(1.0 / np.asarray(station.service_rate))
    return np.asarray(station.service.mean)


def _capacity(station: Station) -> FloatArray:
    """c mu [1/s]; inf with unlimited servers."""
    return np.asarray(np.asarray(station.servers, dtype=np.float64) / _mean_service(station))
