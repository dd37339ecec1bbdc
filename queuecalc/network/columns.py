"""Figures of all stations of a network as arrays, worked out together where their queues are of one type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import released
from queuecalc.load.arrays import FloatArray
from queuecalc.station import MMc, MMInf, Station
from queuecalc.station.base import Queue
from queuecalc.station.mmc_sojourn import MMcSojourn

__all__ = ["Columns", "Templates", "columns_of", "raised"]


class Templates:
    """The stations of a network, those with exponential service and scalar figures as arrays.

    Attributes:
        count: how many stations.
        plain: the numbers of those held as arrays.
        rate, servers: mu [1/s] and c of these; c is inf where servers are unlimited.
        others: the other stations by number.
    """

    def __init__(self, count: int, plain: Any, rate: FloatArray, servers: FloatArray, others: Any) -> None:
        """As told above."""
        self.count = count
        self.plain: npt.NDArray[np.intp] = plain
        self.rate = rate
        self.servers = servers
        self.others: Mapping[int, Station] = others

    @classmethod
    def of(cls, stations: Sequence[Station]) -> Templates:
        """From one object a station."""
        plain, rates, servers, others = [], [], [], {}
        for k, station in enumerate(stations):
            rate: Any = station.service_rate
            if isinstance(station.service, Exponential):
                rate = released(1.0 / np.asarray(station.service.mean))
            if rate is None or np.ndim(rate) or np.ndim(station.servers):
                others[k] = station
            else:
                plain.append(k)
                rates.append(rate)
                servers.append(station.servers)
        return cls(len(stations), np.array(plain, np.intp), np.array(rates), np.array(servers, float), others)

    @classmethod
    def of_batch(cls, batch: Station, count: int) -> Templates:
        """From one station whose figures are arrays."""
        rate = np.broadcast_to(np.asarray(batch.service_rate, dtype=np.float64), (count,))
        servers = np.broadcast_to(np.asarray(batch.servers, dtype=np.float64), (count,))
        return cls(count, np.arange(count), rate, servers, {})

    def station(self, k: int) -> Station:
        """The k-th."""
        if k in self.others:
            return self.others[k]
        place = int(np.searchsorted(self.plain, k))
        servers = float(self.servers[place])
        return Station(
            servers=int(servers) if np.isfinite(servers) else servers, service_rate=float(self.rate[place])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One array a figure, stations along the first axis, the batch behind it; times in seconds, rates in 1/s.

    Attributes:
        names: of the stations.
        arrival_rate, visits: lambda_i, and V_i of one request.
        servers: c; inf where unlimited.
        mean_service: of one customer.
        utilisation: the offered ratio where unstable; the other figures are inf there.
        relief: 1 / (c mu - lambda), the mean wait of those who wait; 0 where unlimited; only of M/M/c.
        stable: whether there is a steady state.
    """

    names: tuple[str, ...]
    arrival_rate: FloatArray
    visits: FloatArray
    servers: FloatArray
    mean_service: FloatArray
    utilisation: FloatArray
    delay_probability: FloatArray
    relief: FloatArray
    mean_wait: FloatArray
    mean_sojourn: FloatArray
    mean_in_system: FloatArray
    stable: npt.NDArray[np.bool_]

    @property
    def mean_queue_length(self) -> FloatArray:
        """Mean number waiting, lambda E[W]; inf where unstable, 0 where nobody comes."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(self.arrival_rate > 0.0, self.arrival_rate * self.mean_wait, 0.0))


_FIGURES = ("utilisation", "delay_probability", "mean_wait", "mean_sojourn", "mean_in_system", "stable")


def columns_of(
    names: tuple[str, ...], templates: Templates, rates: FloatArray, visits: FloatArray
) -> Columns:
    """Every figure of every station at its rate.

    Args:
        names: of the stations.
        templates: without their rates.
        rates: lambda, shape (n, *batch).
        visits: V, same shape.
    """
    queues: dict[int, Queue] = {
        k: station.at(arrival_rate=released(rates[k])) for k, station in templates.others.items()
    }
    shape = np.broadcast_shapes(rates.shape[1:], *(queue.shape for queue in queues.values()))
    n = templates.count
    found: dict[str, Any] = {name: np.zeros((n, *shape)) for name in _FIGURES}
    found["stable"] = np.zeros((n, *shape), dtype=np.bool_)
    found["servers"], found["mean_service"] = np.ones((n, *shape)), np.zeros((n, *shape))
    found["relief"] = np.zeros((n, *shape))
    limited = np.isfinite(templates.servers)
    for chosen in (limited, ~limited):
        where = templates.plain[chosen]
        if not where.size:
            continue
        column = (-1,) + (1,) * (rates.ndim - 1)
        mu, c = templates.rate[chosen].reshape(column), templates.servers[chosen].reshape(column)
        group: Queue = (
            MMInf(arrival_rate=rates[where], service_rate=mu)
            if np.isinf(c[:1]).any()
            else MMc(arrival_rate=rates[where], service_rate=mu, servers=c)
        )
        for name in _FIGURES:
            found[name][where] = raised(np.asarray(getattr(group, name)), len(shape))
        if isinstance(group.sojourn, MMcSojourn):
            found["relief"][where] = raised(np.asarray(group.sojourn.relief), len(shape))
        found["servers"][where] = raised(c, len(shape))
        found["mean_service"][where] = raised(1.0 / mu, len(shape))
    for k, queue in queues.items():
        template = templates.others[k]
        for name in _FIGURES:
            found[name][k] = getattr(queue, name)
        found["servers"][k] = template.servers
        rate = template.service_rate
        found["mean_service"][k] = (
            1.0 / np.asarray(rate) if template.service is None else template.service.mean
        )
    found["mean_in_system"] = np.where(found["stable"], found["mean_in_system"], np.inf)
    return Columns(
        names=names,
        arrival_rate=np.broadcast_to(raised(rates, len(shape)), (n, *shape)),
        visits=np.broadcast_to(raised(visits, len(shape)), (n, *shape)),
        **found,
    )


def raised(values: Any, rank: int) -> Any:
    """Axes of length 1 behind the first, so that batches of that rank align on the right."""
    return values.reshape(values.shape[0], *(1,) * (rank - values.ndim + 1), *values.shape[1:])
