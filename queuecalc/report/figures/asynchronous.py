"""What piles up before components that nobody waits for: the line of messages, and how long the newest will wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from queuecalc.answer import Asynchronous, ContractLine, Evaluation, Series
from queuecalc.errors import InvalidInput
from queuecalc.report.figures.curves import (
    Curve,
    Limit,
    draw_curves,
    draw_limits,
    fitted_top,
    name_curves,
    several,
    together,
)
from queuecalc.report.figures.frame import hour_axis, message_unit, prepare, time_unit, value_axis
from queuecalc.report.figures.given import moment, series_of
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import DARK, looks
from queuecalc.report.figures.wording import short
from queuecalc.report.numerals import apart, seconds, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_backlog", "draw_lag"]

_MESSAGE = 0.5
"""Less than this is no backlog."""


def _asynchronous(evaluation: Evaluation) -> tuple[Series, list[Asynchronous]]:
    series = series_of(evaluation)
    found = [entry for entry in evaluation.asynchronous if entry.component in series.lag_s]
    if not found:
        raise InvalidInput("every component is waited for; there is neither a backlog nor a lag to draw")
    return series, found


# -- backlog


def _left(entries: Sequence[Asynchronous]) -> list[Asynchronous]:
    return [entry for entry in entries if entry.end_backlog_messages >= _MESSAGE]


def _backlog_title(evaluation: Evaluation, entries: Sequence[Asynchronous]) -> str:
    worst = max(entries, key=lambda entry: entry.max_backlog_messages)
    if worst.max_backlog_messages < _MESSAGE:
        return "Backlog: none at any time"
    most = f"Backlog: {short(worst.component)} up to {whole(worst.max_backlog_messages)}"
    left = _left(entries)
    if left:
        rest = max(left, key=lambda entry: entry.end_backlog_messages)
        allowed = all(line.kept for line in evaluation.lines if line.target == "drained")
        what = f"{whole(rest.end_backlog_messages)} left at the end"
        return f"{most}; {what}" if allowed else f"{most}; not drained, {what}"
    late = [line for line in evaluation.lines if line.target == "drain time" and not line.kept]
    if late:
        limit, reached = apart(late[0].limit, late[0].reached, seconds)
        return f"{most}; {short(late[0].subject)} drains in {reached}, {limit} allowed"
    return f"{most}; drained at the end"


def _backlog_note(entry: Asynchronous) -> str:
    if entry.max_backlog_messages < _MESSAGE:
        return "none"
    left = f" ({whole(entry.end_backlog_messages)} left at the end)" if _left([entry]) else ""
    return f"{whole(entry.max_backlog_messages)}{left}"


def _deadlines(evaluation: Evaluation, entries: Sequence[Asynchronous], end: float) -> dict[float, str]:
    """Hours by which a line must be empty, and what to call them."""
    overloaded = {entry.component: entry.overloaded_until_h for entry in entries}
    drained = [line for line in evaluation.lines if line.target == "drained"]
    found: dict[float, list[str]] = {}
    for line in evaluation.lines:
        until = overloaded.get(line.subject)
        if line.target == "drain time" and until is not None:
            found.setdefault(until + line.limit / 3600.0, []).append(short(line.subject))
    marks = {at: f"{several(names)}: empty by here" for at, names in found.items() if at <= end}
    if drained:
        marks[end] = "drained by here"
    return marks


def draw_backlog(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw the messages in line before every component that may fall behind, and when the line must be empty.

    Args:
        evaluation: a plan judged with `series=True`.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the evaluation has no curves, or no component is reached by hand-offs alone.
    """
    series, entries = _asynchronous(evaluation)
    style = looks(line.name for line in evaluation.components)
    prepare(ax, _backlog_title(evaluation, entries))
    tops = [entry.max_backlog_messages for entry in entries]
    tops += [max(series.backlog_messages[entry.component]) for entry in entries]
    top = max(tops) if max(tops) >= _MESSAGE else 0.0
    unit, unit_name = message_unit(top)
    curves = []
    for entry in entries:
        most = entry.max_backlog_messages
        middle = (series.hours[0] + series.hours[-1]) / 2.0
        peak = middle if entry.backlog_hour is None else entry.backlog_hour, most / unit
        curves.append(
            Curve(
                entry.component,
                [value / unit for value in series.backlog_messages[entry.component]],
                most / unit,
                _backlog_note(entry),
                style[entry.component],
                peak,
            )
        )
    hour_axis(ax, series.hours)
    value_axis(ax, 1.2 * top / unit, f"backlog [{unit_name}]")
    named, others = draw_curves(ax, series.hours, curves)
    labels = Labels(
        ax, [(series.hours, curve.values) for curve in curves], narrowed=0.6 if len(curves) > 1 else 1.1
    )
    name_curves(ax, named, labels, others=[curve.note for curve in others], title="at most")
    for at, text in _deadlines(evaluation, entries, series.hours[-1]).items():
        ax.axvline(at, color=DARK, linestyle=(0, (5, 3)), linewidth=1.1, zorder=2.5, clip_on=False)
        across, _ = labels.share(at, 0.0)
        labels.write(
            text,
            [
                (across + sign * 0.015, height, side, "top")
                for height in (0.99, 0.89, 0.79, 0.5, 0.3)
                for sign, side in ((-1, "right"), (1, "left"))
            ],
        )
    if top == 0.0:
        ax.set_yticks([0.0])
    return ax


