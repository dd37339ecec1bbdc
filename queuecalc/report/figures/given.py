"""What an evaluation has to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

from queuecalc.answer import ComponentLine, Evaluation, Series
from queuecalc.errors import InvalidInput
from queuecalc.report.numerals import hour

__all__ = ["components_of", "finite", "flat", "moment", "series_of"]

_LEVEL = 1e-9


def components_of(evaluation: Evaluation) -> Sequence[ComponentLine]:
    """The components of a plan.

    Raises:
        InvalidInput: the plan is invalid, so that nothing was calculated.
    """
    if not evaluation.components:
        why = "; ".join(excuse.sentence for excuse in evaluation.excuses) or "it has no components"
        raise InvalidInput(f"this plan is not valid and cannot be drawn: {why}")
    return evaluation.components


def series_of(evaluation: Evaluation) -> Series:
    """The sampled curves.

    Raises:
        InvalidInput: the plan is invalid, or the curves were not asked for.
    """
    components_of(evaluation)
    if evaluation.series is None:
        raise InvalidInput("evaluation.series is None, expected sampled curves; evaluate with series=True")
    return evaluation.series


def finite(values: Sequence[float]) -> list[float]:
    """NaN, which no line is drawn through, in place of inf."""
    return [value if math.isfinite(value) else math.nan for value in values]


def flat(values: Sequence[float]) -> bool:
    """Whether a curve is level."""
    return max(values) - min(values) <= _LEVEL * abs(max(values))


def moment(evaluation: Evaluation, at: float | None) -> str:
    """The hour of something, where the load changes at all: " at hour 12.5"."""
    constant = evaluation.series is not None and flat(evaluation.series.requests_per_s)
    return "" if at is None or constant else f" at {hour(at)}"
