"""Numbers as one takes them at a whiteboard."""

from __future__ import annotations

import math

__all__ = ["line", "number", "rough"]

from queuecalc.answer.whiteboard import WhiteboardLine


def rough(value: float) -> float:
    """One digit, or two where the first is a 1: 731 is 700, 1,742 is 1,700.

    >>> [rough(value) for value in (731.0, 1742.0, 0.0304, 0.0)]
    [700.0, 1700.0, 0.03, 0.0]
    """
    if value == 0.0 or not math.isfinite(value):
        return value
    exponent = math.floor(math.log10(abs(value)))
    digits = 1 if abs(value) / 10.0**exponent < 2.0 else 0
    return float(f"{value:.{digits}e}")


def number(value: float) -> str:
    """A number in a formula, to four digits."""
    if not math.isfinite(value):
        return "inf"
    text = f"{value:,.4g}"
    return f"{value:,.0f}" if "e+" in text else text


def line(
    key: str, name: str, formula: tuple[str, str], numbers: str, about: float | None, exact: float, unit: str
) -> WhiteboardLine:
    """A line; the estimate is rounded here."""
    return WhiteboardLine(
        key=key,
        name=name,
        formula=formula[0],
        latex=formula[1],
        numbers=numbers,
        about=None if about is None else rough(about),
        exact=float(exact),
        unit=unit,
    )
