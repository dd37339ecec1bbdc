"""What a search declares before it refuses boxes: whether more of a component helps a limit, or harms it."""

from __future__ import annotations

from typing import Literal

from queuecalc.reference.line import Line
from queuecalc.reference.plan import Plan
from queuecalc.reference.traffic import ALL_UP

__all__ = ["Direction", "contradiction", "direction"]

Direction = Literal["helps", "harms", "either"]

_WITH_EVERY_UNIT = ("stability", "utilisation")
_BEHIND = ("lag", "drained", "drain time", "retention")


def direction(plan: Plan, name: str, target: str, subject: str) -> Direction:
    """Whether one unit more of a component helps a limit or harms it.

    More units shorten a component's own line, keep more of it alive and shrink its backlog: they help. What an
    asynchronous component hands on grows with its units (and with the partitions in front of it): that harms
    everything behind. A rate cap lets through more, and where others stand in for a component that is down, either
    may be better: there no direction is declared. Nor is it where users wait for their answers, and ask more often the
    sooner these come, but for the answers' own percentiles.
    """
    if plan.model.load.think_s is not None and not target.startswith("p"):
        return "either"
    figures = plan.figures[name]
    if figures.max_rate_per_s is not None or (target == "availability" and figures.when_down == "next"):
        return "either"
    pushed = {name} if name in plan.asynchronous else set()
    if figures.partitions is not None:
        pushed |= {child for child in _called(plan, {name}) if child in plan.asynchronous}
    behind = _behind(plan, pushed)
    if target in (*_WITH_EVERY_UNIT, *_BEHIND):
        concerned = {subject}
        if target == "retention":
            concerned = _called(plan, {subject}) & plan.asynchronous
        own, harmed = bool(concerned & (pushed | {name})), bool(concerned & behind)
    else:
        own, harmed = name in plan.waited_for, bool(behind & plan.waited_for)
    if harmed:
        return "either" if own else "harms"
    return "helps"


def contradiction(declared: Direction, fewer: Line, more: Line, tolerance: float) -> bool:
    """Whether what one unit more does to a limit contradicts the declared direction."""
    change = fewer.margin - more.margin  # > 0: it got worse
    if fewer.margin == more.margin:
        return False
    allowed = tolerance * max(1.0, abs(fewer.margin) if abs(fewer.margin) < float("inf") else 1.0)
    return (declared == "helps" and change > allowed) or (declared == "harms" and change < -allowed)


def _called(plan: Plan, names: set[str]) -> set[str]:
    return {
        child.component
        for node in plan.reached
        if node.component in names
        for _, child in plan.onward(node, ALL_UP)
    }


def _behind(plan: Plan, names: set[str]) -> set[str]:
    """Every component that calls lead to from some components."""
    found: set[str] = set()
    waiting = _called(plan, names)
    while waiting:
        found |= waiting
        waiting = _called(plan, waiting) - found
    return found
