"""The stations of a plan at some instants, and what one visit of a request meets there and below.

v_i(s) = w_i(s) prod_j v_j(s)^n (1 - f + f v_j(s)) over the waited-for calls of a visit, n + f the number of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from queuecalc.reference.delayed import NOTHING, Delayed, combined, of_service, repeated
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.station import Service, Station, station, visit_service
from queuecalc.reference.together import Longest
from queuecalc.reference.traffic import Flows, kept, of_component, passed
from queuecalc.reference.turns import Turn, at_once, turns

__all__ = ["Part", "State", "Way"]

Part = Literal["whole", "residual", "over"]
"""Of a service that is counted: all of it, what is left when somebody looks at random, nothing."""


class State:
    """The stations of a plan with some units alive, at some instants.

    Attributes:
        flows: inflow of every node, arrays of shape (instants,).
        live: units alive.
        apart: calls that go out at once are taken as independent, for an upper bound.
    """

    def __init__(self, plan: Plan, rates: Flows, live: Mapping[str, int], *, apart: bool = False) -> None:
        self.plan, self.flows, self.live, self.apart = plan, rates, live, apart
        self.dead = frozenset(name for name, units in live.items() if units == 0 and name in plan.present)
        self._stations: dict[str, Station] = {}
        self._passing: dict[str, Any] = {}
        self._services: dict[Node, Service] = {}
        self._longest: dict[Turn, Longest] = {}
        self._shares: Way | None = None
        self._quickest: dict[Node, float] = {}

    @property
    def instants(self) -> int:
        """How many there are."""
        return next(iter(self.flows.values())).size if self.flows else 1

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

    def service(self, node: Node) -> Service:
        """What one visit asks of a server."""
        if node not in self._services:
            self._services[node] = visit_service(self.plan, node, self.dead)
        return self._services[node]

    def quickest(self, node: Node) -> float:
        """The shortest mean service at a visit, or at one that it waits for, at the speed of its line [s]."""
        if node not in self._quickest:
            servers = self.plan.figures[node.component].servers or 1
            own = self.service(node).mean / (servers * max(self.live[node.component], 1))
            children = [child for _, child in self.plan.onward(node, self.dead) if child.waited]
            self._quickest[node] = min([max(own, 1e-9), *(self.quickest(child) for child in children)])
        return self._quickest[node]

    def longest(self, turn: Turn) -> Longest:
        """Calls that go out at once."""
        if turn not in self._longest:
            self._longest[turn] = Longest(self, turn)
        return self._longest[turn]

    def way(self, s: Any | None) -> Way:
        """What visits meet, as transforms at s; with s None the shares that get through."""
        if s is not None:
            return Way(self, s)
        if self._shares is None:
            self._shares = Way(self, None)
        return self._shares

    def at(self, chosen: Any) -> State:
        """The same at some of the instants."""
        rates = {node: rate[chosen] for node, rate in self.flows.items()}
        return State(self.plan, rates, self.live, apart=self.apart)


class Way:
    """What visits meet, at some points s of a transform or, with s None, in shares that get through.

    Args:
        state: the stations.
        s: shape (points, 1), or None.
        own: what a visit itself takes, if not its wait, its service and its fixed delay.
        in_turn: whether calls that go out at once count one after the other.
    """

    def __init__(
        self,
        state: State,
        s: Any | None,
        *,
        own: Callable[[Node], Delayed] | None = None,
        in_turn: bool = False,
    ) -> None:
        self.state, self.s, self.in_turn = state, s, in_turn
        self._own = own or self._wait_and_service
        self._known: dict[Node, Delayed] = {}
        self._below: dict[Node, Delayed] = {}
        self._waits: dict[str, Any] = {}

    def request(self, request_class: str) -> Delayed:
        """The whole way of a class."""
        return self.below(self.state.plan.users(request_class))

    def visit(self, node: Node) -> Delayed:
        """One visit and all that it waits for."""
        if node not in self._known:
            self._known[node] = combined(self._own(node), self.below(node))
        return self._known[node]

    def below(self, node: Node) -> Delayed:
        """All that a visit waits for."""
        if node not in self._below:
            result = NOTHING
            for turn in turns(self.state.plan, node, self.state.dead):
                if at_once(turn) and not self.in_turn:
                    result = combined(result, self.state.longest(turn).at(self.s))
                    continue
                for call, child in turn:
                    result = combined(result, repeated(self.visit(child), call.times))
            self._below[node] = result
        return self._below[node]

    def _wait_and_service(self, node: Node) -> Delayed:
        name = node.component
        if self.state.live[name] == 0:
            return {0.0: 0.0}
        if name not in self._waits:
            here = self.state.station(name)
            accepted = np.where(here.stable, here.accepted, 0.0)
            self._waits[name] = accepted if self.s is None else here.wait(self.s) * accepted
        return {delay: self._waits[name] * value for delay, value in self._served(node, "whole").items()}

    def _served(self, node: Node, part: Part) -> Delayed:
        service = self.state.service(node)
        result: Delayed = {self.state.plan.figures[node.component].fixed_delay_s: self.state.passing(node)}
        if part == "whole":
            return combined(result, of_service(service, self.s))
        left = 1.0
        if part == "residual" and self.s is not None:
            left = (1.0 - service.transform(self.s)) / (self.s * service.mean)
        return {delay: value * left for delay, value in result.items()}

    def after_wait(self, node: Node, part: Part) -> Delayed:
        """A visit from the begin of its service, of which only a part is counted, and all that it waits for."""
        return combined(self._served(node, part), self.below(node))
