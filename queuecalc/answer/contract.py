"""One line of the contract, judged; and the excuse for which a plan is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from queuecalc.evidence import Evidence

__all__ = ["ContractLine", "Excuse", "Sense", "Unit"]

Unit = Literal["s", "fraction", "usd_per_month", "erlang", ""]
Sense = Literal["at most", "at least", "below"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLine:
    """A target, and what a plan reaches.

    Attributes:
        target: "p95", "availability", "budget", "utilisation", "stability", "lag", "retention", "drained" or
            "drain time".
        subject: the component or class it speaks of; "" for the whole.
        unit: of `limit` and `reached`: seconds, a fraction, dollars a month.
        sense: "at most" and "at least" hold with equality, "below" does not.
        limit, reached: the figure that must hold and the figure reached (inf where there is no steady state).
        kept: whether the line holds.
        hour: when it is closest to breaking; None where time plays no part.
        evidence: how far `reached` can be trusted.
    """

    target: str
    subject: str = ""
    unit: Unit
    sense: Sense
    limit: float
    reached: float
    kept: bool
    hour: float | None = None
    evidence: Evidence = Evidence.EXACT

    @property
    def left_over(self) -> float:
        """How far `reached` is inside the limit (negative when broken), in `unit`."""
        return self.reached - self.limit if self.sense == "at least" else self.limit - self.reached

    @property
    def violation(self) -> float:
        """The relative violation: 0 when kept, else |reached - limit| / limit; of the lost share for availability."""
        if self.kept:
            return 0.0
        if self.sense == "at least":
            allowed = 1.0 - self.limit
            return (self.limit - self.reached) / (allowed if allowed > 0 else 1.0)
        return abs(self.reached - self.limit) / self.limit if self.limit > 0 else float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """Why a plan, or a box of plans, is refused.

    Attributes:
        target, subject: as in `ContractLine`; or "invalid" for a plan that is none (a call that nobody takes).
        sentence: the reason in one sentence, with place, number and remedy.
        limit, reached: the figures, where there are any.
        hour: when it breaks.
    """

    target: str
    subject: str = ""
    sentence: str
    limit: float | None = None
    reached: float | None = None
    hour: float | None = None
