"""A page as Markdown: headings, pipe tables, lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from queuecalc.report.layout import clean
from queuecalc.report.page import Bar, Block, Cell, Facts, Page, Paragraph, Table, Words

__all__ = ["markdown_text"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def _sentence(sentence: Words) -> str:
    return "".join(
        f"**{_escaped(span.text)}**" if span.style in ("good", "bad") else _escaped(span.text)
        for span in sentence
    )


def _cell(entry: Cell | Bar) -> str:
    text = entry.text if isinstance(entry, Bar) else entry.long or entry.text
    return _escaped(" ".join(text.split()))


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(_escaped(column.title) for column in table.columns)} |"
    yield f"|{'|'.join(' ---: ' if c.align == 'right' else ' --- ' for c in table.columns)}|"
    for row in table.rows:
        yield f"| {' | '.join(_cell(entry) for entry in row)} |"


def _facts(facts: Facts) -> Iterator[str]:
    for fact in facts.items:
        if len(fact.lines) == 1:
            yield f"- **{_escaped(fact.label)}**: {_sentence(fact.lines[0])}"
        else:
            yield f"- **{_escaped(fact.label)}**:"
            yield from (f"  - {_sentence(line)}" for line in fact.lines)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _sentence(block.words)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Facts):
        yield from _facts(block)
    else:
        yield from ("```sh", *map(clean, block.lines), "```")


def markdown_text(page: Page) -> str:
    """A page as Markdown text."""
    pieces = []
    for section in page.sections:
        if section.title:
            pieces.append(f"## {_escaped(section.title)}")
        pieces.extend("\n".join(_block(block)) for block in section.blocks)
    return "\n\n".join(pieces) + "\n"
