"""When no plan keeps the contract: the cheapest that keeps all but the budget, else the one that comes closest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from queuecalc.answer import Excuse
from queuecalc.sizing.goals import Cheapest, Found
from queuecalc.sizing.judge import Counts, Relaxable
from queuecalc.sizing.pattern import Pattern, changed
from queuecalc.sizing.search import Search

__all__ = ["all_but_the_budget", "nearest", "violation"]

_EFFORT = 5_000
_FEW = 64
"""So many affordable plans are all judged; of more, those around some good ones."""

_JUDGED = 60
_STARTS = 4
_PLENTY = 1000

_CLOSE = 0.01
_RELAXED = 2_000
_WIDER = (1.0, 10.0, 100.0, 1e4)

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

    All plans are judged if they are few. Else the best of some starts (what keeps the contract without the targets
    out of reach; all that the money buys, evenly spread) is improved unit by unit: good, not proven the best.
    """
    patterns = [pattern for pattern in search.patterns.values() if _cheap_enough(pattern, ceiling)]
    if not patterns:
        return None
    judged = _Judged(search)
    few = list(islice(_all_plans(patterns, ceiling), _FEW + 1))
    if len(few) <= _FEW:
        return min(few, key=judged.key)
    starts = [*_kept(relaxed, ceiling), *_spread(patterns, ceiling)]
    best = min(starts, key=judged.key)
    if isinstance(search.judge, Relaxable):
        return _closest(search, search.judge, judged, best, ceiling)
    improved = True
    while improved and judged.number < _JUDGED:
        improved = False
        for neighbour in _neighbours(search, best, ceiling):
            if judged.number >= _JUDGED:
                break
            if judged.key(neighbour) < judged.key(best):
                best, improved = neighbour, True
                break
    return best


def _closest(search: Search, judge: Relaxable, judged: _Judged, best: Found, ceiling: int | None) -> Found:
    """The cheapest plan whose largest violation is within 1 % of the smallest possible one, by halving.

    A search with every limit relaxed by a violation tells whether some plan stays within it.
    """
    low, high = 0.0, judged.key(best)[0]
    if not math.isfinite(high):
        low, high = _bracket(search, judge, ceiling)
    while math.isfinite(high) and high - low > _CLOSE * high:
        middle = 0.5 * (low + high)
        plan, finished = _within(search, judge, middle, ceiling)
        if plan is None:
            if not finished:
                break
            low = middle
        else:
            best, high = plan, min(middle, judged.key(plan)[0])
    return _sparing(search, judge, judged, best, ceiling)


def _sparing(search: Search, judge: Relaxable, judged: _Judged, best: Found, ceiling: int | None) -> Found:
    """As close, but breaking only the limits that are hardest to keep, if the money allows it."""
    largest = judged.key(best)[0]
    excuses = _excuses_of(search, best)
    hardest = frozenset(
        (excuse.target, excuse.subject) for excuse in excuses if violation(excuse) >= (1.0 - _CLOSE) * largest
    )
    if not math.isfinite(largest) or len(hardest) == len(excuses):
        return best
    plan, _ = _within(search, judge, largest * (1.0 + _CLOSE), ceiling, hardest)
    return best if plan is None else plan


def _excuses_of(search: Search, found: Found) -> tuple[Excuse, ...]:
    """What a plan breaks, the budget left aside."""
    excuses = search.judge.excuses(search.named(found[1]), closely=True)
    return tuple(excuse for excuse in excuses if excuse.target != "budget")


def _bracket(search: Search, judge: Relaxable, ceiling: int | None) -> tuple[float, float]:
    """A violation that no plan keeps to, and a larger one that some plan does; inf where none is found."""
    low = 0.0
    for violation_allowed in _WIDER:
        plan, finished = _within(search, judge, violation_allowed, ceiling)
        if plan is not None:
            return low, violation_allowed
        if not finished:
            break
        low = violation_allowed
    return low, math.inf


def _within(
    search: Search,
    judge: Relaxable,
    allowed: float,
    ceiling: int | None,
    only: frozenset[tuple[str, str]] | None = None,
) -> tuple[Found | None, bool]:
    """The cheapest plan that breaks no limit by more, and whether the search for it came to its end."""
    goal, finished = Cheapest(ceiling), False
    wider = Search(judge.relaxed(allowed, only), search.tally)
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

    @property
    def number(self) -> int:
        """How many were judged."""
        return len(self._keys)

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
    with relaxed.tally.at_most(_JUDGED):
        relaxed.run(goal, ceiling)
    return goal.plans[:1]


def _spread(patterns: Sequence[Pattern], ceiling: int | None) -> list[Found]:
    """In the patterns of most components, all that the money buys, evenly spread."""
    found: list[Found] = []
    for pattern in sorted(patterns, key=lambda pattern: -len(pattern.present))[:_STARTS]:
        low, high = 0, 1 + max(b - a for a, b in zip(pattern.lower, pattern.upper, strict=True))
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


def _neighbours(search: Search, found: Found, ceiling: int | None) -> Iterator[Found]:
    """Plans that differ by a unit: one more, one less, one in exchange for another."""
    counts = found[1]
    more = [changed(counts, index, n + 1) for index, n in enumerate(counts)]
    less = [changed(counts, index, n - 1) for index, n in enumerate(counts) if n]
    swapped = [
        changed(plan, index, n - 1)
        for plan in more
        for index, n in enumerate(counts)
        if n and plan[index] == n
    ]
    for plan in (*more, *less, *swapped):
        other = search.patterns.get(search.present(plan))
        if other is None or not other.permits(plan):
            continue
        if ceiling is None or other.cost(plan) <= ceiling:
            yield other, plan
