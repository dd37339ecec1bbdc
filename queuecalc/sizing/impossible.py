"""Targets that no count reaches: they refuse all plans of every pattern at once, whatever the other limits."""

from __future__ import annotations

from dataclasses import dataclass

from queuecalc.answer import Excuse
from queuecalc.errors import InvalidInput
from queuecalc.sizing.search import Search

__all__ = ["distance", "out_of_reach"]

_FIXED = ("invalid", "stability")
_EFFORT = 400

Limit = tuple[str, str]


@dataclass(slots=True)
class _Step:
    """Some limits removed, each with the excuse that comes closest, and the patterns that failed without one fewer."""

    removed: dict[Limit, Excuse]
    search: Search
    patterns: list[frozenset[str]]


def out_of_reach(search: Search) -> tuple[tuple[Excuse, ...], Search]:
    """The fewest targets without which some pattern is no longer refused as a whole, and a search without them.

    Limits are removed breadth first: none, one, two of them. The excuse of each says how far its target is at best.
    Empty where some pattern is not refused as a whole: then targets contradict each other. Empty, too, where
    nothing helps: then no plan is valid and stable.
    """
    level = {frozenset[Limit](): _Step({}, search, list(search.patterns))}
    with search.tally.at_most(_EFFORT):
        while level:
            following: dict[frozenset[Limit], _Step] = {}
            for step in level.values():
                groups = _groups(step)
                if groups is None:
                    return tuple(step.removed.values()), step.search
                for limit, members in sorted(groups.items(), key=lambda item: -len(item[1])):
                    _remove(step, limit, members, following)
            level = following
    return (), search


def _groups(step: _Step) -> dict[Limit, list[tuple[frozenset[str], Excuse]]] | None:
    """The patterns by the limit that refuses them as a whole; None when one is not."""
    groups: dict[Limit, list[tuple[frozenset[str], Excuse]]] = {}
    for present in step.patterns:
        pattern = step.search.opened(present)
        if pattern.empty:
            continue
        excuse = pattern.invalid or pattern.refusal(pattern.lower, pattern.upper)
        if excuse is None:
            return None
        limit = (excuse.target, excuse.subject)
        if excuse.target not in _FIXED and limit not in step.removed:
            groups.setdefault(limit, []).append((present, excuse))
    return groups


def _remove(
    step: _Step,
    limit: Limit,
    members: list[tuple[frozenset[str], Excuse]],
    following: dict[frozenset[Limit], _Step],
) -> None:
    """Add the step without that limit, too, or more patterns to it."""
    key = frozenset({*step.removed, limit})
    removed = {**step.removed, limit: min((excuse for _, excuse in members), key=distance)}
    patterns = [present for present, _ in members]
    if key in following:
        other = following[key]
        other.patterns += patterns
        other.removed = {
            each: min(other.removed[each], removed[each], key=distance) for each in other.removed
        }
        return
    try:
        judge = step.search.judge.without(*limit)
    except InvalidInput:
        return
    heir = step.search.heir(judge, lambda excuse: excuse.target != limit[0])
    following[key] = _Step(removed, heir, patterns)


def distance(excuse: Excuse) -> float:
    """How far what is reached lies from the limit, in its unit; inf without figures."""
    if excuse.limit is None or excuse.reached is None:
        return float("inf")
    return abs(excuse.reached - excuse.limit)
