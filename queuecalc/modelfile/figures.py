"""Components: layers of figures into `Figures`, `with.X` and `without.X` into overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Literal

from queuecalc.architecture import NOBODY, USERS, Component, Figures, Override
from queuecalc.errors import InvalidInput
from queuecalc.law import Law
from queuecalc.modelfile.document import ComponentTable, FiguresTable
from queuecalc.modelfile.faults import Faults, Path, nearest
from queuecalc.modelfile.kinds import catalogue, table_of
from queuecalc.modelfile.layers import SERVICES, Layer, Service, layer_of, stacked
from queuecalc.modelfile.services import service_law
from queuecalc.modelfile.tables import read_override

__all__ = ["read_component"]


def _as_it_is(value: Any) -> Any:
    return value


def _times(factor: str) -> Callable[[Decimal], float]:
    """Into the library's unit, rounded once."""
    return lambda value: float(value * Decimal(factor))


_MILLI, _PERCENT, _MINUTE, _HOUR = _times("0.001"), _times("0.01"), _times("60"), _times("3600")

_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "count": ("count", _as_it_is),
    "servers": ("servers", _as_it_is),
    "fixed_delay_ms": ("fixed_delay_s", _MILLI),
    "usd_per_month": ("usd_per_month", _as_it_is),
    "usd_per_million_calls": ("usd_per_million_calls", _as_it_is),
    "usd_per_gb": ("usd_per_gb", _as_it_is),
    "kb_per_call": ("kb_per_call", float),
    "pooling": ("pooling", _as_it_is),
    "partitions": ("partitions", _as_it_is),
    "retention_h": ("retention_s", _HOUR),
    "max_queue": ("max_queue", _as_it_is),
    "max_rate_per_s": ("max_rate_per_s", float),
    "initial_backlog": ("initial_backlog", float),
    "max_utilisation": ("max_utilisation", float),
    "max_lag_min": ("max_lag_s", _MINUTE),
    "drain_within_h": ("drain_within_s", _HOUR),
    "drops": ("drops", lambda drops: {name: float(share) for name, share in drops.items()}),
    "needs": ("needs", _as_it_is),
    "when_down": ("when_down", _as_it_is),
    "failure": ("failure", _as_it_is),
    "availability_percent": ("availability", _PERCENT),
    "waits": ("waits", _as_it_is),
}
"""The field of `Figures` that a key sets, and the conversion of its unit."""

_ANY_COUNT = (1, 1000)
"""Units that one may buy where neither the file nor the kind says how many."""

_SHARED: Mapping[str, tuple[str, ...]] = {
    "service_ms": ("operations",),
    "service": ("operations",),
    "scv": ("operations",),
    "law": ("operations",),
    "shape": ("operations",),
    "mtbf_h": ("mtbf_h", "mttr_h", "availability"),
    "mttr_h": ("mtbf_h", "mttr_h", "availability"),
    "availability_percent": ("mtbf_h", "mttr_h", "availability"),
}
"""Keys that set a field together with others."""


def read_component(
    name: str, table: ComponentTable, names: Mapping[str, Any], faults: Faults
) -> Component | None:
    """One component; None if its figures cannot be known."""
    path: Path = ("components", name)
    if name in (USERS, NOBODY):
        faults.add(path, f'expected another name: "{name}" has a meaning of its own in calls')
    own = layer_of(table)
    kind = _kind(table.kind, path, faults)
    if kind is None:
        return None
    _twice(table, path, faults)
    base = stacked(layer_of(kind), own)
    figures = _figures(base, path, faults)
    sound = None if faults.below(path) else figures  # or an override would repeat the faults
    overrides = []
    tables: tuple[tuple[Literal["with", "without"], Mapping[str, Any] | None], ...] = (
        ("with", table.with_),
        ("without", table.without),
    )
    for when, others in tables:
        for other, raw in (others or {}).items():
            place = (*path, when, other)
            changed = read_override(raw, place, faults)
            if other not in names or other == name:
                strangers = [each for each in names if each != name]
                hint = (
                    "a component cannot change with itself"
                    if other == name
                    else nearest(other, strangers, "components")
                )
                faults.add(place, f"expected another component; {hint}")
            override = _override(when, other, changed, own, base, sound, place, faults)
            if override is not None:
                overrides.append(override)
    if figures is None:
        return None
    return Component(
        name=name,
        kind=table.kind or "",
        title=table.title or kind.title or name,
        figures=figures,
        overrides=tuple(overrides),
        sources=_sources(table, kind, base),
    )


