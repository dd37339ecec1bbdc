"""The next plans: other minimal ones, by price, named by how they differ from the cheapest."""

from __future__ import annotations

from collections.abc import Sequence

from queuecalc.answer import Alternative
from queuecalc.sizing.goals import Found, Minimal
from queuecalc.sizing.judge import Counts
from queuecalc.sizing.money import dollars
from queuecalc.sizing.pattern import Pattern, changed
from queuecalc.sizing.search import Search

__all__ = ["difference", "next_plans"]

_ROUNDS = 12
_EFFORT = 200
_GROWTH = 4

_NUMERALS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def next_plans(
    search: Search, best: Sequence[Found], wanted: int, ceiling: int | None
) -> tuple[Alternative, ...]:
    """The cheapest minimal plans beside the best ones, at most `wanted`, that cost at most `ceiling`.

    The price up to which they are looked for rises in growing steps. After some hundred evaluations it ends;
    then dearer plans than the very next may be named, or fewer.
    """
    pattern, counts = best[0]
    cost = pattern.cost(counts)
    prices = {price for each in search.patterns.values() for price in each.prices if price}
    if not wanted or not prices:
        return ()
    step = max(min(prices), cost // 50)
    plans: list[Found] = []
    with search.tally.at_most(_EFFORT):
        for _ in range(_ROUNDS):
            limit = cost + step if ceiling is None else min(cost + step, ceiling)
            goal = Minimal(limit, wanted, best, plans)
            try:
                search.run(goal, ceiling)
            finally:  # what was found stays when the effort is spent
                plans = goal.plans
            if len(_minimal(search, plans)) >= wanted or limit == ceiling:
                break
            step *= _GROWTH
    return tuple(
        Alternative(
            counts=search.named(plan),
            cost_usd_per_month=dollars(own.cost(plan)),
            difference=difference(search.judge.names, plan, counts),
        )
        for own, plan in _minimal(search, plans)[:wanted]
    )


def _minimal(search: Search, plans: Sequence[Found]) -> list[Found]:
    """Those of which one unit less breaks the contract even where another pattern makes that dearer."""
    return [
        found for found in plans if not any(_kept(search, *found, index) for index in range(len(found[1])))
    ]


def _kept(search: Search, pattern: Pattern, counts: Counts, index: int) -> bool:
    if counts[index] != 1:
        return False
    fewer = changed(counts, index, 0)
    other = search.opened(search.present(fewer))
    return other.permits(fewer) and other.cost(fewer) > pattern.cost(counts) and other.keeps(fewer)


def difference(names: Sequence[str], counts: Sequence[int], reference: Sequence[int]) -> str:
    """How a plan differs from another one, in words: "no limiter, one server more"."""
    left_out, fewer, more = [], [], []
    for name, n, other in zip(names, counts, reference, strict=True):
        if n == other:
            continue
        if n == 0:
            left_out.append(f"no {name}")
        elif n < other:
            fewer.append(_units(name, other - n, "less"))
        else:
            more.append(_units(name, n - other, "more"))
    return ", ".join((*left_out, *fewer, *more)) or "the same counts"


def _units(name: str, n: int, word: str) -> str:
    if n == 1:
        return f"one {name} {word}"
    return f"{_NUMERALS[n] if n < len(_NUMERALS) else f'{n:,}'} {word} of {name}"
