"""One station in one failure state at many instants: what reaches it, the units alive, the wait in its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law import Deterministic, Exponential, Law, Mixture, RandomSum, Sum
from queuecalc.reference.arrivals import ONE_BY_ONE, arrivals
from queuecalc.reference.batches import Batches
from queuecalc.reference.crowd import CrowdWait
from queuecalc.reference.plan import Node, Plan, parts

__all__ = [
    "NEARLY_FULL",
    "Service",
    "Station",
    "Transform",
    "bounded_mean_wait",
    "excess_of",
    "lst",
    "mean_wait",
    "offered_work",
    "station",
    "visit_service",
]

Transform = Callable[[Any], Any]
"""s of shape (points, 1) -> values that broadcast to (points, instants)."""

NEARLY_FULL = 1e-12
"""Relative: a utilisation this close to 1 has no steady state."""

_RECURSION = 4096
"""Up to so many servers Erlang's recursion is gone through step by step."""


@dataclass(frozen=True)
class Service:
    """What one visit asks of a server: its own operation once, and the operations it adds by calling itself."""

    pieces: tuple[tuple[Law, float], ...]

    @property
    def mean(self) -> float:
        """E[S] in seconds."""
        return sum(times * float(law.mean) for law, times in self.pieces)

    @property
    def second_moment(self) -> float:
        """E[S^2]."""
        variance = 0.0
        for law, times in self.pieces:
            _, more = parts(times)
            variance += times * float(law.var) + more * (1.0 - more) * float(law.mean) ** 2
        return variance + self.mean**2

    @property
    def exponential(self) -> bool:
        """Whether it is one exponential time."""
        return len(self.pieces) == 1 and isinstance(self.pieces[0][0], Exponential)

    def transform(self, s: Any) -> Any:
        """E exp(-s S)."""
        value = np.ones_like(s)
        for law, times in self.pieces:
            whole, more = parts(times)
            one = lst(law, s)
            value = value * one**whole * (1.0 - more + more * one)
        return value

    def law(self) -> Law:
        """The same as one law of the library."""
        laws = [law if times == 1.0 else RandomSum(law, times) for law, times in self.pieces]
        return laws[0] if len(laws) == 1 else Sum(laws=tuple(laws))


def lst(law: Law, s: Any) -> Any:
    """E exp(-s S); inf where the integral diverges (real s < 0)."""
    mean, scv = float(law.mean), float(law.scv)
    if isinstance(law, Deterministic):
        return np.exp(-mean * s)
    if isinstance(law, Exponential) or type(law).__name__ == "Gamma":
        base = 1.0 + mean * scv * s
        if np.isrealobj(base):
            base = np.where(base > 0.0, base, np.nan)
            return np.where(np.isnan(base), np.inf, base ** (-1.0 / scv))
        return base ** (-1.0 / scv)
    return law.lst(s)


def visit_service(plan: Plan, node: Node, dead: frozenset[str]) -> Service:
    """The service of one visit, while `dead` components have no live unit."""
    figures = plan.figures[node.component]
    own = [(figures.service(operation), times) for operation, times in plan.own_calls(node, dead)]
    return Service(((figures.service(node.operation), 1.0), *(pair for pair in own if pair[1] > 0.0)))


@dataclass(frozen=True)
class Station:
    """A component at some instants, all arrays of shape (instants,).

    Attributes:
        stable: whether it has a steady state.
        accepted: share of visits that find a place.
        wait: transform of the wait of those.
        delayed: the chance that they wait.
        utilisation: offered work / servers alive.
        scv: of the service of all visits together.
        beside: the share of the visits that come together with visits to other components.
        line: where several come at once to one line, that line; meaningless where there is no steady state.
        servers: of one line; None: nobody ever waits.
    """

    stable: Any
    accepted: Any
    wait: Transform
    delayed: Any
    utilisation: Any
    scv: Any = 1.0
    beside: float = 0.0
    line: Batches | None = None
    servers: int | None = None


def offered_work(plan: Plan, flows: Mapping[Node, Any], dead: frozenset[str]) -> Any:
    """Work that comes to one component, in servers kept busy: the sum of rate x E[S] over its nodes."""
    return sum((rate * visit_service(plan, node, dead).mean for node, rate in flows.items()), 0.0)


def _no_wait(s: Any) -> Any:
    return np.ones_like(s)


