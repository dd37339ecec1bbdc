"""Why a plan is the cheapest: what one unit less would break, and what the peak alone would cost."""

from __future__ import annotations

from decimal import Decimal

from queuecalc.answer import Evaluation, OneLess
from queuecalc.sizing.goals import Cheapest, Found
from queuecalc.sizing.money import dollars
from queuecalc.sizing.pattern import changed
from queuecalc.sizing.search import Search

__all__ = ["one_less", "peak_sized"]

_EFFORT = 300


def one_less(search: Search, best: Found) -> tuple[OneLess, ...]:
    """For each component present: the first target that breaks with one unit less of it, and what that would save."""
    pattern, counts = best
    entries = []
    for index, name in enumerate(search.judge.names):
        if counts[index] == 0:
            continue
        fewer = changed(counts, index, counts[index] - 1)
        if counts[index] <= search.judge.ranges[index][0] or (fewer[index] and not pattern.permits(fewer)):
            reason = f"{counts[index]} is the least that is permitted"
            entries.append(OneLess(component=name, excuse=None, reason=reason))
            continue
        other = search.opened(search.present(fewer))
        excuse = other.invalid or search.judge.first_excuse(search.named(fewer), closely=True)
        saved = (
            pattern.prices[index] if other.invalid is not None else pattern.cost(counts) - other.cost(fewer)
        )
        entries.append(
            OneLess(
                component=name,
                excuse=excuse,
                reason="" if excuse is not None else "the contract holds without it, too",
                saves_usd_per_month=dollars(saved),
            )
        )
    return tuple(entries)


def peak_sized(search: Search, best: Found, evaluation: Evaluation, ceiling: int | None) -> Decimal | None:
    """The cheapest price if asynchronous components had to keep up in every slot.

    A plan that keeps up is judged alike either way, so all that is refused stays refused. None where there is
    nothing asynchronous, no such plan, or where finding it takes too long.
    """
    if not evaluation.asynchronous:
        return None
    keeping_up = search.heir(search.judge.keeping_up(), lambda _: True)
    pattern, counts = best
    if keeping_up.opened(pattern.present).keeps(counts):
        return dollars(pattern.cost(counts))
    for limit in dict.fromkeys((ceiling, None)):
        goal, finished = Cheapest(limit), False
        with search.tally.at_most(_EFFORT):
            keeping_up.run(goal, limit)
            finished = True
        if not finished:
            return None
        if goal.best is not None:
            return dollars(goal.best)
    return None
