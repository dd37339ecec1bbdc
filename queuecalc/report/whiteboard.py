"""The calculation behind a plan as text, Markdown or LaTeX."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from queuecalc.answer.whiteboard import Whiteboard, WhiteboardLine, WhiteboardPart
from queuecalc.report.derived_markup import latex_document, latex_text, markdown_escaped
from queuecalc.report.layout import clean
from queuecalc.report.numerals import availability, digits, money, percent, rate, seconds, whole

__all__ = ["whiteboard_latex", "whiteboard_markdown", "whiteboard_text"]

_NOTHING = 1e-9
"""A time in seconds or a share below this is as good as none."""


def _value(value: float, line: WhiteboardLine, significant: int) -> str:
    if 0.0 < value < _NOTHING and line.unit in ("s", "fraction"):
        return "under 1 ns" if line.unit == "s" else "under 1e-7 %"
    match line.unit:
        case "s":
            return seconds(value, significant)
        case "1/s":
            return rate(value) if significant <= 3 else f"{digits(value, significant)}/s"
        case "fraction":
            is_served = line.key in ("redundancy", "availability")
            return availability(value) if is_served else percent(value, significant)
        case "usd_per_month":
            return money(value)
        case "messages":
            return f"{whole(value)} messages"
        case "units":
            return f"{value:,.0f}"
        case _:
            return f"{digits(value, significant)} {line.unit}".rstrip()


def _texts(line: WhiteboardLine) -> tuple[str, str]:
    about = "" if line.about is None else _value(line.about, line, 2)
    if about and not about.startswith("under"):
        about = f"about {about}"
    return about, _value(line.exact, line, 4)


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        clean(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _part(part: WhiteboardPart, *, brief: bool, width: int) -> Iterator[str]:
    yield ""
    yield from _wrapped(part.title, width)
    yield "-" * min(width, len(clean(part.title)))
    names = max((len(clean(line.name)) for line in part.lines), default=0)
    for line in part.lines:
        about, exact = _texts(line)
        head = f"{clean(line.name).ljust(min(names, 28))}  {about.rjust(22)}  {exact.rjust(16)}"
        yield head.rstrip()
        if not brief:
            yield from _wrapped(f"{line.formula}: {line.numbers}", width, "    ", "      ")
    if part.remark and not brief:
        yield from _wrapped(part.remark, width)


def whiteboard_text(board: Whiteboard, *, width: int = 100, brief: bool = False, cite: bool = False) -> str:
    """For a terminal: a round estimate, the exact value, and below them the formula with its numbers.

    Args:
        brief: without formulas.
        cite: with the papers behind the numbers.
    """
    lines = [*_wrapped(board.title, width), *_wrapped(f"Plan: {board.plan}", width, "", "      ")]
    for sentence in board.refusals:
        lines += _wrapped(f"It breaks the contract: {sentence}", width, "", "  ")
    for part in board.parts:
        lines += _part(part, brief=brief, width=width)
    if cite:
        lines += ["", "Papers", "------"]
        for sentence in board.cites:
            lines += _wrapped(sentence, width, "", "  ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _markdown(board: Whiteboard, *, brief: bool, cite: bool) -> Iterator[str]:
    yield f"# {markdown_escaped(board.title)}"
    yield f"Plan: {markdown_escaped(board.plan)}"
    yield from (f"**It breaks the contract: {markdown_escaped(sentence)}**" for sentence in board.refusals)
    for part in board.parts:
        yield f"## {markdown_escaped(part.title)}"
        if part.lines:
            head = (
                "| quantity | about | exact |"
                if brief
                else "| quantity | formula | numbers | about | exact |"
            )
            rows = [head, "| --- | ---: | ---: |" if brief else "| --- | --- | --- | ---: | ---: |"]
            for line in part.lines:
                about, exact = _texts(line)
                middle = "" if brief else f" ${line.latex}$ | {markdown_escaped(line.numbers)} |"
                rows.append(
                    f"| {markdown_escaped(line.name)} |{middle} {markdown_escaped(about)} | {markdown_escaped(exact)} |"
                )
            yield "\n".join(rows)
        if part.remark:
            yield markdown_escaped(part.remark)
    if cite:
        yield "## Papers"
        yield "\n".join(f"- {markdown_escaped(sentence)}" for sentence in board.cites)


def whiteboard_markdown(board: Whiteboard, *, brief: bool = False, cite: bool = False) -> str:
    """As Markdown tables with LaTeX formulas."""
    return "\n\n".join(_markdown(board, brief=brief, cite=cite)) + "\n"


def _latex(board: Whiteboard, *, brief: bool, cite: bool) -> Iterator[str]:
    yield f"Plan: {latex_text(board.plan)}"
    for sentence in board.refusals:
        yield ""
        yield rf"\textbf{{It breaks the contract: {latex_text(sentence)}}}"
    for part in board.parts:
        yield rf"\subsection*{{{latex_text(part.title)}}}"
        if part.lines:
            yield r"\noindent\begin{tabular}{p{0.42\textwidth}p{0.24\textwidth}p{0.24\textwidth}}"
            for line in part.lines:
                about, exact = _texts(line)
                yield rf"{latex_text(line.name)} & {latex_text(about)} & {latex_text(exact)} \\"
                if not brief:
                    yield rf"\multicolumn{{3}}{{l}}{{\quad ${line.latex}$: {latex_text(line.numbers)}}} \\"
            yield r"\end{tabular}"
        if part.remark:
            yield ""
            yield latex_text(part.remark)
    if cite:
        yield r"\subsection*{Papers}"
        yield r"\begin{itemize}"
        yield from (rf"\item {latex_text(sentence)}" for sentence in board.cites)
        yield r"\end{itemize}"


def whiteboard_latex(board: Whiteboard, *, brief: bool = False, cite: bool = False) -> str:
    """As a LaTeX document."""
    return latex_document(board.title, _latex(board, brief=brief, cite=cite))
