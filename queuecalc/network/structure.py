"""The shape of a routing: blocks of stations that feed each other, their order, and whether paths can overtake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.load.arrays import FloatArray
from queuecalc.network.routing import IntArray, Routing

__all__ = ["Block", "blocks", "overtakes", "strong_components"]


@dataclass(frozen=True, slots=True)
class Block:
    """Stations that can reach each other: one station, or a loop.

    Attributes:
        stations: their numbers.
        inner: P among them, shape (m, m); None for a single station without a loop to itself.
        leaving: row within the block, target and probability of the edges to later blocks.
    """

    stations: IntArray
    inner: FloatArray | None
    leaving: tuple[IntArray, IntArray, FloatArray]


def blocks(routing: Routing) -> tuple[Block, ...]:
    """The blocks in order: edges between two of them lead from an earlier to a later one."""
    found = []
    for component in reversed(strong_components(routing)):
        stations = np.array(sorted(component), dtype=np.intp)
        place = {k: row for row, k in enumerate(stations.tolist())}
        inner = np.zeros((stations.size, stations.size))
        row_out: list[int] = []
        target_out: list[int] = []
        share_out: list[float] = []
        for row, station in enumerate(stations.tolist()):
            targets, shares = routing.row(station)
            for target, share in zip(targets.tolist(), shares.tolist(), strict=True):
                if target in place:
                    inner[row, place[target]] = share
                else:
                    row_out.append(row)
                    target_out.append(target)
                    share_out.append(share)
        leaving = (np.array(row_out, np.intp), np.array(target_out, np.intp), np.array(share_out))
        found.append(Block(stations, inner if inner.any() else None, leaving))
    return tuple(found)


def strong_components(routing: Routing) -> list[list[int]]:
    """Maximal sets of stations that reach each other, the last in flow first (Tarjan 1972, without recursion)."""
    n = len(routing.names)
    bounds = np.searchsorted(routing.source, np.arange(n + 1)).tolist()
    targets = routing.target.tolist()
    index = [-1] * n
    low = [0] * n
    on_stack = [False] * n
    stack: list[int] = []
    found: list[list[int]] = []
    count = 0
    for root in range(n):
        if index[root] >= 0:
            continue
        work = [(root, bounds[root])]
        while work:
            node, edge = work.pop()
            if edge == bounds[node] and index[node] < 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
                on_stack[node] = True
            if edge < bounds[node + 1]:
                work.append((node, edge + 1))
                to = targets[edge]
                if index[to] < 0:
                    work.append((to, bounds[to]))
                elif on_stack[to]:
                    low[node] = min(low[node], index[to])
                continue
            if low[node] == index[node]:
                component = []
                while True:
                    member = stack.pop()
                    on_stack[member] = False
                    component.append(member)
                    if member == node:
                        break
                found.append(component)
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
    return found


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
