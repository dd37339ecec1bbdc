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
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Line, Walk
from queuecalc.evaluation.stationary import StationaryWait

__all__ = ["AsynchronousLine", "asynchronous_lines", "describe"]


@dataclass(frozen=True)
class AsynchronousLine:
    """One line of an asynchronous component, and what its messages wait.

    Attributes:
        line: its fluid.
        stationary: the wait while there is no backlog.
    """

    line: Line
    stationary: StationaryWait

    @cached_property
    def max_lag(self) -> tuple[float, float, bool]:
        """(largest lag in seconds, hour, whether it is a stationary wait)."""
        path = self.line.path
        wait, hour = self.stationary.longest
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
    return {
        name: [AsynchronousLine(line, StationaryWait.of(graph, walk, counts, line)) for line in lines]
        for name, lines in walk.lines.items()
    }


def describe(name: str, lines: list[AsynchronousLine], drain_s: float) -> Asynchronous:
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
        drain_s=drain_s,
    )


def _overload(line: Line) -> tuple[float, float] | None:
    """First and last instant at which more comes in than can be done, in hours."""
    path = line.path
    last = path.last_overload
    if last is None:
        return None
    left, right = path.inflow_left - path.capacity_left, path.inflow_right - path.capacity_right
    first = int(np.argmax(np.maximum(left, right) > 0.0))
    share = 0.0 if left[first] >= 0.0 else float(left[first] / (left[first] - right[first]))
    start = path.knots[first] + share * (path.knots[first + 1] - path.knots[first])
    return float(start) / SECONDS_PER_HOUR, float(last) / SECONDS_PER_HOUR
