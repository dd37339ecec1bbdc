"""One plan judged, plainly and slowly: the second route to everything that `evaluate` answers.

Written from the definitions alone; shares no formula with the package's evaluation. Failure states are enumerated
one by one over all components together, requests are followed by recursion over their calls, every way through the
random number of calls is listed, time integrals are adaptive, fluids and fractions of rates are polynomials
between their own break points.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from queuecalc.architecture import Model
from tests.reference.asynchronous import Backlog, backlog
from tests.reference.latencies import Slot, latencies
from tests.reference.losses import Ledger, ledger, redundancy
from tests.reference.plan import Node, Plan
from tests.reference.result import ReferenceLine, ReferenceResult
from tests.reference.traffic import ALL_UP, Traffic

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
    slots = [Slot(traffic, *ends, load) for ends, load in zip(traffic.slots, largest, strict=True)]
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
            n: all(slot.state.station(n).stable for slot in slots) for n in plan.present - plan.asynchronous
        },
        latencies=latencies(plan, traffic, slots, book, over_time=over_time, mixed=mixed),
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
        backlogs={name: backlog(traffic, name) for name in plan.asynchronous if traffic.lines[name]},
    )
    lines = tuple(_lines(plan, result))
    fields = {name: getattr(result, name) for name in result.__dataclass_fields__}
    return ReferenceResult(**{**fields, "lines": lines, "kept": all(line.kept for line in lines)})


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
    for name in sorted(result.backlogs):
        lines += _asynchronous_lines(plan, name, result.backlogs[name])
    for name in sorted(plan.present):
        retention = plan.figures[name].retention_s
        behind = {
            child.component
            for node in plan.reached
            if node.component == name
            for _, child in plan.onward(node, ALL_UP)
            if child.component in result.backlogs
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
