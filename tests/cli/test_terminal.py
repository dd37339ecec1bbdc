"""The program as a process of its own: on a terminal, in a pipe, interrupted."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

ANSWERS = Path(__file__).parent.parent / "report"

# The program with an answer that was written by hand, so that only what happens to the output counts.
PROGRAM = """
import sys, time
from types import ModuleType
from queuecalc.answer import SizingAnswer, from_json

def size(model, *, alternatives=3, explain=True, progress=None):
    answer = from_json(SizingAnswer, open({file!r}, encoding="utf-8").read())
    if {wait!r}:
        progress(1, answer.cost_usd_per_month, answer.counts)
        print("searching", file=sys.stderr, flush=True)
        time.sleep({wait!r})
    return answer

sizing = ModuleType("queuecalc.sizing")
sizing.size = size
sys.modules["queuecalc.sizing"] = sizing
from queuecalc.cli.main import run
sys.argv = ["queuecalc", "size", "iot-ingestion"]
run()
"""


def program(answer: str = "feasible", wait: float = 0) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(file=str(ANSWERS / f"{answer}.json"), wait=wait)]


def environment(**settings: str) -> dict[str, str]:
    dropped = {"NO_COLOR", "LC_ALL", "LC_CTYPE", "COLUMNS", "FORCE_COLOR", "COLORTERM"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"LANG": "C.UTF-8", "TERM": "xterm-256color"} | settings


def on_terminal(columns: int, **settings: str) -> tuple[int, str]:
    """Status and output on a pseudo-terminal of that many columns."""
    pty = pytest.importorskip("pty")
    termios = pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (70, columns))
    process = subprocess.Popen(
        program(), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**settings)
    )
    os.close(theirs)
    pieces = []
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 1.0)[0]:
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    return process.wait(timeout=10), b"".join(pieces).decode("utf-8").replace("\r\n", "\n")


def bare(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


@pytest.mark.parametrize("columns", [80, 100])
def test_on_a_terminal_it_is_coloured_and_fits(columns: int) -> None:
    status, text = on_terminal(columns)
    assert status == 0
    assert text.startswith("\x1b[1;32mYES\x1b[0m: $694 a month")
    assert "█" in text
    lines = bare(text)
    assert max(map(len, lines)) <= columns
    assert ("One unit less: what breaks" in lines) == (columns == 80)
    assert columns < 100 or len(lines) <= 60


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"LC_ALL": "C"}, {"TERM": "dumb"}])
def test_where_colours_are_not_welcome_a_terminal_shows_plain_text(settings: dict[str, str]) -> None:
    status, text = on_terminal(100, **settings)
    assert status == 0
    assert "\x1b" not in text
    assert text.isascii()
    assert "####" in text


def test_in_a_pipe_it_is_plain_and_at_home_in_ascii() -> None:
    done = subprocess.run(program(), capture_output=True, env=environment(), check=True)
    assert done.stdout.isascii()
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes that break like this")
def test_a_reader_that_leaves_early_is_met_with_silence() -> None:
    process = subprocess.Popen(program(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts in another way")
def test_an_interruption_leaves_the_best_plan_and_status_130() -> None:
    import signal

    # A shell starts what runs in its background deaf to interruptions, and so would be the program.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            program(wait=20), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.stderr is not None
    assert process.stderr.readline() == "searching\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "best plan so far, not proven: $694: lb=1" in err
    assert "Traceback" not in err


def test_the_status_of_a_contract_that_cannot_be_kept() -> None:
    done = subprocess.run(program("short_of_money"), capture_output=True, env=environment(), check=False)
    assert done.returncode == 1
    assert done.stdout.startswith(b"NO: a budget of $500 a month is $194 short;")
