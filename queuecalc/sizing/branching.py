"""Depth-first branch and bound over the boxes of one pattern, counts by falling price.

A box is left when it is refused, when its cheapest plan is too dear, or when it contains a plan already found (then
so do all its plans). Otherwise the dearest open count is fixed, from its least value up; so a plan is met before the
plans that contain it.
"""

from __future__ import annotations

from typing import Protocol

from queuecalc.sizing.bounds import dear_first
from queuecalc.sizing.judge import Counts
from queuecalc.sizing.pattern import Pattern, changed

__all__ = ["Goal", "explore"]


class Goal(Protocol):
    """What is looked for."""

    @property
    def limit(self) -> int | None:
        """Plans that cost more are of no interest; may fall while the search runs."""

    def contains_found(self, pattern: Pattern, counts: Counts) -> bool:
        """Whether a plan already found has no count above these."""

    def found(self, pattern: Pattern, counts: Counts) -> None:
        """A plan that keeps the contract and costs at most `limit`."""


def explore(pattern: Pattern, lower: Counts, upper: Counts, goal: Goal) -> None:
    """Tell `goal` of every plan of the box that keeps the contract, within its limit, and contains no other such."""
    _Branching(pattern, goal).explore(lower, upper)


class _Branching:
    def __init__(self, pattern: Pattern, goal: Goal) -> None:
        self.pattern = pattern
        self.goal = goal
        self.order = dear_first(pattern)

    def _hopeless(self, lower: Counts, upper: Counts) -> Counts | None:
        """The capped upper corner; None when the box needs no look inside."""
        capped = self.pattern.affordable(lower, upper, self.goal.limit)
        if (
            capped is None
            or self.goal.contains_found(self.pattern, lower)
            or self.pattern.refuses(lower, capped)
        ):
            return None
        return capped

    def explore(self, lower: Counts, upper: Counts) -> bool:
        """Look into a box; whether it needed no look."""
        capped = self._hopeless(lower, upper)
        if capped is None:
            return True
        for index in self.order:
            if lower[index] < capped[index]:
                self._split(lower, capped, index)
                return False
        self.goal.found(self.pattern, lower)
        return False

    def _split(self, lower: Counts, upper: Counts, index: int) -> None:
        """Fix one count from its least value up; several values at once while they are refused."""
        width = 1
        while True:
            last = min(lower[index] + width - 1, upper[index])
            if width == 1:
                refused = self.explore(lower, changed(upper, index, last))
            else:
                refused = self.pattern.refuses(lower, changed(upper, index, last))
            if not refused and width > 1:
                width = 1
                continue
            if last == upper[index]:
                return
            lower = changed(lower, index, last + 1)
            capped = self._hopeless(lower, upper)
            if capped is None:
                return
            upper = capped
            width = 2 * width if refused else 1
