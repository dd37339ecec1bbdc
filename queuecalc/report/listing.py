"""Plain lists of things: rows of named values, whose names carry the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from queuecalc.report.numerals import digits, money, percent, rate, seconds
from queuecalc.report.page import Cell, Column, Page, Section, Table

__all__ = ["Listing", "listing_page", "value_text"]

_SUFFIXES = (
    ("_usd_per_month", money),
    ("_per_s", rate),
    ("_probability", percent),
    ("_erlang", lambda value: f"{digits(value)} erlang"),
    ("_s", seconds),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of things of one sort.

    Attributes:
        rows: one mapping per thing, all with the same keys.
    """

    rows: tuple[Mapping[str, Any], ...]


def value_text(key: str, value: Any) -> str:
    """A value in the unit that its key names."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    for suffix, write in _SUFFIXES:
        if f"_{key}".endswith(suffix):
            return write(value)
    if key == "utilisation":
        return percent(value)
    return f"{value:,}" if isinstance(value, int) else digits(float(value))


def _title(key: str) -> str:
    for suffix, title in (("usd_per_month", "$/month"), ("_per_s", ""), ("_s", "")):
        if key.endswith(suffix):
            key = key.removesuffix(suffix) + title
            break
    return key.replace("_", " ")


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    def is_number(value: Any) -> bool:
        return isinstance(value, int | float | Decimal | None) and not isinstance(value, bool)

    return tuple(
        Column(_title(key), "right" if all(is_number(row[key]) for row in rows) else "left")
        for key in rows[0]
    )


def listing_page(listing: Listing) -> Page:
    """A table with one row per thing; its last column is wrapped where it is long."""
    rows = listing.rows
    if not rows:
        return Page(())
    cells = tuple(tuple(Cell(value_text(key, value)) for key, value in row.items()) for row in rows)
    return Page((Section("", (Table(_columns(rows), cells),)),))
