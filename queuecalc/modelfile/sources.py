"""Where a model's text comes from: a path, a shipped model's name or standard input; and TOML into a document."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from queuecalc.errors import Fault, InternalError, ModelError
from queuecalc.modelfile.faults import nearest, printable

__all__ = [
    "CATALOGUE",
    "STDIN",
    "Text",
    "located",
    "number_of",
    "parsed",
    "shipped_folder",
    "shipped_models",
    "shipped_networks",
]

CATALOGUE = "components.toml"
STDIN = "-"

_PLACE = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


class Text:
    """A model's text, what to call it in messages, and the folder that its CSV files are relative to."""

    def __init__(self, text: str, source: str, folder: Path) -> None:
        self.text = text
        self.source = source
        self.folder = folder


@cache
def shipped_folder() -> Path:
    """The folder of the shipped models: inside the package, or beside it in an editable install.

    Raises:
        InternalError: there is none.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "models", package.parent / "models"):
        if (folder / CATALOGUE).is_file():
            return folder
    raise InternalError(f"no folder models/ with {CATALOGUE} in or beside {package}; install queuecalc again")


@cache
def shipped_models() -> Mapping[str, Path]:
    """The models that come with the package, by name, in alphabetical order.

    The name of a model in a sub-folder begins with the folder's: "mistakes/chatty-writes".
    """
    folder = shipped_folder()
    networks = set(shipped_networks().values())
    files = (path for path in folder.rglob("*.toml") if path != folder / CATALOGUE and path not in networks)
    named = {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}
    return MappingProxyType(dict(sorted(named.items())))


@cache
def shipped_networks() -> Mapping[str, Path]:
    """The plain networks that come with the package, by name, in alphabetical order."""
    files = sorted((shipped_folder() / "networks").glob("*.toml"))
    return MappingProxyType({path.stem: path for path in files})


def located(source: str | Path, shipped: Mapping[str, Path] | None = None, noun: str = "model") -> Text:
    """The text of an existing file, else of a shipped model; "-" is standard input.

    Args:
        source: a path, a name or "-".
        shipped: the files that have names; by default `shipped_models`.
        noun: what these are.

    Raises:
        ModelError: there is none of this name, or it is no UTF-8 text.
    """
    names = shipped_models() if shipped is None else shipped
    name = str(source)
    if name == STDIN:
        return Text(_decoded(sys.stdin.buffer.read(), "standard input"), "standard input", Path())
    path = Path(source)
    content, problem = _content(path)
    if content is not None:
        return Text(_decoded(content, name), name, path.parent)
    if name in names:
        found = names[name]
        return Text(_decoded(found.read_bytes(), name), name, found.parent)
    stem = path.name.removesuffix(".toml")
    hint = nearest(stem, names, f"shipped {noun}s")
    fault = Fault("file", problem, f"expected a {noun} file or the name of a shipped {noun}; {hint}")
    raise ModelError(name, (fault,))


def _content(path: Path) -> tuple[bytes | None, str]:
    """The bytes of a file, or why there are none."""
    try:
        return (None, "a folder") if path.is_dir() else (path.read_bytes(), "")
    except FileNotFoundError:
        return None, "no such file"
    except OSError as error:
        return None, f"a file that cannot be read ({error.strerror})"
    except ValueError as error:  # a name that no system accepts
        return None, f"a file that cannot be read ({error})"


def parsed(text: str, source: str) -> dict[str, Any]:
    """The document of a TOML text; numbers with a point or an exponent as decimals.

    Raises:
        ModelError: it is not TOML; the fault's path is the line and column.
    """
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=number_of)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(source, (_misplaced(str(error), text),)) from None
    except RecursionError:
        fault = Fault("file", "lists or tables nested too deeply", "expected a model file")
        raise ModelError(source, (fault,)) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise ModelError(source, (Fault("file", "", f"is not TOML: {error}"),)) from None


def number_of(text: str) -> Decimal:
    """A TOML float as a decimal."""
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("inf")


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}"
        raise ModelError(
            source, (Fault(f"line {line}", found, "expected UTF-8 text; save the file as UTF-8"),)
        ) from None


def _misplaced(message: str, text: str) -> Fault:
    """The place and the line of a TOML fault."""
    match = _PLACE.fullmatch(message)
    what = match["what"] if match else message
    says = f"is not TOML: {what[:1].lower()}{what[1:]}"
    if match is None or match["line"] is None:
        return Fault("end of file", "", says)
    line = text.splitlines()[int(match["line"]) - 1 :][:1]
    return Fault(
        f"line {match['line']}, column {match['column']}", printable((line or [""])[0].strip()), says
    )
