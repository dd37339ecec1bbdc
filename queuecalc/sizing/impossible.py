"""Targets that no count reaches: those that refuse a pattern though everything is at its most (or least, if better)."""

from __future__ import annotations

from collections import deque

from queuecalc.answer import Excuse
from queuecalc.errors import InvalidInput
from queuecalc.sizing.judge import Judge
from queuecalc.sizing.search import Search

__all__ = ["out_of_reach"]

_FIXED = ("invalid", "stability")
_EFFORT = 400

Limit = tuple[str, str]


def out_of_reach(search: Search) -> tuple[tuple[Excuse, ...], Search]:
    """The fewest targets without which some pattern is no longer refused as a whole, and a search without them.

    Limits are removed breadth first: one, then two of them. The excuse of each says how far its target is at best.
    Empty where some pattern is not refused as a whole: then targets contradict each other. Empty, too, where
    nothing helps: then no plan is valid and stable.
    """
    queue: deque[tuple[tuple[Excuse, ...], Search, list[frozenset[str]]]] = deque()
    queue.append(((), search, list(search.patterns)))
    seen: set[frozenset[Limit]] = {frozenset()}
    with search.tally.at_most(_EFFORT):
        while queue:
            removed, before, patterns = queue.popleft()
            groups: dict[Limit, list[tuple[frozenset[str], Excuse]]] = {}
            for present in patterns:
                pattern = before.opened(present)
                if pattern.empty:
                    continue
                excuse = pattern.invalid or pattern.refusal(pattern.lower, pattern.upper)
                if excuse is None:
                    return removed, before
                if excuse.target not in _FIXED:
                    groups.setdefault((excuse.target, excuse.subject), []).append((present, excuse))
            for limit, members in sorted(groups.items(), key=lambda item: -len(item[1])):
                key = frozenset({*((e.target, e.subject) for e in removed), limit})
                if key in seen:
                    continue
                seen.add(key)
                without = _without(before, limit)
                if without is not None:
                    nearest = min((excuse for _, excuse in members), key=_distance)
                    queue.append(((*removed, nearest), without, [present for present, _ in members]))
    return (), search


def _without(search: Search, limit: Limit) -> Search | None:
    try:
        judge: Judge = search.judge.without(*limit)
    except InvalidInput:
        return None
    return search.heir(judge, lambda excuse: excuse.target != limit[0])


def _distance(excuse: Excuse) -> float:
    if excuse.limit is None or excuse.reached is None:
        return float("inf")
    return abs(excuse.reached - excuse.limit)
