"""Joint failure states of all components, one by one, the likeliest first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping

from queuecalc.evaluation.failures import LiveCounts

__all__ = ["joint_states"]


def joint_states(laws: Mapping[str, LiveCounts]) -> Iterator[tuple[float, dict[str, int]]]:
    """(probability, units alive by component) of every combination of live counts, by falling probability.

    Best-first over the lattice of ranks: a state has rank 0 in every component whose likeliest count is alive, and
    is reached from exactly one likelier state, the one with its last positive rank lowered.

    Args:
        laws: (units alive, probability) of each component; independent of each other.
    """
    names = list(laws)
    ranked = [sorted(laws[name], key=lambda entry: -entry[1]) for name in names]
    if not all(ranked):
        return

    def chance(ranks: tuple[int, ...]) -> float:
        return math.prod(law[rank][1] for law, rank in zip(ranked, ranks, strict=True))

    start = (0,) * len(names)
    waiting = [(-chance(start), start)]
    while waiting:
        negative, ranks = heapq.heappop(waiting)
        yield -negative, {n: law[rank][0] for n, law, rank in zip(names, ranked, ranks, strict=True)}
        last = max((place for place, rank in enumerate(ranks) if rank), default=0)
        for place in range(last, len(names)):
            if ranks[place] + 1 < len(ranked[place]):
                following = (*ranks[:place], ranks[place] + 1, *ranks[place + 1 :])
                heapq.heappush(waiting, (-chance(following), following))
