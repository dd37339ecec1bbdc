"""A solved network as a frozen answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.answer import NetworkAnswer, NetworkPercentile, NetworkStation
from queuecalc.errors import InvalidInput
from queuecalc.evidence import Evidence
from queuecalc.network.solution import JacksonSolution

if TYPE_CHECKING:
    from queuecalc.network.general.solution import GeneralSolution

__all__ = ["kendall", "network_answer", "summarised"]


def summarised(
    solution: JacksonSolution, levels: Sequence[float], *, title: str = "", source: str = ""
) -> NetworkAnswer:
    """The answer of one network with scalar rates.

    Args:
        solution: of the network.
        levels: the percentiles wanted, as fractions in (0, 1).
        title, source: of the file.

    Raises:
        InvalidInput: the network is a batch, its rates or servers are arrays.
    """
    if np.ndim(solution.throughput) or any(queue.shape for queue in solution.stations.values()):
        raise InvalidInput("a summary tells of one network; the rates or servers of this one are arrays")
    means = {"jackson", "erlang-c", "infinite-servers", "feedback-sojourn"}
    exact = all(s.evidence is Evidence.EXACT for s in solution.statements if s.key not in _OF_TIME)
    return network_answer(
        solution,
        levels,
        tuple(_line(solution, name) for name in solution.stations),
        means_exact=exact and any(s.key in means for s in solution.statements),
        title=title,
        source=source,
    )


def network_answer(
    solution: JacksonSolution | GeneralSolution,
    levels: Sequence[float],
    stations: tuple[NetworkStation, ...],
    *,
    means_exact: bool,
    title: str,
    source: str,
    method: str = "product-form",
) -> NetworkAnswer:
    """What any solved network is asked for, beside its stations one by one."""
    times = np.atleast_1d(np.asarray(solution.sojourn.ppf(np.array(levels, dtype=np.float64))))
    total = float(solution.throughput)
    highest = float(solution.stations[solution.bottleneck].utilisation)
    return NetworkAnswer(
        title=title,
        source=source,
        stable=bool(solution.stable),
        arrival_rate_per_s=total,
        throughput_per_s=float(solution.departure_rate),
        bottleneck=solution.bottleneck,
        largest_arrival_rate_per_s=total / highest if highest > 0.0 else math.inf,
        mean_sojourn_s=float(solution.mean_sojourn),
        mean_in_system=float(solution.mean_in_system),
        percentiles=tuple(
            NetworkPercentile(level=level, sojourn_s=float(time))
            for level, time in zip(levels, times, strict=True)
        ),
        stations=stations,
        evidence=solution.evidence,
        statements=tuple(statement.key for statement in solution.statements),
        means_exact=means_exact,
        method=method,
    )


_OF_TIME = {"independent-sojourns", "revisits"}
"""Statements that speak of the law of the end-to-end time, not of means."""


def _line(solution: JacksonSolution, name: str) -> NetworkStation:
    queue: Any = solution.stations[name]
    template = solution.network.stations[name]
    visits, sojourn = float(solution.visits[name]), float(queue.mean_sojourn)
    return NetworkStation(
        name=name,
        station=kendall(queue),
        arrival_rate_per_s=float(solution.arrival_rates[name]),
        visits=visits,
        servers=None if template.unlimited else int(template.servers),
        utilisation=float(queue.utilisation),
        delay_probability=float(queue.delay_probability),
        mean_wait_s=float(queue.mean_wait),
        mean_sojourn_s=sojourn,
        mean_time_per_request_s=visits * sojourn if visits > 0.0 else 0.0,
        mean_queue_length=float(queue.mean_queue_length) if queue.stable else math.inf,
        mean_in_system=float(queue.mean_in_system) if queue.stable else math.inf,
        stable=bool(queue.stable),
        least_servers=None if template.unlimited else _least(solution, name),
    )


def kendall(queue: Any) -> str:
    """The station's name with its servers in it: "M/M/4"."""
    servers = getattr(queue, "servers", 1)
    return str(queue.kendall).replace("/c", f"/{int(servers)}" if math.isfinite(servers) else "/inf")


def _least(solution: JacksonSolution, name: str) -> int:
    """The fewest servers with a steady state, the larger side where rounding cannot tell."""
    queue, template = solution.stations[name], solution.network.stations[name]
    least = max(1, math.floor(float(queue.offered_load)))
    for servers in (least, least + 1):
        rate = template.service_rate
        one = (
            type(template)(servers=servers, service=template.service)
            if rate is None
            else type(template)(servers=servers, service_rate=rate)
        )
        if one.at(arrival_rate=solution.arrival_rates[name]).stable:
            return servers
    return least + 2
