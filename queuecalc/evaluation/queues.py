"""The queue in front of each component at many instants: pooled or split, with so many units alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import binom

from queuecalc.architecture.component import Figures
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.groups import ONE_BY_ONE, Arrivals
from queuecalc.law import Exponential, Law, Mixture
from queuecalc.station import Waiting
from queuecalc.station.batch_waiting import BatchWaiting
from queuecalc.station.one_server_room import OneServerRoom

if TYPE_CHECKING:
    from queuecalc.network.closed.crowd import CrowdWaiting

__all__ = ["ROUNDING", "Queue", "QueuePool", "queues_at", "service_law", "waiting_of"]

ROUNDING = 1e-12
"""Relative: a utilisation this close to a limit is at the limit."""

_LARGEST_POOLED = 512
"""Queues at more rates than this are not kept."""

_MOST_POOLED = 4096
_MOST_REMEMBERED = 16
_MOST_JOINS = 256


def service_law(
    graph: Graph, component: str, rates: FloatArray, law_of: Callable[[int], Law] | None = None
) -> Law:
    """The service law that a component's queue sees: its types mixed by arrival rate.

    Args:
        rates: inflow of the component's types, shape (types of the component, instants).
        law_of: how long a server is busy with a type, where that is more than its own service.
    """
    laws = tuple(
        graph.types[index].law if law_of is None else law_of(index) for index in graph.types_of[component]
    )
    if len(laws) == 1:
        return laws[0]
    total = rates.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(total > 0, rates / total, 1.0 / len(laws))
    return Mixture(weights=tuple(weights), laws=laws)


def waiting_of(rate: Any, service: Law, servers: Any, max_queue: int | None) -> Waiting:
    """The wait of Poisson arrivals in one line: exact behind one server with a bound, too."""
    plain = max_queue is None or isinstance(service, Exponential)
    return (Waiting if plain else OneServerRoom).of_checked(rate, service, servers, max_queue)


@dataclass(frozen=True)
class Queue:
    """The one wait of a component, at some instants, or for several live counts at once.

    Attributes:
        rate: inflow of the component, shape (instants,).
        live: units alive: a number, or a column of shape (states, 1) for several states; everything below then has
            the shape (states, instants).
        arrivals: how many visits come at once.
    """

    figures: Figures
    service: Law
    rate: FloatArray
    live: Any
    arrivals: Arrivals = ONE_BY_ONE
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def waiting(self) -> Waiting | CrowdWaiting | None:
        """The station room's view; None where nothing ever waits."""
        figures = self.figures
        if figures.servers is None:
            return None
        if figures.crowd is not None:
            split = figures.pooling == "split"
            servers = figures.servers if split else figures.servers * self.live
            return figures.crowd.waiting(self.rate, self.service, servers, self.live if split else 1)
        if figures.pooling == "pooled":
            rate, servers = self.rate, figures.servers * self.live
        else:
            rate, servers = self.rate / self.live, figures.servers
        if len(self.arrivals.sizes) > 1 and figures.max_queue is None:
            return BatchWaiting.of_sizes(rate, self.service, servers, self._sizes)
        return waiting_of(rate, self.service, servers, figures.max_queue)

    @property
    def _sizes(self) -> Any:
        """P(so many come at once to one line): of a split component each goes to a unit at random."""
        sizes = np.asarray(self.arrivals.sizes)
        if self.figures.pooling == "pooled":
            return sizes
        live = np.asarray(self.live, dtype=np.float64)
        n = np.arange(1, sizes.size + 1).reshape(-1, *(1,) * live.ndim)
        thinned = [
            (
                sizes.reshape(n.shape) * binom(n, k) * live**-k * (1.0 - 1.0 / live) ** np.maximum(n - k, 0)
            ).sum(axis=0)
            for k in range(1, sizes.size + 1)
        ]
        return np.array(thinned) / np.sum(thinned, axis=0)

    @property
    def joined(self) -> bool:
        """Whether all visits that come at once stand in one line, so that the last of them is known."""
        whole = self.figures.pooling == "pooled" or bool(np.all(np.asarray(self.live) == 1))
        return whole and type(self) is Queue and isinstance(self.waiting, BatchWaiting)

    @cached_property
    def utilisation(self) -> FloatArray:
        """Offered work / servers alive."""
        work = self.rate * np.asarray(self.service.mean)
        if self.figures.servers is None:
            return np.zeros_like(work / self.live)
        return np.asarray(work / (self.figures.servers * self.live))

    @cached_property
    def stable(self) -> Any:
        """Whether there is a steady state: rho < 1, a bounded queue, a limited crowd, or servers without limit."""
        figures = self.figures
        if figures.servers is None or figures.max_queue is not None or figures.crowd is not None:
            return np.ones(self.utilisation.shape, dtype=bool)
        return self.utilisation < 1.0 - ROUNDING

    @cached_property
    def blocked(self) -> FloatArray:
        """Probability that an arrival finds no waiting place."""
        if self.figures.max_queue is None or not isinstance(self.waiting, Waiting):
            return np.zeros_like(self.utilisation)
        return np.broadcast_to(np.asarray(self.waiting.blocking_probability), self.utilisation.shape)

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W] of the accepted; inf where there is no steady state."""
        if self.waiting is None:
            return np.zeros_like(self.rate)
        return np.broadcast_to(np.asarray(self.waiting.mean), self.rate.shape)

    def lst(self, s: Any) -> Any:
        """E exp(-s W) of the accepted; 0 where there is no steady state."""
        if self.waiting is None:
            return 1.0
        return self.waiting.lst(s)

    def remembered_lst(self, s: Any, key: Any) -> Any:
        """The same, remembered under a key that stands for s."""
        if key not in self._known:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = self.lst(s)
        return self._known[key]


class QueuePool:
    """Queues of one graph at rates that recur from plan to plan, and what is known of them.

    Plans that differ in one component see the same rates at all others; every figure of a queue is computed once.
    """

    def __init__(self, graph: Graph, arrivals: Mapping[str, Arrivals] | None = None) -> None:
        self.graph = graph
        self.arrivals = arrivals or {}
        self._queues: dict[tuple[str, int, bytes], Queue] = {}
        self._services: dict[Any, Any] = {}
        self.held: dict[Any, Any] = {}
        self.populations: dict[Any, Any] = {}
        self._joins: dict[Any, tuple[tuple[Queue, ...], dict[Any, Any]]] = {}

    def queue(self, name: str, units: int, type_rates: FloatArray) -> Queue:
        """The queue of a component with all its units alive.

        Args:
            type_rates: inflow of every service type, shape (types, instants).
        """
        rates = type_rates[list(self.graph.types_of[name])]
        if rates.size > _LARGEST_POOLED:
            return self._new(name, units, rates)
        key = (name, units, rates.tobytes())
        if key not in self._queues:
            if len(self._queues) >= _MOST_POOLED:
                self._queues.clear()
            self._queues[key] = self._new(name, units, rates)
        return self._queues[key]

    def _new(self, name: str, units: int, rates: FloatArray) -> Queue:
        service = service_law(self.graph, name, rates)
        arrivals = self.arrivals.get(name, ONE_BY_ONE)
        return Queue(self.graph.figures[name], service, rates.sum(axis=0), units, arrivals)

    def service_lst(self, index: int, s: Any, key: Any) -> Any:
        """E exp(-s S) of what a service type is beyond its constant part, remembered under a key that stands for s."""
        if (index, key) not in self._services:
            if len(self._services) >= _MOST_POOLED:
                self._services.clear()
            rest = self.graph.types[index].rest
            self._services[index, key] = 1.0 if rest is None else rest.lst(s)
        return self._services[index, key]

    def joins(self, request_class: str, queues: tuple[Queue, ...]) -> dict[Any, Any]:
        """A place to keep what is known of calls that go out at once to some queues."""
        key = (request_class, *(id(queue) for queue in queues))
        if key not in self._joins:
            if len(self._joins) >= _MOST_JOINS:
                self._joins.clear()
            self._joins[key] = queues, {}
        return self._joins[key][1]


def queues_at(
    pool: QueuePool,
    type_rates: FloatArray,
    counts: Mapping[str, int],
    components: frozenset[str],
    bought: Mapping[str, int] | None = None,
) -> dict[str, Queue]:
    """The queue of each of some components with all its units alive.

    Args:
        type_rates: inflow of every service type, shape (types, instants).
        bought: units by which visits that hold servers are limited, where these are not `counts`.
    """
    if pool.graph.holding:
        from queuecalc.evaluation.occupancy import HeldQueues

        limits = bought or counts
        names = sorted(pool.graph.visits_of)
        key = (type_rates.tobytes(), *(counts[n] for n in names), *(limits[n] for n in names))
        held = pool.held.get(key)
        if held is None:
            if len(pool.held) >= _MOST_JOINS:
                pool.held.clear()
            held = HeldQueues(
                pool.graph,
                type_rates,
                counts.__getitem__,
                limits.__getitem__,
                pool.arrivals,
                pool.populations,
            )
            pool.held[key] = held
        return {name: held.queue(name) for name in components}
    return {name: pool.queue(name, counts[name], type_rates) for name in components}
