"""The page of a simulation: calculated against simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from queuecalc.answer import Comparison, SimulationAnswer
from queuecalc.report.circumstances import evidence_fact
from queuecalc.report.numerals import availability, basis_points, digits, hour, percent, rate, seconds, whole
from queuecalc.report.page import (
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
from queuecalc.report.verdict import counts_text

__all__ = ["comparison_cells", "simulation_page"]

_COLUMNS = (
    Column("number"),
    Column("of"),
    Column("calculated", "right"),
    Column("simulated", "right"),
    Column("+-", "right"),
    Column("difference", "right"),
    Column("inside"),
)
_NOTHING = 1e-9  # a share below this, calculated and simulated, is shown only where everything is


def _written(line: Comparison, value: float) -> str:
    if line.unit == "s":
        return seconds(value)
    if line.unit == "messages":
        return whole(value)
    if line.quantity.startswith("lost"):
        return basis_points(value)
    return availability(value) if line.quantity == "availability" else percent(value)


def _margin(line: Comparison) -> str:
    width = line.simulated.half_width
    if width is None:
        return ""
    if line.unit == "s":
        return seconds(width, 2)
    if line.unit == "messages":
        return digits(width, 2)
    return basis_points(width) if line.quantity.startswith(("lost", "avail")) else percent(width, 2)


def _difference(line: Comparison) -> str:
    if line.difference_percent is None:
        return ""
    text = digits(abs(line.difference_percent), 2)
    return f"{'-' if line.difference_percent < 0 and text != '0' else '+'}{text} %"


def _of_responses(line: Comparison) -> bool:
    return line.quantity == "mean" or (line.quantity.startswith("p") and line.quantity[1:2].isdigit())


def _told(lines: Sequence[Comparison], *, everything: bool) -> Iterator[Comparison]:
    """Of one class alone, what holds for all together is not said twice; nor what never happened."""
    classes = {line.subject for line in lines if _of_responses(line) and line.subject}
    for line in lines:
        never = max(line.calculated, line.simulated.value) <= _NOTHING
        twice = len(classes) == 1 and _of_responses(line) and bool(line.subject)
        if everything or not (never or twice):
            yield line


def comparison_cells(
    lines: Sequence[Comparison], together: str = "all classes", *, everything: bool = False
) -> Iterator[tuple[str, ...]]:
    """Number, of what, calculated, simulated, half width, difference, inside: as text.

    Args:
        together: what the response times of all requests are of.
        everything: also what never happened, and what a single class repeats.
    """
    for line in _told(lines, everything=everything):
        yield (
            line.quantity,
            line.subject or (together if _of_responses(line) else ""),
            _written(line, line.calculated),
            _written(line, line.simulated.value),
            _margin(line),
            _difference(line),
            {None: "", True: "yes", False: "no"}[line.inside],
        )


_INSIDE: dict[str, Style] = {"": "", "yes": "good", "no": "warn"}


def _rows(answer: SimulationAnswer, *, everything: bool) -> Iterator[tuple[Cell, ...]]:
    together = "end to end" if answer.kind == "network" else "all classes"
    for *texts, margin, difference, inside in comparison_cells(
        answer.comparisons, together, everything=everything
    ):
        yield (
            *(Cell(text) for text in texts),
            Cell(margin, "faint"),
            Cell(difference),
            Cell(inside, _INSIDE[inside]),
        )


def _verdict(answer: SimulationAnswer) -> Words:
    if not answer.stable:
        names = " and ".join(answer.overloaded)
        told = [f"{names} can do no more than what is asked, or less"] if names else []
        return words(Span("no steady state", "bad"), f": {'; '.join([*told, *answer.simulated.findings])}.")
    furthest = max(
        (line for line in answer.comparisons if _of_responses(line) and line.difference_percent is not None),
        key=lambda line: abs(line.difference_percent or 0.0),
        default=None,
    )
    told = [f"{answer.inside} of {answer.judged} calculated numbers lie inside the 95 % interval"]
    if furthest is not None:
        name = f"{furthest.quantity} of {furthest.subject}" if furthest.subject else furthest.quantity
        told.append(f"furthest off among the response times: {name}, {_difference(furthest)}")
    return words(f"{'; '.join(told)}.")


def _about(answer: SimulationAnswer) -> str:
    result = answer.simulated
    named = f"{answer.title} ({answer.source})" if answer.source != answer.title else answer.title
    if answer.kind == "network":
        return f"{named}, {rate(result.load_per_s)} arrive"
    if answer.kind == "hour":
        assert result.hour is not None
        return f"{named}, {hour(result.hour)} held still, {rate(result.load_per_s)}, every unit up"
    failing = "units fail and are repaired" if result.failures else "every unit up"
    span = f"hours {digits(result.from_h or 0.0)} to {digits(result.until_h or 0.0)}"
    return f"{named}, {span}, {rate(result.load_per_s)} on average, {failing}"


def _facts(answer: SimulationAnswer, *, everything: bool) -> Facts:
    result = answer.simulated
    cut = "run" if answer.kind == "curve" else "batch"
    number = result.observations
    plural = cut if number == 1 else "runs" if answer.kind == "curve" else "batches"
    facts = []
    if answer.kind != "network":
        facts.append(Fact("plan", (words(counts_text(result.counts)),)))
    facts.append(
        Fact(
            "simulated",
            (
                words(
                    f"{whole(result.requests)} requests, {whole(result.visits)} visits, "
                    f"{seconds(result.simulated_s)} in {number:,} {plural}, seed {result.seed}"
                ),
            ),
        )
    )
    if number == 1:
        facts.append(Fact("interval", (words("none from one run; two or more give one"),)))
    elif answer.judged:
        facts.append(
            Fact(
                "interval",
                (words("95 %, half its width is +-; chance alone puts one exact number in twenty outside"),),
            )
        )
    findings = result.findings if answer.stable else ()
    if findings:
        facts.append(Fact("findings", tuple(words(finding) for finding in findings)))
    facts.append(evidence_fact(answer.evidence, answer.statements, everything=everything))
    return Facts(tuple(facts))


def simulation_page(
    answer: SimulationAnswer, settings: Sequence[str] = (), *, everything: bool = False
) -> Page:
    """The page of `simulate`.

    Args:
        answer: calculated and simulated.
        settings: what was set on the command line.
        everything: fold nothing (for formats without a screen).
    """
    about = _about(answer)
    if settings:
        about = f"{about}, {', '.join(settings)}"
    sections = [Section("", (Paragraph(_verdict(answer)), Paragraph(words(Span(about, "faint")))))]
    rows = tuple(_rows(answer, everything=everything))
    if rows:
        sections.append(Section("Calculated against simulated", (Table(_COLUMNS, rows),)))
    sections.append(Section("Circumstances", (_facts(answer, everything=everything),)))
    return Page(tuple(sections))
