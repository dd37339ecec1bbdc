"""Percentiles of the response time in every slot, with every unit up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray, class_rates, passed_share
from queuecalc.evaluation.panels import interpolate
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import Queue, queues_at
from queuecalc.evaluation.regimes import AFFINE_TOLERANCE
from queuecalc.evaluation.response import Response
from queuecalc.evaluation.walk import Walk

__all__ = ["SlotLatency", "response_at", "slot_percentiles", "through_at"]

RELATIVE = 1e-10
"""Of the interpolation of percentiles over slots."""

_FEW = 24
"""So many slots are computed one by one rather than interpolated."""


def through_at(graph: Graph, counts: Mapping[str, int], type_rates: FloatArray) -> dict[int, Any]:
    """By visit, the share that goes on after its service: limiter drops and rate caps, every unit up."""
    shares: dict[str, Any] = {}
    for name, indices in graph.types_of.items():
        cap = graph.figures[name].max_rate_per_s
        if cap is not None:
            shares[name] = passed_share(type_rates[list(indices)].sum(axis=0), cap * counts[name])
    return {
        index: (1.0 - visit.dropped) * shares.get(visit.component, 1.0)
        for index, visit in enumerate(graph.visits)
        if visit.dropped or visit.component in shares
    }


def response_at(
    pattern: Pattern,
    counts: Mapping[str, int],
    classes: Sequence[str],
    load: FloatArray,
    type_rates: FloatArray,
    known: dict[tuple[str, int], Queue] | None = None,
) -> Response:
    """The response time of some classes together at some instants.

    Args:
        load: the load curve, shape (instants,).
        type_rates: inflow of every service type, shape (types, instants).
        known: queues at the same rates, by (component, units); filled and read.
    """
    graph = pattern.graph()
    routes = tuple(pattern.route(name) for name in classes)
    rates = class_rates({name: pattern.model.classes[name] for name in classes}, load)
    components = frozenset(name for route in routes for name in route.most_visits)
    queues = queues_at(graph, type_rates, counts, components, known)
    weights = tuple(rates[name] for name in classes)
    if len(classes) == 1 and not np.all(weights[0] > 0):
        weights = (np.ones_like(load),)
    return Response(routes, weights, queues, through_at(graph, counts, type_rates))


@dataclass(frozen=True)
class SlotLatency:
    """One percentile in every slot.

    Attributes:
        seconds: shape (slots,); inf where there is no steady state.
        worst: index of the worst slot.
    """

    level: float
    seconds: FloatArray
    worst: int


def slot_percentiles(
    pattern: Pattern, counts: Mapping[str, int], walk: Walk, classes: Sequence[str], levels: Sequence[float]
) -> tuple[SlotLatency, ...]:
    """Percentiles of some classes together, in every slot at the largest rates of the slot."""
    load, types = walk.largest
    offered = np.add.reduce([rate for rate in class_rates(_chosen(pattern, classes), load).values()])
    out = np.zeros((len(levels), load.size))
    pending = offered > 0
    graph = pattern.graph()
    waited = [index for index, kind in enumerate(graph.types) if kind.component in graph.waited]
    rates = types[waited]

    def at(load: FloatArray, rates_here: FloatArray) -> FloatArray:
        full = np.zeros((len(graph.types), load.size))
        full[waited] = rates_here
        response = response_at(pattern, counts, classes, load, full)
        return np.array([response.percentile(level) for level in levels])

    for _ in range(8):
        chosen = np.flatnonzero(pending)
        if chosen.size <= _FEW:
            break
        line = _straight(load[chosen], rates[:, chosen])
        if line is None:
            break
        on_line, start, slope = line
        if on_line.sum() <= _FEW:
            break
        slots = chosen[on_line]
        out[:, slots] = _interpolated(at, load[slots], start, slope)
        pending[slots] = False
    rest = np.flatnonzero(pending)
    for part in np.array_split(rest, max(1, rest.size // 512 + 1)):
        if part.size:
            out[:, part] = at(load[part], rates[:, part])
    worst = [_worst(row) for row in out]
    exact = sorted(set(worst))
    out[:, exact] = np.where(offered[exact] > 0, at(load[exact], rates[:, exact]), 0.0)
    return tuple(
        SlotLatency(level, row, slot) for level, row, slot in zip(levels, out, worst, strict=True)
    )


def _chosen(pattern: Pattern, classes: Sequence[str]) -> dict[str, Any]:
    return {name: pattern.model.classes[name] for name in classes}


def _worst(seconds: FloatArray) -> int:
    return int(np.argmax(seconds))


def _straight(load: FloatArray, rates: FloatArray) -> tuple[Any, FloatArray, FloatArray] | None:
    """Which slots lie on the line through the slots of lowest and highest load; its start and slope."""
    low, high = int(np.argmin(load)), int(np.argmax(load))
    if load[high] - load[low] <= 1e-9 * load[high]:
        return None
    slope = (rates[:, high] - rates[:, low]) / (load[high] - load[low])
    start = rates[:, low] - slope * load[low]
    scale = np.maximum(np.abs(rates).max(axis=1, keepdims=True), 1e-300)
    close = np.abs(start[:, None] + slope[:, None] * load - rates) <= 10 * AFFINE_TOLERANCE * scale
    return close.all(axis=0), start, slope


def _interpolated(at: Any, load: FloatArray, start: FloatArray, slope: FloatArray) -> FloatArray:
    """Percentiles along a line of rates, by interpolating their logarithm in the load."""

    def function(p: FloatArray) -> FloatArray:
        values = at(p, np.maximum(start[:, None] + slope[:, None] * p, 0.0))
        return np.log(np.minimum(values, 1e30))

    highest = float(load.max())
    if not np.isfinite(function(np.array([highest]))).all() or function(np.array([highest])).max() > 60.0:
        return np.asarray(at(load, np.maximum(start[:, None] + slope[:, None] * load, 0.0)))
    return np.exp(interpolate(function, float(load.min()), highest, RELATIVE)(load))
