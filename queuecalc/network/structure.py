"""The shape of a routing: blocks of stations that feed each other, their order, and whether paths can overtake."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.load.arrays import FloatArray
from queuecalc.network.components import IntArray, strong_labels
from queuecalc.network.loop import Loop
from queuecalc.network.routing import Routing

__all__ = ["Block", "blocks", "overtakes", "strong_components"]


@dataclass(frozen=True, slots=True)
class Block:
    """Stations that can reach each other: one station, or a loop.

    Attributes:
        stations: their numbers.
        inner: P among them; None for a single station without a loop to itself.
        leaving: row within the block, target and probability of the edges to later blocks.
    """

    stations: IntArray
    inner: Loop | None
    leaving: tuple[IntArray, IntArray, FloatArray]


def blocks(routing: Routing) -> tuple[Block, ...]:
    """The blocks in order: edges between two of them lead from an earlier to a later one."""
    n = len(routing.names)
    label = strong_labels(n, routing.source, routing.target)
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(int(label.max()) + 2))
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n) - starts[label[order]]
    edge_order = np.argsort(label[routing.source], kind="stable")
    source, target = routing.source[edge_order], routing.target[edge_order]
    share = routing.probability[edge_order]
    edge_starts = np.searchsorted(label[source], np.arange(starts.size)).tolist()
    inside = label[source] == label[target]
    found = []
    for k, (first, last) in enumerate(itertools.pairwise(starts.tolist())):
        edges = slice(edge_starts[k], edge_starts[k + 1])
        within = inside[edges]
        row, to, p = place[source[edges]], target[edges], share[edges]
        inner = Loop(last - first, row[within], place[to[within]], p[within]) if within.any() else None
        found.append(Block(order[first:last], inner, (row[~within], to[~within], p[~within])))
    return tuple(found)


def strong_components(routing: Routing) -> list[list[int]]:
    """Maximal sets of stations that reach each other, the last in flow first."""
    return [block.stations.tolist() for block in reversed(blocks(routing))]


def overtakes(routing: Routing, visited: npt.NDArray[np.bool_], order: Sequence[Block]) -> bool:
    """Whether somebody can be overtaken along a path without loops by taking another way.

    Nobody can when, wherever ways part, they never meet again (Walrand & Varaiya 1980, section 4: every way from
    station r_i of a path to a later one passes r_(i+1)).
    """
    below = [0] * len(routing.names)  # bit sets: the station and all that it reaches
    for block in reversed(order):
        (station,) = block.stations.tolist()
        if not visited[station]:
            continue
        reached = 0
        for target in block.leaving[1].tolist():
            if reached & below[target]:
                return True
            reached |= below[target]
        below[station] = reached | 1 << station
    return False
