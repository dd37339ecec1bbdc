"""The cheapest plan, the proof that nothing cheaper does, and the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from queuecalc.answer.certificate import Certificate
from queuecalc.answer.contract import Excuse
from queuecalc.answer.evaluation import Evaluation

__all__ = ["Alternative", "Headroom", "OneLess", "Relaxation", "SizingAnswer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLess:
    """What one unit less of a component would break.

    Attributes:
        excuse: the first target that breaks, or None where the component is at its least count
            (`reason` says so).
        saves_usd_per_month: what the unit costs.
    """

    component: str
    excuse: Excuse | None
    reason: str = ""
    saves_usd_per_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """The largest factor on the load that the plan keeps.

    Attributes:
        factor: the largest load factor found to hold (relative tolerance 1e-3).
        excuse: what breaks first beyond it.
    """

    factor: float
    excuse: Excuse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A limit that binds: what a cheaper plan would need it to be, and what that saves.

    Attributes:
        target, subject: the contract line.
        limit, needed: as it is, and as it would have to be, in the line's unit.
        counts: the cheaper plan.
        saves_usd_per_month: the difference in price.
    """

    target: str
    subject: str
    unit: str
    limit: float
    needed: float
    counts: Mapping[str, int]
    saves_usd_per_month: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another minimal plan that keeps the contract (one unit less of anything breaks it).

    Attributes:
        difference: how it differs from the cheapest ("no limiter, one server more").
    """

    counts: Mapping[str, int]
    cost_usd_per_month: Decimal
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingAnswer:
    """The answer of `size`.

    Attributes:
        feasible: whether some plan keeps the contract.
        proven: whether nothing cheaper does (or, if infeasible, that no plan does) is proved.
        counts, cost_usd_per_month: the cheapest plan; if infeasible the nearest one.
        missing_usd_per_month: if all but the budget can be kept, what the budget lacks.
        evaluation: that plan judged.
        ties: other plans of the same price that keep the contract.
        one_less: by component present.
        headroom: None when infeasible.
        relaxations: for each limit that binds.
        peak_sized_usd_per_month: the cheapest price if asynchronous components had to keep up at the peak.
        alternatives: the next minimal plans, by price.
        impossible: targets that no count reaches, each with its limit, as excuses.
        refused: how many boxes of plans were refused, by target.
        plans: how many plans there are in all.
        evaluations: how many box and plan evaluations the search made.
        seconds: time taken.
        certificate: the proof.
    """

    title: str
    source: str
    feasible: bool
    proven: bool
    counts: Mapping[str, int]
    cost_usd_per_month: Decimal
    budget_usd_per_month: Decimal | None = None
    missing_usd_per_month: Decimal | None = None
    evaluation: Evaluation
    ties: tuple[Mapping[str, int], ...] = ()
    one_less: tuple[OneLess, ...] = ()
    headroom: Headroom | None = None
    relaxations: tuple[Relaxation, ...] = ()
    peak_sized_usd_per_month: Decimal | None = None
    alternatives: tuple[Alternative, ...] = ()
    impossible: tuple[Excuse, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    plans: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    certificate: Certificate | None = None
