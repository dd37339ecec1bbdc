"""The response time over several classes together, at many instants: tail, percentiles, mean, and its parts.

Percentiles come from one inversion of the composed transform (Abate & Whitt 2006, Euler), never from adding up
percentiles of parts. Sojourns at different components are taken as independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.groups import Group, in_turns
from queuecalc.evaluation.joins import Beside, Joins
from queuecalc.evaluation.queues import Queue, QueuePool
from queuecalc.evaluation.route import Route, compose, split_times
from queuecalc.network.parallel import commonness
from queuecalc.station.batch_waiting import BatchWaiting
from queuecalc.transform.euler import EULER, Euler
from queuecalc.transform.fourier import FOURIER, Fourier
from queuecalc.transform.quantile import quantile

__all__ = ["Parts", "Response", "inversion_for"]

_STENCIL = ((1.0, 3.0 / 4.0), (2.0, -3.0 / 20.0), (3.0, 1.0 / 60.0))
"""Central differences of sixth order: offsets and weights (the negative offsets have the opposite sign)."""

_STEP = 1e-3

_NARROW, _NARROWER = 250.0, 20_000.0
"""A wait for so many services has too narrow a law for Euler's algorithm, for the plain Fourier sum."""

_LONG = Fourier(terms=4000)


def inversion_for(routes: Iterable[Route]) -> Euler | Fourier:
    """The inversion for the response times along some routes."""
    waited_for = 0.0
    for route in routes:
        graph = route.graph
        crowds = [graph.figures[name].crowd for name in route.most_visits]
        waited_for = max([waited_for, *(crowd.longest for crowd in crowds if crowd is not None)])
        rests = [graph.types[graph.visits[index].type].rest for index in route.order]
        if rests and not any(rest is not None and rest.smooth for rest in rests):
            return FOURIER
    if waited_for > _NARROW:
        return FOURIER if waited_for < _NARROWER else _LONG
    return EULER


@dataclass(frozen=True)
class Parts:
    """E[time at a component | T = t]: in line, and in service or fixed delay, summed over its visits."""

    waiting_s: float
    service_s: float


