"""docs/accuracy.md says what is measured today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")


def _script() -> ModuleType:
    path = ROOT / "tests" / "tables" / "make_accuracy_page.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.mark.parametrize("measured", ["closed_rows", "smooth_rows", "kinked_rows"])
def test_no_error_is_larger_than_the_page_says(measured: str) -> None:
    said = {}
    for line in PAGE.splitlines():
        cells = line.strip("| ").split(" | ")
        if len(cells) == 4:
            said[cells[0]] = cells[1:]
    for row in getattr(SCRIPT, measured)():
        cases, error, wanted = said[row.what]
        assert int(cases) == row.cases
        # another machine rounds otherwise
        assert row.error <= 3.0 * float(error) + 1e-14, row.what
        assert ("missed" in wanted) == (row.error > row.wanted)


@pytest.mark.parametrize("measured", ["multiserver_lines", "network_lines"])
def test_approximations_are_off_by_what_the_page_says(measured: str) -> None:
    """After a new simulation: make accuracy."""
    missing = set(getattr(SCRIPT, measured)()) - set(PAGE.splitlines())
    assert missing == set()
