"""Text in a picture: taken as it stands, cut where it is long, wrapped where it is wide."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from queuecalc.report.layout import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["letters", "plain", "short", "wrapped"]

_LONGEST_NAME = 22
_LETTER = 0.56
"""Mean width of a letter, in font sizes."""

_TOGETHER = re.compile(
    r"(?<=\d) (?=(?:%|ms|s|min|h|million|billion|a)(?!\w))|(?<=hour) (?=\d)|(?<=at) (?=hour)|(?<=one in) (?=\d)"
)
"""Blanks at which no line ends."""


def plain(text: str) -> str:
    """Text that is taken as it stands: no control characters, and dollars begin no formula."""
    return "\n".join(clean(line) for line in text.split("\n")).replace("$", r"\$")


def short(name: str) -> str:
    """A component's name, cut in the middle where it is long."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = (_LONGEST_NAME - 1) // 2
    return f"{name[: _LONGEST_NAME - 1 - half]}…{name[-half:]}"


def wrapped(text: str, width: int) -> str:
    """Lines of at most so many letters, as few as possible and of much the same length; numbers keep their unit."""
    glued = _TOGETHER.sub("\xa0", text)
    lines = textwrap.wrap(glued, width)
    for narrower in range(width - 1, 0, -1):
        tried = textwrap.wrap(glued, narrower)
        if len(tried) > len(lines) or max(map(len, tried)) > narrower:
            break
        lines = tried
    return "\n".join(lines)


def letters(ax: Axes, points: float) -> int:
    """How many letters of a size fit beside one another, as far as the width is known before the layout."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    inches = float(ax.get_window_extent().width) / figure.dpi
    return max(16, int(inches * 72.0 / (_LETTER * points)))
