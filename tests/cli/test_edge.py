from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable

import click
import pytest

from queuecalc.cli.edge import guarded
from queuecalc.errors import (
    Fault,
    InfeasibleError,
    InternalError,
    InvalidInput,
    MissingExtra,
    ModelError,
    QueuecalcError,
    UnstableError,
)


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InvalidInput("servers = -1; expected at least 1"), 2, "Error: servers = -1; expected at least 1"),
        (ModelError("m.toml", (Fault("a.b", "3", "expected 4"),)), 2, "a.b: found 3; expected 4"),
        (UnstableError("server: rho 1.31"), 2, "server: rho 1.31"),
        (MissingExtra("install queuecalc[simulate]"), 2, "install queuecalc[simulate]"),
        (QueuecalcError("anything"), 2, "anything"),
        (InfeasibleError("no plan keeps the contract"), 1, "no plan keeps the contract"),
        (InternalError("bounds crossed"), 3, "Please report it on the project's issue page"),
        (ZeroDivisionError("division by zero"), 3, "ZeroDivisionError: division by zero"),
        (MemoryError(), 3, "MemoryError"),
        (RecursionError("too deep"), 3, "RecursionError"),
        (OSError(errno.EACCES, "Permission denied", "m.toml"), 2, "Error: m.toml: permission denied"),
        (OSError("the disk is gone"), 3, "the disk is gone"),
        (click.UsageError("no such option"), 2, "Error: no such option"),
        (click.FileError("m.toml", "gone"), 2, "m.toml"),
        (click.Abort(), 130, "interrupted"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (SystemExit(1), 0, ""),
    ],
)
def test_every_error_has_its_status_and_message(
    error: BaseException, status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert ("Traceback" in captured.err) == (status == 3)


@pytest.mark.parametrize(("value", "status"), [(None, 0), (0, 0), (1, 1), ("text", 0)])
def test_a_command_returns_its_status(value: object, status: int) -> None:
    assert guarded(lambda: value) == status


def test_a_message_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(InvalidInput("\x1b[2Jgone\nsecond line")))
    assert capsys.readouterr().err == "Error: ?[2Jgone\nsecond line\n"


def test_letters_that_stdout_lacks_are_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

    def action() -> None:
        sys.stdout.write("Größe")
        sys.stdout.flush()

    assert guarded(action) == 0
    assert raw.getvalue() == b"Gr??e"


def test_a_stream_that_cannot_be_changed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert guarded(lambda: None) == 0


def test_the_console_script_ends_with_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    from queuecalc.cli.main import main, run

    monkeypatch.setattr(sys, "argv", ["queuecalc", "nosuch"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    assert main(["--version"], standalone_mode=False) == 0
