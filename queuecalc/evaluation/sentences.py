"""A broken contract line as one sentence: place, number, hour, remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping

from queuecalc.answer import ContractLine, Excuse

__all__ = ["duration", "excuse_for", "too_much_lost"]


def duration(seconds: float) -> str:
    """Seconds in the unit that a person would choose."""
    if math.isinf(seconds):
        return "infinite"
    for unit, size in (("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= 2.0 * size or (unit == "s" and seconds >= 1.0):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1000.0:.4g} ms"


def _least_units(line: ContractLine, units: int) -> int:
    """The fewest units that bring a utilisation below (or to) its limit."""
    needed = line.reached * units / line.limit
    return math.floor(needed) + 1 if line.sense == "below" else math.ceil(needed * (1.0 - 1e-12))


def too_much_lost(subject: str, limit: float, lost: float, hour: float | None = None) -> Excuse:
    """An availability that is missed by at least so much."""
    of = f" of {subject}" if subject else ""
    return Excuse(
        target="availability",
        subject=subject,
        sentence=f"availability{of}: at least {1e4 * lost:.3g} of 10,000 requests are lost, "
        f"{1e4 * (1.0 - limit):.4g} are allowed",
        limit=limit,
        reached=1.0 - lost,
        hour=hour,
    )


def excuse_for(line: ContractLine, counts: Mapping[str, int], *, at_least: bool = False) -> Excuse:
    """Why a plan is refused by a line that it does not keep.

    Args:
        at_least: whether what is lost may be a lower bound.
    """
    if at_least and line.target == "availability":
        return too_much_lost(line.subject, line.limit, 1.0 - line.reached, line.hour)
    when = f" at hour {line.hour:.1f}" if line.hour is not None else ""
    of = f" of {line.subject}" if line.subject else ""
    match line.target:
        case "stability" | "utilisation" if math.isinf(line.reached):
            text = (
                f"{line.subject}: its servers wait{when} for calls to a component that has no steady state; "
                "more units of that one are needed"
            )
        case "stability" | "utilisation":
            least = _least_units(line, counts[line.subject])
            limit = "" if line.target == "stability" else f", above {line.limit:g}"
            text = f"{line.subject}: rho {line.reached:.3g}{when}{limit}; at least {least} units are needed"
        case "budget":
            text = f"costs ${line.reached:,.2f} a month, ${line.reached - line.limit:,.2f} over the budget"
        case "availability":
            text = (
                f"availability{of} {100 * line.reached:.4g} %, below {100 * line.limit:.6g} %: "
                f"{1e4 * (1 - line.reached):.3g} of 10,000 requests are lost"
            )
        case "drained":
            text = f"{line.subject}: {line.reached:,.0f} messages are left when the curve ends"
        case "lag":
            text = f"{line.subject}: lag {duration(line.reached)}{when}, above {duration(line.limit)}"
        case "retention":
            text = (
                f"{line.subject}: messages wait {duration(line.reached)}{when} and are dropped after "
                f"{duration(line.limit)}"
            )
        case "drain time":
            text = f"{line.subject}: drains in {duration(line.reached)}, above {duration(line.limit)}"
        case _:
            text = f"{line.target}{of} {duration(line.reached)}{when}, above {duration(line.limit)}"
    return Excuse(
        target=line.target,
        subject=line.subject,
        sentence=text,
        limit=line.limit,
        reached=line.reached,
        hour=line.hour,
    )
