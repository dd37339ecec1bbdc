"""A solved network of several classes, open or mixed, as a frozen answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from queuecalc.answer import (
    ClassAtStation,
    ClassesAnswer,
    ClassLine,
    NetworkPercentile,
    SharedStation,
)
from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, weakest
from queuecalc.law.base import Law
from queuecalc.network.closed.mixed import MixedSolution
from queuecalc.network.open_solution import OpenSolution
from queuecalc.network.shared_station import ClassStation

__all__ = ["summarised_mixed", "summarised_open"]

_ROUNDING = 1e-12


def summarised_open(
    solution: OpenSolution, levels: Sequence[float], *, title: str = "", source: str = ""
) -> ClassesAnswer:
    """The answer of one open network of several classes.

    Args:
        solution: of the network.
        levels: the percentiles wanted, as fractions in (0, 1); none where the law is not known.
        title, source: of the file.
    """
    network = solution.network
    names = tuple(network.arrival_rates)
    laws: dict[str, Law] = {}
    excuse = ""
    for name in (*names, ""):
        try:
            laws[name] = solution.sojourn(name or None)
        except InvalidInput as error:
            excuse = excuse or str(error)
    used = {name: _percentiles(law, levels) for name, law in laws.items()}
    statements = tuple(statement.key for statement in solution.statements)
    several = any(sum(v > 0 for v in row.values()) > 1 for row in solution.visits.values())
    if used and levels and several:  # the percentiles rest on more than the means
        statements = (*statements, "independent-sojourns")
    return ClassesAnswer(
        title=title,
        source=source,
        stable=solution.stable,
        classes=tuple(
            ClassLine(
                name=name,
                arrival_rate_per_s=solution.throughput[name],
                throughput_per_s=solution.throughput[name]
                if math.isfinite(solution.mean_sojourn[name])
                else None,
                mean_sojourn_s=solution.mean_sojourn[name],
                alone_s=solution.least_mean_sojourn[name],
                percentiles=used.get(name, ()),
            )
            for name in names
        ),
        bottleneck=solution.bottleneck or "",
        largest_arrival_rate_per_s=solution.largest_arrival_rate,
        stations=tuple(
            _station(
                network.stations[name],
                name,
                sum(row[name] for row in solution.arrival_rates.values()),
                solution.utilisation[name],
                sum(row[name] for row in solution.mean_in_system.values()),
            )
            for name in network.stations
        ),
        class_stations=tuple(
            ClassAtStation(
                request_class=each,
                name=name,
                visits=solution.visits[each][name],
                throughput_per_s=solution.arrival_rates[each][name],
                mean_sojourn_s=solution.station_sojourn[each][name],
                residence_time_s=solution.visits[each][name] * solution.station_sojourn[each][name],
                mean_in_system=solution.mean_in_system[each][name],
            )
            for each in names
            for name in network.stations
            if solution.visits[each][name] > 0.0
        ),
        percentiles=used.get("", ()),
        percentiles_excuse=excuse if levels else "",
        evidence=weakest(STATEMENTS[key].evidence for key in statements),
        statements=statements,
    )


def summarised_mixed(solution: MixedSolution, *, title: str = "", source: str = "") -> ClassesAnswer:
    """The answer of one mixed network.

    Args:
        solution: of the network.
        title, source: of the file.
    """
    network = solution.network
    opened, closed = network.open_part(), network.closed_part().problem()
    alone = dict(zip(network.arrival_rates, opened.demands.sum(axis=1).tolist(), strict=True))
    alone |= dict(zip(network.population, closed.demands.sum(axis=1).tolist(), strict=True))
    names = (*network.arrival_rates, *network.population)
    through, inside, visits = solution.throughput, solution.mean_in_system, network.visits
    return ClassesAnswer(
        title=title,
        source=source,
        stable=True,  # the open classes leave room, and those that go round take no more than that
        classes=tuple(
            ClassLine(
                name=name,
                arrival_rate_per_s=network.arrival_rates.get(name),
                population=network.population.get(name),
                think_s=network.think_time_s.get(name),
                throughput_per_s=through[name],
                mean_sojourn_s=solution.mean_sojourn[name],
                alone_s=alone[name],
            )
            for name in names
        ),
        bottleneck=solution.bottleneck,
        stations=tuple(
            _station(
                station,
                name,
                sum(through[each] * visits[each][name] for each in names),
                solution.utilisation[name],
                sum(inside[each][name] for each in names),
                full=True,
            )
            for name, station in network.stations.items()
        ),
        class_stations=tuple(
            ClassAtStation(
                request_class=each,
                name=name,
                visits=visits[each][name],
                throughput_per_s=rate,
                mean_sojourn_s=inside[each][name] / rate,
                residence_time_s=visits[each][name] * inside[each][name] / rate,
                mean_in_system=inside[each][name],
            )
            for each in names
            for name in network.stations
            if (rate := through[each] * visits[each][name]) > 0.0
        ),
        evidence=solution.evidence,
        statements=tuple(statement.key for statement in solution.statements),
    )


def _percentiles(law: Law, levels: Sequence[float]) -> tuple[NetworkPercentile, ...]:
    times = np.atleast_1d(np.asarray(law.ppf(np.array(levels, dtype=np.float64))))
    return tuple(
        NetworkPercentile(level=level, sojourn_s=float(time))
        for level, time in zip(levels, times, strict=True)
    )


def _station(
    station: Any, name: str, rate: float, utilisation: float, inside: float, *, full: bool = False
) -> SharedStation:
    """`full`: it may be busy all the time, for who waits there sends nobody else."""
    servers = None if station.unlimited else int(station.servers)
    stable = servers is None or full or utilisation < 1.0
    load = 0.0 if servers is None else utilisation * servers
    return SharedStation(
        name=name,
        servers=servers,
        sharing=isinstance(station, ClassStation) and not station.unlimited,
        throughput_per_s=float(rate),
        utilisation=utilisation,
        mean_in_system=float(inside) if stable else math.inf,
        stable=stable,
        least_servers=None if servers is None or full else math.floor(load * (1.0 + _ROUNDING)) + 1,
    )
