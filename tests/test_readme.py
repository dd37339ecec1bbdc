"""The code blocks of the README do what they show.

Blocks fenced as `python` run in order in one namespace. In blocks fenced as `console`, lines that start with
`$ queuecalc` run through the command line, one after the other in one empty folder; where output is shown it must be
what a terminal would show, and a line `...` stands for any number of lines. `$ echo $?` shows the exit status.
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parent.parent / "README.md"
KEPT_OR_NOT = {0, 1}
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[int, str]]:
    """The fenced blocks of one language, each with the number of its first line."""
    text = README.read_text(encoding="utf-8")
    found = FENCE.finditer(text)
    return [(text.count("\n", 0, m.start(2)) + 1, m.group(2)) for m in found if m.group(1) == language]


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


def test_python_blocks() -> None:
    namespace: dict[str, Any] = {"__name__": "readme"}
    for line, block in blocks("python"):
        source = "\n" * (line - 1) + block
        exec(compile(source, str(README), "exec"), namespace)


def test_console_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    main = importlib.import_module("queuecalc.cli.main").main
    monkeypatch.chdir(tmp_path)
    for line, block in blocks("console"):
        typed = list(commands(block))
        for ((program, *arguments), shown), following in zip(typed, [*typed[1:], None], strict=True):
            if program != "queuecalc":
                continue
            result = CliRunner(env={"COLUMNS": "100"}).invoke(main, arguments, prog_name=program)
            place = f"README.md, block at line {line}: {shlex.join(arguments)}"
            expected = told_status(following) or KEPT_OR_NOT
            assert result.exit_code in expected, f"{place}\n{result.output}"
            assert not shown or matches(shown, result.output), f"{place} printed\n{result.output}"


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
