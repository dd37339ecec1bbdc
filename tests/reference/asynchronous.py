"""What an asynchronous component does along the curve: lags, backlogs, drain."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.reference.fluid import Line
from tests.reference.pieces import Signal, fit, merged
from tests.reference.plan import Node
from tests.reference.stations import mean_wait, visit_service
from tests.reference.traffic import ALL_UP, Traffic

__all__ = ["Backlog", "backlog"]

NEARLY_ONE = 0.99


@dataclass(frozen=True)
class Backlog:
    """Seconds and messages; hours since hour 0; an overload that never ends is given up to the last knot."""

    max_lag_s: float
    lag_hour: float
    stationary: bool
    fluid_lag_s: float
    stationary_lag_s: float
    max_backlog_messages: float
    end_backlog_messages: float
    end_backlog_s: float
    overloaded_from_h: float | None
    overloaded_until_h: float | None
    drain_s: float


def backlog(traffic: Traffic, name: str) -> Backlog:
    """Judge one asynchronous component."""
    lines = traffic.lines[name]
    fluid, fluid_when = max((line.longest_lag() for line in lines), default=(0.0, 0.0))
    waits = [_stationary(traffic, name, line, k, len(lines)) for k, line in enumerate(lines)]
    idle, idle_when = max(waits, default=(0.0, traffic.knots[0]))
    overloads = [overload for line in lines if (overload := line.overload()) is not None]
    first = min((o[0] for o in overloads), default=None)
    last = max((o[1] for o in overloads), default=None)
    overloaded = first is not None and first < traffic.end
    return Backlog(
        max_lag_s=max(fluid, idle),
        lag_hour=(fluid_when if fluid > idle else idle_when) / 3600.0,
        stationary=idle >= fluid,
        fluid_lag_s=fluid,
        stationary_lag_s=idle,
        max_backlog_messages=max(
            (sum(line.messages(t) for line in lines) for t in _extremes(traffic, lines)), default=0.0
        ),
        end_backlog_messages=sum(line.messages(traffic.end) for line in lines),
        end_backlog_s=sum(line.backlog(traffic.end) for line in lines),
        overloaded_from_h=first / 3600.0 if overloaded and first is not None else None,
        overloaded_until_h=min(last, traffic.end) / 3600.0 if overloaded and last is not None else None,
        drain_s=max((line.drain() for line in lines), default=0.0),
    )


def _extremes(traffic: Traffic, lines: list[Line]) -> list[float]:
    """Instants between which a backlog is monotone."""
    times = [t for line in lines for spell in line.spells for t in (spell.start, spell.end)]
    return merged([t for t in times if t <= traffic.end], [traffic.end])


def _stationary(traffic: Traffic, name: str, line: Line, place: int, lines: int) -> tuple[float, float]:
    """The longest stationary mean wait while the line is empty, and when (seconds)."""
    figures, count = traffic.plan.figures[name], traffic.plan.counts[name]
    assert figures.servers is not None
    units, servers = (count, figures.servers) if figures.pooling == "split" else (1, figures.servers * count)
    _, partitions = traffic.partitioned(name)
    if lines == 2 and partitions is not None:
        units, servers = 1, (partitions if place == 0 else figures.servers * count - partitions)
    best, when = 0.0, traffic.knots[0]
    breaks = merged(line.breaks, [spell.start for spell in line.spells])
    inflow: Signal = fit(lambda t: {"": line.inflow.at(t)}, breaks)[""]
    for piece in inflow.pieces:
        if piece.start >= traffic.end or math.isinf(piece.end):
            continue
        middle = 0.5 * (piece.start + piece.end)
        if line.spell(middle).busy:
            continue
        work, t = piece.largest()
        flows: dict[Node, float] = {n: s.piece(middle).at(t) for n, s in line.flows.items()}
        flows = {node: rate for node, rate in flows.items() if rate > 0.0}
        rho = work / (units * servers)
        if rho <= 0.0:
            continue
        rate = sum(flows.values())
        weights = [(visit_service(traffic.plan, node, ALL_UP), some / rate) for node, some in flows.items()]
        wait = mean_wait(weights, rate / units * min(1.0, NEARLY_ONE / rho), servers)
        if wait > best:
            best, when = wait, t
    return best, when
