"""What a report is made of, before anybody decides how it looks: sections of paragraphs, tables and facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Bar",
    "Block",
    "Cell",
    "Column",
    "Commands",
    "Fact",
    "Facts",
    "Page",
    "Paragraph",
    "Section",
    "Span",
    "Style",
    "Table",
    "Words",
    "plain",
    "words",
]

Style = Literal["", "good", "bad", "warn", "strong", "faint"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style."""

    text: str
    style: Style = ""


Words = tuple[Span, ...]
"""A sentence, piece by piece."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A share drawn as a bar, the figure beside it."""

    share: float
    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `long` is what stands there where there is room for it."""

    text: str = ""
    style: Style = ""
    long: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `below` introduces its cells where they do not fit beside the others."""

    title: str
    align: Literal["left", "right"] = "left"
    below: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the last column moves below the others where the page is narrow."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | Bar, ...], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several, wrapped."""

    words: Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and the lines that stand beside it."""

    label: str
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts, their labels in one column."""

    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands to type, one a line; never broken where a copy of them would not run."""

    label: str
    lines: tuple[str, ...]


Block = Paragraph | Table | Facts | Commands


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks that belong together; the title is shown where the format has headings."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    sections: tuple[Section, ...]


def words(*pieces: str | Span) -> Words:
    """A sentence from texts and spans."""
    return tuple(Span(piece) if isinstance(piece, str) else piece for piece in pieces)


def plain(sentence: Iterable[Span]) -> str:
    """The bare text of a sentence."""
    return "".join(span.text for span in sentence)
