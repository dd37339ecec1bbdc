"""Traffic equations over the graph of visits: the inflow of every visit at many instants at once.

lambda_v = gamma_v + sum over callers u of lambda_u (1 - drop_u) times_uv (Jackson 1957, eq. (1), by mean calls per
visit), solved by one pass, callers first. They are linear in what the users ask for and in what reaches visits behind
asynchronous components, which is known from the walk; a rate cap, which lets through at most its cap, bends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.architecture import RequestClass
from queuecalc.architecture.graph import Graph

__all__ = [
    "FloatArray",
    "Gains",
    "VisitKey",
    "class_rates",
    "component_rates",
    "offered_visits",
    "passed_share",
    "propagate",
    "visit_key",
]

FloatArray = npt.NDArray[np.float64]
VisitKey = tuple[str, str, str]
"""(class, component, operation) of a visit behind an asynchronous component."""


def class_rates(classes: Mapping[str, RequestClass], load: FloatArray) -> dict[str, FloatArray]:
    """Requests per second of each class where the load curve stands at `load`."""
    return {
        name: np.full_like(load, item.per_s) if item.per_s is not None else (item.share or 0.0) * load
        for name, item in classes.items()
    }


def visit_key(graph: Graph, index: int) -> VisitKey:
    """The name of a visit behind an asynchronous component, the same in every failure state."""
    visit = graph.visits[index]
    return visit.request_class, visit.component, visit.operation


def passed_share(total: FloatArray, cap: float) -> FloatArray:
    """What part of `total` a rate cap lets through."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > cap, cap / total, 1.0)


def propagate(
    graph: Graph,
    rates: Mapping[str, FloatArray],
    live: Mapping[str, int],
    behind: Mapping[VisitKey, FloatArray],
) -> FloatArray:
    """Inflow of every visit, shape (visits, instants).

    Args:
        graph: the routing, possibly with components down.
        rates: requests per second by class, each of shape (instants,).
        live: units that let calls through, by capped component.
        behind: inflow of every visit behind an asynchronous component.
    """
    instants = next(iter(rates.values())).shape[0]
    inflow = np.zeros((len(graph.visits), instants))
    for name, branches in graph.entries.items():
        for branch in branches:
            inflow[branch.visit] += rates[name] * branch.times
    for index, visit in enumerate(graph.visits):
        if visit.behind:
            inflow[index] = behind[visit_key(graph, index)]
    for step in graph.order:
        if isinstance(step, str):
            capped = graph.figures[step].max_rate_per_s
            indices = graph.visits_of[step]
            share = np.ones(instants)
            if capped is not None:
                share = passed_share(inflow[list(indices)].sum(axis=0), capped * live[step])
            for index in indices:
                _hand_on(graph, inflow, index, share)
        elif not _gated(graph, step):
            _hand_on(graph, inflow, step, 1.0)
    return inflow


def _gated(graph: Graph, index: int) -> bool:
    """Whether a visit's calls are made when its component's turn comes, not its own."""
    component = graph.visits[index].component
    return component in graph.buffered or graph.figures[component].max_rate_per_s is not None


def _hand_on(graph: Graph, inflow: FloatArray, index: int, share: FloatArray | float) -> None:
    visit = graph.visits[index]
    if visit.behind or (visit.component in graph.buffered and not visit.waited):
        return  # what flows on from here is the inflow of visits behind
    leaving = inflow[index] * (share * (1.0 - visit.dropped))
    for branch in visit.branches:
        inflow[branch.visit] += leaving * branch.times


def offered_visits(graph: Graph, rates: Mapping[str, FloatArray]) -> FloatArray:
    """Inflow of every visit if no cap and no backlog holds anything up, shape (visits, instants)."""
    instants = next(iter(rates.values())).shape[0]
    inflow = np.zeros((len(graph.visits), instants))
    for name, branches in graph.entries.items():
        for branch in branches:
            inflow[branch.visit] += rates[name] * branch.times
    for index, visit in enumerate(graph.visits):
        leaving = inflow[index] * (1.0 - visit.dropped)
        for branch in visit.branches:
            inflow[branch.visit] += leaving * branch.times
    return inflow


def component_rates(graph: Graph, inflow: FloatArray) -> FloatArray:
    """Inflow of every service type, shape (types, ...): visits of one type added up."""
    out = np.zeros((len(graph.types), *inflow.shape[1:]))
    for index, visit in enumerate(graph.visits):
        out[visit.type] += inflow[index]
    return out


@dataclass(frozen=True)
class Gains:
    """The traffic equations of a graph without rate caps, solved once and for all: they are linear.

    Attributes:
        classes, behind: what the columns stand for: a request/s of a class, a visit/s behind something asynchronous.
        types: inflow of every service type for one of each, shape (types, columns).
    """

    classes: tuple[str, ...]
    behind: tuple[VisitKey, ...]
    types: FloatArray

    @classmethod
    def of(cls, graph: Graph) -> Gains | None:
        """Those of a graph; None where a rate cap bends them."""
        if any(graph.figures[name].max_rate_per_s is not None for name in graph.visits_of):
            return None
        classes = tuple(graph.entries)
        behind = tuple(visit_key(graph, i) for i, visit in enumerate(graph.visits) if visit.behind)
        unit = np.eye(len(classes) + len(behind))
        inflow = propagate(
            graph,
            dict(zip(classes, unit, strict=False)),
            {},
            dict(zip(behind, unit[len(classes) :], strict=True)),
        )
        return cls(classes, behind, component_rates(graph, inflow))

    def type_rates(
        self, rates: Mapping[str, FloatArray], behind: Mapping[VisitKey, FloatArray]
    ) -> FloatArray:
        """Inflow of every service type, shape (types, ...)."""
        sources = np.array([rates[name] for name in self.classes] + [behind[key] for key in self.behind])
        return np.asarray(np.einsum("ts,s...->t...", self.types, sources))
