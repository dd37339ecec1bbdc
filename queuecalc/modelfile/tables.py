"""Reading one table of the document: pydantic finds the faults, this room says them in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from queuecalc.modelfile.document import ComponentTable, Document, FiguresTable, HeadTable, Table, keys_of
from queuecalc.modelfile.faults import NAME, Faults, Path, dotted, nearest
from queuecalc.modelfile.values import percentile_level
from queuecalc.modelfile.words import NAME_PHRASE

__all__ = ["expected_keys", "read_head", "read_named", "read_override", "read_table"]

_COMMON_PERCENTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "p99_9_ms")

AnyTable = TypeVar("AnyTable", bound=Table)


def expected_keys(table: type[Table]) -> list[str]:
    """The keys that a table may hold, to find the nearest to an unknown one."""
    return [*keys_of(table), *(_COMMON_PERCENTILES if table.percentiles else ())]


def read_table(
    table: type[AnyTable], raw: Any, path: Path, faults: Faults, *, keys: type[Table] | None = None
) -> AnyTable:
    """The table, without the keys that are at fault.

    Args:
        table: what it is validated as.
        raw: what TOML parsed into.
        path: where it stands.
        faults: takes what is found.
        keys: the table whose keys may be written, if these are others.
    """
    if not isinstance(raw, Mapping):
        faults.add(
            path, f"expected a table, {'{ ... }' if isinstance(path[-1], int) else f'[{dotted(path)}]'}", raw
        )
        raw = {}
    known = keys or table
    sound = {key: value for key, value in raw.items() if not _wrong_key(known, key, value, path, faults)}
    try:
        return table.model_validate(sound)
    except ValidationError as error:
        wrong = set()
        for item in error.errors(include_url=False):
            key = item["loc"][0]
            wrong.add(key)
            for inside, found, expected in item["ctx"]["refused"].faults:
                faults.add((*path, key, *inside), expected, found)
        return table.model_validate({key: value for key, value in sound.items() if key not in wrong})


def read_head(document: Mapping[str, Any], faults: Faults, whole: type[HeadTable] = Document) -> HeadTable:
    """The keys outside all tables; the names of the tables of a `whole` document are known, too."""
    tables = keys_of(whole).keys() - keys_of(HeadTable).keys()
    outside = {key: each for key, each in document.items() if key not in tables}
    return read_table(HeadTable, outside, (), faults, keys=whole)


def read_override(raw: Any, path: Path, faults: Faults) -> ComponentTable:
    """A `with.X` or `without.X`: a component's table that holds figures alone."""
    return read_table(ComponentTable, raw, path, faults, keys=FiguresTable)


def read_named(raw: Any, path: Path, faults: Faults) -> dict[str, Any]:
    """The entries of a table of tables whose names are names."""
    if not isinstance(raw, Mapping):
        faults.add(path, f"expected a table, [{path[0]}]", raw)
        return {}
    for name in raw:
        if not NAME.fullmatch(name):
            faults.add((*path, name), f"expected {NAME_PHRASE}", name)
    return dict(raw)


def _wrong_key(table: type[Table], key: str, value: Any, path: Path, faults: Faults) -> bool:
    """Whether a table has no such key; says so."""
    if key in keys_of(table):
        return False
    level = percentile_level(key) if table.percentiles else None
    if level is None:
        faults.add((*path, key), f"unknown key; {nearest(key, expected_keys(table), 'keys here')}", value)
    elif not 0 < level < 1:
        faults.add((*path, key), "expected a percentile above 0 and below 100, such as p95_ms", value)
    return level is None or not 0 < level < 1
