"""What is lost of each class in one failure state of routing and caps, as rates along a regime.

Every station sees the flow that it would see with nothing lost upstream. Live counts of components that do not change
routing are independent: their transforms are mixed, unless a request visits the component more than once, in which
case its live count is looked at jointly. Each lost request is booked once, under the first cause on its way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.graph import Branch, Graph
from queuecalc.evaluation.failures import LiveCounts, Scenario, live_counts
from queuecalc.evaluation.flows import FloatArray, class_rates, component_rates, passed_share, propagate
from queuecalc.evaluation.queues import Queue, service_law
from queuecalc.evaluation.regimes import Regime
from queuecalc.evaluation.route import Route, compose, route_of, split_times
from queuecalc.transform.euler import EULER

__all__ = ["LATE", "ScenarioLosses"]

Cause = tuple[str, str]
"""(cause, component)."""

LATE: Cause = ("late", "")

_TILTS = (24.0, 32.0, 48.0, 80.0)
"""Values of theta x timeout at which the exponential bound on a late answer is tried."""


@dataclass
class _Point:
    """Everything at some parameters of a regime, computed once."""

    rates: Mapping[str, FloatArray]
    inflow: FloatArray
    type_rates: FloatArray
    queues: dict[tuple[str, int], Queue] = field(default_factory=dict)
    laws: dict[str, Any] = field(default_factory=dict)


@dataclass
class ScenarioLosses:
    """Losses in one scenario.

    Attributes:
        model, graph: the routing of this scenario.
        counts: units bought.
        asynchronous: components that are asynchronous with every unit up.
        scenario: what is down, and the live counts looked at jointly.
        classes: names of the classes in the contract.
        tolerance: absolute, on fractions of requests.
        timeout_s: later answers are lost; None: none is.
    """

    model: Model
    graph: Graph
    counts: Mapping[str, int]
    asynchronous: frozenset[str]
    scenario: Scenario
    classes: tuple[str, ...]
    tolerance: float
    timeout_s: float | None

    def __post_init__(self) -> None:
        load = self.model.load
        self.routes: dict[str, Route] = {
            name: route_of(self.graph, name, load.network_s) for name in self.classes
        }
        self.components = sorted(
            {
                self.graph.visits[index].component
                for route in self.routes.values()
                for index in route.order
            }
        )
        self.live: dict[str, LiveCounts] = {
            name: self.scenario.live.get(name) or live_counts(self.graph.figures[name], self.counts[name])
            for name in self.components
        }
        self.capped = {
            name: self._cap_units(name)
            for name in self.graph.visits_of
            if self.graph.figures[name].max_rate_per_s is not None
        }
        self.causes = self._causes()

    def _cap_units(self, name: str) -> int:
        """Units that let calls through; a dead component's callers are lost there, its flow goes on as if not."""
        live = self.scenario.live.get(name)
        return (live[0][0] if live else 0) or self.counts[name]

    def _causes(self) -> tuple[Cause, ...]:
        found: dict[Cause, None] = {}
        for route in self.routes.values():
            branches = [*route.entries]
            for index in route.order:
                branches += self.graph.visits[index].branches
            for branch in branches:
                if branch.visit < 0 and branch.wait:
                    found["down", branch.down] = None
        for name in self.components:
            for cause in ("down", "no steady state", "blocked", "dropped"):
                found[cause, name] = None
        found[LATE] = None
        return tuple(found)

    # -- traffic

    def _point(self, regime: Regime, p: FloatArray) -> _Point:
        load = regime.load_at(p)
        rates = class_rates(self.model.classes, load)
        inflow = propagate(self.graph, rates, self.capped, regime.departures_at(p), self.asynchronous)
        return _Point(rates, inflow, component_rates(self.graph, inflow))

    def _queue(self, point: _Point, name: str, live: int) -> Queue:
        if (name, live) not in point.queues:
            rates = point.type_rates[list(self.graph.types_of[name])]
            if name not in point.laws:
                point.laws[name] = service_law(self.graph, name, rates)
            point.queues[name, live] = Queue(
                self.graph.figures[name], point.laws[name], rates.sum(axis=0), live
            )
        return point.queues[name, live]

    def breaks(self, regime: Regime) -> list[float]:
        """Parameters at which a station with some units alive reaches capacity, or a cap takes hold."""
        straight = not self.capped
        p = np.linspace(regime.lowest, regime.highest, 2 if straight else 65)
        values = self._thresholds(regime, p)
        found: list[float] = []
        row, column = np.nonzero(values[:, :-1] * values[:, 1:] < 0)
        if row.size == 0:
            return found
        low, high = p[column].copy(), p[column + 1].copy()
        at_low, at_high = values[row, column], values[row, column + 1]
        if straight:
            return list(low + (high - low) * (at_low / (at_low - at_high)))
        for _ in range(60):
            middle = 0.5 * (low + high)
            at = self._thresholds(regime, middle)[row, np.arange(row.size)]
            left = at * at_low > 0
            low, high = np.where(left, middle, low), np.where(left, high, middle)
        return list(0.5 * (low + high))

    def _thresholds(self, regime: Regime, p: FloatArray) -> FloatArray:
        point = self._point(regime, p)
        rows = [np.ones_like(p)]
        for name in self.components:
            figures = self.graph.figures[name]
            if figures.servers is None or figures.max_queue is not None:
                continue
            types = self.graph.types_of[name]
            work = np.add.reduce(
                [point.type_rates[index] * float(self.graph.types[index].law.mean) for index in types]
            )
            rows += [work - figures.servers * live for live, _ in self.live[name] if live > 0]
        for name, units in self.capped.items():
            cap = self.graph.figures[name].max_rate_per_s
            assert cap is not None
            total = point.inflow[list(self.graph.visits_of[name])].sum(axis=0)
            rows.append(total - cap * units)
        return np.array(rows)

    # -- losses

    def rates(self, regime: Regime, p: FloatArray) -> FloatArray:
        """Requests per second lost, by (class, cause) in the order of `classes` and `causes`."""
        point = self._point(regime, p)
        through = self._through(point)
        rows = []
        for name in self.classes:
            route = self.routes[name]
            lost = {cause: np.zeros_like(p) for cause in self.causes}
            for probability, live in self._joint(route):
                self._class_losses(point, route, live, through, probability, lost)
            rows += [lost[cause] * point.rates[name] for cause in self.causes]
        return np.array(rows)

    def _joint(self, route: Route) -> Iterator[tuple[float, Mapping[str, LiveCounts]]]:
        """Live counts of the components that a request of the class visits more than once, one by one."""
        names = [
            name
            for name, visits in route.most_visits.items()
            if visits > 1 and len(self.live[name]) > 1
        ]
        for combination in product(*(self.live[name] for name in names)):
            probability = math.prod(p for _, p in combination)
            if probability <= 1e-15:
                continue
            fixed = {name: ((count, 1.0),) for name, (count, _) in zip(names, combination, strict=True)}
            yield probability, {**self.live, **fixed}

    def _through(self, point: _Point) -> dict[int, Any]:
        """By visit, the share that goes on after the service."""
        shares: dict[str, Any] = {}
        for name, units in self.capped.items():
            cap = self.graph.figures[name].max_rate_per_s
            assert cap is not None
            total = point.inflow[list(self.graph.visits_of[name])].sum(axis=0)
            shares[name] = passed_share(total, cap * units)
        found: dict[int, Any] = {}
        for index, visit in enumerate(self.graph.visits):
            share = shares.get(visit.component, 1.0)
            if visit.dropped or visit.component in shares:
                found[index] = (1.0 - visit.dropped) * share
        return found

    def _class_losses(
        self,
        point: _Point,
        route: Route,
        live: Mapping[str, LiveCounts],
        through: Mapping[int, Any],
        probability: float,
        lost: dict[Cause, FloatArray],
    ) -> None:
        graph = self.graph
        instants = point.inflow.shape[1]
        here: dict[str, tuple[dict[Cause, FloatArray], FloatArray]] = {}
        for name in route.most_visits:
            here[name] = self._station_losses(point, name, live[name], instants)
        done: dict[int, tuple[dict[Cause, FloatArray], FloatArray]] = {}
        for index in route.order:
            visit = graph.visits[index]
            first, share = here[visit.component]
            causes = dict(first)
            if index in through:
                causes["dropped", visit.component] = share * (1.0 - through[index])
                share = share * through[index]
            done[index] = _book(visit.branches, causes, share, done)
        causes, served = _book(route.entries, {}, np.ones(instants), done)
        for cause, value in causes.items():
            lost[cause] += probability * value
        if self.timeout_s is not None and math.isfinite(self.timeout_s):
            tolerance = self.tolerance / probability
            late = self._late(point, route, live, through, served, self.timeout_s, tolerance)
            lost[LATE] += probability * late

    def _station_losses(
        self, point: _Point, name: str, live: LiveCounts, instants: int
    ) -> tuple[dict[Cause, FloatArray], FloatArray]:
        """What one visit loses, and the share that it serves, mixed over the live counts."""
        down = np.full(instants, max(0.0, 1.0 - sum(p for _, p in live)))
        unsteady, blocked, served = np.zeros(instants), np.zeros(instants), np.zeros(instants)
        for count, probability in live:
            if count == 0:
                down += probability
                continue
            queue = self._queue(point, name, count)
            stable = queue.stable
            unsteady += np.where(stable, 0.0, probability)
            blocked += np.where(stable, probability * queue.blocked, 0.0)
            served += np.where(stable, probability * (1.0 - queue.blocked), 0.0)
        causes = {("down", name): down, ("no steady state", name): unsteady, ("blocked", name): blocked}
        return causes, served

    # -- late answers

    def _late(
        self,
        point: _Point,
        route: Route,
        live: Mapping[str, LiveCounts],
        through: Mapping[int, Any],
        served: FloatArray,
        timeout: float,
        tolerance: float,
    ) -> FloatArray:
        """P(T > timeout and not lost before)."""
        beyond = timeout - route.total_shift_s
        if beyond <= 0:
            return served
        out = np.zeros_like(served)
        if not route.order:
            return out
        bound = self._late_bound(point, route, live, through, beyond)
        at = np.flatnonzero(bound > tolerance)
        if at.size == 0:
            return out
        part = self._subset(point, at)
        s = (EULER.nodes / beyond)[:, None]
        shares = {i: share[at] if np.ndim(share) else share for i, share in through.items()}
        value = self._transform(part, route, live, shares, s)
        tail = EULER.values((served[at] - value) / s, beyond)
        out[at] = np.clip(tail, 0.0, served[at])
        return out

    def _late_bound(
        self,
        point: _Point,
        route: Route,
        live: Mapping[str, LiveCounts],
        through: Mapping[int, Any],
        beyond: float,
    ) -> FloatArray:
        """min over theta of exp(-theta t) E exp(theta T) (Chernoff), for the requests not lost before."""
        theta = np.array(_TILTS)[:, None] / beyond
        with np.errstate(all="ignore"):
            value = np.real(self._transform(point, route, live, through, -theta, positive=True))
            bound = np.where(np.isfinite(value) & (value >= 0.0), value, np.inf) * np.exp(-theta * beyond)
        return np.asarray(np.minimum(bound.min(axis=0), 1.0))

    def _subset(self, point: _Point, at: Any) -> _Point:
        rates = {name: values[at] for name, values in point.rates.items()}
        return _Point(rates, point.inflow[:, at], point.type_rates[:, at])

    def _transform(
        self,
        point: _Point,
        route: Route,
        live: Mapping[str, LiveCounts],
        through: Mapping[int, Any],
        s: Any,
        *,
        positive: bool = False,
    ) -> Any:
        """E[exp(-s (T - shift)); not lost before]; with `positive`, inf where a factor has passed its pole."""
        graph = self.graph
        waits: dict[str, Any] = {}
        for name in route.most_visits:
            mixed: Any = 0.0
            for count, probability in live[name]:
                if count == 0:
                    continue
                queue = self._queue(point, name, count)
                wait = queue.lst(s)
                if positive:
                    wait = np.where(np.real(wait) >= 0.0, np.real(wait), np.inf)
                share = probability * (1.0 - queue.blocked)
                mixed = mixed + np.where(queue.stable, share * wait, 0.0)
            waits[name] = mixed
        services: dict[int, Any] = {}
        for index in {graph.visits[index].type for index in route.order}:
            rest = graph.types[index].rest
            services[index] = 1.0 if rest is None else rest.lst(s)
        return compose(route, s, waits, services, through)


