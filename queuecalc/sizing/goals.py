"""What a search may look for: the cheapest plan with its ties, or the cheapest minimal plans."""

from __future__ import annotations

from collections.abc import Iterable

from queuecalc.sizing.judge import Counts
from queuecalc.sizing.pattern import Pattern

__all__ = ["MOST_TIES", "Cheapest", "Found", "Minimal", "contains"]

MOST_TIES = 20
"""So many plans of the lowest price are told; beyond, only that there are more."""

Found = tuple[Pattern, Counts]
"""A plan that keeps the contract, in its pattern."""


def contains(counts: Counts, plan: Counts) -> bool:
    """Whether a plan has at least as many units of everything."""
    return all(map(int.__ge__, counts, plan))


def _order(found: Found) -> tuple[int, int, Counts]:
    pattern, counts = found
    return pattern.cost(counts), sum(counts), counts


class Cheapest:
    """The cheapest plan with all ties; a tie that contains another one is left out.

    Attributes:
        best: the lowest price so far, in units of `money`.
        capped: whether there are more ties than are kept.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._plans: list[Found] = []
        self.best: int | None = None
        self.capped = False

    @property
    def limit(self) -> int | None:
        """The price to beat, or to meet while there is room for ties."""
        if self.best is None:
            return self._limit
        return self.best - 1 if self.capped else self.best

    @property
    def plans(self) -> list[Found]:
        """The cheapest plans, the fewest units first."""
        return sorted(self._plans, key=_order)

    def contains_found(self, pattern: Pattern, counts: Counts) -> bool:
        """Whether the plans found include one that these counts contain; what contains it cannot be cheaper."""
        return any(pattern is own and contains(counts, plan) for own, plan in self._plans)

    def found(self, pattern: Pattern, counts: Counts) -> None:
        """Keep a plan if it is as cheap as the best."""
        cost = pattern.cost(counts)
        if self.best is None or cost < self.best:
            self.best, self._plans, self.capped = cost, [(pattern, counts)], False
        elif cost == self.best and not any(contains(counts, plan) for _, plan in self._plans):
            self._plans = [(own, plan) for own, plan in self._plans if not contains(plan, counts)]
            if len(self._plans) < MOST_TIES:
                self._plans.append((pattern, counts))
            else:
                self.capped = True


class Minimal:
    """The cheapest plans that contain no other plan that keeps the contract.

    One unit less of anything then breaks it: a plan with one unit less costs no more, so it would have been found.
    """

    def __init__(self, limit: int, wanted: int, known: Iterable[Found], found: Iterable[Found] = ()) -> None:
        """Look for `wanted` plans of at most `limit` beside the known ones; some are found already."""
        self._limit = limit
        self._wanted = wanted
        self._known = list(known)
        self._plans = list(found)

    @property
    def limit(self) -> int | None:
        """What the last plan of interest costs at most."""
        if len(self._plans) < self._wanted:
            return self._limit
        pattern, counts = self._plans[-1]
        return min(self._limit, pattern.cost(counts))

    @property
    def plans(self) -> list[Found]:
        """Those found beside the known ones, the cheapest first."""
        return self._plans

    def contains_found(self, pattern: Pattern, counts: Counts) -> bool:
        """Whether these counts contain a known plan or one found."""
        del pattern
        return any(contains(counts, plan) for _, plan in (*self._known, *self._plans))

    def found(self, pattern: Pattern, counts: Counts) -> None:
        """Keep a plan, and leave out those that contain it."""
        self._plans = [(own, plan) for own, plan in self._plans if not contains(plan, counts)]
        self._plans.append((pattern, counts))
        self._plans.sort(key=_order)
        del self._plans[self._wanted :]
