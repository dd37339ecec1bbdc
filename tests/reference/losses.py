"""Failure states one by one, and the curve integrated in each: what is lost, where, and how late the rest is."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from tests.reference.pieces import merged
from tests.reference.plan import Node, Plan
from tests.reference.response import Response, State, respond
from tests.reference.stations import utilisation
from tests.reference.traffic import Traffic

__all__ = ["Ledger", "Moment", "failure_states", "ledger", "redundancy"]

TOLERANCE = 3e-11  # of the offered requests, for all states together
ORDERS = (3, 6, 12)


@dataclass(frozen=True)
class Moment:
    """A node of the quadrature in one failure state.

    weight: seconds, times the chance of the state; responses: by class in the contract.
    """

    weight: float
    load: float
    responses: Mapping[str, Response]


@dataclass
class Ledger:
    """Requests of the contract's classes over the curve, mixed over failure states.

    lost: by class, then by (cause, component); handed_off, gone: messages by taker.
    """

    offered: dict[str, float] = field(default_factory=dict)
    lost: dict[str, dict[tuple[str, str], float]] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    handed_off: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    gone: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def failure_states(plan: Plan) -> Iterator[tuple[float, dict[str, int]]]:
    """Every combination of live counts, with its chance."""
    choices: list[list[tuple[str, int, float]]] = []
    for name in sorted(plan.at_risk):
        units, figures = plan.counts[name], plan.figures[name]
        a = figures.availability
        if figures.failure == "service":
            law = {units: a, 0: 1.0 - a}
        else:
            law = {k: math.comb(units, k) * a**k * (1.0 - a) ** (units - k) for k in range(units + 1)}
        choices.append([(name, k, chance) for k, chance in law.items() if chance > 0.0])
    for some in itertools.product(*choices):
        live = {name: plan.counts[name] for name in plan.present}
        chance = 1.0
        for name, k, share in some:
            live[name] = k
            chance *= share
        yield chance, live


def ledger(
    traffic: Traffic,
    *,
    states: list[tuple[float, dict[str, int]]] | None = None,
    probes: tuple[float, ...] = (),
) -> Ledger:
    """Integrate the curve in every failure state (or in those given).

    The nodes suffice for the losses, and for the share that is answered later than each of the `probes`.
    """
    plan = traffic.plan
    load = plan.model.load
    book = Ledger()
    classes = {name: c for name, c in plan.model.classes.items() if c.in_contract}
    for name, request_class in classes.items():
        slots = load.curve.slots
        book.offered[name] = sum(
            0.5 * (request_class.rate(float(a)) + request_class.rate(float(b))) * float(h) * 3600.0
            for a, b, h in zip(slots.left, slots.right, slots.length_h, strict=True)
        )
        book.lost[name] = defaultdict(float)
    for chance, live in failure_states(plan) if states is None else states:
        one = _OneState(traffic, live, sum(book.offered.values()), probes)
        for start, end in traffic.slots:
            inside = [t for t in traffic.breaks if start < t < end]
            corners = merged([start, *inside, end])
            for a, b in itertools.pairwise(corners):
                splits = [a, *one.crossings(a, b), b]
                for p, q in itertools.pairwise(splits):
                    for seconds, t in one.nodes(p, q, chance):
                        responses, losses = one.at(t)
                        now = traffic.load(t)
                        book.moments.append(Moment(chance * seconds, now, responses))
                        for name, causes in losses.items():
                            for cause, share in causes.items():
                                book.lost[name][cause] += chance * seconds * classes[name].rate(now) * share
                        one.hand_off(t, chance * seconds, book)
    return book


class _OneState:
    """One failure state along the curve."""

    def __init__(
        self, traffic: Traffic, live: dict[str, int], offered: float, probes: tuple[float, ...]
    ) -> None:
        self.traffic, self.live, self.offered, self.probes = traffic, live, offered, probes
        self.plan = traffic.plan
        self.dead = frozenset(name for name, units in live.items() if units == 0)
        self.known: dict[tuple[tuple[Node, float], ...], tuple[dict[str, Response], Losses]] = {}

    def at(self, t: float) -> tuple[dict[str, Response], Losses]:
        """The responses of all contract classes at t, and what each loses, lateness included."""
        flows = self.traffic.in_state(t, self.live)
        key = tuple(sorted(((n, float(f"{r:.14g}")) for n, r in flows.items()), key=repr))
        if key not in self.known:
            state = State.of(self.traffic, flows, self.live)
            responses: dict[str, Response] = {}
            losses: Losses = {}
            for name, request_class in self.plan.model.classes.items():
                if request_class.in_contract:
                    response = respond(self.traffic, state, name)
                    responses[name] = response
                    losses[name] = dict(response.lost)
                    timeout = self.plan.model.contract.timeout_s
                    if timeout is not None and waits(self.plan, name):
                        losses[name]["late", ""] = response.late(timeout)
            self.known[key] = responses, losses
        return self.known[key]

    def crossings(self, start: float, end: float, steps: int = 8) -> list[float]:
        """The instants at which a station reaches its capacity or a rate cap is passed."""
        margin = 1e-9 * (end - start)
        times = [start + margin + k * (end - start - 2.0 * margin) / steps for k in range(steps + 1)]
        values = [self._excesses(t) for t in times]
        found = [
            t
            for t, before, at, after in zip(times[1:], values, values[1:], values[2:], strict=False)
            if any(at[key] == 0.0 and before[key] * after[key] < 0.0 for key in at)
        ]
        for p, q, a, b in zip(times, times[1:], values, values[1:], strict=False):
            found += [
                float(brentq(lambda t, k=key: self._excesses(t)[k], p, q, xtol=1e-9, rtol=1e-15))
                for key in a
                if a[key] * b[key] < 0.0
            ]
        return merged(found)

    def _excesses(self, t: float) -> dict[tuple[str, str], float]:
        """What is positive where a station is overloaded, or a cap passed."""
        flows = self.traffic.in_state(t, self.live)
        found: dict[tuple[str, str], float] = {}
        for name in self.plan.present:
            units, figures = self.live[name], self.plan.figures[name]
            here = {node: rate for node, rate in flows.items() if node.component == name}
            if units > 0:
                found[name, "capacity"] = utilisation(self.plan, name, here, units, self.dead) - 1.0
                if figures.max_rate_per_s is not None:
                    found[name, "cap"] = sum(here.values()) / (units * figures.max_rate_per_s) - 1.0
        return found

    def nodes(self, start: float, end: float, chance: float) -> list[tuple[float, float]]:
        """Gauss-Legendre weights and nodes, halved until the losses no longer change."""
        before: list[float] | None = None
        nodes: list[tuple[float, float]] = []
        for order in ORDERS:
            x, w = np.polynomial.legendre.leggauss(order)
            nodes = [
                (0.5 * (end - start) * float(b), 0.5 * (start + end) + 0.5 * (end - start) * float(a))
                for a, b in zip(x, w, strict=True)
            ]
            rates = [self._rates(t) for _, t in nodes]
            total = [
                sum(seconds * rate[k] for (seconds, _), rate in zip(nodes, rates, strict=True))
                for k in range(1 + len(self.probes))
            ]
            change = 0.0 if before is None else max(abs(x - y) for x, y in zip(total, before, strict=True))
            if before is not None and change * chance <= TOLERANCE * self.offered:
                return nodes
            before = total
        if end - start < 1e-3:
            return nodes
        middle = 0.5 * (start + end)
        return self.nodes(start, middle, chance) + self.nodes(middle, end, chance)

    def _rates(self, t: float) -> list[float]:
        """Requests/s that are lost, and those that are later than each probe."""
        responses, losses = self.at(t)
        load = self.traffic.load(t)
        rates = {name: self.plan.model.classes[name].rate(load) for name in losses}
        lost = sum(rates[name] * sum(causes.values()) for name, causes in losses.items())
        later = [sum(rates[name] * responses[name].late(p) for name in losses) for p in self.probes]
        return [lost, *later]

    def hand_off(self, t: float, weight: float, book: Ledger) -> None:
        """Messages handed off, and those whose taker is down; what waits in a buffer is never lost."""
        plan, traffic = self.plan, self.traffic
        flows = traffic.in_state(t, self.live)
        load = traffic.load(t)
        sources = {plan.users(name): c.rate(load) for name, c in plan.model.classes.items()}
        for node, rate in {**sources, **flows}.items():
            leaving = rate
            unchanged = node.behind or node.component in plan.asynchronous
            if node.component in plan.present:
                here = {n: r for n, r in flows.items() if n.component == node.component}
                if node.component in plan.asynchronous:
                    here = {n: traffic.departures[n].at(t) for n in here if n in traffic.departures}
                    leaving = here.get(node, 0.0)
                passed = traffic.passed(node.component, self.live[node.component], sum(here.values()))
                leaving *= traffic.kept(node) * passed
            for call, child in plan.onward(node, frozenset() if unchanged else self.dead):
                if not call.wait and child.component not in plan.asynchronous:
                    book.handed_off[child.component] += weight * leaving * call.times
                    if self.live[child.component] == 0:
                        book.gone[child.component] += weight * leaving * call.times


Losses = dict[str, dict[tuple[str, str], float]]


def waits(plan: Plan, request_class: str) -> bool:
    """Whether requests of a class wait for any answer."""
    return any(child.waited for _, child in plan.onward(plan.users(request_class), frozenset()))


def redundancy(plan: Plan, *, single: bool) -> dict[str, float]:
    """By class in the contract: the chance that every needed component is up (with one unit each if `single`)."""
    result = {}
    for name, request_class in plan.model.classes.items():
        if request_class.in_contract:
            value = 1.0
            for component in _needed(plan, name):
                figures = plan.figures[component]
                units = 1 if single or figures.failure == "service" else plan.counts[component]
                value *= 1.0 - (1.0 - figures.availability) ** units
            result[name] = value
    return result


def _needed(plan: Plan, request_class: str) -> set[str]:
    needed: set[str] = set()

    def visit(node: Node) -> None:
        for call in plan.calls_of(node):
            end = plan.taker(call, frozenset())
            if end is None or end.component == node.component or not (node.waited and call.wait):
                continue
            names = [taker.component for taker in call.takers]
            later = names[names.index(end.component) + 1 :]
            replaceable = any(other in plan.present or other == "nobody" for other in later)
            if plan.figures[end.component].when_down != "next" or not replaceable:
                needed.add(end.component)
            visit(Node(request_class, end.component, end.operation, waited=True))

    visit(plan.users(request_class))
    return needed
