"""A page as lines of a given width. The lines carry styles; how these look is the painter's business."""

from __future__ import annotations

import itertools
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from queuecalc.report.page import (
    Bar,
    Block,
    Cell,
    Commands,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Style,
    Table,
    Words,
)

__all__ = ["ASCII", "BLOCKS", "Glyphs", "Line", "clean", "display_width", "lay_out"]

Line = tuple[Span, ...]

_GAP = 2
_NARROW_GAP = 1
_INDENT = 2
_LEAST_TEXT = 28  # a last column of text this wide may be wrapped in place; narrower, it moves below
_LEAST_NAME = 8  # a first column is not made narrower than this
_LEAST_WIDTH = 40
_UNITS = frozenset({"%", "bp", "h", "messages", "million", "min", "ms", "s", "x"})


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that bars and rules are made of.

    Attributes:
        eighths: partial cells from empty to one below full; two or more.
        width: of a bar, in cells.
    """

    full: str
    eighths: tuple[str, ...]
    empty: str
    rule: str
    width: int = 8

    def bar(self, share: float) -> str:
        """A bar, full from 100 % on; anything above zero shows."""
        steps = len(self.eighths)
        most = self.width * steps
        filled = round(min(max(0.0, share), 1.0) * most)
        if share > 0:
            filled = max(1, filled)
        if share < 1:
            filled = min(most - 1, filled)
        cells, rest = divmod(filled, steps)
        text = self.full * cells + (self.eighths[rest] if rest else "")
        return text.ljust(self.width, self.empty)


ASCII = Glyphs(full="#", eighths=(".",), empty=".", rule="-")
BLOCKS = Glyphs(full="█", eighths=(" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"), empty=" ", rule="─")


def clean(text: str) -> str:
    """Text without control characters, so that a name in a model file cannot steer the terminal."""
    return "".join(letter if letter.isprintable() else (" " if letter.isspace() else "?") for letter in text)


def display_width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _line_width(line: Iterable[Span]) -> int:
    return sum(display_width(span.text) for span in line)


def _tokens(sentence: Words) -> Iterator[Span]:
    """Words and blanks, one at a time."""
    for span in sentence:
        for is_blank, letters in itertools.groupby(clean(span.text), key=lambda letter: letter == " "):
            yield Span(" " if is_blank else "".join(letters), span.style)


def _runs(sentence: Words) -> Iterator[list[Span]]:
    """Runs of tokens without a blank."""
    run: list[Span] = []
    for token in _tokens(sentence):
        if token.text == " ":
            if run:
                yield run
            run = []
        else:
            run.append(token)
    if run:
        yield run


def _glued(sentence: Words) -> Iterator[list[Span]]:
    """Runs that no line break may part: a word, a number with its unit, "hour" with its number."""
    held: list[Span] = []
    for run in _runs(sentence):
        before, word = (held[-1].text if held else ""), run[0].text
        if before and (
            (before[-1:].isdigit() and word.rstrip(".,;:)") in _UNITS)
            or (before == "hour" and word[:1].isdigit())
        ):
            held = [*held, Span(" "), *run]
            continue
        if held:
            yield held
        held = run
    if held:
        yield held


def _cut(run: list[Span], width: int) -> Iterator[list[Span]]:
    """A run that is longer than a line, in pieces."""
    if _line_width(run) <= width:
        yield run
        return
    for span in run:
        text = span.text
        while text:
            end = len(text)
            while end > 1 and display_width(text[:end]) > width:
                end -= 1
            yield [Span(text[:end], span.style)]
            text = text[end:]


def wrap(sentence: Words, width: int, hanging: int = 0) -> list[Line]:
    """A sentence in lines of at most `width` cells, all but the first indented by `hanging`."""
    lines: list[Line] = []
    line: list[Span] = []
    used = 0
    for run in (piece for whole in _glued(sentence) for piece in _cut(whole, width - hanging)):
        size = _line_width(run)
        if line and used + 1 + size > width:
            lines.append(tuple(line))
            line, used = ([Span(" " * hanging)] if hanging else []), hanging
            line.extend(run)
            used += size
        else:
            if line:
                line.append(Span(" "))
                used += 1
            line.extend(run)
            used += size
    lines.append(tuple(line))
    return lines


def _pad(line: Line, width: int, align: str) -> Line:
    blanks = Span(" " * max(0, width - _line_width(line)))
    return (blanks, *line) if align == "right" else (*line, blanks)


def _content(entry: Cell | Bar, glyphs: Glyphs, figure_width: int) -> Line:
    if isinstance(entry, Bar):
        style: Style = entry.style or "faint"
        figure = entry.text.rjust(figure_width)
        return (Span(glyphs.bar(entry.share), style), Span(" "), Span(figure, entry.style))
    return (Span(clean(entry.text), entry.style),)


def _joined(parts: Sequence[Line], gap: int) -> Line:
    line: list[Span] = []
    for index, part in enumerate(parts):
        if index:
            line.append(Span(" " * gap))
        line.extend(part)
    return _stripped(line)


def _stripped(line: Sequence[Span]) -> Line:
    """Without the blanks at its end."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Span(kept[-1].text.rstrip(), kept[-1].style)
    return tuple(kept)


def _gap(sizes: Sequence[int], width: int) -> int:
    """Between columns: narrow only where that makes them fit."""
    fits_narrow = sum(sizes) + _NARROW_GAP * (len(sizes) - 1) <= width < sum(sizes) + _GAP * (len(sizes) - 1)
    return _NARROW_GAP if fits_narrow else _GAP


