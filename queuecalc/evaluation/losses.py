"""What is lost of each class in one failure state of routing and caps, as rates along a regime.

Every station sees the flow that it would see with nothing lost upstream. Live counts of components that do not change
routing are independent: their transforms are mixed, unless a request visits the component more than once, in which
case its live count is looked at jointly. Each lost request is booked once, under the first cause on its way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.graph import Branch, Graph
from queuecalc.evaluation.failures import LiveCounts, Scenario, live_counts
from queuecalc.evaluation.flows import FloatArray, class_rates, component_rates, passed_share, propagate
from queuecalc.evaluation.groups import ONE_BY_ONE, Group, arrivals_at_peak
from queuecalc.evaluation.joins import Beside, Joins
from queuecalc.evaluation.occupancy import HeldQueues
from queuecalc.evaluation.queues import Queue, service_law
from queuecalc.evaluation.regimes import Course
from queuecalc.evaluation.response import inversion_for
from queuecalc.evaluation.route import Route, compose, route_of, split_times
from queuecalc.network.parallel import commonness
from queuecalc.station.batch_waiting import BatchWaiting

__all__ = ["LATE", "TILTS", "ScenarioLosses"]

Cause = tuple[str, str]
"""(cause, component)."""

_Station = tuple[dict[Cause, FloatArray], FloatArray]
"""What one visit loses by cause, and the share that it serves."""

LATE: Cause = ("late", "")

_RARE = 1e-12

_UNLIKELY = 1e-4
"""In units of the tolerance: joint states less likely than this are left out."""

TILTS = (24.0, 32.0, 48.0, 80.0)
"""Values of theta x timeout at which the exponential bound on a late answer is tried."""


@dataclass
class _Point:
    """Everything at some parameters of a regime, computed once."""

    rates: Mapping[str, FloatArray]
    inflow: FloatArray
    type_rates: FloatArray
    queues: dict[tuple[str, LiveCounts], tuple[Queue, FloatArray]] = field(default_factory=dict)
    laws: dict[str, Any] = field(default_factory=dict)
    stations: dict[tuple[str, LiveCounts], _Station] = field(default_factory=dict)
    transforms: dict[tuple[str, LiveCounts], Any] = field(default_factory=dict)
    services: dict[int, Any] = field(default_factory=dict)
    s: Any = None
    held: HeldQueues | None = None


@dataclass
class _Way:
    """One class with some live counts fixed, along its route."""

    route: Route
    live: Mapping[str, LiveCounts]
    probability: float
    served: FloatArray
    bound: FloatArray
    lost: dict[Cause, FloatArray]


@dataclass
class ScenarioLosses:
    """Losses in one scenario.

    Attributes:
        model, graph: the routing of this scenario.
        counts: units bought.
        scenario: what is down, and the live counts looked at jointly.
        classes: names of the classes in the contract.
        tolerance: absolute, on fractions of requests.
        timeout_s: later answers are lost; None: none is.
        occupied: whether held servers are busy with what they wait for; False: with their own service alone.
    """

    model: Model
    graph: Graph
    counts: Mapping[str, int]
    scenario: Scenario
    classes: tuple[str, ...]
    tolerance: float
    timeout_s: float | None
    occupied: bool = True

    def __post_init__(self) -> None:
        self.populations: dict[Any, Any] = {}
        self.arrivals = arrivals_at_peak(self.model, self.graph)
        self.routes: dict[str, Route] = {
            name: route_of(self.graph, name, self.model.load.network_s) for name in self.classes
        }
        self.components = sorted(
            {self.graph.visits[index].component for route in self.routes.values() for index in route.order}
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

    @property
    def steps(self) -> bool:
        """Whether what is lost before any answer is late is constant between breaks."""
        bounded = any(self.graph.figures[name].max_queue is not None for name in self.components)
        return not bounded and not self.capped

    def _cap_units(self, name: str) -> int:
        """Units that let calls through; a dead component's callers are lost there, its flow goes on as if not."""
        live = self.scenario.live.get(name)
        return (live[0][0] if live else 0) or self.counts[name]

    def _causes(self) -> tuple[Cause, ...]:
        found: dict[Cause, None] = {}
        for name in self.components:
            for cause in ("down", "no steady state", "blocked", "dropped"):
                found[cause, name] = None
        found[LATE] = None
        return tuple(found)

    # -- traffic

    def _point(self, course: Course, regime: Any, p: FloatArray) -> _Point:
        rates = class_rates(self.model.classes, course.load_at(regime, p))
        inflow = propagate(self.graph, rates, self.capped, course.behind_at(regime, p))
        return _Point(rates, inflow, component_rates(self.graph, inflow))

    def _queue(self, point: _Point, name: str, live: LiveCounts) -> tuple[Queue, FloatArray]:
        """The queue for all live counts above zero at once, and their probabilities, both along the first axis."""
        if (name, live) not in point.queues:
            units = np.array([[count] for count, _ in live if count > 0])
            probabilities = np.array([[p] for count, p in live if count > 0])
            if self.occupied and self.graph.holding:
                point.queues[name, live] = self._held(point).with_units(name, units), probabilities
                return point.queues[name, live]
            rates = point.type_rates[list(self.graph.types_of[name])]
            if name not in point.laws:
                point.laws[name] = service_law(self.graph, name, rates), rates.sum(axis=0)
            service, rate = point.laws[name]
            arrivals = self.arrivals.get(name, ONE_BY_ONE)
            queue = Queue(self.graph.figures[name], service, rate, units, arrivals)
            point.queues[name, live] = queue, probabilities
        return point.queues[name, live]

    def _held(self, point: _Point) -> HeldQueues:
        if point.held is None:
            point.held = HeldQueues(
                self.graph,
                point.type_rates,
                self._sure_units,
                self.counts.__getitem__,
                self.arrivals,
                self.populations,
            )
        return point.held

    def _sure_units(self, name: str) -> int:
        """The one live count of a component that held servers wait for."""
        live = self.scenario.live.get(name)
        return live[0][0] if live else self.counts[name]

    def breaks(self, course: Course) -> list[tuple[int, float]]:
        """(regime, p) at which a station with some units alive reaches capacity, or a cap takes hold."""
        regimes = np.arange(course.lowest.size)
        bent = bool(self.capped) or self._held_bent(course)
        samples = 65 if bent else 2
        share = np.linspace(0.0, 1.0, samples)
        p = course.lowest[:, None] + (course.highest - course.lowest)[:, None] * share
        values = self._thresholds(course, np.repeat(regimes, samples), p.ravel())
        values = values.reshape(-1, regimes.size, samples)
        row, regime, column = np.nonzero(values[:, :, :-1] * values[:, :, 1:] < 0)
        low, high = p[regime, column], p[regime, column + 1]
        at_low, at_high = values[row, regime, column], values[row, regime, column + 1]
        if row.size and bent:
            for _ in range(60):
                middle = 0.5 * (low + high)
                at = self._thresholds(course, regime, middle)[row, np.arange(row.size)]
                left = at * at_low > 0
                low, high = np.where(left, middle, low), np.where(left, high, middle)
            found = 0.5 * (low + high)
        else:
            found = low + (high - low) * (at_low / (at_low - at_high))
        return list(zip(regime.tolist(), found.tolist(), strict=True))

    def _held_bent(self, course: Course) -> bool:
        """Whether what held servers end at most depends on the load."""
        if not self.occupied or not self.graph.holding:
            return False
        held = self._held(self._point(course, np.arange(course.lowest.size), course.highest))
        names = self.graph.holding & set(self.components)
        return any(held.line(name, 1).capacity.size > 1 for name in names)

    def _thresholds(self, course: Course, regime: Any, p: FloatArray) -> FloatArray:
        """What changes its sign where a station reaches capacity or a cap takes hold, shape (functions, n)."""
        point = self._point(course, regime, p)
        rows = [np.ones_like(p)]
        for name in self.components:
            figures = self.graph.figures[name]
            if figures.servers is None or figures.max_queue is not None or figures.crowd is not None:
                continue
            if self.occupied and name in self.graph.holding:
                lines = [self._held(point).line(name, live) for live, _ in self.live[name] if live > 0]
                rows += [line.rate / np.maximum(line.capacity, 1e-100) - 1.0 for line in lines]
                continue
            work = self._work(point, name)
            rows += [work - figures.servers * live for live, _ in self.live[name] if live > 0]
        for name, units in self.capped.items():
            cap = self.graph.figures[name].max_rate_per_s
            assert cap is not None
            total = point.inflow[list(self.graph.visits_of[name])].sum(axis=0)
            rows.append(total - cap * units)
        return np.array(rows)

    def _work(self, point: _Point, name: str) -> FloatArray:
        """Offered work in erlang."""
        types = list(self.graph.types_of[name])
        means = [float(self.graph.types[index].law.mean) for index in types]
        return np.asarray(np.einsum("t,t...->...", means, point.type_rates[types]))

    # -- losses

    def rates(self, course: Course, regime: Any, p: FloatArray) -> FloatArray:
        """Requests per second lost, by (class, cause) in the order of `classes` and `causes`, shape (.., n)."""
        point = self._point(course, regime, p)
        through = self._through(point)
        rows: list[FloatArray] = []
        ways: list[_Way] = []
        for name in self.classes:
            route = self.routes[name]
            lost = {cause: np.zeros_like(p) for cause in self.causes}
            for probability, live in self._joint(route):
                served = self._book_way(point, route, live, through, probability, lost)
                ways.append(_Way(route, live, probability, served, np.zeros_like(p), lost))
            rows += [lost[cause] for cause in self.causes]
        if self.timeout_s is not None and math.isfinite(self.timeout_s):
            self._late(point, ways, through, self.timeout_s)
        weights = np.repeat([point.rates[name] for name in self.classes], len(self.causes), axis=0)
        return np.asarray(np.array(rows) * weights)

    def _joint(self, route: Route) -> Iterator[tuple[float, Mapping[str, LiveCounts]]]:
        """Live counts of the components that a request of the class visits more than once, one by one."""
        names = [
            name for name, visits in route.most_visits.items() if visits > 1 and len(self.live[name]) > 1
        ]
        for probability, counts in self._likely(names, max(1e-15, _UNLIKELY * self.tolerance)):
            fixed = {name: ((count, 1.0),) for name, count in zip(names, counts, strict=True)}
            yield probability, {**self.live, **fixed}

    def _likely(self, names: list[str], least: float) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Joint live counts of some components that are not too unlikely."""
        if not names:
            yield 1.0, ()
            return
        for probability, counts in self._likely(names[:-1], least):
            for count, p in self.live[names[-1]]:
                if probability * p > least:
                    yield probability * p, (*counts, count)

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

    def _book_way(
        self,
        point: _Point,
        route: Route,
        live: Mapping[str, LiveCounts],
        through: Mapping[int, Any],
        probability: float,
        lost: dict[Cause, FloatArray],
    ) -> FloatArray:
        """Book what a class loses before any answer is late; returns the share that is served."""
        graph = self.graph
        done: dict[int, _Station] = {}
        for index in route.order:
            visit = graph.visits[index]
            first, share = self._station_losses(point, visit.component, live[visit.component])
            causes = dict(first)
            if index in through:
                causes["dropped", visit.component] = share * (1.0 - through[index])
                share = share * through[index]
            done[index] = _book(visit.branches, causes, share, done)
        causes, served = _book(route.entries, {}, np.ones(point.inflow.shape[1]), done)
        for cause, value in causes.items():
            lost[cause] += probability * value
        return served

    def _station_losses(self, point: _Point, name: str, live: LiveCounts) -> _Station:
        """What one visit loses, and the share that it serves, mixed over the live counts."""
        if (name, live) not in point.stations:
            point.stations[name, live] = self._mixed_losses(point, name, live)
        return point.stations[name, live]

    def _mixed_losses(self, point: _Point, name: str, live: LiveCounts) -> _Station:
        instants = point.inflow.shape[1]
        dead = max(0.0, 1.0 - sum(p for _, p in live)) + sum(p for count, p in live if count == 0)
        unsteady = blocked = served = np.zeros(instants)
        if any(count > 0 for count, _ in live):
            queue, probabilities = self._queue(point, name, live)
            steady = np.where(queue.stable, probabilities, 0.0)
            unsteady = (probabilities - steady).sum(axis=0)
            blocked = (steady * queue.blocked).sum(axis=0)
            served = steady.sum(axis=0) - blocked
        causes = {
            ("down", name): np.full(instants, dead),
            ("no steady state", name): unsteady,
            ("blocked", name): blocked,
        }
        return causes, served

    # -- late answers

    def _late(self, point: _Point, ways: list[_Way], through: Mapping[int, Any], timeout: float) -> None:
        """Book P(T > timeout and not lost before), where an exponential bound does not rule it out."""
        shift = min(way.route.total_shift_s for way in ways)
        beyond = timeout - shift
        if beyond <= 0.0:
            for way in ways:
                way.lost[LATE] += way.probability * way.served
            return
        point.s = -np.array(TILTS)[:, None] / beyond
        near = np.zeros(point.inflow.shape[1], dtype=bool)
        for way in ways:
            if way.route.order:
                way.bound = self._late_bound(point, way, through, shift, beyond)
                near |= way.probability * way.bound > self.tolerance
        at = np.flatnonzero(near)
        if at.size == 0:
            return
        part = _Point(
            {name: values[at] for name, values in point.rates.items()},
            point.inflow[:, at],
            point.type_rates[:, at],
        )
        inversion = inversion_for(self.routes.values())
        part.s = (inversion.nodes / beyond)[:, None]
        shares = {i: share[at] if np.ndim(share) else share for i, share in through.items()}
        for way in ways:
            if way.route.total_shift_s >= timeout:
                way.lost[LATE] += way.probability * way.served
            elif way.route.order:
                value = self._transform(part, way, shares, shift)
                tail = inversion.values((way.served[at] - value) / part.s, beyond)
                way.lost[LATE][at] += way.probability * np.clip(tail, 0.0, way.served[at])

    def _late_bound(
        self, point: _Point, way: _Way, through: Mapping[int, Any], shift: float, beyond: float
    ) -> FloatArray:
        """min over theta of exp(-theta t) E exp(theta T) (Chernoff), for the requests not lost before."""
        with np.errstate(all="ignore"):
            value = np.real(self._transform(point, way, through, shift))
            bound = np.where(np.isfinite(value) & (value >= 0.0), value, np.inf) * np.exp(point.s * beyond)
        return np.asarray(np.minimum(bound.min(axis=0), 1.0))

    def _transform(self, point: _Point, way: _Way, through: Mapping[int, Any], shift: float) -> Any:
        """E[exp(-s (T - shift)); not lost before] at the point's s."""
        route = way.route
        waits = {name: self._mixed_transform(point, name, way.live[name]) for name in route.most_visits}
        self._sample_services(point, route.order)
        joins = self._joins(point, way, through) if route.groups and point.s.dtype.kind == "c" else None
        value = compose(route, point.s, waits, point.services, through, joins=joins)
        return value * np.exp(-point.s * (route.total_shift_s - shift))

    def _sample_services(self, point: _Point, order: Sequence[int]) -> None:
        for index in {self.graph.visits[index].type for index in order}:
            if index not in point.services:
                rest = self.graph.types[index].rest
                point.services[index] = 1.0 if rest is None else rest.lst(point.s)

    def _joins(self, point: _Point, way: _Way, through: Mapping[int, Any]) -> Joins:
        """The laws of calls that go out at once, mixed over the live counts of their stations."""

        def samples(s: Any, group: Group) -> tuple[dict[str, Any], dict[int, Any]]:
            there = replace(point, s=s, transforms={}, services={})
            waits = {name: self._mixed_transform(there, name, way.live[name]) for name in group.components}
            self._sample_services(there, group.order)
            return waits, there.services

        def beside(name: str) -> Beside:
            if not any(count > 0 for count, _ in way.live[name]):
                return Beside()
            queue, probabilities = self._queue(point, name, way.live[name])
            waiting = queue.waiting
            if waiting is None:
                return Beside()
            share = np.where(queue.stable, probabilities, 0.0)
            scv, together = queue.service.scv, queue.arrivals.beside
            common = commonness(queue.utilisation, waiting.delay_probability, scv, together)
            mean = (share * common).sum(axis=0) / np.maximum(share.sum(axis=0), 1e-300)
            if not queue.joined or not isinstance(waiting, BatchWaiting):
                return Beside(mean)
            batch = waiting

            def last(number: int, s: Any, gap: Any, end: Any) -> Any:
                def ended(fresh: int, under_way: int) -> Any:
                    return np.asarray(end(fresh, under_way))[..., None, :]

                return (share * batch.last(number, s[..., None, :], gap, ended)).sum(axis=-2)

            return Beside(mean, last, float(np.min(batch.servers)))

        return Joins(way.route, samples, through, beside, inversion_for([way.route]), point.inflow.shape[1])

    def _mixed_transform(self, point: _Point, name: str, live: LiveCounts) -> Any:
        """Transform of the wait mixed over live counts; for negative s inf where it has passed its pole."""
        if (name, live) not in point.transforms:
            common = _without_rare(live)
            mixed: Any = 0.0
            if any(count > 0 for count, _ in common):
                queue, probabilities = self._queue(point, name, common)
                share = np.where(queue.stable, probabilities * (1.0 - queue.blocked), 0.0)
                if queue.waiting is None:
                    mixed = share.sum(axis=0)
                else:
                    s = point.s[..., None, :]
                    real = point.s.dtype.kind == "f"
                    wait = queue.waiting.exponential_moment(-s) if real else queue.lst(s)
                    with np.errstate(invalid="ignore"):
                        mixed = np.where(share > 0.0, share * wait, 0.0).sum(axis=-2)
            point.transforms[name, live] = mixed
        return point.transforms[name, live]


