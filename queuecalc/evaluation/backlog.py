"""Asynchronous components along the curve: lag, backlog, drain.

lag(t) is the fluid lag where there is a backlog, elsewhere the stationary mean wait at min(rho, 0.99); never both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from queuecalc.answer import Asynchronous
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.queues import service_law
from queuecalc.evaluation.walk import SECONDS_PER_HOUR, Line, Walk
from queuecalc.station import Waiting

__all__ = ["HIGHEST_STATIONARY_UTILISATION", "AsynchronousLine", "asynchronous_lines"]

HIGHEST_STATIONARY_UTILISATION = 0.99


@dataclass(frozen=True)
class AsynchronousLine:
    """One line of an asynchronous component, and what its messages wait.

    Attributes:
        stationary_s: mean wait at the larger inflow of each slot, shape (slots,).
        slot: index of the slot of each piece of the path.
        free: whether a slot has a moment without backlog, shape (slots,).
    """

    line: Line
    stationary_s: FloatArray
    free: FloatArray
    slot_start_h: FloatArray

    @cached_property
    def max_stationary(self) -> tuple[float, float]:
        """(largest stationary wait, hour) over the slots with a moment without backlog."""
        waits = np.where(self.free, self.stationary_s, 0.0)
        at = int(np.argmax(waits))
        return float(waits[at]), float(self.slot_start_h[at])

    @cached_property
    def max_lag(self) -> tuple[float, float, bool]:
        """(largest lag in seconds, hour, whether it is a stationary wait)."""
        path = self.line.path
        wait, hour = self.max_stationary
        lag = path.max_lag
        if lag > 0.0 and lag >= wait:
            return lag, path.max_lag_instant / SECONDS_PER_HOUR, False
        return wait, hour, True

    @property
    def max_messages(self) -> float:
        """Messages in line at the moment of the longest wait."""
        path = self.line.path
        return self.line.messages_at(path.max_lag_instant) if path.max_backlog > 0.0 else 0.0

    @property
    def end_messages(self) -> float:
        """Messages in line at the last knot."""
        path = self.line.path
        return self.line.messages_at(float(path.knots[-1])) if path.end_backlog > 0.0 else 0.0


def asynchronous_lines(
    graph: Graph, walk: Walk, counts: Mapping[str, int]
) -> dict[str, list[AsynchronousLine]]:
    """The lines of every asynchronous component with limited servers."""
    found: dict[str, list[AsynchronousLine]] = {}
    for name, lines in walk.lines.items():
        found[name] = [_line(graph, walk, counts, line) for line in lines]
    return found


def _line(graph: Graph, walk: Walk, counts: Mapping[str, int], line: Line) -> AsynchronousLine:
    path = line.path
    slots = int(walk.slot[-1]) + 1
    middle = 0.5 * (walk.start_s + walk.end_s)
    segment = np.clip(np.searchsorted(path.knots, middle, side="right") - 1, 0, path.backlogged.size - 1)
    backlogged = path.backlogged[segment]
    free = np.zeros(slots, dtype=bool)
    free[walk.slot[~backlogged]] = True
    first = np.searchsorted(walk.slot, np.arange(slots), side="left")
    return AsynchronousLine(
        line=line,
        stationary_s=_stationary(graph, walk, counts, line, slots),
        free=free,
        slot_start_h=walk.start_s[first] / SECONDS_PER_HOUR,
    )


def _stationary(graph: Graph, walk: Walk, counts: Mapping[str, int], line: Line, slots: int) -> FloatArray:
    """Mean wait of the mixture law at the larger inflow of each slot, rho at most 0.99."""
    figures = graph.figures[line.component]
    types = list(graph.types_of[line.component])
    by_type = {index: np.zeros_like(walk.load) for index in types}
    for index in line.visits:
        by_type[graph.visits[index].type] = by_type[graph.visits[index].type] + walk.inflow[index]
    ends = np.array([by_type[index] for index in types])
    means = np.array([float(graph.types[index].law.mean) for index in types])
    work = np.tensordot(means, ends, axes=1)
    right = work[1] >= work[0]
    rates = np.where(right, ends[:, 1], ends[:, 0])
    if slots != walk.slot.size:
        larger = np.maximum(work[0], work[1])
        order = np.lexsort((larger, walk.slot))
        last = order[np.searchsorted(walk.slot[order], np.arange(slots), side="right") - 1]
        rates = rates[:, last]
    service = service_law(graph, line.component, rates)
    total = rates.sum(axis=0)
    assert figures.servers is not None
    servers, share = line.servers, 1.0
    if figures.pooling == "split":
        servers, share = float(figures.servers), 1.0 / counts[line.component]
    rate = total * share
    rho = rate * np.asarray(service.mean) / servers
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(
            rho > HIGHEST_STATIONARY_UTILISATION, rate * (HIGHEST_STATIONARY_UTILISATION / rho), rate
        )
    waiting = Waiting(arrival_rate=rate, service=service, servers=max(int(servers), 1), max_queue=None)
    return np.broadcast_to(np.asarray(waiting.mean), rate.shape)


def describe(name: str, lines: list[AsynchronousLine]) -> Asynchronous:
    """The answer's view of a component: its worst line."""
    worst = max(lines, key=lambda each: each.max_lag[0])
    lag, hour, stationary = worst.max_lag
    peaks = [each.max_messages for each in lines]
    top = int(np.argmax(peaks))
    path = lines[top].line.path
    overloads = [_overload(each.line) for each in lines]
    firsts = [span[0] for span in overloads if span is not None]
    lasts = [span[1] for span in overloads if span is not None]
    return Asynchronous(
        component=name,
        max_lag_s=lag,
        lag_hour=hour,
        stationary=stationary,
        max_backlog_messages=peaks[top],
        backlog_hour=path.max_lag_instant / SECONDS_PER_HOUR if peaks[top] > 0 else None,
        end_backlog_messages=sum(each.end_messages for each in lines),
        overloaded_from_h=min(firsts) if firsts else None,
        overloaded_until_h=max(lasts) if lasts else None,
        drain_s=max(each.line.path.drain_time for each in lines),
    )


def _overload(line: Line) -> tuple[float, float] | None:
    """First and last instant at which more comes in than can be done, in hours."""
    path = line.path
    last = path.last_overload
    if last is None:
        return None
    over = np.maximum(path.inflow_left - path.capacity_left, path.inflow_right - path.capacity_right) > 0
    first = path.knots[int(np.argmax(over))]
    return float(first) / SECONDS_PER_HOUR, float(last) / SECONDS_PER_HOUR
