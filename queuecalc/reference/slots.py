"""Percentiles in every slot: each station at its own largest inflow of the slot, every unit up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.response import late, served
from queuecalc.reference.station import visit_service
from queuecalc.reference.traffic import ALL_UP, Flows, of_component, users_rates
from queuecalc.reference.way import State

__all__ = ["largest_flows", "most_late"]

_GROUPS = 64
"""Into so many groups by load the slots are sorted."""


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
    Slots of similar load are passed over where even the largest flows of all of them give less than some slot does;
    there calls that go out at once are taken as independent, which is no less.
    """
    slots = plan.curve.slots
    load = np.maximum(slots.left, slots.right)
    everything = np.arange(load.size)
    if load.size <= 2 * _GROUPS or _sheds(plan):
        return float(_late_shares(plan, rates, load, names, seconds).max())
    order = np.argsort(load, kind="stable")
    first = np.unique(np.linspace(0, load.size, _GROUPS, endpoint=False).astype(np.intp))
    most = {node: np.maximum.reduceat(rate[order], first) for node, rate in rates.items()}
    extremes = [reduce.reduceat(load[order], first) for reduce in (np.minimum, np.maximum)]
    bounds = np.maximum(*(_late_shares(plan, most, some, names, seconds, apart=True) for some in extremes))
    group = np.searchsorted(first, everything, side="right") - 1
    worst = 0.0
    for each in np.argsort(-bounds):
        if bounds[each] <= worst:
            break
        chosen = order[group == each]
        some = {node: rate[chosen] for node, rate in rates.items()}
        worst = max(worst, float(_late_shares(plan, some, load[chosen], names, seconds).max()))
    return worst


def _sheds(plan: Plan) -> bool:
    """Whether more work somewhere may mean less elsewhere."""
    figures = [plan.figures[name] for name in plan.waited_for]
    return any(f.max_queue is not None or f.max_rate_per_s is not None for f in figures)


def _late_shares(
    plan: Plan, rates: Flows, load: Any, names: Sequence[str], seconds: float, *, apart: bool = False
) -> Any:
    offered = {node.request_class: rate for node, rate in users_rates(plan, load).items()}
    state = State(plan, rates, plan.counts, apart=apart)
    total, within = np.zeros(load.size), np.zeros(load.size)
    for name in names:
        total = total + offered[name] * served(state, name, unsteady=True)
        within = within + offered[name] * (served(state, name) - late(state, name, seconds))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0.0, np.maximum(total - within, 0.0) / total, 0.0)
