"""A model with one limit of its contract taken out, or all of them relaxed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuecalc.architecture import Component, Model, PercentileTarget
from queuecalc.errors import InvalidInput

__all__ = ["relaxed_limits", "without_limit"]


_OWN_LIMITS = {
    "lag": "max_lag_s",
    "drain time": "drain_within_s",
    "utilisation": "max_utilisation",
    "retention": "retention_s",
}
"""Targets that a component sets itself, and the figure that holds the limit."""


def _without_figures(component: Component, **none: Any) -> Component:
    overrides = tuple(
        replace(override, changes={k: v for k, v in override.changes.items() if k not in none})
        for override in component.overrides
    )
    return replace(component, figures=replace(component.figures, **none), overrides=overrides)


def relaxed_limits(model: Model, violation: float, only: frozenset[tuple[str, str]] | None = None) -> Model:
    """The model where every limit but the budget may be broken by a relative violation.

    Seconds and utilisations may exceed their limits by that factor, the lost share its allowance. That lines drain
    and stations are stable stays as it is.

    Args:
        only: (target, subject), as in `ContractLine`, of the limits that are relaxed; None for all.
    """
    factor = 1.0 + violation

    def longer(value: Any, target: str, subject: str = "") -> Any:
        if value is None or not (only is None or (target, subject) in only):
            return value
        return value * factor

    def lower(availability: float | None, subject: str = "") -> float | None:
        if availability is None or not (only is None or ("availability", subject) in only):
            return availability
        return max(0.0, 1.0 - (1.0 - availability) * factor)

    def later(targets: tuple[PercentileTarget, ...], subject: str = "") -> tuple[PercentileTarget, ...]:
        return tuple(
            replace(target, seconds=longer(target.seconds, target.key.removesuffix("_ms"), subject))
            for target in targets
        )

    components = {}
    for name, component in model.components.items():
        figures = replace(
            component.figures,
            **{field: longer(getattr(component.figures, field), t, name) for t, field in _OWN_LIMITS.items()},
        )
        overrides = []
        for override in component.overrides:
            targets = {field: target for target, field in _OWN_LIMITS.items()}
            changes = {
                field: longer(value, targets[field], name) if field in targets else value
                for field, value in override.changes.items()
            }
            overrides.append(replace(override, changes=changes))
        components[name] = replace(component, figures=figures, overrides=tuple(overrides))
    every = only is None
    contract = replace(
        model.contract,
        percentiles=later(model.contract.percentiles),
        availability=lower(model.contract.availability),
        max_lag_s=longer(model.contract.max_lag_s, "lag") if every else model.contract.max_lag_s,
        drain_within_s=longer(model.contract.drain_within_s, "drain time")
        if every
        else model.contract.drain_within_s,
    )
    classes = {
        name: replace(
            item, percentiles=later(item.percentiles, name), availability=lower(item.availability, name)
        )
        for name, item in model.classes.items()
    }
    return replace(model, contract=contract, classes=classes, components=components)


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
    if target in _OWN_LIMITS:
        components = dict(model.components)
        components[subject] = _without_figures(components[subject], **{_OWN_LIMITS[target]: None})
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
