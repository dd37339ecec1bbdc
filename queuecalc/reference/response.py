"""What a request of one class meets, by recursion over its calls: the share that is answered, and how late.

v_i(s) = w_i(s) prod_j v_j(s)^n (1 - f + f v_j(s)) over the waited-for calls of a visit, n + f the number of calls.
Constants are kept beside the transforms, as the power of z that belongs to them: {delay: transform}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from queuecalc.law import Deterministic
from queuecalc.reference.inversion import nodes, survival
from queuecalc.reference.plan import Node, Plan, parts
from queuecalc.reference.station import Station, lst, station
from queuecalc.reference.traffic import ALL_UP, Flows, kept, of_component, passed

__all__ = ["State", "late", "late_at_most", "served", "waits"]

Delayed = dict[float, Any]
"""Transform by the constant that comes on top of it [s]."""

_SAME = 1e-12
"""Delays this close [s] are one."""

_MOST_DELAYS = 256
"""So many different constants along one way are told apart."""

_TILTS = (8.0, 16.0, 24.0, 32.0, 48.0, 80.0)
"""Values of theta x t at which the exponential bound P(T > t) <= exp(-theta t) E exp(theta T) is tried."""

_AT_ONCE = 256
"""So many instants are inverted together: their transforms then stay in the processor's cache."""


class State:
    """The stations of a plan with some units alive, at some instants.

    Attributes:
        flows: inflow of every node, arrays of shape (instants,).
        live: units alive.
        sampled: transforms of waits at the nodes of one inversion.
    """

    def __init__(self, plan: Plan, rates: Flows, live: Mapping[str, int]) -> None:
        self.plan, self.flows, self.live = plan, rates, live
        self.dead = frozenset(name for name, units in live.items() if units == 0 and name in plan.present)
        self._stations: dict[str, Station] = {}
        self._passing: dict[str, Any] = {}
        self.sampled: dict[str, Any] = {}

    def station(self, name: str) -> Station:
        """What a component with a live unit now is."""
        if name not in self._stations:
            here = of_component(self.flows, name)
            self._stations[name] = station(self.plan, name, here, self.live[name], self.dead)
        return self._stations[name]

    def passing(self, node: Node) -> Any:
        """The share of accepted visits that goes on after its service."""
        name = node.component
        if name not in self._passing:
            total = sum(of_component(self.flows, name).values(), 0.0)
            self._passing[name] = passed(self.plan, name, self.live[name], total)
        return kept(self.plan, node) * self._passing[name]

    def at(self, chosen: Any) -> State:
        """The same at some of the instants."""
        return State(self.plan, {node: rate[chosen] for node, rate in self.flows.items()}, self.live)


_NOTHING: Delayed = {0.0: 1.0}
"""What takes no time and always gets through."""


def _combined(first: Delayed, second: Delayed) -> Delayed:
    if first is _NOTHING or second is _NOTHING:
        return second if first is _NOTHING else first
    found: Delayed = {}
    for one, left in first.items():
        for two, right in second.items():
            delay = one + two
            key = next((known for known in found if abs(known - delay) <= _SAME), delay)
            found[key] = found[key] + left * right if key in found else left * right
    if len(found) > _MOST_DELAYS:
        raise NotImplementedError(
            f"more than {_MOST_DELAYS} different sums of constant times along one way; give them common multiples, or "
            "the calls that are made in a share of the visits alone (times with a fraction) a law instead of a constant"
        )
    return found


def _repeated(one: Delayed, times: float) -> Delayed:
    whole, more = parts(times)
    result = _NOTHING
    if len(one) == 1 and whole:
        ((delay, value),) = one.items()
        result = one if whole == 1 else {delay * whole: value**whole}
    else:
        for _ in range(whole):
            result = _combined(result, one)
    return _mixed(result, one, more) if more > 0.0 else result


def _mixed(result: Delayed, one: Delayed, more: float) -> Delayed:
    """`result` alone, or in the share `more` followed by `one`."""
    found = {delay: value * (1.0 - more) for delay, value in result.items()}
    for delay, value in _combined(result, {d: v * more for d, v in one.items()}).items():
        key = next((known for known in found if abs(known - delay) <= _SAME), delay)
        found[key] = found[key] + value if key in found else value
    return found


