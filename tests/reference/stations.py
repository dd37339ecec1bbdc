"""One station in one state: the flow that reaches it, the units alive, and the wait in its line."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law import Law, Mixture
from queuecalc.reference.station import Service
from tests.reference.plan import Node, Plan

__all__ = ["Service", "Station", "mean_wait", "station", "utilisation", "visit_service"]

Transform = Callable[[Any], Any]


def visit_service(plan: Plan, node: Node, dead: frozenset[str]) -> Service:
    """The service of one visit, while `dead` components have no live unit."""
    figures = plan.figures[node.component]
    own = [(figures.service(operation), times) for operation, times in plan.own_calls(node, dead)]
    return Service(((figures.service(node.operation), 1.0), *(pair for pair in own if pair[1] > 0.0)))


@dataclass(frozen=True)
class Station:
    """utilisation: offered work over servers; stable: it has a steady state; blocked: share turned away."""

    rate: float
    utilisation: float
    stable: bool
    blocked: float
    wait: Transform
    mean_wait: float


def nothing(s: Any) -> Any:
    """The transform of no wait."""
    return np.ones_like(s)


def utilisation(plan: Plan, name: str, flows: dict[Node, float], live: int, dead: frozenset[str]) -> float:
    """Offered work over the servers of `live` units; 0 where servers are unlimited."""
    servers = plan.figures[name].servers
    if servers is None:
        return 0.0
    work = sum(rate * visit_service(plan, node, dead).mean for node, rate in flows.items())
    return work / (servers * live)


def station(plan: Plan, name: str, flows: dict[Node, float], live: int, dead: frozenset[str]) -> Station:
    """The station with `live` units at work; `flows` are the visits per second of every node at it."""
    figures = plan.figures[name]
    flows = {node: rate for node, rate in flows.items() if rate > 0.0}
    rate = sum(flows.values())
    if rate == 0.0 or figures.servers is None:
        return Station(rate, 0.0, True, 0.0, nothing, 0.0)
    services = {node: visit_service(plan, node, dead) for node in flows}
    if live == 0:
        return Station(rate, math.inf, False, 0.0, nothing, math.inf)
    rho = utilisation(plan, name, flows, live, dead)
    units, servers = (live, figures.servers) if figures.pooling == "split" else (1, figures.servers * live)
    weights = [(services[node], flows[node] / rate) for node in flows]
    if figures.max_queue is not None:
        wait, blocked, mean = _bounded(weights, rate / units, servers, servers + figures.max_queue)
        return Station(rate, rho, True, blocked, wait, mean)
    if rho >= 1.0:
        return Station(rate, rho, False, 0.0, nothing, math.inf)
    wait, mean = _unbounded(weights, rate / units, servers)
    return Station(rate, rho, True, 0.0, wait, mean)


Weights = list[tuple[Service, float]]


def _same_exponential(weights: Weights) -> float | None:
    """The common mean of exponential services; None if they are not all the same."""
    means = {service.mean for service, _ in weights}
    return means.pop() if len(means) == 1 and all(service.exponential for service, _ in weights) else None


def _mixture(weights: Weights) -> Law:
    if len(weights) == 1:
        return weights[0][0].law()
    return Mixture(weights=tuple(w for _, w in weights), laws=tuple(service.law() for service, _ in weights))


def _unbounded(weights: Weights, rate: float, servers: int) -> tuple[Transform, float]:
    """Transform and mean of the wait in M/M/c, M/G/1 or M/G/c."""
    exponential = _same_exponential(weights)
    if exponential is not None:
        offered = rate * exponential
        blocked = 1.0
        for n in range(1, servers + 1):  # Erlang B
            blocked = offered * blocked / (n + offered * blocked)
        rho = offered / servers
        delayed = blocked / (1.0 - rho * (1.0 - blocked))  # Erlang C
        theta = servers / exponential - rate
        return (lambda s: 1.0 - delayed + delayed * theta / (theta + s)), delayed / theta
    mean = sum(share * service.mean for service, share in weights)
    if servers == 1:
        rho = rate * mean
        second = sum(share * service.second_moment for service, share in weights)

        def pollaczek_khinchine(s: Any) -> Any:
            service = sum(share * some.transform(s) for some, share in weights)
            return (1.0 - rho) / (1.0 - rho * (1.0 - service) / (s * mean))

        return pollaczek_khinchine, rate * second / (2.0 * (1.0 - rho))
    from queuecalc.station import MGc

    many = MGc(arrival_rate=rate, service=_mixture(weights), servers=servers)
    return (lambda s: np.asarray(many.wait.lst(s))), float(many.mean_wait)


def _bounded(weights: Weights, rate: float, servers: int, capacity: int) -> tuple[Transform, float, float]:
    """Transform of the accepted customers' wait, blocking probability, mean wait: M/M/c/K, else M/G/c/K."""
    exponential = _same_exponential(weights)
    if exponential is None:
        from queuecalc.station import MGcK

        some = MGcK(arrival_rate=rate, service=_mixture(weights), servers=servers, capacity=capacity)
        law = some.wait
        return (
            (lambda s: np.asarray(law.lst(s))),
            float(some.blocking_probability),
            float(some.mean_wait),
        )
    chances = [1.0]
    for n in range(1, capacity + 1):
        chances.append(chances[-1] * rate * exponential / min(n, servers))
    total = sum(chances)
    chances = [chance / total for chance in chances]
    accepted = 1.0 - chances[capacity]
    leave = servers / exponential
    at_once = sum(chances[:servers])
    later = {n - servers + 1: chances[n] for n in range(servers, capacity)}

    def wait(s: Any) -> Any:
        stages = leave / (leave + s)
        return (at_once + sum(chance * stages**k for k, chance in later.items())) / accepted

    mean = sum(chance * k / leave for k, chance in later.items()) / accepted
    return wait, chances[capacity], mean


def mean_wait(weights: Weights, rate: float, servers: int) -> float:
    """E[W] of an unbounded station below capacity."""
    return _unbounded(weights, rate, servers)[1]
