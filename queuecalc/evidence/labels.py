"""How far a number can be trusted, and the theorem and the paper that stand behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Evidence", "Statement", "weakest"]


class Evidence(StrEnum):
    """The label of a result, from strongest to weakest."""

    EXACT = "exact"
    BOUND = "bound"
    APPROXIMATE = "approximate"

    @property
    def rank(self) -> int:
        """0 for exact, 1 for a bound, 2 for approximate."""
        return list(Evidence).index(self)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that stands behind a number.

    Attributes:
        key: its name in `STATEMENTS`.
        evidence: exact, bound or approximate.
        sentence: what it says, with the measured error where it is approximate.
        paper: author, year and equation or theorem.
    """

    key: str
    evidence: Evidence
    sentence: str
    paper: str


def weakest(labels: Iterable[Evidence]) -> Evidence:
    """The weakest of some labels; exact when there is none."""
    return max(labels, key=lambda label: label.rank, default=Evidence.EXACT)
