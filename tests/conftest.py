"""What holds for every test: figures without a screen, property tests without a clock."""

from __future__ import annotations

import os
import secrets
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

os.environ.setdefault("MPLBACKEND", "Agg")

LONG = bool(os.environ.get("QUEUECALC_TEST_ALL"))
"""The long run (`make test-all`) draws other examples each time and tells how to repeat a failure."""

# Times vary with the machine, so no example fails for being slow. The usual run draws the same examples each time.
settings.register_profile("usual", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("long" if LONG else "usual")
if not LONG:
    # Hypothesis also draws constants from the project's modules, those that happen to be loaded by then.
    providers._get_local_constants = lambda: providers._local_constants

# Of these only every n-th case runs by default, each time others of each parameter; `make test-all` runs them all.
EVERY = {
    "tests/derivation/test_whiteboard.py::test_random_models": 5,
    "tests/evaluation/test_coupled.py::test_the_convention_is_on_the_safe_side": 3,
    "tests/law/test_elements.py": 2,
    "tests/law/test_every_law.py": 2,
    "tests/reference/test_reference_asynchronous.py::test_half_slots": 3,
}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw a seed for the long run where none is given."""
    if LONG and config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(secrets.randbelow(2**32))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the seed of a long run that failed."""
    failed = terminalreporter.stats.get("failed", [])
    if LONG and failed:
        seed = terminalreporter.config.getoption("hypothesis_seed")
        terminalreporter.write_line(
            f"repeat with: QUEUECALC_TEST_ALL=1 python -m pytest --hypothesis-seed={seed} '{failed[0].nodeid}'"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out cases that are many and alike."""
    if LONG or len(items) < 1000:
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
