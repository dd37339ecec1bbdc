"""Whether refused boxes, dearer plans and the optima cover a box of plans. Whole numbers only; knows no search.

The box is capped by the price first. If its lower corner lies in a refused box, what that box leaves over is cut into
boxes of its own, each with a higher corner; if the corner is an optimum (or contains one at the same price), so is
all of the box, or dearer. Every plan left over is found as such a corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Cover", "cover"]

Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The outcome.

    Attributes:
        uncovered: a plan that is neither refused nor dearer nor an optimum; None when all are covered.
        used: indices of the boxes that the cover rests on.
    """

    uncovered: Counts | None
    used: frozenset[int]


def cover(
    lower: Counts,
    upper: Counts,
    boxes: Sequence[tuple[Counts, Counts]],
    *,
    prices: Sequence[int],
    limit: int | None,
    optima: Iterable[Counts] = (),
) -> Cover:
    """Cover all plans of the box [lower, upper] that cost at most `limit`.

    Args:
        lower, upper: the box, inclusive; empty where lower > upper.
        boxes: corners of the refused boxes, inclusive.
        prices: of one unit of each, in some unit of money.
        limit: plans with sum(prices x counts) > limit need no cover; None: all of them do.
        optima: plans; what contains one of them at the price `limit` needs no cover.
    """
    lows, highs = _array(boxes, 0, len(lower)), _array(boxes, 1, len(lower))
    weights = np.array(
        prices, dtype=np.float64
    )  # choose a box only; what is covered is decided in whole numbers
    best = list(optima)
    used: set[int] = set()
    stack = [(lower, upper)] if all(map(int.__le__, lower, upper)) else []
    while stack:
        corner, top = stack.pop()
        capped = _affordable(corner, top, prices, limit)
        if capped is None:
            continue
        if best and sum(map(int.__mul__, prices, corner)) == limit and _contains_any(corner, best):
            continue
        top = capped
        around = np.flatnonzero(((lows <= corner) & (highs >= corner)).all(axis=1))
        if not around.size:
            return Cover(uncovered=corner, used=frozenset(used))
        escapes = highs[around] < top
        number = escapes.sum(axis=1)
        few = np.flatnonzero(number == number.min())
        if few.size > 1 and number[few[0]] > 0:
            step = np.where(escapes[few], (highs[around[few]] + 1 - corner) * weights, np.inf).min(axis=1)
            few = few[int(step.argmax()) :]
        index = int(around[few[0]])
        used.add(index)
        high = highs[index].tolist()
        ways = [i for i in range(len(corner)) if high[i] < top[i]]
        for i in sorted(ways, key=lambda i: (corner[i] - high[i] - 1) * prices[i]):
            stack.append(((*corner[:i], high[i] + 1, *corner[i + 1 :]), top))
            top = (*top[:i], high[i], *top[i + 1 :])
    return Cover(uncovered=None, used=frozenset(used))


def _contains_any(counts: Counts, plans: Iterable[Counts]) -> bool:
    return any(all(map(int.__ge__, counts, plan)) for plan in plans)


def _array(boxes: Sequence[tuple[Counts, Counts]], side: int, dimensions: int) -> npt.NDArray[np.int64]:
    return np.array([box[side] for box in boxes], dtype=np.int64).reshape(len(boxes), dimensions)


def _affordable(lower: Counts, upper: Counts, prices: Sequence[int], limit: int | None) -> Counts | None:
    if limit is None:
        return upper
    left = limit - sum(map(int.__mul__, prices, lower))
    if left < 0:
        return None
    return tuple(
        min(most, least + left // price) if price else most
        for least, most, price in zip(lower, upper, prices, strict=True)
    )
