"""What must hold: percentiles, availability, budget, backlogs; and the classes of requests it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

__all__ = ["AvailabilityMode", "Contract", "PercentileTarget", "RequestClass"]

AvailabilityMode = Literal["load-aware", "redundancy", "series"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileTarget:
    """At least the share `level` of requests is answered within `seconds`, in every slot.

    Attributes:
        key: as in the model file ("p95_ms", "p99_9_ms").
        level: 0.95, 0.999.
        seconds: the target.
    """

    key: str
    level: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClass:
    """A kind of request; it travels with the work and selects calls.

    Attributes:
        share: its rate as a share of the load curve (None when `per_s` is given).
        per_s: its fixed rate, whatever the load curve does.
        in_contract: whether percentiles and availability speak of it.
        percentiles: targets of this class alone.
        availability: target of this class alone, as a fraction.
    """

    name: str
    share: float | None = 1.0
    per_s: float | None = None
    in_contract: bool = True
    percentiles: tuple[PercentileTarget, ...] = ()
    availability: float | None = None

    def rate(self, load: float) -> float:
        """Requests per second of this class when the load curve stands at `load` requests per second."""
        return self.per_s if self.per_s is not None else (self.share or 0.0) * load


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The limits; None where the model file sets none.

    Attributes:
        percentiles: over the classes in the contract together.
        availability: served / offered, as a fraction.
        availability_mode: which of the three figures the target speaks of.
        budget_usd_per_month: the most that a month may cost.
        timeout_s: a later answer counts as lost.
        max_lag_s: on every asynchronous component.
        drained_by_end: no backlog at the last knot of the curve.
        drain_within_s: from the last instant of overload, on every asynchronous component.
    """

    percentiles: tuple[PercentileTarget, ...] = ()
    availability: float | None = None
    availability_mode: AvailabilityMode = "load-aware"
    budget_usd_per_month: Decimal | None = None
    timeout_s: float | None = None
    max_lag_s: float | None = None
    drained_by_end: bool = False
    drain_within_s: float | None = None
