"""How long asynchronous components take to drain after their last overload, beyond the end of the curve if need be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Walk
from queuecalc.evaluation.walk import walk_beyond

__all__ = ["drain_times"]

_DOUBLINGS = 40


def drain_times(
    model: Model, graph: Graph, counts: Mapping[str, int], walk: Walk
) -> dict[str, tuple[float, ...]]:
    """Seconds from the last instant of overload until the backlog is gone, by component and line; inf for never.

    After the last knot the last rate continues. What comes from another asynchronous component then changes once
    more, when that one has drained: the curve is prolonged until it has.
    """
    hours = float(walk.end_s[-1] - walk.start_s[0]) / SECONDS_PER_HOUR
    for _ in range(_DOUBLINGS):
        if not _changes_later(graph, walk):
            break
        walk = walk_beyond(model, graph, counts, hours)
        hours *= 2.0
    return {name: tuple(line.path.drain_time for line in lines) for name, lines in walk.lines.items()}


def _changes_later(graph: Graph, walk: Walk) -> bool:
    """Whether something asynchronous still feeds another line from a backlog that will end after the last instant."""
    feeding = {
        graph.visits[index].component
        for index, visit in enumerate(graph.visits)
        if any(graph.visits[branch.visit].component in walk.lines for branch in visit.branches)
    }
    return any(
        line.path.end_backlog > 0.0 and np.isfinite(line.path.drain_time)
        for name in feeding & set(walk.lines)
        for line in walk.lines[name]
    )
