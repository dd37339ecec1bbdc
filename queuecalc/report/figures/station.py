"""One queue: how its times rise with the load, and how long the slow ones take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from queuecalc.report.figures.frame import number_ticks, outside_legend, prepare, time_unit, value_axis
from queuecalc.report.figures.given import finite
from queuecalc.report.figures.labels import Labels
from queuecalc.report.figures.palette import BLUE, DARK, GREY, VERMILION, looks
from queuecalc.report.figures.wording import plain
from queuecalc.report.numerals import digits, percent, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HockeyStick", "SojournTail", "draw_hockey_stick", "draw_tail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HockeyStick:
    """Times in a station against its load.

    Attributes:
        station: in Kendall's notation ("M/M/4").
        load: offered load / servers, rising; with unlimited servers the offered load in erlang.
        times_s: by name ("mean", "p95"), seconds at each load.
        at: the load of the station itself.
        at_s: by the same names, seconds there.
        limited: whether the number of servers is limited, so that the load is a share of them.
    """

    station: str
    load: tuple[float, ...]
    times_s: Mapping[str, tuple[float, ...]]
    at: float
    at_s: Mapping[str, float]
    limited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SojournTail:
    """P(T > t) in a station.

    Attributes:
        station: in Kendall's notation.
        seconds: t, rising.
        probability: P(T > t).
        marks: by name ("p95"), (t, P(T > t)).
        mean_s: E[T].
    """

    station: str
    seconds: tuple[float, ...]
    probability: tuple[float, ...]
    marks: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    mean_s: float


_KNEE = 0.88
"""The axis shows at least the times up to this load."""


def draw_hockey_stick(points: HockeyStick, ax: Axes) -> Axes:
    """Draw the times against the load, the station itself marked; the axis is cut where they go through the roof.

    Args:
        points: the curves.
        ax: where to draw.

    Returns:
        `ax`.
    """
    from matplotlib.lines import Line2D

    known = {name: value for name, value in points.at_s.items() if math.isfinite(value)}
    highest = max(points.times_s, key=lambda name: points.times_s[name][-1])
    knee = [
        t for x, t in zip(points.load, points.times_s[highest], strict=True) if x <= _KNEE * points.load[-1]
    ]
    top_s = max([*knee, *(1.15 * value for value in known.values())])
    unit, unit_name = time_unit(top_s)
    prepare(ax, _stick_title(points))
    style = looks(points.times_s)
    handles = []
    for name in sorted(points.times_s, key=lambda each: -points.times_s[each][-1]):
        look = style[name]
        values = [value / unit for value in finite(points.times_s[name])]
        ax.plot(
            points.load, values, color=look.colour, linestyle=look.dashes, linewidth=2.0, label=plain(name)
        )
        sample = look.sample()
        if name in known:
            value = known[name]
            ax.plot(
                [points.at], [value / unit], color=look.colour, marker=look.marker, markersize=7, zorder=5
            )
            label = f"{name}  {seconds(value)}"
        else:
            sample["marker"] = ""
            label = name
        handles.append(Line2D([], [], **(sample | {"markerfacecolor": look.colour}), label=plain(label)))
    value_axis(ax, 1.08 * top_s / unit, f"time in the station [{unit_name}]")
    _load_axis(ax, points)
    curves = [(points.load, [value / unit for value in finite(t)]) for t in points.times_s.values()]
    labels = Labels(ax, curves, narrowed=0.7)
    inside = points.at <= ax.get_xlim()[1]
    if inside:
        ax.axvline(points.at, color=GREY, linestyle=(0, (5, 3)), linewidth=1.1, zorder=1)
        across, _ = labels.share(points.at, 0.0)
        labels.write(
            f"here: {_load_text(points)}",
            [(across - 0.015, 0.98, "right", "top"), (across + 0.015, 0.98, "left", "top")],
        )
    else:
        labels.write(f"here: {_load_text(points)}, off the axis", [(0.01, 0.98, "left", "top")])
    outside_legend(ax, handles, title=f"at {_load_text(points)}" if known else "")
    return ax


def _load_text(points: HockeyStick) -> str:
    return percent(points.at) if points.limited else f"{points.at:,.3g} erlang"


def _stick_title(points: HockeyStick) -> str:
    if not points.limited:
        return f"{points.station}: nobody waits, whatever the load"
    if not all(math.isfinite(value) for value in points.at_s.values()):
        return f"{points.station}: {percent(points.at)} of its capacity is asked for, no steady state"
    names = [name for name in points.at_s if name != "mean"]
    last = names[-1] if names else "mean"
    calm = points.times_s[last][0]
    times = points.at_s[last] / calm if calm > 0 else math.inf
    return f"{points.station}: at {percent(points.at)} load {last} is {digits(times, 2)} times that of an idle station"


def _load_axis(ax: Axes, points: HockeyStick) -> None:
    from matplotlib.ticker import MaxNLocator

    if points.limited:
        ax.set_xlim(0.0, max(1.0, points.load[-1]))
        number_ticks(ax.xaxis, percent=True)
        ax.set_xlabel("utilisation" if points.load[-1] < 1.0 else "offered load / servers", color=DARK)
    else:
        ax.set_xlim(0.0, points.load[-1])
        ax.set_xlabel("offered load [erlang]", color=DARK)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))


def draw_tail(tail: SojournTail, ax: Axes) -> Axes:
    """Draw P(T > t) on a logarithmic scale, percentiles and the mean marked.

    Args:
        tail: the curve; without a steady state it is 1 everywhere.
        ax: where to draw.

    Returns:
        `ax`.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    unit, unit_name = time_unit(tail.seconds[-1])
    least = min([1e-4, *(0.2 * p for _, p in tail.marks.values() if p > 0)])
    stable = math.isfinite(tail.mean_s)
    prepare(ax, _tail_title(tail))
    ax.set_yscale("log")
    ax.set_ylim(least, 1.6)
    ax.set_xlim(0.0, tail.seconds[-1] / unit)
    decades = math.ceil(-math.log10(least))
    ax.yaxis.set_major_locator(LogLocator(base=10.0, numticks=min(decades, 8) + 1))
    ax.yaxis.set_minor_locator(NullLocator())
    number_ticks(ax.yaxis, percent=True)
    ax.set_ylabel("share that takes longer", color=DARK)
    ax.set_xlabel(f"time in the station [{unit_name}]", color=DARK)
    number_ticks(ax.xaxis)
    times = [t / unit for t in tail.seconds]
    shown = [p if p > 0.1 * least else math.nan for p in tail.probability]
    ax.plot(times, shown, color=BLUE, linewidth=2.0)
    labels = Labels(ax, [(times, shown)])
    if not stable:
        labels.write("no steady state: the line grows without bound", [(0.5, 0.5, "center", "center")])
        return ax
    for name, (t, p) in sorted(tail.marks.items(), key=lambda item: -item[1][1]):
        if math.isfinite(t) and p > 0:
            ax.plot([t / unit], [p], color=VERMILION, marker="o", markersize=6, zorder=5, linestyle="none")
            labels.point(f"{name}  {seconds(t)}", t / unit, p)
    return ax


def _tail_title(tail: SojournTail) -> str:
    if not math.isfinite(tail.mean_s):
        return f"{tail.station}: no steady state"
    if not tail.marks:
        return f"{tail.station}: {seconds(tail.mean_s)} in the mean"
    t, p = min(tail.marks.values(), key=lambda mark: mark[1])
    return (
        f"{tail.station}: {seconds(tail.mean_s)} in the mean, one in {1.0 / p:,.4g} takes over {seconds(t)}"
    )
