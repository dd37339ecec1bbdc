"""The catalogue: the kinds of component with their figures, one table each in models/components.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from queuecalc.modelfile.document import ComponentTable
from queuecalc.modelfile.faults import Faults
from queuecalc.modelfile.sources import CATALOGUE, parsed, shipped_folder
from queuecalc.modelfile.tables import read_table

__all__ = ["Kind", "catalogue", "table_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of component.

    Attributes:
        name: what `kind = "..."` says.
        title: what people call it.
        figures: by key of the model file, as written.
        sources: where each figure comes from, and of what date.
    """

    name: str
    title: str
    figures: Mapping[str, Any]
    sources: Mapping[str, str]


@cache
def catalogue() -> Mapping[str, Kind]:
    """The kinds that come with the package, by name, in the order of the file."""
    return MappingProxyType(
        {
            name: Kind(
                name=name,
                title=table.get("title", name),
                figures=MappingProxyType({k: v for k, v in table.items() if k not in ("title", "sources")}),
                sources=MappingProxyType(dict(table.get("sources", {}))),
            )
            for name, table in _document().items()
        }
    )


@cache
def table_of(kind: str) -> ComponentTable:
    """The validated table of a kind that the catalogue holds.

    Raises:
        ModelError: the catalogue itself is at fault.
    """
    faults = Faults()
    table = read_table(ComponentTable, _document()[kind], (kind,), faults)
    if faults:
        raise faults.error(CATALOGUE, _document())
    return table


@cache
def _document() -> dict[str, Any]:
    return parsed((shipped_folder() / CATALOGUE).read_text(encoding="utf-8"), CATALOGUE)
