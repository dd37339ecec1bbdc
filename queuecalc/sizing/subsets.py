"""Subsets of the optional components in order of their least price, one at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

__all__ = ["by_price"]


def by_price(prices: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """All subsets of range(len(prices)) as (sum of prices, sorted indices), by sum, lazily.

    From a subset whose dearest index (in sorted order) is k there are two successors: k + 1 joins, or k + 1
    takes the place of k; each subset has one predecessor, of no greater sum (Eppstein 1998, section 2).
    """
    order = sorted(range(len(prices)), key=lambda index: prices[index])
    sums = [prices[index] for index in order]
    yield 0, ()
    heap: list[tuple[int, tuple[int, ...]]] = [(sums[0], (0,))] if sums else []
    while heap:
        total, chosen = heapq.heappop(heap)
        yield total, tuple(sorted(order[k] for k in chosen))
        last = chosen[-1]
        if last + 1 < len(sums):
            heapq.heappush(heap, (total + sums[last + 1], (*chosen, last + 1)))
            heapq.heappush(heap, (total + sums[last + 1] - sums[last], (*chosen[:-1], last + 1)))
