"""The way of one class of requests: the visits that it waits for, and the transform of its response time.

    v_i(s) = w_i(s) prod_j v_j(s)^n (1 - f + f v_j(s))

over the waited-for calls of visit i, from the leaves to the users, where w_i is the transform of wait and service at
visit i; calls that go out at once follow as the transform of the longest of them (`joins.py`). Constants along the
way are taken out before anything is inverted: what is composed is the transform of the response time less its
smallest possible constant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from queuecalc.architecture.graph import Branch, Graph
from queuecalc.evaluation.groups import Group, group_of, in_turns, split_times

if TYPE_CHECKING:
    from queuecalc.evaluation.joins import Joins

__all__ = ["ComplexArray", "Route", "compose", "route_of", "split_times", "values_of"]

ComplexArray = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Route:
    """The waited-for part of a class's requests.

    Attributes:
        order: visits that are waited for, callees first.
        entries: the calls of the users that are waited for.
        constant_s: by visit, the constant part of its own service and delay.
        shift_s: by visit, the constants along all that certainly follows, its own included.
        network_s: client to edge and back.
        total_shift_s: the smallest response time that constants alone make, network included.
        most_visits: by component, the largest number of visits that one request can make.
        groups: by (visit, turn), the calls that go out at once; the users are visit -1.
    """

    graph: Graph
    request_class: str
    order: tuple[int, ...]
    entries: tuple[Branch, ...]
    constant_s: Mapping[int, float]
    shift_s: Mapping[int, float]
    network_s: float
    total_shift_s: float
    most_visits: Mapping[str, int]
    groups: Mapping[tuple[int, int], Group] = field(default_factory=dict)


def route_of(graph: Graph, request_class: str, network_s: float) -> Route:
    """The route of a class in a graph."""
    visits = graph.visits
    entries = tuple(branch for branch in graph.entries[request_class] if branch.wait)
    reached: set[int] = set()
    stack = [branch.visit for branch in entries]
    while stack:
        index = stack.pop()
        if index not in reached:
            reached.add(index)
            stack += [b.visit for b in visits[index].branches if b.wait]
    order = tuple(sorted(reached, reverse=True))
    constant: dict[int, float] = {}
    shift: dict[int, float] = {}
    most: dict[int, dict[str, int]] = {}
    groups: dict[tuple[int, int], Group] = {}
    for index in order:
        visit = visits[index]
        figures = graph.figures[visit.component]
        constant[index] = figures.fixed_delay_s + graph.types[visit.type].constant_s
        waited = [b for b in visit.branches if b.wait]
        shift[index] = constant[index] + _shift(graph, index, visit.branches, shift, groups)
        most[index] = _visits(waited, most)
        most[index][visit.component] = most[index].get(visit.component, 0) + 1
    total = network_s + _shift(graph, -1, entries, shift, groups)
    visits_made = _visits(list(entries), most)
    return Route(
        graph,
        request_class,
        order,
        entries,
        constant,
        shift,
        network_s,
        total,
        visits_made,
        groups,
    )


def _shift(
    graph: Graph,
    owner: int,
    branches: Sequence[Branch],
    shift: Mapping[int, float],
    groups: dict[tuple[int, int], Group],
) -> float:
    """The constants along the calls of a visit; their groups are noted."""
    total = 0.0
    for place, turn in enumerate(in_turns(branches)):
        group = group_of(graph, owner, place, turn, shift)
        if group is not None:
            groups[owner, place] = group
            total += group.shift_s
        else:
            total += sum(split_times(branch.times)[0] * shift[branch.visit] for branch in turn)
    return total


def _visits(branches: list[Branch], most: Mapping[int, Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for branch in branches:
        whole, rest = split_times(branch.times)
        times = whole + (rest > 0)
        for name, count in most[branch.visit].items():
            found[name] = found.get(name, 0) + times * count
    return found


def compose(
    route: Route,
    s: Any,
    waits: Mapping[str, Any],
    services: Mapping[int, Any],
    through: Mapping[int, Any],
    stretch: Mapping[int, float] | None = None,
    joins: Joins | None = None,
) -> Any:
    """E[exp(-s (T - total shift)); the request gets through], elementwise over s.

    Args:
        s: complex, shape (nodes, instants) or what broadcasts against it.
        waits: by component, the transform of its wait (defective by what is lost there).
        services: by service type, the transform of what its law is beyond a constant.
        through: by visit, the share that goes on after the service (1 where absent).
        stretch: by visit, a relative stretching of its constant part, for derivatives.
        joins: the laws of calls that go out at once; None for one after the other, which has the same mass, and for
            s < 0 bounds the moment from above.
    """
    done = values_of(route, route.order, s, waits, services, through, stretch, joins)
    return _follow(route, -1, route.entries, np.ones(np.shape(s)), s, done, joins)


def values_of(
    route: Route,
    order: Sequence[int],
    s: Any,
    waits: Mapping[str, Any],
    services: Mapping[int, Any],
    through: Mapping[int, Any],
    stretch: Mapping[int, float] | None = None,
    joins: Joins | None = None,
) -> dict[int, Any]:
    """By visit of `order` (callees first), what `compose` puts together: itself and all that it waits for."""
    graph = route.graph
    done: dict[int, Any] = {}
    for index in order:
        visit = graph.visits[index]
        value = waits[visit.component] * services[visit.type]
        if index in through:
            value = value * through[index]
        if stretch is not None and index in stretch:
            value = value * np.exp(-s * (stretch[index] * route.constant_s[index]))
        done[index] = _follow(route, index, visit.branches, value, s, done, joins)
    return done


def _follow(
    route: Route,
    owner: int,
    branches: Sequence[Branch],
    value: Any,
    s: Any,
    done: Mapping[int, Any],
    joins: Joins | None,
) -> Any:
    if joins is not None and route.groups:
        for place, turn in enumerate(in_turns(branches)):
            group = route.groups.get((owner, place))
            if group is not None:
                value = value * joins.lst(group, s)
                continue
            value = _one_by_one(turn, value, s, done, route.shift_s)
        return value
    return _one_by_one(branches, value, s, done, route.shift_s)


def _one_by_one(
    branches: Sequence[Branch], value: Any, s: Any, done: Mapping[int, Any], shift: Mapping[int, float]
) -> Any:
    for branch in branches:
        if not branch.wait:
            continue
        whole, rest = split_times(branch.times)
        callee = done[branch.visit]
        if whole == 1:
            value = value * callee
        elif whole > 1:
            value = value * callee**whole
        if rest > 0.0:
            late = callee
            if shift[branch.visit] > 0.0:
                late = callee * np.exp(-s * shift[branch.visit])
            value = value * (1.0 - rest + rest * late)
    return value
