from __future__ import annotations

import errno
import io
import os
from types import SimpleNamespace
from typing import Any

import click
import pytest

from queuecalc.cli import console


class Screen(io.StringIO):
    """Text that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = True) -> None:
        super().__init__()
        self._encoding = encoding
        self._terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


def set_stdout(monkeypatch: pytest.MonkeyPatch, stream: Any, platform: str = "linux") -> None:
    monkeypatch.setattr(console, "sys", SimpleNamespace(stdout=stream, platform=platform))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal, a UTF-8 locale, and nothing else that matters."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    set_stdout(monkeypatch, Screen())


def test_colours_on_a_terminal(environment: None) -> None:
    assert console.is_coloured()


@pytest.mark.parametrize(
    "settings",
    [
        {"NO_COLOR": "1"},
        {"TERM": "dumb"},
        {"LANG": "C"},
        {"LANG": "POSIX"},
        {"LANG": "de_DE.ISO-8859-1"},
        {"LC_ALL": "C"},
        {"LC_CTYPE": "C.UTF-8", "LANG": ""},  # what the interpreter itself sets in the C locale
        {"LANG": ""},
    ],
)
def test_no_colours_where_they_are_not_welcome(
    environment: None, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert not console.is_coloured()


@pytest.mark.parametrize(
    "settings", [{"LC_ALL": "C.UTF-8"}, {"LANG": "C", "LC_CTYPE": "de_DE.utf8"}, {"NO_COLOR": ""}]
)
def test_colours_in_any_utf_8_locale(
    environment: None, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert console.is_coloured()


def test_no_colours_in_a_pipe_or_another_encoding(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_stdout(monkeypatch, Screen(terminal=False))
    assert not console.is_coloured()
    set_stdout(monkeypatch, Screen("iso-8859-1"))
    assert not console.is_coloured()


def test_windows_has_no_locale_variables(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_stdout(monkeypatch, Screen(), "win32")
    monkeypatch.delenv("LANG")
    assert console.is_coloured()


@pytest.mark.parametrize(
    ("terminal", "columns", "width"),
    [
        (False, "", 100),
        (False, "77", 77),
        (False, "0", 100),
        (False, "x", 100),
        (False, "300", 120),
        (True, "91", 91),
    ],
)
def test_the_width_of_a_page(
    environment: None, monkeypatch: pytest.MonkeyPatch, terminal: bool, columns: str, width: int
) -> None:
    set_stdout(monkeypatch, Screen(terminal=terminal))
    monkeypatch.setenv("COLUMNS", columns)
    assert console.page_width() == width


def test_a_page_is_coloured_or_plain(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from queuecalc.report import Page
    from queuecalc.report.page import Paragraph, Section, Span

    page = Page((Section("", (Paragraph((Span("YES", "good"),)),)),))
    screen = Screen()
    set_stdout(monkeypatch, screen)
    monkeypatch.setenv("TERM", "xterm")
    console.show(page)
    assert screen.getvalue() == "\x1b[1;32mYES\x1b[0m\n"
    pipe = Screen(terminal=False)
    set_stdout(monkeypatch, pipe)
    console.show(page)
    assert pipe.getvalue() == "YES\n"


def test_a_reader_that_has_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as stream:
        set_stdout(monkeypatch, stream)
        console.write("x" * 100_000)
        console.write("more")


def test_a_reader_that_has_gone_from_a_stream_without_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Screen):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    set_stdout(monkeypatch, Broken())
    console.write("x")


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Screen):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    set_stdout(monkeypatch, Full())
    with pytest.raises(click.ClickException, match="cannot be written: No space left on device"):
        console.write("x")


def test_a_closed_stdout_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    set_stdout(monkeypatch, None)
    console.write("x")
    assert not console.is_coloured()
    assert console.page_width() > 0