def station(plan: Plan, name: str, flows: Mapping[Node, Any], live: int, dead: frozenset[str]) -> Station:
    """The station with `live` > 0 units at work; `flows` are the visits per second of every node at it."""
    figures = plan.figures[name]
    rate = np.asarray(sum(flows.values(), 0.0), dtype=np.float64)
    always, nothing = np.ones(rate.shape, dtype=bool), np.zeros(rate.shape)
    if figures.servers is None or not np.any(rate > 0.0):
        return Station(always, 1.0, _no_wait, nothing, nothing, servers=figures.servers)
    units, servers = (live, figures.servers) if figures.pooling == "split" else (1, figures.servers * live)
    weights = _weights(plan, flows, rate, dead)
    rho = offered_work(plan, flows, dead) / (figures.servers * live)
    if name in plan.crowds:
        wait, delayed = _crowd(plan, name, flows, units, servers, dead)
        return Station(always, 1.0, wait, delayed, rho, _scv(weights), servers=servers)
    come, scv = arrivals(plan, dead).get(name, ONE_BY_ONE), _scv(weights)
    if figures.max_queue is not None:
        wait, blocked, delayed = _bounded(weights, rate / units, servers, servers + figures.max_queue)
        return Station(always, 1.0 - blocked, wait, delayed, rho, scv, come.beside, None, servers)
    stable = rho < 1.0 - NEARLY_FULL
    steady = np.where(stable, rate, 0.0) / units
    line = None
    if len(come.sizes) > 1:
        line = _batches(weights, steady, servers, come.to_one_of(units))
        wait, delayed = line.wait, line.busy
    else:
        wait, delayed, _ = _unbounded(weights, steady, servers)
    delayed = np.where(stable, delayed, 1.0)
    return Station(stable, 1.0, wait, delayed, rho, scv, come.beside, line if units == 1 else None, servers)


Weights = list[tuple[Service, Any]]


def _weights(plan: Plan, flows: Mapping[Node, Any], rate: Any, dead: frozenset[str]) -> Weights:
    """Distinct services with their shares of the visits; equal shares where nobody comes."""
    shares: dict[Service, Any] = {}
    for node, some in flows.items():
        service = visit_service(plan, node, dead)
        shares[service] = shares.get(service, 0.0) + some
    positive = {service: some for service, some in shares.items() if np.any(some > 0.0)}
    with np.errstate(divide="ignore", invalid="ignore"):
        return [(s, np.where(rate > 0.0, some / rate, 1.0 / len(positive))) for s, some in positive.items()]


def _same_exponential(weights: Weights) -> float | None:
    """The common mean of exponential services; None if they are not all the same."""
    means = {service.mean for service, _ in weights}
    return means.pop() if len(means) == 1 and all(service.exponential for service, _ in weights) else None


def _mean(weights: Weights) -> Any:
    return sum((share * service.mean for service, share in weights), 0.0)


def _scv(weights: Weights) -> Any:
    second = sum((share * service.second_moment for service, share in weights), 0.0)
    return second / _mean(weights) ** 2 - 1.0


def _batches(weights: Weights, rate: Any, servers: int, sizes: tuple[float, ...]) -> Batches:
    def service(s: Any) -> Any:
        return sum((share * some.transform(s) for some, share in weights), 0.0)

    exponential = _same_exponential(weights) is not None
    return Batches(rate, sizes, service, _mean(weights), _scv(weights), exponential, servers)


def excess_of(plan: Plan, flows: Mapping[Node, Any], dead: frozenset[str]) -> tuple[Any, Any, Transform]:
    """Mean of the service of all visits together; mean and transform of its equilibrium excess."""
    rate = np.asarray(sum(flows.values(), 0.0))
    weights = _weights(plan, flows, rate, dead)
    mean = _mean(weights)
    second = sum((share * service.second_moment for service, share in weights), 0.0)

    def excess(s: Any) -> Any:
        service = sum((share * some.transform(s) for some, share in weights), 0.0)
        return (1.0 - service) / (s * mean)

    return mean, second / (2.0 * mean), excess


def _crowd(
    plan: Plan, name: str, flows: Mapping[Node, Any], lines: int, servers: int, dead: frozenset[str]
) -> tuple[Transform, Any]:
    """Transform of the wait of those who come from a limited crowd, and the chance that they wait."""
    users, away = plan.crowds[name].at(np.asarray(sum(flows.values(), 0.0)), lines)
    mean, mean_excess, excess = excess_of(plan, flows, dead)
    line = CrowdWait(users, away, mean, mean_excess, servers)
    return (lambda s: line.transform(excess(s / servers))), line.delayed


def bounded_mean_wait(plan: Plan, flows: Mapping[Node, Any], lines: int, servers: int, places: int) -> Any:
    """E[W] of those who find one of so many waiting places, every unit up."""
    from queuecalc.station import MGcK, MMcK

    rate = np.asarray(sum(flows.values(), 0.0))
    weights, capacity = _weights(plan, flows, rate, frozenset()), servers + places
    exponential = _same_exponential(weights)
    if exponential is not None:
        exact = MMcK(
            arrival_rate=rate / lines, service_rate=1.0 / exponential, servers=servers, capacity=capacity
        )
        return np.asarray(exact.mean_wait)
    some = MGcK(arrival_rate=rate / lines, service=_mixture(weights), servers=servers, capacity=capacity)
    return np.asarray(some.mean_wait)


