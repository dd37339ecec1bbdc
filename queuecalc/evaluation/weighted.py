"""Percentiles over all requests of the curve, and over failure states too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.availability import lost_requests, offered_requests
from queuecalc.evaluation.flows import FloatArray, class_rates, component_rates, propagate
from queuecalc.evaluation.latency import response_at
from queuecalc.evaluation.panels import integrate
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.regimes import Regime, regimes
from queuecalc.evaluation.walk import Walk

__all__ = ["percentile_over_curve", "percentile_with_failures"]

_RELATIVE = 1e-7
_STEPS = 60


def percentile_over_curve(
    pattern: Pattern, counts: Mapping[str, int], walk: Walk, classes: Sequence[str], level: float, guess: float
) -> float:
    """The percentile of all answered requests of the curve together, every unit up."""
    graph = pattern.graph()
    units = {name: counts[name] for name in graph.visits_of}
    found = regimes(walk)

    def late_share(t: float) -> float:
        late, answered = 0.0, 0.0
        for regime in found:
            both = integrate(
                lambda p, regime=regime: _late_and_answered(  # type: ignore[misc]
                    pattern, graph, units, classes, regime, p, t
                ),
                regime,
                [],
                1e-9 * max(walk.load.max(), 1.0),
            )
            late, answered = late + float(both[0]), answered + float(both[1])
        return late / answered if answered > 0 else 0.0

    return _solve(late_share, 1.0 - level, guess)


def _late_and_answered(
    pattern: Pattern,
    graph: Graph,
    units: Mapping[str, int],
    classes: Sequence[str],
    regime: Regime,
    p: FloatArray,
    t: float,
) -> FloatArray:
    load = regime.load_at(p)
    rates = class_rates(pattern.model.classes, load)
    inflow = propagate(graph, rates, units, regime.departures_at(p), frozenset(graph.asynchronous))
    response = response_at(pattern, units, classes, load, component_rates(graph, inflow))
    return np.array([response.tail(t) * response.total, response.total])


def percentile_with_failures(
    pattern: Pattern, counts: Mapping[str, int], walk: Walk, classes: tuple[str, ...], level: float, guess: float
) -> float:
    """The percentile over all offered requests and failure states; a lost request counts as infinitely late."""
    offered = offered_requests(pattern.model)
    total = sum(offered[name] for name in classes)
    if total <= 0.0:
        return 0.0

    def late_share(t: float) -> float:
        lost = lost_requests(pattern, counts, walk, classes=classes, timeout_s=t)
        return sum(sum(causes.values()) for causes in lost.values()) / total

    if late_share(float("inf")) >= 1.0 - level:
        return float("inf")
    return _solve(late_share, 1.0 - level, guess)


def _solve(late_share: object, target: float, guess: float) -> float:
    """The t at which a decreasing share reaches the target: secant on its logarithm inside a bracket."""
    assert callable(late_share)
    if not np.isfinite(guess) or guess <= 0.0:
        guess = 1.0
    low, high = guess, guess
    f_low = f_high = _gap(late_share(guess), target)
    while f_low <= 0.0:
        high, f_high = low, f_low
        low *= 0.5
        f_low = _gap(late_share(low), target)
        if low < 1e-12 * guess:
            return 0.0
    while f_high > 0.0:
        low, f_low = high, f_high
        high *= 1.5
        f_high = _gap(late_share(high), target)
        if high > 1e12 * guess:
            return float("inf")
    for step in range(_STEPS):
        share = f_low / (f_low - f_high) if step % 4 != 3 else 0.5
        t = low + (high - low) * min(max(share, 0.001), 0.999)
        value = _gap(late_share(t), target)
        if value > 0.0:
            low, f_low = t, value
        else:
            high, f_high = t, value
        if high - low <= _RELATIVE * high or abs(value) <= _RELATIVE:
            return t
    return high


def _gap(share: float, target: float) -> float:
    return float(np.log(max(share, 1e-300) / target))
