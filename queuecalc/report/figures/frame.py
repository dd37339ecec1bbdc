"""What every picture has: a title that says what is seen, axes with units, ticks that suit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from queuecalc.report.figures.palette import DARK, FAINT, GREY
from queuecalc.report.figures.wording import letters, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "fit_titles",
    "hour_axis",
    "message_unit",
    "number_ticks",
    "outside_legend",
    "prepare",
    "time_unit",
    "value_axis",
]

_HOUR_STEPS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 672, 1344, 2688)
_MOST_TICKS = 8
_GAP_IN = 0.25
_LEAST_LINE = 16
_BOLD = 0.93
"""Letters of a bold title to those of plain text, at the same width."""

_TIMES = ((7200.0, 3600.0, "h"), (300.0, 60.0, "min"), (2.0, 1.0, "s"), (0.0, 1e-3, "ms"))
_COUNTS = (
    (2e9, 1e9, "billion messages"),
    (2e6, 1e6, "million messages"),
    (2e4, 1e3, "thousand messages"),
    (0.0, 1.0, "messages"),
)


# -- units


def _unit(top: float, units: Sequence[tuple[float, float, str]]) -> tuple[float, str]:
    return next((size, name) for least, size, name in units if top >= least)


def time_unit(top_s: float) -> tuple[float, str]:
    """The unit for times up to some seconds: its length in seconds, and its name."""
    return _unit(top_s, _TIMES)


def message_unit(top: float) -> tuple[float, str]:
    """The unit for so many messages: how many it holds, and its name."""
    return _unit(top, _COUNTS)


# -- axes


def prepare(ax: Axes, title: str, *, grid: str = "y") -> None:
    """Title at the left, a light grid behind, no box around."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    size = FontProperties(size=rcParams["axes.titlesize"]).get_size_in_points()
    _write_title(ax, plain(wrapped(title, int(_BOLD * letters(ax, size)))))
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(GREY)
    ax.tick_params(color=GREY, labelcolor=DARK)
    ax.set_axisbelow(True)
    if grid == "x":
        ax.xaxis.grid(visible=True, color=FAINT, linewidth=0.8)
    else:
        ax.yaxis.grid(visible=True, color=FAINT, linewidth=0.8)


def _write_title(ax: Axes, text: str) -> Text:
    return ax.set_title(text, loc="left", color=DARK, pad=10)


def fit_titles(figure: Figure) -> None:
    """Wrap every title anew, now that the layout says how far it may reach: to its neighbour, or to the edge."""
    figure.draw_without_rendering()
    edge = figure.bbox.x1
    for ax in figure.axes:
        here = ax.get_window_extent()
        beside = [other.get_window_extent() for other in figure.axes if other is not ax]
        right = min(
            (box.x0 for box in beside if box.x0 > here.x1 and box.y0 < here.y1 and here.y0 < box.y1),
            default=edge,
        )
        title = _write_title(ax, ax.get_title(loc="left"))
        longest = max(map(len, title.get_text().split("\n")))
        room = (right - here.x0 - _GAP_IN * figure.dpi) / title.get_window_extent().width
        _write_title(
            ax, wrapped(" ".join(title.get_text().split("\n")), max(_LEAST_LINE, int(longest * room)))
        )


def number_ticks(axis: Axis, *, percent: bool = False) -> None:
    """Numbers with thousands separated, or shares in percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100.0 * value:.6g} %" if percent else f"{value:,.10g}")
    )


def hour_axis(ax: Axes, hours: Sequence[float]) -> None:
    """Time from the first to the last hour, ticks at round hours and days."""
    from matplotlib.ticker import MultipleLocator

    first, last = hours[0], hours[-1]
    step = next((s for s in _HOUR_STEPS if (last - first) / s <= _MOST_TICKS), _HOUR_STEPS[-1])
    ax.set_xlim(first, last)
    ax.xaxis.set_major_locator(MultipleLocator(step))
    number_ticks(ax.xaxis)
    ax.set_xlabel("time [h]", color=DARK)


def value_axis(ax: Axes, top: float, label: str, *, percent: bool = False) -> None:
    """Values from zero to a little above `top`."""
    from matplotlib.ticker import MaxNLocator

    ax.set_ylim(0.0, top if top > 0 else 1.0)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    number_ticks(ax.yaxis, percent=percent)
    ax.set_ylabel(label, color=DARK)


def outside_legend(ax: Axes, handles: Sequence[Any], *, title: str = "") -> None:
    """A legend to the right of the axes, in the order given; it hides nothing."""
    legend = ax.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
        frameon=False,
        fontsize="small",
        handlelength=3.2,
        labelspacing=0.35,
        labelcolor=DARK,
        title=plain(title) or None,
        title_fontsize="small",
        alignment="left",
    )
    legend.set_zorder(5)
