"""The event loop is compiled before the first test, by a process that nobody traces: tracing makes it slow."""

from __future__ import annotations

import subprocess
import sys

import pytest

ONCE = """
from queuecalc.modelfile import read_model
from queuecalc.simulation import simulate
simulate(read_model("single-queue"), {"server": 9}, requests=100)
"""


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> None:
    subprocess.run([sys.executable, "-c", ONCE], check=True, capture_output=True)
