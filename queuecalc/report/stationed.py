"""The page of one station."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queuecalc.evidence import Evidence, Statement, weakest
from queuecalc.report.listing import value_text
from queuecalc.report.numerals import percent, seconds
from queuecalc.report.page import (
    Cell,
    Column,
    Fact,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Table,
    Words,
    words,
)

__all__ = ["StationFigures", "station_page"]

_PERCENTILES = (Column("percentile"), Column("wait", "right"), Column("sojourn", "right"))
_IN_SENTENCE = ("stable", "utilisation", "delay_probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFigures:
    """What `station` prints.

    Attributes:
        station: in Kendall's notation ("M/M/4").
        formula: one line.
        figures: by name with its unit ("mean_wait_s"), scalars.
        percentiles: (percentile, wait in seconds, sojourn in seconds).
        unknown: why there are no percentiles.
        statements: what the figures rest on; the weakest says how far they can be trusted.
    """

    station: str
    formula: str = ""
    figures: Mapping[str, float | bool]
    percentiles: tuple[tuple[float, float, float], ...] = ()
    unknown: str = ""
    statements: tuple[Statement, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The weakest label."""
        return weakest(statement.evidence for statement in self.statements)

    def flat(self) -> dict[str, object]:
        """One row of named values, for formats without tables."""
        row: dict[str, object] = {"station": self.station, **self.figures}
        for level, wait, sojourn in self.percentiles:
            name = f"p{level:.12g}".replace(".", "_")
            row[f"wait_{name}_s"] = wait
            row[f"sojourn_{name}_s"] = sojourn
        if self.unknown:
            row["no_percentiles"] = self.unknown
        keys = " ".join(statement.key for statement in self.statements)
        return row | {"evidence": self.evidence.value, "statements": keys}


def _verdict(answer: StationFigures) -> Words:
    name = Span(answer.station, "strong")
    busy = percent(float(answer.figures["utilisation"]))
    if answer.figures.get("stable", True):
        delay = answer.figures.get("delay_probability")
        limitless = answer.figures["utilisation"] == 0.0
        if delay == 0.0:
            return words(name, ": nobody waits." if limitless else f" is {busy} busy; nobody waits.")
        waits = "" if delay is None else f"; an arrival waits with probability {percent(float(delay))}"
        return words(name, f" is {busy} busy{waits}.")
    offered = answer.figures.get("offered_load_erlang")
    remedy = "" if offered is None else f"; at least {math.floor(offered) + 1:,} servers are needed"
    return words(
        name,
        " has ",
        Span("no steady state", "bad"),
        f": {busy} of its capacity is asked for{remedy}.",
    )


def _title(key: str) -> str:
    for suffix in ("_per_s", "_s", "_erlang"):
        if key.endswith(suffix):
            key = key.removesuffix(suffix)
            break
    return key.replace("_", " ")


def _rows(percentiles: Sequence[tuple[float, float, float]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (Cell(f"p{level:.12g}"), Cell(seconds(wait, 4)), Cell(seconds(sojourn, 4)))
        for level, wait, sojourn in percentiles
    )


def station_page(answer: StationFigures, *, everything: bool = False) -> Page:
    """The page of `station`.

    Args:
        answer: its figures.
        everything: repeat what the first sentence says among the figures.
    """
    facts = [
        Fact(_title(key), (words(value_text(key, value)),))
        for key, value in answer.figures.items()
        if everything or key not in _IN_SENTENCE
    ]
    sections = [Section("", (Paragraph(_verdict(answer)),)), Section("Figures", (Facts(tuple(facts)),))]
    if answer.percentiles:
        sections.append(Section("Percentiles", (Table(_PERCENTILES, _rows(answer.percentiles)),)))
    if answer.unknown:
        sections.append(Section("Percentiles", (Paragraph(words(answer.unknown)),)))
    trust = [
        Fact(entry.evidence.value, (words(f"{entry.sentence} ({entry.paper})"),))
        for entry in answer.statements
    ]
    if answer.formula:
        trust.insert(0, Fact("formula", (words(answer.formula),)))
    sections.append(Section("Evidence", (Facts(tuple(trust)),)))
    return Page(tuple(sections))
