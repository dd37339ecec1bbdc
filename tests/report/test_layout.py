from __future__ import annotations

import shlex
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.report.layout import ASCII, BLOCKS, Glyphs, clean, display_width, lay_out, wrap
from queuecalc.report.page import (
    Bar,
    Cell,
    Column,
    Commands,
    Fact,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Table,
    plain,
    words,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)


def lines_of(block: Paragraph | Table | Facts | Commands, width: int) -> list[str]:
    return [plain(line) for line in lay_out(Page((Section("", (block,)),)), width, ASCII)]


@given(TEXT, st.integers(40, 120))
def test_no_line_of_a_paragraph_is_too_long(text: str, width: int) -> None:
    for line in lines_of(Paragraph(words(text)), width):
        assert display_width(line) <= width


@given(TEXT, st.integers(10, 60))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    wrapped = "".join(plain(line) for line in wrap(words(text), width))
    assert wrapped.replace(" ", "") == clean(text).replace(" ", "")


@given(TEXT)
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    for line in lines_of(Paragraph(words(text, Span(text, "bad"))), 80):
        assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in line)


def test_a_number_stays_with_its_unit_and_an_hour_with_its_number() -> None:
    text = words("the longest lag is 9.11 min, and that at hour 34.2")
    for width in range(20, 40):
        for line in map(plain, wrap(text, width)):
            assert not line.endswith(("9.11", "hour"))


def test_lines_after_the_first_hang() -> None:
    assert [plain(line) for line in wrap(words("one two three four"), 9, hanging=2)] == [
        "one two",
        "  three",
        "  four",
    ]


def test_wide_letters_take_two_cells_and_accents_none() -> None:
    assert display_width("漢字") == 4
    assert display_width("e\u0301") == 1


@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
@given(share=st.floats(allow_nan=True, allow_infinity=True))
def test_a_bar_has_its_width_and_is_full_from_one_on(glyphs: Glyphs, share: float) -> None:
    bar = glyphs.bar(share)
    assert len(bar) == glyphs.width
    assert (bar == glyphs.full * glyphs.width) == (share >= 1)
    assert (bar == glyphs.empty * glyphs.width) == (not share > 0)


@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
def test_bars_grow_with_what_they_show(glyphs: Glyphs) -> None:
    filled = [glyphs.bar(step / 100).count(glyphs.full) for step in range(101)]
    assert filled == sorted(filled)


def table(last: str) -> Table:
    columns = (Column("name"), Column("units", "right"), Column("busy"), Column("note", below="Notes"))
    return Table(
        columns,
        (
            (Cell("server"), Cell("4"), Bar(0.5, "50 %"), Cell(last)),
            (Cell("lb"), Cell("10"), Bar(1.2, "120 %"), Cell("")),
        ),
    )


def test_a_table_is_aligned() -> None:
    assert lines_of(table("short"), 80) == [
        "name    units  busy            note",
        "------------------------------------",
        "server      4  ####....  50 %  short",
        "lb         10  ######## 120 %",
    ]


def test_the_last_column_moves_below_where_the_page_is_narrow() -> None:
    assert lines_of(table("a note that does not fit beside the others"), 50) == [
        "name    units  busy",
        "-----------------------------",
        "server      4  ####....  50 %",
        "lb         10  ######## 120 %",
        "Notes",
        "  server  a note that does not fit beside the",
        "            others",
    ]


def test_a_wide_last_column_is_wrapped_where_there_is_room() -> None:
    lines = lines_of(table("a note that is too long for what is left of the line beside the others"), 70)
    assert all(len(line) <= 70 for line in lines)
    assert lines[3].startswith(" " * 28)
    assert "Notes" not in lines


def test_a_last_column_without_a_title_for_below_is_wrapped_in_any_case() -> None:
    columns = (Column("name"), Column("text"))
    rows = ((Cell("x" * 30), Cell("some words to wrap here")),)
    assert all(len(line) <= 40 for line in lines_of(Table(columns, rows), 40))


def test_gaps_are_narrowed_before_a_column_moves() -> None:
    columns = (Column("a"), Column("b", below="B"))
    rows = ((Cell("x" * 30), Cell("y" * 9)),)
    assert lines_of(Table(columns, rows), 40)[2] == f"{'x' * 30} {'y' * 9}"


def test_nothing_moves_below_where_the_last_column_is_empty() -> None:
    columns = (Column("a" * 38), Column("long title", below="B"))
    assert len(lines_of(Table(columns, ((Cell("x"), Cell("")),)), 40)) == 3


def test_facts_share_one_column_of_labels() -> None:
    facts = Facts((Fact("one", (words("first"), words("second"))), Fact("seven", (words("third"),))))
    assert lines_of(facts, 80) == ["one    first", "       second", "seven  third"]


def test_sections_are_parted_by_an_empty_line() -> None:
    page = Page((Section("", (Paragraph(words("a")),)), Section("", (Paragraph(words("b")),))))
    assert [plain(line) for line in lay_out(page, 80, ASCII)] == ["a", "", "b"]


@given(st.integers(30, 120))
def test_a_command_can_be_copied_from_any_width(width: int) -> None:
    command = "queuecalc evaluate 'my model.toml' --from cheapest --count server=3 --set a.b=1 --set c.d=2"
    lines = lines_of(Commands("next", (command,)), width)
    text = "\n".join(line[6:] for line in lines)
    assert shlex.split(text.replace("\\\n", " ")) == shlex.split(command)
    assert all(line.endswith("\\") for line in lines[:-1])
    for line in lines:
        assert not line.rstrip(" \\").endswith(("--set", "--count"))


def test_a_long_name_is_wrapped_rather_than_a_line_too_long() -> None:
    columns = (Column("name"), Column("units", "right"))
    rows = ((Cell("a-service-with-a-name-that-nobody-can-remember"), Cell("4")),)
    lines = lines_of(Table(columns, rows), 40)
    assert all(len(line) <= 40 for line in lines)
    assert (
        "".join(line.removesuffix("4").strip() for line in lines[2:])
        == "a-service-with-a-name-that-nobody-can-remember"
    )


def test_cells_below_that_are_empty_are_left_out() -> None:
    columns = (Column("a"), Column("b", below="Notes"))
    rows = ((Cell("x" * 30), Cell("y " * 30)), (Cell("z"), Cell("")))
    assert not any(line.startswith("  z") for line in lines_of(Table(columns, rows), 40))
