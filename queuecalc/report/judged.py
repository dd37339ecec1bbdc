"""The page of one judged plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from queuecalc.answer import Evaluation, OneLess
from queuecalc.report.circumstances import (
    availability_fact,
    backlog_fact,
    evidence_fact,
    lost_fact,
    response_fact,
    warning_fact,
)
from queuecalc.report.components import component_table
from queuecalc.report.contract import contract_table
from queuecalc.report.numerals import digits
from queuecalc.report.page import (
    Block,
    Commands,
    Fact,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Words,
    words,
)
from queuecalc.report.verdict import evaluation_verdict

__all__ = ["circumstances", "command", "evaluation_page", "heading", "plan_sections"]


def command(name: str, source: str, settings: Sequence[str], *arguments: str) -> str:
    """A command to type for the same model with the same settings."""
    options = [part for setting in settings for part in ("--set", setting)]
    return shlex.join(["queuecalc", name, source or "-", *arguments, *options])


def heading(verdict: Words, evaluation: Evaluation) -> Section:
    """The first sentence and what it is about."""
    about = f"{evaluation.title} ({evaluation.source})" if evaluation.source else evaluation.title
    unit = "hour" if evaluation.hours == 1 else "hours"
    length = f", {digits(evaluation.hours)} {unit}" if evaluation.hours else ""
    return Section("", (Paragraph(verdict), Paragraph(words(Span(f"{about}{length}", "faint")))))


def plan_sections(
    evaluation: Evaluation, one_less: Sequence[OneLess] = (), *, everything: bool = False
) -> Iterable[Section]:
    """The contract and the components; why the plan is refused where no line says it."""
    if evaluation.lines:
        yield Section("Contract", (contract_table(evaluation.lines, everything=everything),))
    if evaluation.components:
        yield Section("Components", (component_table(evaluation, one_less),))


def circumstances(evaluation: Evaluation, *, everything: bool = False) -> tuple[list[Fact], list[Fact]]:
    """Facts about the service, and facts about how far to trust them."""
    facts: list[Fact | None] = []
    absent = [name for name, count in evaluation.counts.items() if count == 0]
    if absent:
        facts.append(Fact("left out", (words(", ".join(absent)),)))
    if evaluation.availability is not None:
        facts.append(lost_fact(evaluation.availability, everything=everything))
        facts.append(availability_fact(evaluation.availability))
    facts.append(response_fact(evaluation.latencies))
    facts.append(backlog_fact(evaluation.asynchronous))
    trust: list[Fact | None] = [warning_fact(evaluation)]
    if evaluation.components:  # an invalid plan rests on nothing
        trust.append(evidence_fact(evaluation.evidence, evaluation.statements, everything=everything))
    return [fact for fact in facts if fact], [fact for fact in trust if fact]


def refusal_fact(evaluation: Evaluation) -> Fact | None:
    """Why the plan is refused, sentence by sentence."""
    lines = tuple(words(excuse.sentence) for excuse in evaluation.excuses)
    return Fact("refused", lines) if lines else None


def evaluation_page(
    evaluation: Evaluation, settings: Sequence[str] = (), *, everything: bool = False
) -> Page:
    """The page of `evaluate`.

    Args:
        evaluation: the plan judged.
        settings: what was set on the command line, for the command at the end.
        everything: fold nothing (for formats without a screen).
    """
    facts, trust = circumstances(evaluation, everything=everything)
    refused = refusal_fact(evaluation)
    blocks: list[Block] = [Facts((*([refused] if refused else []), *facts, *trust))]
    blocks.append(Commands("next", (command("size", evaluation.source, settings),)))
    sections = [heading(evaluation_verdict(evaluation), evaluation)]
    sections += plan_sections(evaluation, everything=everything)
    sections.append(Section("Circumstances", tuple(blocks)))
    return Page(tuple(sections))
