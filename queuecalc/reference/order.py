"""In which order flows are computed: callers first; where all that comes must be known first, it waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from queuecalc.errors import InvalidInput
from queuecalc.reference.plan import Node, Plan

__all__ = ["Step", "gates", "steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """Nodes of one component whose calls are made now.

    Attributes:
        component: theirs.
        nodes: one; all of the component where what it hands on depends on all that comes.
        gate: whether it is all of them.
    """

    component: str
    nodes: tuple[Node, ...]
    gate: bool


def steps(plan: Plan, dead: AbstractSet[str], *, behind: bool = True) -> tuple[Step, ...]:
    """Every reached node but the users once, after all that call it.

    A component that is asynchronous or has a rate cap hands on when all that comes to it is known. Nodes of one
    component may call each other over others, as long as no visit leads to itself.

    Args:
        plan: who calls whom.
        dead: components without a live unit.
        behind: whether asynchronous components, and what lies behind them, hand on too.

    Raises:
        InvalidInput: visits, or components that hand on together, lead back to themselves.
    """
    key = (frozenset(dead), behind)
    if key not in plan.steps:
        plan.steps[key] = _Ordering(plan, dead, behind).run()
    return plan.steps[key]


def gates(plan: Plan) -> tuple[str, ...]:
    """Components that hand on all at once, in the order of the flows with every unit up."""
    return tuple(step.component for step in steps(plan, frozenset()) if step.gate)


_Point = Node | str
"""A node, or a component as a whole."""


class _Ordering:
    """Depth-first; the points that are left last come first."""

    def __init__(self, plan: Plan, dead: AbstractSet[str], behind: bool) -> None:
        self.plan, self.dead, self.behind = plan, frozenset(dead), behind
        self.nodes = self._reached()
        self.finished: list[_Point] = []
        self.known: set[_Point] = set()

    def _reached(self) -> list[Node]:
        found: dict[Node, None] = {}
        waiting = [self.plan.users(name) for name in self.plan.model.classes]
        while waiting:
            for child in self._calls(waiting.pop()):
                if child not in found:
                    found[child] = None
                    waiting.append(child)
        return list(found)

    def _calls(self, node: Node) -> list[Node]:
        if not self.behind and (node.behind or node.component in self.plan.asynchronous):
            return []
        return [child for _, child in self.plan.onward(node, self.dead)]

    def _gate(self, name: str) -> bool:
        plan = self.plan
        return name in plan.asynchronous or (
            name in plan.present and plan.figures[name].max_rate_per_s is not None
        )

    def _after(self, point: _Point) -> Iterator[_Point]:
        if isinstance(point, str):
            for node in self.nodes:
                if node.component == point:
                    yield from self._calls(node)
        elif self._gate(point.component):
            yield point.component
        else:
            yield from self._calls(point)

    def run(self) -> tuple[Step, ...]:
        for node in self.nodes:
            self._visit(node)
        found = []
        for point in reversed(self.finished):
            if isinstance(point, str):
                nodes = tuple(node for node in self.nodes if node.component == point)
                found.append(Step(point, nodes, gate=True))
            elif not self._gate(point.component):
                found.append(Step(point.component, (point,), gate=False))
        return tuple(found)

    def _visit(self, start: _Point) -> None:
        if start in self.known:
            return
        self.known.add(start)
        way: dict[_Point, Iterator[_Point]] = {start: self._after(start)}
        while way:
            point, following = next(reversed(way.items()))
            child = next(following, None)
            if child is None:
                del way[point]
                self.finished.append(point)
            elif child in way:
                raise InvalidInput(f"calls lead from {_name(child)} back to it and never end")
            elif child not in self.known:
                self.known.add(child)
                way[child] = self._after(child)


def _name(point: _Point) -> str:
    if isinstance(point, str):
        return point
    return f"{point.component}.{point.operation}" if point.operation else point.component