def _compose(state: State, request_class: str, element: Callable[[Node], Delayed]) -> Delayed:
    """The whole way of a class; `element` is what one visit itself takes, with its chance of getting through."""
    plan = state.plan
    known: dict[Node, Delayed] = {}
    state.sampled.clear()

    def visit(node: Node) -> Delayed:
        if node not in known:
            known[node] = _combined(element(node), below(node))
        return known[node]

    def below(node: Node) -> Delayed:
        result = _NOTHING
        for call, child in plan.onward(node, state.dead):
            if child.waited:
                result = _combined(result, _repeated(visit(child), call.times))
        return result

    return below(plan.users(request_class))


def _element(state: State, node: Node, s: Any | None) -> Delayed:
    """One visit: wait, service, fixed delay; with s None the chance of getting through alone."""
    plan, name = state.plan, node.component
    if state.live[name] == 0:
        return {0.0: 0.0}
    figures, here = plan.figures[name], state.station(name)
    if s is not None and name not in state.sampled:
        state.sampled[name] = here.wait(s) * np.where(here.stable, here.accepted, 0.0)
    first = np.where(here.stable, here.accepted, 0.0) if s is None else state.sampled[name]
    result: Delayed = {figures.fixed_delay_s: first * state.passing(node)}
    for operation, times in [(node.operation, 1.0), *plan.own_calls(node, state.dead)]:
        law = figures.service(operation)
        if isinstance(law, Deterministic):
            one: Delayed = {float(law.mean): 1.0}
        else:
            one = {0.0: 1.0 if s is None else lst(law, s)}
        if times > 0.0:
            result = _combined(result, _repeated(one, times))
    return result


def served(state: State, request_class: str, *, unsteady: bool = False) -> Any:
    """Share of a class that gets an answer, however late; what is down, full, dropped or unsteady on the way is lost.

    Args:
        state: who is up.
        request_class: the class.
        unsteady: count those, too, that a station without a steady state delays for ever.
    """

    def element(node: Node) -> Delayed:
        if unsteady and state.live[node.component] > 0:
            return {0.0: state.station(node.component).accepted * state.passing(node)}
        return _element(state, node, None)

    return sum(_compose(state, request_class, element).values(), 0.0)


def late(state: State, request_class: str, t: float) -> Any:
    """Share of a class that gets an answer, but later than t seconds; shape (instants,)."""
    size = next(iter(state.flows.values())).size if state.flows else 1
    beyond = t - state.plan.model.load.network_s
    if size > _AT_ONCE:
        pieces = np.array_split(np.arange(size), -(-size // _AT_ONCE))
        return np.concatenate([late(state.at(piece), request_class, t) for piece in pieces])
    total = np.zeros(size)
    for delay, mass in _compose(state, request_class, lambda node: _element(state, node, None)).items():
        left = beyond - delay
        if left <= 0.0 or not _anything_random(state, request_class):
            total = total + (mass if left < 0.0 else 0.0)
            continue
        s = nodes(left)
        ways = _compose(state, request_class, lambda node, s=s: _element(state, node, s))  # type: ignore[misc]
        key = next(known for known in ways if abs(known - delay) <= _SAME)
        total = total + survival(np.broadcast_to(mass, (size,)), ways[key], left)
    return total


def late_at_most(state: State, request_class: str, t: float) -> Any:
    """An upper bound on `late` for all flows up to these, by exponential moments (Chernoff 1952); shape (instants,).

    P(T > t) <= exp(-theta t) E exp(theta T), with nothing lost on the way; 1 where a station has no steady state.
    """
    plan = state.plan
    beyond = t - plan.model.load.network_s
    size = next(iter(state.flows.values())).size if state.flows else 1
    if beyond <= 0.0:
        return np.ones(size)
    s = -np.array(_TILTS)[:, None] / beyond
    steady = np.ones(size, dtype=bool)

    def element(node: Node) -> Delayed:
        nonlocal steady
        name = node.component
        if state.live[name] == 0:
            return {0.0: 0.0}
        figures, here = plan.figures[name], state.station(name)
        steady = steady & here.stable
        if name not in state.sampled:
            state.sampled[name] = here.wait(s)
        value = state.sampled[name] * np.exp(-s * figures.fixed_delay_s)
        for operation, times in [(node.operation, 1.0), *plan.own_calls(node, state.dead)]:
            value = (
                value * _repeated({0.0: lst(figures.service(operation), s)}, times)[0.0] if times else value
            )
        return {0.0: value}

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        total = _compose(state, request_class, element)[0.0] * np.exp(s * beyond)
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
