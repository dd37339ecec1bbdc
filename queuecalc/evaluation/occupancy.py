"""How long a held server is busy: its own service and all that its visit waits for.

A component with `waits = "held"` keeps a server while its visit's calls are under way (Rolia & Sevcik 1995, the method
of layers). Its queue sees the service law

    S + sum over calls of n + f sojourns (wait + fixed delay + own service + what they wait for in turn),

a sum of independent times, so the transform is a product and the SCV follows. The sojourn of a visit is the same as
without holding, its wait apart: the calls are then part of the occupancy, not added again. Callers come after callees,
so nothing is iterated, and there is one solution: from an empty and from a full start the same. A cycle of held calls
would be a deadlock and is refused when the calls are lowered.

A component that nobody calls but held visits never sees more of them than their servers, N. Its wait is that of a
room of N places whose arrival rate is raised until as many get in as come (`SourcedQueue`); with other visits, too, or
where one of them is handed off, it is that of Poisson arrivals, which overstates it where N is small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.groups import ONE_BY_ONE, Arrivals
from queuecalc.evaluation.queues import Queue, service_law
from queuecalc.evaluation.sources import illinois, pressure
from queuecalc.law import Deterministic, Law, RandomSum, Sum
from queuecalc.station import Waiting
from queuecalc.station.queue_wait import QueueWait

if TYPE_CHECKING:
    from queuecalc.network.closed.crowd import CrowdWaiting

__all__ = ["HeldQueues", "SourcedQueue"]


class SourcedQueue(Queue):
    """A queue in which no more than so many visits can be at once; stable as if there were no such limit."""

    population: int

    @classmethod
    def of(cls, queue: Queue, population: int) -> SourcedQueue:
        """The same queue with at most `population` visits, in line and in service."""
        made = cls(queue.figures, queue.service, queue.rate, queue.live, queue.arrivals)
        object.__setattr__(made, "population", population)
        return made

    @cached_property
    def waiting(self) -> Waiting | None:
        """A room of `population` places, its arrivals such that as many get in as come."""
        figures, split = self.figures, self.figures.pooling == "split"
        assert figures.servers is not None
        rate = np.asarray(self.rate / self.live if split else self.rate)
        servers = figures.servers * (1 if split else self.live)
        places = np.maximum(self.population - np.asarray(servers), 0)
        steady = np.asarray(self.stable)
        served = np.where(steady, rate, 0.0)
        busy = np.where(steady, self.utilisation, 0.0)
        raised = served * np.exp(pressure(busy, servers, places))
        return Waiting.of_checked(raised, self.service, servers, places)

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W]; inf where there is no steady state."""
        assert self.waiting is not None
        return np.where(self.stable, np.asarray(self.waiting.mean), np.inf)

    @cached_property
    def blocked(self) -> FloatArray:
        """Nobody is: who would be waits for the caller instead."""
        return np.zeros_like(self.utilisation)

    def lst(self, s: Any) -> Any:
        """E exp(-s W); 0 where there is no steady state."""
        assert self.waiting is not None
        return np.where(self.stable, self.waiting.lst(s), 0.0)


