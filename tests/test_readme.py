"""The code blocks of the README and of the pages in docs/ do what they show.

Each page is followed from top to bottom in one empty folder. Blocks fenced as `python` run in order in one namespace; a
block fenced as `text` right below one is what it prints. Blocks fenced as `toml file=NAME` are written to that file.
In blocks fenced as `console`, lines that start with `$ queuecalc` run through the command line; where output is shown
it must be what a terminal would show. A line `...` stands for any number of lines. `$ echo $?` shows the exit status.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted(page for page in (ROOT / "docs").glob("*.md") if page.stem != "extend")]
"""docs/extend.md changes the tree: tests/test_extending.py follows it."""
KEPT_OR_NOT = {0, 1}
FENCE = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```\s*?$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


class Block(NamedTuple):
    """A fenced block: its language, what stands beside it, its text, its first line, and whether it follows at once."""

    language: str
    beside: str
    text: str
    line: int
    at_once: bool


def fenced(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for m in FENCE.finditer(text):
        line = text.count("\n", 0, m.start(3)) + 1
        found.append(Block(m[1], m[2].strip(), m[3], line, bool(found) and not text[end : m.start()].strip()))
        end = m.end()
    return found


def commands(block: str) -> Iterator[tuple[list[str], list[str]]]:
    """The commands of a console block, each with the output shown below it."""
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        typed, _, shown = re.sub(r"\\\n\s*", " ", piece).partition("\n")
        yield shlex.split(typed, comments=True), shown.rstrip().splitlines()


def matches(shown: list[str], printed: str) -> bool:
    """Whether the output is as shown; trailing blanks do not count."""
    parts = (".*" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n" for line in shown)
    lines = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch("".join(parts), lines, flags=re.DOTALL) is not None


def told_status(command: tuple[list[str], list[str]] | None) -> set[int]:
    """The exit status that a block shows by `echo $?`; nothing if it does not ask."""
    if command is None or command[0] != ["echo", "$?"]:
        return set()
    (status,) = command[1]
    return {int(status)}


def run_python(block: Block, page: Path, namespace: dict[str, Any]) -> str:
    """What a block prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)
    return out.getvalue()


def run_console(block: Block, page: Path) -> None:
    """Run every command of a block and compare what it prints."""
    from click.testing import CliRunner

    main = importlib.import_module("queuecalc.cli.main").main
    typed = list(commands(block.text))
    for ((program, *arguments), shown), following in zip(typed, [*typed[1:], None], strict=True):
        if program != "queuecalc":
            continue
        result = CliRunner(env={"COLUMNS": "100"}).invoke(main, arguments, prog_name=program)
        place = f"{page.name}, block at line {block.line}: {shlex.join(arguments)}"
        expected = told_status(following) or KEPT_OR_NOT
        assert result.exit_code in expected, f"{place}\n{result.output}"
        assert not shown or matches(shown, result.output), f"{place} printed\n{result.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_do_what_they_show(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for block in fenced(page):
        if block.language == "python":
            printed = run_python(block, page, namespace)
        elif block.language == "toml" and block.beside.startswith("file="):
            Path(block.beside.removeprefix("file=")).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            run_console(block, page)
        elif block.language == "text" and block.at_once:
            assert matches(block.text.splitlines(), printed), f"{page.name}, line {block.line}: {printed}"


@pytest.mark.parametrize("page", sorted({README, *(ROOT / "docs").rglob("*.md")}), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_page_on_stations_names_every_station() -> None:
    """A new station is a line there: when is it the right one?"""
    import queuecalc as qc
    from queuecalc.station import REGISTRY

    page = (ROOT / "docs" / "choose-a-station.md").read_text(encoding="utf-8")
    names = set(re.findall(r"qc\.(\w+)\(", page))
    assert {station.__name__ for station in REGISTRY.values()} <= names
    assert all(hasattr(qc, name) for name in names)


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {target for target, _ in LINK.findall(README.read_text(encoding="utf-8"))}
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert pages | {"docs/questions/README.md"} <= linked


def test_a_row_of_dots_stands_for_any_lines() -> None:
    assert matches(["a", "..."], "a\nb\nc\n")
    assert matches(["...", "c"], "a\nb\nc  \n")
    assert matches(["a"], "a \n\n")
    assert not matches(["a"], "a\nb\n")
    assert not matches(["a.c"], "abc\n")


def test_commands_are_split_from_their_output() -> None:
    block = "$ queuecalc size x \\\n    --set a=1\nserver 4\n\n$ queuecalc list laws\n"
    assert list(commands(block)) == [
        (["queuecalc", "size", "x", "--set", "a=1"], ["server 4"]),
        (["queuecalc", "list", "laws"], []),
    ]


def test_the_status_is_told_by_echo() -> None:
    block = "$ queuecalc size x\n$ echo $?\n1\n$ queuecalc size y\n"
    _, told, other = commands(block)
    assert told_status(told) == {1}
    assert told_status(other) == set()
    assert told_status(None) == set()
