"""What a request meets: where it is lost, and how long it takes if it is not; by recursion over its calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.reference.station import lst
from tests.reference.inversion import survival
from tests.reference.plan import Node, Plan, parts
from tests.reference.stations import Station, station
from tests.reference.traffic import Flows, Traffic

__all__ = ["Response", "State", "respond"]

Key = tuple[str, ...]
"""("wait", component) or ("service", component, operation)."""


@dataclass
class State:
    """The units alive, and the station that each component then is.

    passed: by component, the share that its rate cap lets through.
    sampled: transforms at the nodes that belong to a time, kept while they may be asked again.
    """

    plan: Plan
    live: Mapping[str, int]
    flows: Flows
    passed: dict[str, float]
    met: dict[str, Station] = field(default_factory=dict)
    sampled: dict[tuple[Key, float], Any] = field(default_factory=dict)

    @property
    def dead(self) -> frozenset[str]:
        return frozenset(name for name, units in self.live.items() if units == 0)

    @classmethod
    def of(cls, traffic: Traffic, flows: Flows, live: Mapping[str, int]) -> State:
        """The state with these rates at every node."""
        passed = {}
        for name in traffic.plan.present:
            here = sum(rate for node, rate in flows.items() if node.component == name)
            passed[name] = traffic.passed(name, live[name], here)
        return cls(traffic.plan, live, flows, passed)

    def station(self, name: str) -> Station:
        """What a component is now."""
        if name not in self.met:
            here = {node: rate for node, rate in self.flows.items() if node.component == name}
            self.met[name] = station(self.plan, name, here, self.live[name], self.dead)
        return self.met[name]


@dataclass(frozen=True)
class Path:
    """One way through: constants added up, and the multiset of random times that are met."""

    delay: float = 0.0
    met: tuple[tuple[Key, int], ...] = ()
    endless: bool = False

    def then(self, other: Path) -> Path:
        both = Counter(dict(self.met)) + Counter(dict(other.met))
        return Path(self.delay + other.delay, tuple(sorted(both.items())), self.endless or other.endless)


Paths = dict[Path, float]
"""The chance of each path; what is missing to 1 is lost on the way."""


def _joined(first: Paths, second: Paths) -> Paths:
    result: Paths = defaultdict(float)
    for one, chance in first.items():
        for two, share in second.items():
            result[one.then(two)] += chance * share
    return dict(result)


def _sometimes(paths: Paths, chance: float) -> Paths:
    result: Paths = defaultdict(float)
    result[Path()] += 1.0 - chance
    for path, share in paths.items():
        result[path] += chance * share
    return dict(result)


@dataclass
class Response:
    """The fate of the requests of one class in one state, at one moment.

    lost: share lost by (cause, component), lateness left out.
    paths: the ways of those that are not lost; a station without a steady state makes a path endless.
    """

    state: State
    network: float
    lost: dict[tuple[str, str], float] = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)

    @property
    def served(self) -> float:
        """Share with an answer, however late."""
        return sum(chance for path, chance in self.paths.items() if not path.endless)

    @property
    def dropped(self) -> float:
        """Share that has no response time: dropped, blocked, or down."""
        return 1.0 - sum(self.paths.values())

    def within(self, t: float) -> float:
        """Share that is answered by t, of all requests."""
        return sum(
            chance * (1.0 - self._later(path, t - self.network - path.delay))
            for path, chance in self.paths.items()
            if not path.endless and chance > 0.0
        )

    def late(self, t: float) -> float:
        """Share that is answered, but later than t."""
        return sum(
            chance * self._later(path, t - self.network - path.delay)
            for path, chance in self.paths.items()
            if not path.endless and chance > 0.0
        )

    def mean(self) -> float:
        """E[response time] of those not lost."""
        total = sum(
            chance * (self.network + path.delay + sum(times * self._mean(key) for key, times in path.met))
            for path, chance in self.paths.items()
        )
        return total / sum(self.paths.values())

    def _later(self, path: Path, t: float) -> float:
        if not path.met:
            return float(t < 0.0)
        if t <= 0.0:
            return 1.0

        def transform(s: Any) -> Any:
            value = np.ones_like(s)
            for key, times in path.met:
                value = value * self._part(key, s, t) ** times
            return value

        return min(1.0, max(0.0, survival(transform, t)))

    def _part(self, key: Key, s: Any, t: float) -> Any:
        """The transform of one wait or service at the nodes s that belong to t."""
        known = self.state.sampled
        if (key, t) not in known:
            if len(known) > 100:
                known.clear()
            if key[0] == "wait":
                known[key, t] = self.state.station(key[1]).wait(s)
            else:
                known[key, t] = lst(self.state.plan.figures[key[1]].service(key[2]), s)
        return known[key, t]

    def _mean(self, key: Key) -> float:
        if key[0] == "wait":
            return self.state.station(key[1]).mean_wait
        return float(self.state.plan.figures[key[1]].service(key[2]).mean)


def respond(traffic: Traffic, state: State, request_class: str) -> Response:
    """Walk through the calls of a class: book what is lost, in call order, and list the ways of the rest."""
    plan = traffic.plan
    dead = state.dead
    response = Response(state, plan.model.load.network_s)
    booked: dict[tuple[str, str], float] = defaultdict(float)

    def book(cause: str, component: str, mass: float) -> None:
        if mass > 0.0:
            booked[cause, component] += mass

    def call_all(node: Node, mass: float) -> float:
        """Make the waited-for calls of a visit; what comes in alive, what goes out alive."""
        for call, child in plan.onward(node, dead):
            if child.waited:
                whole, more = parts(call.times)
                for _ in range(whole):
                    mass = visit(child, mass)
                if more > 0.0:
                    mass = mass * (1.0 - more) + visit(child, mass * more)
        return mass

    def visit(node: Node, mass: float) -> float:
        name = node.component
        here = state.station(name)
        if state.live[name] == 0:
            book("down", name, mass)
            return 0.0
        if not here.stable:
            book("no steady state", name, mass)
            return 0.0
        book("blocked", name, mass * here.blocked)
        mass *= 1.0 - here.blocked
        passing = traffic.kept(node) * state.passed[name]
        book("dropped", name, mass * (1.0 - passing))
        return call_all(node, mass * passing)

    call_all(plan.users(request_class), 1.0)
    response.lost = dict(booked)

    def ways(node: Node) -> Paths:
        """The paths of a visit and all it waits for."""
        name = node.component
        here = state.station(name)
        if state.live[name] == 0:
            return {}
        own: Counter[Key] = Counter({("service", name, node.operation): 1})
        if here.mean_wait > 0.0:
            own["wait", name] = 1
        passing = (1.0 - here.blocked) * traffic.kept(node) * state.passed[name]
        met = tuple(sorted(own.items()))
        result: Paths = {Path(plan.figures[name].fixed_delay_s, met, endless=not here.stable): passing}
        for operation, times in plan.own_calls(node, dead):
            again: Paths = {Path(0.0, ((("service", name, operation), 1),)): 1.0}
            result = _joined(result, _repeated(again, times))
        return _joined(result, below(node))

    def below(node: Node) -> Paths:
        result: Paths = {Path(): 1.0}
        for call, child in plan.onward(node, dead):
            if child.waited:
                result = _joined(result, _repeated(ways(child), call.times))
        return result

    response.paths = {
        path: chance for path, chance in below(plan.users(request_class)).items() if chance > 0.0
    }
    return response


def _repeated(paths: Paths, times: float) -> Paths:
    whole, more = parts(times)
    result: Paths = {Path(): 1.0}
    for _ in range(whole):
        result = _joined(result, paths)
    return _joined(result, _sometimes(paths, more)) if more > 0.0 else result