def _mixture(weights: Weights) -> Law:
    if len(weights) == 1:
        return weights[0][0].law()
    return Mixture(weights=tuple(w for _, w in weights), laws=tuple(service.law() for service, _ in weights))


def _erlang_b(offered: Any, servers: int) -> Any:
    """Erlang's loss formula: by recursion, or as pmf / cdf of a Poisson variable for very many servers."""
    if servers <= _RECURSION:
        blocked = np.ones_like(offered)
        for n in range(1, servers + 1):
            blocked = offered * blocked / (n + offered * blocked)
        return blocked
    from scipy.special import gammaincc, gammaln

    with np.errstate(divide="ignore"):
        log = servers * np.log(offered) - offered - gammaln(servers + 1.0)
    return np.exp(log) / gammaincc(servers + 1.0, offered)


def _unbounded(weights: Weights, rate: Any, servers: int) -> tuple[Transform, Any, Any]:
    """Transform of the wait, its chance, and its mean, in M/M/c, M/G/1 or M/G/c, everywhere below capacity."""
    exponential = _same_exponential(weights)
    if exponential is not None:
        blocked = _erlang_b(rate * exponential, servers)
        rho = rate * exponential / servers
        delayed = blocked / (1.0 - rho * (1.0 - blocked))  # Erlang C
        theta = servers / exponential - rate

        def exponential_wait(s: Any) -> Any:
            below = theta + s
            value = 1.0 - delayed + delayed * theta / below
            return np.where(below > 0.0, value, np.inf) if np.isrealobj(s) else value

        return exponential_wait, delayed, delayed / theta
    if servers == 1:
        mean = _mean(weights)
        rho = rate * mean
        second = sum((share * service.second_moment for service, share in weights), 0.0)

        def pollaczek_khinchine(s: Any) -> Any:
            service = sum((share * some.transform(s) for some, share in weights), 0.0)
            below = 1.0 - rho * (1.0 - service) / (s * mean)
            value = (1.0 - rho) / below
            return np.where(below > 0.0, value, np.inf) if np.isrealobj(s) else value

        return pollaczek_khinchine, rho, rate * second / (2.0 * (1.0 - rho))
    from queuecalc.station import MGc

    many = MGc(arrival_rate=rate, service=_mixture(weights), servers=servers)
    return many.wait.lst, np.asarray(many.delay_probability), np.asarray(many.mean_wait)


def _bounded(weights: Weights, rate: Any, servers: int, capacity: int) -> tuple[Transform, Any, Any]:
    """Transform of the accepted customers' wait, chance of no place, chance of a wait: M/M/c/K, else M/G/c/K."""
    exponential = _same_exponential(weights)
    if exponential is None or capacity > _RECURSION:
        from queuecalc.station import MGcK

        some = MGcK(arrival_rate=rate, service=_mixture(weights), servers=servers, capacity=capacity)
        return some.wait.lst, np.asarray(some.blocking_probability), np.asarray(some.delay_probability)
    offered = np.asarray(rate * exponential)
    chances = [np.ones_like(offered)]
    for n in range(1, capacity + 1):
        chances.append(chances[-1] * offered / min(n, servers))
        largest = np.maximum(chances[-1], 1.0)
        chances = [chance / largest for chance in chances]
    total = sum(chances, 0.0)
    chances = [chance / total for chance in chances]
    accepted = 1.0 - chances[capacity]
    leave = servers / exponential
    at_once = sum(chances[:servers], 0.0)

    def wait(s: Any) -> Any:
        stages = leave / np.where(leave + s == 0.0, np.nan, leave + s)
        power = np.ones_like(stages)
        later = np.zeros_like(stages)
        for n in range(servers, capacity):
            power = power * stages
            later = later + chances[n] * power
        value = (at_once + later) / accepted
        return np.where(leave + s > 0.0, value, np.inf) if np.isrealobj(s) else value

    return wait, chances[capacity], sum(chances[servers:capacity], 0.0) / accepted


def mean_wait(plan: Plan, flows: Mapping[Node, Any], units: int, servers: int, most: float) -> Any:
    """E[W] of all-up lines of `servers` each, the rate lowered to `most` of capacity where it is above."""
    rate = np.asarray(sum(flows.values(), 0.0))
    if not np.any(rate > 0.0):
        return np.zeros(rate.shape)
    rho = offered_work(plan, flows, frozenset()) / (units * servers)
    with np.errstate(divide="ignore", invalid="ignore"):
        lowered = np.where(rho > most, rate * most / rho, rate)
    return _unbounded(_weights(plan, flows, rate, frozenset()), lowered / units, servers)[2]
