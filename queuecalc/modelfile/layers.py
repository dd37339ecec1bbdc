"""Layers of a component's figures: the kind's, the component's own, an override's. What is written above wins.

Tables (operations, drops) are merged key by key. Keys that say the same thing in two ways replace one another:
`service` and `service_ms` for an operation, hours and a percentage for the availability.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from queuecalc.modelfile.document import FiguresTable
from queuecalc.modelfile.laws import takes_scv

__all__ = ["SERVICES", "Layer", "Service", "layer_of", "stacked"]

Layer: TypeAlias = dict[str, Any]
"""Figures by key of the file; `SERVICES` holds the service of each operation."""

Service: TypeAlias = Decimal | Mapping[str, Decimal]
"""A mean in milliseconds, or milliseconds by percentile key; "" is the operation of a single number."""

SERVICES = "services"
_HOURS = ("mtbf_h", "mttr_h")


def layer_of(table: FiguresTable) -> Layer:
    """What one table writes."""
    layer: Layer = {
        key: value
        for key, value in table.written().items()
        if key in FiguresTable.model_fields and key not in ("kind", "service_ms", "service")
    }
    services = (table.service_ms or {}) | (table.service or {})
    return layer | ({SERVICES: services} if services else {})


def stacked(below: Layer, above: Layer) -> Layer:
    """One layer upon another."""
    result = {key: value for key, value in below.items() if not _replaced(key, value, above)}
    result |= above
    result |= {key: below[key] | above[key] for key in ("drops",) if key in below and key in above}
    named = below.get(SERVICES, {})
    added = above.get(SERVICES, {})
    if named and added and "" not in named and "" not in added:
        result[SERVICES] = named | added
    if any(key in result for key in _HOURS):
        result.pop("availability_percent", None)
    return result


def _replaced(key: str, value: Any, above: Layer) -> bool:
    """Whether what is written above makes a key below void, though it is another key."""
    if key in _HOURS:
        return "availability_percent" in above and not any(hours in above for hours in _HOURS)
    if key == "scv":  # a law comes that has an SCV of its own
        return "shape" in above or ("law" in above and not takes_scv(above["law"]))
    if key == "shape":
        return "scv" in above or above.get("law", "pareto") != "pareto"
    return key == "law" and "scv" in above and not takes_scv(value)