@lru_cache(maxsize=4096)
def _without_rare(live: LiveCounts) -> LiveCounts:
    """Live counts with those of negligible probability added to the likeliest (an error of that probability)."""
    rare = sum(p for count, p in live if count > 0 and p < _RARE)
    likeliest = max((p for _, p in live), default=0.0)
    return tuple(
        (count, p + (rare if p == likeliest else 0.0)) for count, p in live if count == 0 or p >= _RARE
    )


def _book(
    branches: tuple[Branch, ...],
    causes: dict[Cause, FloatArray],
    share: FloatArray,
    done: Mapping[int, _Station],
) -> _Station:
    """Losses along some calls, in call order, of the share that gets so far."""
    for branch in branches:
        if not branch.wait:
            continue
        whole, rest = split_times(branch.times)
        theirs, served = done[branch.visit]
        tried: Any = share
        if whole == 1 and rest == 0.0:
            share = share * served
        else:
            all_served = served**whole
            tried = share * (_repeats(served, whole) + rest * all_served)
            share = share * all_served * (1.0 - rest + rest * served)
        for cause, value in theirs.items():
            booked = tried * value
            causes[cause] = causes[cause] + booked if cause in causes else booked
    return causes, share


def _repeats(served: FloatArray, times: int) -> FloatArray:
    """1 + a + ... + a^(n-1): how many of n calls are tried."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = 1.0 - served
        many = -np.expm1(times * np.log1p(-np.minimum(lost, 1.0))) / lost
    return np.where(lost < 1e-300, float(times), np.where(served <= 0.0, float(times > 0), many))
