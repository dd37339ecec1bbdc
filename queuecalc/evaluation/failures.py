"""Which units are alive: live counts of a component, and the failure states that must be looked at jointly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from queuecalc.architecture.component import Figures
from queuecalc.architecture.graph import Graph

__all__ = ["Scenario", "down_probability", "held_callees", "live_counts", "scenarios"]

NEGLIGIBLE = 1e-15
"""Failure states less likely than this are taken as lost altogether."""

LiveCounts = tuple[tuple[int, float], ...]


@lru_cache(maxsize=4096)
def _binomial(units: int, availability: float) -> LiveCounts:
    """(live, probability), most live first; the negligible ones left out."""
    if availability >= 1.0:
        return ((units, 1.0),)
    log_up, log_down = math.log(availability) if availability > 0 else -math.inf, math.log1p(-availability)
    found = []
    for dead in range(units + 1):
        live = units - dead
        if availability == 0.0:
            probability = 1.0 if live == 0 else 0.0
        else:
            log = math.lgamma(units + 1) - math.lgamma(live + 1) - math.lgamma(dead + 1)
            probability = math.exp(log + live * log_up + dead * log_down)
        if probability >= NEGLIGIBLE:
            found.append((live, probability))
        elif dead > units * (1.0 - availability):
            break
    return tuple(found)


def live_counts(figures: Figures, units: int) -> LiveCounts:
    """(live units, probability) of a component, independent units or one service for all."""
    if figures.failure == "service":
        a = figures.availability
        return ((units, 1.0),) if a >= 1.0 else ((units, a), (0, 1.0 - a))
    return _binomial(units, figures.availability)


def down_probability(figures: Figures, units: int) -> float:
    """Probability that no unit is alive."""
    if figures.failure == "service":
        return 1.0 - figures.availability
    return float((1.0 - figures.availability) ** units)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A joint state of the components that change routing or cap rates.

    Attributes:
        down: components whose calls go to the next in the list.
        live: live counts of the components looked at jointly, as (count, probability) given this state.
        probability: of the state.
        capped_probability: the part of it that stems from the live counts of capped components.
    """

    down: frozenset[str]
    live: Mapping[str, LiveCounts]
    probability: float
    capped_probability: float


def held_callees(graph: Graph) -> frozenset[str]:
    """Components on whose live units depends how long servers of others are held."""
    found: set[str] = set()
    seen: set[int] = set()
    stack = [index for name in graph.holding for index in graph.visits_of[name]]
    while stack:
        for branch in graph.visits[stack.pop()].branches:
            if branch.wait and branch.visit not in seen:
                seen.add(branch.visit)
                stack.append(branch.visit)
                found.add(graph.visits[branch.visit].component)
    return frozenset(found)


def scenarios(
    graph: Graph,
    counts: Mapping[str, int],
    taken: frozenset[str],
    joint: frozenset[str] = frozenset(),
) -> Iterator[Scenario]:
    """All joint states of routing components and capped components, with the others' live counts left free.

    Args:
        taken: components that some call of the model names as a taker.
        joint: components whose live counts are looked at one by one, too (`held_callees`).
    """
    dimensions: list[list[tuple[str, LiveCounts, float, bool]]] = []
    for name in sorted(graph.present & taken):
        figures = graph.figures[name]
        states = live_counts(figures, counts[name])
        dead = sum(p for live, p in states if live == 0)
        skips = figures.when_down == "next" and dead > 0.0
        if figures.max_rate_per_s is not None or name in joint:
            dimensions.append(
                [(name, ((live, 1.0),), p, skips and live == 0) for live, p in states if p > 0.0]
            )
        elif skips:
            alive = tuple((live, p / (1.0 - dead)) for live, p in states if live > 0)
            up = [(name, alive, 1.0 - dead, False)] if alive else []
            dimensions.append([*up, (name, ((0, 1.0),), dead, True)])
    for combination in product(*dimensions):
        probability = math.prod(state[2] for state in combination)
        if probability < NEGLIGIBLE:
            continue
        yield Scenario(
            down=frozenset(name for name, _, _, down in combination if down),
            live={name: live for name, live, _, _ in combination},
            probability=probability,
            capped_probability=math.prod(
                state[2] for state in combination if graph.figures[state[0]].max_rate_per_s is not None
            ),
        )
