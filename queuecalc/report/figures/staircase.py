"""Parts that add up to a whole, as a staircase of bars: each begins where the one above it ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queuecalc.report.figures.frame import number_ticks
from queuecalc.report.figures.labels import halo
from queuecalc.report.figures.palette import BLUE, DARK, FAINT, GREY, ORANGE
from queuecalc.report.figures.wording import letters, plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Step", "draw_staircase", "folded"]

_PARTS: Mapping[str, tuple[str, str]] = {
    "network": (GREY, ""),
    "waiting": (ORANGE, "////"),
    "service": (BLUE, ""),
    "units": (BLUE, ""),
    "fees": (ORANGE, "////"),
    "others": (FAINT, ""),
    "": (DARK, ""),
}
"""Colour and hatch of each kind of part."""

_MOST_STEPS = 14
_HEIGHT = 0.68


@dataclass(frozen=True, slots=True)
class Step:
    """One row: its name, its parts by kind, what is written beside it."""

    name: str
    parts: Mapping[str, float]
    text: str

    @property
    def length(self) -> float:
        """All parts together."""
        return sum(self.parts.values())


def folded(steps: Sequence[Step], most: int = _MOST_STEPS) -> tuple[list[Step], list[Step]]:
    """The longest steps in their order, and the others."""
    if len(steps) <= most:
        return list(steps), []
    longest = {id(step) for step in sorted(steps, key=lambda step: -step.length)[: most - 1]}
    return [step for step in steps if id(step) in longest], [s for s in steps if id(s) not in longest]


def draw_staircase(
    ax: Axes, steps: Sequence[Step], total: Step, *, unit: str, limit: tuple[float, str] | None = None
) -> None:
    """Steps from the top down, the total below, and a limit as a dashed line from top to bottom."""
    line = math.inf if limit is None else limit[0]
    top = max(total.length, limit[0] if limit else 0.0) * 1.13 or 1.0
    ax.set_xlim(0.0, top)
    ax.set_ylim(len(steps) + 0.6, -1.5 if limit else -0.6)
    ax.set_yticks(range(len(steps) + 1), [plain(step.name) for step in (*steps, total)])
    ax.tick_params(axis="y", length=0)
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.set_xlabel(unit, color=DARK)
    number_ticks(ax.xaxis)
    at = 0.0
    for row, step in enumerate(steps):
        if row:
            ax.vlines(at, row - 1, row, color=GREY, linewidth=0.8, zorder=1)
        end = _bar(ax, row, at, step)
        _write(ax, row, at, end, step.text, (top, line))
        at = end
    _write(ax, len(steps), 0.0, _bar(ax, len(steps), 0.0, total), total.text, (top, line))
    if limit is not None:
        value, text = limit
        ax.axvline(value, color=DARK, linestyle=(0, (5, 3)), linewidth=1.1, zorder=3)
        before = value > 0.5 * top
        _text(ax, value, -1.0, text, before=before)
    kinds = [kind for kind in _PARTS if kind and any(step.parts.get(kind, 0.0) > 0 for step in steps)]
    if len(kinds) > 1:
        _legend(ax, kinds)


def _bar(ax: Axes, row: int, start: float, step: Step) -> float:
    for kind, length in step.parts.items():
        colour, hatch = _PARTS[kind]
        ax.barh(
            row,
            length,
            left=start,
            height=_HEIGHT,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.0,
            label="_",
            zorder=2,
        )
        start += length
    return start


def _write(ax: Axes, row: int, start: float, end: float, text: str, edges: tuple[float, float]) -> None:
    """Beside the bar, where there is room up to the edge and no limit in between; else in it."""
    room = (len(text) + 2) / (0.8 * letters(ax, _small())) * edges[0]
    if end + room <= edges[0] and not end < edges[1] < end + room:
        _text(ax, end, row, text)
    elif start >= room and not start - room < edges[1] < start:
        _text(ax, start, row, text, before=True)
    elif end - start >= room:
        _text(ax, end, row, text, before=True, color="white")
    else:
        _text(ax, end, row, text)


def _small() -> float:
    from matplotlib.font_manager import FontProperties

    return float(FontProperties(size="small").get_size_in_points())


def _text(ax: Axes, x: float, y: float, text: str, *, before: bool = False, color: str = DARK) -> None:
    ax.annotate(
        plain(text),
        (x, y),
        xytext=(-4 if before else 4, 0),
        textcoords="offset points",
        ha="right" if before else "left",
        va="center",
        fontsize="small",
        color=color,
        zorder=6,
        path_effects=halo() if color == DARK else None,
    )


def _legend(ax: Axes, kinds: Sequence[str]) -> None:
    """Below the name of the axis."""
    from matplotlib.patches import Patch
    from matplotlib.transforms import ScaledTranslation

    figure = ax.get_figure(root=True)
    assert figure is not None
    down = 4.4 * _small() / 72.0
    ax.legend(
        handles=[
            Patch(
                facecolor=_PARTS[kind][0], hatch=_PARTS[kind][1], edgecolor="white", linewidth=0.0, label=kind
            )
            for kind in kinds
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 0.0),
        bbox_transform=ax.transAxes + ScaledTranslation(0.0, -down, figure.dpi_scale_trans),
        borderaxespad=0.0,
        frameon=False,
        ncols=len(kinds),
        fontsize="small",
        labelcolor=DARK,
    )


def row_name(name: str, count: int | None = None) -> str:
    """The name of a row: "4 x server"."""
    return short(name) if count is None else f"{count:,} × {short(name)}"