def _book(
    branches: tuple[Branch, ...],
    causes: dict[Cause, FloatArray],
    share: FloatArray,
    done: Mapping[int, tuple[dict[Cause, FloatArray], FloatArray]],
) -> tuple[dict[Cause, FloatArray], FloatArray]:
    """Losses along some calls, in call order, of the share that gets so far."""
    for branch in branches:
        if not branch.wait:
            continue
        whole, rest = split_times(branch.times)
        if branch.visit < 0:
            certain = 1.0 if whole else rest
            cause = ("down", branch.down)
            causes[cause] = causes.get(cause, 0.0) + share * certain
            share = share * (1.0 - certain)
            continue
        theirs, served = done[branch.visit]
        tried = _repeats(served, whole)
        tried = tried + rest * served**whole
        for cause, value in theirs.items():
            causes[cause] = causes.get(cause, 0.0) + share * tried * value
        share = share * served**whole * (1.0 - rest + rest * served)
    return causes, share


def _repeats(served: FloatArray, times: int) -> FloatArray:
    """1 + a + ... + a^(n-1): how many of n calls are tried."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = 1.0 - served
        many = -np.expm1(times * np.log1p(-np.minimum(lost, 1.0))) / lost
    return np.where(lost < 1e-300, float(times), np.where(served <= 0.0, float(times > 0), many))
