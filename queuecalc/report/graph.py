"""Who calls whom, as Mermaid and as Graphviz DOT."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from queuecalc.answer.description import Description, Edge, Node
from queuecalc.report.described import UNLIMITED
from queuecalc.report.layout import clean
from queuecalc.report.numerals import digits, rate

__all__ = ["GRAPHS", "dot_text", "mermaid_text"]

_USERS = "users"


def _units(node: Node) -> str:
    if node.least == node.most:
        return f"{node.least:,} {'unit' if node.least == 1 else 'units'}"
    if node.most >= UNLIMITED:
        return f"{node.least:,} units or more"
    return f"{node.least:,} to {node.most:,} units"


def _title(node: Node) -> tuple[str, str, str]:
    """Name, title and figures: one line each."""
    title = node.title if node.title and node.title != node.name else node.kind
    return node.name, title, f"{_units(node)}, {rate(node.peak_rate_per_s)}"


def _label(edge: Edge) -> str:
    """Operation, classes, multiplicity and rate of an edge; "else" where it only stands in."""
    parts = []
    if edge.rank:
        parts.append("else")
    if edge.operation:
        parts.append(edge.operation)
    if edge.classes:
        parts.append(f"({', '.join(edge.classes)})")
    if edge.times != 1:
        parts.append(f"x {digits(edge.times)}")
    text = " ".join(parts)
    if edge.peak_rate_per_s:
        text = f"{text}, {rate(edge.peak_rate_per_s)}" if text else rate(edge.peak_rate_per_s)
    return clean(text)


def _names(description: Description) -> dict[str, str]:
    """A safe identifier for every end of an edge, the outside first."""
    names = [_USERS, *(node.name for node in description.nodes)]
    names += [end for edge in description.edges for end in (edge.source, edge.target)]
    return {name: f"n{index}" for index, name in enumerate(dict.fromkeys(names))}


def _mermaid_quoted(*lines: str) -> str:
    """A label of one or more lines; what has a meaning to Mermaid is written by its code."""
    escaped = [
        "".join(f"#{ord(letter)};" if letter in '#"<>&`|[]{}\\' else letter for letter in clean(line))
        for line in lines
        if line
    ]
    return f'"{"<br/>".join(escaped)}"'


def _mermaid(description: Description) -> Iterator[str]:
    names = _names(description)
    yield "flowchart LR"
    yield f"  {names[_USERS]}(({_mermaid_quoted(_USERS, rate(description.peak_requests_per_s))}))"
    for node in description.nodes:
        opening, closing = ("[[", "]]") if node.asynchronous else ("[", "]")
        yield f"  {names[node.name]}{opening}{_mermaid_quoted(*_title(node))}{closing}"
    listed = {_USERS, *(node.name for node in description.nodes)}
    for name in names:
        if name not in listed:
            yield f"  {names[name]}[{_mermaid_quoted(name)}]"
    for edge in description.edges:
        arrow = "-->" if edge.wait else "-.->"
        label = _label(edge)
        text = f"|{_mermaid_quoted(label)}|" if label else ""
        yield f"  {names[edge.source]} {arrow}{text} {names[edge.target]}"


def mermaid_text(description: Description) -> str:
    """A Mermaid flowchart: solid arrows are waited for, dotted ones handed off, "else" stands in."""
    return "\n".join(_mermaid(description)) + "\n"


def _dot_quoted(*lines: str) -> str:
    escaped = (clean(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    return '"' + "\\n".join(escaped) + '"'


def _dot(description: Description) -> Iterator[str]:
    names = _names(description)
    yield f"digraph {_dot_quoted(description.title)} {{"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    yield f"  {names[_USERS]} [label={_dot_quoted(_USERS, rate(description.peak_requests_per_s))}, shape=circle];"
    for node in description.nodes:
        style = ", peripheries=2" if node.asynchronous else ""
        yield f"  {names[node.name]} [label={_dot_quoted(*_title(node))}{style}];"
    listed = {_USERS, *(node.name for node in description.nodes)}
    for name in names:
        if name not in listed:
            yield f"  {names[name]} [label={_dot_quoted(name)}];"
    for edge in description.edges:
        style = "" if edge.wait else ", style=dashed"
        colour = ", color=gray" if edge.rank else ""
        label = _dot_quoted(_label(edge))
        yield f"  {names[edge.source]} -> {names[edge.target]} [label={label}{style}{colour}];"
    yield "}"


def dot_text(description: Description) -> str:
    """A Graphviz digraph: dashed edges are handed off, gray ones stand in."""
    return "\n".join(_dot(description)) + "\n"


GRAPHS: dict[str, Callable[[Description], str]] = {"mermaid": mermaid_text, "dot": dot_text}
"""Every way to draw the graph, by the name of its format."""
