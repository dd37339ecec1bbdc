"""What the search asks of a judge of plans: the whole interface between sizing and evaluation.

A plan is one count per component, a box all plans with lower <= counts <= upper, a pattern the set of present
components (count > 0). The search never looks inside a judgement; it trusts that a refused box holds no plan that
keeps the contract, and samples whether that is so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

from queuecalc.answer import Evaluation, Excuse

__all__ = ["Counts", "Digested", "Floored", "Judge", "PatternJudge"]

Counts = tuple[int, ...]
"""One count per component, in the order of `Judge.names`."""


class PatternJudge(Protocol):
    """One pattern of present components."""

    @property
    def present(self) -> tuple[str, ...]:
        """Names of the components with a count above zero."""

    @property
    def invalid(self) -> Excuse | None:
        """Why no plan of this pattern is one (a call that nobody takes), or None."""

    @property
    def lower(self) -> Counts:
        """Least permitted counts, at least 1 for present components, 0 for absent ones."""

    @property
    def upper(self) -> Counts:
        """Most permitted counts (10**9 where there is no limit), 0 for absent components."""

    @property
    def prices(self) -> tuple[Decimal, ...]:
        """Dollars a month of one unit in this pattern; never negative."""

    @property
    def fees(self) -> Decimal:
        """Fixed fees of the pattern in dollars a month."""

    @property
    def undirected(self) -> tuple[int, ...]:
        """Indices of counts that neither help nor harm some target for good: no wide box is refused for it."""

    def least(self, lower: Counts, upper: Counts) -> Sequence[tuple[int, int, Excuse]]:
        """Cheap separable bounds: (index, n, excuse that refuses all plans of the box with fewer than n)."""

    def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
        """An excuse that holds for every plan of the box, or None.

        Exact on a single plan (lower == upper): None if and only if it keeps the whole contract, budget aside.
        """


class Judge(Protocol):
    """Every plan of one model."""

    @property
    def names(self) -> tuple[str, ...]:
        """The components, in the order of every tuple of counts."""

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The widest permitted range of each count over all patterns; 0 makes a component optional."""

    @property
    def budget(self) -> Decimal | None:
        """The most that a month may cost."""

    def pattern(self, present: frozenset[str]) -> PatternJudge:
        """The judge of one pattern."""

    def evaluate(self, counts: Mapping[str, int], *, series: bool = False) -> Evaluation:
        """The whole judgement of one plan, budget included."""

    def excuses(self, counts: Mapping[str, int], *, closely: bool = False) -> tuple[Excuse, ...]:
        """Everything that a plan breaks, budget included.

        Args:
            closely: whether the numbers are to be told; otherwise they may be bounds.
        """

    def first_excuse(self, counts: Mapping[str, int], *, closely: bool = False) -> Excuse | None:
        """The first thing that a plan breaks, budget included, in the units of the contract; None if it is kept.

        Args:
            closely: whether its number is to be told; otherwise it may be a bound.
        """

    def without(self, target: str, subject: str) -> Judge:
        """The same model with one limit removed: what is refused for another reason stays refused.

        Raises:
            InvalidInput: the target is no limit of the contract (stability).
        """

    def relaxed(self, violation: float, only: frozenset[tuple[str, str]] | None = None) -> Judge:
        """The same model where every limit but the budget may be broken by this relative violation.

        Args:
            only: (target, subject) of the limits that are relaxed; None for all.
        """

    def scaled(self, factor: float) -> Judge:
        """The same model with `factor` times the load."""

    def keeping_up(self) -> Judge:
        """The same model where asynchronous components must keep up in every slot: what is refused stays refused."""


@runtime_checkable
class Floored(Protocol):
    """A judge that knows lower bounds of its prices over all patterns: dear patterns then are never opened."""

    @property
    def floor_prices(self) -> tuple[Decimal, ...]:
        """The least price of one unit over all patterns, in dollars a month; fees are at least 0."""


@runtime_checkable
class Digested(Protocol):
    """A judge that knows the SHA-256 of its model's meaning."""

    @property
    def digest(self) -> str:
        """Hexadecimal."""
