"""Percentiles over all requests of the curve, and over failure states too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from queuecalc.evaluation.availability import TOLERANCE, lost_requests, offered_requests
from queuecalc.evaluation.flows import FloatArray, class_rates, component_rates, propagate
from queuecalc.evaluation.latency import response_at
from queuecalc.evaluation.panels import integrate
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.regimes import bends_in, course_of
from queuecalc.evaluation.response import Response

__all__ = ["percentile_over_curve", "percentile_with_failures"]

_RELATIVE = 1e-7
_CROWDED = 1e-3
"""The same, where users wait for their answers: that is an approximation, and steep in the load."""

_STEPS = 60


def percentile_over_curve(
    pattern: Pattern,
    counts: Mapping[str, int],
    walk: Walk,
    classes: Sequence[str],
    level: float,
    guess: float,
) -> float:
    """The percentile of all answered requests of the curve together, every unit up."""
    graph = pattern.graph()
    units = {name: counts[name] for name in graph.visits_of}
    course = course_of(walk)
    tolerance = (1e-5 if pattern.crowded else 1e-8) * max(float(walk.load.max()), 1e-12)
    breaks = bends_in(course, pattern.model.load.bends)
    known: dict[bytes, Response] = {}

    def response(regime: Any, p: FloatArray) -> Response:
        key = p.tobytes()
        if key not in known:
            load = course.load_at(regime, p)
            rates = class_rates(pattern.model.classes, load)
            inflow = propagate(graph, rates, units, course.behind_at(regime, p))
            known[key] = response_at(
                pattern, units, classes, load, component_rates(graph, inflow), remember=False
            )
        return known[key]

    def late_and_answered(regime: Any, p: FloatArray, t: float) -> FloatArray:
        here = response(regime, p)
        return np.array([here.tail(t) * here.total, here.total])

    def late_share(t: float) -> float:
        late, answered = integrate(
            lambda regime, p: late_and_answered(regime, p, t), course, breaks, tolerance
        )
        return float(late / answered) if answered > 0 else 0.0

    return _solve(late_share, 1.0 - level, guess, _CROWDED if pattern.crowded else _RELATIVE)


def percentile_with_failures(
    pattern: Pattern,
    counts: Mapping[str, int],
    walk: Walk,
    classes: tuple[str, ...],
    level: float,
    guess: float,
) -> float:
    """The percentile over all offered requests and failure states; a lost request counts as infinitely late."""
    offered = offered_requests(pattern.model)
    total = sum(offered[name] for name in classes)
    if total <= 0.0:
        return 0.0

    accuracy = _CROWDED * (1.0 - level) if pattern.crowded else TOLERANCE

    def late_share(t: float) -> float:
        lost = lost_requests(pattern, counts, walk, classes=classes, timeout_s=t, accuracy=accuracy)
        return sum(sum(causes.values()) for causes in lost.values()) / total

    if late_share(float("inf")) >= 1.0 - level:
        return float("inf")
    return _solve(late_share, 1.0 - level, guess, _CROWDED if pattern.crowded else _RELATIVE)


def _solve(
    late_share: Callable[[float], float], target: float, guess: float, relative: float = _RELATIVE
) -> float:
    """The t at which a falling share reaches the target: secant on its logarithm, bracketed as soon as it can be."""
    if not np.isfinite(guess) or guess <= 0.0:
        guess = 1.0
    low, high = 0.0, float("inf")
    before, gap_before = guess, _gap(late_share(guess), target)
    t = guess * (0.97 if gap_before <= 0.0 else 1.03)
    for _ in range(_STEPS):
        if gap_before > 0.0:
            low = max(low, before)
        else:
            high = min(high, before)
        gap = _gap(late_share(t), target)
        if abs(gap) <= relative or high - low <= relative * t:
            return t
        step = gap * (t - before) / (gap_before - gap) if gap_before != gap else float("inf")
        low, high = (max(low, t), high) if gap > 0.0 else (low, min(high, t))
        proposed = t + step
        if not low < proposed < high:
            proposed = 0.5 * (low + high) if np.isfinite(high) else 2.0 * t
        before, gap_before, t = t, gap, proposed
        if t < 1e-12 * guess:
            return 0.0
        if t > 1e12 * guess:
            return float("inf")
    return t


def _gap(share: float, target: float) -> float:
    return float(np.log(max(share, 1e-300) / target))
