"""How visits come to a component: one by one, several at once, beside visits to others; as at the peak of the load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import comb

from queuecalc.reference.order import steps
from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.traffic import ALL_UP, kept
from queuecalc.reference.turns import at_once, cases, turns

__all__ = ["ONE_BY_ONE", "Arrivals", "arrivals", "offered"]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How visits come.

    Attributes:
        sizes: P(1), P(2), ... of how many come at once.
        beside: the share of the visits that come together with visits to other components.
    """

    sizes: tuple[float, ...] = (1.0,)
    beside: float = 0.0

    def to_one_of(self, lines: int) -> tuple[float, ...]:
        """The sizes at one line where each visit goes to one of several at random, given that some come."""
        if lines == 1 or len(self.sizes) == 1:
            return self.sizes
        p = 1.0 / lines
        found = [
            sum(
                size * comb(n, k) * p**k * (1.0 - p) ** (n - k)
                for n, size in enumerate(self.sizes, 1)
                if n >= k
            )
            for k in range(1, len(self.sizes) + 1)
        ]
        return tuple(each / sum(found) for each in found)


ONE_BY_ONE = Arrivals()


def arrivals(plan: Plan, dead: AbstractSet[str]) -> Mapping[str, Arrivals]:
    """By component that some visits reach together; nothing is held up by caps or backlogs.

    Args:
        plan: who calls whom.
        dead: components whose calls go to the next; what is behind asynchronous components does not change by that.
    """
    key = frozenset(dead)
    if key not in plan.arrivals:
        plan.arrivals[key] = _arrivals(plan, key) if any(call.together for call in plan.model.calls) else {}
    return plan.arrivals[key]


def _arrivals(plan: Plan, dead: frozenset[str]) -> dict[str, Arrivals]:
    peak = plan.curve.peak
    flows = offered(plan, dead, peak)
    come: dict[str, float] = defaultdict(float)
    for node, rate in flows.items():
        come[node.component] += rate
    beside: dict[str, float] = defaultdict(float)
    batches: dict[str, dict[int, float]] = {}
    for node, rate in {**flows, **_users(plan, peak)}.items():
        for turn in turns(plan, node, _dead_for(plan, node, dead)):
            if not at_once(turn):
                continue
            for chance, calls in cases(turn):
                often, numbers = rate * kept(plan, node) * chance, dict[str, int]()
                for child, number in calls:
                    numbers[child.component] = numbers.get(child.component, 0) + number
                for name, number in numbers.items():
                    batches.setdefault(name, defaultdict(float))[number] += often
                    if len(numbers) > 1:
                        beside[name] += often * number
    found = {}
    for name, by_size in batches.items():
        rates = [by_size.get(n, 0.0) for n in range(1, max(by_size) + 1)]
        alone = come[name] - sum(n * rate for n, rate in enumerate(rates, 1))
        rates[0] += max(alone, 0.0)
        if come[name] > 0.0 and sum(rates) > 0.0:
            sizes = tuple(rate / sum(rates) for rate in rates)
            found[name] = Arrivals(sizes, min(1.0, beside[name] / come[name]))
    return found


def _users(plan: Plan, load: float) -> dict[Node, float]:
    return {
        plan.users(name): item.per_s if item.per_s is not None else (item.share or 0.0) * load
        for name, item in plan.model.classes.items()
    }


def _dead_for(plan: Plan, node: Node, dead: frozenset[str]) -> frozenset[str]:
    return ALL_UP if node.behind or node.component in plan.asynchronous else dead


def offered(plan: Plan, dead: frozenset[str], load: float) -> dict[Node, float]:
    """Visits per second of every node where the curve stands at `load`, with nothing held up by caps or backlogs."""
    found: dict[Node, float] = defaultdict(float)

    def hand_on(node: Node, rate: float) -> None:
        for call, child in plan.onward(node, dead):
            found[child] += rate * kept(plan, node) * call.times

    if dead:
        found.update({node: rate for node, rate in offered(plan, ALL_UP, load).items() if node.behind})
    for users, rate in _users(plan, load).items():
        hand_on(users, rate)
    for step in steps(plan, dead, behind=not dead):
        for node in step.nodes:
            if not dead or not (node.behind or node.component in plan.asynchronous):
                hand_on(node, found[node])
    return dict(found)