# -- lag


def _lag_title(evaluation: Evaluation, entries: Sequence[Asynchronous]) -> str:
    limits = [line for line in evaluation.lines if line.target in ("lag", "retention")]
    broken = [line for line in limits if not line.kept]
    if broken:
        worst = max(broken, key=lambda line: line.reached / line.limit)
        limit, reached = apart(worst.limit, worst.reached, seconds)
        return f"Lag: {_breach(worst, limit)}, {reached}{moment(evaluation, worst.hour)}"
    worst_entry = max(entries, key=lambda entry: entry.max_lag_s)
    most = f"Lag: {short(worst_entry.component)} is up to {seconds(worst_entry.max_lag_s)} behind"
    return f"{most}; every limit holds" if len(limits) > 1 else f"{most}; its limit holds" if limits else most


def _breach(line: ContractLine, limit: str) -> str:
    if line.target == "retention":
        return f"{short(line.subject)} keeps messages for {limit} only"
    return f"{short(line.subject)} breaks its limit of {limit}"


def _lag_limits(evaluation: Evaluation) -> list[Limit]:
    words = {"lag": "limit", "retention": "retention"}
    return [
        Limit(line.subject, line.limit, f"{words[line.target]} {seconds(line.limit)}")
        for line in evaluation.lines
        if line.target in words
    ]


def draw_lag(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw how long the newest message will wait before every component that may fall behind, with the limits.

    A limit far above everything else is noted at the top.

    Args:
        evaluation: a plan judged with `series=True`.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the evaluation has no curves, or no component is reached by hand-offs alone.
    """
    series, entries = _asynchronous(evaluation)
    style = looks(line.name for line in evaluation.components)
    limits = _lag_limits(evaluation)
    prepare(ax, _lag_title(evaluation, entries))
    tops = [entry.max_lag_s for entry in entries]
    tops += [value for entry in entries for value in series.lag_s[entry.component]]
    top_s = fitted_top(tops, limits)
    unit, unit_name = time_unit(top_s)
    own = {limit.name: limit for limit in limits if limit.text.startswith("limit")}
    curves = [
        Curve(
            entry.component,
            [value / unit for value in series.lag_s[entry.component]],
            entry.max_lag_s / unit,
            seconds(entry.max_lag_s) + (f" ({own[entry.component].text})" if entry.component in own else ""),
            style[entry.component],
            (entry.lag_hour, entry.max_lag_s / unit) if math.isfinite(entry.max_lag_s) else None,
        )
        for entry in entries
    ]
    hour_axis(ax, series.hours)
    value_axis(ax, 1.15 * top_s / unit, f"lag [{unit_name}]")
    named, others = draw_curves(ax, series.hours, curves)
    labels = Labels(
        ax, [(series.hours, curve.values) for curve in curves], narrowed=0.6 if len(curves) > 1 else 1.1
    )
    scaled = [Limit(limit.name, limit.value / unit, limit.text) for limit in limits]
    draw_limits(ax, together(scaled), labels)
    name_curves(ax, named, labels, others=[curve.note for curve in others], title="at most")
    return ax
