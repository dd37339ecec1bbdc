"""One plan: which components are there, what they are like, who takes which call, who is reached how."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from queuecalc.architecture import NOBODY, USERS, Call, Endpoint, Figures, Model

if TYPE_CHECKING:
    from queuecalc.load import Curve
    from queuecalc.reference.arrivals import Arrivals
    from queuecalc.reference.crowd import Crowd
    from queuecalc.reference.order import Step

__all__ = ["Node", "Plan", "holding", "parts"]


@dataclass(frozen=True, slots=True)
class Node:
    """Work of one class at one operation of one component.

    waited: an unbroken chain of waited-for calls leads here from the users.
    behind: the chain that leads here passes through an asynchronous component.
    """

    request_class: str
    component: str
    operation: str
    waited: bool
    behind: bool = False


def holding(model: Model) -> list[str]:
    """Components whose servers are held while their visits wait for calls."""
    waiting = {
        end.component
        for call in model.calls
        for end in call.callers
        if call.wait and any(taker.component != end.component for taker in call.takers)
    }
    return [
        name
        for name, component in model.components.items()
        if name in waiting
        and component.figures.servers is not None
        and "held"
        in (component.figures.waits, *(change.changes.get("waits") for change in component.overrides))
    ]


def parts(times: float) -> tuple[int, float]:
    """n + f: exactly n calls, and one more with probability f."""
    whole = int(times)
    return whole, times - whole


class Plan:
    """A model with one count per component.

    Args:
        model: the model.
        counts: of all components.
        sent_with: counts of another plan of the same components, if users who wait send what they send with that one.
    """

    def __init__(
        self, model: Model, counts: Mapping[str, int], sent_with: Mapping[str, int] | None = None
    ) -> None:
        self.model, self.sent_with = model, sent_with
        self.counts = dict(counts)
        self.present = frozenset(name for name in model.components if counts[name] > 0)
        self.figures: dict[str, Figures] = {
            name: component.figures_with(self.present) for name, component in model.components.items()
        }
        held = [name for name in holding(model) if name in self.present]
        if held:
            raise NotImplementedError(f"the servers of {', '.join(held)} are held during calls")
        self.excuses: list[str] = []
        self.asynchronous: frozenset[str] = frozenset()
        self.waited_for: frozenset[str] = frozenset()
        self.known: dict[tuple[Node, AbstractSet[str]], list[tuple[Call, Node]]] = {}
        self.arrivals: dict[frozenset[str], Mapping[str, Arrivals]] = {}
        self.may_wait: frozenset[str] = frozenset()
        self.at_risk: frozenset[str] = frozenset()
        self.reached: set[Node] = set()
        self.steps: dict[tuple[frozenset[str], bool], tuple[Step, ...]] = {}
        self._check()
        if not self.excuses:
            reached = self._reached()
            self.known = {}
            self.waited_for = frozenset(node.component for node in reached if node.waited)
            self.asynchronous = frozenset(node.component for node in reached) - self.waited_for
            self.reached = self._reached()
            self.may_wait, self.at_risk = self._reachable()

    # -- what comes

    @property
    def curve(self) -> Curve:
        """Requests per second over hours; what users send who wait for their answers depends on the plan."""
        return self._users_solved[0]

    @property
    def crowds(self) -> Mapping[str, Crowd]:
        """By component to whose line nobody comes but users who wait for their answers: who they are."""
        return self._users_solved[1]

    @cached_property
    def _users_solved(self) -> tuple[Curve, Mapping[str, Crowd]]:
        if self.model.load.think_s is None:
            return self.model.load.curve, {}
        from queuecalc.reference.thinking import solve_users

        return solve_users(self if self.sent_with is None else Plan(self.model, self.sent_with))

    # -- who calls whom

    def users(self, request_class: str) -> Node:
        """Where requests of a class come from."""
        return Node(request_class, USERS, "", waited=True)

    def calls_of(self, node: Node) -> list[Call]:
        """The lines that match a caller, in file order."""
        return [
            call
            for call in self.model.calls
            if (call.classes is None or node.request_class in call.classes)
            and any(
                end.component == node.component and end.operation in ("", node.operation)
                for end in call.callers
            )
        ]

    def taker(self, call: Call, dead: AbstractSet[str]) -> Endpoint | None:
        """Who takes a call while `dead` components have no live unit; None where it is skipped.

        A dead taker is returned where the call is lost: it is the first one passed over, if all others are dead too.

        Raises:
            LookupError: nobody takes it.
        """
        passed_over: Endpoint | None = None
        for end in call.takers:
            if end.component == NOBODY:
                return None
            if end.component not in self.present:
                continue
            if end.component in dead and self.figures[end.component].when_down == "next":
                passed_over = passed_over or end
                continue
            return end
        if passed_over is None:
            raise LookupError(f"{call.place}: nobody takes the call")
        return passed_over

    def onward(self, node: Node, dead: AbstractSet[str]) -> list[tuple[Call, Node]]:
        """The calls that a visit makes, and the node that each leads to; calls to itself are left out."""
        if (node, dead) in self.known:
            return self.known[node, dead]
        found: list[tuple[Call, Node]] = []
        for call in self.calls_of(node):
            end = self.taker(call, dead)
            if end is not None and end.component != node.component:
                child = Node(
                    node.request_class,
                    end.component,
                    end.operation,
                    waited=node.waited and call.wait,
                    behind=node.behind or node.component in self.asynchronous,
                )
                found.append((call, child))
        self.known[node, dead] = found
        return found

    def own_calls(self, node: Node, dead: AbstractSet[str]) -> list[tuple[str, float]]:
        """Operations that a visit adds to its own service, and how often."""
        found = []
        for call in self.calls_of(node):
            end = self.taker(call, dead)
            if end is not None and end.component == node.component:
                found.append((end.operation, call.times))
        return found

    # -- is it a plan at all

    def _check(self) -> None:
        for name, figures in self.figures.items():
            least, most = figures.count
            if not least <= self.counts[name] <= most:
                self.excuses.append(f"{name}: {self.counts[name]} units, permitted {least} to {most}")
            if name in self.present and figures.needs and not self.present.intersection(figures.needs):
                self.excuses.append(f"{name} needs one of {', '.join(figures.needs)}")
        try:
            self._reached()
        except LookupError as error:
            self.excuses.append(str(error))

    def _reached(self) -> set[Node]:
        """Every node that some class reaches with every unit up."""
        reached: set[Node] = set()
        waiting = [self.users(name) for name in self.model.classes]
        while waiting:
            node = waiting.pop()
            for _, child in self.onward(node, frozenset()):
                if child not in reached:
                    reached.add(child)
                    waiting.append(child)
        return reached

    def _reachable(self) -> tuple[frozenset[str], frozenset[str]]:
        """What some chain of calls can reach, whatever is down: by waited-for calls; and so that its failure matters.

        It matters where a request waits, and where the next in the list would take over.
        """
        waited_for: set[str] = set()
        at_risk: set[str] = set()
        seen: set[Node] = set()
        waiting = [self.users(name) for name in self.model.classes]
        while waiting:
            node = waiting.pop()
            for call in self.calls_of(node):
                for end in call.takers:
                    name = end.component
                    if name == NOBODY:
                        break
                    if name not in self.present:
                        continue
                    waited = node.waited and call.wait
                    if waited:
                        waited_for.add(name)
                    if waited or self.figures[name].when_down == "next":
                        at_risk.add(name)
                    child = Node(node.request_class, name, end.operation, waited)
                    if child not in seen and name != node.component:
                        seen.add(child)
                        if waited or name not in self.asynchronous:
                            waiting.append(child)
                    if self.figures[name].when_down != "next":
                        break
        return frozenset(waited_for), frozenset(at_risk)
