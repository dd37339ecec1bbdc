"""Where errors become messages and an exit status: the only place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from queuecalc.errors import InfeasibleError, InternalError, QueuecalcError

__all__ = ["BAD_INPUT", "DEFECT", "INTERRUPTED", "KEPT", "NOT_KEPT", "guarded"]

KEPT = 0
NOT_KEPT = 1
BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130


def _complain(message: str) -> None:
    """A message on stderr, without control characters that a file name or a model could smuggle in."""
    safe = "".join(c if c.isprintable() or c == "\n" else "?" for c in message)
    click.echo(f"Error: {safe}", err=True)


def _defect(error: BaseException) -> int:
    import traceback

    _complain(
        "queuecalc itself failed; this is a defect, not a fault of your input. Please report it on the project's "
        "issue page, with the command, the model file and the lines below.\n"
    )
    click.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
    return DEFECT


def _status(value: Any) -> int:
    return value if isinstance(value, int) else KEPT


def guarded(action: Callable[[], Any]) -> int:
    """Run a command and return its exit status; every error becomes a message on stderr.

    Args:
        action: runs the command and returns its status, or None for 0.
    """
    prepare_streams()
    try:
        return _status(action())
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return INTERRUPTED
    except SystemExit:  # click ends so when the reader of a pipe has gone
        return KEPT
    except InfeasibleError as error:
        _complain(str(error))
        return NOT_KEPT
    except InternalError as error:
        return _defect(error)
    except QueuecalcError as error:
        _complain(str(error))
        return BAD_INPUT
    except OSError as error:
        if error.filename is None:
            return _defect(error)
        _complain(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}")
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001 - the last door: whatever else comes is a defect
        return _defect(error)


def prepare_streams() -> None:
    """What the encoding of stdout lacks is printed as "?", never a reason to fail."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
