"""Which tests of a room run which lines of it, and how long each takes: one run of them, unchanged."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Covering", "children_result", "measure"]

EVERYWHERE = (
    *("-qq", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--no-header", "--no-summary"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
"""How pytest is called."""

ENOUGH_S = 60.0
"""So many seconds of tests a mutant has to survive."""

FEW = 2
"""A line that fewer tests run may be remembered from then on, and matter to others: then all tests of the file run."""


@dataclass(frozen=True, slots=True)
class Covering:
    """What was seen.

    Attributes:
        seconds: of each test.
        tests: by file and line, the tests that run the line.
    """

    seconds: dict[str, float]
    tests: dict[str, dict[int, list[str]]]

    def of(self, file: str, lines: Iterable[int]) -> dict[str, float]:
        """The tests that run one of these lines, the quickest first, with their seconds; of the file if few do.

        At most `ENOUGH_S` of them: a mutant that survives so much is counted as one that survives.
        """
        inside = self.tests.get(file, {})
        chosen = {test for line in lines for test in inside.get(line, ())}
        if len(chosen) < FEW:
            chosen = {test for tests in inside.values() for test in tests}
        found: dict[str, float] = {}
        left = ENOUGH_S
        for test in sorted(chosen, key=lambda test: (self.seconds[test], test)):
            left -= self.seconds[test]
            if found and left < 0.0:
                break
            found[test] = self.seconds[test]
        return found


class _Watch:
    """A plugin that tells coverage which test is running, and takes the time of the processor."""

    def __init__(self, coverage: Any) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.coverage.switch_context(item.nodeid)
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] += time.process_time() - begun
            self.coverage.switch_context("")


def children_result(action: Callable[[], Any]) -> Any:
    """What the action returns in a child process, whose imports leave no trace here."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if child == 0:
            try:
                Path(file.name).write_text(json.dumps(action()), encoding="utf-8")
                sys.stdout.flush()
                os._exit(0)
            except BaseException:  # noqa: BLE001 - told, and then the child ends
                traceback.print_exc()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError("the tests of the room do not pass as they are")
        return json.loads(Path(file.name).read_text(encoding="utf-8"))


def measure(root: Path, room: str, folders: Sequence[str]) -> Covering:
    """Run the tests of a room once."""
    found = children_result(lambda: _measured(root, room, folders))
    tests = {
        file: {int(line): names for line, names in lines.items()} for file, lines in found["tests"].items()
    }
    return Covering(found["seconds"], tests)


def _measured(root: Path, room: str, folders: Sequence[str]) -> dict[str, Any]:
    import coverage

    with tempfile.TemporaryDirectory() as folder:
        watched = coverage.Coverage(
            data_file=f"{folder}/data",
            include=[f"{root}/queuecalc/{room}/*"],
            config_file=False,
            messages=False,
        )
        watch = _Watch(watched)
        watched.start()
        status = pytest.main([*EVERYWHERE, *folders], plugins=[watch])
        watched.stop()
        if status:
            raise RuntimeError("the tests of the room do not pass as they are")
        data = watched.get_data()
        tests = {
            Path(file).relative_to(root).as_posix(): {
                line: [name for name in names if name]
                for line, names in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
    return {"seconds": watch.seconds, "tests": tests}
