"""Edits by dotted path, before validation: `components.server.count=4`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from queuecalc.load import SHAPES
from queuecalc.modelfile.curves import CSV_KEYS, parameters
from queuecalc.modelfile.document import (
    ArchitectureTable,
    CallTable,
    ClassTable,
    ComponentTable,
    ContractTable,
    Document,
    FiguresTable,
    LoadTable,
)
from queuecalc.modelfile.faults import Faults, Path, dotted, nearest, shown
from queuecalc.modelfile.sources import number_of
from queuecalc.modelfile.tables import expected_keys
from queuecalc.modelfile.values import PERCENTILE

__all__ = ["Children", "with_settings"]

_INDEX = re.compile(r"\[(\d+)\]")

Children: TypeAlias = Callable[[Path, Mapping[str, Any], Mapping[str, Any]], list[str] | None]
"""(path, document, what stands there) -> the keys that may be set there; None where any name will do."""


def with_settings(
    document: Mapping[str, Any],
    settings: Iterable[str],
    *,
    source: str = "text",
    children: Children | None = None,
) -> dict[str, Any]:
    """A document with some values changed or added.

    Args:
        document: what TOML parses into.
        settings: PATH=VALUE; PATH as in the messages (`architecture.calls.3.times`, positions from 0), VALUE in
            TOML or, if it is none, bare text.
        source: what to call the document in messages.
        children: the keys of a document of another kind than a model.

    Raises:
        ModelError: for every setting without "=" and for every path that leads nowhere, with the nearest ones.
    """
    edited: dict[str, Any] = dict(document)
    faults = Faults()
    for at, setting in enumerate(settings):
        if not at:
            edited = deepcopy(edited)
        where, equals, value = setting.partition("=")
        if not equals:
            faults.add(("--set",), "expected PATH=VALUE, such as components.server.count=4", setting)
            continue
        _put(edited, _steps(where), _value(value.strip()), children or _children, faults)
    if faults:
        raise faults.error(source, edited)
    return edited


def _steps(where: str) -> Path:
    """The keys and positions of a path; `[3]` is the same as `.3`."""
    return tuple(_INDEX.sub(r".\1", where).strip().split("."))


def _value(text: str) -> Any:
    """A value in TOML; bare text is a string."""
    try:
        parsed = tomllib.loads(f"value = {text}", parse_float=number_of)
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if len(parsed) == 1 else text


def _put(document: dict[str, Any], steps: Path, value: Any, children: Children, faults: Faults) -> None:
    """Sets one value; tables on the way that the file leaves out are made."""
    here: Any = document
    for at, step in enumerate(steps):
        path = steps[: at + 1]
        last = at == len(steps) - 1
        if isinstance(here, list):
            if not str(step).isdecimal() or int(step) >= len(here):
                there = f"the positions are 0 to {len(here) - 1}" if here else "it is empty"
                faults.add(path, f"no such place in a list; {there}")
                return
            step = int(step)  # noqa: PLW2901 (a position from here on)
        elif not isinstance(here, dict):
            faults.add(path, f"no such place: {dotted(steps[:at])} is {shown(here)}")
            return
        elif step not in here:
            known = children(steps[:at], document, here)
            if known is not None and step not in known and not _is_percentile(steps[:at], str(step)):
                faults.add(path, f"no such place; {nearest(str(step), known, 'places here')}")
                return
            if not last:
                here[step] = {}
        if last:
            here[step] = value
            return
        here = here[step]


def _is_percentile(path: Path, key: str) -> bool:
    return (path == ("contract",) or path[:1] == ("classes",)) and PERCENTILE.fullmatch(key) is not None


def _children(path: Path, document: Mapping[str, Any], here: Mapping[str, Any]) -> list[str] | None:
    """The keys that may be set at a path; None where any name will do."""
    components = list(document.get("components", ()))
    match path:
        case ():
            return expected_keys(Document)
        case ("contract",):
            return expected_keys(ContractTable)
        case ("load",):
            return expected_keys(LoadTable)
        case ("load", _):
            shape = here.get("shape")
            return ["shape", *(parameters(shape) if shape in SHAPES else ()), *CSV_KEYS]
        case ("classes",):
            return list(here) or ["request"]
        case ("classes", _):
            return expected_keys(ClassTable)
        case ("components",):
            return components
        case ("components", _):
            return expected_keys(ComponentTable)
        case ("components", _, "with" | "without"):
            return components
        case ("components", _, "with" | "without", _):
            return expected_keys(FiguresTable)
        case ("architecture",):
            return expected_keys(ArchitectureTable)
        case ("architecture", "calls", _):
            return expected_keys(CallTable)
    return None
