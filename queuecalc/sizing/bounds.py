"""Least counts: what every plan of a pattern within a price must have, found one count at a time."""

from __future__ import annotations

from queuecalc.sizing.judge import Counts
from queuecalc.sizing.pattern import Pattern, changed

__all__ = ["dear_first", "first_open", "tightened"]


def dear_first(pattern: Pattern) -> list[int]:
    """Indices by falling price."""
    return sorted(range(len(pattern.prices)), key=lambda index: -pattern.prices[index])


def first_open(pattern: Pattern, lower: Counts, upper: Counts, index: int) -> int:
    """The least n such that the box [lower, upper] with upper[index] = n is open; steps double, then halve.

    The box itself must be open.
    """
    refused, open_, step = lower[index] - 1, upper[index], 1
    while open_ - refused > 1:
        n = min(refused + step, (refused + open_) // 2)
        if pattern.refuses(lower, changed(upper, index, n)):
            refused = n
            step *= 2
        else:
            open_, step = n, 1
    return open_


def tightened(
    pattern: Pattern, lower: Counts, upper: Counts, limit: int | None, ceiling: int | None
) -> tuple[Counts, Counts] | None:
    """The box without slices that are refused with all other counts at their most; None when nothing is left.

    Raising one count leaves less money for the others, so they are tried again. What is refused
    within `limit` is tried within `ceiling`, too, so that a later search with a higher limit finds it known.
    """
    widest = pattern.affordable(lower, upper, ceiling)
    if widest is None or pattern.refuses(lower, widest):
        return None
    capped = pattern.affordable(lower, upper, limit)
    if capped is None or pattern.refuses(lower, capped):
        return None
    upper = capped
    waiting = dear_first(pattern)
    while waiting:
        index = waiting.pop(0)
        if lower[index] == upper[index]:
            continue
        n = first_open(pattern, lower, upper, index)
        if n == lower[index]:
            continue
        pattern.refuses(lower, changed(widest, index, n - 1))
        lower = changed(lower, index, n)
        capped = pattern.affordable(lower, upper, limit)
        assert capped is not None  # n was affordable with the others at their least
        if capped != upper:
            upper = capped
            if pattern.refuses(lower, upper):
                return None
            waiting = [other for other in dear_first(pattern) if other != index]
    return lower, upper
