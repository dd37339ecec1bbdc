"""What a command loads before it answers: an answer must come at once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"IPython", "matplotlib", "numba", "pandas", "scipy.optimize", "scipy.stats", "sympy"}

SCRIPT = """
import json, sys
before = set(sys.modules)
from queuecalc.cli.main import main
status = main({arguments!r}, prog_name="queuecalc", standalone_mode=False)
print("\\n" + json.dumps([status, sorted(set(sys.modules) - before)]))
"""


def loaded_by(*arguments: str) -> set[str]:
    script = SCRIPT.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


def foreign(modules: set[str]) -> set[str]:
    """The top-level names that are neither of the standard library nor our own, nor somebody's helpers."""
    names = {name.split(".")[0] for name in modules if not name.startswith(("_", "cython_runtime"))}
    return names - set(sys.stdlib_module_names) - {"queuecalc"}


@pytest.mark.parametrize("arguments", [["--help"], ["size", "--help"], ["station", "-h"], ["--version"]])
def test_help_loads_click_and_nothing_else(arguments: list[str]) -> None:
    modules = loaded_by(*arguments)
    assert foreign(modules) == {"click"}
    ours = {name.split(".")[1] for name in modules if name.startswith("queuecalc.")}
    assert ours == {"cli", "errors", "late"}


def test_a_command_is_loaded_alone() -> None:
    modules = loaded_by("size", "--help")
    assert {name for name in modules if name.endswith("_command")} == {"queuecalc.cli.size_command"}


@pytest.mark.parametrize(
    "arguments", [["size", "single-queue"], ["evaluate", "single-queue", "--count", "server=10"]]
)
def test_an_answer_loads_nothing_heavy(arguments: list[str]) -> None:
    modules = loaded_by(*arguments)
    assert not {name for name in modules if any(name == h or name.startswith(f"{h}.") for h in HEAVY)}
    assert "rich" not in modules  # the output is no terminal
    assert foreign(modules) <= {
        *("annotated_types", "click", "numpy", "pydantic", "pydantic_core", "scipy", "typing_extensions"),
        "typing_inspection",
    }
