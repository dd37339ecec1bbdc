"""The faults of one reading: collected with their places, put in file order, raised all at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from queuecalc.errors import Fault, ModelError

__all__ = ["NAME", "Faults", "Path", "dotted", "meant", "nearest", "one_of", "printable", "shown"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead to a value of the document."""

NAME = re.compile(r"[\w-]+")
"""A name of a component, an operation or a class."""

_MISSING = object()
_LONGEST = 70
_MOST_NAMES = 12


class Faults:
    """Faults found so far, in the order of finding."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, Fault]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def touch(self, path: Path) -> bool:
        """Whether there is a fault at a place, inside it or around it."""
        return any(found[: len(path)] == path[: len(found)] for found, _ in self._found)

    def below(self, path: Path) -> bool:
        """Whether there is a fault at a place or inside it."""
        return any(found[: len(path)] == path for found, _ in self._found)

    def add(self, path: Path, expected: str, value: Any = _MISSING) -> None:
        """One fault: where, what would be right, and the value there if there is one."""
        found = "" if value is _MISSING else shown(value)
        self._found.append((path, Fault(dotted(path), found, printable(expected))))

    def error(self, source: str, document: Mapping[str, Any]) -> ModelError:
        """All of them as one error, in the order of the file; the same fault twice is one."""
        in_order = sorted(self._found, key=lambda item: _position(item[0], document))
        return ModelError(source, tuple(dict.fromkeys(fault for _, fault in in_order)))


def dotted(path: Path) -> str:
    """`architecture.calls.3.to`; a key that is no name in quotes."""
    return ".".join(str(step) if NAME.fullmatch(str(step)) else shown(step) for step in path)


def nearest(word: str, known: Iterable[str], noun: str) -> str:
    """What may have been meant instead of an unknown word; else the known ones."""
    names = list(known)
    hint = meant(word, names)
    if hint:
        return hint
    if not names:
        return f"there are no {noun}"
    rest = ", ..." if len(names) > _MOST_NAMES else ""
    return f"the {noun} are {', '.join(names[:_MOST_NAMES])}{rest}"


def meant(word: str, known: Iterable[str]) -> str:
    """What may have been meant: the nearest words, or those that hold it; "" if there is none."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    alike = [difflib.SequenceMatcher(None, word, name).ratio() for name in near]
    near = [name for name, ratio in zip(near, alike, strict=True) if ratio > alike[0] - 0.15]
    near = near or [name for name in names if len(word) > 2 and word in name][:3]
    return f"did you mean {one_of(near)}?" if near else ""


def one_of(names: Collection[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def printable(text: str) -> str:
    """A text with control characters written out."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown(value: Any) -> str:
    """A value as it would stand in the file, on one line, shortened."""
    text = _toml(value, depth=0)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 4] + " ..."


def _toml(value: Any, depth: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        inside = value[: _LONGEST + 1].replace("\\", "\\\\").replace('"', '\\"')
        return f'"{printable(inside)}"'
    if isinstance(value, int):
        return str(value) if value.bit_length() < 300 else f"a number of {value.bit_length()} bits"
    if isinstance(value, Decimal):
        return str(value).lower().replace("infinity", "inf")
    if isinstance(value, list | tuple | Mapping):
        mark = "{}" if isinstance(value, Mapping) else "[]"
        if depth > 3 and value:
            return f"{mark[0]}...{mark[1]}"
        few = list(value)[: _LONGEST // 2]
        if isinstance(value, Mapping):
            items = ", ".join(f"{key} = {_toml(value[key], depth + 1)}" for key in few)
            return f"{{ {items} }}" if items else "{}"
        return f"[{', '.join(_toml(item, depth + 1) for item in few)}]"
    return str(value)


def _position(path: Path, document: Any) -> tuple[int, ...]:
    """Where a path lies in the file: the rank of each key in its table; a key that is absent comes last."""
    ranks = []
    here = document
    for step in path:
        if isinstance(here, Mapping) and step in here:
            ranks.append(list(here).index(step))
            here = here[step]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            ranks.append(step)
            here = here[step]
        else:
            ranks.append(len(here) if isinstance(here, Mapping | list) else 0)
            here = None
    return tuple(ranks)
