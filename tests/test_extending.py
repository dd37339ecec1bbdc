"""The page on extending, followed to the letter in a copy of the tree.

Blocks fenced as `python file=PATH` or `toml file=PATH` are new files. In blocks fenced as `diff file=PATH` the lines
with a blank or a minus in front stand in the file, once, one below the other (the last perhaps with more behind it);
those with a plus come in, those with a minus go. Commands of `console` blocks run in the copy.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import ROOT, Block, commands, fenced, matches

PAGE = ROOT / "docs" / "extend.md"
PROGRAM = [sys.executable, "-c", "from queuecalc.cli.main import run; run()"]


def changed(text: str, block: str) -> str:
    """A text with one change made."""
    lines = block.splitlines()
    there = "\n".join(line[1:] for line in lines if line[:1] != "+")
    instead = "\n".join(line[1:] for line in lines if line[:1] != "-")
    assert f"\n{text}".count(f"\n{there}") == 1, f"stands not exactly once:\n{there}"
    return f"\n{text}".replace(f"\n{there}", f"\n{instead}")[1:]


def put(block: Block, tree: Path) -> None:
    """Write a new file, or change one."""
    path = tree / block.beside.removeprefix("file=")
    if block.language == "diff":
        path.write_text(changed(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
    else:
        assert not path.exists(), f"{path} is there already"
        path.write_text(block.text, encoding="utf-8")


def run(typed: list[str], tree: Path) -> str:
    """What a command prints, whatever its exit status, as long as it is one of ours."""
    program = PROGRAM if typed[0] == "queuecalc" else [sys.executable]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "100"}
    ended = subprocess.run(
        [*program, *typed[1:]], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode in {0, 1, 2}, ended.stderr
    if "pytest" in typed:
        assert ended.returncode == 0, ended.stdout
        assert " passed" in ended.stdout
    return ended.stderr if ended.returncode == 2 else ended.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the page changes."""
    copy = tmp_path_factory.mktemp("copy")
    left_out = shutil.ignore_patterns("__pycache__", "*.nbc", "*.nbi")
    for name in ("queuecalc", "models", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_page_is_followed(tree: Path) -> None:
    blocks = fenced(PAGE)
    assert {block.beside.split("/")[1] for block in blocks if block.language == "python"} == {
        "law",
        "station",
        "cli",
    }
    for block in blocks:
        if block.beside.startswith("file="):
            put(block, tree)
    for block in blocks:
        for typed, shown in commands(block.text) if block.language == "console" else ():
            printed = run(typed, tree)
            assert not shown or matches(shown, printed), (
                f"line {block.line}: {shlex.join(typed)} printed\n{printed}"
            )


def test_what_was_written_is_in_order(tree: Path) -> None:
    """As our own files are."""
    written = [
        str(tree / block.beside.removeprefix("file="))
        for block in fenced(PAGE)
        if block.language == "python" and block.beside
    ]
    for tool in (["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"]):
        ended = subprocess.run(
            [sys.executable, "-m", *tool, "--config", str(ROOT / "pyproject.toml"), *written],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_change_must_fit() -> None:
    assert changed("a\nb\nc\n", " a\n+x\n b") == "a\nx\nb\nc\n"
    assert changed("a = 1,\n", "-a =\n+b =") == "b = 1,\n"
    with pytest.raises(AssertionError, match="not exactly once"):
        changed("a\na\n", " a\n+b")
    with pytest.raises(AssertionError, match="not exactly once"):
        changed("a\nb\n", " b\n a\n+c")
