"""Traffic equations over the graph of visits: the inflow of every visit at many instants at once.

lambda_v = gamma_v + sum over callers u of lambda_u (1 - drop_u) times_uv (Jackson 1957, eq. (1), by mean calls per
visit), solved by one pass, callers first. Two things bend it: a rate cap lets through at most its cap, and what
leaves an asynchronous component is its departure rate, not its inflow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from queuecalc.architecture import RequestClass
from queuecalc.architecture.graph import Graph

__all__ = [
    "FloatArray",
    "VisitKey",
    "class_rates",
    "component_rates",
    "passed_share",
    "propagate",
    "visit_key",
]

FloatArray = npt.NDArray[np.float64]
VisitKey = tuple[str, str, str]
"""(class, component, operation) of a visit that nobody waits for."""


def class_rates(classes: Mapping[str, RequestClass], load: FloatArray) -> dict[str, FloatArray]:
    """Requests per second of each class where the load curve stands at `load`."""
    return {
        name: np.full_like(load, item.per_s) if item.per_s is not None else (item.share or 0.0) * load
        for name, item in classes.items()
    }


def visit_key(graph: Graph, index: int) -> VisitKey:
    """The name under which departures of a visit are handed from one graph to another."""
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
    departures: Mapping[VisitKey, FloatArray],
    asynchronous: frozenset[str],
) -> FloatArray:
    """Inflow of every visit, shape (visits, instants).

    Args:
        graph: the routing, possibly with components down.
        rates: requests per second by class, each of shape (instants,).
        live: units that let calls through, by capped component.
        departures: what leaves the hand-offs to asynchronous components.
        asynchronous: components whose hand-offs leave at `departures` (0 where not listed), not at their inflow.
    """
    instants = next(iter(rates.values())).shape[0]
    inflow = np.zeros((len(graph.visits), instants))
    for name, branches in graph.entries.items():
        for branch in branches:
            if branch.visit >= 0:
                inflow[branch.visit] += rates[name] * branch.times
    for step in graph.order:
        if isinstance(step, str):
            capped = graph.figures[step].max_rate_per_s
            indices = graph.visits_of[step]
            share = np.ones(instants)
            if capped is not None:
                share = passed_share(inflow[list(indices)].sum(axis=0), capped * live[step])
            for index in indices:
                _hand_on(graph, inflow, index, share, departures, asynchronous)
        elif not _gated(graph, step):
            _hand_on(graph, inflow, step, 1.0, departures, asynchronous)
    return inflow


def _gated(graph: Graph, index: int) -> bool:
    """Whether a visit's calls are made when its component's turn comes, not its own."""
    component = graph.visits[index].component
    return component not in graph.waited or graph.figures[component].max_rate_per_s is not None


def _hand_on(
    graph: Graph,
    inflow: FloatArray,
    index: int,
    share: FloatArray | float,
    departures: Mapping[VisitKey, FloatArray],
    asynchronous: frozenset[str],
) -> None:
    visit = graph.visits[index]
    if not visit.branches:
        return
    if visit.component in asynchronous and not visit.waited:
        leaving = departures.get(visit_key(graph, index), 0.0)
    else:
        leaving = inflow[index]
    leaving = leaving * (share * (1.0 - visit.dropped))
    for branch in visit.branches:
        if branch.visit >= 0:
            inflow[branch.visit] += leaving * branch.times


def component_rates(graph: Graph, inflow: FloatArray) -> FloatArray:
    """Inflow of every service type, shape (types, ...): visits of one type added up."""
    out = np.zeros((len(graph.types), *inflow.shape[1:]))
    for index, visit in enumerate(graph.visits):
        out[visit.type] += inflow[index]
    return out
