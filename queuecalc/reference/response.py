"""What a request of one class meets: the share that is answered, and how late."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law import Deterministic
from queuecalc.reference.delayed import Delayed, beyond, repeated
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.station import lst
from queuecalc.reference.traffic import ALL_UP
from queuecalc.reference.way import State, Way

__all__ = ["late", "late_at_most", "served", "waits"]

_TILTS = (8.0, 16.0, 24.0, 32.0, 48.0, 80.0)
"""Values of theta x t at which the exponential bound P(T > t) <= exp(-theta t) E exp(theta T) is tried."""

_AT_ONCE = 256
"""So many instants are inverted together: their transforms then stay in the processor's cache."""


def served(state: State, request_class: str, *, unsteady: bool = False) -> Any:
    """Share of a class that gets an answer, however late; what is down, full, dropped or unsteady on the way is lost.

    Args:
        state: who is up.
        request_class: the class.
        unsteady: count those, too, that a station without a steady state delays for ever.
    """
    if not unsteady:
        return sum(Way(state, None, in_turn=True).request(request_class).values(), 0.0)

    def own(node: Node) -> Delayed:
        if state.live[node.component] == 0:
            return {0.0: 0.0}
        return {0.0: state.station(node.component).accepted * state.passing(node)}

    return sum(Way(state, None, own=own, in_turn=True).request(request_class).values(), 0.0)


def late(state: State, request_class: str, t: float) -> Any:
    """Share of a class that gets an answer, but later than t seconds; shape (instants,)."""
    size = state.instants
    if size > _AT_ONCE:
        pieces = np.array_split(np.arange(size), -(-size // _AT_ONCE))
        return np.concatenate([late(state.at(piece), request_class, t) for piece in pieces])
    if not _anything_random(state, request_class):
        return _constantly_late(state, request_class, t)
    left = np.array([t - state.plan.model.load.network_s])
    return beyond(lambda s: state.way(s).request(request_class), left, size)[0]


def _constantly_late(state: State, request_class: str, t: float) -> Any:
    left = t - state.plan.model.load.network_s
    shares = state.way(None).request(request_class)
    return np.zeros(state.instants) + sum((mass for delay, mass in shares.items() if delay > left), 0.0)


def late_at_most(state: State, request_class: str, t: float) -> Any:
    """An upper bound on `late` for all flows up to these, by exponential moments (Chernoff 1952); shape (instants,).

    P(T > t) <= exp(-theta t) E exp(theta T), with nothing lost on the way; 1 where a station has no steady state.
    """
    plan = state.plan
    left = t - plan.model.load.network_s
    size = state.instants
    if left <= 0.0:
        return np.ones(size)
    s = -np.array(_TILTS)[:, None] / left
    steady = np.ones(size, dtype=bool)
    waits_at: dict[str, Any] = {}

    def own(node: Node) -> Delayed:
        nonlocal steady
        name = node.component
        if state.live[name] == 0:
            return {0.0: 0.0}
        figures, here = plan.figures[name], state.station(name)
        steady = steady & here.stable
        if name not in waits_at:
            waits_at[name] = here.wait(s)
        value = waits_at[name] * np.exp(-s * figures.fixed_delay_s)
        for operation, times in [(node.operation, 1.0), *plan.own_calls(node, state.dead)]:
            value = (
                value * repeated({0.0: lst(figures.service(operation), s)}, times)[0.0] if times else value
            )
        return {0.0: value}

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        way = Way(state, s, own=own, in_turn=True).request(request_class)
        total = way[0.0] * np.exp(s * left)
        bound = np.min(np.where(np.isnan(total), np.inf, total), axis=0)
    return np.where(steady, np.minimum(bound, 1.0), 1.0)


def _anything_random(state: State, request_class: str) -> bool:
    """Whether a way of the class has any time that is not constant."""
    plan = state.plan
    seen: set[Node] = set()
    waiting = [plan.users(request_class)]
    while waiting:
        node = waiting.pop()
        for _, child in plan.onward(node, state.dead):
            if not child.waited or child in seen:
                continue
            seen.add(child)
            waiting.append(child)
            figures = plan.figures[child.component]
            operations = [child.operation, *(name for name, _ in plan.own_calls(child, state.dead))]
            laws = [figures.service(operation) for operation in operations]
            if figures.servers is not None or not all(isinstance(law, Deterministic) for law in laws):
                return True
    return False


def waits(plan: Plan, request_class: str) -> bool:
    """Whether requests of a class wait for any answer."""
    return any(child.waited for _, child in plan.onward(plan.users(request_class), ALL_UP))
