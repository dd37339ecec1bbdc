"""The public names: written out once for type checkers, once with their homes for loading on first use."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import queuecalc
from queuecalc import _HOMES

PACKAGE = Path(queuecalc.__file__).parent
NAMES = sorted(name for names in _HOMES.values() for name in names)


def test_the_list_of_public_names_is_the_table_of_their_homes() -> None:
    assert set(queuecalc.__all__) == {"__version__", *NAMES}
    assert dir(queuecalc) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(queuecalc, name) is not None


@pytest.mark.parametrize(
    "package",
    [path.parent for path in PACKAGE.rglob("__init__.py") if "late(__name__" in path.read_text()],
    ids=str,
)
def test_no_name_that_loads_late_is_that_of_a_module(package: Path) -> None:
    """Whoever imports the module would find it under the name of the function."""
    name = ".".join(package.relative_to(PACKAGE.parent).parts)
    modules = {path.stem for path in package.iterdir()}
    assert not modules & set(import_module(name).__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'queuecalc' has no attribute 'nothing'"):
        _ = queuecalc.nothing


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, queuecalc; print([m for m in sys.modules if m.startswith(('numpy', 'scipy', 'pydantic'))])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
