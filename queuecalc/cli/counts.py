"""The counts of a plan from what was typed, what the model fixes, and the cheapest plan."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from queuecalc.architecture import Component, Model

__all__ = ["complete_counts", "typed_counts"]

_UNLIMITED = 10**9


def typed_counts(model: Model, pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts by component, as typed.

    Raises:
        click.UsageError: a component that the model lacks, or one that is named twice.
    """
    counts: dict[str, int] = {}
    for name, count in pairs:
        if name not in model.components:
            near = difflib.get_close_matches(name, model.components, n=1)
            known = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(model.components)}"
            raise click.UsageError(f"--count {name}={count}: the model has no component {name!r}; {known}")
        if name in counts:
            raise click.UsageError(f"--count {name}: named twice, {counts[name]:,} and {count:,}")
        counts[name] = count
    return counts


def _range(component: Component, counts: Mapping[str, int]) -> tuple[int, int] | None:
    """The permitted counts while the others have these; None while that is open."""
    if any(override.other not in counts for override in component.overrides if "count" in override.changes):
        return None
    return component.figures_with({name for name, count in counts.items() if count > 0}).count


def _permitted(component: Component) -> str:
    least, most = component.figures.count
    return f"{least:,} to {most:,}" if most < _UNLIMITED else f"{least:,} or more"


def complete_counts(model: Model, typed: Mapping[str, int]) -> dict[str, int]:
    """The typed counts, and those that the model leaves no choice about.

    Raises:
        click.UsageError: some components have neither; all of them are named.
    """
    counts = dict(typed)
    open_names = [name for name in model.components if name not in counts]
    while True:
        fixed = {}
        for name in open_names:
            permitted = _range(model.components[name], counts)
            if permitted is not None and permitted[0] == permitted[1]:
                fixed[name] = permitted[0]
        if not fixed:
            break
        counts |= fixed
        open_names = [name for name in open_names if name not in counts]
    if open_names:
        missing = [f"{name} ({_permitted(model.components[name])})" for name in open_names]
        raise click.UsageError(
            f"no count for {', '.join(missing)}; add --count {open_names[0]}=N for each, "
            "or --from cheapest to take the rest from the cheapest plan"
        )
    return {name: counts[name] for name in model.components}
