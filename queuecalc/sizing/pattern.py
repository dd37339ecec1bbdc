"""What is known about the plans of one pattern: refused boxes, boxes that could not be refused, plans kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from queuecalc.answer import Excuse, RefusedBox
from queuecalc.sizing.boxes import MOST_COUNT, Boxes
from queuecalc.sizing.judge import Counts, PatternJudge
from queuecalc.sizing.money import scaled

__all__ = ["EffortSpent", "Pattern", "Tally", "changed"]

Source: TypeAlias = Callable[[frozenset[str]], PatternJudge]


def changed(counts: Counts, index: int, n: int) -> Counts:
    """The same counts with one of them replaced."""
    return (*counts[:index], n, *counts[index + 1 :])


class EffortSpent(Exception):
    """A search that proves nothing has used up what it was allowed; what it found stays."""


@dataclass(slots=True)
class Tally:
    """How often judges were asked, and who wants to know.

    Attributes:
        evaluations: boxes and plans judged.
        tick: called after each.
        allowed: at so many evaluations `EffortSpent` is raised; None: never.
    """

    evaluations: int = 0
    tick: Callable[[], None] = lambda: None
    allowed: int | None = None

    def count(self) -> None:
        """One more."""
        self.evaluations += 1
        self.tick()
        if self.allowed is not None and self.evaluations >= self.allowed:
            raise EffortSpent

    @contextmanager
    def at_most(self, evaluations: int) -> Iterator[None]:
        """Allow so many more evaluations inside; what is beyond them ends the block quietly."""
        before = self.allowed
        self.allowed = self.evaluations + evaluations
        try:
            with suppress(EffortSpent):
                yield
        finally:
            self.allowed = before


class Pattern:
    """One pattern of present components: its judge behind a memory, its prices as whole numbers.

    Every question goes to the memory first. A box is refused when it lies in a refused one; it is open when
    a box in it was found open, or a plan in it keeps the contract.

    Attributes:
        present: the names present.
        invalid: why no plan of the pattern is one.
        lower, upper: the permitted box.
        least: its lower corner without the slices that are refused whatever the other counts are.
        prices, fees: in units of `money`.
        two_sided: whether more of something was seen to break a target, so that lower corners matter.
    """

    __slots__ = (
        "_excuses",
        "_judge",
        "_open",
        "_refused",
        "_source",
        "_tally",
        "bounded",
        "fees",
        "invalid",
        "least",
        "lower",
        "present",
        "prices",
        "two_sided",
        "undirected",
        "upper",
    )

    def __init__(self, present: frozenset[str], source: Source, tally: Tally) -> None:
        judge = source(present)
        self._judge: PatternJudge | None = judge
        self._source = source
        self._tally = tally
        self.present = present
        self.invalid = judge.invalid
        self.lower = tuple(judge.lower)
        self.upper = tuple(min(most, MOST_COUNT) for most in judge.upper)
        self.least = self.lower
        self.prices: tuple[int, ...] = ()
        self.fees = 0
        self.undirected: frozenset[int] = frozenset()
        self.two_sided = False
        self.bounded: Counts | None = None
        self._refused = Boxes(len(self.lower))
        self._open = Boxes(len(self.lower))
        self._excuses: list[Excuse] = []
        if self.invalid is not None:
            self._note(self.lower, self.upper, self.invalid)
        else:
            self.prices = tuple(scaled(price) for price in judge.prices)
            self.fees = scaled(judge.fees)
            self.undirected = frozenset(judge.undirected)

    def inherited(self, source: Source, tally: Tally, holds: Callable[[Excuse], bool]) -> Pattern:
        """The same pattern before another judge of the same prices, with the refusals that hold there, too."""
        heir = object.__new__(Pattern)
        heir._judge = None
        heir._source = source
        heir._tally = tally
        for name in ("present", "invalid", "lower", "upper", "prices", "fees", "undirected", "two_sided"):
            setattr(heir, name, getattr(self, name))
        heir.least = self.lower
        heir.bounded = None
        heir._refused = Boxes(len(self.lower))
        heir._open = Boxes(len(self.lower))
        heir._excuses = []
        for index, excuse in enumerate(self._excuses):
            if holds(excuse):
                box = self._box(index)
                heir._note(box.lower, box.upper, excuse)
        return heir

    # ------------------------------------------------------------------ what is known
    @property
    def judge(self) -> PatternJudge:
        """The judge, made when first asked."""
        if self._judge is None:
            self._judge = self._source(self.present)
        return self._judge

    @property
    def closed(self) -> bool:
        """Whether it has no plans, or all of them are refused."""
        return self.empty or self._refused.around(self.lower, self.upper) is not None

    @property
    def empty(self) -> bool:
        """Whether no plan is permitted."""
        return any(map(int.__gt__, self.lower, self.upper))

    def permits(self, counts: Counts) -> bool:
        """Whether a plan lies in the permitted box."""
        return self.invalid is None and all(
            least <= n <= most for least, n, most in zip(self.lower, counts, self.upper, strict=True)
        )

    def _box(self, index: int) -> RefusedBox:
        return RefusedBox(
            lower=tuple(self._refused.lower[index].tolist()),
            upper=tuple(self._refused.upper[index].tolist()),
            excuse=self._excuses[index],
        )

    def boxes(self) -> list[RefusedBox]:
        """The refused boxes."""
        return [self._box(index) for index in range(len(self._refused))]

    def _note(self, lower: Counts, upper: Counts, excuse: Excuse) -> None:
        self._refused.add(lower, upper)
        self._excuses.append(excuse)

    # ------------------------------------------------------------------ money
    def cost(self, counts: Counts) -> int:
        """What a plan costs, in units of `money`."""
        return self.fees + sum(map(int.__mul__, self.prices, counts))

    def affordable(self, lower: Counts, upper: Counts, limit: int | None) -> Counts | None:
        """The upper corner, each count alone lowered to what `limit` pays for; None when `lower` is too dear.

        u_i <= l_i + floor((limit - cost(l)) / price_i). All plans cut off cost more than `limit`.
        """
        if limit is None:
            return upper
        left = limit - self.cost(lower)
        if left < 0:
            return None
        return tuple(
            min(most, least + left // price) if price else most
            for least, most, price in zip(lower, upper, self.prices, strict=True)
        )

    # ------------------------------------------------------------------ questions
    def sliced(self, lower: Counts, upper: Counts) -> Counts | None:
        """`lower` without the slices of the box that single refused boxes take off; None when nothing is left."""
        below = self._refused.lower <= lower
        above = self._refused.upper >= upper
        touched = bool(below.size)
        while touched:
            touched = False
            missing = (~above).sum(axis=1)
            if (below.all(axis=1) & (missing == 0)).any():
                return None
            for index in np.flatnonzero(below.all(axis=1) & (missing == 1)):
                position = int(np.flatnonzero(~above[index])[0])
                most = int(self._refused.upper[index, position])
                if lower[position] <= most:
                    lower = changed(lower, position, most + 1)
                    touched = True
            below = self._refused.lower <= lower
        return lower

    def refusal(self, lower: Counts, upper: Counts) -> Excuse | None:
        """An excuse for every plan of the box, or None when there is none (for a single plan: it is kept)."""
        around = self._refused.around(lower, upper)
        if around is not None:
            return self._excuses[around]
        if self._open.any_within(lower, upper):
            return None
        excuse = self.judge.refuse(lower, upper)
        self._tally.count()
        if excuse is None:
            self._open.add(lower, upper)
        else:
            self._note(lower, upper, excuse)
        return excuse

    def keeps(self, counts: Counts) -> bool:
        """Whether a permitted plan keeps the contract, budget aside."""
        return self.refusal(counts, counts) is None

    def refuses(self, lower: Counts, upper: Counts) -> bool:
        """Whether all plans of the box are refused; asked of the widest box below `upper` for which this may hold."""
        plan = lower == upper
        if not self.two_sided or plan:
            base = tuple(
                own if index in self.undirected else min(own, least)
                for index, (own, least) in enumerate(zip(lower, self.least, strict=True))
            )
            if self.refusal(base, upper) is not None:
                return True
            if base == lower:
                return False
            if not plan:
                return self._refused.around(lower, upper) is not None
        if self.refusal(lower, upper) is None:
            return False
        if plan:
            self.two_sided = True
        return True

    def bound(self, upper: Counts) -> None:
        """Set `least` by the judge's separable bounds for all plans up to `upper`."""
        if self.bounded is not None and all(map(int.__le__, upper, self.bounded)):
            return
        self.bounded = upper
        least = list(self.lower)
        for index, n, excuse in self.judge.least(self.lower, upper):
            if n > least[index]:
                self._note(self.lower, changed(upper, index, min(n - 1, upper[index])), excuse)
                least[index] = n
        self._tally.count()
        self.least = tuple(least)
