"""Calls that go out at once: which they are, and every number of them that can come about."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import product

from queuecalc.architecture import Call
from queuecalc.reference.plan import Node, Plan, parts

__all__ = ["Case", "Turn", "at_once", "cases", "turns"]

Turn = tuple[tuple[Call, Node], ...]
"""Calls that a visit waits for before it goes on, and where they lead."""

Case = tuple[float, tuple[tuple[Node, int], ...]]
"""(probability, how many calls go to each node, in the order of the file)."""


def turns(plan: Plan, node: Node, dead: AbstractSet[str]) -> list[Turn]:
    """The calls of a visit that it waits for; those of one name make one turn, at the place of the first of them."""
    found: dict[object, list[tuple[Call, Node]]] = {}
    for number, (call, child) in enumerate(plan.onward(node, dead)):
        if call.wait:
            found.setdefault(call.together or number, []).append((call, child))
    return [tuple(turn) for turn in found.values()]


def at_once(turn: Turn) -> bool:
    """Whether several calls of a turn may be under way together."""
    first, _ = turn[0]
    return bool(first.together) and (len(turn) > 1 or first.times > 1.0)


def cases(turn: Sequence[tuple[Call, Node]]) -> list[Case]:
    """Every combination of numbers of calls: n, and one more with probability f, each by itself."""
    numbers = []
    for call, _ in turn:
        whole, more = parts(call.times)
        numbers.append([(whole, 1.0 - more), (whole + 1, more)] if more > 0.0 else [(whole, 1.0)])
    found: dict[tuple[tuple[Node, int], ...], float] = {}
    for combination in product(*numbers):
        chance, calls = 1.0, dict.fromkeys((child for _, child in turn), 0)
        for (_, child), (number, share) in zip(turn, combination, strict=True):
            chance *= share
            calls[child] += number
        some = tuple((child, number) for child, number in calls.items() if number)
        found[some] = found.get(some, 0.0) + chance
    return [(chance, some) for some, chance in found.items()]
