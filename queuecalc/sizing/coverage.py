"""Whether refused boxes, dearer plans and optima leave any plan of a box open. Whole numbers alone; shared with nobody.

The cheapest plan of a region is its lower corner. Either a refused box holds it, and what of the region lies beyond
that box is looked at in turn, direction by direction; or it is too dear, or no dearer than an optimum that it
contains: then so is all of the region; or it is open.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["open_plan"]

Counts = tuple[int, ...]
Box = tuple[Counts, Counts]


def open_plan(
    lower: Counts,
    upper: Counts,
    boxes: Sequence[Box],
    *,
    prices: Sequence[int],
    limit: int | None,
    optima: Sequence[Counts] = (),
    ties: bool = True,
) -> Counts | None:
    """A plan of [lower, upper] that nothing covers, or None.

    Args:
        lower, upper: the region, inclusive.
        boxes: (lower, upper) of refused boxes, inclusive.
        prices: of one unit of each, >= 0, in whole units of money.
        limit: plans that cost more need no cover; None: all of them do.
        optima: a plan that costs `limit` and contains one of them needs no cover.
        ties: whether plans that cost exactly `limit` need cover at all.
    """
    regions = [(lower, upper, list(boxes))]
    while regions:
        low, high, near = regions.pop()
        if any(a > b for a, b in zip(low, high, strict=True)):
            continue
        cost = sum(price * n for price, n in zip(prices, low, strict=True))
        if limit is not None:
            left = limit - cost
            if left < 0 or (left == 0 and (not ties or any(_within(plan, low) for plan in optima))):
                continue
            high = tuple(
                min(b, a + left // price) if price else b
                for a, b, price in zip(low, high, prices, strict=True)
            )
        near = [box for box in near if _within(box[0], high) and _within(low, box[1])]
        holding = [box for box in near if _within(box[0], low)]
        if not holding:
            return low
        top = max(holding, key=lambda box: _reach(box[1], low, high))[1]
        for index in range(len(low)):
            if top[index] < high[index]:
                beyond = (*low[:index], top[index] + 1, *low[index + 1 :])
                regions.append((beyond, high, near))
                high = (*high[:index], top[index], *high[index + 1 :])
    return None


def _within(smaller: Counts, larger: Counts) -> bool:
    return all(a <= b for a, b in zip(smaller, larger, strict=True))


def _reach(top: Counts, low: Counts, high: Counts) -> tuple[int, float]:
    """How much of the region a box takes away: first directions that it closes, then its share of the others."""
    shares = [(min(t, b) - a + 1) / (b - a + 1) for t, a, b in zip(top, low, high, strict=True)]
    return sum(t >= b for t, b in zip(top, high, strict=True)), sum(shares)
