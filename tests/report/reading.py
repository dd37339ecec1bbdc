"""What is drawn, read back from the Axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle


def empty_axes() -> Axes:
    """Axes the size of half a slide."""
    figure = Figure(figsize=(8.0, 4.5))
    FigureCanvasAgg(figure)
    axes: Axes = figure.add_subplot()
    return axes


def curve(ax: Axes, label: str) -> Line2D:
    (found,) = (line for line in ax.lines if line.get_label() == label)
    return found


def heights(line: Line2D) -> list[float]:
    return [float(value) for value in np.asarray(line.get_ydata())]


def horizontals(ax: Axes) -> list[float]:
    """Heights of the lines that go from side to side."""
    lines = [line for line in ax.lines if list(np.asarray(line.get_xdata())) == [0, 1]]
    return sorted(heights(line)[0] for line in lines)


def verticals(ax: Axes) -> list[float]:
    lines = [line for line in ax.lines if list(np.asarray(line.get_ydata())) == [0, 1]]
    return sorted(float(np.asarray(line.get_xdata())[0]) for line in lines)


def flat(values: Any) -> list[float]:
    return [float(value) for value in np.ravel(np.asarray(values))]


def title(ax: Axes) -> str:
    return " ".join(ax.get_title(loc="left").replace(r"\$", "$").split())


def texts(ax: Axes) -> list[str]:
    return [text.get_text().replace(r"\$", "$") for text in ax.texts]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    return [] if found is None else [text.get_text() for text in found.get_texts()]


def bars(ax: Axes, row: int) -> list[tuple[float, float]]:
    """(from, to) of the bars in a row."""
    found = [
        p for p in ax.patches if isinstance(p, Rectangle) and abs(p.get_y() + p.get_height() / 2 - row) < 0.1
    ]
    return [(p.get_x(), p.get_x() + p.get_width()) for p in found]
