"""Which stations reach each other, and which nobody can leave: graphs as lists of edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["IntArray", "closed_sets", "strong_labels", "traps"]

IntArray = npt.NDArray[np.intp]

MOST_PLAIN = 64
"""Up to so many stations a loop in Python is faster than loading scipy.sparse."""

_ROUNDING = 1e-12


def strong_labels(n: int, source: IntArray, target: IntArray) -> IntArray:
    """The number of the strong component of each station, numbered along the flow.

    Edges between two components lead from a lower to a higher number (Tarjan 1972; in C for large graphs).
    """
    if n <= MOST_PLAIN:
        return _tarjan(n, source, target)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(source.size, dtype=np.int8)
    graph = coo_array((ones, (source, target)), shape=(n, n)).tocsr()
    count, labels = connected_components(graph, connection="strong")
    label: IntArray = labels.astype(np.intp)
    one, other = label[source], label[target]
    if (one >= other).all():  # Pearce's algorithm numbers them from the last in flow
        return np.asarray(count - 1 - label, dtype=np.intp)
    if (one <= other).all():
        return label
    apart = one != other
    return np.asarray(_tarjan(count, *_sorted(one[apart], other[apart]))[label], dtype=np.intp)


def _sorted(source: IntArray, target: IntArray) -> tuple[IntArray, IntArray]:
    order = np.argsort(source, kind="stable")
    return source[order], target[order]


def _tarjan(n: int, source: IntArray, target: IntArray) -> IntArray:
    """Tarjan's algorithm without recursion; edges ordered by their source."""
    bounds = np.searchsorted(source, np.arange(n + 1)).tolist()
    targets = target.tolist()
    index, low, label = [-1] * n, [0] * n, [-1] * n
    stack: list[int] = []
    count = found = 0
    for root in range(n):
        if index[root] >= 0:
            continue
        work = [(root, bounds[root])]
        while work:
            node, edge = work.pop()
            if index[node] < 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
            if edge < bounds[node + 1]:
                work.append((node, edge + 1))
                to = targets[edge]
                if index[to] < 0:
                    work.append((to, bounds[to]))
                elif label[to] < 0:
                    low[node] = min(low[node], index[to])
                continue
            if low[node] == index[node]:
                while label[node] < 0:
                    label[stack.pop()] = found
                found += 1
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
    return found - 1 - np.array(label, dtype=np.intp)


def traps(n: int, source: IntArray, target: IntArray, leaves: npt.NDArray[np.bool_]) -> list[list[int]]:
    """The closed sets: stations that reach each other, lead nowhere else and let nobody out.

    Args:
        n: how many stations.
        source, target: the edges, ordered by source.
        leaves: whether a station lets somebody out.
    """
    label = strong_labels(n, source, target)
    open_ = np.zeros(n, dtype=np.bool_)
    open_[label[leaves]] = True
    open_[label[source][label[source] != label[target]]] = True
    closed = np.flatnonzero(~open_[label])
    found: dict[int, list[int]] = {}
    for station, at in zip(closed.tolist(), label[closed].tolist(), strict=True):
        found.setdefault(at, []).append(station)
    return sorted(found.values())


def closed_sets(names: Sequence[str], routing: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """The names of the stations of each closed set of a routing.

    >>> closed_sets(("a", "b", "c"), {"a": {"b": 0.5}, "b": {"c": 1.0}, "c": {"b": 1.0}})
    [['b', 'c']]
    """
    number = {name: k for k, name in enumerate(names)}
    edges = [(number[a], number[b]) for a, row in routing.items() for b, share in row.items() if share > 0]
    pairs = np.array(sorted(edges), dtype=np.intp).reshape(-1, 2)
    leaves = np.array([sum(routing.get(name, {}).values()) < 1 - _ROUNDING for name in names])
    return [[names[k] for k in each] for each in traps(len(names), pairs[:, 0], pairs[:, 1], leaves)]
