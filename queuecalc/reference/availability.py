"""Served / offered over failure states: a bracket that closes while states are gone through, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from queuecalc.architecture import NOBODY
from queuecalc.reference.failures import live_law, states
from queuecalc.reference.losses import Losses, offered_requests
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.traffic import ALL_UP

__all__ = ["Bracket", "blind", "bracket", "down_probability"]

_MOST_STATES = 20_000
_REMAINDER = 1e-9


@dataclass(frozen=True)
class Bracket:
    """The lost share lies between `least` and `most`."""

    least: float
    most: float


def down_probability(plan: Plan, name: str, units: int) -> float:
    """P(no unit is up)."""
    figures = plan.figures[name]
    return (
        1.0 - figures.availability if figures.failure == "service" else (1.0 - figures.availability) ** units
    )


def bracket(
    losses: Losses,
    subject: str,
    units: Mapping[str, int],
    decided: Callable[[Bracket], bool],
) -> Bracket:
    """Lost share of a class ("" for all in the contract), until `decided` or nearly every state was looked at.

    Args:
        losses: along the curve in one state.
        subject: a class, or "".
        units: bought, by component.
        decided: whether a bracket says enough.
    """
    plan = losses.plan
    laws = {name: live_law(plan.figures[name], units[name]) for name in sorted(plan.at_risk)}
    offered = losses.offered.get(subject, 0.0) if subject else losses.total
    if offered <= 0.0:
        return Bracket(0.0, 0.0)
    seen = lost = 0.0
    for number, (probability, live) in enumerate(states(laws, units)):
        in_state = losses.in_state(live, probability)
        lost += probability * (in_state[subject] if subject else sum(in_state.values())) / offered
        seen += probability
        found = Bracket(lost, lost + max(0.0, 1.0 - seen))
        if decided(found) or 1.0 - seen <= _REMAINDER or number >= _MOST_STATES:
            break
    return Bracket(lost, lost + max(0.0, 1.0 - seen))


def blind(plan: Plan, subject: str, units: Mapping[str, int], *, single: bool) -> float:
    """Availability blind to load: the chance that every needed component is up, with one unit each if `single`."""
    offered = offered_requests(plan)
    by_class = {
        name: prod(
            1.0 - down_probability(plan, c, 1 if single else units[c]) for c in sorted(_needed(plan, name))
        )
        for name in ({subject} if subject else offered)
    }
    if subject:
        return by_class[subject]
    total = sum(offered.values())
    return sum(by_class[name] * offered[name] for name in offered) / total if total else 1.0


def _needed(plan: Plan, request_class: str) -> set[str]:
    """Components that a waited-for call can reach with all up, but not those that somebody later stands in for."""
    needed: set[str] = set()
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node in seen:
            return
        seen.add(node)
        for call in plan.calls_of(node):
            end = plan.taker(call, ALL_UP)
            if end is None or end.component == node.component or not (node.waited and call.wait):
                continue
            names = [taker.component for taker in call.takers]
            later = names[names.index(end.component) + 1 :]
            replaceable = any(other in plan.present or other == NOBODY for other in later)
            if plan.figures[end.component].when_down != "next" or not replaceable:
                needed.add(end.component)
            visit(Node(request_class, end.component, end.operation, waited=True))

    visit(plan.users(request_class))
    return needed
