"""Notebooks carry no output in git, little metadata, and ask before they answer."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.notebooks.running import NOTEBOOKS, cells, opened

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_is_no_output(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_metadata_is_minimal(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)


def test_the_format_is_valid(path: Path) -> None:
    assert opened(path).nbformat == 4


def test_every_section_asks_then_works_then_answers(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    texts = ["".join(cell["source"]) if cell["cell_type"] == "markdown" else "" for cell in notebook["cells"]]
    asked = [k for k, text in enumerate(texts) if "**Question.**" in text]
    assert asked
    for start, end in pairwise([*asked, len(texts)]):
        assert texts[start + 1] == "", "code follows the question"
        assert any("**Answer.**" in text for text in texts[start + 1 : end + 1])
