"""A derivation as Markdown with LaTeX formulas, and as a LaTeX document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from queuecalc.answer import Derived
from queuecalc.report.derived import chosen_steps, exact_text

__all__ = ["derivation_latex", "derivation_markdown", "latex_document", "latex_text"]

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
}
_RELATIONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}
_GREEK = {"lambda", "mu", "rho", "theta", "kappa"}
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|#$])")


def latex_text(text: str) -> str:
    """Text that LaTeX prints as it is; letters beyond its alphabets become question marks."""
    readable = "".join(letter if letter.isprintable() else " " for letter in text)
    pieces = re.split(r"(<=|>=|!=)", readable)
    return "".join(
        rf"\ensuremath{{{_RELATIONS[piece]}}}"
        if piece in _RELATIONS
        else "".join(_LATEX_SPECIAL.get(letter, letter) for letter in piece)
        for piece in pieces
    )


def condition_latex(where: str) -> str:
    """A condition as "0 < x < 1" or "theta_1 != theta_2" in mathematical notation; words stay words."""
    found = []
    for token in re.findall(r"<=|>=|!=|[A-Za-z]+(?:_\w+)?|\s+|.", where):
        name, _, index = token.partition("_")
        if token in _RELATIONS:
            found.append(f"{_RELATIONS[token]} ")
        elif name in _GREEK:
            found.append(f"\\{name}{f'_{{{index}}}' if index else ''} ")
        elif len(name) > 1 and name.isalpha():
            found.append(rf"\text{{ {name} }}")
        else:
            found.append("" if token.isspace() else token)
    return "".join(found).replace(",", r",\ ").strip()


def markdown_escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", "".join(c if c.isprintable() else " " for c in text))


def latex_document(title: str, body: Iterable[str]) -> str:
    """A whole LaTeX document."""
    head = (
        r"\documentclass[11pt]{article}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage{amsmath,amssymb}",
        r"\usepackage[margin=25mm]{geometry}",
        r"\begin{document}",
        rf"\section*{{{latex_text(title)}}}",
    )
    return "\n".join((*head, *body, r"\end{document}")) + "\n"


def _markdown(derived: Derived, *, brief: bool) -> Iterator[str]:
    yield f"# {markdown_escaped(derived.title)}"
    yield markdown_escaped(derived.claim)
    for step in chosen_steps(derived, brief=brief):
        if step.part:
            yield f"## {markdown_escaped(step.part)}"
        yield f"**({step.number})** {markdown_escaped(step.sentence)}"
        where = rf" \qquad {condition_latex(step.where)}" if step.where else ""
        yield f"$$\n{step.formula.latex}{where} \\tag{{{step.number}}}\n$$"
        if not brief:
            reason = step.reason if step.how in ("assumed", "a definition") else f"{step.reason}; {step.how}"
            yield f"*{markdown_escaped(reason)}*"
    if derived.figures:
        yield "## In numbers"
        yield "\n".join(f"- {markdown_escaped(line)}" for line in derived.given)
        if derived.refusal:
            yield f"**{markdown_escaped(derived.refusal)}**"
    for figure in derived.figures:
        yield f"**{markdown_escaped(figure.name)}**, by ({figure.step}):"
        value = latex_text(exact_text(figure.value, figure.unit))
        formula = "" if figure.with_numbers is None else f"{figure.with_numbers.latex} = "
        yield f"$$\n{formula}\\text{{{value}}}\n$$"
        if figure.library is not None:
            yield f"The library: {exact_text(figure.library, '')}, `{figure.asked}`"
    for title, sentences in (
        ("Beside", derived.notes),
        ("Verified", derived.verified),
        ("Papers", derived.cites),
    ):
        if sentences:
            yield f"## {title}"
            yield "\n".join(f"- {markdown_escaped(sentence)}" for sentence in sentences)


def derivation_markdown(derived: Derived, *, brief: bool = False) -> str:
    """A derivation as Markdown; formulas between double dollar signs."""
    return "\n\n".join(_markdown(derived, brief=brief)) + "\n"


def _latex(derived: Derived, *, brief: bool) -> Iterator[str]:
    yield latex_text(derived.claim)
    for step in chosen_steps(derived, brief=brief):
        if step.part:
            yield rf"\subsection*{{{latex_text(step.part)}}}"
        yield ""
        yield latex_text(step.sentence)
        where = rf" \qquad {condition_latex(step.where)}" if step.where else ""
        yield rf"\[ {step.formula.latex}{where} \tag{{{step.number}}} \]"
        if not brief:
            reason = step.reason if step.how in ("assumed", "a definition") else f"{step.reason}; {step.how}"
            yield rf"{{\small\itshape {latex_text(reason)}}}"
    if derived.figures:
        yield r"\subsection*{In numbers}"
        yield from _itemized(derived.given)
        if derived.refusal:
            yield rf"\textbf{{{latex_text(derived.refusal)}}}"
    for figure in derived.figures:
        yield ""
        yield f"{latex_text(figure.name)}, by ({figure.step}):"
        value = latex_text(exact_text(figure.value, figure.unit))
        formula = "" if figure.with_numbers is None else f"{figure.with_numbers.latex} = "
        yield rf"\[ {formula}\text{{{value}}} \]"
        if figure.library is not None:
            yield rf"The library: {exact_text(figure.library, '')}, \texttt{{{latex_text(figure.asked)}}}"
    for title, sentences in (
        ("Beside", derived.notes),
        ("Verified", derived.verified),
        ("Papers", derived.cites),
    ):
        if sentences:
            yield rf"\subsection*{{{title}}}"
            yield from _itemized(sentences)


def _itemized(sentences: Iterable[str]) -> Iterator[str]:
    yield r"\begin{itemize}"
    yield from (rf"\item {latex_text(sentence)}" for sentence in sentences)
    yield r"\end{itemize}"


def derivation_latex(derived: Derived, *, brief: bool = False) -> str:
    """A derivation as a LaTeX document."""
    return latex_document(derived.title, _latex(derived, brief=brief))
