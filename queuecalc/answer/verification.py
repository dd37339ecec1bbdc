"""What the check of a certificate found."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["NearDecision", "Verification"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDecision:
    """A limit that is kept, or broken, by less than the tolerance of the check.

    Attributes:
        place: the plan or the box of plans.
        target, subject: the limit.
        margin: (limit - reached) / limit.
    """

    place: str
    target: str
    subject: str = ""
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The outcome of `queuecalc.sizing.verify`.

    Attributes:
        verified: whether the certificate proves what it says: no faults, no contradictions.
        faults: what is wrong with it, sentence by sentence.
        contradictions: sampled plans that contradict a declared direction of a count; the plan is then the best
            found, not proven the cheapest.
        notes: refusals that hold, but by another limit or a smaller value than the certificate says.
        near: decisions within `tolerance`.
        tolerance: relative; what is closer to a limit is taken as decided the way the certificate says.
        cost_usd_per_month: of the optimum; None: no plan keeps the contract (within the budget, if there is one).
        components: names, in the order of the counts.
        optima: the plans that are said to be the cheapest.
        patterns: choices of components that were looked at; `boxes`: refused boxes of plans among them.
        sampled: plans judged to test the declared directions.
        seconds: time taken.
    """

    verified: bool
    faults: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    near: tuple[NearDecision, ...] = ()
    tolerance: float
    cost_usd_per_month: Decimal | None = None
    components: tuple[str, ...] = ()
    optima: tuple[tuple[int, ...], ...] = ()
    patterns: int = 0
    boxes: int = 0
    sampled: int = 0
    seconds: float = 0.0
