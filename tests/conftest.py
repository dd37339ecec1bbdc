"""What holds for every test: figures without a screen, property tests without a clock."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# Times vary with the machine, so no example fails for being slow.
# Unattended runs draw the same examples each time.
settings.register_profile("default", deadline=None)
settings.register_profile("unattended", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("unattended" if os.environ.get("CI") else "default")

# Of these only every n-th case runs by default, each time others of each parameter; `make test-all` runs them all.
EVERY = {
    "tests/derivation/test_whiteboard.py::test_random_models": 5,
    "tests/evaluation/test_coupled.py::test_the_convention_is_on_the_safe_side": 3,
    "tests/law/test_elements.py": 2,
    "tests/law/test_every_law.py": 2,
    "tests/reference/test_reference_asynchronous.py::test_half_slots": 3,
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out cases that are many and alike."""
    if os.environ.get("QUEUECALC_TEST_ALL") or len(items) < 1000:
        return
    functions: dict[str, int] = {}
    cases: Counter[str] = Counter()
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        function = item.nodeid.split("[")[0]
        every = next((n for start, n in EVERY.items() if function.startswith(start)), 1)
        number = functions.setdefault(function, len(functions)) + cases[function]
        cases[function] += 1
        (kept if "[" not in item.nodeid or number % every == 0 else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)
