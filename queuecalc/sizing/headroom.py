"""How much more load a plan bears: a bracket around the factor, narrowed by the line that breaks."""

from __future__ import annotations

import math
from collections.abc import Mapping

from queuecalc.answer import Evaluation, Excuse, Headroom
from queuecalc.sizing.judge import Judge

__all__ = ["headroom"]

TOLERANCE = 1e-3
"""Relative, on the factor."""

_MOST = 1e6
"""A plan that bears a million times the load bears any."""

_RATES = ("stability", "utilisation")
"""Lines that grow in proportion to the load, where no request class has a fixed rate."""


def headroom(judge: Judge, counts: Mapping[str, int], evaluation: Evaluation) -> Headroom:
    """The largest factor on the load that a plan keeps, and what breaks beyond it; monotone in the load.

    A first guess comes from utilisations. Then the line that breaks is drawn as a straight line of
    ln(reached / limit) over the factor, and the two sides of its root are tried; every third step halves the bracket.
    """
    start = {
        (line.target, line.subject): _margin(line.target, line.limit, line.reached)
        for line in evaluation.lines
    }
    low, high = 1.0, math.inf
    excuse: Excuse | None = None
    rates = [
        line.limit / line.reached for line in evaluation.lines if line.target in _RATES and line.reached > 0
    ]
    trial = max(min(rates, default=2.0), 1.0) * (1.0 + 0.5 * TOLERANCE)
    step = 0
    while high > low * (1.0 + TOLERANCE):
        found = judge.scaled(trial).first_excuse(counts)
        if found is None:
            low = trial
            if low >= _MOST:
                return Headroom(factor=math.inf, excuse=None)
        else:
            high, excuse = trial, found
        step += 1
        trial = _next(low, high, excuse, start, step)
    return Headroom(factor=low, excuse=excuse)


def _next(
    low: float, high: float, excuse: Excuse | None, start: Mapping[tuple[str, str], float], step: int
) -> float:
    """The next factor to try, strictly inside the bracket."""
    if excuse is None:
        return 2.0 * low
    middle = math.sqrt(low * high)
    now = _margin(excuse.target, excuse.limit, excuse.reached)
    before = start.get((excuse.target, excuse.subject), math.nan)
    if step % 3 == 0 or not (math.isfinite(now) and math.isfinite(before)) or now <= before:
        return middle
    root = 1.0 - (high - 1.0) * before / (now - before)
    for trial in (root * (1.0 - 0.4 * TOLERANCE), root * (1.0 + 0.4 * TOLERANCE)):
        if low < trial < high:
            return trial
    return middle


def _margin(target: str, limit: float | None, reached: float | None) -> float:
    """ln of what is reached over what is allowed: above 0 when broken; NaN where that says nothing."""
    if limit is None or reached is None:
        return math.nan
    if target == "availability":
        limit, reached = 1.0 - limit, 1.0 - reached
    if limit <= 0.0 or reached <= 0.0 or math.isinf(reached):
        return math.nan
    return math.log(reached / limit)
