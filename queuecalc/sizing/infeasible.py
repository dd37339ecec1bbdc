"""When no plan keeps the contract: the cheapest that keeps all but the budget, else the one that comes closest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from queuecalc.answer import Excuse
from queuecalc.sizing.goals import Cheapest, Found
from queuecalc.sizing.judge import Counts
from queuecalc.sizing.pattern import Pattern
from queuecalc.sizing.search import Search

__all__ = ["all_but_the_budget", "nearest", "violation"]

_EFFORT = 5_000
_FEW = 64
"""So many affordable plans are all judged; among more, the nearest is searched for."""

_KEPT = 60
_STARTS = 4
_PLENTY = 1000

_CLOSE = 0.01
_RELAXED = 2_000
_WIDEST = 1e4

Key = tuple[float, int, float, int, Counts]


def violation(excuse: Excuse) -> float:
    """The relative violation |reached - limit| / limit; of the lost share where at least `limit` is demanded."""
    limit, reached = excuse.limit, excuse.reached
    if limit is None or reached is None:
        return math.inf
    if reached < limit:
        return (limit - reached) / (1.0 - limit if limit < 1.0 else 1.0)
    return (reached - limit) / limit if limit > 0.0 else math.inf


def all_but_the_budget(search: Search) -> tuple[Cheapest, bool]:
    """The cheapest plans without regard to the budget, and whether the search came to its end."""
    goal, finished = Cheapest(None), False
    with search.tally.at_most(_EFFORT):
        search.run(goal, None)
        finished = True
    return goal, finished


def nearest(search: Search, relaxed: Search, ceiling: int | None) -> Found | None:
    """The plan within the budget with the smallest largest relative violation; None when every plan is dearer.

    All plans are judged if they are few. Else the violation of the best of some starts (what keeps the contract
    without the targets out of reach; all that the money buys, evenly spread) is halved while some plan keeps to it.
    """
    patterns = [pattern for pattern in search.patterns.values() if _cheap_enough(pattern, ceiling)]
    if not patterns:
        return None
    judged = _Judged(search)
    plans = _all_plans(patterns, ceiling)
    few = list(islice(plans, _FEW))
    if next(plans, None) is None:
        return min(few, key=judged.key)
    starts = [*_kept(relaxed, ceiling), *_spread(patterns, ceiling)]
    return _closest(search, judged, min(starts, key=judged.key), ceiling)


def _closest(search: Search, judged: _Judged, best: Found, ceiling: int | None) -> Found:
    """The cheapest plan whose largest violation is within 1 % of the smallest possible one, by halving.

    A search with every limit relaxed by a violation tells whether some plan stays within it.
    """
    low, high = 0.0, judged.key(best)[0]
    if not math.isfinite(high):
        low, bracketed = _bracket(search, ceiling)
        if bracketed is None:
            return best
        best, high = bracketed, judged.key(bracketed)[0]
    while high - low > _CLOSE * high:
        middle = 0.5 * (low + high)
        plan, finished = _within(search, middle, ceiling)
        if plan is None:
            if not finished:
                break
            low = middle
        else:
            best, high = plan, min(middle, judged.key(plan)[0])
    return _sparing(search, judged, best, ceiling)


def _sparing(search: Search, judged: _Judged, best: Found, ceiling: int | None) -> Found:
    """As close, and cheap: breaking only the limits that are hardest to keep, if the money allows it."""
    largest = judged.key(best)[0]
    hardest = frozenset(
        (excuse.target, excuse.subject)
        for excuse in _excuses_of(search, best)
        if violation(excuse) >= (1.0 - _CLOSE) * largest
    )
    for only in (hardest, None):
        plan, _ = _within(search, largest * (1.0 + _CLOSE), ceiling, only)
        if plan is not None:
            return plan
    return best


def _excuses_of(search: Search, found: Found) -> tuple[Excuse, ...]:
    """What a plan breaks, the budget left aside."""
    excuses = search.judge.excuses(search.named(found[1]), closely=True)
    return tuple(excuse for excuse in excuses if excuse.target != "budget")


def _bracket(search: Search, ceiling: int | None) -> tuple[float, Found | None]:
    """A violation that no plan keeps to, and a plan that keeps to the next of 1, 10, 100 ...; None if there is none."""
    low, high = 0.0, 1.0
    while high <= _WIDEST:
        plan, finished = _within(search, high, ceiling)
        if plan is not None or not finished:
            return low, plan
        low, high = high, 10.0 * high
    return low, None


def _within(
    search: Search, allowed: float, ceiling: int | None, only: frozenset[tuple[str, str]] | None = None
) -> tuple[Found | None, bool]:
    """The cheapest plan that breaks no limit by more, and whether the search for it came to its end."""
    goal, finished = Cheapest(ceiling), False
    wider = Search(search.judge.relaxed(allowed, only), search.tally)
    with wider.tally.at_most(_RELAXED):
        wider.run(goal, ceiling)
        finished = True
    if goal.best is None:
        return None, finished
    counts = goal.plans[0][1]
    return (search.opened(search.present(counts)), counts), finished


class _Judged:
    """Plans by how far they are from the contract."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._keys: dict[Counts, Key] = {}

    def key(self, found: Found) -> Key:
        """The largest violation; the number of broken lines; the sum of the violations; price; counts."""
        pattern, counts = found
        if counts not in self._keys:
            excuses = self._search.judge.excuses(self._search.named(counts), closely=True)
            self._search.tally.evaluations += 1
            sizes = [violation(excuse) for excuse in excuses]
            self._keys[counts] = (
                max(sizes, default=0.0),
                len(sizes),
                sum(sizes),
                pattern.cost(counts),
                counts,
            )
        return self._keys[counts]


def _cheap_enough(pattern: Pattern, ceiling: int | None) -> bool:
    if pattern.invalid is not None or pattern.empty:
        return False
    return ceiling is None or pattern.cost(pattern.lower) <= ceiling


def _all_plans(patterns: Sequence[Pattern], ceiling: int | None) -> Iterator[Found]:
    for pattern in patterns:
        for counts in _box(pattern.lower, pattern.upper):
            if ceiling is None or pattern.cost(counts) <= ceiling:
                yield pattern, counts


def _box(lower: Counts, upper: Counts) -> Iterator[Counts]:
    """The plans of a box one by one; ranges may be too long to be written down."""
    if not lower:
        yield ()
        return
    for n in range(lower[0], upper[0] + 1):
        for others in _box(lower[1:], upper[1:]):
            yield (n, *others)


def _kept(relaxed: Search, ceiling: int | None) -> list[Found]:
    """The cheapest plan without the targets out of reach."""
    goal = Cheapest(ceiling)
    with relaxed.tally.at_most(_KEPT):
        relaxed.run(goal, ceiling)
    return goal.plans[:1]


def _spread(patterns: Sequence[Pattern], ceiling: int | None) -> list[Found]:
    """In the patterns of most components, all that the money buys, evenly spread."""
    found: list[Found] = []
    for pattern in sorted(patterns, key=lambda pattern: -len(pattern.present))[:_STARTS]:
        low, high = 0, max(pattern.upper)  # more than a whole range, whose least is 1 or more
        if ceiling is None:
            high = min(high, _PLENTY)
        while high - low > 1:
            middle = (low + high) // 2
            if ceiling is not None and pattern.cost(_level(pattern, middle)) > ceiling:
                high = middle
            else:
                low = middle
        found.append((pattern, _level(pattern, low)))
    return found


def _level(pattern: Pattern, more: int) -> Counts:
    return tuple(min(least + more, most) for least, most in zip(pattern.lower, pattern.upper, strict=True))
