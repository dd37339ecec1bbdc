"""A figure as a file."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from queuecalc.errors import InvalidInput
from queuecalc.report.figures.assembly import house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SUFFIXES", "write_figure"]

SUFFIXES = (".png", ".svg", ".pdf")
"""The kinds of file that can be written."""

_DPI = 160
_DATES = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def write_figure(figure: Figure, path: str | PathLike[str]) -> None:
    """Write a figure; the same figure gives the same bytes. An existing file is replaced.

    Args:
        figure: what to write.
        path: a file in a folder that exists; the suffix decides the form: .png, .svg or .pdf.

    Raises:
        InvalidInput: another suffix.
        OSError: the file cannot be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidInput(f"{file}: unknown suffix {file.suffix!r}; expected {', '.join(SUFFIXES)}")
    made = io.BytesIO()
    with house_style():
        figure.savefig(made, format=suffix[1:], dpi=_DPI, metadata=_DATES[suffix])
    file.write_bytes(made.getvalue())
