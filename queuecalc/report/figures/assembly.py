"""Several pictures on one sheet."""

from __future__ import annotations

import math
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queuecalc.answer import Evaluation
from queuecalc.errors import InvalidInput
from queuecalc.report.contract import breach, broken_lines
from queuecalc.report.figures.asynchronous import draw_backlog, draw_lag
from queuecalc.report.figures.cost import draw_cost
from queuecalc.report.figures.frame import fit_titles
from queuecalc.report.figures.given import components_of, series_of
from queuecalc.report.figures.latency import draw_latency
from queuecalc.report.figures.load import draw_load
from queuecalc.report.figures.palette import DARK
from queuecalc.report.figures.station import HockeyStick, SojournTail, draw_hockey_stick, draw_tail
from queuecalc.report.figures.utilisation import draw_utilisation
from queuecalc.report.figures.waterfall import draw_waterfall
from queuecalc.report.figures.wording import plain
from queuecalc.report.numerals import money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["PICTURES", "Picture", "house_style", "sheet", "station_sheet"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by name: how it is drawn, and whether an evaluation has something for it."""

    draw: Callable[[Evaluation, Axes], Axes]
    applies: Callable[[Evaluation], bool]


def _has_lag(evaluation: Evaluation) -> bool:
    return bool(evaluation.asynchronous) and bool(series_of(evaluation).lag_s)


def _has_percentile(evaluation: Evaluation) -> bool:
    return any(not entry.subject for entry in evaluation.latencies)


def _has_parts(evaluation: Evaluation) -> bool:
    return any(not e.subject and math.isfinite(e.worst_s) for e in evaluation.latencies[:1])


PICTURES: Mapping[str, Picture] = {
    "load": Picture(draw_load, lambda _: True),
    "utilisation": Picture(draw_utilisation, lambda e: bool(series_of(e).utilisation)),
    "latency": Picture(draw_latency, _has_percentile),
    "backlog": Picture(draw_backlog, _has_lag),
    "lag": Picture(draw_lag, _has_lag),
    "cost": Picture(draw_cost, lambda _: True),
    "waterfall": Picture(draw_waterfall, _has_parts),
}
"""What there is to see of a plan; a new picture is one function and one line."""

_STYLE: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",
    "axes.titlesize": "large",
    "axes.titleweight": "bold",
    "figure.titleweight": "bold",
    "hatch.linewidth": 1.0,
    "pdf.fonttype": 42,
    "svg.hashsalt": "queuecalc",
}
_SINGLE_IN = (10.0, 5.625)
_SINGLE_POINTS = 12.5
_WIDTH_IN = 16.0
_SHEET_POINTS = 10.0
_ROW_IN = 2.85
_HEADING_LETTERS = 205
_TITLE_LETTERS = 90


@contextmanager
def house_style(points: float = _SHEET_POINTS) -> Iterator[None]:
    """The look of every file, whatever the user's own settings are."""
    import matplotlib.style

    style = matplotlib.style.context(["default", {**_STYLE, "font.size": points}])
    with style, warnings.catch_warnings():
        # A title in a script that the font lacks is drawn with boxes; that is no reason to complain.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield


def _figure(width: float, height: float) -> Figure:
    """A figure that needs no screen and that no other library holds on to."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=0.1, h_pad=0.08)  # type: ignore[call-arg]
    return figure


def _rows(count: int) -> list[int]:
    """How many pictures stand in each row: three at most, the fuller rows above."""
    if count <= 2:
        return [count]
    rows = math.ceil(count / (2 if count == 4 else 3))
    least, more = divmod(count, rows)
    return [least + 1] * more + [least] * (rows - more)


def _chosen(evaluation: Evaluation, what: Sequence[str] | None) -> list[str]:
    series_of(evaluation)
    if what is None:
        return [name for name, picture in PICTURES.items() if picture.applies(evaluation)]
    names = list(dict.fromkeys(what))
    unknown = [name for name in names if name not in PICTURES]
    if unknown or not names:
        raise InvalidInput(f"what = {unknown or names!r}; expected some of {', '.join(PICTURES)}")
    return names


def _heading(evaluation: Evaluation) -> list[str]:
    """Title; verdict and counts on one line or two."""
    counts = ", ".join(f"{count:,} × {name}" for name, count in evaluation.counts.items() if count > 0)
    broken = [breach(excuse) for excuse in evaluation.excuses] or broken_lines(evaluation.lines)
    more = f" and {len(broken) - 2} more" if len(broken) > 2 else ""
    verdict = (
        "keeps the contract" if evaluation.kept else f"breaks the contract ({'; '.join(broken[:2])}{more})"
    )
    about = (
        f"{money(evaluation.cost_usd_per_month)} a month, {verdict}, {evaluation.evidence.value}: {counts}"
    )
    return [
        textwrap.shorten(evaluation.title, _TITLE_LETTERS, placeholder=" …"),
        *textwrap.wrap(about, _HEADING_LETTERS, max_lines=2, placeholder=" …"),
    ]


def sheet(evaluation: Evaluation, what: Sequence[str] | None = None) -> Figure:
    """All pictures of a plan on one sheet, or some of them; a single one fills a slide.

    Args:
        evaluation: a plan judged with `series=True`.
        what: names of `PICTURES`, in the order wanted; None for all that apply.

    Returns:
        A figure that no window shows; `write_figure` writes it.

    Raises:
        InvalidInput: the evaluation has no curves, or nothing for a picture that was named; an unknown name.
    """
    names = _chosen(evaluation, what)
    if len(names) == 1:
        with house_style(_SINGLE_POINTS):
            figure = _figure(*_SINGLE_IN)
            PICTURES[names[0]].draw(evaluation, figure.add_subplot())
            fit_titles(figure)
        return figure
    with house_style():
        rows = _rows(len(names))
        row_in = max(_ROW_IN, 1.1 + 0.19 * min(len(components_of(evaluation)), 16))
        heading = _heading(evaluation)
        head_in = 0.4 + 0.2 * len(heading)
        figure = _figure(_WIDTH_IN, head_in + row_in * len(rows))
        grid = figure.add_gridspec(len(rows) + 1, 1, height_ratios=[head_in] + [row_in] * len(rows))
        head = figure.add_subfigure(grid[0])
        for turn, line in enumerate(heading):
            size, weight = ("xx-large", "bold") if turn == 0 else ("medium", "normal")
            down = (0.12 + (0.18 + 0.2 * turn if turn else 0.0)) / head_in
            head.text(
                0.006,
                1.0 - down,
                plain(line),
                ha="left",
                va="top",
                fontsize=size,
                fontweight=weight,
                color=DARK,
            )
        place = iter(names)
        for row, many in enumerate(rows, start=1):
            part = figure.add_subfigure(grid[row])
            for column in range(many):
                PICTURES[next(place)].draw(evaluation, part.add_subplot(1, many, column + 1))
        fit_titles(figure)
    return figure


def station_sheet(points: HockeyStick, tail: SojournTail) -> Figure:
    """The two pictures of one queue side by side.

    Args:
        points: its times against the load.
        tail: the law of its sojourn.

    Returns:
        A figure that no window shows.
    """
    with house_style(10.5):
        figure = _figure(13.0, 5.0)
        grid = figure.add_gridspec(1, 2, width_ratios=[1.15, 1.0])
        draw_hockey_stick(points, figure.add_subplot(grid[0]))
        draw_tail(tail, figure.add_subplot(grid[1]))
        fit_titles(figure)
    return figure
