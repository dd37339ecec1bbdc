"""The page of a network with classes that come and go."""

from __future__ import annotations

import math
from collections.abc import Sequence

from queuecalc.answer import ClassAtStation, ClassesAnswer, ClassLine, NetworkPercentile, SharedStation
from queuecalc.report.circumstances import evidence_fact
from queuecalc.report.judged import command
from queuecalc.report.numerals import digits, percent, percentile_name, rate, seconds
from queuecalc.report.page import (
    Bar,
    Block,
    Cell,
    Column,
    Commands,
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

__all__ = ["classes_page"]

_NEARLY_FULL = 0.9
_LEAST = 1e-4  # less of a request than this is shown as none
_STATIONS = (
    Column("station"),
    Column("servers", "right"),
    Column("line"),
    Column("busy"),
    Column("visits", "right"),
    Column("there", "right"),
)
_AT = (
    Column("class"),
    Column("station"),
    Column("visits", "right"),
    Column("through", "right"),
    Column("a visit", "right"),
    Column("all visits", "right"),
    Column("there", "right"),
)


def _verdict(answer: ClassesAnswer) -> Words:
    unstable = [each for each in answer.stations if not each.stable]
    if unstable:
        remedies = "; ".join(_remedy(each) for each in unstable)
        return words(Span("no steady state", "bad"), f": {remedies}.")
    parts = ", ".join(
        f"{each.name} {rate(each.throughput_per_s or 0.0)} in {seconds(each.mean_sojourn_s)}"
        for each in answer.classes
    )
    return words(Span(parts, "strong"), f"{_times(answer.percentiles, '; all together ')}.")


def _times(percentiles: Sequence[NetworkPercentile], before: str = "") -> str:
    if not percentiles:
        return ""
    return before + ", ".join(
        f"{percentile_name(each.level)} {seconds(each.sojourn_s)}" for each in percentiles
    )


def _remedy(station: SharedStation) -> str:
    noun = "server is" if station.least_servers == 1 else "servers are"
    return (
        f"{station.name} is asked for {percent(station.utilisation)} of its capacity, at least "
        f"{station.least_servers or 0:,} {noun} needed"
    )


def _about(answer: ClassesAnswer) -> str:
    name = f"{answer.title} ({answer.source})" if answer.source != answer.title else answer.title
    noun = "station" if len(answer.stations) == 1 else "stations"
    parts = []
    coming = sum(each.arrival_rate_per_s or 0.0 for each in answer.classes)
    round_and_round = sum(each.population or 0 for each in answer.classes)
    if coming > 0.0:
        parts.append(f"{rate(coming)} arrive")
    if round_and_round:
        parts.append(f"{round_and_round:,} go round")
    return f"{name}, {len(answer.stations):,} {noun}, {', '.join(parts)}"


def _classes(answer: ClassesAnswer) -> Table:
    """A column for each percentile, where there is one."""
    levels = next((each.percentiles for each in answer.classes if each.percentiles), ())
    mixed = any(each.population is not None for each in answer.classes)
    columns = (
        Column("class"),
        Column("arrivals", "right"),
        *(
            (Column("customers", "right"), Column("thinking", "right"), Column("throughput", "right"))
            if mixed
            else ()
        ),
        Column("response", "right"),
        Column("alone", "right"),
        *(Column(percentile_name(each.level), "right") for each in levels),
    )
    return Table(columns, tuple(_class_row(each, mixed, len(levels)) for each in answer.classes))


def _class_row(line: ClassLine, mixed: bool, levels: int) -> tuple[Cell, ...]:
    times = [seconds(each.sojourn_s) for each in line.percentiles] or [""] * levels
    coming = "" if line.arrival_rate_per_s is None else rate(line.arrival_rate_per_s)
    count = "" if line.population is None else f"{line.population:,}"
    pause = "" if line.think_s is None else seconds(line.think_s)
    return (
        Cell(line.name),
        Cell(coming),
        *((Cell(count), Cell(pause), Cell(rate(line.throughput_per_s or 0.0))) if mixed else ()),
        Cell(seconds(line.mean_sojourn_s)),
        Cell(seconds(line.alone_s)),
        *map(Cell, times),
    )


def _busy(station: SharedStation) -> Bar | Cell:
    if station.servers is None:
        return Cell("never queues", "faint")
    style: Style = "bad" if not station.stable else "warn" if station.utilisation >= _NEARLY_FULL else ""
    return Bar(station.utilisation, percent(station.utilisation), style)


def _row(station: SharedStation) -> tuple[Cell | Bar, ...]:
    inside = station.mean_in_system
    line = "" if station.servers is None else "shared" if station.sharing else "in order"
    return (
        Cell(station.name),
        Cell("inf" if station.servers is None else f"{station.servers:,}"),
        Cell(line),
        _busy(station),
        Cell(rate(station.throughput_per_s)),
        Cell(digits(inside if inside > _LEAST else 0.0)),
    )


def _at_row(line: ClassAtStation) -> tuple[Cell, ...]:
    return (
        Cell(line.request_class),
        Cell(line.name),
        Cell(digits(line.visits)),
        Cell(rate(line.throughput_per_s)),
        Cell(seconds(line.mean_sojourn_s)),
        Cell(seconds(line.residence_time_s)),
        Cell(digits(line.mean_in_system if line.mean_in_system > _LEAST else 0.0)),
    )


def _bottleneck(answer: ClassesAnswer) -> str:
    most = answer.largest_arrival_rate_per_s
    if not answer.bottleneck or (most is not None and math.isinf(most)):
        return "none: every station has servers without limit"
    if most is None:
        return answer.bottleneck
    coming = sum(each.arrival_rate_per_s or 0.0 for each in answer.classes)
    return (
        f"{answer.bottleneck}, full when {rate(most)} arrive in this mix, {digits(most / coming)} x as many"
    )


def classes_page(answer: ClassesAnswer, settings: Sequence[str] = (), *, everything: bool = False) -> Page:
    """The page of `network` for classes that come and go, alone or beside others that go round.

    Args:
        answer: the network solved.
        settings: what was set on the command line, for the command at the end.
        everything: fold nothing (for formats without a screen).
    """
    facts = [Fact("bottleneck", (words(_bottleneck(answer)),))]
    if answer.percentiles_excuse:
        facts.append(Fact("percentiles", (words(answer.percentiles_excuse),)))
    facts.append(evidence_fact(answer.evidence, answer.statements, everything=everything))
    blocks: list[Block] = [Facts(tuple(facts))]
    unstable = [each for each in answer.stations if not each.stable]
    if unstable:
        more = [f"stations.{each.name}.servers={each.least_servers}" for each in unstable]
        blocks.append(Commands("next", (command("network", answer.source, (*settings, *more)),)))
    return Page(
        (
            Section("", (Paragraph(_verdict(answer)), Paragraph(words(Span(_about(answer), "faint"))))),
            Section("Classes", (_classes(answer),)),
            Section("Stations", (Table(_STATIONS, tuple(_row(each) for each in answer.stations)),)),
            Section(
                "Stations by class", (Table(_AT, tuple(_at_row(each) for each in answer.class_stations)),)
            ),
            Section("Circumstances", tuple(blocks)),
        )
    )
