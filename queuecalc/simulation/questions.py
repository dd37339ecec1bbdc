"""What the calculation is to be asked, so that it speaks of what the simulation sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from queuecalc.architecture import Component, Model, PercentileTarget
from queuecalc.errors import InvalidInput
from queuecalc.load import Curve
from queuecalc.simulation.arguments import checked_levels

__all__ = ["LEVELS", "along", "checked_rate", "held_still"]

LEVELS = (0.5, 0.95, 0.99)
LEAST_RATE, MOST_RATE = 1e-9, 1e12
"""Requests per second that a clock of sixteen digits can tell apart."""
FAILURES = ("availability", "mtbf_h", "mttr_h")


def held_still(model: Model, hour: float | None = None, levels: Sequence[float] = LEVELS) -> Model:
    """The model at one hour for ever: its load constant, every unit up, no backlog at first, percentiles asked
    for in every class.

    What `evaluate` says of it is what `simulate` looks at.

    Args:
        hour: of the load curve; the hour of its peak by default.

    Raises:
        InvalidInput: an hour without requests, a level outside (0, 1).
    """
    curve = model.load.curve
    when = curve.peak_hour if hour is None else float(hour)
    checked_rate(model, when)
    users = model.load.waiting_users
    still = _asked(model, levels)
    return replace(
        still,
        load=replace(
            model.load,
            curve=Curve.constant(curve.at(when)),
            users=None if users is None else Curve.constant(users.at(when)),
        ),
        components={
            name: _without(item, *FAILURES, "initial_backlog") for name, item in model.components.items()
        },
    )


def along(
    model: Model,
    *,
    between: tuple[float, float] | None = None,
    failures: bool = False,
    levels: Sequence[float] = LEVELS,
) -> Model:
    """The model along its curve, or a part of it, percentiles asked for in every class; units that never fail
    unless they are to.

    What `evaluate` says of it is what `simulate_curve` looks at.

    Args:
        between: first and last hour; all of the curve by default.
        failures: whether units fail.

    Raises:
        InvalidInput: a part of no length, or beyond the curve.
    """
    followed = _asked(model, levels)
    if between is not None:
        users = model.load.waiting_users
        part = replace(
            model.load,
            curve=_part(model.load.curve, *between),
            users=None if users is None else _part(users, *between),
        )
        followed = replace(followed, load=part)
    if failures:
        return followed
    components = {name: _without(item, *FAILURES) for name, item in model.components.items()}
    return replace(followed, components=components)


def checked_rate(model: Model, hour: float) -> float:
    """Requests per second in the contract at an hour; of all classes where none of them is in it.

    Raises:
        InvalidInput: there are none.
    """
    load = model.load.curve.at(hour)
    classes = model.classes.values()
    rate = sum(item.rate(load) for item in classes if item.in_contract)
    rate = rate or sum(item.rate(load) for item in classes)
    if rate <= 0.0:
        raise InvalidInput(f"hour {hour:g} has no requests; name another one")
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise InvalidInput(
            f"hour {hour:g} has {rate:g} requests/s; expected {LEAST_RATE:g} to {MOST_RATE:g} in a simulation"
        )
    return rate


def _part(curve: Curve, begin: float, end: float) -> Curve:
    first, last = float(curve.hours[0]), float(curve.hours[-1])
    if not first <= begin < end <= last:
        raise InvalidInput(
            f"between {begin:g} and {end:g}: expected two hours of the curve, {first:g} to {last:g}, in order"
        )
    slots = curve.slots
    hours: list[float] = []
    values: list[float] = []
    for start, stop, left, right in zip(slots.start_h, slots.end_h, slots.left, slots.right, strict=True):
        low, high = max(float(start), begin), min(float(stop), end)
        if low < high:
            rise = (right - left) / (stop - start)
            ends = (low, float(left + rise * (low - start))), (high, float(left + rise * (high - start)))
            for hour, value in ends:
                if not hours or (hour, value) != (hours[-1], values[-1]):
                    hours.append(hour)
                    values.append(value)
    if not any(values):
        raise InvalidInput(f"between {begin:g} and {end:g}: no requests; name other hours")
    return Curve(hours=np.array(hours), values=np.maximum(values, 0.0))


def _asked(model: Model, levels: Sequence[float]) -> Model:
    """Percentiles of every class in the contract, and of all together; nothing else is asked of a class."""
    targets = tuple(
        PercentileTarget(key=f"p{100.0 * level:g}_ms".replace(".", "_"), level=level, seconds=math.inf)
        for level in checked_levels(levels)
    )
    classes = {
        name: replace(item, percentiles=targets if item.in_contract else (), availability=None)
        for name, item in model.classes.items()
    }
    return replace(model, contract=replace(model.contract, percentiles=targets), classes=classes)


def _without(component: Component, *keys: str) -> Component:
    nothing = {"availability": 1.0, "mtbf_h": None, "mttr_h": None, "initial_backlog": 0.0}
    figures = replace(component.figures, **{key: nothing[key] for key in keys})  # type: ignore[arg-type]
    overrides = tuple(
        replace(item, changes={key: value for key, value in item.changes.items() if key not in keys})
        for item in component.overrides
    )
    return replace(component, figures=figures, overrides=overrides)
