"""One mutant and the tests that run its line: in a child process, in which the changed module is imported instead."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from .covering import EVERYWHERE
from .operators import Mutant

__all__ = ["is_killed"]

MEMORY_BYTES = 6 * 1024**3

PATIENCE_S = 15.0
"""A test that keeps the processor for so long, and then `TIMES` as long as usual, hangs: it has noticed the mutant."""

TIMES = 10.0


class _Loader(SourceFileLoader):
    """Compiles the changed source, and leaves no byte code behind."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        super().__init__(name, path)
        self.changed = source

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self.changed, self.path, "exec", dont_inherit=True)
        return code


class _Finder(MetaPathFinder):
    """Answers for one module."""

    def __init__(self, root: Path, mutant: Mutant) -> None:
        self.name = mutant.file.removesuffix(".py").replace("/", ".")
        self.path = str(root / mutant.file)
        self.source = mutant.applied(Path(self.path).read_bytes())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=_Loader(fullname, self.path, self.source))


class _Chosen:
    """A plugin that leaves only some tests, in a given order, and ends the process in a test that hangs."""

    def __init__(self, tests: Mapping[str, float]) -> None:
        self.tests = tests
        self.place = {test: index for index, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE_S + TIMES * self.tests[item.nodeid])
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)


def _run(root: Path, mutant: Mutant, tests: Mapping[str, float]) -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.meta_path.insert(0, _Finder(root, mutant))
    files = sorted({test.partition("::")[0] for test in tests})
    return int(pytest.main([*EVERYWHERE, *files], plugins=[_Chosen(tests)]))


def is_killed(root: Path, mutant: Mutant, tests: Mapping[str, float]) -> bool:
    """Whether one of the tests fails or hangs; without tests nothing is noticed.

    Args:
        tests: the seconds that each usually takes, in the order in which they are run.
    """
    if not tests:
        return False
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _run(root, mutant, tests)
        finally:
            os._exit(status)
    ends = time.monotonic() + 4.0 * PATIENCE_S + TIMES * sum(tests.values())
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        time.sleep(0.02)
