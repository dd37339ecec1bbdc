"""Limits that bind: what a cheaper plan would need them to be, and what that saves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from queuecalc.answer import Evaluation, OneLess, Relaxation
from queuecalc.errors import InvalidInput
from queuecalc.sizing.goals import Cheapest, Found
from queuecalc.sizing.impossible import distance
from queuecalc.sizing.judge import Counts
from queuecalc.sizing.money import dollars
from queuecalc.sizing.pattern import changed
from queuecalc.sizing.search import Search

__all__ = ["relaxations"]

_EFFORT = 100

_FIXED = ("invalid", "stability", "budget")
"""Excuses that no other limit removes."""

Limit = tuple[str, str]


def relaxations(
    search: Search, best: Found, evaluation: Evaluation, neighbours: Sequence[OneLess]
) -> tuple[Relaxation, ...]:
    """For each limit that one unit less breaks: the cheaper plans that break it alone.

    These are the plan with one unit less that comes closest, and the cheapest plan of the same components without
    that limit; what they reach is what the limit would have to be.
    """
    units = {(line.target, line.subject): line.unit for line in evaluation.lines}
    found: list[Relaxation] = []
    for limit, nearest_first in _binding(neighbours).items():
        near = (_one_less(search, best, limit, name, units) for name in nearest_first)
        first = next((entry for entry in near if entry is not None), None)
        far = _without(search, best, limit, units)
        found += [entry for entry in (first, far if far != first else None) if entry is not None]
    return tuple(found)


def _binding(neighbours: Iterable[OneLess]) -> dict[Limit, list[str]]:
    """The limits that break first, each with the components of which one unit less breaks it, the closest first."""
    binding: dict[Limit, list[tuple[float, str]]] = {}
    for entry in neighbours:
        excuse = entry.excuse
        if excuse is not None and excuse.target not in _FIXED and entry.saves_usd_per_month > 0:
            binding.setdefault((excuse.target, excuse.subject), []).append(
                (distance(excuse), entry.component)
            )
    return {limit: [name for _, name in sorted(members)] for limit, members in binding.items()}


def _one_less(
    search: Search, best: Found, limit: Limit, name: str, units: Mapping[Limit, str]
) -> Relaxation | None:
    index = search.judge.names.index(name)
    fewer = changed(best[1], index, best[1][index] - 1)
    return _relaxation(search, best, limit, fewer, units)


def _without(search: Search, best: Found, limit: Limit, units: Mapping[Limit, str]) -> Relaxation | None:
    """The cheapest plan of the same components without that limit."""
    pattern, counts = best
    try:
        judge = search.judge.without(*limit)
    except InvalidInput:
        return None
    without = search.heir(judge, lambda excuse: excuse.target != limit[0])
    goal = Cheapest(pattern.cost(counts) - 1)
    with search.tally.at_most(_EFFORT):
        without.run(goal, goal.limit, only=pattern.present)
    return _relaxation(search, best, limit, goal.plans[0][1], units) if goal.plans else None


def _relaxation(
    search: Search, best: Found, limit: Limit, fewer: Counts, units: Mapping[Limit, str]
) -> Relaxation | None:
    """The relaxation for a plan, if that limit is all it breaks and a finite one would do."""
    saved = best[0].cost(best[1]) - search.opened(search.present(fewer)).cost(fewer)
    counts = search.named(fewer)
    first = search.judge.first_excuse(counts, closely=True)
    if first is None or (first.target, first.subject) != limit:
        return None
    if len(search.judge.excuses(counts)) > 1:
        return None
    if first.limit is None or first.reached is None or not math.isfinite(first.reached):
        return None
    return Relaxation(
        target=first.target,
        subject=first.subject,
        unit=units.get(limit, ""),
        limit=first.limit,
        needed=first.reached,
        counts=counts,
        saves_usd_per_month=dollars(saved),
    )
