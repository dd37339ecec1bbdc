"""Standard output: whether it is a terminal, how wide, and how to leave it quietly when nobody reads on."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from queuecalc.report import Page

__all__ = ["deliver", "is_coloured", "is_terminal", "page_width", "show", "write"]

_PIPED_WIDTH = 100
_MOST_WIDTH = 120


def _is_unicode() -> bool:
    """Whether locale and stream both speak UTF-8. Python's own fallback from the C locale does not count."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "").replace("_", "")
    if encoding != "utf8":
        return False
    if sys.platform == "win32":
        return True
    setting = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "C"
    if not os.environ.get("LC_ALL") and os.environ.get("LC_CTYPE") in ("C.UTF-8", "C.utf8"):
        # The interpreter sets these two by itself when it finds the C locale.
        setting = os.environ.get("LANG") or "C"
    return "utf8" in setting.lower().replace("-", "")


def is_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def is_coloured() -> bool:
    """Whether colours and block characters are welcome on stdout."""
    return (
        is_terminal()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
        and _is_unicode()
    )


def page_width() -> int:
    """Cells per line: of the terminal, else COLUMNS, else 100; at most 120."""
    if is_terminal():
        width = shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns
    else:
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and columns != "0" else _PIPED_WIDTH
    return min(width, _MOST_WIDTH)


def write(text: str) -> None:
    """Text on stdout; when the reader of a pipe has gone, the rest is dropped without a word."""
    if sys.stdout is None:  # closed by the caller
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):  # the interpreter flushes once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"the output cannot be written: {error.strerror or error}") from None


def show(page: Page) -> None:
    """A page on stdout, in the way that suits it."""
    from queuecalc import report

    text = report.terminal_text if is_coloured() else report.plain_text
    write(text(page, page_width()))


def deliver(form: str, answer: Any, page: Callable[[bool], Page]) -> None:
    """An answer on stdout in the form asked for.

    Args:
        form: "table" or a name in `queuecalc.report.FORMATS`.
        answer: what JSON and CSV are made of.
        page: makes the page; told whether everything is wanted or what is of use at a glance.
    """
    if form == "table":
        show(page(False))
        return
    from queuecalc.report import FORMATS

    write(FORMATS[form](answer, page(True)))
