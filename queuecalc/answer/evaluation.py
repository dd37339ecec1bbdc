"""One plan judged along the load curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from queuecalc.answer.contract import ContractLine, Excuse
from queuecalc.evidence import Evidence

__all__ = [
    "Asynchronous",
    "Availability",
    "ComponentLine",
    "Evaluation",
    "HeldServers",
    "Latency",
    "Loss",
    "Series",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentLine:
    """What one component does in a plan.

    Attributes:
        count: units bought.
        usd_per_month: units and fees together; `fees_usd_per_month` the fees alone.
        servers: parallel servers of all units (None: unlimited).
        peak_rate_per_s: largest inflow over the curve, all operations and classes.
        peak_utilisation: offered work at that moment / servers; may exceed 1 where it may fall behind.
        peak_hour: when.
        max_utilisation: its guard, if any.
        asynchronous: reached by hand-offs alone.
        waiting_s, service_s: E[wait | T = t_q] and E[service and fixed delay | T = t_q], summed over its visits,
            at the worst slot of the contract's first percentile.
    """

    name: str
    title: str
    count: int
    usd_per_month: Decimal
    fees_usd_per_month: Decimal
    servers: int | None
    peak_rate_per_s: float
    peak_utilisation: float
    peak_hour: float
    max_utilisation: float | None
    asynchronous: bool
    waiting_s: float = 0.0
    service_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """One percentile of the response time.

    Attributes:
        key, level: "p95_ms", 0.95.
        subject: the class it speaks of; "" for all classes in the contract together.
        limit_s: the target, None when it is only reported.
        worst_s, hour: in the worst slot, and when.
        mean_s: the mean response time in that slot.
        weighted_s: over all requests of the curve.
        with_failures_s: over all requests and failure states; a lost request counts as infinitely late.
    """

    key: str
    level: float
    subject: str = ""
    limit_s: float | None = None
    worst_s: float
    hour: float
    mean_s: float
    weighted_s: float | None = None
    with_failures_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Requests lost for one reason.

    Attributes:
        cause: "down", "no steady state", "dropped", "blocked", "late".
        component: where ("" for late).
        fraction: of all offered requests in the contract.
    """

    cause: str
    component: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Served / offered, three ways.

    Attributes:
        load_aware: 1 - lost / offered, with failures, overload, drops and timeouts.
        redundancy: a component is up when a unit of it is; blind to load.
        series: the same with one unit of each.
        losses: every cause, largest first.
        by_class: load-aware, by class in the contract.
        handed_off_lost: messages lost because their taker was down, per message handed off, by taker.
        offered_requests: requests of the contract's classes over the curve.
        uncertainty: load_aware and by_class are right to within this: half the probability of the failure states
            that a coupled evaluation did not look at; 0 by the convention, which needs no enumeration.
        states: failure states that a coupled evaluation looked at; 0 by the convention.
    """

    load_aware: float
    redundancy: float
    series: float
    losses: tuple[Loss, ...] = ()
    by_class: Mapping[str, float] = field(default_factory=dict)
    handed_off_lost: Mapping[str, float] = field(default_factory=dict)
    offered_requests: float = 0.0
    uncertainty: float = 0.0
    states: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asynchronous:
    """A component that is reached by hand-offs alone.

    Attributes:
        max_lag_s, lag_hour: the longest that a newest message will wait, and when.
        stationary: whether that lag is a stationary mean wait (no backlog then), not a fluid lag.
        max_backlog_messages, backlog_hour: the longest line, and when.
        end_backlog_messages: what is left at the last knot.
        overloaded_from_h, overloaded_until_h: first and last instant of overload (None: never).
        drain_s: from the last instant of overload to an empty backlog (inf: never).
    """

    component: str
    max_lag_s: float
    lag_hour: float
    stationary: bool
    max_backlog_messages: float = 0.0
    backlog_hour: float | None = None
    end_backlog_messages: float = 0.0
    overloaded_from_h: float | None = None
    overloaded_until_h: float | None = None
    drain_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldServers:
    """Little's law for a component that waits for its own calls and does not say whether it holds a server.

    Attributes:
        needed: mean number of servers held at the peak, lambda (S + downstream).
        bought: servers bought.
        hour: the peak.
    """

    component: str
    needed: float
    bought: int
    hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Curves sampled at the slots, for plots and tables.

    Attributes:
        hours: start of each slot, and the end of the last.
        requests_per_s: the load curve at `hours`.
        utilisation: by component, the largest in each slot.
        latency_s: by percentile key, each slot.
        backlog_messages, lag_s: by asynchronous component, at `hours`.
    """

    hours: tuple[float, ...]
    requests_per_s: tuple[float, ...]
    utilisation: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    latency_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    backlog_messages: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    lag_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One plan judged: every contract line, and what stands behind it.

    Attributes:
        title, source: of the model.
        counts: units of every component.
        kept: whether every contract line holds and the plan is valid.
        lines: the contract line by line (targets, guards, stability).
        excuses: why it is refused, if it is.
        cost_usd_per_month: units and fees.
        components: those present.
        latencies: targets and, beside them, classes.
        availability: None for an invalid plan, like everything below.
        asynchronous: lags and backlogs.
        held: warnings of Little's law.
        findings: other warnings, as sentences.
        evidence: the weakest label; `statements` the keys of the evidence registry that it rests on.
        series: sampled curves (left out where not asked for).
    """

    title: str
    source: str
    counts: Mapping[str, int]
    kept: bool
    lines: tuple[ContractLine, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    cost_usd_per_month: Decimal = Decimal(0)
    hours: float = 0.0
    components: tuple[ComponentLine, ...] = ()
    latencies: tuple[Latency, ...] = ()
    availability: Availability | None = None
    asynchronous: tuple[Asynchronous, ...] = ()
    held: tuple[HeldServers, ...] = ()
    findings: tuple[str, ...] = ()
    evidence: Evidence = Evidence.EXACT
    statements: tuple[str, ...] = ()
    series: Series | None = None