@dataclass(frozen=True)
class Response:
    """The response time of a mixture of classes at some instants.

    Attributes:
        routes: one for each class.
        weights: requests per second of each class, shape (instants,) each.
        queues: by component.
        through: by visit, the share that goes on after the service (drops and rate caps).
        pool: where the queues come from; what it remembers is then used.
    """

    routes: tuple[Route, ...]
    weights: tuple[FloatArray, ...]
    queues: Mapping[str, Queue]
    through: Mapping[int, Any]
    pool: QueuePool | None = None

    @cached_property
    def _components(self) -> frozenset[str]:
        return frozenset(name for route in self.routes for name in route.most_visits)

    @cached_property
    def inversion(self) -> Euler | Fourier:
        """Euler's algorithm where some smooth service time rounds off every kink of the law, else a long sum."""
        return inversion_for(self.routes)

    @cached_property
    def stable(self) -> Any:
        """Whether every queue on the way has a steady state, by instant."""
        flags = [self.queues[name].stable for name in self._components]
        return np.logical_and.reduce(flags) if flags else np.ones(self.weights[0].shape, dtype=bool)

    @cached_property
    def _accepted(self) -> Mapping[str, FloatArray]:
        """By component with a bounded queue, the share that finds a place."""
        return {
            name: 1.0 - self.queues[name].blocked
            for name in self._components
            if self.queues[name].figures.max_queue is not None
        }

    def _service(self, s: Any, types: set[int]) -> dict[int, Any]:
        graph = self.routes[0].graph
        out: dict[int, Any] = {}
        for index in types:
            rest = graph.types[index].rest
            out[index] = 1.0 if rest is None else rest.lst(s)
        return out

    def transform(self, route: Route, s: Any) -> Any:
        """E[exp(-s (T - total shift)); not dropped or blocked] of a class."""
        waits = {name: self._let_in(name, self.queues[name].lst(s)) for name in route.most_visits}
        services = self._service(s, {route.graph.visits[i].type for i in route.order})
        return compose(route, s, waits, services, self.through, joins=self.joins(route))

    def _remembered_transform(self, route: Route, s: Any, beyond: float) -> Any:
        """The same at the nodes of an inversion at one time, from what the pool remembers."""
        assert self.pool is not None
        key = (self.inversion.nodes.size, beyond)
        waits = {
            name: self._let_in(name, self.queues[name].remembered_lst(s, key)) for name in route.most_visits
        }
        types = {route.graph.visits[index].type for index in route.order}
        services = {index: self.pool.service_lst(index, s, key) for index in types}
        return compose(route, s, waits, services, self.through, joins=self.joins(route))

    def joins(self, route: Route) -> Joins | None:
        """The laws of calls that go out at once; None where there are none."""
        if not route.groups:
            return None
        if route.request_class not in self._joins:
            self._joins[route.request_class] = self._new_joins(route, self._samples, self._shared(route))
        return self._joins[route.request_class]

    @cached_property
    def _joins(self) -> dict[str, Joins]:
        return {}

    def _samples(self, s: Any, group: Group) -> tuple[dict[str, Any], dict[int, Any]]:
        waits = {name: self._let_in(name, self.queues[name].lst(s)) for name in group.components}
        return waits, self._service(s, {self.routes[0].graph.visits[i].type for i in group.order})

    def _shared(self, route: Route) -> dict[Any, Any]:
        """Where the laws are kept: with the same queues they are the same for many plans."""
        if self.pool is None or any(np.ndim(share) for share in self.through.values()):
            return {}
        names = sorted({name for group in route.groups.values() for name in group.components})
        return self.pool.joins(route.request_class, tuple(self.queues[name] for name in names))

    def _new_joins(
        self, route: Route, samples: Any, known: dict[Any, Any], stretch: Any = None, waits: Any = None
    ) -> Joins:
        size = self.weights[0].size
        return Joins(route, samples, self.through, self._beside, self.inversion, size, stretch, known, waits)

    def _beside(self, name: str) -> Beside:
        """What the stations beside it need to know of a queue."""
        queue = self.queues[name]
        if queue.waiting is None:
            return Beside()
        common = commonness(
            queue.utilisation, queue.waiting.delay_probability, queue.service.scv, queue.arrivals.beside
        )
        waiting = queue.waiting if queue.joined else None
        last = waiting.last if isinstance(waiting, BatchWaiting) else None
        return Beside(common, last, float(np.min(waiting.servers)) if waiting is not None else 1.0)

    def _let_in(self, name: str, wait: Any) -> Any:
        return wait * self._accepted[name] if name in self._accepted else wait

    @cached_property
    def mass(self) -> tuple[FloatArray, ...]:
        """By class, the share of requests that is neither dropped nor blocked."""
        return tuple(self._gets_through(route) for route in self.routes)

    def _gets_through(self, route: Route) -> FloatArray:
        waits = {name: self._accepted.get(name, 1.0) for name in self._components}
        services = {route.graph.visits[index].type: 1.0 for index in route.order}
        value = compose(route, np.zeros(1), waits, services, self.through)
        return np.broadcast_to(np.real(value), self.weights[0].shape)

    @cached_property
    def total(self) -> FloatArray:
        """Requests per second that get an answer."""
        answered = [w * mass for w, mass in zip(self.weights, self.mass, strict=True)]
        return np.asarray(np.add.reduce(answered))

    @cached_property
    def _some(self) -> FloatArray:
        """The same for arithmetic alone: never 0."""
        return np.where(self.total > 0.0, self.total, 1.0)

    @cached_property
    def shift_s(self) -> float:
        """The smallest response time of any class: what constants alone make."""
        return min(route.total_shift_s for route in self.routes)

    # -- the law

    def tail_and_density(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """P(T > t) and the density, of the requests that get an answer, at each instant its own t."""
        tail = np.zeros_like(t)
        density = np.zeros_like(t)
        for route, weight, mass in zip(self.routes, self.weights, self.mass, strict=True):
            share = weight / self._some
            part, slope = self._class_tail(route, mass, t)
            tail += share * part
            density += share * slope
        return tail, density

    def _class_tail(self, route: Route, mass: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        beyond = t - route.total_shift_s
        late = beyond > 0
        if not route.order:
            return np.where(late, 0.0, mass), np.zeros_like(t)
        time = np.where(late, beyond, 1.0)
        s = self.inversion.nodes[:, None] / time
        value = self.transform(route, s)
        tail = self.inversion.values((mass - value) / s, time)
        density = self.inversion.values(value, time)
        tail = np.clip(tail, 0.0, mass)
        return np.where(late, tail, mass), np.where(late, np.maximum(density, 0.0), 0.0)

    def tail(self, t: float) -> FloatArray:
        """P(T > t) at every instant for one t; 1 where there is no steady state."""
        out = np.zeros(self.weights[0].shape)
        for route, weight, mass in zip(self.routes, self.weights, self.mass, strict=True):
            beyond = t - route.total_shift_s
            if beyond <= 0:
                part = mass
            elif not route.order:
                part = np.zeros_like(mass)
            else:
                s = self.inversion.nodes[:, None] / beyond
                whole = (
                    self.transform(route, s)
                    if self.pool is None
                    else self._remembered_transform(route, s, beyond)
                )
                value = (mass - whole) / s
                part = np.clip(self.inversion.values(value, beyond), 0.0, mass)
            out += weight / self._some * part
        return np.where(self.stable, out, 1.0)

    def percentile(self, level: float) -> FloatArray:
        """The `level` quantile at every instant; inf where there is no steady state."""
        target = 1.0 - level
        out = np.full(self.weights[0].shape, np.inf)
        ready = np.flatnonzero(self.stable)
        if ready.size == 0:
            return out
        chosen = self.at(ready)
        just_after = np.full(ready.size, self.shift_s * (1.0 + 1e-12) + 1e-12)
        at_once = chosen.tail_and_density(just_after)[0] <= target
        out[ready[at_once]] = self.shift_s
        rest = np.flatnonzero(~at_once)
        if rest.size:
            part = chosen.at(rest)
            shift = self.shift_s
            start = np.maximum((part.mean - shift) * -np.log(target), 1e-9)

            def beyond(t: FloatArray) -> tuple[FloatArray, FloatArray]:
                return part.tail_and_density(t + shift)

            out[ready[rest]] = shift + quantile(beyond, target, start, relative=1e-8)
        return out

    def at(self, instants: Any) -> Response:
        """The same response time at some of the instants."""
        through = {
            index: share[instants] if np.ndim(share) else share for index, share in self.through.items()
        }
        weights = tuple(weight[instants] for weight in self.weights)
        again = self._again
        if again is not None:
            chosen = np.arange(self.weights[0].size)[instants]
            response = Response(self.routes, weights, again(chosen), through)
            response.remake(lambda some: again(chosen[some]))
            return response
        queues = {
            name: Queue(
                queue.figures,
                _law_at(queue.service, instants, queue.rate.size),
                queue.rate[instants],
                queue.live,
                queue.arrivals,
            )
            for name, queue in self.queues.items()
            if name in self._components
        }
        return Response(self.routes, weights, queues, through)

    def remake(self, again: Callable[[Any], Mapping[str, Queue]]) -> None:
        """Queues at some of the instants are to be made anew: their service laws depend on other queues."""
        self.__dict__["_again"] = again

    @cached_property
    def _again(self) -> Callable[[Any], Mapping[str, Queue]] | None:
        return None

    # -- means and parts

    @cached_property
    def mean(self) -> FloatArray:
        """E[T] of the requests that get an answer."""
        means = [
            self._class_mean(route) * weight * mass
            for route, weight, mass in zip(self.routes, self.weights, self.mass, strict=True)
        ]
        with np.errstate(invalid="ignore"):
            return np.where(self.stable, np.add.reduce(means) / self._some, np.inf)

    def _class_mean(self, route: Route) -> FloatArray:
        """By the product rule on (mass, mean of those that get through) of every visit."""
        ones = np.ones(self.weights[0].shape)
        mass: dict[int, FloatArray] = {}
        mean: dict[int, FloatArray] = {}
        for index in route.order:
            visit = route.graph.visits[index]
            law = route.graph.types[visit.type].law
            time = self.queues[visit.component].mean_wait + float(law.mean)
            time = time + route.graph.figures[visit.component].fixed_delay_s
            share = self._accepted.get(visit.component, ones) * self.through.get(index, 1.0)
            mass[index], mean[index] = self._in_turns(route, index, share, time, mass, mean)
        return self._in_turns(route, -1, ones, route.network_s * ones, mass, mean)[1]

    def _in_turns(
        self, route: Route, owner: int, mass: FloatArray, mean: FloatArray, masses: Any, means: Any
    ) -> tuple[FloatArray, FloatArray]:
        """Mass and conditional mean of a visit and all that it waits for."""
        joins = self.joins(route)
        branches = route.entries if owner < 0 else route.graph.visits[owner].branches
        for place, turn in enumerate(in_turns(branches)):
            group = route.groups.get((owner, place))
            mass, after = _one_by_one(turn, mass, mean, masses, means)
            mean = after if group is None or joins is None else mean + joins.mean(group)
        return mass, mean

    def parts(self, instant: int, t: float) -> dict[str, Parts]:
        """E[time at each component | T = t] at one instant, by the derivative of the transform.

        E[exp(-s (T + e T_i))] has the derivative -s E[T_i exp(-s T)] in e at 0: inverted and divided by the density
        of T at t. The parts and the network's constant add up to t.
        """
        here = self.at(np.array([instant]))
        sums: dict[str, list[float]] = {name: [0.0, 0.0] for name in self._components}
        density = 0.0
        for route, weight in zip(here.routes, here.weights, strict=True):
            beyond = t - route.total_shift_s
            if beyond <= 0 or not route.order:
                continue
            s = (self.inversion.nodes / beyond)[:, None]
            density += float(weight[0]) * float(self.inversion.values(here.transform(route, s), beyond)[0])
            for name in route.most_visits:
                for which in (0, 1):
                    slope = here.slope_of(route, s, name, in_service=bool(which))
                    sums[name][which] += float(weight[0]) * float(
                        self.inversion.values(-slope / s, beyond)[0]
                    )
        if density <= 0.0:
            return {name: Parts(0.0, 0.0) for name in sums}
        return {
            name: Parts(
                waiting / density,
                service / density,
            )
            for name, (waiting, service) in sums.items()
        }

    def slope_of(self, route: Route, s: Any, component: str, *, in_service: bool) -> Any:
        """d/de of the transform when the waits (or the services) at a component are stretched by 1 + e."""
        graph = route.graph
        own = {index for index in route.order if graph.visits[index].component == component}
        waits = {name: self._let_in(name, self.queues[name].lst(s)) for name in route.most_visits}
        services = self._service(s, {graph.visits[index].type for index in route.order})
        slope: Any = 0.0
        for offset, weight in _STENCIL:
            for sign in (1.0, -1.0):
                e = sign * offset * _STEP
                stretched = s * (1.0 + e)
                joins = self._stretched_joins(route, component, own, e, in_service=in_service)
                if in_service:
                    own_types = {graph.visits[index].type for index in own}
                    changed = services | self._service(stretched, own_types)
                    value = compose(route, s, waits, changed, self.through, dict.fromkeys(own, e), joins)
                else:
                    wait = self._let_in(component, self.queues[component].lst(stretched))
                    value = compose(route, s, waits | {component: wait}, services, self.through, None, joins)
                slope = slope + (sign * weight / _STEP) * value
        return slope

    def _stretched_joins(
        self, route: Route, component: str, own: set[int], e: float, *, in_service: bool
    ) -> Joins | None:
        """The laws of calls that go out at once when the waits (or the services) at a component are stretched."""
        if not route.groups:
            return None
        if not any(component in group.components for group in route.groups.values()):
            return self.joins(route)
        own_types = {route.graph.visits[index].type for index in own}

        def samples(s: Any, group: Group) -> tuple[dict[str, Any], dict[int, Any]]:
            waits, services = self._samples(s, group)
            if in_service:
                return waits, services | self._service(s * (1.0 + e), own_types)
            wait = self._let_in(component, self.queues[component].lst(s * (1.0 + e)))
            return waits | {component: wait}, services

        if in_service:
            return self._new_joins(route, samples, {}, dict.fromkeys(own, e))
        return self._new_joins(route, samples, {}, None, {component: 1.0 + e})


def _law_at(law: Any, instants: Any, size: int) -> Any:
    """A service law at some of the instants (only the weights of a mixture differ between instants)."""
    if law.shape != (size,):
        return law
    return type(law)(weights=tuple(weight[instants] for weight in law.weights), laws=law.laws)


def _one_by_one(
    branches: Any, mass: FloatArray, mean: FloatArray, masses: Mapping[int, Any], means: Mapping[int, Any]
) -> tuple[FloatArray, FloatArray]:
    """The same after some calls, one after the other."""
    for branch in branches:
        whole, rest = split_times(branch.times)
        callee = masses[branch.visit]
        if whole:
            mean = mean + whole * means[branch.visit]
            mass = mass * callee**whole
        if rest > 0.0:
            chance = rest * callee / (1.0 - rest + rest * callee)
            mean = mean + chance * means[branch.visit]
            mass = mass * (1.0 - rest + rest * callee)
    return mass, mean
