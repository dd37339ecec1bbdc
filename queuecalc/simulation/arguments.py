"""Arguments, checked before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from queuecalc.architecture import Model
from queuecalc.errors import InvalidInput

__all__ = ["checked_counts", "checked_levels", "checked_number", "checked_whole"]


def checked_counts(model: Model, counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of all components; a fixed count may be left out.

    Raises:
        InvalidInput: unknown names, missing counts, negative or fractional ones.
    """
    for name, count in counts.items():
        if name not in model.components:
            near = difflib.get_close_matches(name, model.components, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(model.components)}"
            raise InvalidInput(f"unknown component {name!r}; {hint}")
        if isinstance(count, bool) or int(count) != count or count < 0:
            raise InvalidInput(f"{name}: count {count!r}; expected a whole number >= 0")
    fixed = {
        name: item.figures.count[0]
        for name, item in model.components.items()
        if item.figures.count[0] == item.figures.count[1]
    }
    missing = [name for name in model.components if name not in counts and name not in fixed]
    if missing:
        raise InvalidInput(f"no count given for {', '.join(missing)}")
    return {name: int(counts[name]) if name in counts else fixed[name] for name in model.components}


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels of percentiles.

    Raises:
        InvalidInput: one outside (0, 1).
    """
    for level in levels:
        if not 0.0 < level < 1.0:
            raise InvalidInput(f"level {level!r}; expected a fraction between 0 and 1, as 0.95")
    return tuple(float(level) for level in levels)


def checked_whole(name: str, value: int, least: int) -> int:
    """A whole number that is large enough.

    Raises:
        InvalidInput: it is not.
    """
    if isinstance(value, bool) or int(value) != value or value < least:
        raise InvalidInput(f"{name} = {value!r}; expected a whole number >= {least}")
    return int(value)


def checked_number(name: str, value: float, *, above: float = 0.0, included: bool = False) -> float:
    """A finite number above a bound.

    Raises:
        InvalidInput: it is not.
    """
    number = float(value)
    if not (above < number < float("inf") or (included and number == above)):
        raise InvalidInput(f"{name} = {value!r}; expected a number {'>=' if included else '>'} {above:g}")
    return number
