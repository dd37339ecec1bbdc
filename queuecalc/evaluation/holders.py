"""What visits that hold servers do meanwhile: the cycle of a component, averaged over its service types.

A visit's cycle is its own service, and all that it waits for: stops, where it stands in line, and time without a line
of the held visits' making (fixed delays, servers without limit, bounded queues). Calls of one visit to a component
that holds servers, too, are one stop; what happens there is that component's own cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from queuecalc.architecture.graph import Branch, Graph
from queuecalc.evaluation.groups import at_once, in_turns, split_times
from queuecalc.law import Deterministic, Law, RandomSum, Sum
from queuecalc.network.parallel import fork_join_law

__all__ = ["Cycle", "Moments", "cycle_of"]


@dataclass
class Moments:
    """Mean and variance of a time."""

    mean: float = 0.0
    var: float = 0.0

    def add(self, other: Moments, times: float = 1.0) -> None:
        """So many independent copies more, n or n + 1 of them at random."""
        rest = split_times(times)[1]
        self.mean += times * other.mean
        self.var += times * other.var + rest * (1.0 - rest) * other.mean**2


@dataclass
class Cycle:
    """The cycle of one service type.

    Attributes:
        alone: its law if nobody waits.
        own: time without a line.
        stops: by component, in the order of the calls, the work there.
        visits: by component, the mean number of visits; `again` how many of them follow another at once.
        passed: by component without a stop, the mean number of visits: their waits do not depend on who is held.
        turns: calls that go out at once: how often, and by call its stop ("" without) and the time beyond it.
    """

    alone: Law
    own: Moments
    stops: dict[str, Moments] = field(default_factory=dict)
    visits: dict[str, float] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    passed: dict[str, float] = field(default_factory=dict)
    turns: list[tuple[float, tuple[tuple[str, Moments], ...]]] = field(default_factory=list)


def cycle_of(
    graph: Graph,
    index: int,
    law_of: Callable[[str, int], Law],
    stands: Callable[[str], bool],
    reached: Callable[[str], bool],
) -> Cycle:
    """The cycle of a visit.

    Args:
        index: of the visit.
        law_of: the service law of a component's type, with all that it holds for where it holds.
        stands: whether a component is a stop.
        reached: whether a component has a unit alive.
    """
    visit = graph.visits[index]
    law = graph.types[visit.type].law
    cycle = Cycle(law, _moments(law))
    cycle.alone = _followed(cycle, law, graph, visit.branches, (law_of, stands, reached))
    return cycle


def _moments(law: Law) -> Moments:
    return Moments(float(law.mean), float(law.var))


def _followed(cycle: Cycle, law: Law, graph: Graph, branches: tuple[Branch, ...], given: Any) -> Law:
    """Add to a cycle what is waited for; the law of a time followed by all that."""
    laws: list[Law] = [law]
    for turn in in_turns(branches):
        calls = [branch for branch in turn if given[2](graph.visits[branch.visit].component)]
        if at_once(calls):
            laws.append(_side_by_side(cycle, [_visited(graph, branch.visit, given) for branch in calls]))
            continue
        laws += _in_sequence(cycle, graph, calls, given)
    return laws[0] if len(laws) == 1 else Sum(laws=tuple(laws))


def _side_by_side(cycle: Cycle, calls: list[Cycle]) -> Law:
    """Add calls that go out at once, one to each of several components that call nobody."""
    members = []
    for below in calls:
        for name, work in below.stops.items():
            cycle.stops.setdefault(name, Moments()).add(work)
            cycle.visits[name] = cycle.visits.get(name, 0.0) + 1.0
        for name, passed in below.passed.items():
            cycle.passed[name] = cycle.passed.get(name, 0.0) + passed
        members.append((next(iter(below.stops), ""), below.own))
    cycle.turns.append((1.0, tuple(members)))
    return fork_join_law([below.alone for below in calls])


def _in_sequence(cycle: Cycle, graph: Graph, branches: list[Branch], given: Any) -> list[Law]:
    """Add calls one after the other; their laws."""
    laws: list[Law] = []
    for branch in branches:
        times = branch.times
        below = _visited(graph, branch.visit, given)
        for name, work in below.stops.items():
            cycle.stops.setdefault(name, Moments()).add(work, times)
            cycle.visits[name] = cycle.visits.get(name, 0.0) + times * below.visits[name]
            directly = max(times - 1.0, 0.0) if len(below.stops) == 1 and below.own.mean == 0.0 else 0.0
            cycle.again[name] = cycle.again.get(name, 0.0) + times * below.again.get(name, 0.0) + directly
        for name, passed in below.passed.items():
            cycle.passed[name] = cycle.passed.get(name, 0.0) + times * passed
        cycle.own.add(below.own, times)
        cycle.turns += [(times * often, calls) for often, calls in below.turns]
        laws.append(below.alone if times == 1.0 else RandomSum(law=below.alone, times=times))
    return laws


def _visited(graph: Graph, index: int, given: Any) -> Cycle:
    """The part of a callee in the cycle of who calls it."""
    law_of, stands, _ = given
    visit = graph.visits[index]
    name, delay = visit.component, graph.figures[visit.component].fixed_delay_s
    holds = name in graph.holding
    law = law_of(name, visit.type) if holds else graph.types[visit.type].law
    cycle = Cycle(law, Moments())
    if stands(name):
        cycle.stops[name], cycle.visits[name] = _moments(law), 1.0
    else:
        cycle.own.add(_moments(law))
        cycle.passed[name] = 1.0
    if delay > 0.0:
        cycle.own.mean += delay
        law = Sum(laws=(law, Deterministic(mean=delay)))
    cycle.alone = law if holds else _followed(cycle, law, graph, visit.branches, given)
    return cycle
