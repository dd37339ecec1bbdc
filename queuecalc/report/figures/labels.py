"""Texts inside the axes, each put where it hides the least of the curves and nothing of another text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from queuecalc.report.figures.palette import DARK
from queuecalc.report.figures.wording import letters, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Labels", "halo"]

_LINE = 1.5
"""Height of a line of text, in font sizes."""


_FINE = np.linspace(0.0, 1.0, 400)


class Box(NamedTuple):
    """A rectangle in shares of the axes."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def inside(self) -> bool:
        """Whether it lies in the axes, give or take a little."""
        return min(self.left, self.bottom) > -0.03 and max(self.right, self.top) < 1.03

    def overlaps(self, other: Box) -> bool:
        """Whether the two have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


class Labels:
    """Places texts one after the other; the limits of the axes must stand.

    Args:
        ax: where to write.
        curves: (x, y) of what should stay in sight, in data units.
        narrowed: share of the width that a legend beside the axes will leave.
    """

    def __init__(
        self, ax: Axes, curves: Iterable[tuple[Sequence[float], Sequence[float]]], *, narrowed: float = 0.9
    ) -> None:
        from matplotlib.font_manager import FontProperties

        size = FontProperties(size="small").get_size_in_points()
        figure = ax.get_figure(root=True)
        assert figure is not None
        height = float(ax.get_window_extent().height) / figure.dpi * 72.0 * 0.85
        self._ax = ax
        self._letter = 1.0 / (letters(ax, size) * narrowed)
        self._line = _LINE * size / height
        self._taken: list[Box] = []
        points = [self._shares(x, y) for x, y in curves]
        self._points = np.concatenate(points) if points else np.empty((0, 2))

    def _shares(self, x: Sequence[float], y: Sequence[float]) -> Any:
        """Points along a curve, close together, in shares of the axes."""
        points = np.column_stack([x, y]).astype(np.float64)
        points = points[np.isfinite(points[:, 1])]
        if len(points) < 2:
            return np.empty((0, 2))
        data = self._ax.transAxes.inverted().transform(self._ax.transData.transform(points))
        return np.column_stack([_FINE, np.interp(_FINE, data[:, 0], data[:, 1], left=-9.0, right=-9.0)])

    def avoid(self, y: float) -> None:
        """Keep a horizontal line in sight, too."""
        _, height = self.share(0.0, y)
        self._points = np.concatenate([self._points, np.column_stack([_FINE, np.full_like(_FINE, height)])])

    def _box(self, text: str, x: float, y: float, across: str, up: str) -> Box:
        lines = text.split("\n")
        width = max(map(len, lines)) * self._letter
        height = len(lines) * self._line
        left = {"left": x, "right": x - width, "center": x - width / 2}[across]
        bottom = {"bottom": y, "top": y - height, "center": y - height / 2}[up]
        return Box(left, bottom, left + width, bottom + height)

    def _cost(self, box: Box) -> float:
        inside = (
            (self._points[:, 0] > box.left)
            & (self._points[:, 0] < box.right)
            & (self._points[:, 1] > box.bottom)
            & (self._points[:, 1] < box.top)
        )
        return float(inside.sum())

    def write(
        self, text: str, candidates: Iterable[tuple[float, float, str, str]], *, color: str = DARK
    ) -> bool:
        """A text at the best of some places, or nowhere if each of them would cover another text.

        Args:
            text: what to write.
            candidates: (x, y, horizontal alignment, vertical alignment), in shares of the axes.
            color: of the text.

        Returns:
            Whether it was written.
        """
        best: tuple[float, Box, tuple[float, float, str, str]] | None = None
        for place in candidates:
            box = self._box(text, *place)
            if any(box.overlaps(other) for other in self._taken) or not box.inside:
                continue
            cost = self._cost(box)
            if best is None or cost < best[0]:
                best = cost, box, place
        if best is None:
            return False
        _, box, (x, y, across, up) = best
        self._taken.append(box)
        self._ax.text(
            x,
            y,
            plain(text),
            transform=self._ax.transAxes,
            ha=across,
            va=up,
            fontsize="small",
            color=color,
            zorder=6,
            path_effects=halo(),
        )
        return True

    def share(self, x: float, y: float) -> tuple[float, float]:
        """A point of the data in shares of the axes."""
        (found,) = self._ax.transAxes.inverted().transform(self._ax.transData.transform([(x, y)]))
        return float(found[0]), float(found[1])

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point of the data is inside the axes."""
        return all(0.0 <= share <= 1.0 for share in self.share(*point))

    def limit(self, text: str, y: float, *, color: str = DARK) -> bool:
        """The name of a horizontal line, above or below it, where there is room."""
        _, height = self.share(0.0, y)
        gap = 0.012
        columns = ((0.01, "left"), (0.99, "right"), (0.5, "center"), (0.25, "center"), (0.75, "center"))
        rows = ((height + gap, "bottom"), (height - gap, "top"))
        places = [(x, at, across, up) for (at, up), (x, across) in itertools.product(rows, columns)]
        return self.write(text, places, color=color)

    def point(self, text: str, x: float, y: float, *, color: str = DARK) -> bool:
        """The name of a point of a curve, beside it."""
        across, up = self.share(x, y)
        aside, above = 0.012, 0.03
        places = [
            (across, up + above, "center", "bottom"),
            (across - aside, up + above, "right", "bottom"),
            (across + aside, up + above, "left", "bottom"),
            (across - aside, up, "right", "center"),
            (across + aside, up, "left", "center"),
            (across, up - above, "center", "top"),
            (across - aside, up - above, "right", "top"),
            (across + aside, up - above, "left", "top"),
            (across, up - 4.0 * above, "center", "top"),
            (across, up + 4.0 * above, "center", "bottom"),
        ]
        return self.write(text, places, color=color)


def halo() -> list[Any]:
    """A thin white rim, so that a text can be read across a line without hiding it."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground="white")]
