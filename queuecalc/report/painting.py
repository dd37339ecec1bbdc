"""Pages as text: plain, or with the colours and block characters of a terminal."""

from __future__ import annotations

import io

from queuecalc.report.layout import ASCII, BLOCKS, lay_out
from queuecalc.report.page import Page

__all__ = ["plain_text", "terminal_text"]

_COLOURS = {"good": "bold green", "bad": "bold red", "warn": "yellow", "strong": "bold", "faint": "cyan"}


def plain_text(page: Page, width: int) -> str:
    """A page as aligned text: nothing but what a pipe or a log takes."""
    return "".join(f"{''.join(span.text for span in line)}\n" for line in lay_out(page, width, ASCII))


def terminal_text(page: Page, width: int) -> str:
    """A page for a terminal, in as many colours as its environment announces."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        legacy_windows=False,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as captured:
        for line in lay_out(page, width, BLOCKS):
            text = Text(no_wrap=True, overflow="ignore")
            for span in line:
                text.append(span.text, _COLOURS.get(span.style, ""))
            console.print(text, soft_wrap=True)
    return captured.get()
