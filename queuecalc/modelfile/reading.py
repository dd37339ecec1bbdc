"""From a document to a model: part by part, so that a fault in one does not hide those of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from queuecalc.architecture import Call, Component, Model, RequestClass
from queuecalc.modelfile.document import CallTable, ComponentTable
from queuecalc.modelfile.edges import CALLS, check_calls, read_calls
from queuecalc.modelfile.faults import Faults, Path, nearest, one_of
from queuecalc.modelfile.figures import read_component
from queuecalc.modelfile.round import check_round
from queuecalc.modelfile.settings import with_settings
from queuecalc.modelfile.sources import located, parsed
from queuecalc.modelfile.tables import read_head, read_named, read_table
from queuecalc.modelfile.terms import read_classes, read_contract, read_load

__all__ = ["read_document", "read_model", "read_text"]


def read_model(source: str | FilePath, *, settings: Iterable[str] = ()) -> Model:
    """The model of a file.

    Args:
        source: an existing path, else the name of a shipped model; "-" is standard input.
        settings: edits before validation, `"components.server.count=4"`.

    Raises:
        ModelError: every fault at once, each with its dotted path, what was found and what was expected.
    """
    found = located(source)
    return read_text(found.text, source=found.source, folder=found.folder, settings=settings)


def read_text(
    text: str,
    *,
    source: str = "text",
    folder: str | FilePath = ".",
    settings: Iterable[str] = (),
) -> Model:
    """The model of a TOML text.

    Args:
        text: the content of a model file.
        source: what to call it in messages.
        folder: what the paths of CSV files are relative to.
        settings: edits before validation, as for `read_model`.

    Raises:
        ModelError: as for `read_model`.
    """
    document = with_settings(parsed(text, source), settings, source=source)
    return read_document(document, source=source, folder=folder)


def read_document(
    document: Mapping[str, Any], *, source: str = "text", folder: str | FilePath = "."
) -> Model:
    """The model of a document, which is what TOML parses into.

    Raises:
        ModelError: as for `read_model`.
    """
    faults = Faults()
    head = read_head(document, faults)
    if "format" not in document:
        faults.add(("format",), "missing; expected format = 1")
    contract = read_contract(document.get("contract", {}), faults)
    load = read_load(document.get("load"), FilePath(folder), faults)
    classes = read_classes(document.get("classes"), faults)
    components = _components(document, classes, faults)
    calls = _calls(document, components, classes, faults)
    raw = document.get("load")
    if isinstance(raw, Mapping) and "think_s" in raw:
        check_round(classes, components, calls, faults)
    if faults or load is None:
        raise faults.error(source, document)
    return Model(
        title=head.title or source,
        notes=head.notes or "",
        contract=contract,
        load=load,
        classes=classes,
        components={name: component for name, component in components.items() if component is not None},
        calls=calls,
        source=source,
    )


def _components(
    document: Mapping[str, Any], classes: Mapping[str, RequestClass], faults: Faults
) -> dict[str, Component | None]:
    """By name; None for one that is at fault."""
    path: Path = ("components",)
    raw = document.get("components")
    if raw is None or raw == {}:
        faults.add(path, "missing; expected at least one component, [components.NAME]")
        return {}
    named = read_named(raw, path, faults)
    tables = {name: read_table(ComponentTable, each, (*path, name), faults) for name, each in named.items()}
    components = {name: read_component(name, table, tables, faults) for name, table in tables.items()}
    for component in components.values():
        if component is not None:
            _check_names(component, components, classes, faults)
    return components


def _check_names(
    component: Component,
    components: Mapping[str, Component | None],
    classes: Mapping[str, RequestClass],
    faults: Faults,
) -> None:
    """Classes that are dropped and components that are needed exist and can be had."""
    variants: list[tuple[Path, Mapping[str, Any]]] = [
        (
            ("components", component.name),
            {"drops": component.figures.drops, "needs": component.figures.needs},
        ),
        *(
            (("components", component.name, each.when, each.other), each.changes)
            for each in component.overrides
        ),
    ]
    for path, figures in variants:
        for name in figures.get("drops", ()):
            if name not in classes:
                faults.add(
                    (*path, "drops", name),
                    f"expected a class; {nearest(name, classes, 'classes')}",
                    figures["drops"][name],
                )
        needs = figures.get("needs", ())
        for name in needs:
            if name not in components:
                faults.add(
                    (*path, "needs"), f"expected a component; {nearest(name, components, 'components')}", name
                )
        if (
            needs
            and _most(component)
            and not any(name not in components or _most(components[name]) for name in needs)
        ):
            said = f"needs {one_of(needs)}, of which none may be bought"
            faults.add(
                (*path, "needs"), f"{said}; expected one with a count above 0, or count = 0 here", list(needs)
            )


def _most(component: Component | None) -> int:
    """The most units that one may ever buy (1 for a component at fault)."""
    if component is None:
        return 1
    most = [component.figures.count[1]]
    most += [each.changes["count"][1] for each in component.overrides if "count" in each.changes]
    return max(most)


def _calls(
    document: Mapping[str, Any],
    components: Mapping[str, Component | None],
    classes: Mapping[str, RequestClass],
    faults: Faults,
) -> tuple[Call, ...]:
    raw = document.get("architecture", {})
    if not isinstance(raw, Mapping):
        faults.add(("architecture",), "expected a table, [architecture]", raw)
        return ()
    for key in raw.keys() - {"calls"}:
        faults.add(("architecture", key), f"unknown key; {nearest(key, ['calls'], 'keys here')}", raw[key])
    calls = raw.get("calls", [])
    if not isinstance(calls, list):
        faults.add(CALLS, "expected a list of lines { from = ..., to = ... }", calls)
        return ()
    tables = [read_table(CallTable, each, (*CALLS, at), faults) for at, each in enumerate(calls)]
    lines = read_calls(tables, components, classes, faults)
    sound = {name: component for name, component in components.items() if component is not None}
    if (
        not components
        or len(sound) < len(components)
        or faults.below(("architecture",))
        or faults.below(("classes",))
    ):
        return lines
    return check_calls(lines, sound, classes, faults)
