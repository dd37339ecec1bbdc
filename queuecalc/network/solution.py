"""A solved open network: rates, stations, and the end-to-end law."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from queuecalc.evidence import STATEMENTS, Evidence, Statement, weakest
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.mixture import Mixture
from queuecalc.law.parameter import Real, released
from queuecalc.load.arrays import FloatArray
from queuecalc.network.columns import Columns, Templates, columns_of, raised
from queuecalc.network.feedback import FeedbackSojourn
from queuecalc.network.labels import network_statements
from queuecalc.network.named import Made, Named
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.saturation import departures
from queuecalc.network.sojourn import NetworkSojourn
from queuecalc.network.structure import Block, blocks
from queuecalc.network.traffic import flow_through
from queuecalc.station import Station
from queuecalc.station.base import Queue
from queuecalc.station.mmc_sojourn import MMcSojourn

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
        columns: the figures of all stations as arrays, for networks of very many.
    """

    network: JacksonNetwork
    arrival_rates: Named[Real]
    visits: Named[Real]
    stations: Named[Queue]
    columns: Columns

    def __init__(self, network: JacksonNetwork, external: FloatArray, templates: Templates) -> None:
        """From a checked network, its arrival rates, shape (n, *batch), and its stations."""
        self.network = network
        self._external = external
        self._templates = templates
        names = network.routing.names
        rates = flow_through(network.routing, external)
        self._visits = rates / external.sum(axis=0)
        self.columns = columns_of(names, templates, rates, self._visits)
        self.arrival_rates = Made(names, lambda k: released(rates[k]))
        self.visits = Made(names, lambda k: released(self._visits[k]))
        self.stations = Made(names, lambda k: self._station(k).at(arrival_rate=released(rates[k])))
        self._visited: npt.NDArray[np.bool_] = np.asarray((rates > 0).reshape(len(names), -1).any(axis=1))

    def _station(self, k: int) -> Station:
        return self.network.stations[self.network.routing.names[k]]

    @cached_property
    def _order(self) -> tuple[Block, ...]:
        return blocks(self.network.routing)

    def __reduce__(self) -> tuple[Any, ...]:
        return _solved, (self.network,)

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
        c = self.columns
        shape, n = c.visits.shape[1:], self._visited.size
        external = np.broadcast_to(raised(self._external, len(shape)), (n, *shape)).reshape(n, -1)
        limits = (c.servers / c.mean_service).reshape(n, -1)
        routing = self.network.routing
        left = [
            routing.exit @ departures(routing, external[:, k], limits[:, k]) for k in range(external.shape[1])
        ]
        return released(np.array(left).reshape(shape))

    @property
    def mean_sojourn(self) -> Real:
        """E[T] = sum_i V_i E[T_i] from arrival to departure [s]; inf where a visited station is unstable."""
        if self._fed_back is not None:
            return self._fed_back.mean
        c = self.columns
        with np.errstate(invalid="ignore"):
            return released(np.where(c.visits > 0.0, c.visits * c.mean_sojourn, 0.0).sum(axis=0))

    @property
    def mean_in_system(self) -> Real:
        """Mean number in the network, by Little's law."""
        return released(np.asarray(self.throughput) * np.asarray(self.mean_sojourn))

    @property
    def stable(self) -> Any:
        """Whether every visited station has a steady state; a bool, or an array of them."""
        return released(self.columns.stable[self._visited].all(axis=0))

    @property
    def unstable(self) -> tuple[str, ...]:
        """The visited stations without a steady state (somewhere in the batch), in the order of the network."""
        steady = self.columns.stable.reshape(self._visited.size, -1).all(axis=1)
        return tuple(self.columns.names[k] for k in np.flatnonzero(self._visited & ~steady).tolist())

    @property
    def bottleneck(self) -> Any:
        """The visited station with the highest utilisation: a name, or an array of names."""
        seen = np.flatnonzero(self._visited)
        highest = seen[self.columns.utilisation[seen].argmax(axis=0)]
        names = self.columns.names
        return names[int(highest)] if highest.ndim == 0 else np.array(names)[highest]

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the end-to-end law rests on."""
        if self._fed_back is not None:
            return (STATEMENTS["feedback-sojourn"],)
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
        back (`network/revisits.py`). A network of one station with one server is exact even so
        (`network/feedback.py`).
        """
        return self.approximate_sojourn if self._fed_back is None else self._fed_back

    @cached_property
    def approximate_sojourn(self) -> Law:
        """The same by the approximation that serves every network."""
        law = self.independent_sojourn
        extra = self._extra_variance()
        if not np.any(extra > 0.0):
            return law
        stable = np.isfinite(np.asarray(law.var))
        second = np.where(stable, np.asarray(law.var) + np.square(np.where(stable, law.mean, 0.0)), 1.0)
        return CommonFactor(law=law, spread=released(np.where(stable, extra / second, 0.0)))

    @cached_property
    def _fed_back(self) -> FeedbackSojourn | None:
        """The exact law where everybody visits one station alone, of one server, and may come back to it."""
        seen = np.flatnonzero(self._visited)
        if seen.size != 1:
            return None
        (k,) = seen.tolist()
        targets, shares = self.network.routing.row(k)
        station = self._station(k)
        if k not in targets or np.any(np.asarray(station.servers) != 1):
            return None
        service = station.service
        if service is None:
            service = Exponential(mean=released(1.0 / np.asarray(station.service_rate)))
        (back,) = shares[targets == k].tolist()
        return FeedbackSojourn(arrival_rate=released(self._external[k]), service=service, back=back)

    @cached_property
    def independent_sojourn(self) -> Law:
        """The same with all visits independent, revisits too."""
        routing = self.network.routing
        seen = np.flatnonzero(self._visited).tolist()
        names = [routing.names[k] for k in seen]
        enters = self._external / self._external.sum(axis=0)
        entry = [released(enters[k]) for k in seen]
        laws = [self._laws[k] for k in seen]
        if not self._visited[routing.source].any():  # nobody goes on: one visit each
            return laws[0] if len(laws) == 1 else Mixture(weights=tuple(entry), laws=tuple(laws))
        place = np.full(len(routing.names), -1)
        place[seen] = np.arange(len(seen))
        kept = self._visited[routing.source]
        part = Routing(
            tuple(names), place[routing.source[kept]], place[routing.target[kept]], routing.probability[kept]
        )
        return NetworkSojourn(laws=tuple(laws), entry=tuple(entry), routing=part)

    @cached_property
    def _laws(self) -> list[Law]:
        """The sojourn at each station; those of M/M/c straight from their figures."""
        c = self.columns
        plain = np.zeros(self._visited.size, dtype=np.bool_)
        plain[self._templates.plain] = True
        plain &= np.isfinite(c.servers.reshape(plain.size, -1)[:, 0])
        if c.visits.ndim > 1 or not plain.any():
            return [self.stations[name].sojourn for name in c.names]
        rates = dict(zip(self._templates.plain.tolist(), self._templates.rate.tolist(), strict=True))
        return [
            MMcSojourn(rates[k], delay, relief) if plain[k] else self.stations[name].sojourn
            for k, (name, delay, relief) in enumerate(
                zip(c.names, c.delay_probability.tolist(), c.relief.tolist(), strict=True)
            )
        ]

    def _extra_variance(self) -> FloatArray:
        """Of correlated revisits [s^2], of the batch shape; 0 where it cannot be told."""
        looped = [
            block for block in self._order if block.inner is not None and self._visited[block.stations].any()
        ]
        if not looped:
            return np.zeros(())
        columns = self.columns
        n = self._visited.size
        variance, variability = np.zeros(columns.visits.shape), np.ones(n)
        for k in np.concatenate([block.stations for block in looped]).tolist():
            template = self._templates.others.get(k)
            if template is not None and not template.unlimited:
                variance[k] = np.asarray(self.stations[columns.names[k]].wait.var)
                variability[k] = (
                    1.0 if template.service is None else np.mean(np.asarray(template.service.scv))
                )
        with np.errstate(all="ignore"):
            delayed = np.where(columns.delay_probability > 0.0, 2.0 / columns.delay_probability - 1.0, 0.0)
            plain = self._templates.plain
            variance[plain] = (delayed * columns.mean_wait**2)[plain]
            v = variability.reshape((-1,) + (1,) * (variance.ndim - 1))
            rho = columns.utilisation
            usable = (
                columns.stable
                & np.isfinite(variance)
                & np.isfinite(v)
                & (rho > 0)
                & np.isfinite(columns.servers)
            )
            left = np.where(usable, 1.0 - rho, 1.0)
            relaxation = rho * (1.0 + v) * columns.mean_service / (columns.servers * left**2)
        extra = revisit_variance(
            looped,
            self._laws,
            visits=columns.visits,
            wait_variance=np.where(usable, variance, 0.0),
            relaxation_time=np.where(usable, relaxation, 1.0),
        )
        return np.where(np.asarray(self.stable), extra, 0.0)

    # ------------------------------------------------------------------ tables
    def to_frame(self) -> pd.DataFrame:
        """One row a station (a station and case, where the rates are arrays), units in the column names."""
        import pandas as pd

        c = self.columns
        with np.errstate(invalid="ignore"):
            share = np.where(c.visits > 0.0, c.visits * c.mean_sojourn, 0.0)
        columns = {
            "arrival_rate_per_s": c.arrival_rate,
            "visits": c.visits,
            "servers": c.servers,
            "utilisation": c.utilisation,
            "delay_probability": c.delay_probability,
            "mean_wait_s": c.mean_wait,
            "mean_sojourn_s": c.mean_sojourn,
            "mean_time_per_request_s": share,
            "mean_in_system": c.mean_in_system,
        }
        names = list(c.names)
        if c.visits.ndim == 1:
            index: Any = pd.Index(names, name="station")
        else:
            cases = range(int(np.prod(c.visits.shape[1:])))
            index = pd.MultiIndex.from_product([names, cases], names=["station", "case"])
        return pd.DataFrame({column: values.ravel() for column, values in columns.items()}, index=index)

    def __eq__(self, other: object) -> bool:
        return self.network == other.network if isinstance(other, JacksonSolution) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.network)

    def __repr__(self) -> str:
        return f"{self.network!r}.solve()"


def _solved(network: JacksonNetwork) -> JacksonSolution:
    return network.solve()