def _table(table: Table, width: int, glyphs: Glyphs) -> Iterator[Line]:
    columns = table.columns
    figure_widths = [
        max((len(row[i].text) for row in table.rows if isinstance(row[i], Bar)), default=0)
        for i in range(len(columns))
    ]
    body = [[_content(row[i], glyphs, figure_widths[i]) for i in range(len(columns))] for row in table.rows]
    sizes = [
        max(display_width(column.title), max((_line_width(row[i]) for row in body), default=0))
        for i, column in enumerate(columns)
    ]
    gap = _gap(sizes, width)
    room = width - sum(sizes[:-1]) - gap * (len(sizes) - 1)
    last = len(columns) - 1
    below = bool(columns[last].below) and sizes[last] > max(room, 0) and room < _LEAST_TEXT
    if sizes[last] > room and not below:
        sizes[last] = max(room, display_width(columns[last].title), 1)
    shown = last if below else last + 1
    if below:
        gap = _gap(sizes[:last], width)
    excess = sum(sizes[:shown]) + gap * (shown - 1) - width
    if excess > 0:  # long names are wrapped, too
        sizes[0] = max(sizes[0] - excess, min(sizes[0], max(_LEAST_NAME, len(columns[0].title))))

    titles = [
        _pad((Span(column.title, "strong"),), sizes[i], column.align)
        for i, column in enumerate(columns[:shown])
    ]
    yield _joined(titles, gap)
    yield (Span(glyphs.rule * min(width, sum(sizes[:shown]) + gap * (shown - 1)), "faint"),)
    for row in body:
        wrapped = [
            wrap(cell, sizes[i]) if i in (0, last) and _line_width(cell) > sizes[i] else [cell]
            for i, cell in enumerate(row[:shown])
        ]
        for height in range(max(len(lines) for lines in wrapped)):
            parts = [lines[height] if height < len(lines) else () for lines in wrapped]
            yield _joined(
                [_pad(part, sizes[i], columns[i].align) for i, part in enumerate(parts)],
                gap,
            )
    if below:
        yield from _moved(columns[last].below, body, width)


def _moved(title: str, body: list[list[Line]], width: int) -> Iterator[Line]:
    """The cells of the last column, each behind the name of its row."""
    rows = [(row[0], row[-1]) for row in body if _line_width(row[-1])]
    if not rows:
        return
    yield (Span(title, "strong"),)
    names = max(_line_width(name) for name, _ in rows)
    for name, text in rows:
        head = (Span(" " * _INDENT), *_pad(name, names, "left"), Span(" " * _GAP))
        indent = _line_width(head)
        yield from _beside(head, text, width, indent)


def _beside(head: Line, text: Words, width: int, indent: int) -> Iterator[Line]:
    for index, line in enumerate(wrap(text, max(width - indent, 20), hanging=_INDENT)):
        yield _stripped((*(head if index == 0 else (Span(" " * indent),)), *line))


def _facts(facts: Facts, width: int, label_width: int) -> Iterator[Line]:
    indent = label_width + _GAP
    for fact in facts.items:
        for index, sentence in enumerate(fact.lines):
            label = fact.label if index == 0 else ""
            head = (*_pad((Span(label, "strong"),), label_width, "left"), Span(" " * _GAP))
            yield from _beside(head, sentence, width, indent)


def _commands(commands: Commands, width: int, label_width: int) -> Iterator[Line]:
    indent = label_width + _GAP
    for index, command in enumerate(commands.lines):
        label = commands.label if index == 0 else ""
        head = (*_pad((Span(label, "strong"),), label_width, "left"), Span(" " * _GAP))
        for number, text in enumerate(_continued(clean(command), max(width - indent, 20))):
            yield (*(head if number == 0 else (Span(" " * indent),)), Span(text))


def _continued(command: str, width: int) -> Iterator[str]:
    """A shell command in lines that end with a backslash where it goes on."""
    if display_width(command) <= width:
        yield command
        return
    pieces: list[str] = []
    for word in map(shlex.quote, shlex.split(command)):
        if pieces and pieces[-1].startswith("--") and " " not in pieces[-1] and not word.startswith("--"):
            pieces[-1] += f" {word}"  # an option and its value stay together
        else:
            pieces.append(word)
    line = pieces[0]
    for piece in pieces[1:]:
        if display_width(line) + 1 + display_width(piece) + 2 > width:
            yield f"{line} \\"
            line = f"  {piece}"
        else:
            line += f" {piece}"
    yield line


def _block(block: Block, width: int, glyphs: Glyphs, label_width: int) -> Iterator[Line]:
    if isinstance(block, Paragraph):
        yield from wrap(block.words, width)
    elif isinstance(block, Table):
        yield from _table(block, width, glyphs)
    elif isinstance(block, Facts):
        yield from _facts(block, width, label_width)
    else:
        yield from _commands(block, width, label_width)


def _labels(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Facts):
                yield from (fact.label for fact in block.items)
            elif isinstance(block, Commands):
                yield block.label


def lay_out(page: Page, width: int, glyphs: Glyphs) -> Iterator[Line]:
    """The lines of a page, sections parted by an empty one.

    Args:
        page: the report.
        width: cells per line; below 40 it counts as 40.
        glyphs: what bars and rules are drawn with.
    """
    width = max(width, _LEAST_WIDTH)
    label_width = max(map(display_width, _labels(page.sections)), default=0)
    for index, section in enumerate(page.sections):
        if index:
            yield ()
        for block in section.blocks:
            yield from _block(block, width, glyphs, label_width)
