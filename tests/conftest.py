"""What holds for every test: figures without a screen, property tests without a clock."""

from __future__ import annotations

import os
import secrets

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
