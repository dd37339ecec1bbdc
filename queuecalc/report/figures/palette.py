"""Colours, line styles and markers that stay apart in greyscale and for the colour-blind.

Colours of Okabe & Ito 2008, "Color Universal Design"; their yellow is left out, it is lost on white.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BLUE",
    "DARK",
    "FAINT",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILION",
    "Look",
    "looks",
]

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
DARK = "#222222"
GREY = "#767676"
FAINT = "#DDDDDD"

_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, DARK)
_DASHES: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5)))
_MARKERS = ("o", "s", "^", "D", "v", "X", "P", "<", ">", "*", "h", "p", "d")


@dataclass(frozen=True, slots=True)
class Look:
    """How one curve is drawn; no two of the first 52 have both line style and marker in common."""

    colour: str
    dashes: Any
    marker: str
    turn: int

    def line(self) -> dict[str, Any]:
        """Keywords of a line with a few markers, at other places than those of its neighbours."""
        offset = 0.03 + 0.17 * (self.turn * 5 % 8) / 8.0
        return self.sample() | {"markevery": (offset, 0.17)}

    def sample(self) -> dict[str, Any]:
        """Keywords of its sample in a legend."""
        return {
            "color": self.colour,
            "linestyle": self.dashes,
            "linewidth": 1.6,
            "marker": self.marker,
            "markersize": 4.0,
            "markerfacecolor": "white",
        }


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A look for each name, always the same for the same order."""
    return {
        name: Look(
            _COLOURS[turn % len(_COLOURS)],
            _DASHES[turn % len(_DASHES)],
            _MARKERS[turn % len(_MARKERS)],
            turn,
        )
        for turn, name in enumerate(names)
    }
