"""One case: a command in this process, watched by a clock and a limit on memory, and judged by what it may do."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from click.testing import CliRunner, Result

from queuecalc.cli.main import main

__all__ = ["Hang", "judge", "run"]

LIMIT_S = 30.0
"""So much of a processor may one case take; what the shipped models need is far below."""

SEARCH = f"queuecalc{os.sep}sizing{os.sep}"
"""A search among many plans may take longer, and must end at once when it is interrupted."""

MEMORY_BYTES = 3 * 1024**3
"""So much more than now may one case ask for."""

NOT_A_NUMBER = re.compile(r"(?<![\w.])nan(?![\w.])", re.IGNORECASE)


class Hang(BaseException):
    """The clock ran out; no handler of ordinary errors stops it."""


def _is_searching(frame: FrameType | None) -> bool:
    while frame is not None:
        if SEARCH in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _clock() -> Iterator[None]:
    rung: list[int] = []

    def ring(number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_name == "gc_callback":
            return  # an exception would be lost there; it rings again
        rung.append(number)
        if len(rung) == 1 and _is_searching(frame):
            raise KeyboardInterrupt
        raise Hang(f"no answer within {LIMIT_S:g} s of a processor")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S, 5.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _fence() -> Iterator[None]:
    """Where the system tells how much memory is in use, no more than a fixed amount above that."""
    status = Path("/proc/self/statm")
    if not status.exists():
        yield
        return
    import resource

    used = int(status.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def run(words: list[str], text: str = "") -> Result:
    """The command, with the text on standard input."""
    if sys.platform == "win32":
        return CliRunner().invoke(main, words, prog_name="queuecalc", input=text)
    with _clock(), _fence():
        return CliRunner().invoke(main, words, prog_name="queuecalc", input=text)


def _constant(name: str) -> Any:
    raise AssertionError(f"{name} in JSON")


def _no_nan(value: Any) -> None:
    if isinstance(value, dict):
        for each in value.values():
            _no_nan(each)
    elif isinstance(value, list):
        for each in value:
            _no_nan(each)
    else:
        assert not (isinstance(value, str) and value.lower() == "nan"), "NaN in JSON"


def judge(words: list[str], result: Result) -> None:
    """An exit status that is documented, no trace of a defect, and only numbers where numbers are due."""
    told = f"queuecalc {' '.join(words)}: status {result.exit_code}\n{result.stderr[-3000:]}"
    assert result.exit_code in (0, 1, 2, 130), told
    assert "Traceback" not in result.output, told
    if result.exit_code == 130:
        assert "interrupted" in result.stderr, told
        return
    if result.exit_code == 2:
        assert not result.stdout, told
        assert "Error: " in result.stderr, told
        return
    assert not NOT_A_NUMBER.search(result.stdout), told
    if "json" in words and "--format" in words and words[0] != "new" and "--help" not in words:
        form = words[len(words) - 1 - words[::-1].index("--format") + 1]
        if form == "json":
            _no_nan(json.loads(result.stdout, parse_constant=_constant))
