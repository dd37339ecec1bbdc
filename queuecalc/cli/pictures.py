"""A picture's file as it is typed: a suffix that can be written, in a folder that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    File = click.ParamType[Path]
else:  # older releases of click have no parameter here
    File = click.ParamType

__all__ = ["SUFFIXES", "PictureType"]

SUFFIXES = (".png", ".svg", ".pdf")
"""As in `queuecalc.report.figures`, which would load too much for a help text."""


class PictureType(File):
    """A file to be written; refused before anything is calculated for it."""

    name = "FILE"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or a usage error that says what is expected."""
        from pathlib import Path

        file = Path(value)
        if file.suffix.lower() not in SUFFIXES:
            known = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
            self.fail(f"{str(value)!r}: expected a file name that ends in {known}", param, ctx)
        if not file.parent.is_dir():
            self.fail(f"{str(value)!r}: there is no folder {str(file.parent)!r}; make it first", param, ctx)
        if file.is_dir():
            self.fail(f"{str(value)!r} is a folder; name a file", param, ctx)
        return file
