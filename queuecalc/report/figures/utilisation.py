"""How busy every component is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from queuecalc.answer import ComponentLine, ContractLine, Evaluation, Series
from queuecalc.errors import InvalidInput
from queuecalc.report.figures.curves import Curve, Limit, draw_curves, draw_limits, name_curves, together
from queuecalc.report.figures.frame import hour_axis, prepare, value_axis
from queuecalc.report.figures.given import flat, moment, series_of
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import looks
from queuecalc.report.figures.wording import short
from queuecalc.report.numerals import apart, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_utilisation"]


def _title(evaluation: Evaluation, busiest: ComponentLine) -> str:
    broken = [
        line for line in evaluation.lines if line.target in ("stability", "utilisation") and not line.kept
    ]
    if broken:
        worst = max(broken, key=lambda line: (line.target == "stability", line.reached / line.limit))
        return f"Utilisation: {_breach(worst)}{moment(evaluation, worst.hour)}"
    guards = [line for line in evaluation.lines if line.target == "utilisation"]
    kept = "" if not guards else "; its guard holds" if len(guards) == 1 else "; every guard holds"
    if len(guards) == 1 and guards[0].subject != busiest.name:
        kept = f"; the guard of {short(guards[0].subject)} holds"
    peak = percent(busiest.peak_utilisation)
    return f"Utilisation: {short(busiest.name)} is busiest, {peak}{kept}"


def _breach(line: ContractLine) -> str:
    limit, reached = apart(line.limit, line.reached, percent)
    if line.target == "stability":
        return f"{short(line.subject)} has no steady state, {reached}"
    return f"{short(line.subject)} breaks its guard of {limit}, {reached}"


def _note(line: ComponentLine) -> str:
    guard = "" if line.max_utilisation is None else f" (guard {percent(line.max_utilisation)})"
    return f"{percent(line.peak_utilisation)}{guard}"


def _alone(series: Series, line: ComponentLine) -> tuple[float, float]:
    """Where to write the name of a single curve."""
    level = flat(series.utilisation[line.name])
    return (series.hours[0] + series.hours[-1]) / 2.0 if level else line.peak_hour, line.peak_utilisation


def draw_utilisation(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw the largest utilisation in each slot, by component, with guards and full capacity.

    Components with unlimited servers have none. The legend is ordered by the peak.

    Args:
        evaluation: a plan judged with `series=True`.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the evaluation has no curves, or every component has unlimited servers.
    """
    series = series_of(evaluation)
    style = looks(line.name for line in evaluation.components)
    lines = {line.name: line for line in evaluation.components if line.name in series.utilisation}
    if not lines:
        raise InvalidInput("no component has a limited number of servers; there is no utilisation to draw")
    curves = [
        Curve(
            name,
            series.utilisation[name],
            line.peak_utilisation,
            _note(line),
            style[name],
            _alone(series, line) if len(lines) == 1 else None,
        )
        for name, line in lines.items()
    ]
    busiest = max(lines.values(), key=lambda line: line.peak_utilisation)
    prepare(ax, _title(evaluation, busiest))
    hour_axis(ax, series.hours)
    top = max(1.0, *(max(values) for values in series.utilisation.values() if values))
    value_axis(ax, 1.1 * top if math.isfinite(top) else 2.0, "busy servers", percent=True)
    named, others = draw_curves(ax, series.hours, curves)
    guards = [
        Limit(name, line.max_utilisation, f"guard {percent(line.max_utilisation)}")
        for name, line in lines.items()
        if line.max_utilisation is not None
    ]
    labels = Labels(
        ax,
        [(series.hours[: len(c.values)], c.values) for c in curves],
        narrowed=0.6 if len(curves) > 1 else 1.1,
    )
    draw_limits(ax, [*together(guards), Limit("", 1.0, "capacity 100 %")], labels)
    name_curves(ax, named, labels, others=[curve.note for curve in others], title="at its peak")
    return ax
