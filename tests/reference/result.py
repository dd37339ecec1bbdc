"""What the reference answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tests.reference.asynchronous import Backlog

__all__ = ["ReferenceLatency", "ReferenceLine", "ReferenceResult"]


@dataclass(frozen=True)
class ReferenceLine:
    """One line of the contract; sense: "at most", "at least" or "below"."""

    target: str
    subject: str
    sense: str
    limit: float
    reached: float

    @property
    def kept(self) -> bool:
        if self.sense == "below":
            return self.reached < self.limit
        return self.reached <= self.limit if self.sense == "at most" else self.reached >= self.limit


@dataclass(frozen=True)
class ReferenceLatency:
    """A percentile of a class ("" for the contract's classes together); by_slot: one value per slot."""

    key: str
    subject: str
    level: float
    worst_s: float
    slot_h: tuple[float, float]
    mean_s: float
    by_slot: tuple[float, ...]
    weighted_s: float | None
    with_failures_s: float | None


@dataclass(frozen=True)
class ReferenceResult:
    """Everything about one plan; only kept, excuses and nothing else for an invalid one.

    losses: by (cause, component), as fractions of the offered requests in the contract.
    """

    kept: bool
    excuses: tuple[str, ...] = ()
    lines: tuple[ReferenceLine, ...] = ()
    cost_usd_per_month: Decimal = Decimal(0)
    fees_usd_per_month: dict[str, Decimal] = field(default_factory=dict)
    asynchronous_components: frozenset[str] = frozenset()
    peak_rate_per_s: dict[str, float] = field(default_factory=dict)
    peak_utilisation: dict[str, float] = field(default_factory=dict)
    utilisation: dict[str, tuple[float, ...]] = field(default_factory=dict)
    stable: dict[str, bool] = field(default_factory=dict)
    latencies: dict[tuple[str, str], ReferenceLatency] = field(default_factory=dict)
    load_aware: float = 1.0
    redundancy: float = 1.0
    series: float = 1.0
    by_class: dict[str, float] = field(default_factory=dict)
    redundancy_by_class: dict[str, float] = field(default_factory=dict)
    series_by_class: dict[str, float] = field(default_factory=dict)
    losses: dict[tuple[str, str], float] = field(default_factory=dict)
    handed_off_lost: dict[str, float] = field(default_factory=dict)
    offered_requests: float = 0.0
    backlogs: dict[str, Backlog] = field(default_factory=dict)
