"""One plan judged, plainly and slowly: the second route to everything that `evaluate` answers.

Written from the definitions alone; shares no formula with the package's evaluation. Failure states are enumerated
one by one over all components together, requests are followed by recursion over their calls, every way through the
random number of calls is listed, time integrals are adaptive, fluids and fractions of rates are polynomials
between their own break points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from scipy.optimize import brentq

from queuecalc.architecture import Model
from tests.reference.asynchronous import Backlog, backlog
from tests.reference.losses import Ledger, ledger, redundancy, waits
from tests.reference.pieces import fit
from tests.reference.plan import Node, Plan
from tests.reference.response import Response, State, respond
from tests.reference.result import ReferenceLatency, ReferenceLine, ReferenceResult
from tests.reference.stations import utilisation, visit_service
from tests.reference.traffic import ALL_UP, Flows, Traffic

__all__ = ["reference_evaluate"]


def reference_evaluate(
    model: Model, counts: Mapping[str, int], *, over_time: bool = True, mixed: bool = False
) -> ReferenceResult:
    """Judge one plan.

    Args:
        model: what would be built, what comes in, what must hold.
        counts: units of every component.
        over_time: also the percentiles weighted by requests over the curve.
        mixed: also the percentiles mixed over failure states (slow).
    """
    plan = Plan(model, counts)
    if plan.excuses:
        return ReferenceResult(kept=False, excuses=tuple(plan.excuses))
    traffic = Traffic(plan)
    largest = [float(value) for value in model.load.curve.slots.largest]
    slots = [_Slot(traffic, *ends, load) for ends, load in zip(traffic.slots, largest, strict=True)]
    book = ledger(traffic)
    offered = sum(book.offered.values())
    lost = {name: sum(causes.values()) for name, causes in book.lost.items()}
    losses: dict[tuple[str, str], float] = {}
    for causes in book.lost.values():
        for cause, requests in causes.items():
            losses[cause] = losses.get(cause, 0.0) + requests / offered
    by_class = {name: 1.0 - lost[name] / book.offered[name] if book.offered[name] else 1.0 for name in lost}
    duplicated = redundancy(plan, single=False)
    single = redundancy(plan, single=True)
    fees = {name: _fees(plan, traffic, name) for name in plan.present}
    cost = sum((plan.figures[n].usd_per_month * plan.counts[n] for n in plan.present), Decimal(0)) + sum(
        fees.values(), Decimal(0)
    )
    result = ReferenceResult(
        kept=True,
        cost_usd_per_month=cost,
        fees_usd_per_month=fees,
        asynchronous_components=plan.asynchronous,
        peak_rate_per_s={name: max(slot.rate[name] for slot in slots) for name in plan.present},
        peak_utilisation={name: max(slot.utilisation[name] for slot in slots) for name in plan.present},
        utilisation={name: tuple(slot.utilisation[name] for slot in slots) for name in plan.present},
        stable={
            n: all(slot.state.stations[n].stable for slot in slots) for n in plan.present - plan.asynchronous
        },
        latencies=_latencies(plan, traffic, slots, book, over_time=over_time, mixed=mixed),
        load_aware=1.0 - sum(lost.values()) / offered if offered else 1.0,
        redundancy=_mixed(duplicated, book),
        series=_mixed(single, book),
        by_class=by_class,
        redundancy_by_class=duplicated,
        series_by_class=single,
        losses=losses,
        handed_off_lost={
            name: book.gone[name] / sent for name, sent in book.handed_off.items() if sent > 0.0
        },
        offered_requests=offered,
        backlogs={name: backlog(traffic, name) for name in plan.asynchronous},
    )
    lines = tuple(_lines(plan, result))
    fields = {name: getattr(result, name) for name in result.__dataclass_fields__}
    return ReferenceResult(**{**fields, "lines": lines, "kept": all(line.kept for line in lines)})


class _Slot:
    """One slot of the load curve, every station at its own largest inflow."""

    def __init__(self, traffic: Traffic, start: float, end: float, load: float) -> None:
        self.start, self.end = start, end
        plan = traffic.plan
        self.utilisation: dict[str, float] = {}
        self.rate: dict[str, float] = {}
        flows: Flows = {}
        for name in plan.present:
            here = self._largest(traffic, name)
            self.rate[name] = sum(here.values())
            self.utilisation[name] = utilisation(plan, name, here, plan.counts[name], ALL_UP)
            flows.update(here)
        self.state = State.of(traffic, flows, {name: plan.counts[name] for name in plan.present})
        self.load = load
        self.classes = plan.model.classes
        self.responses = {
            name: respond(traffic, self.state, name) for name in self.classes if waits(plan, name)
        }

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


# -- latency


def _quantile(within: Callable[[float], float], share: float, start: float) -> float:
    """The t at which `within` reaches `share`; inf if it never does."""
    if within(1e9) < share * (1.0 - 1e-12):
        return math.inf
    high = start
    while within(high) < share:
        high *= 2.0
    return float(brentq(lambda t: within(t) - share, 0.0, high, xtol=1e-12, rtol=1e-12))


def _latencies(
    plan: Plan, traffic: Traffic, slots: list[_Slot], book: Ledger, *, over_time: bool, mixed: bool
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
        contract_names = [n for n in names if model.classes[n].in_contract]
        found[key, subject] = ReferenceLatency(
            key=key,
            subject=subject,
            level=level,
            worst_s=by_slot[worst],
            slot_h=(slot.start / 3600.0, slot.end / 3600.0),
            mean_s=mean,
            by_slot=tuple(by_slot),
            weighted_s=_over(model, calm, contract_names, level, lost_counts=False)
            if calm is not None and contract_names
            else None,
            with_failures_s=_over(model, book, contract_names, level, lost_counts=True)
            if mixed and contract_names
            else None,
        )
    return found


def _slot_quantile(slot: _Slot, shares: dict[str, float], level: float) -> float:
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


def _over(model: Model, book: Ledger, names: list[str], level: float, *, lost_counts: bool) -> float:
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
    return _quantile(lambda t: sum(w * r.within(t) for w, r in known.values()) / total, level, 1e-3)


# -- the contract


def _mixed(by_class: dict[str, float], book: Ledger) -> float:
    offered = sum(book.offered.values())
    return sum(by_class[n] * book.offered[n] for n in by_class) / offered if offered else 1.0


def _fees(plan: Plan, traffic: Traffic, name: str) -> Decimal:
    """Fees of one component for a month: visits with nothing capped and nothing behind."""
    figures = plan.figures[name]
    visits = 0.0
    slots = plan.model.load.curve.slots

    def below(node: Node, rate: float) -> float:
        total = rate if node.component == name else 0.0
        kept = traffic.kept(node) if node.component in plan.present else 1.0
        for call, child in plan.onward(node, ALL_UP):
            total += below(child, rate * kept * call.times)
        return total

    for class_name, request_class in plan.model.classes.items():
        requests = sum(
            0.5 * (request_class.rate(float(a)) + request_class.rate(float(b))) * float(h) * 3600.0
            for a, b, h in zip(slots.left, slots.right, slots.length_h, strict=True)
        )
        visits += below(plan.users(class_name), requests)
    month = visits * float(plan.model.load.repeats)
    fee = month / 1e6 * float(figures.usd_per_million_calls)
    fee += month * figures.kb_per_call / 1e6 * float(figures.usd_per_gb)
    return Decimal(repr(fee)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _lines(plan: Plan, result: ReferenceResult) -> list[ReferenceLine]:
    contract = plan.model.contract
    lines: list[ReferenceLine] = []

    def line(target: str, subject: str, sense: str, limit: float, reached: float) -> None:
        lines.append(ReferenceLine(target, subject, sense, limit, reached))

    if contract.budget_usd_per_month is not None:
        over = result.cost_usd_per_month - contract.budget_usd_per_month
        limit = float(contract.budget_usd_per_month)
        line("budget", "", "at most", limit, limit + float(over))
    for target in contract.percentiles:
        if (target.key, "") in result.latencies:
            line(target.key, "", "at most", target.seconds, result.latencies[target.key, ""].worst_s)
    for name, request_class in plan.model.classes.items():
        for target in request_class.percentiles:
            if (target.key, name) in result.latencies:
                line(target.key, name, "at most", target.seconds, result.latencies[target.key, name].worst_s)
    mode = contract.availability_mode
    whole, each = {
        "load-aware": (result.load_aware, result.by_class),
        "redundancy": (result.redundancy, result.redundancy_by_class),
        "series": (result.series, result.series_by_class),
    }[mode]
    if contract.availability is not None:
        line("availability", "", "at least", contract.availability, whole)
    for name, request_class in plan.model.classes.items():
        if request_class.availability is not None and name in each:
            line("availability", name, "at least", request_class.availability, each[name])
    for name in sorted(plan.present):
        figures = plan.figures[name]
        if figures.max_utilisation is not None:
            line("utilisation", name, "at most", figures.max_utilisation, result.peak_utilisation[name])
        if name in plan.waited_for and figures.max_queue is None and figures.servers is not None:
            line("stability", name, "below", 1.0, result.peak_utilisation[name])
    for name in sorted(plan.asynchronous):
        lines += _asynchronous_lines(plan, name, result.backlogs[name])
    for name in sorted(plan.present):
        retention = plan.figures[name].retention_s
        behind = {
            child.component
            for node in plan.reached
            if node.component == name
            for _, child in plan.onward(node, ALL_UP)
            if child.component in plan.asynchronous
        }
        if retention is not None and behind:
            line("retention", name, "below", retention, max(result.backlogs[b].max_lag_s for b in behind))
    return lines


def _asynchronous_lines(plan: Plan, name: str, backlog: Backlog) -> list[ReferenceLine]:
    contract, figures = plan.model.contract, plan.figures[name]
    lines = []
    lags = [limit for limit in (contract.max_lag_s, figures.max_lag_s) if limit is not None]
    if lags:
        lines.append(ReferenceLine("lag", name, "at most", min(lags), backlog.max_lag_s))
    if contract.drained_by_end:
        lines.append(ReferenceLine("drained", name, "at most", 0.0, backlog.end_backlog_messages))
    drains = [limit for limit in (contract.drain_within_s, figures.drain_within_s) if limit is not None]
    if drains:
        lines.append(ReferenceLine("drain time", name, "at most", min(drains), backlog.drain_s))
    return lines
