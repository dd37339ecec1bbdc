"""The pages of a closed network: solved, or bounded."""

from __future__ import annotations

import math

from queuecalc.answer import ClosedAnswer, ClosedBoundsAnswer, ClosedClassLine, ClosedStationLine
from queuecalc.report.circumstances import evidence_fact
from queuecalc.report.numerals import digits, percent, rate, seconds, whole
from queuecalc.report.page import (
    Bar,
    Block,
    Cell,
    Column,
    Fact,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Style,
    Table,
    Words,
    words,
)

__all__ = ["closed_bounds_page", "closed_page"]

_NEARLY_FULL = 0.9
_LEAST = 1e-4  # less of a customer than this is shown as none
_STATIONS = (
    Column("station"),
    Column("visits", "right"),
    Column("servers", "right"),
    Column("busy"),
    Column("through", "right"),
    Column("a visit", "right"),
    Column("a cycle", "right"),
    Column("there", "right"),
)
_CLASSES = (
    Column("class"),
    Column("customers", "right"),
    Column("thinking", "right"),
    Column("throughput", "right"),
    Column("response", "right"),
    Column("alone", "right"),
)
_BOUNDS = (
    Column("bounds"),
    Column("class"),
    Column("throughput from", "right"),
    Column("to", "right"),
    Column("response from", "right"),
    Column("to", "right"),
)


def _verdict(answer: ClosedAnswer) -> Words:
    if len(answer.classes) > 1:
        parts = ", ".join(
            f"{each.name} {rate(each.throughput_per_s)} in {seconds(each.response_time_s)}"
            for each in answer.classes
        )
        return words(Span(parts, "strong"), ".")
    (only,) = answer.classes
    times = only.response_time_s / only.alone_s
    return words(
        Span(f"{rate(only.throughput_per_s)}, {seconds(only.response_time_s)} on average", "strong"),
        f"; {digits(times)} x as long as alone ({seconds(only.alone_s)})."
        if times >= 1.005
        else "; hardly anybody waits.",
    )


def _about(answer: ClosedAnswer) -> str:
    name = f"{answer.title} ({answer.source})" if answer.source != answer.title else answer.title
    count = sum(each.population for each in answer.classes)
    customers = "1 customer" if count == 1 else f"{count:,} customers"
    noun = "station" if len(answer.stations) == 1 else "stations"
    thinking = [each.think_s for each in answer.classes if each.think_s > 0.0]
    pause = f", who think for {seconds(thinking[0])} in between" if len(set(thinking)) == 1 else ""
    return f"{name}, {customers} at {len(answer.stations):,} {noun}{pause}"


def _busy(station: ClosedStationLine) -> Bar | Cell:
    if station.servers is None:
        return Cell("never queues", "faint")
    style: Style = "warn" if station.utilisation >= _NEARLY_FULL else ""
    return Bar(station.utilisation, percent(station.utilisation), style)


def _row(station: ClosedStationLine) -> tuple[Cell | Bar, ...]:
    inside = station.mean_in_system
    return (
        Cell(station.name),
        Cell(digits(station.visits)),
        Cell("inf" if station.servers is None else f"{station.servers:,}"),
        _busy(station),
        Cell(rate(station.throughput_per_s)),
        Cell(seconds(station.mean_sojourn_s)),
        Cell(seconds(station.residence_time_s)),
        Cell(digits(inside if inside > _LEAST else 0.0)),
    )


def _class_row(line: ClosedClassLine) -> tuple[Cell, ...]:
    return (
        Cell(line.name),
        Cell(f"{line.population:,}"),
        Cell(seconds(line.think_s)),
        Cell(rate(line.throughput_per_s)),
        Cell(seconds(line.response_time_s)),
        Cell(seconds(line.alone_s)),
    )


def _facts(answer: ClosedAnswer, *, everything: bool) -> Facts:
    facts = [Fact("bottleneck", (words(_bottleneck(answer)),))]
    if answer.asked == "auto" and answer.method != "exact":
        facts.append(
            Fact(
                "method",
                (
                    words(
                        f"{answer.method}, for the exact answer would take too long; --method chooses another"
                    ),
                ),
            )
        )
    facts.append(evidence_fact(answer.evidence, answer.statements, everything=everything))
    return Facts(tuple(facts))


def _bottleneck(answer: ClosedAnswer) -> str:
    most, crowd = answer.most_per_s, answer.saturation_population
    if most is None or crowd is None:
        busy = next(each for each in answer.stations if each.name == answer.bottleneck)
        return "none: nobody waits anywhere" if busy.servers is None else answer.bottleneck
    if math.isinf(most):
        return "none: nobody waits anywhere"
    return (
        f"{answer.bottleneck}: {rate(most)} at most, whatever the population; it fills up around {digits(crowd)} "
        "customers"
    )


def closed_page(answer: ClosedAnswer, *, everything: bool = False) -> Page:
    """The page of `network` for a fixed number of customers.

    Args:
        answer: the network solved.
        everything: fold nothing (for formats without a screen).
    """
    sections = [
        Section("", (Paragraph(_verdict(answer)), Paragraph(words(Span(_about(answer), "faint"))))),
    ]
    if len(answer.classes) > 1:
        sections.append(
            Section("Classes", (Table(_CLASSES, tuple(_class_row(each) for each in answer.classes)),))
        )
    sections.append(Section("Stations", (Table(_STATIONS, tuple(_row(each) for each in answer.stations)),)))
    if everything and answer.class_stations:
        columns = (Column("class"), *_STATIONS)
        rows = tuple((Cell(each.request_class), *_row(each)) for each in answer.class_stations)
        sections.append(Section("Stations by class", (Table(columns, rows),)))
    blocks: list[Block] = [_facts(answer, everything=everything)]
    sections.append(Section("Circumstances", tuple(blocks)))
    return Page(tuple(sections))


def closed_bounds_page(answer: ClosedBoundsAnswer, *, everything: bool = False) -> Page:
    """The page of `network --method bounds`.

    Args:
        answer: the bounds.
        everything: fold nothing.
    """
    count = sum(answer.population.values())
    parts = []
    for name in answer.population:
        own = [each for each in answer.bounds if each.request_class == name]
        low, high = max(each.lower_per_s for each in own), min(each.upper_per_s for each in own)
        parts.append(f"{f'{name} ' if name else ''}between {rate(low)} and {rate(high)}")
    name = f"{answer.title} ({answer.source})" if answer.source != answer.title else answer.title
    several = len(answer.population) > 1
    rows = tuple(
        (
            Cell(each.method),
            *((Cell(each.request_class),) if several else ()),
            Cell(rate(each.lower_per_s)),
            Cell(rate(each.upper_per_s)),
            Cell(seconds(each.least_response_s)),
            Cell(seconds(each.largest_response_s)),
        )
        for each in answer.bounds
    )
    columns = _BOUNDS if several else (_BOUNDS[0], *_BOUNDS[2:])
    trust = evidence_fact(answer.evidence, answer.statements, everything=everything)
    return Page(
        (
            Section(
                "",
                (
                    Paragraph(words(Span(", ".join(parts), "strong"), ".")),
                    Paragraph(words(Span(f"{name}, {whole(count)} customers", "faint"))),
                ),
            ),
            Section("Bounds", (Table(columns, rows),)),
            Section("Circumstances", (Facts((trust,)),)),
        )
    )
