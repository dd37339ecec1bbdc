"""Calls of one visit that go out at once: who is in the group, and every number of calls that can come about.

A line with times = n + f makes n calls, and one more with probability f. Each combination of these is a *case* with
its own longest constant; the law of the whole is their mixture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from queuecalc.architecture.graph import Branch, Graph
from queuecalc.architecture.model import Model
from queuecalc.errors import InvalidInput
from queuecalc.evaluation.flows import class_rates, offered_visits

__all__ = [
    "ONE_BY_ONE",
    "Arrivals",
    "Case",
    "Group",
    "arrivals_at_peak",
    "at_once",
    "below",
    "group_of",
    "in_turns",
    "split_times",
]

_MOST_CASES = 64


def split_times(times: float) -> tuple[int, float]:
    """times = n + f."""
    whole = int(times)
    return whole, times - whole


@dataclass(frozen=True)
class Case:
    """One combination of numbers of calls.

    Attributes:
        chance: its probability.
        copies: by visit, how many calls go there (those with none left out).
        shift_s: the longest constant of them.
    """

    chance: float
    copies: Mapping[int, int]
    shift_s: float


@dataclass(frozen=True)
class Group:
    """The calls of one visit that go out at once.

    Attributes:
        owner: the visit that makes them; -1 for the users.
        place: which turn of the owner they are.
        shift_s: the constant that every case has.
        cases: what can happen.
        order: the visits on the way below, callees first.
        components: those of these visits.
    """

    owner: int
    place: int
    shift_s: float
    cases: tuple[Case, ...]
    order: tuple[int, ...]
    components: frozenset[str]


@dataclass(frozen=True)
class Arrivals:
    """How visits come to a component.

    Attributes:
        sizes: P(1), P(2), ... of how many come at once.
        beside: the share of the visits that come at once with some to other components.
    """

    sizes: tuple[float, ...] = (1.0,)
    beside: float = 0.0


ONE_BY_ONE = Arrivals()


def in_turns(branches: Sequence[Branch]) -> list[tuple[Branch, ...]]:
    """The waited-for calls as the turns that they take: those of one group in one, at the place of the first."""
    turns: dict[object, list[Branch]] = {}
    for index, branch in enumerate(branches):
        if branch.wait:
            turns.setdefault(branch.together or index, []).append(branch)
    return [tuple(turn) for turn in turns.values()]


def at_once(turn: Sequence[Branch]) -> bool:
    """Whether a turn is more than one call after the other."""
    return bool(turn and turn[0].together) and (len(turn) > 1 or turn[0].times > 1.0)


def group_of(
    graph: Graph, owner: int, place: int, turn: Sequence[Branch], shift: Mapping[int, float]
) -> Group | None:
    """The group of a turn; None where one call follows the other.

    Args:
        shift: by visit, the constants along all that certainly follows it.

    Raises:
        InvalidInput: more than 64 cases.
    """
    if not at_once(turn):
        return None
    found = _combinations(turn)
    cases = tuple(
        Case(chance, dict(key), max((shift[visit] for visit, _ in key), default=0.0))
        for key, chance in found.items()
    )
    order = below(graph, [branch.visit for branch in turn])
    components = frozenset(graph.visits[index].component for index in order)
    return Group(owner, place, min(case.shift_s for case in cases), cases, order, components)


def _combinations(turn: Sequence[Branch]) -> dict[tuple[tuple[int, int], ...], float]:
    """Chances of the numbers of calls of a turn, by ((visit, calls), ...) in file order, as they join a line."""
    numbers: list[tuple[tuple[int, float], ...]] = []
    for branch in turn:
        whole, rest = split_times(branch.times)
        numbers.append(((whole, 1.0 - rest), (whole + 1, rest)) if rest > 0.0 else ((whole, 1.0),))
    found: dict[tuple[tuple[int, int], ...], float] = {}
    for combination in product(*numbers):
        copies = dict.fromkeys((branch.visit for branch in turn), 0)
        chance = 1.0
        for branch, (number, share) in zip(turn, combination, strict=True):
            chance *= share
            copies[branch.visit] += number
        key = tuple((visit, number) for visit, number in copies.items() if number)
        found[key] = found.get(key, 0.0) + chance
        if len(found) > _MOST_CASES:
            raise InvalidInput(
                f"calls that go out together ({turn[0].together}) have more than {_MOST_CASES} combinations of "
                "times; expected whole numbers in most of them"
            )
    return found


def below(graph: Graph, visits: Sequence[int]) -> tuple[int, ...]:
    """Some visits and all that they wait for, callees first."""
    reached: set[int] = set()
    stack = list(visits)
    while stack:
        index = stack.pop()
        if index not in reached:
            reached.add(index)
            stack += [branch.visit for branch in graph.visits[index].branches if branch.wait]
    return tuple(sorted(reached, reverse=True))


def arrivals_at_peak(model: Model, graph: Graph) -> Mapping[str, Arrivals]:
    """How visits come to the components that get some together with others, when the load is at its peak."""
    if not any(call.together for call in model.calls):
        return {}
    rates = class_rates(model.classes, np.array([model.load.curve.peak]))
    inflow = offered_visits(graph, rates)[:, 0].tolist()
    beside: dict[str, float] = {}
    batches: dict[str, dict[int, float]] = {}
    for turn, rate in _turns_at_once(graph, inflow, {name: float(each[0]) for name, each in rates.items()}):
        for copies, chance in _combinations(turn).items():
            at: dict[str, int] = {}
            for visit, number in copies:
                name = graph.visits[visit].component
                at[name] = at.get(name, 0) + number
            for name, number in at.items():
                sizes = batches.setdefault(name, {})
                sizes[number] = sizes.get(number, 0.0) + rate * chance
                if len(at) > 1:
                    beside[name] = beside.get(name, 0.0) + rate * chance * number
    found: dict[str, Arrivals] = {}
    for name, by_size in batches.items():
        total = max(sum(inflow[index] for index in graph.visits_of[name]), 1e-300)
        most = max(by_size)
        chances = np.array([by_size.get(number, 0.0) for number in range(1, most + 1)])
        chances[0] += max(total - float(chances @ np.arange(1.0, most + 1.0)), 0.0)
        if chances.sum() > 0.0:
            sizes_of = tuple((chances / chances.sum()).tolist()) if most > 1 else (1.0,)
            found[name] = Arrivals(sizes_of, min(1.0, beside.get(name, 0.0) / total))
    return found


def _turns_at_once(
    graph: Graph, inflow: Sequence[float], rates: Mapping[str, float]
) -> Iterator[tuple[Sequence[Branch], float]]:
    """Calls that go out at once, and how often."""
    for index, visit in enumerate(graph.visits):
        for turn in in_turns(visit.branches):
            if at_once(turn):
                yield turn, inflow[index] * (1.0 - visit.dropped)
    for request_class, branches in graph.entries.items():
        for turn in in_turns(branches):
            if at_once(turn):
                yield turn, rates[request_class]
