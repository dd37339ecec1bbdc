"""A model with one limit of its contract taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuecalc.architecture import Component, Model
from queuecalc.errors import InvalidInput

__all__ = ["without_limit"]


def _without_figures(component: Component, **none: Any) -> Component:
    overrides = tuple(
        replace(override, changes={k: v for k, v in override.changes.items() if k not in none})
        for override in component.overrides
    )
    return replace(component, figures=replace(component.figures, **none), overrides=overrides)


def without_limit(model: Model, target: str, subject: str) -> Model:
    """The model without the contract line that a target and its subject name (as in `ContractLine`).

    Raises:
        InvalidInput: a line that is no choice of the user (stability).
    """
    contract = model.contract
    if target == "budget":
        return replace(model, contract=replace(contract, budget_usd_per_month=None))
    if target == "availability" and not subject:
        return replace(model, contract=replace(contract, availability=None))
    if target == "drained":
        return replace(model, contract=replace(contract, drained_by_end=False))
    if target in ("lag", "drain time", "utilisation", "retention"):
        field = {
            "lag": "max_lag_s",
            "drain time": "drain_within_s",
            "utilisation": "max_utilisation",
            "retention": "retention_s",
        }[target]
        components = dict(model.components)
        components[subject] = _without_figures(components[subject], **{field: None})
        if target == "lag":
            contract = replace(contract, max_lag_s=None)
        elif target == "drain time":
            contract = replace(contract, drain_within_s=None)
        return replace(model, components=components, contract=contract)
    if target == "availability":
        classes = dict(model.classes)
        classes[subject] = replace(classes[subject], availability=None)
        return replace(model, classes=classes)
    key = f"{target}_ms"
    if not subject and any(t.key == key for t in contract.percentiles):
        kept = tuple(t for t in contract.percentiles if t.key != key)
        return replace(model, contract=replace(contract, percentiles=kept))
    if subject in model.classes and any(t.key == key for t in model.classes[subject].percentiles):
        classes = dict(model.classes)
        kept = tuple(t for t in classes[subject].percentiles if t.key != key)
        classes[subject] = replace(classes[subject], percentiles=kept)
        return replace(model, classes=classes)
    raise InvalidInput(f"no limit of the contract is called {target!r} {subject!r}".rstrip())
