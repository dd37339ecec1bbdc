"""Percentiles in every slot: each station at its own largest inflow of the slot, every unit up."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.response import late, served
from queuecalc.reference.station import visit_service
from queuecalc.reference.traffic import ALL_UP, Flows, of_component, users_rates
from queuecalc.reference.way import State

__all__ = ["largest_flows", "most_late"]

_PARTS, _LEAF = 8, 24
"""Slots in the order of their load are bounded in so many parts, then parts of these, until so few are left."""

_NO_MORE = 1e-9
"""Relative: a bound that is no higher than this above what some slot gives is no reason to look."""


def largest_flows(plan: Plan, inflow: Mapping[Node, Any], slot: Any) -> Flows:
    """By slot, the flows of every component at the moment of the slot at which its offered work is largest.

    Args:
        plan: who does what.
        inflow: at both ends of each piece, shape (2, pieces).
        slot: the slot of each piece, rising.
    """
    size = int(slot[-1]) + 1
    owner = np.tile(slot, 2)
    found: Flows = {}
    for name in plan.present:
        here = of_component(inflow, name)
        if not here:
            continue
        endless = plan.figures[name].servers is None
        work = sum(
            (
                rate * (1.0 if endless else visit_service(plan, node, ALL_UP).mean)
                for node, rate in here.items()
            ),
            0.0,
        )
        order = np.lexsort((np.asarray(work).ravel(), owner))
        last = order[np.searchsorted(owner[order], np.arange(size), side="right") - 1]
        found.update({node: rate.ravel()[last] for node, rate in here.items()})
    return found


def most_late(plan: Plan, rates: Flows, names: Sequence[str], seconds: float) -> float:
    """The share of some classes' responses that take longer than `seconds`, in the worst slot; 0 without responses.

    A response that a station without a steady state delays for ever is late; what is dropped or blocked has none.
    Slots of similar load are passed over where even the largest flows of all of them give no more than some slot does;
    there calls that go out at once are taken as independent, which is no less. Those that may give most come first.
    """
    slots = plan.curve.slots
    load = np.maximum(slots.left, slots.right)
    if load.size <= 2 * _LEAF or _sheds(plan):
        return float(_late_shares(plan, rates, [load], names, seconds).max())
    order = np.argsort(load, kind="stable")
    worst = 0.0
    waiting: list[tuple[float, int, int]] = [(-1.0, 0, load.size)]
    while waiting:
        bound, start, stop = heapq.heappop(waiting)
        if -bound <= worst * (1.0 + _NO_MORE):
            break
        if stop - start <= _LEAF:
            chosen = order[start:stop]
            some = {node: rate[chosen] for node, rate in rates.items()}
            worst = max(worst, float(_late_shares(plan, some, [load[chosen]], names, seconds).max()))
            continue
        edges = np.unique(np.linspace(start, stop, _PARTS + 1).astype(np.intp))
        first = edges[:-1] - start
        most = {node: np.maximum.reduceat(rate[order[start:stop]], first) for node, rate in rates.items()}
        extremes = [reduce.reduceat(load[order[start:stop]], first) for reduce in (np.minimum, np.maximum)]
        bounds = _late_shares(plan, most, extremes, names, seconds, apart=True)
        for value, low, high in zip(bounds.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            heapq.heappush(waiting, (-value, low, high))
    return worst


def _sheds(plan: Plan) -> bool:
    """Whether more work somewhere may mean less elsewhere."""
    figures = [plan.figures[name] for name in plan.waited_for]
    return any(f.max_queue is not None or f.max_rate_per_s is not None for f in figures)


def _late_shares(
    plan: Plan,
    rates: Flows,
    loads: Sequence[Any],
    names: Sequence[str],
    seconds: float,
    *,
    apart: bool = False,
) -> Any:
    """The late share of some classes together at these flows; the largest for several mixtures of the classes."""
    state = State(plan, rates, plan.counts, apart=apart)
    total = {name: served(state, name, unsteady=True) for name in names}
    within = {name: served(state, name) - late(state, name, seconds) for name in names}
    largest = np.zeros(loads[0].size)
    for load in loads:
        offered = {node.request_class: rate for node, rate in users_rates(plan, load).items()}
        everything = sum((offered[name] * total[name] for name in names), np.zeros(load.size))
        in_time = sum((offered[name] * within[name] for name in names), np.zeros(load.size))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(everything > 0.0, np.maximum(everything - in_time, 0.0) / everything, 0.0)
        largest = np.maximum(largest, share)
    return largest
