"""What is lost before any answer is late, where that goes in steps; and how much is lost or late at most.

Without bounded queues and rate caps a visit is lost exactly when too few units are alive for the load of the moment.
The lost share of a failure state is then constant between the loads at which some number of live units reaches its
capacity, and its integral over the curve is a sum.

What comes late beside that is bounded in the same way. For theta > 0 call a queue *roomy* where E exp(theta W) is at
most `ROOMY`; it is so up to some load, too. With every queue on the way roomy, P(T > t) <= exp(-theta t)
E exp(theta T) (Chernoff) is a constant; all that meets a queue that is not roomy counts as late. Between these two
numbers lies the lost share: enough to decide most plans without an integral.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from queuecalc.evaluation.failures import LiveCounts, Scenario, live_counts
from queuecalc.evaluation.flows import FloatArray, class_rates
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING
from queuecalc.evaluation.regimes import Regimes
from queuecalc.evaluation.route import Route, compose, split_times

__all__ = ["ROOMY", "StepLosses"]

ROOMY = 5.0
"""E exp(theta W) up to which a queue is roomy: sqrt(ROOMY) for each of the two factors of M/G/c."""

_Condition = tuple[FloatArray, ...]
"""Affine functions a + b p, each of shape (2, regimes), that must all be <= 0."""


@dataclass(frozen=True)
class StepLosses:
    """One failure state of routing, along one course, for a pattern without bounded queues and caps.

    Attributes:
        counts: units bought; in a lower bound, at most.
        classes: names of the classes in the contract.
    """

    pattern: Pattern
    counts: Mapping[str, int]
    scenario: Scenario
    classes: tuple[str, ...]
    course: Regimes

    @staticmethod
    def fit(pattern: Pattern) -> bool:
        """Whether losses go in steps."""
        figures = pattern.figures.values()
        return all(f.max_queue is None and f.max_rate_per_s is None for f in figures)

    @staticmethod
    def exact(pattern: Pattern) -> bool:
        """Whether they do so whatever the queues: where servers are held, own work gives lower bounds alone."""
        return StepLosses.fit(pattern) and not pattern.graph().holding

    # -- what is known of the state

    @cached_property
    def _routes(self) -> tuple[Route, ...]:
        return tuple(self.pattern.route(name, self.scenario.down) for name in self.classes)

    @cached_property
    def _live(self) -> Mapping[str, LiveCounts]:
        graph = self.pattern.graph(self.scenario.down)
        names = dict.fromkeys(name for route in self._routes for name in route.most_visits)
        return {
            name: self.scenario.live.get(name) or live_counts(graph.figures[name], self.counts[name])
            for name in names
        }

    @cached_property
    def _type_lines(self) -> FloatArray:
        """Inflow of every service type as a + b p, shape (types, 2, regimes)."""
        course, classes = self.course, self.pattern.model.classes
        gains = self.pattern.gains(self.scenario.down)
        assert gains is not None
        zero = class_rates(classes, course.load[0])
        one = class_rates(classes, course.load[0] + course.load[1])
        rates = {name: np.array([zero[name], one[name] - zero[name]]) for name in gains.classes}
        return gains.type_rates(rates, {key: np.asarray(line) for key, line in course.behind.items()})

    @cached_property
    def _work(self) -> Mapping[str, FloatArray]:
        """Offered work of every component on the way as a + b p, shape (2, regimes)."""
        graph = self.pattern.graph(self.scenario.down)
        means = np.array([float(kind.law.mean) for kind in graph.types])
        return {
            name: np.einsum("t,t...->...", means[list(rows)], self._type_lines[list(rows)])
            for name, rows in graph.types_of.items()
            if name in self._live
        }

    # -- conditions on the load

    def _steady(self, name: str, live: int) -> _Condition:
        """Fewer servers' worth of work than there are servers alive."""
        servers = self.pattern.figures[name].servers
        if servers is None or self.pattern.figures[name].crowd is not None:
            return ()
        limit = np.zeros_like(self._work[name])
        limit[0] = servers * live * (1.0 - ROUNDING)
        return (self._work[name] - limit,)

    def _roomy(self, name: str, live: int, theta: float) -> _Condition | None:
        """Sufficient for E exp(theta W) <= ROOMY; None where nothing is.

        With e = sum_i lambda_i (E exp(theta S_i / c) - 1) / theta the conditional wait of M/G/1 at S / c has the moment
        (1 - rho) / (1 - e), and that of M/M/c has 1 / (1 - theta tau), tau <= max mean / (c (1 - rho)), as has the
        exponential time that M/G/c adds.
        """
        figures, graph = self.pattern.figures[name], self.pattern.graph(self.scenario.down)
        if figures.servers is None:
            return ()
        units = 1 if figures.pooling == "split" else live
        share, c = live / units, figures.servers * units
        rows = list(graph.types_of[name])
        one = np.zeros_like(self._work[name])
        one[0] = 1.0
        rho = self._work[name] / (c * share)
        factor = ROOMY if c == 1 else math.sqrt(ROOMY)
        gains = np.array([self._gain(row, theta / c) for row in rows])
        if not np.all(np.isfinite(gains)):
            return None
        e = np.einsum("t,t...->...", gains / (theta * share), self._type_lines[rows])
        conditions = [factor * e - rho - (factor - 1.0) * one]
        if c > 1:
            longest = max(float(graph.types[row].law.mean) for row in rows)
            conditions.append(rho - one + one * (theta * longest / (c * (1.0 - 1.0 / factor))))
        return (*self._steady(name, live), *conditions)

    def _gain(self, row: int, theta: float) -> float:
        """E exp(theta S) - 1 of a service type; inf beyond its abscissa."""
        key = (self.scenario.down, row, theta)
        if key not in self.pattern.moments:
            law = self.pattern.graph(self.scenario.down).types[row].law
            inside = theta < law.abscissa
            self.pattern.moments[key] = -float(law.lst_complement(-theta)) if inside else math.inf
        return self.pattern.moments[key]

    # -- lost where a condition fails

    def _lost(self, conditions: Mapping[str, list[tuple[float, _Condition | None]]]) -> dict[str, float]:
        """Requests of each class that meet a component in a state whose condition fails; no condition always does."""
        every = [each for states in conditions.values() for _, state in states if state for each in state]
        regime, low, high = self._intervals(
            np.array(every) if every else np.zeros((0, 2, self.course.lowest.size))
        )
        p = 0.5 * (low + high)
        good: dict[str, list[tuple[float, Any]]] = {}
        for name, states in conditions.items():
            good[name] = []
            for chance, state in states:
                fine = np.full(p.size, state is not None)
                for line in state or ():
                    fine &= line[0][regime] + line[1][regime] * p < 0.0
                good[name].append((chance, fine))
        share = 1.0 - np.array([self._good_along(route, good, p.size) for route in self._routes])
        lost = np.einsum("cn,cn->c", share, self._requests(regime, high))
        return dict(zip(self.classes, lost.tolist(), strict=True))

    @staticmethod
    def _good_along(route: Route, good: Mapping[str, list[tuple[float, Any]]], size: int) -> FloatArray:
        """Share of the requests of a class that meets good states only."""
        alone = {
            n: np.add.reduce([np.zeros(size), *(c * fine for c, fine in good[n])]) for n in route.most_visits
        }
        repeated = [name for name, visits in route.most_visits.items() if visits > 1]
        share = np.zeros(size)
        for combination in product(*(_alike(good[name]) for name in repeated)):
            chance = math.prod(each for each, _ in combination)
            if chance > 1e-15:
                fixed = {n: fine.astype(float) for n, (_, fine) in zip(repeated, combination, strict=True)}
                share += chance * _served_along(route, {**alone, **fixed}, size)
        return share

    def _intervals(self, lines: FloatArray) -> tuple[Any, FloatArray, FloatArray]:
        """(regime, lower, upper end) of the intervals in which no affine function changes its sign."""
        course = self.course
        with np.errstate(divide="ignore", invalid="ignore"):
            at = -lines[:, 0] / lines[:, 1]
        row, column = np.nonzero((at > course.lowest) & (at < course.highest))
        owner = np.concatenate([np.arange(course.lowest.size), column])
        low = np.concatenate([course.lowest, at[row, column]])
        order = np.lexsort((low, owner))
        owner, low = owner[order], low[order]
        last = np.append(owner[1:] != owner[:-1], True)
        return owner, low, np.where(last, course.highest[owner], np.append(low[1:], 0.0))

    def _requests(self, regime: Any, high: FloatArray) -> FloatArray:
        """Requests of each class that come in each interval, shape (classes, n)."""
        classes = {name: self.pattern.model.classes[name] for name in self.classes}
        load, times = self.course.load, self.course.times
        passed = np.empty((2, regime.size))
        for each in range(self.course.lowest.size):
            chosen = regime == each
            below = times[each].below(high[chosen])
            passed[:, chosen] = np.diff(below, axis=1, prepend=0.0)
        start = class_rates(classes, load[0][regime])
        after = class_rates(classes, load[0][regime] + load[1][regime])
        return np.array([start[n] * passed[0] + (after[n] - start[n]) * passed[1] for n in self.classes])

    # -- the two bounds

    @cached_property
    def least(self) -> dict[str, float]:
        """Requests of each class lost before any answer is late."""
        return self._lost(
            {
                name: [(chance, self._steady(name, count) if count else None) for count, chance in live]
                for name, live in self._live.items()
            }
        )

    def most(self, timeout_s: float, tilt: float) -> dict[str, float]:
        """Requests of each class that are lost or late, at most.

        Args:
            tilt: theta x timeout; any number > 0 gives a bound.
        """
        theta = tilt / timeout_s
        roomy = self._lost(
            {
                name: [(chance, self._roomy(name, count, theta) if count else None) for count, chance in live]
                for name, live in self._live.items()
            }
        )
        seconds = np.array([stay.before[:, -1] for stay in self.course.times]).T
        rates = class_rates(self.pattern.model.classes, self.course.load[0])
        after = class_rates(self.pattern.model.classes, self.course.load.sum(axis=0))
        found = {}
        for name, route in zip(self.classes, self._routes, strict=True):
            offered = float(rates[name] @ seconds[0] + (after[name] - rates[name]) @ seconds[1])
            found[name] = min(
                offered, roomy[name] + offered * self._late_though_roomy(route, theta, timeout_s)
            )
        return found

    def _late_though_roomy(self, route: Route, theta: float, timeout_s: float) -> float:
        """exp(-theta (t - shift)) E exp(theta (T - shift)) with every queue at the limit of being roomy."""
        graph = route.graph
        waits = {n: 1.0 if graph.figures[n].servers is None else ROOMY for n in route.most_visits}
        services = {}
        for index in {graph.visits[index].type for index in route.order}:
            rest = graph.types[index].rest
            if rest is not None and not theta < rest.abscissa:
                return 1.0
            services[index] = 1.0 if rest is None else 1.0 - float(rest.lst_complement(-theta))
        moment = float(compose(route, np.array([-theta]), waits, services, {})[0])
        return min(1.0, moment * math.exp(-theta * (timeout_s - route.total_shift_s)))


def _alike(states: list[tuple[float, Any]]) -> list[tuple[float, Any]]:
    """States that are good in the same intervals, as one."""
    chances: dict[bytes, float] = {}
    shapes: dict[bytes, Any] = {}
    for chance, fine in states:
        key = fine.tobytes()
        chances[key] = chances.get(key, 0.0) + chance
        shapes[key] = fine
    return [(chance, shapes[key]) for key, chance in chances.items()]


def _served_along(route: Route, served: Mapping[str, FloatArray], size: int) -> FloatArray:
    """Share of the requests of a class that is served everywhere on its way."""
    visits = route.graph.visits
    done: dict[int, Any] = {}
    for index in route.order:
        visit = visits[index]
        done[index] = _all(visit.branches, served[visit.component] * (1.0 - visit.dropped), done)
    return np.broadcast_to(_all(route.entries, np.ones(size), done), (size,))


def _all(branches: Any, value: Any, done: Mapping[int, Any]) -> Any:
    for branch in branches:
        if branch.wait:
            whole, rest = split_times(branch.times)
            callee = done[branch.visit]
            if whole:
                value = value * (callee if whole == 1 else callee**whole)
            if rest > 0.0:
                value = value * (1.0 - rest + rest * callee)
    return value