def _kind(kind: str | None, path: Path, faults: Faults) -> ComponentTable | None:
    """The kind's own table; an empty one if there is no kind, None if it is unknown."""
    if kind is None:
        return ComponentTable()
    if kind in catalogue():
        return table_of(kind)
    faults.add(
        (*path, "kind"), f"expected a kind of the catalogue; {nearest(kind, catalogue(), 'kinds')}", kind
    )
    return None


def _override(
    when: Literal["with", "without"],
    other: str,
    table: FiguresTable,
    own: Layer,
    base: Layer,
    figures: Figures | None,
    path: Path,
    faults: Faults,
) -> Override | None:
    """What changes: every field that a written key sets, and any that differs."""
    _twice(table, path, faults)
    if figures is None:
        return None
    if table.kind is not None:
        kind = _kind(table.kind, path, faults)
        if kind is None:
            return None
        base = stacked(layer_of(kind), own)
    changed = _figures(stacked(base, layer_of(table)), path, faults)
    if changed is None:
        return None
    touched = {each for key in table.model_fields_set for each in _SHARED.get(key, _FIELDS.get(key, ())[:1])}
    changes = {
        field.name: getattr(changed, field.name)
        for field in fields(Figures)
        if field.name in touched or getattr(changed, field.name) != getattr(figures, field.name)
    }
    return Override(when=when, other=other, changes=changes)


def _figures(layer: Layer, path: Path, faults: Faults) -> Figures | None:
    """All figures of one layer upon its kind."""
    known = {field: convert(layer[key]) for key, (field, convert) in _FIELDS.items() if key in layer}
    operations = _operations(layer, path, faults)
    known |= _hours(layer, path, faults)
    if layer.get("usd_per_gb") and "kb_per_call" not in layer and not faults.touch((*path, "kb_per_call")):
        faults.add((*path, "kb_per_call"), "missing; expected kilobytes per call beside usd_per_gb")
    return None if operations is None else Figures(operations=operations, **({"count": _ANY_COUNT} | known))


def _hours(layer: Layer, path: Path, faults: Faults) -> dict[str, float]:
    """The availability, where the layer gives hours."""
    given = {key: layer[key] for key in ("mtbf_h", "mttr_h") if key in layer}
    if len(given) == 1:
        (has,) = given
        lacks = "mttr_h" if has == "mtbf_h" else "mtbf_h"
        if not faults.touch((*path, lacks)):
            faults.add((*path, lacks), f"missing; expected hours beside {has}")
        return {}
    if not given:
        return {}
    up, down = given["mtbf_h"], given["mttr_h"]
    return {"mtbf_h": float(up), "mttr_h": float(down), "availability": float(up / (up + down))}


def _operations(layer: Layer, path: Path, faults: Faults) -> dict[str, Law] | None:
    """The service law of each operation; None if there is none, or one cannot be made."""
    services: Mapping[str, Service] = layer.get(SERVICES, {})
    if not services:
        if not any(faults.touch((*path, key)) for key in ("service_ms", "service", "kind")):
            faults.add((*path, "service_ms"), "missing; expected milliseconds, or a kind that brings them")
        return None
    scv, law, shape = layer.get("scv"), layer.get("law"), layer.get("shape")
    operations: dict[str, Law] = {}
    for operation, service in services.items():
        try:
            operations[operation] = service_law(service, law, _number(scv), _number(shape))
        except InvalidInput as error:
            given = [(key, value) for key, value in (("shape", shape), ("scv", scv)) if value is not None]
            key, value = given[0] if given else ("law", law)
            faults.add((*path, key), str(error), value)
            return None
    return operations


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _twice(table: FiguresTable, path: Path, faults: Faults) -> None:
    """Two keys of one table that say different things of one figure."""
    means, percentiles = table.service_ms or {}, table.service or {}
    both = means.keys() & percentiles.keys()
    if means and percentiles and (both or "" in means or "" in percentiles):
        about = "for every operation" if "" in means | percentiles else f"for {', '.join(sorted(both))}"
        faults.add((*path, "service"), f"service_ms says it, too, {about}; expected one of them")
    if percentiles and not means:
        for key in ("scv", "law", "shape"):
            if key in table.model_fields_set:
                value = getattr(table, key)
                faults.add((*path, key), "the percentiles of `service` say it all; remove one of them", value)


def _sources(table: ComponentTable, kind: ComponentTable, base: Layer) -> dict[str, str]:
    """Where each figure that counts comes from, by key."""
    services = {"service_ms", "service"}
    written = [key for key in FiguresTable.model_fields if key in table.model_fields_set and key != "kind"]
    below = (kind.sources or {}).items()
    kept = {
        key: said for key, said in below if key in base or (key in services and not services & set(written))
    }
    return {**kept, **dict.fromkeys(written, "written here"), **(table.sources or {})}
