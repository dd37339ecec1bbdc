"""The house keeps its own rules: who may import whom, what loads early, no room stands empty."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "queuecalc"

# Rooms and modules that import less than the ladder allows: the only names of queuecalc they may import.
ONLY = {
    "report": {"answer", "evidence", "errors", "late"},
    "reference": {"architecture", "load", "law", "station", "errors"},
    "simulation": {"architecture", "load", "law", "answer", "evidence", "errors"},
    "transform": {"evidence", "errors"},
    "answer": {"evidence", "errors", "late"},
}
# The checker of certificates shares nothing with the search that wrote them.
CHECKERS = ("sizing.certificate", "sizing.certificate_file", "sizing.coverage", "sizing.verification")
CHECKER_STRANGERS = {
    *(
        "answer",
        "bounds",
        "boxes",
        "branching",
        "covering",
        "goals",
        "incumbent",
        "pattern",
        "search",
        "subsets",
    ),
}
MAY_COVER = {"sizing.certificate"}  # it also writes them

# Third parties that may load together with a module; everything else is imported where it is used.
EARLY = {"numpy", "scipy.special"}
EARLY_IN = {
    "cli": {"click"},
    "derivation": {"sympy"},
    "modelfile": {"pydantic", "pydantic_core"},
}


def rooms() -> list[Path]:
    """The directories of the package that hold code, in alphabetical order."""
    return sorted(path for path in PACKAGE.iterdir() if path.is_dir() and any(path.rglob("*.py")))


def modules() -> list[Path]:
    """The Python files of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def ladder() -> list[str]:
    """The names of the layers contract, parentheses and all."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "ladder")
    return [name.strip() for layer in layers for name in layer.split("|")]


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("queuecalc", cache_dir=None)


def imported_by(inside: str) -> set[str]:
    """The modules of queuecalc, without that prefix, which `inside` and its descendants import directly."""
    root = f"queuecalc.{inside}"
    if root not in graph().modules:
        return set()
    inner = {root, *graph().find_descendants(root)}
    found = {target for module in inner for target in graph().find_modules_directly_imported_by(module)}
    return {target.removeprefix("queuecalc.") for target in found - inner}


def early_imports(tree: ast.AST) -> Iterator[str]:
    """The absolute names that run an import when the module is loaded."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            submodules = node.module == "scipy"
            yield from (f"scipy.{a.name}" for a in node.names) if submodules else (node.module,)
        else:
            yield from early_imports(node)


def test_import_linter_keeps_every_contract() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_name_of_the_ladder_is_open_or_optional() -> None:
    for name in ladder():
        optional = re.fullmatch(r"\((\w+)\)", name)
        if not optional:
            assert (PACKAGE / name / "__init__.py").exists() or (PACKAGE / f"{name}.py").exists(), name


def test_the_ladder_names_a_room_once() -> None:
    names = [name.strip("()") for name in ladder()]
    assert len(names) == len(set(names))


def test_no_room_stands_empty() -> None:
    for room in rooms():
        files = {path.name for path in room.rglob("*.py")}
        assert "__init__.py" in files, f"{room.name}/ has no __init__.py"
        assert len(files) > 1, f"{room.name}/ has nothing in it"


@pytest.mark.parametrize("room", ONLY)
def test_room_imports_only_what_it_may(room: str) -> None:
    strangers = {name for name in imported_by(room) if name.split(".")[0] not in ONLY[room]}
    assert not strangers, f"{room} imports {sorted(strangers)}"


@pytest.mark.parametrize("checker", CHECKERS)
def test_checker_of_certificates_imports_nothing_of_the_search(checker: str) -> None:
    reached = imported_by(checker)
    allowed = {"boxes", "covering"} if checker in MAY_COVER else set()
    strangers = {f"sizing.{name}" for name in CHECKER_STRANGERS - allowed}
    assert not reached & strangers
    assert checker in MAY_COVER or not any(name.startswith("evaluation") for name in reached)


def test_reference_evaluator_reads_the_model_with_its_own_eyes() -> None:
    reached = imported_by("reference")
    assert not any(name.startswith(("architecture.graph", "station.waiting")) for name in reached)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_third_parties_load_late(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    allowed = EARLY | EARLY_IN.get(room, set())
    for name in early_imports(ast.parse(path.read_text(encoding="utf-8"))):
        if name.split(".")[0] in sys.stdlib_module_names or name.split(".")[0] == "queuecalc":
            continue
        assert any(name == good or name.startswith(f"{good}.") for good in allowed), f"{path.name}: {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_one_idea_a_file(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= 500, f"{path.relative_to(ROOT)} has {length} lines; split it"
