"""A good plan found fast: up evenly, down count by count, then units exchanged. Proves nothing."""

from __future__ import annotations

from collections.abc import Sequence

from queuecalc.sizing.bounds import dear_first
from queuecalc.sizing.judge import Counts
from queuecalc.sizing.pattern import Pattern, changed

__all__ = ["descended", "exchanged"]


def _least_open(pattern: Pattern, lower: Counts, plan: Counts, index: int) -> int:
    """The least n <= plan[index] such that the box up to it is open; steps down double, then halve."""
    open_, refused, step = plan[index], lower[index] - 1, 1
    while open_ - refused > 1:
        n = max(open_ - step, (open_ + refused) // 2)
        if pattern.refuses(lower, changed(plan, index, n)):
            refused, step = n, 1
        else:
            open_ = n
            step *= 2
    return open_


def _level(lower: Counts, upper: Counts, more: int) -> Counts:
    return tuple(min(least + more, most) for least, most in zip(lower, upper, strict=True))


def descended(pattern: Pattern, lower: Counts, upper: Counts) -> Counts | None:
    """A plan of an open box that keeps the contract and has little to spare; None when none is met."""
    refused, more = -1, 0
    highest = max(map(int.__sub__, upper, lower))
    while more < highest and pattern.refuses(lower, _level(lower, upper, more)):
        refused, more = more, min(2 * more + 1, highest)
    while more - refused > 1:
        middle = (more + refused) // 2
        if pattern.refuses(lower, _level(lower, upper, middle)):
            refused = middle
        else:
            more = middle
    plan = _lowered(pattern, lower, _level(lower, upper, more))
    return plan if pattern.keeps(plan) else None


def _lowered(pattern: Pattern, lower: Counts, plan: Counts) -> Counts:
    """The plan with its counts lowered, dear ones first, several at once where that succeeds (Junker 2004)."""

    def lower_all(plan: Counts, indices: Sequence[int]) -> Counts:
        trial = tuple(lower[i] if i in indices else n for i, n in enumerate(plan))
        if not indices or not pattern.refuses(lower, trial):
            return trial
        if len(indices) == 1:
            return changed(plan, indices[0], _least_open(pattern, lower, plan, indices[0]))
        half = len(indices) // 2
        return lower_all(lower_all(plan, indices[:half]), indices[half:])

    return lower_all(plan, [i for i in dear_first(pattern) if plan[i] > lower[i]])


def exchanged(pattern: Pattern, plan: Counts, lower: Counts, upper: Counts) -> Counts:
    """The plan after exchanges that save money: one unit less of one component, some more of another."""
    improved = True
    while improved:
        improved = False
        for index in dear_first(pattern):
            if plan[index] == lower[index] or not pattern.prices[index]:
                continue
            fewer = changed(plan, index, plan[index] - 1)
            room = pattern.affordable(fewer, upper, pattern.cost(plan) - 1)
            if room is None or pattern.refuses(lower, changed(room, index, fewer[index])):
                continue
            for other in range(len(plan)):
                if other == index or room[other] == fewer[other]:
                    continue
                trial = changed(fewer, other, room[other])
                if pattern.refuses(lower, trial):
                    continue
                trial = changed(fewer, other, _least_open(pattern, fewer, trial, other))
                if pattern.keeps(trial):
                    plan, improved = trial, True
                    break
            if improved:
                break
    return plan
