"""The page of one station."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queuecalc.evidence import Evidence
from queuecalc.report.circumstances import evidence_fact
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
        figures: by name with its unit ("mean_wait_s"), scalars.
        percentiles: (percentile, wait in seconds, sojourn in seconds).
        evidence, statements: how far the figures can be trusted, and what they rest on.
    """

    station: str
    figures: Mapping[str, float | bool]
    percentiles: tuple[tuple[float, float, float], ...] = ()
    evidence: Evidence = Evidence.EXACT
    statements: tuple[str, ...] = ()

    def flat(self) -> dict[str, object]:
        """One row of named values, for formats without tables."""
        row: dict[str, object] = {"station": self.station, **self.figures}
        for level, wait, sojourn in self.percentiles:
            name = f"p{level:.12g}".replace(".", "_")
            row[f"wait_{name}_s"] = wait
            row[f"sojourn_{name}_s"] = sojourn
        return row | {"evidence": self.evidence.value, "statements": " ".join(self.statements)}


def _verdict(answer: StationFigures) -> Words:
    busy = percent(float(answer.figures["utilisation"]))
    if answer.figures.get("stable", True):
        delay = answer.figures.get("delay_probability")
        waits = "" if delay is None else f"; an arrival waits with probability {percent(float(delay))}"
        return words(Span(answer.station, "strong"), f" is {busy} busy{waits}.")
    return words(
        Span(answer.station, "strong"),
        " has ",
        Span("no steady state", "bad"),
        f": {busy} of its capacity is asked for, so the line grows without end.",
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
        everything: name every statement in full.
    """
    facts = [
        Fact(_title(key), (words(value_text(key, value)),))
        for key, value in answer.figures.items()
        if everything or key not in _IN_SENTENCE
    ]
    sections = [Section("", (Paragraph(_verdict(answer)),)), Section("Figures", (Facts(tuple(facts)),))]
    if answer.percentiles:
        sections.append(Section("Percentiles", (Table(_PERCENTILES, _rows(answer.percentiles)),)))
    trust = evidence_fact(answer.evidence, answer.statements, everything=everything)
    sections.append(Section("Evidence", (Facts((trust,)),)))
    return Page(tuple(sections))
