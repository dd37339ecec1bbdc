"""A derivation as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from queuecalc.answer import Derived, DerivedFigure, DerivedStep, Formula
from queuecalc.report.layout import display_width
from queuecalc.report.numerals import seconds

__all__ = ["chosen_steps", "derivation_text", "exact_text"]

_INDENT = 5
_DEEPER = 9


def exact_text(value: float, unit: str) -> str:
    """A value to twelve digits with its unit; a time as a person would say it, too."""
    digits = f"{value:.12g}"
    if unit == "s":
        said = seconds(value)
        return (
            f"{digits} s" if said == f"{digits} s" or value in (0.0, float("inf")) else f"{digits} s ({said})"
        )
    return f"{digits}{'/s' if unit == '1/s' else f' {unit}' if unit else ''}"


def chosen_steps(derived: Derived, *, brief: bool) -> tuple[DerivedStep, ...]:
    """All steps, or the main ones."""
    return tuple(step for step in derived.steps if step.main or not brief)


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _drawn(formula: Formula, *, unicode: bool, indent: int, beside: str = "", width: int = 100) -> list[str]:
    """The lines of a formula, with a remark beside its middle line, or below where there is no room."""
    lines = [f"{' ' * indent}{line}" for line in (formula.unicode if unicode else formula.plain).splitlines()]
    if not beside:
        return lines
    widest = max(map(display_width, lines))
    if widest + 4 + len(beside) <= width:
        middle = next((i for i, line in enumerate(lines) if " = " in line), len(lines) // 2)
        lines[middle] = lines[middle].ljust(widest + 4) + beside
        return lines
    return [*lines, f"{' ' * indent}({beside})"]


def _heading(text: str, *, unicode: bool) -> list[str]:
    return [text, ("─" if unicode else "-") * display_width(text)]


def _step(step: DerivedStep, *, brief: bool, unicode: bool, width: int) -> Iterator[str]:
    label = f"({step.number})".ljust(_INDENT)
    yield from _wrapped(step.sentence, width, label, " " * _INDENT)
    yield ""
    yield from _drawn(step.formula, unicode=unicode, indent=_DEEPER, beside=step.where, width=width)
    if not brief:
        reason = step.reason if step.how in ("assumed", "a definition") else f"{step.reason}; {step.how}"
        yield ""
        yield from _wrapped(f"[{reason}]", width, " " * _INDENT, " " * (_INDENT + 1))
    yield ""


def _figure(figure: DerivedFigure, *, unicode: bool, width: int) -> Iterator[str]:
    yield from _wrapped(f"{figure.name}, by ({figure.step})", width)
    if figure.with_numbers is not None:
        yield ""
        yield from _drawn(figure.with_numbers, unicode=unicode, indent=_DEEPER, width=width)
        yield ""
    yield f"{' ' * _DEEPER}= {exact_text(figure.value, figure.unit)}"
    if figure.library is not None:
        said = exact_text(figure.library, "")
        same = "the same" if said == exact_text(figure.value, "") else said
        yield from _wrapped(f"the library: {same}, {figure.asked}", width, " " * _DEEPER, " " * (_DEEPER + 2))
    yield ""


def _paragraphs(label: str, sentences: Iterable[str], width: int) -> Iterator[str]:
    for index, sentence in enumerate(sentences):
        head = label.ljust(10) if index == 0 else " " * 10
        yield from _wrapped(sentence, width, head, " " * 10)


def derivation_text(derived: Derived, *, width: int = 100, brief: bool = False, unicode: bool = False) -> str:
    """A derivation for reading in a terminal.

    Args:
        width: cells per line; formulas are not broken.
        brief: the main steps only, without reasons.
        unicode: drawn signs and Greek letters.
    """
    lines = [*_heading(derived.title, unicode=unicode), *_wrapped(derived.claim, width), ""]
    part = ""
    parts: dict[int, str] = {}
    for step in derived.steps:
        part = step.part or part
        parts[step.number] = part
    shown = ""
    for step in chosen_steps(derived, brief=brief):
        if parts[step.number] != shown:
            shown = parts[step.number]
            lines += [*_heading(shown, unicode=unicode), ""]
        lines += _step(step, brief=brief, unicode=unicode, width=width)
    if derived.figures:
        lines += [*_heading("In numbers", unicode=unicode), ""]
        lines += [*_paragraphs("given", derived.given, width), ""]
        if derived.refusal:
            lines += [*_paragraphs("not here", (derived.refusal,), width), ""]
        for figure in derived.figures:
            lines += _figure(figure, unicode=unicode, width=width)
    lines += [*_paragraphs("beside", derived.notes, width), ""] if derived.notes else []
    lines += _paragraphs("verified", derived.verified, width)
    lines += _paragraphs("papers", derived.cites, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"
