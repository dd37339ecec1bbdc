"""Plans of any size to draw: a day with one hump, made by hand; no figure comes from the library."""

from __future__ import annotations

import dataclasses
import itertools
import math
from decimal import Decimal

from queuecalc.answer import Asynchronous, ComponentLine, ContractLine, Evaluation, Excuse, Latency, Series
from queuecalc.evidence import Evidence

NAMES = (
    *("server", "worker", "postgres", "stream", "analytics", "redis", "queue", "limiter", "lb", "replica"),
    *("search", "mailer", "billing", "gateway", "session-store"),
)
HOURS = tuple(0.25 * k for k in range(97))
"""A day of quarters of an hour."""


def name_of(index: int) -> str:
    return NAMES[index] if index < len(NAMES) else f"service-{index}"


def hump(hour: float) -> float:
    """Between 0.05 at night and 1 at noon."""
    return 0.05 + 0.95 * math.exp(-(((hour - 12.0) / 4.0) ** 2))


def peak_of(index: int, asynchronous: bool) -> float:
    return 1.08 - 0.02 * index if asynchronous else 0.92 * 0.82**index


def component(index: int, *, asynchronous: bool, guard: float | None) -> ComponentLine:
    count = 1 + index % 5
    fees = Decimal("12.50") if index == 1 else Decimal(0)
    return ComponentLine(
        name=name_of(index),
        title=name_of(index).title(),
        count=count,
        usd_per_month=Decimal(17 + 11 * index % 90) * count + fees,
        fees_usd_per_month=fees,
        servers=4 * count,
        peak_rate_per_s=900.0 / (1 + index),
        peak_utilisation=peak_of(index, asynchronous),
        peak_hour=12.0,
        max_utilisation=guard,
        asynchronous=asynchronous,
        waiting_s=0.0 if asynchronous else 0.02 / (1 + index),
        service_s=0.0 if asynchronous else 0.08 / (1 + index),
    )


