"""Percentiles of the response time over the load curve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from queuecalc.answer import Evaluation, Latency
from queuecalc.errors import InvalidInput
from queuecalc.report.figures.curves import (
    Curve,
    Limit,
    draw_curves,
    draw_limits,
    fitted_top,
    name_curves,
    together,
)
from queuecalc.report.figures.frame import hour_axis, prepare, time_unit, value_axis
from queuecalc.report.figures.given import flat, moment, series_of
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import FAINT, GREY, Look, looks
from queuecalc.report.figures.wording import short
from queuecalc.report.numerals import apart, percentile_name, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_latency"]

_FAR = 3.0
"""A percentile further than so many times its target is cut off at the top, and its value written."""


def _name(entry: Latency) -> str:
    of = f" of {short(entry.subject)}" if entry.subject else ""
    return f"{percentile_name(entry.level)}{of}"


def _excess(entry: Latency) -> float:
    return entry.worst_s / entry.limit_s if entry.limit_s else 0.0


def _title(evaluation: Evaluation, entries: Sequence[Latency]) -> str:
    limited = [entry for entry in evaluation.latencies if entry.limit_s is not None]
    worst = max(limited or entries, key=_excess)
    if not math.isfinite(worst.worst_s):
        return f"Response time: {_name(worst)} grows without bound{moment(evaluation, worst.hour)}"
    if worst.limit_s is None:
        return f"Response time: {_name(worst)} is {seconds(worst.worst_s)} at worst{moment(evaluation, worst.hour)}"
    target = f"p{worst.key.removeprefix('p').removesuffix('_ms')}"
    line = next((e for e in evaluation.lines if (e.target, e.subject) == (target, worst.subject)), None)
    kept = worst.worst_s <= worst.limit_s if line is None else line.kept
    limit, reached = apart(worst.limit_s, worst.worst_s, seconds)
    if kept:
        more = " comes closest:" if len(limited) > 1 else " keeps its target:"
        return f"Response time: {_name(worst)}{more} {reached} of {limit}{moment(evaluation, worst.hour)}"
    return f"Response time: {_name(worst)} breaks its target of {limit}, {reached}{moment(evaluation, worst.hour)}"


def _note(entry: Latency) -> str:
    reached = seconds(entry.worst_s) if math.isfinite(entry.worst_s) else "without bound"
    return reached if entry.limit_s is None else f"{reached} (target {seconds(entry.limit_s)})"


def _unstable(hours: Sequence[float], values: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Spans of hours without a steady state."""
    start = None
    for index, value in enumerate([*values, 0.0]):
        if not math.isfinite(value):
            start = index if start is None else start
        elif start is not None:
            yield hours[start], hours[index]
            start = None


def draw_latency(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw the percentiles of the contract in each slot, with their targets.

    A class with a target of its own is a point at its worst slot. Times without a steady state are hatched; what is
    far above its target is cut off, and its value is in the title or beside the axes.

    Args:
        evaluation: a plan judged with `series=True`.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the evaluation has no curves, or no request is waited for.
    """
    series = series_of(evaluation)
    of_all = {entry.key: entry for entry in evaluation.latencies if not entry.subject}
    shown = [entry for key, entry in of_all.items() if key in series.latency_s]
    if not shown:
        raise InvalidInput("no request waits for an answer; there is no response time to draw")
    apart_ = [entry for entry in evaluation.latencies if entry.subject and entry.limit_s is not None]
    prepare(ax, _title(evaluation, shown))
    limits_s = [entry.limit_s for entry in (*shown, *apart_) if entry.limit_s is not None]
    tops = [value for entry in shown for value in series.latency_s[entry.key] if math.isfinite(value)]
    tops += [entry.worst_s for entry in apart_ if math.isfinite(entry.worst_s)]
    top_s = fitted_top(tops, [Limit("", limit, "") for limit in limits_s])
    if limits_s:
        top_s = min(top_s, _FAR * max(limits_s))
    unit, unit_name = time_unit(top_s)
    style = looks([*(entry.key for entry in shown), *(f"{e.key} {e.subject}" for e in apart_)])
    curves = [
        Curve(
            percentile_name(entry.level),
            [value / unit for value in series.latency_s[entry.key]],
            entry.worst_s / unit,
            _note(entry),
            style[entry.key],
        )
        for entry in shown
    ]
    alone = len(curves) == 1 and not apart_
    hour_axis(ax, series.hours)
    value_axis(ax, 1.15 * top_s / unit, f"response time [{unit_name}]")
    spans = list(_unstable(series.hours, max((series.latency_s[e.key] for e in shown), key=sum)))
    for start, end in spans:
        ax.axvspan(
            start, end, facecolor=FAINT, edgecolor=GREY, hatch="///", alpha=0.5, linewidth=0, zorder=0.5
        )
    named, _ = draw_curves(ax, series.hours, curves)
    sight = [(series.hours[: len(curve.values)], curve.values) for curve in curves]
    labels = Labels(ax, sight, narrowed=1.1 if alone else 0.6)
    for start, end in spans[:1]:
        middle, _ = labels.share((start + end) / 2.0, 0.0)
        middle = min(max(middle, 0.2), 0.8)
        labels.write("no steady state", [(middle, height, "center", "center") for height in (0.3, 0.6, 0.15)])
    targets = [
        Limit(_name(entry), entry.limit_s / unit, f"target {seconds(entry.limit_s)}")
        for entry in (*shown, *apart_)
        if entry.limit_s is not None
    ]
    limits = together(targets)
    for limit in limits:
        labels.avoid(limit.value)
    if alone:
        key = shown[0].key
        _mark_worst(ax, labels, shown[0], unit, style[key], series.latency_s[key])
    draw_limits(ax, limits, labels)
    points = [_class_point(ax, entry, unit, style[f"{entry.key} {entry.subject}"]) for entry in apart_]
    if not alone:
        name_curves(ax, [*named, *points], labels, title="at its worst")
    return ax


def _mark_worst(
    ax: Axes, labels: Labels, entry: Latency, unit: float, look: Look, values: Sequence[float]
) -> None:
    worst = entry.worst_s / unit
    at, level = entry.hour, flat(values)
    if worst <= ax.get_ylim()[1]:
        if level:
            at = sum(ax.get_xlim()) / 2.0
        else:
            ax.plot([at], [worst], color=look.colour, marker="o", markersize=6, zorder=5, clip_on=False)
        labels.point(f"{_name(entry)}  {seconds(entry.worst_s)}", at, worst, color=look.colour)


def _class_point(ax: Axes, entry: Latency, unit: float, look: Look) -> Curve:
    worst = entry.worst_s / unit
    if worst <= ax.get_ylim()[1]:
        ax.plot(
            [entry.hour],
            [worst],
            color=look.colour,
            marker=look.marker,
            markersize=7,
            linestyle="none",
            zorder=5,
        )
    return Curve(_name(entry), (), worst, _note(entry), look)
