"""The JSON schema of a model file, which lets an editor complete keys and underline mistakes."""

from __future__ import annotations

from typing import Any

from queuecalc.modelfile.document import Document, FiguresTable
from queuecalc.modelfile.kinds import catalogue
from queuecalc.modelfile.values import PERCENTILE

__all__ = ["SCHEMA_FILE", "json_schema"]

SCHEMA_FILE = "queuecalc.schema.json"


def json_schema() -> dict[str, Any]:
    """The schema of a model file, draft 2020-12."""
    schema = _plain(Document.model_json_schema())
    tables = schema["$defs"]
    tables["FiguresTable"] = _plain(FiguresTable.model_json_schema())
    for key in ("with", "without"):
        by_name = tables["ComponentTable"]["properties"][key]["patternProperties"]
        by_name.update({name: {"$ref": "#/$defs/FiguresTable"} for name in by_name})
    for name in ("ComponentTable", "FiguresTable"):
        tables[name]["properties"]["kind"]["enum"] = list(catalogue())
    for name in ("ContractTable", "ClassTable"):
        percentile = tables[name]["additionalProperties"]
        tables[name] |= {
            "patternProperties": {f"^{PERCENTILE.pattern}$": percentile},
            "additionalProperties": False,
        }
    tables["CallTable"]["required"] = ["from", "to"]
    schema["required"] = ["format", "load", "components"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A model file of queuecalc",
        **schema,
    }


def _plain(node: Any) -> Any:
    """Without the titles, examples and null defaults that pydantic adds."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    added = {
        key for key, each in node.items() if key == "examples" or (key == "title" and isinstance(each, str))
    }
    added |= {key for key, each in node.items() if key == "default" and each is None}
    return {key: _plain(each) for key, each in node.items() if key not in added}