class HoldingQueue(Queue):
    """The queue of a component whose servers are held.

    Who waits there finds all servers held, and so the most calls under way that there can be: what lies before him is
    served by the occupancy `full` of that state. The utilisation is that of all states.
    """

    full: Callable[[], Law] | None
    steady_below: Any

    @classmethod
    def of(cls, queue: Queue, full: Callable[[], Law] | None, steady_below: Any) -> HoldingQueue:
        """The same queue, its line served as when all servers are held (None: as ever)."""
        made = cls(queue.figures, queue.service, queue.rate, queue.live, queue.arrivals)
        object.__setattr__(made, "full", full)
        object.__setattr__(made, "steady_below", steady_below)
        return made

    @cached_property
    def utilisation(self) -> FloatArray:
        """Occupied servers / servers alive; inf where a station that they wait for has no steady state."""
        work = self.rate * np.asarray(self.service.mean) / ((self.figures.servers or 1) * self.live)
        return np.where(self.steady_below | (self.rate <= 0.0), work, np.inf)

    @cached_property
    def waiting(self) -> Waiting | CrowdWaiting | None:
        """The line at the service law of the full state."""
        return Queue(
            self.figures,
            self.service if self.full is None else self.full(),
            self.rate,
            self.live,
            self.arrivals,
        ).waiting

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W]; inf where there is no steady state."""
        assert self.waiting is not None
        return np.where(self.stable, np.asarray(self.waiting.mean), np.inf)

    def lst(self, s: Any) -> Any:
        """E exp(-s W); 0 where there is no steady state."""
        assert self.waiting is not None
        return np.where(self.stable, self.waiting.lst(s), 0.0)


class HeldQueues:
    """The queues of a graph in which servers are held, each found when first asked for.

    Attributes:
        graph: the graph.
        type_rates: inflow of every service type, shape (types, instants).
        units: units alive by component.
        bought: units of the components that hold servers, alive or not: so many of their visits there can be.
        arrivals: how many visits come at once, where not one by one.
    """

    def __init__(
        self,
        graph: Graph,
        type_rates: FloatArray,
        units: Callable[[str], Any],
        bought: Callable[[str], int],
        arrivals: Mapping[str, Arrivals] | None = None,
    ) -> None:
        self.graph = graph
        self.type_rates = type_rates
        self.units = units
        self.bought = bought
        self.arrivals = arrivals or {}
        self._queues: dict[str, Queue] = {}

    def queue(self, name: str) -> Queue:
        """The queue of a component with some unit alive."""
        if name not in self._queues:
            self._queues[name] = self.with_units(name, self.units(name))
        return self._queues[name]

    def with_units(self, name: str, units: Any) -> Queue:
        """The same with so many units alive: a number, or a column of shape (states, 1) for several states."""
        figures, rates = self.graph.figures[name], self.type_rates[list(self.graph.types_of[name])]
        arrivals = self.arrivals.get(name, ONE_BY_ONE)
        queue = Queue(figures, self.service(name, rates), rates.sum(axis=0), units, arrivals)
        if name in self.graph.holding:
            bounded = any(name in holders for holders in self.graph.holders_of.values())
            full = (lambda: self.when_full(name, made)) if bounded else None
            made: HoldingQueue = HoldingQueue.of(queue, full, self.steady_below(name))
            return made
        callers = self.graph.holders_of.get(name)
        if not callers or figures.servers is None or figures.max_queue is not None:
            return queue
        servers = [(self.graph.figures[caller].servers or 0) * self.bought(caller) for caller in callers]
        return SourcedQueue.of(queue, sum(servers))

    def service(self, name: str, rates: FloatArray) -> Law:
        """The service law that the queue of a component sees: the occupancy where servers are held."""
        return service_law(self.graph, name, rates, self.occupancy if name in self.graph.holding else None)

    def when_full(self, name: str, queue: Queue) -> Law:
        """The occupancy while all servers are held: at the largest load that they can carry.

        kappa >= 1 times the present load holds all of them, rho(kappa) = 1.
        """

        def missing(x: Any) -> Any:
            rho = self._scaled(name, np.exp(x), queue.live).utilisation
            return 1.0 - 1.0 / np.maximum(rho, 1e-300)

        rates = self.type_rates[list(self.graph.types_of[name])]
        work = rates.T @ [float(self.graph.types[index].law.mean) for index in self.graph.types_of[name]]
        least = work / ((queue.figures.servers or 1) * queue.live)
        at_most = np.broadcast_to(-np.log(np.clip(least, 1e-9, 1.0)) + 1e-9, queue.utilisation.shape)
        x = illinois(missing, np.zeros(queue.utilisation.shape), at_most)
        return self._scaled(name, np.exp(np.minimum(x, at_most)), queue.live).service

    def _scaled(self, name: str, factor: Any, units: Any) -> Queue:
        rates = self.type_rates.reshape(self.type_rates.shape[0], *(1,) * (factor.ndim - 1), -1) * factor
        there = HeldQueues(self.graph, rates, self.units, self.bought, self.arrivals)
        own = rates[list(self.graph.types_of[name])]
        queue = Queue(self.graph.figures[name], there.service(name, own), own.sum(axis=0), units)
        return HoldingQueue.of(queue, None, there.steady_below(name))

    def steady_below(self, name: str) -> Any:
        """Whether every station that the visits of a component wait for has a steady state."""
        steady: Any = np.True_
        for index in self.graph.visits_of[name]:
            for branch in self.graph.visits[index].branches:
                component = self.graph.visits[branch.visit].component
                if branch.wait and np.any(self.units(component)):
                    steady = steady & self.queue(component).stable & self.steady_below(component)
        return steady

    def occupancy(self, index: int) -> Law:
        """How long a visit of a service type keeps a server of a component that holds."""
        (visit,) = (v for v in self.graph.visits if v.type == index)
        return self._with_calls(self.graph.types[index].law, visit.branches)

    def _with_calls(self, own: Law, branches: Any) -> Law:
        laws = [own]
        for branch in branches:
            if branch.wait and np.any(self.units(self.graph.visits[branch.visit].component)):
                sojourn = self._sojourn(branch.visit)
                laws.append(sojourn if branch.times == 1.0 else RandomSum(law=sojourn, times=branch.times))
        return laws[0] if len(laws) == 1 else Sum(laws=tuple(laws))

    def _sojourn(self, index: int) -> Law:
        visit = self.graph.visits[index]
        figures = self.graph.figures[visit.component]
        laws: list[Law] = [self._with_calls(self.graph.types[visit.type].law, visit.branches)]
        if figures.fixed_delay_s > 0.0:
            laws.append(Deterministic(mean=figures.fixed_delay_s))
        queue = self.queue(visit.component)
        if queue.waiting is not None:
            rate = np.where(
                queue.stable, queue.rate, 0.0
            )  # elsewhere what holds for it has no steady state either
            steady = (
                queue
                if np.all(queue.stable)
                else Queue(queue.figures, queue.service, rate, queue.live, queue.arrivals)
            )
            assert isinstance(steady.waiting, Waiting)  # users who think hold no servers
            laws.append(QueueWait(steady.waiting))
        return laws[0] if len(laws) == 1 else Sum(laws=tuple(laws))
