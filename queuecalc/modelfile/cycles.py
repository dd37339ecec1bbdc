"""Calls that never end: a visit that leads to itself.

A visit is an operation of a component by a request class. A call whose taker is its own component adds service to
the same visit and leads nowhere. Which taker a call reaches depends on what is present, so a cycle counts only if
some set of components makes all its calls at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from queuecalc.architecture import NOBODY, USERS, Call, Endpoint

__all__ = ["Cycle", "Presence", "endless"]

Visit: TypeAlias = tuple[Endpoint, str]

_PATIENCE = 20_000


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a component can be there, and whether it can be missed (not bought, or passed over when down)."""

    possible: bool
    certain: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """Endpoints that lead back to the first, the class of request, and the position of the call that closes it."""

    endpoints: tuple[Endpoint, ...]
    request_class: str
    call: int

    def __str__(self) -> str:
        return " -> ".join(map(str, (*self.endpoints, self.endpoints[0])))


@dataclass(frozen=True, slots=True)
class _Edge:
    to: Visit
    call: int
    absent: frozenset[str]


def endless(calls: Sequence[Call], presence: Mapping[str, Presence], classes: Iterable[str]) -> Cycle | None:
    """A cycle of visits that starts at the users, or None."""
    roots = [(Endpoint(USERS), name) for name in classes]
    graph = _graph(calls, presence, roots)
    knots = list(_knots(graph))
    if not knots:
        return None
    ways = _ways_to(graph, knots)
    patience = iter(range(_PATIENCE))
    for root in roots:
        found = _lasso(graph, ways, root, patience)
        if found is not None:
            return found
    if next(patience, None) is None:  # too many ways to try them all: refused
        return _round(graph, knots[0])
    return None


def _graph(
    calls: Sequence[Call], presence: Mapping[str, Presence], roots: Iterable[Visit]
) -> dict[Visit, list[_Edge]]:
    """Every visit that the users can cause, and what it leads to."""
    by_caller: dict[str, list[tuple[int, Call, Endpoint]]] = {}
    for at, call in enumerate(calls):
        for caller in call.callers:
            by_caller.setdefault(caller.component, []).append((at, call, caller))
    waiting = list(roots)
    graph: dict[Visit, list[_Edge]] = {}
    while waiting:
        visit = waiting.pop()
        if visit in graph:
            continue
        here, request_class = visit
        edges: list[_Edge] = []
        for at, call, caller in by_caller.get(here.component, ()):
            named = caller.operation in ("", here.operation)
            if named and (call.classes is None or request_class in call.classes):
                edges.extend(_edges(at, call, visit, presence))
        graph[visit] = edges
        waiting.extend(edge.to for edge in edges)
    return graph


def _edges(at: int, call: Call, visit: Visit, presence: Mapping[str, Presence]) -> Iterator[_Edge]:
    """The visits that one call may lead to, each with the components that must be absent for it."""
    here, request_class = visit
    absent: set[str] = set()
    for taker in call.takers:
        if taker.component in (NOBODY, here.component):  # the caller is there: it would take the call itself
            return
        if presence[taker.component].possible:
            yield _Edge((taker, request_class), at, frozenset(absent))
        if presence[taker.component].certain:
            return
        absent.add(taker.component)


def _knots(graph: Mapping[Visit, Sequence[_Edge]]) -> Iterator[list[Visit]]:
    """The strongly connected parts of more than one visit (Tarjan 1972, without recursion)."""
    order: dict[Visit, int] = {}
    low: dict[Visit, int] = {}
    stack: list[Visit] = []
    on_stack: set[Visit] = set()
    for root in graph:
        if root in order:
            continue
        work: list[tuple[Visit, Iterator[_Edge]]] = [(root, iter(graph[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            visit, edges = work[-1]
            for edge in edges:
                if edge.to not in order:
                    order[edge.to] = low[edge.to] = len(order)
                    stack.append(edge.to)
                    on_stack.add(edge.to)
                    work.append((edge.to, iter(graph[edge.to])))
                    break
                if edge.to in on_stack:
                    low[visit] = min(low[visit], order[edge.to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[visit])
                if low[visit] == order[visit]:
                    knot: list[Visit] = []
                    while not knot or knot[-1] != visit:
                        knot.append(stack.pop())
                        on_stack.discard(knot[-1])
                    if len(knot) > 1:
                        yield knot


def _ways_to(graph: Mapping[Visit, Sequence[_Edge]], knots: Iterable[list[Visit]]) -> set[Visit]:
    """The visits that may lead into a knot."""
    callers: dict[Visit, list[Visit]] = {}
    for visit, edges in graph.items():
        for edge in edges:
            callers.setdefault(edge.to, []).append(visit)
    waiting = [visit for knot in knots for visit in knot]
    ways: set[Visit] = set()
    while waiting:
        visit = waiting.pop()
        if visit not in ways:
            ways.add(visit)
            waiting.extend(callers.get(visit, ()))
    return ways


def _round(graph: Mapping[Visit, Sequence[_Edge]], knot: Sequence[Visit]) -> Cycle:
    """Some cycle inside a knot, whatever must be present for it."""
    path = [knot[0]]
    while True:
        edge = next(edge for edge in graph[path[-1]] if edge.to in knot)
        if edge.to in path:
            cycle = path[path.index(edge.to) :]
            return Cycle(tuple(visit[0] for visit in cycle), edge.to[1], edge.call)
        path.append(edge.to)


def _lasso(
    graph: Mapping[Visit, Sequence[_Edge]], ways: set[Visit], root: Visit, patience: Iterator[int]
) -> Cycle | None:
    """A path from the users into a cycle that one set of present components makes; None also without patience."""
    path: list[Visit] = [root]
    work: list[tuple[Iterator[_Edge], frozenset[str]]] = [(iter(graph[root]), frozenset())]
    while work:
        edges, absent = work[-1]
        for edge in edges:
            if edge.to not in ways:
                continue
            if next(patience, None) is None:
                return None
            missing = absent | edge.absent
            if any(visit[0].component in missing for visit in (*path, edge.to)):
                continue
            if edge.to in path:
                cycle = path[path.index(edge.to) :]
                return Cycle(tuple(visit[0] for visit in cycle), root[1], edge.call)
            path.append(edge.to)
            work.append((iter(graph[edge.to]), missing))
            break
        else:
            work.pop()
            path.pop()
    return None
