"""The page of a solved network."""

from __future__ import annotations

import math
from collections.abc import Sequence

from queuecalc.answer import NetworkAnswer, NetworkStation
from queuecalc.evidence import STATEMENTS
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

__all__ = ["network_page"]

_NEARLY_FULL = 0.9
_LEAST = 1e-4  # less than this of a sojourn, or of a customer, is shown as none
_COLUMNS = (
    Column("station"),
    Column("arrivals", "right"),
    Column("visits", "right"),
    Column("servers", "right"),
    Column("busy"),
    Column("wait", "right"),
    Column("sojourn", "right"),
    Column("in line", "right"),
)
_DISPERSION = Column("variability", "right")
_METHODS = {
    "dispersion": "arrivals at each station as variable as its line sees them, 1 for Poisson",
    "robust": "robust queueing, the work of the worst time; arrivals as variable as the line sees them",
    "qna": "Whitt's queueing network analyzer; the SCV of the arrivals at each station",
}
_KEYS = {"dispersion": "dispersion", "robust": "robust-queueing", "qna": "qna"}


def _verdict(answer: NetworkAnswer) -> Words:
    if answer.stable:
        times = ", ".join(
            f"{percentile_name(each.level)} {seconds(each.sojourn_s)}" for each in answer.percentiles
        )
        return words(
            Span(f"{seconds(answer.mean_sojourn_s)} end to end on average", "strong"),
            f"{'; ' if times else ''}{times}.",
        )
    unstable = [station for station in answer.stations if not station.stable]
    remedies = "; ".join(_remedy(station) for station in unstable)
    return words(Span("no steady state", "bad"), f": {remedies}.")


def _remedy(station: NetworkStation) -> str:
    noun = "server is" if station.least_servers == 1 else "servers are"
    return (
        f"{station.name} is asked for {percent(station.utilisation)} of its capacity, at least "
        f"{station.least_servers:,} {noun} needed"
    )


def _busy(station: NetworkStation) -> Bar | Cell:
    if station.servers is None:
        return Cell("never queues", "faint")
    style: Style = "bad" if not station.stable else "warn" if station.utilisation >= _NEARLY_FULL else ""
    return Bar(station.utilisation, percent(station.utilisation), style)


def _row(station: NetworkStation) -> tuple[Cell | Bar, ...]:
    wait = station.mean_wait_s
    return (
        Cell(station.name),
        Cell(rate(station.arrival_rate_per_s)),
        Cell(digits(station.visits)),
        Cell("inf" if station.servers is None else f"{station.servers:,}"),
        _busy(station),
        Cell(seconds(0.0 if wait < _LEAST * station.mean_sojourn_s else wait)),
        Cell(seconds(station.mean_sojourn_s)),
        Cell(digits(station.mean_queue_length if station.mean_queue_length > _LEAST else 0.0)),
        *(() if station.arrival_dispersion is None else (Cell(digits(station.arrival_dispersion)),)),
    )


def _columns(answer: NetworkAnswer) -> tuple[Column, ...]:
    told = any(each.arrival_dispersion is not None for each in answer.stations)
    return (*_COLUMNS, _DISPERSION) if told else _COLUMNS


def _facts(answer: NetworkAnswer, *, everything: bool) -> Facts:
    facts = [
        Fact("throughput", (words(_throughput(answer)),)),
        Fact("bottleneck", (words(_bottleneck(answer)),)),
        Fact("inside", (words(f"{digits(answer.mean_in_system)} requests on average"),)),
    ]
    if answer.method != "product-form":
        facts.append(
            Fact(
                "method",
                (
                    words(f"{answer.method}: {_METHODS[answer.method]}"),
                    words(STATEMENTS[_KEYS[answer.method]].sentence.partition("; ")[2]),
                ),
            )
        )
    trust = evidence_fact(answer.evidence, answer.statements, everything=everything)
    if answer.means_exact and answer.evidence != "exact":
        trust = Fact(trust.label, (*trust.lines, words("rates, utilisations and means are exact")))
    return Facts((*facts, trust))


def _throughput(answer: NetworkAnswer) -> str:
    if answer.stable:
        return rate(answer.throughput_per_s)
    return (
        f"{rate(answer.arrival_rate_per_s)} arrive, {rate(answer.throughput_per_s)} leave; the rest piles up"
    )


def _bottleneck(answer: NetworkAnswer) -> str:
    most = answer.largest_arrival_rate_per_s
    if math.isinf(most):
        return "none: every station has servers without limit"
    return f"{answer.bottleneck}, full when {rate(most)} arrive, {digits(most / answer.arrival_rate_per_s)} x as many"


def network_page(answer: NetworkAnswer, settings: Sequence[str] = (), *, everything: bool = False) -> Page:
    """The page of `network`.

    Args:
        answer: the network solved.
        settings: what was set on the command line, for the command at the end.
        everything: fold nothing (for formats without a screen).
    """
    about = f"{answer.title} ({answer.source})" if answer.source != answer.title else answer.title
    noun = "station" if len(answer.stations) == 1 else "stations"
    about = f"{about}, {len(answer.stations):,} {noun}, {rate(answer.arrival_rate_per_s)} arrive"
    sections = [
        Section("", (Paragraph(_verdict(answer)), Paragraph(words(Span(about, "faint"))))),
        Section("Stations", (Table(_columns(answer), tuple(_row(each) for each in answer.stations)),)),
    ]
    blocks: list[Block] = [_facts(answer, everything=everything)]
    unstable = [each for each in answer.stations if not each.stable]
    if unstable:
        more = [f"stations.{each.name}.servers={each.least_servers}" for each in unstable]
        blocks.append(Commands("next", (command("network", answer.source, (*settings, *more)),)))
    sections.append(Section("Circumstances", tuple(blocks)))
    return Page(tuple(sections))
