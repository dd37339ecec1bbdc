"""A solved or bounded closed network as a frozen answer."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from queuecalc.answer import (
    ClosedAnswer,
    ClosedBoundsAnswer,
    ClosedClassLine,
    ClosedStationLine,
    ThroughputBound,
)
from queuecalc.evidence import Evidence, weakest
from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.interval import ThroughputBounds
from queuecalc.network.closed.network import ClosedNetwork
from queuecalc.network.closed.solution import ClosedSolution, ClosedStation
from queuecalc.network.named import Named

__all__ = ["summarised_bounds", "summarised_closed"]


def _class_names(network: ClosedNetwork) -> tuple[str, ...]:
    return network.classes if isinstance(network.population, Named) else ("",)


def summarised_closed(
    solution: ClosedSolution, *, asked: str = "auto", title: str = "", source: str = ""
) -> ClosedAnswer:
    """The answer of one closed network.

    Args:
        solution: of the network.
        asked: the method that was asked for.
        title, source: of the file.
    """
    network, problem = solution.network, solution.network.problem()
    names = _class_names(network)
    alone = problem.demands.sum(axis=1)
    with np.errstate(divide="ignore"):
        most = float(np.min(np.where(problem.demands[0] > 0.0, problem.fastest / problem.demands[0], np.inf)))
    several = len(names) > 1
    cycles = {
        name: (solution.throughput, solution.response_time, solution.cycle_time)
        if not isinstance(network.population, Named)
        else (solution.throughput[name], solution.response_time[name], solution.cycle_time[name])
        for name in names
    }
    return ClosedAnswer(
        title=title,
        source=source,
        method=solution.method,
        asked=asked,
        classes=tuple(
            ClosedClassLine(
                name=name,
                population=int(problem.population[r]),
                think_s=float(problem.think[r]),
                throughput_per_s=cycles[name][0],
                response_time_s=cycles[name][1],
                cycle_time_s=cycles[name][2],
                alone_s=float(alone[r]),
            )
            for r, name in enumerate(names)
        ),
        bottleneck=solution.bottleneck,
        saturation_population=None if several else most * float(problem.think[0] + alone[0]),
        most_per_s=None if several else most,
        stations=_lines(solution.stations, "", problem.servers),
        class_stations=tuple(
            line
            for name in (names if several else ())
            for line in _lines(solution.classes[name], name, problem.servers)
        ),
        evidence=solution.evidence,
        statements=tuple(statement.key for statement in solution.statements),
    )


def _lines(
    stations: Mapping[str, ClosedStation], request_class: str, servers: FloatArray
) -> tuple[ClosedStationLine, ...]:
    return tuple(
        ClosedStationLine(
            name=name,
            request_class=request_class,
            servers=int(c) if math.isfinite(c) else None,
            visits=each.visits,
            throughput_per_s=each.throughput,
            utilisation=each.utilisation,
            mean_in_system=each.mean_in_system,
            mean_queue_length=each.mean_queue_length,
            mean_sojourn_s=each.mean_sojourn,
            residence_time_s=each.residence_time,
        )
        for (name, each), c in zip(stations.items(), servers.tolist(), strict=True)
    )


def summarised_bounds(bounds: ThroughputBounds, *, title: str = "", source: str = "") -> ClosedBoundsAnswer:
    """The answer of bounds alone."""
    network, problem = bounds.network, bounds.network.problem()
    names = _class_names(network)
    lines = []
    for method, table in bounds.methods.items():
        for r, (name, (lower, upper)) in enumerate(zip(names, table.values(), strict=True)):
            n, think = float(problem.population[r]), float(problem.think[r])
            lines.append(
                ThroughputBound(
                    method=method,
                    request_class=name,
                    lower_per_s=lower,
                    upper_per_s=upper,
                    least_response_s=max(n / upper - think, 0.0),
                    largest_response_s=max(n / lower - think, 0.0),
                )
            )
    return ClosedBoundsAnswer(
        title=title,
        source=source,
        population=dict(zip(names, problem.population.tolist(), strict=True)),
        bounds=tuple(lines),
        evidence=weakest((Evidence.BOUND, *(each.evidence for each in bounds.statements))),
        statements=tuple(each.key for each in bounds.statements),
    )
