"""The queues of a graph in which servers are held while their visits wait for calls (`waits = "held"`).

Who holds the servers of a component is a closed population: at most as many as there are servers, each in its own
service or at what it waits for (Rolia & Sevcik 1995, the method of layers). How many there are is the birth-and-death
process of `network/closed/held_line.py`, which gives

- the wait in line for a server, and how many others were held when a visit came;
- the wait at each callee, for each number of visits held.

The callee's queue is the mixture over these numbers, as all its visits see it. The queue of the component that holds
mixes what follows upon each number: its transform is that of the wait in line, times what the callees then make of
the visit, over what they make of all visits; so a product along the way is the mixture of products.

Callers come after callees; a cycle of held calls would be a deadlock and is refused when the calls are lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Branch, Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.groups import ONE_BY_ONE, Arrivals, at_once, in_turns, split_times
from queuecalc.evaluation.held_queue import HoldingQueue, SourcedQueue, StackedQueue
from queuecalc.evaluation.holders import Cycle, cycle_of
from queuecalc.evaluation.queues import Queue, service_law
from queuecalc.law import Law
from queuecalc.network.closed.held_line import HeldLine
from queuecalc.network.closed.population import Population, Stop, Turn, grid

__all__ = ["HeldQueues"]

_SAME = 1e-12
_MOST_KEPT = 12
_MOST_POPULATIONS = 2048


class HeldQueues:
    """The queues of a graph in which servers are held, each found when first asked for.

    Attributes:
        graph: the graph.
        type_rates: inflow of every service type, shape (types, instants).
        units: units alive by component.
        bought: units of the components that hold servers by which the waits at their callees are limited.
        arrivals: how many visits come at once, where not one by one.
        populations: what is known at any load: cycles, and populations whose callees serve nobody else.
    """

    def __init__(
        self,
        graph: Graph,
        type_rates: FloatArray,
        units: Callable[[str], Any],
        bought: Callable[[str], int],
        arrivals: Mapping[str, Arrivals] | None = None,
        populations: dict[Any, Any] | None = None,
    ) -> None:
        self.graph = graph
        self.type_rates = type_rates
        self.units = units
        self.bought = bought
        self.arrivals = arrivals or {}
        self.populations = {} if populations is None else populations
        self._queues: dict[str, Queue] = {}
        self._lines: dict[tuple[str, int], HeldLine] = {}
        self._cycles: dict[str, dict[int, Cycle]] = {}
        self._kept: dict[Any, Any] = {}

    def queue(self, name: str) -> Queue:
        """The queue of a component with some unit alive."""
        if name not in self._queues:
            self._queues[name] = self.with_units(name, self.units(name))
        return self._queues[name]

    def with_units(self, name: str, units: Any) -> Queue:
        """The same with so many units alive: a number, or a column of shape (states, 1) for several states."""
        queue = self._open(name, units)
        if name in self.graph.holding:
            below = self.steady_below(name)
            if np.ndim(units) == 0:
                return HoldingQueue.of(queue, self, name, self.line(name, int(units)), below)
            counts = [int(each) for each in np.ravel(units)]
            parts = (
                HoldingQueue.of(self._open(name, n), self, name, self.line(name, n), below) for n in counts
            )
            return StackedQueue.of(queue, parts)
        if name in self._holders and self._stands(name):
            return SourcedQueue.of(queue, self, name)
        return queue

    def _open(self, name: str, units: Any) -> Queue:
        rates = self.type_rates[list(self.graph.types_of[name])]
        arrivals = self.arrivals.get(name, ONE_BY_ONE)
        return Queue(self.graph.figures[name], self.service(name), rates.sum(axis=0), units, arrivals)

    def service(self, name: str) -> Law:
        """The service law that the queue of a component sees: with all that it holds for, where servers are held."""
        rates = self.type_rates[list(self.graph.types_of[name])]
        return service_law(self.graph, name, rates, self._held_for if name in self.graph.holding else None)

    def _held_for(self, index: int) -> Law:
        """How long a server is held by a service type of its component if nobody waits."""
        return self.cycles(self.graph.types[index].component)[index].alone

    def steady_below(self, name: str) -> Any:
        """Whether every station that the visits of a component wait for has a steady state."""
        steady: Any = np.True_
        for component in {n for cycle in self.cycles(name).values() for n in (*cycle.stops, *cycle.passed)}:
            steady = steady & self.queue(component).stable
        return steady

    # -- who holds

    def _alive(self, name: str) -> bool:
        return bool(np.any(self.units(name)))

    def _stands(self, name: str) -> bool:
        """Whether visits to a component stand in a line that depends on how many of them there are."""
        figures = self.graph.figures[name]
        together = len(self.arrivals.get(name, ONE_BY_ONE).sizes) > 1
        if figures.servers is None or figures.max_queue is not None or together:
            return False
        types = self.graph.types_of[name]
        return name in self.graph.holding or any(
            float(self.graph.types[index].law.mean) > 0.0 for index in types
        )

    def cycles(self, name: str) -> dict[int, Cycle]:
        """By service type of a component that holds servers, what its visits do meanwhile."""
        if name not in self._cycles:
            graph = self.graph
            key = "cycles", name, frozenset(each for each in graph.visits_of if self._alive(each))
            if key in self.populations:
                self._cycles[name] = self.populations[key]
                return self._cycles[name]
            self._cycles[name] = {
                graph.visits[index].type: cycle_of(
                    graph, index, lambda _, kind: self._held_for(kind), self._stands, self._alive
                )
                for index in graph.visits_of[name]
            }
            self.populations[key] = self._cycles[name]
        return self._cycles[name]

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """By component, those whose servers are held by visits that stand in its line."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.graph.holding):
            if self._alive(name):
                for stop in {stop for cycle in self.cycles(name).values() for stop in cycle.stops}:
                    found.setdefault(stop, []).append(name)
        return found

    def line(self, name: str, units: int) -> HeldLine:
        """The line of a component that holds servers, with so many units alive."""
        key = name, units
        if key not in self._lines:
            self._lines[key] = self._new_line(name, units)
        return self._lines[key]

    def _new_line(self, name: str, units: int) -> HeldLine:
        figures = self.graph.figures[name]
        split = units if figures.pooling == "split" else 1
        each = figures.servers or 1
        servers = each * units // split
        most = each * self.bought(name) if split == 1 else servers
        callers = self.graph.holders_of.get(name) if split == 1 else None
        sources = None
        if callers:
            sources = sum((self.graph.figures[c].servers or 1) * self.bought(c) for c in callers)
        rates = self.type_rates[list(self.graph.types_of[name])]
        cycles = [self.cycles(name)[index] for index in self.graph.types_of[name]]
        weights = _weights(rates)
        held = servers if sources is None else min(servers, sources)
        stops = self._stops(cycles, weights, rates.sum(axis=0), split)
        own = _mean(weights, [cycle.own.mean for cycle in cycles]) + self._passed_wait(cycles, weights)
        own = np.maximum(own, 1e-300)
        places = {stop: place for place, stop in enumerate(stops)}
        turns = [
            Turn(
                weight * often,
                tuple((places.get(stop), own_part.mean, own_part.var) for stop, own_part in calls),
            )
            for cycle, weight in zip(cycles, weights, strict=True)
            for often, calls in cycle.turns
        ]
        population = self._population(name, own, list(stops.values()), grid(held), float(most), turns)
        scv = [_mixed_scv(weights, [(cycle.own.mean, cycle.own.var) for cycle in cycles])]
        for stop in stops:
            works = [cycle.stops.get(stop) for cycle in cycles]
            scv.append(_mixed_scv(weights, [(w.mean, w.var) if w else (0.0, 0.0) for w in works]))
        rate = rates.sum(axis=0) / split
        return HeldLine(rate, servers, population, self.service(name), tuple(scv), figures.max_queue, sources)

    def _passed_wait(self, cycles: list[Cycle], weights: Any) -> Any:
        """Mean wait of a cycle in lines that do not depend on who is held."""
        total: Any = np.zeros(1)
        for component in {name for cycle in cycles for name in cycle.passed}:
            queue = self.queue(component)
            if queue.waiting is not None:
                wait = np.where(np.isfinite(queue.mean_wait), queue.mean_wait, 0.0)
                total = total + _mean(weights, [cycle.passed.get(component, 0.0) for cycle in cycles]) * wait
        return total

    def _stops(self, cycles: list[Cycle], weights: Any, rate: FloatArray, split: int) -> dict[str, Stop]:
        found = {}
        for stop in dict.fromkeys(stop for cycle in cycles for stop in cycle.stops):
            figures, units = self.graph.figures[stop], int(np.max(self.units(stop)))
            visits = _mean(weights, [cycle.visits.get(stop, 0.0) for cycle in cycles])
            if not np.any(visits > 0.0):
                continue
            visits = np.maximum(visits, 1e-12)
            works = [cycle.stops[stop].mean if stop in cycle.stops else 0.0 for cycle in cycles]
            again = [cycle.again.get(stop, 0.0) for cycle in cycles]
            lines = units if figures.pooling == "split" else 1
            coming = self.type_rates[list(self.graph.types_of[stop])].sum(axis=0)
            beside = np.maximum(coming - visits * rate / split, 0.0)
            beside = np.where(beside > 1e-9 * coming, beside, 0.0)
            found[stop] = Stop(
                visits,
                _mean(weights, works) / visits,
                self.service(stop),
                (figures.servers or 1) * units // lines,
                lines,
                beside if np.any(beside > 0.0) else 0.0,
                float(np.max(_mean(weights, again) / visits)),
                self.line(stop, units).population if stop in self.graph.holding else None,
            )
        return found

    def _population(
        self, name: str, own: Any, stops: list[Stop], sizes: FloatArray, most: float, turns: list[Turn]
    ) -> Population:
        found = Population(sizes, own, tuple(stops), most, tuple(turns))
        if any(stop.inner is not None or stop.shared or stop.service.shape for stop in stops):
            return found
        if (
            own.size > 1
            or any(np.size(turn.often) > 1 for turn in turns)
            or any(np.size(stop.visits) > 1 for stop in stops)
        ):
            return found
        key: list[Any] = [name, sizes.size, sizes[-1], most, own.item()]
        for stop in stops:
            key += [
                id(stop.service),
                stop.servers,
                stop.lines,
                stop.visits.item(),
                stop.service_s.item(),
                stop.again,
            ]
        key += [(float(np.max(turn.often)), turn.calls) for turn in turns]
        if len(self.populations) >= _MOST_POPULATIONS:
            self.populations.clear()
        known: Population = self.populations.setdefault(tuple(key), found)
        return known

    # -- the waits at a callee

    def _shares(self, callee: str) -> list[tuple[HeldLine, int, Any]]:
        """(line, place of the callee among its stops, share of the callee's held visits) of each that holds."""
        found = []
        for name in self._holders[callee]:
            line = self.line(name, int(np.max(self.units(name))))
            cycles = [self.cycles(name)[index] for index in self.graph.types_of[name]]
            names = list(dict.fromkeys(stop for cycle in cycles for stop in cycle.stops))
            place = names.index(callee)
            if place < len(line.population.stops):
                visits = line.population.stops[place].visits * np.maximum(line.rate, 1e-300)
                found.append((line, place, visits))
        total = sum(visits for *_, visits in found)
        return [(line, place, visits / total) for line, place, visits in found]

    def mean_at(self, callee: str) -> Any:
        """E[W] at a callee."""
        return sum(
            share * (line.all_shares * line.population.waits[place]).sum(axis=0)
            for line, place, share in self._shares(callee)
        )

    def lst_at(self, callee: str, s: Any) -> Any:
        """E exp(-s W) at a callee, of all its held visits."""
        lift = (slice(None), *(None,) * (np.ndim(s) - 1))

        def mixed() -> Any:
            return sum(
                share * (line.all_shares[lift] * self._wait_lst(line, place, s)).sum(axis=0)
                for line, place, share in self._shares(callee)
            )

        return self._once(("at", callee), s, mixed)

    def moment_at(self, callee: str, theta: Any) -> Any:
        """More than E exp(theta W) at a callee: that of who finds all servers held."""
        found: Any = 1.0
        for line, place, _ in self._shares(callee):
            found = np.maximum(found, line.population.exponential_moment(place, theta))
        return found

    def _wait_lst(self, line: HeldLine, place: int, s: Any) -> Any:
        return self._once((id(line), place), s, lambda: line.population.wait_lst(place, s))

    def _once(self, key: Any, s: Any, made: Callable[[], Any]) -> Any:
        key = (key, np.shape(s), np.asarray(s).tobytes())
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = made()
        return self._kept[key]

    # -- what follows upon a number held

    def follows(self, name: str, line: HeldLine, s: Any) -> Any:
        """E exp(-s time at the callees), for each number held, over that of all visits; shape (sizes, *s)."""
        types = self.graph.types_of[name]
        weights = _weights(self.type_rates[list(types)])
        cycles = self.cycles(name)
        names = list(dict.fromkeys(stop for index in types for stop in cycles[index].stops))
        total: Any = 0.0
        for index, weight in zip(types, weights, strict=True):
            visit = next(v for v in self.graph.visits_of[name] if self.graph.visits[v].type == index)
            total = total + weight * self._ratio(self.graph.visits[visit].branches, line, names, s)
        for number, turn in enumerate(line.population.turns):
            total = total * self._turn_ratio(line, number, s) ** np.asarray(turn.often)
        size = line.population.sizes.size
        return (
            np.broadcast_to(total, (size, *np.shape(total)[1:])) if np.ndim(total) else np.ones((size, 1, 1))
        )

    @staticmethod
    def _turn_ratio(line: HeldLine, number: int, s: Any) -> Any:
        """The same for the longest of calls at once: gamma laws of one shape, longer where more are held."""
        mean, var = line.population.turn_moments(number)
        used = (line.all_shares * mean).sum(axis=0)
        shape = used**2 / np.maximum((line.all_shares * var).sum(axis=0), 1e-6 * used**2)
        lift = (slice(None), *(None,) * (np.ndim(s) - 1))
        return ((1.0 + s * used / shape) / (1.0 + s * mean[lift] / shape)) ** shape

    def _ratio(self, branches: tuple[Branch, ...], line: HeldLine, names: list[str], s: Any) -> Any:
        value: Any = np.ones((1,) * (np.ndim(s) + 1))
        for branch in (turn[0] for turn in in_turns(branches) if not at_once(turn)):
            visit = self.graph.visits[branch.visit]
            if not self._alive(visit.component):
                continue
            each: Any = 1.0
            if visit.component in names:
                place = names.index(visit.component)
                used = self._line_lst(visit.component, s)
                some = np.abs(used) > 1e-280
                each = np.where(some, self._wait_lst(line, place, s) / np.where(some, used, 1.0), 1.0)
            if visit.component not in self.graph.holding:
                each = each * self._ratio(visit.branches, line, names, s)
            whole, rest = split_times(branch.times)
            value = value * each**whole
            if rest > 0.0:
                callee = self._whole_lst(branch.visit, s)
                value = value * (1.0 - rest + rest * each * callee) / (1.0 - rest + rest * callee)
        return value

    def _line_lst(self, component: str, s: Any) -> Any:
        """E exp(-s W) in the line of a stop, without what follows."""
        if component not in self.graph.holding:
            return self.lst_at(component, s)
        line = self.line(component, int(np.max(self.units(component))))
        return 1.0 - line.delay_probability + line.delay_probability * line.delayed(s)

    def _whole_lst(self, index: int, s: Any) -> Any:
        """E exp(-s time at a visit and all that it waits for), as the visits along a way are put together."""
        visit = self.graph.visits[index]
        figures = self.graph.figures[visit.component]
        value = self.queue(visit.component).lst(s) * self.graph.types[visit.type].law.lst(s)
        value = value * np.exp(-s * figures.fixed_delay_s)
        for branch in visit.branches:
            if branch.wait and self._alive(self.graph.visits[branch.visit].component):
                below = self._whole_lst(branch.visit, s)
                whole, rest = split_times(branch.times)
                value = value * below**whole * (1.0 - rest + rest * below)
        return value


def _weights(rates: FloatArray) -> Any:
    """Shares of some types, shape (types, instants), or (types, 1) where they are the same at all times."""
    total = rates.sum(axis=0)
    found = np.where(total > 0.0, rates / np.where(total > 0.0, total, 1.0), 1.0 / rates.shape[0])
    some = found[:, total > 0.0]
    if some.shape[1] == 0:
        return found[:, :1]
    if np.ptp(some, axis=1).max(initial=0.0) <= _SAME:
        return some[:, :1]
    return found


def _mean(weights: Any, values: list[float]) -> Any:
    return np.einsum("t,t...->...", np.asarray(values, dtype=np.float64), weights)


def _mixed_scv(weights: Any, moments: list[tuple[float, float]]) -> Any:
    """SCV of a mixture of times of these means and variances; 0 for a time of 0."""
    mean = _mean(weights, [m for m, _ in moments])
    square = _mean(weights, [m * m + v for m, v in moments])
    return np.where(mean > 0.0, np.maximum(square / np.where(mean > 0.0, mean, 1.0) ** 2 - 1.0, 0.0), 0.0)