def plan(
    size: int = 3,
    *,
    behind: int = 0,
    limit_s: float | None = 0.4,
    budget: float | None = 1200.0,
    percentiles: tuple[float, ...] = (0.95,),
    class_limit_s: float | None = None,
    lag_limit_s: float | None = 3600.0,
    drained: bool = True,
    left: float = 0.0,
    title: str = "A day with one hump",
) -> Evaluation:
    """A plan of `size` components, the last `behind` of which are reached by hand-offs alone."""
    components = tuple(
        component(index, asynchronous=index >= size - behind, guard=0.95 if index % 3 == 0 else None)
        for index in range(size)
    )
    slots = [max(hump(a), hump(b)) for a, b in itertools.pairwise(HOURS)]
    network = 0.02
    worst = network + sum(line.waiting_s + line.service_s for line in components)
    latencies = [
        Latency(
            key=f"p{100 * level:g}_ms".replace(".", "_"),
            level=level,
            limit_s=limit_s,
            worst_s=worst * math.log(1.0 - level) / math.log(1.0 - percentiles[0]),
            hour=12.0,
            mean_s=0.3 * worst,
        )
        for level in percentiles
    ]
    latency_s = {
        entry.key: tuple(entry.worst_s * (0.7 + 0.3 * x / max(slots)) for x in slots) for entry in latencies
    }
    if class_limit_s is not None:
        latencies.append(
            Latency(
                key="p99_ms",
                level=0.99,
                subject="write",
                limit_s=class_limit_s,
                worst_s=1.4 * worst,
                hour=11.75,
                mean_s=0.3 * worst,
            )
        )
    lines = [
        ContractLine(
            target=entry.key.removesuffix("_ms"),
            subject=entry.subject,
            unit="s",
            sense="at most",
            limit=entry.limit_s,
            reached=entry.worst_s,
            kept=entry.worst_s <= entry.limit_s,
            hour=entry.hour,
        )
        for entry in latencies
        if entry.limit_s is not None
    ]
    cost = sum((line.usd_per_month for line in components), Decimal(0))
    if budget is not None:
        lines.append(
            ContractLine(
                target="budget",
                unit="usd_per_month",
                sense="at most",
                limit=budget,
                reached=float(cost),
                kept=float(cost) <= budget,
            )
        )
    asynchronous, backlog, lag = [], {}, {}
    for rank, entry in enumerate(line for line in components if line.asynchronous):
        most, longest = 2e6 / (1 + rank), 1500.0 / (1 + rank)
        shape = [max(0.0, math.exp(-(((hour - 15.0) / 2.0) ** 2)) - 0.05) / 0.95 for hour in HOURS]
        shape[-1] = left / most
        backlog[entry.name] = tuple(most * x for x in shape)
        lag[entry.name] = tuple(longest * x for x in shape)
        asynchronous.append(
            Asynchronous(
                component=entry.name,
                max_lag_s=longest,
                lag_hour=15.0,
                stationary=False,
                max_backlog_messages=most,
                backlog_hour=15.0,
                end_backlog_messages=left,
                overloaded_from_h=10.0,
                overloaded_until_h=15.0,
                drain_s=7200.0,
            )
        )
        if lag_limit_s is not None:
            lines.append(
                ContractLine(
                    target="lag",
                    subject=entry.name,
                    unit="s",
                    sense="at most",
                    limit=lag_limit_s * (1 + rank),
                    reached=longest,
                    kept=longest <= lag_limit_s * (1 + rank),
                    hour=15.0,
                )
            )
        if drained:
            lines.append(
                ContractLine(
                    target="drained",
                    subject=entry.name,
                    unit="",
                    sense="at most",
                    limit=0.0,
                    reached=left,
                    kept=left == 0.0,
                    hour=24.0,
                )
            )
    lines += [
        ContractLine(
            target="utilisation",
            subject=line.name,
            unit="fraction",
            sense="at most",
            limit=line.max_utilisation,
            reached=line.peak_utilisation,
            kept=line.peak_utilisation <= line.max_utilisation,
            hour=line.peak_hour,
        )
        for line in components
        if line.max_utilisation is not None
    ]
    excuses = tuple(
        Excuse(
            target=line.target,
            subject=line.subject,
            sentence=f"{line.target} is broken",
            limit=line.limit,
            reached=line.reached,
            hour=line.hour,
        )
        for line in lines
        if not line.kept
    )
    return Evaluation(
        excuses=excuses,
        title=title,
        source="hump",
        counts={line.name: line.count for line in components},
        kept=all(line.kept for line in lines),
        lines=tuple(lines),
        cost_usd_per_month=cost,
        hours=24.0,
        components=components,
        latencies=tuple(latencies),
        asynchronous=tuple(asynchronous),
        evidence=Evidence.APPROXIMATE,
        series=Series(
            hours=HOURS,
            requests_per_s=tuple(900.0 * hump(hour) for hour in HOURS),
            utilisation={line.name: tuple(line.peak_utilisation * x for x in slots) for line in components},
            latency_s=latency_s,
            backlog_messages=backlog,
            lag_s=lag,
        ),
    )


def overloaded() -> Evaluation:
    """A plan whose first component has no steady state from hour 10 to 14."""
    calm = plan(3)
    assert calm.series is not None
    first = dataclasses.replace(
        calm.components[0], peak_utilisation=1.4, max_utilisation=None, waiting_s=0.0, service_s=0.0
    )
    busy = tuple(
        value * 1.4 / calm.components[0].peak_utilisation for value in calm.series.utilisation["server"]
    )
    series = dataclasses.replace(
        calm.series,
        utilisation={**calm.series.utilisation, "server": busy},
        latency_s={
            "p95_ms": tuple(
                math.inf if 10.0 <= hour < 14.0 else value
                for hour, value in zip(HOURS, calm.series.latency_s["p95_ms"], strict=False)
            )
        },
    )
    broken = {"p95": math.inf, "stability": 1.4}
    lines = [
        dataclasses.replace(line, reached=math.inf, kept=False, hour=10.0) if line.target == "p95" else line
        for line in calm.lines
        if (line.target, line.subject) != ("utilisation", "server")
    ]
    lines.append(
        ContractLine(
            target="stability",
            subject="server",
            unit="fraction",
            sense="below",
            limit=1.0,
            reached=broken["stability"],
            kept=False,
            hour=12.0,
        )
    )
    latency = dataclasses.replace(calm.latencies[0], worst_s=math.inf, mean_s=math.inf, hour=10.0)
    return dataclasses.replace(
        calm,
        kept=False,
        lines=tuple(lines),
        components=(first, *calm.components[1:]),
        latencies=(latency,),
        series=series,
    )


def invalid() -> Evaluation:
    """A plan with a call that nobody takes."""
    excuse = Excuse(target="invalid", subject="worker", sentence="worker needs queue, and its count is 0")
    return Evaluation(title="none", source="", counts={"worker": 1}, kept=False, excuses=(excuse,))
