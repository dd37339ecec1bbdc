"""Who is there and who takes which call: the package's own plain reading, shared with its checker of certificates."""

from __future__ import annotations

from queuecalc.reference.plan import Node, Plan, parts

__all__ = ["Node", "Plan", "callers_first", "parts"]


def callers_first(plan: Plan) -> list[str]:
    """Present components, every caller before every taker that it may ever have; no way leads back to a component."""
    callees: dict[str, set[str]] = {name: set() for name in plan.present}
    for call in plan.model.calls:
        for caller in call.callers:
            if caller.component in plan.present:
                takers = {end.component for end in call.takers}
                callees[caller.component] |= (takers & plan.present) - {caller.component}
    order: list[str] = []
    under_way: set[str] = set()

    def visit(name: str) -> None:
        if name in order:
            return
        if name in under_way:
            raise NotImplementedError(f"calls lead from {name} back to it")
        under_way.add(name)
        for callee in sorted(callees[name]):
            visit(callee)
        order.append(name)

    for name in sorted(plan.present):
        visit(name)
    return order[::-1]
