"""What flows where at many instants at once: with every unit up, and in failure states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from queuecalc.reference.order import steps
from queuecalc.reference.plan import Node, Plan

__all__ = ["ALL_UP", "Flows", "at", "flows", "kept", "of_component", "passed", "users_rates"]

ALL_UP: frozenset[str] = frozenset()

Flows = dict[Node, Any]
"""Visits per second by node, arrays of one shape."""


def users_rates(plan: Plan, load: Any) -> Flows:
    """Requests per second of every class, as flows of the users."""
    return {
        plan.users(name): np.full_like(load, item.per_s)
        if item.per_s is not None
        else (item.share or 0.0) * load
        for name, item in plan.model.classes.items()
    }


def of_component(some: Mapping[Node, Any], name: str) -> Flows:
    """The flows at the nodes of one component."""
    return {node: rate for node, rate in some.items() if node.component == name}


def kept(plan: Plan, node: Node) -> float:
    """The share of a class that a limiter does not drop."""
    if node.component not in plan.figures:
        return 1.0
    return 1.0 - plan.figures[node.component].drops.get(node.request_class, 0.0)


def passed(plan: Plan, name: str, live: int, rate: Any) -> Any:
    """The share that a rate cap lets through; a dead component loses all as down, nothing as above the cap."""
    cap = plan.figures[name].max_rate_per_s
    if cap is None or live == 0:
        return 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rate > live * cap, live * cap / rate, 1.0)


def flows(
    plan: Plan,
    load: Any,
    live: Mapping[str, int],
    departures: Mapping[Node, Any],
    *,
    unchanged: Mapping[Node, Any] | None = None,
    before: str | None = None,
) -> Flows:
    """Inflow of every node: Jackson's traffic equations, callers first.

    Args:
        plan: who calls whom.
        load: requests per second of the curve.
        live: units that are up, by component; a component without any takes no call that can go to the next.
        departures: what leaves the nodes of asynchronous components.
        unchanged: in a failure state, the flows behind asynchronous components, which are as with every unit up.
        before: stop in front of this component, which is asynchronous or capped.
    """
    dead = frozenset(name for name, units in live.items() if units == 0 and name in plan.present)
    found: Flows = defaultdict(lambda: np.zeros_like(load))
    found.update(unchanged or {})
    for users, rate in users_rates(plan, load).items():
        for call, child in plan.onward(users, dead):
            found[child] = found[child] + rate * call.times
    for step in steps(plan, dead, behind=unchanged is None):
        name = step.component
        if step.gate and name == before:
            break
        if unchanged is not None and (name in plan.asynchronous or name not in plan.may_wait):
            continue
        leaving = {node: found[node] for node in step.nodes if node in found}
        if name in plan.asynchronous:
            leaving = {node: departures[node] for node in leaving}
        through = passed(plan, name, live[name], sum(leaving.values(), 0.0))
        for node, rate in leaving.items():
            if unchanged is not None and node.behind:
                continue
            for call, child in plan.onward(node, dead):
                found[child] = found[child] + rate * (kept(plan, node) * through * call.times)
    return dict(found)


def at(ends: Any, piece: Any, share: Any) -> Any:
    """A function that is linear in each piece, at `share` of the way through some pieces; `ends` is (2, pieces)."""
    return ends[0][piece] + share * (ends[1][piece] - ends[0][piece])
