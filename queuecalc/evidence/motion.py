"""What stands behind the numbers of queues that move in time."""

from __future__ import annotations

from queuecalc.evidence.labels import Evidence, Statement

__all__ = ["MOTION"]

MOTION: tuple[Statement, ...] = (
    Statement(
        "pointwise-stationary",
        Evidence.APPROXIMATE,
        "each slot is judged by the steady state of its own rate",
        "Green & Kolesar 1991, eq. (2)",
    ),
    Statement(
        "fluid",
        Evidence.APPROXIMATE,
        "backlogs follow the fluid limit; random fluctuation around it is left out",
        "Newell 1982, chapter 2",
    ),
)
