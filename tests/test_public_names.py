"""The public names: written out once for type checkers, once with their homes for loading on first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

import queuecalc
from queuecalc import _HOMES

NAMES = sorted(name for names in _HOMES.values() for name in names)


def test_the_list_of_public_names_is_the_table_of_their_homes() -> None:
    assert set(queuecalc.__all__) == {"__version__", *NAMES}
    assert dir(queuecalc) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(queuecalc, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'queuecalc' has no attribute 'nothing'"):
        _ = queuecalc.nothing


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, queuecalc; print([m for m in sys.modules if m.startswith(('numpy', 'scipy', 'pydantic'))])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
