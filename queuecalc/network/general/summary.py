"""A solved network that is not product form, as a frozen answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from queuecalc.answer import NetworkAnswer, NetworkPercentile, NetworkStation
from queuecalc.network.general.solution import GeneralSolution

__all__ = ["summarised_general"]


def summarised_general(
    solution: GeneralSolution, levels: Sequence[float], *, title: str = "", source: str = ""
) -> NetworkAnswer:
    """The answer of a network.

    Args:
        solution: of the network.
        levels: the percentiles wanted, as fractions in (0, 1).
        title, source: of the file.
    """
    times = np.atleast_1d(np.asarray(solution.sojourn.ppf(np.array(levels, dtype=np.float64))))
    highest = solution.stations[solution.bottleneck].utilisation
    return NetworkAnswer(
        title=title,
        source=source,
        stable=solution.stable,
        arrival_rate_per_s=solution.throughput,
        throughput_per_s=solution.departure_rate,
        bottleneck=solution.bottleneck,
        largest_arrival_rate_per_s=solution.throughput / highest if highest > 0.0 else math.inf,
        mean_sojourn_s=solution.mean_sojourn,
        mean_in_system=solution.mean_in_system,
        percentiles=tuple(
            NetworkPercentile(level=level, sojourn_s=float(time))
            for level, time in zip(levels, times, strict=True)
        ),
        stations=tuple(_line(solution, name) for name in solution.stations),
        evidence=solution.evidence,
        statements=tuple(statement.key for statement in solution.statements),
        means_exact=False,
        method=solution.method,
    )


def _line(solution: GeneralSolution, name: str) -> NetworkStation:
    station, visits = solution.stations[name], solution.visits[name]
    unlimited = math.isinf(station.servers)
    least = None if unlimited else max(1, math.floor(station.offered_load) + 1)
    return NetworkStation(
        name=name,
        station=station.kendall.replace("/c", "/inf" if unlimited else f"/{station.servers:.0f}"),
        arrival_rate_per_s=station.arrival_rate,
        visits=visits,
        servers=None if unlimited else int(station.servers),
        utilisation=station.utilisation,
        delay_probability=station.delay_probability,
        mean_wait_s=station.mean_wait,
        mean_sojourn_s=station.mean_sojourn,
        mean_time_per_request_s=visits * station.mean_sojourn if visits > 0.0 else 0.0,
        mean_queue_length=station.mean_queue_length,
        mean_in_system=station.mean_in_system,
        stable=station.stable,
        least_servers=least,
        arrival_dispersion=station.arrival_dispersion,
    )
