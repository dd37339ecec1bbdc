"""Several curves over time with their limits: drawn, told apart, named beside the axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queuecalc.report.figures.frame import outside_legend
from queuecalc.report.figures.given import finite, flat
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import DARK, FAINT, GREY, Look
from queuecalc.report.figures.wording import plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Curve", "Limit", "draw_curves", "draw_limits", "fitted_top", "name_curves", "several", "together"]

MOST_NAMED = 12
"""More curves than these are drawn faint and share one line of the legend."""

_FAR = 4.0
"""A limit further than so many times the rest is not drawn to scale but noted at the top."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve, in the unit of the axis.

    Attributes:
        name: what the legend calls it.
        values: at the hours; or one for each slot, drawn as a step.
        top: its highest value, which decides the order in the legend.
        note: what the legend says of it.
        look: colour, line, marker.
        peak: (hour, value) to be marked, if any.
    """

    name: str
    values: Sequence[float]
    top: float
    note: str
    look: Look
    peak: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, in the unit of the axis: a dashed line with a name."""

    name: str
    value: float
    text: str


def together(limits: Sequence[Limit]) -> list[Limit]:
    """Limits of the same kind and value as one, with their names: "guard 80 % (postgres, replica)"."""
    groups: dict[tuple[str, float], list[str]] = {}
    for limit in limits:
        groups.setdefault((limit.text, limit.value), []).append(short(limit.name))
    return sorted(
        (Limit("", value, f"{text} ({several(names)})") for (text, value), names in groups.items()),
        key=lambda limit: limit.value,
    )


def several(names: Sequence[str]) -> str:
    """Two names, or one and how many more."""
    return ", ".join(names) if len(names) < 3 else f"{names[0]} +{len(names) - 1}"


def fitted_top(tops: Sequence[float], limits: Sequence[Limit]) -> float:
    """The top of an axis that shows all curves, and the limits that are not far above them."""
    known = [value for value in tops if math.isfinite(value) and value > 0]
    values = [limit.value for limit in limits]
    top = max([*known, *([min(values)] if values else [])], default=0.0)
    return max([top, *(value for value in values if value <= _FAR * top)])


def draw_curves(ax: Axes, hours: Sequence[float], curves: Sequence[Curve]) -> tuple[list[Curve], list[Curve]]:
    """The curves, the highest last; returns those with a name of their own and the others, highest first."""
    ranked = sorted(curves, key=lambda curve: -curve.top)
    named, rest = ranked[:MOST_NAMED], ranked[MOST_NAMED:]
    for curve in rest:
        ax.plot(*_points(hours, curve), color=FAINT, linewidth=1.0, label="_", drawstyle=_style(hours, curve))
    for curve in reversed(named):
        line = {"linewidth": 1.8, "color": curve.look.colour} if len(curves) == 1 else curve.look.line()
        if curve.peak is not None and "marker" in line:
            line["marker"] = ""
        ax.plot(
            *_points(hours, curve), drawstyle=_style(hours, curve), label=plain(short(curve.name)), **line
        )
        if curve.peak is not None and not flat(curve.values):
            ax.plot(
                [curve.peak[0]],
                [curve.peak[1]],
                color=curve.look.colour,
                marker=curve.look.marker,
                markersize=7,
                linestyle="none",
                zorder=4,
                clip_on=False,
            )
    return named, rest


def _points(hours: Sequence[float], curve: Curve) -> tuple[list[float], list[float]]:
    values = finite(curve.values)
    if len(values) < len(hours):
        values.append(values[-1])
    return list(hours), values


def _style(hours: Sequence[float], curve: Curve) -> str:
    return "steps-post" if len(curve.values) < len(hours) else "default"


def draw_limits(ax: Axes, limits: Sequence[Limit], labels: Labels) -> None:
    """Dashed lines with their names; those above the axis are noted at its top."""
    top = ax.get_ylim()[1]
    above = []
    for limit in limits:
        labels.avoid(limit.value)
    for limit in limits:
        if limit.value <= top:
            ax.axhline(limit.value, color=DARK, linestyle=(0, (5, 3)), linewidth=1.1, zorder=2.5)
            labels.limit(limit.text, limit.value)
        else:
            above.append(limit.text)
    for text in above if len(above) < 3 else [f"{len(above)} higher limits"]:
        columns = ((0.99, "right"), (0.01, "left"), (0.5, "center"))
        labels.write(f"↑ {text}", [(x, y, across, "top") for y in (0.99, 0.9, 0.8) for x, across in columns])


def name_curves(
    ax: Axes, named: Sequence[Curve], labels: Labels, *, others: Sequence[str] = (), title: str = ""
) -> None:
    """What each curve is and reaches: beside the axes, highest first; beside its peak where there is but one.

    Args:
        ax: where they are drawn.
        named: the curves.
        labels: texts inside the axes.
        others: what is reached by each of those that share one line, highest first.
        title: of the legend.
    """
    from matplotlib.lines import Line2D

    peak = named[0].peak
    if len(named) == 1 and peak is not None and labels.holds(peak):
        labels.point(f"{short(named[0].name)}  {named[0].note}", *peak, color=named[0].look.colour)
        return
    handles = [
        Line2D(
            [],
            [],
            **curve.look.sample() | ({} if curve.values else {"linestyle": "none"}),
            label=plain(f"{short(curve.name)}  {curve.note}"),
        )
        for curve in named
    ]
    if others:
        handles.append(
            Line2D(
                [],
                [],
                color=GREY,
                linewidth=1.0,
                label=plain(f"{len(others)} more, up to {others[0].partition(' (')[0]}"),
            )
        )
    outside_legend(ax, handles, title=title)
