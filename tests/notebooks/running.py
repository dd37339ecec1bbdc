"""Notebooks as the tests see them: read from disk, run in a fresh kernel."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

__all__ = ["NOTEBOOKS", "cells", "opened", "run"]

NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    """The cells of one kind, as they stand in the file."""
    return [
        cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind
    ]


def opened(path: Path) -> Any:
    """The notebook, checked against the format."""
    nbformat = import_module("nbformat")  # carries no types
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def run(path: Path, patch: pytest.MonkeyPatch, **wanted: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run a notebook from top to bottom.

    Args:
        path: the notebook.
        patch: to show figures inside the notebook, whatever the tests around it do.
        wanted: name -> expression to evaluate at the end; must be plain JSON.

    Returns:
        Everything that the cells printed and drew, and the values asked for.
    """
    from nbclient import NotebookClient

    patch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = opened(path)
    asked = ", ".join(f"{name!r}: {expression}" for name, expression in wanted.items())
    question = f"import json; print(json.dumps({{{asked}}}, default=float))"
    notebook.cells.append(import_module("nbformat.v4").new_code_cell(question))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    values: dict[str, Any] = json.loads(outputs.pop().text)
    return outputs, values
