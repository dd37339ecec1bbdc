"""The search over all patterns: the cheapest first, each opened and bounded only when its turn comes."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from math import prod
from typing import Protocol

from queuecalc.answer import Excuse
from queuecalc.errors import InvalidInput
from queuecalc.sizing.bounds import tightened
from queuecalc.sizing.branching import Goal, explore
from queuecalc.sizing.goals import Cheapest
from queuecalc.sizing.incumbent import descended, exchanged
from queuecalc.sizing.judge import Counts, Floored, Judge
from queuecalc.sizing.money import scaled
from queuecalc.sizing.pattern import Pattern, Tally
from queuecalc.sizing.subsets import by_price

__all__ = ["MOST_OPTIONAL", "Patterns", "Search"]

MOST_OPTIONAL = 20
"""So many components may be optional: 2^20 patterns are looked through, if need be one by one."""

_MANY = 1000
"""Boxes of more plans are worth a second descent to a better plan before they are searched."""


class Patterns(Protocol):
    """Where patterns come from: made anew, or inherited from a search with fewer limits."""

    def __call__(self, present: frozenset[str]) -> Pattern:
        """The pattern of these components."""


class Search:
    """Plans of one judge, with a memory that outlives a run.

    Attributes:
        judge: who judges.
        patterns: those opened so far.
        tally: evaluations so far.
    """

    def __init__(self, judge: Judge, tally: Tally | None = None) -> None:
        """Prepare a search.

        Raises:
            InvalidInput: more than `MOST_OPTIONAL` components are optional.
        """
        self.judge = judge
        self.tally = tally or Tally()
        self.patterns: dict[frozenset[str], Pattern] = {}
        self._make: Patterns = lambda present: Pattern(present, judge.pattern, self.tally)
        self._optional = [index for index, (least, most) in enumerate(judge.ranges) if least <= 0 < most]
        self._always = [index for index, (least, _) in enumerate(judge.ranges) if least > 0]
        if len(self._optional) > MOST_OPTIONAL:
            raise InvalidInput(
                f"{len(self._optional)} components are optional, at most {MOST_OPTIONAL} may be: "
                "give some of them a count of at least 1"
            )
        floors = judge.floor_prices if isinstance(judge, Floored) else None
        self._floors = [scaled(price) for price in floors] if floors else [0] * len(judge.names)

    def heir(self, judge: Judge, holds: Callable[[Excuse], bool]) -> Search:
        """A search before another judge of the same prices; excuses that hold there, too, are not asked for again."""
        heir = Search(judge, self.tally)
        heir._floors = self._floors

        def make(present: frozenset[str]) -> Pattern:
            if present in self.patterns:
                return self.patterns[present].inherited(judge.pattern, self.tally, holds)
            return Pattern(present, judge.pattern, self.tally)

        heir._make = make
        return heir

    # ------------------------------------------------------------------ patterns
    def opened(self, present: frozenset[str]) -> Pattern:
        """The pattern of these components."""
        if present not in self.patterns:
            self.patterns[present] = self._make(present)
        return self.patterns[present]

    def present(self, counts: Counts) -> frozenset[str]:
        """The components with a count above zero."""
        return frozenset(name for name, n in zip(self.judge.names, counts, strict=True) if n > 0)

    def named(self, counts: Counts) -> dict[str, int]:
        """Counts by name."""
        return dict(zip(self.judge.names, counts, strict=True))

    def subsets(self) -> Iterator[tuple[int, frozenset[str]]]:
        """(lower bound on the price, components) of all patterns, by that bound."""
        names, ranges = self.judge.names, self.judge.ranges
        base = sum(self._floors[index] * ranges[index][0] for index in self._always)
        always = frozenset(names[index] for index in self._always)
        for price, chosen in by_price([self._floors[index] for index in self._optional]):
            yield base + price, always | {names[self._optional[position]] for position in chosen}

    # ------------------------------------------------------------------ the run
    def run(self, goal: Goal, ceiling: int | None, only: frozenset[str] | None = None) -> None:
        """Look through all patterns (or one) for the plans of a goal.

        Args:
            goal: what to look for; its limit is never above `ceiling`.
            ceiling: bounds that hold below this price are kept for later runs.
            only: this pattern alone.
        """
        waiting = iter([(0, only)]) if only is not None else self.subsets()
        upcoming = next(waiting, None)
        heap: list[tuple[int, int, int, Pattern, Counts]] = []
        serial = 0

        def push(stage: int, pattern: Pattern, lower: Counts) -> None:
            nonlocal serial
            serial += 1
            heapq.heappush(heap, (pattern.cost(lower), serial, stage, pattern, lower))

        while upcoming is not None or heap:
            cheapest = min(entry[0] for entry in (upcoming, heap[0] if heap else None) if entry is not None)
            if goal.limit is not None and cheapest > goal.limit:
                return
            if upcoming is not None and upcoming[0] == cheapest:
                pattern = self.opened(upcoming[1])
                upcoming = next(waiting, None)
                if not pattern.closed:
                    push(0, pattern, pattern.lower)
                continue
            _, _, stage, pattern, lower = heapq.heappop(heap)
            following = heap[0][0] if heap else None
            if stage == 0:
                bounded = self._bounded(pattern, ceiling)
                if bounded is None:
                    continue
                lower = bounded
                if following is not None and pattern.cost(lower) > following:
                    push(1, pattern, lower)
                    continue
            if stage <= 1:
                box = self._tightened(pattern, lower, goal, ceiling)
                if box is None:
                    continue
                lower = box[0]
                if following is not None and pattern.cost(lower) > following:
                    push(2, pattern, lower)
                    continue
            self._explored(pattern, lower, goal, ceiling)

    @staticmethod
    def _bounded(pattern: Pattern, ceiling: int | None) -> Counts | None:
        upper = pattern.affordable(pattern.lower, pattern.upper, ceiling)
        assert upper is not None  # it was taken from the heap, so its least plan is cheap enough
        known = pattern.sliced(pattern.lower, upper)
        if known is None:
            return None
        pattern.bound(upper)
        lower = tuple(map(max, known, pattern.least))
        return None if any(map(int.__gt__, lower, upper)) else lower

    def _tightened(
        self, pattern: Pattern, lower: Counts, goal: Goal, ceiling: int | None
    ) -> tuple[Counts, Counts] | None:
        self._descend(pattern, lower, pattern.upper, goal, first=True)
        return tightened(pattern, lower, pattern.upper, goal.limit, ceiling)

    def _explored(self, pattern: Pattern, lower: Counts, goal: Goal, ceiling: int | None) -> None:
        box = tightened(pattern, lower, pattern.upper, goal.limit, ceiling)
        if box is None:
            return
        if prod(most - least + 1 for least, most in zip(*box, strict=True)) > _MANY:
            self._descend(pattern, *box, goal, first=False)
        explore(pattern, *box, goal)

    @staticmethod
    def _descend(pattern: Pattern, lower: Counts, upper: Counts, goal: Goal, *, first: bool) -> None:
        """A good plan lowers the limit, and with it the work that follows."""
        if not isinstance(goal, Cheapest) or (first and goal.best is not None):
            return
        capped = pattern.affordable(lower, upper, goal.limit)
        if capped is None or pattern.refuses(lower, capped):
            return
        plan = descended(pattern, lower, capped)
        if plan is not None:
            plan = exchanged(pattern, plan, lower, capped)
            if goal.limit is None or pattern.cost(plan) <= goal.limit:
                goal.found(pattern, plan)
