"""Percentiles of the response time: slot by slot, over the curve, and mixed over failure states."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from queuecalc.architecture import Model
from tests.reference.losses import Ledger, ledger, waits
from tests.reference.pieces import fit
from tests.reference.plan import Plan
from tests.reference.response import Response, State, respond
from tests.reference.result import ReferenceLatency
from tests.reference.stations import utilisation, visit_service
from tests.reference.traffic import ALL_UP, Flows, Traffic

__all__ = ["Slot", "latencies"]


class Slot:
    """One slot of the load curve, every station at its own largest inflow."""

    def __init__(self, traffic: Traffic, start: float, end: float, load: float) -> None:
        self.start, self.end = start, end
        plan = traffic.plan
        self.utilisation: dict[str, float] = {}
        self.rate: dict[str, float] = {}
        flows: Flows = {}
        for name in plan.present:
            here = self._largest(traffic, name)
            self.rate[name] = self._largest_rate(traffic, name)
            self.utilisation[name] = utilisation(plan, name, here, plan.counts[name], ALL_UP)
            flows.update(here)
        self.state = State.of(traffic, flows, {name: plan.counts[name] for name in plan.present})
        self.load = load
        self.classes = plan.model.classes
        self.responses = {
            name: respond(traffic, self.state, name) for name in self.classes if waits(plan, name)
        }

    def _largest_rate(self, traffic: Traffic, name: str) -> float:
        """The largest inflow of the slot, in visits per second."""
        nodes = [node for node in traffic.inflow if node.component == name]
        breaks = [t for t in traffic.breaks if self.start - 1e-6 <= t <= self.end + 1e-6]
        total = fit(lambda t: {"": sum(traffic.inflow[node].at(t) for node in nodes)}, breaks)[""]
        return max(piece.largest()[0] for piece in total.pieces if not math.isinf(piece.end))

    def _largest(self, traffic: Traffic, name: str) -> Flows:
        """The flows at the moment of the slot at which the offered work of a component is largest."""
        plan = traffic.plan
        nodes = [node for node in traffic.inflow if node.component == name]
        endless = plan.figures[name].servers is None
        work = {node: 1.0 if endless else visit_service(plan, node, ALL_UP).mean for node in nodes}
        breaks = [t for t in traffic.breaks if self.start - 1e-6 <= t <= self.end + 1e-6]
        total = fit(
            lambda t: {"": sum(traffic.inflow[node].at(t) * work[node] for node in nodes)},
            breaks,
        )[""]
        best, flows = -1.0, {}
        for piece in total.pieces:
            if math.isinf(piece.end):
                continue
            value, t = piece.largest()
            if value > best:
                middle = 0.5 * (piece.start + piece.end)
                best = value
                flows = {node: max(0.0, traffic.inflow[node].piece(middle).at(t)) for node in nodes}
        return flows


def _quantile(within: Callable[[float], float], share: float, start: float) -> float:
    """The t at which `within` reaches `share`; inf if it never does."""
    if within(1e9) < share * (1.0 - 1e-12):
        return math.inf
    low, high = 0.0, start
    while within(high) < share:
        low, high = high, 1.5 * high
    return float(brentq(lambda t: within(t) - share, low, high, xtol=1e-12, rtol=1e-11))


def latencies(
    plan: Plan, traffic: Traffic, slots: list[Slot], book: Ledger, *, over_time: bool, mixed: bool
) -> dict[tuple[str, str], ReferenceLatency]:
    model = plan.model
    waiting = {name: c for name, c in model.classes.items() if waits(plan, name)}
    wanted: list[tuple[str, float, str, list[str]]] = []
    together = [name for name, c in waiting.items() if c.in_contract]
    for target in model.contract.percentiles:
        if together:
            wanted.append((target.key, target.level, "", together))
        wanted += [(target.key, target.level, name, [name]) for name in waiting]
    for name, request_class in waiting.items():
        wanted += [(target.key, target.level, name, [name]) for target in request_class.percentiles]
    found: dict[tuple[str, str], ReferenceLatency] = {}
    calm: Ledger | None = None
    for key, level, subject, names in wanted:
        by_slot = []
        for slot in slots:
            shares = {n: model.classes[n].rate(slot.load) * (1.0 - slot.responses[n].dropped) for n in names}
            by_slot.append(_slot_quantile(slot, shares, level))
        worst = max(range(len(slots)), key=lambda k: by_slot[k])
        slot = slots[worst]
        shares = {n: model.classes[n].rate(slot.load) * (1.0 - slot.responses[n].dropped) for n in names}
        total = sum(shares.values())
        mean = sum(shares[n] * slot.responses[n].mean() for n in names) / total if total > 0.0 else 0.0
        if calm is None and over_time:
            probes = tuple({t for t in (min(by_slot), max(by_slot)) if math.isfinite(t)})
            all_up = {name: plan.counts[name] for name in plan.present}
            calm = ledger(traffic, states=[(1.0, all_up)], probes=probes)
            book = ledger(traffic, probes=probes) if mixed else book
        guess = min(t for t in (*by_slot, 1.0) if math.isfinite(t))
        contract_names = [n for n in names if model.classes[n].in_contract]
        found[key, subject] = ReferenceLatency(
            key=key,
            subject=subject,
            level=level,
            worst_s=by_slot[worst],
            slot_h=(slot.start / 3600.0, slot.end / 3600.0),
            mean_s=mean,
            by_slot=tuple(by_slot),
            weighted_s=_over(model, calm, contract_names, level, guess, lost_counts=False)
            if calm is not None and contract_names
            else None,
            with_failures_s=_over(model, book, contract_names, level, guess, lost_counts=True)
            if mixed and contract_names
            else None,
        )
    return found


def _slot_quantile(slot: Slot, shares: dict[str, float], level: float) -> float:
    total = sum(shares.values())
    if total <= 0.0:
        return 0.0

    def within(t: float) -> float:
        """Share answered by t, of those that have a response time."""
        return (
            sum(
                share * slot.responses[n].within(t) / (1.0 - slot.responses[n].dropped)
                for n, share in shares.items()
                if share > 0.0
            )
            / total
        )

    return _quantile(within, level, 1e-3)


def _over(
    model: Model, book: Ledger, names: list[str], level: float, guess: float, *, lost_counts: bool
) -> float:
    """A percentile over all requests of the curve; lost ones are endlessly late, or left out."""
    weights = [
        (moment.weight * model.classes[n].rate(moment.load), moment.responses[n])
        for moment in book.moments
        for n in names
    ]
    total = sum(w * (1.0 if lost_counts else 1.0 - response.dropped) for w, response in weights)
    if total <= 0.0:
        return 0.0
    known: dict[int, tuple[float, Response]] = {}
    for w, response in weights:
        known[id(response)] = (known.get(id(response), (0.0, response))[0] + w, response)
    return _quantile(
        lambda t: sum(w * r.within(t) for w, r in known.values()) / total, level, max(guess, 1e-3)
    )
