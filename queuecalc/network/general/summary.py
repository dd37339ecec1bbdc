"""A solved network that is not product form, as a frozen answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from queuecalc.answer import NetworkAnswer, NetworkStation
from queuecalc.network.general.solution import GeneralSolution
from queuecalc.network.summary import kendall, network_answer

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
    return network_answer(
        solution,
        levels,
        tuple(_line(solution, name) for name in solution.stations),
        means_exact=False,
        title=title,
        source=source,
        method=solution.method,
    )


def _line(solution: GeneralSolution, name: str) -> NetworkStation:
    station, visits = solution.stations[name], solution.visits[name]
    unlimited = math.isinf(station.servers)
    least = None if unlimited else max(1, math.floor(station.offered_load) + 1)
    return NetworkStation(
        name=name,
        station=kendall(station),
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
