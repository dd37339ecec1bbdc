"""The pages in docs/questions are what the scripts say now, and each has all that such a page needs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SECTIONS = [
    "Ask back",
    "The estimate, said aloud",
    "The exact answer",
    "The trap",
    "The follow-up",
]


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("make_questions", ROOT / "docs" / "make_questions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = generator()
QUESTIONS: dict[str, Path] = MAKE.worked_questions()


@pytest.fixture(scope="module", params=QUESTIONS)
def question(request: pytest.FixtureRequest) -> tuple[str, ModuleType]:
    return request.param, MAKE.load(QUESTIONS[request.param])


def test_the_page_is_what_the_script_prints(question: tuple[str, ModuleType]) -> None:
    name, module = question
    text = (MAKE.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text == MAKE.page(module), "make pages writes the pages anew"
    assert text.startswith("# ")
    assert "**Question.**" in text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text) == [f"{name}.svg"]
    assert "nan" not in text.split()
    assert max(map(len, (line for line in text.splitlines() if line[:1] not in "|!"))) <= 120


def test_the_figure_is_what_the_script_draws(question: tuple[str, ModuleType], tmp_path: Path) -> None:
    name, module = question
    MAKE.write_figure_of(module, tmp_path / "now.svg")
    MAKE.write_figure_of(module, tmp_path / "again.svg")
    now = (tmp_path / "now.svg").read_text(encoding="utf-8")
    assert now == (tmp_path / "again.svg").read_text(encoding="utf-8")
    kept = (MAKE.PAGES / f"{name}.svg").read_text(encoding="utf-8")
    assert words(now) == words(kept)
    assert len(numbers(now)) == len(numbers(kept))
    assert numbers(now) == pytest.approx(numbers(kept), abs=0.5), "make pages draws the figures anew"


def words(svg: str) -> list[str]:
    """The labels of a figure; they stand in comments beside their outlines."""
    return re.findall(r"<!-- (.*?) -->", svg)


def numbers(svg: str) -> list[float]:
    """The coordinates of the curves."""
    paths = " ".join(re.findall(r'<path d="([^"]*)" clip-path', svg))
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", paths)]


def test_a_script_draws_where_it_is_told(question: tuple[str, ModuleType], tmp_path: Path) -> None:
    _, module = question
    module.main(str(tmp_path / "figure.png"))
    assert (tmp_path / "figure.png").stat().st_size > 5000


def test_the_index_names_every_page_and_no_page_is_left_over() -> None:
    titles = {
        name: (MAKE.PAGES / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        for name in QUESTIONS
    }
    assert (MAKE.PAGES / "README.md").read_text(encoding="utf-8") == MAKE.index(titles)
    assert {path.name for path in MAKE.PAGES.iterdir()} == {
        "README.md",
        *(f"{name}{ending}" for name in QUESTIONS for ending in (".md", ".svg")),
    }
    assert len(QUESTIONS) == 11


def test_wrapping_makes_no_lists() -> None:
    for number in range(100, 125):
        text = MAKE.wrapped(f"{'x' * number} - 1. y + 3 % of it * 5 = 6 ms")
        assert not re.search(r"\n([-+*=x%]|\d+\.|ms)(\s|$)", text)
        assert " ".join(text.split()) == f"{'x' * number} - 1. y + 3 % of it * 5 = 6 ms"
    assert MAKE.wrapped("| a | b |\n|---|---|") == "| a | b |\n|---|---|"
