"""The load curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from queuecalc.answer import Evaluation
from queuecalc.report.figures.frame import hour_axis, prepare, value_axis
from queuecalc.report.figures.given import flat, series_of
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import BLUE
from queuecalc.report.numerals import digits, hour, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_load"]


def draw_load(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw the requests per second over time, the peak marked.

    Args:
        evaluation: a plan judged with `series=True`.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the evaluation has no curves.
    """
    series = series_of(evaluation)
    rates = series.requests_per_s
    top, low = max(rates), min(rates)
    at = int(np.argmax(rates))
    constant = flat(rates)
    prepare(
        ax,
        f"Load: {rate(top)}, constant"
        if constant
        else f"Load: {digits(low)} to {digits(top)} requests/s, highest at {hour(series.hours[at])}",
    )
    ax.plot(series.hours, rates, color=BLUE, linewidth=1.8)
    ax.fill_between(series.hours, rates, color=BLUE, alpha=0.12, linewidth=0)
    hour_axis(ax, series.hours)
    value_axis(ax, 1.2 * top, "requests/s")
    if not constant:
        ax.plot([series.hours[at]], [top], color=BLUE, marker="o", markersize=6, clip_on=False, zorder=5)
        Labels(ax, [(series.hours, rates)]).point(f"peak {rate(top)}", series.hours[at], top)
    return ax
