"""The text of a new model file: a small model that works, with every other key beside it as a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from queuecalc.modelfile.document import (
    CallTable,
    ClassTable,
    ComponentTable,
    ContractTable,
    HeadTable,
    LoadTable,
    Table,
    keys_of,
)
from queuecalc.modelfile.schema import SCHEMA_FILE
from queuecalc.modelfile.sources import located

__all__ = ["write_start"]

_WIDTH = 118

_HEAD = f"""\
#:schema ./{SCHEMA_FILE}
# An architecture, the load on it and the contract that it must keep. `queuecalc size` on this file finds the
# cheapest number of units that does. A line "# key = value" shows a key that is left out; take the # away to use it.
# Editors complete keys and underline mistakes once the output of `queuecalc schema` lies beside this file as
# {SCHEMA_FILE}.
"""

_WEB = {
    "count": "[1, 20]",
    "servers": "8",
    "service_ms": "30",
    "scv": "1.5",
    "usd_per_month": "53",
    "availability_percent": "99.85",
    "waits": '"async"',
}
_DATABASE = {
    "count": "1",
    "servers": "4",
    "service_ms": "{ query = 12, insert = 8 }",
    "scv": "2",
    "usd_per_month": "128",
    "availability_percent": "99.85",
    "max_utilisation": "0.8",
}
_CALLS = (
    '{ from = "users", to = "web" }',
    '{ from = "web", to = "database.query", class = "read" }',
    '{ from = "web", to = "database.insert", class = "write" }',
)


def write_start(model: str | Path | None = None) -> str:
    """The text to begin a model file with.

    Args:
        model: the path or shipped name of a model whose text to take; None for a small one with every key
            explained.

    Raises:
        ModelError: there is no such model.
    """
    if model is not None:
        return located(model).text
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from _keys(HeadTable, {"format": "1", "title": '"A web service"'})
    yield from _section("contract", "What must hold at every moment of the load.")
    yield from _entry(
        "p95_ms", "250", "95 % of the requests are answered within this; p50_ms, p99_9_ms ... go as well"
    )
    active = {"availability_percent": "99.5", "budget_usd_per_month": "400", "timeout_ms": "2000"}
    yield from _keys(ContractTable, active)
    yield from _section("load", "What comes in, over time.")
    active = {
        "users": '{ shape = "day", base = 100, peak = 900 }',
        "requests_per_user_per_s": "0.2",
        "network_ms": "20",
    }
    yield from _keys(LoadTable, active)
    yield from _section("classes", "Classes of requests; calls can be for some of them only.")
    yield "read = { share = 0.9 }"
    yield "write = { share = 0.1 }"
    yield "# keys of a class, beside percentiles of its own (p95_ms):"
    yield from _keys(ClassTable, {})
    yield from _section(
        "components.web", "What one buys, one table each. `queuecalc list components` shows the kinds."
    )
    yield from _keys(ComponentTable, _WEB)
    yield from _section("components.database", "")
    yield from (f"{key} = {value}" for key, value in _DATABASE.items())
    yield from _section(
        "architecture", "Who calls whom. Every line that matches a caller and a class happens, in order."
    )
    yield "calls = ["
    yield from (f"  {line}," for line in _CALLS)
    yield "]"
    yield "# keys of a call:"
    yield from _keys(CallTable, {})
    yield ""


def _section(name: str, about: str) -> Iterator[str]:
    yield ""
    if about:
        yield f"# {about}"
    yield f"[{name}]"


def _keys(table: type[Table], active: Mapping[str, str]) -> Iterator[str]:
    """The keys of a table: those in use first, the others as comments with an example."""
    keys = keys_of(table)
    for key, value in active.items():
        yield from _entry(key, value, _said(keys[key]))
    for key, field in keys.items():
        if key not in active:
            yield from _entry(f"# {key}", _example(field), _said(field))


def _entry(key: str, value: str, said: str) -> Iterator[str]:
    """One key with what it means, on one line if it fits."""
    line = f"{key} = {value}"
    beside = f"{line:<40} # {said}"
    if len(beside) <= _WIDTH:
        yield beside
    else:
        yield f"# {said}:"
        yield line


def _said(field: Any) -> str:
    return str(field.description)


def _example(field: Any) -> str:
    examples: Iterable[str] = field.examples
    return next(iter(examples))
