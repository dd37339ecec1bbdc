"""The mutations: one change each, in code that runs, in the place that is told."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.__main__ import ROOMS, ROOT, reviewed
from tests.mutation.operators import mutants_of

SOURCE = '''"""A text with 1 < 2."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    x: int = 3
__all__ = ["f"]
LIMIT = 40
def f(a: int = 4, é: float = 1e-9) -> float:
    """Another."""
    if a < 5 and é:
        raise ValueError(f"{a + 1}")
    a += 6
    print(a)
    return np.where(a > 0, np.minimum(a,
        é), -a)
'''


def changes(tmp_path: Path, source: str, *, whole_numbers: bool = False) -> set[str]:
    file = tmp_path / "code.py"
    file.write_text(source, encoding="utf-8")
    return {
        f"{mutant.before} -> {mutant.after}"
        for mutant in mutants_of(tmp_path, file, whole_numbers=whole_numbers)
    }


def test_what_is_changed(tmp_path: Path) -> None:
    assert changes(tmp_path, SOURCE) == {
        "4 -> (5)",
        "a < 5 and é -> (a < 5 or é)",
        "a < 5 -> (a >= 5)",
        "5 -> (6)",
        "a += 6 -> a -= 6",
        "6 -> (7)",
        "print(a) -> pass",
        "np.where(a > 0, np.minimum(a, é), -a) -> (np.where(a > 0, -a, np.minimum(a, é)))",
        "a > 0 -> (a <= 0)",
        "0 -> (1)",
        "np.minimum(a, é) -> (np.maximum(a, é))",
        "-a -> (a)",
    }


def test_boundaries_of_whole_numbers(tmp_path: Path) -> None:
    assert changes(tmp_path, "x = a <= b", whole_numbers=True) == {"a <= b -> (a > b)", "a <= b -> (a < b)"}


def test_a_mutant_is_another_program_with_the_same_lines(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text(SOURCE, encoding="utf-8")
    for mutant in mutants_of(tmp_path, file):
        changed = mutant.applied(file.read_bytes())
        assert changed.count(b"\n") == SOURCE.count("\n")
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(SOURCE))


@pytest.mark.parametrize("name", ROOMS)
def test_rooms_and_their_tests_are_there(name: str) -> None:
    assert list((ROOT / "queuecalc" / name).glob("*.py"))
    assert all((ROOT / folder).exists() for folder in ROOMS[name].tests)


def test_what_was_reviewed_is_still_there_and_has_a_reason() -> None:
    for name, reason in reviewed().items():
        file, before, after, line = name
        assert (before and after) or line
        found = mutants_of(ROOT, ROOT / file, whole_numbers=ROOMS[file.split("/")[1]].whole_numbers)
        assert any(name in mutant.names for mutant in found), f"{file}: {before or line}"
        assert len(reason) > 20
