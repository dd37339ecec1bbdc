"""What cannot be while servers are held: a deadlock, a buffer in front, calls that go out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.errors import InvalidInput

if TYPE_CHECKING:
    from queuecalc.architecture.graph import Graph

__all__ = ["check_holding"]


def check_holding(graph: Graph) -> None:
    """Refuse what is not modelled.

    Raises:
        InvalidInput: a visit that holds a server waits for another visit of the same component, which may need that
            server (a deadlock); the component is reached by hand-offs alone; below it calls go out at once, several to
            one component or to components that call others.
    """
    for name in graph.holding:
        if name in graph.buffered:
            raise InvalidInput(
                f'components.{name}.waits = "held": {name} is reached by hand-offs alone, and how fast it drains its '
                'buffer while its servers are held is not modelled; expected "async", and the time in its service_ms'
            )
        stack = [(index, graph.visits[index].component) for index in graph.visits_of[name]]
        seen: set[int] = set()
        while stack:
            index, way = stack.pop()
            for branch in graph.visits[index].branches:
                if not branch.wait:
                    continue
                if branch.together and not _side_by_side(graph, index, branch.together):
                    raise InvalidInput(
                        f'components.{name}.waits = "held": below it calls go out together ({branch.together}), which '
                        "is modelled while its servers are held for one call each to different components that call "
                        'nobody; expected that, calls in sequence, or "async" and the longest time in its service_ms'
                    )
                component = graph.visits[branch.visit].component
                if component == name:
                    raise InvalidInput(
                        f'components.{name}.waits = "held": its calls lead back to it ({way} -> {name}), so all its '
                        "servers may wait for each other: a deadlock"
                    )
                if branch.visit not in seen:
                    seen.add(branch.visit)
                    stack.append((branch.visit, f"{way} -> {component}"))


def _side_by_side(graph: Graph, index: int, together: str) -> bool:
    """Whether calls that go out at once are one each, to different components that wait for nobody."""
    calls = [b for b in graph.visits[index].branches if b.wait and b.together == together]
    visits = [graph.visits[call.visit] for call in calls]
    alone = not any(below.wait for visit in visits for below in visit.branches)
    return alone and len({v.component for v in visits}) == len(calls) and all(c.times == 1.0 for c in calls)
