"""The load: a number, a shape, points or a CSV file into a curve."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.load import SHAPES, Curve, from_shape, read_csv
from queuecalc.modelfile.faults import Faults, Path, nearest
from queuecalc.modelfile.words import Refused, number

__all__ = ["CSV_KEYS", "curve_of", "load_schema", "parameters", "product", "read_curve"]

CSV_KEYS = ("csv", "time", "value")

_LEVEL = number("a number above 0", above=0)
_POINT = number("a number", least=None)
_EXPECTED = (
    'expected a number above 0, { shape = "...", ... }, [[hour, value], [hour, value], ...] '
    'or { csv = "FILE" }'
)


def parameters(shape: str) -> Mapping[str, inspect.Parameter]:
    """The parameters of a shape, by name."""
    return inspect.signature(SHAPES[shape]).parameters


def read_curve(value: Any, path: Path, folder: FilePath, faults: Faults) -> float | Curve | None:
    """A number as it is (no length of its own), anything else as a curve; None if it is at fault."""
    if isinstance(value, list):
        curve = _points(value, path, faults)
    elif isinstance(value, Mapping) and "shape" in value:
        curve = _shape(value, path, faults)
    elif isinstance(value, Mapping) and "csv" in value:
        curve = _csv(value, path, folder, faults)
    else:
        try:
            return float(_LEVEL.checked(value))
        except Refused:
            faults.add(path, _EXPECTED, value)
            return None
    if curve is not None and not curve.peak > 0:
        faults.add(path, "expected a load above 0 at some hour", value)
        return None
    return curve


def product(users: float | Curve, each: float | Curve, path: Path, faults: Faults) -> Curve | None:
    """Users times requests per user: linear between the knots of both, at most a minute apart where both change."""
    if not isinstance(each, Curve):
        return curve_of(users).scaled(each)
    if not isinstance(users, Curve):
        return each.scaled(users)
    if (users.hours[0], users.hours[-1]) != (each.hours[0], each.hours[-1]):
        covered = [f"{curve.hours[0]:g} to {curve.hours[-1]:g}" for curve in (users, each)]
        faults.add(path, f"covers the hours {covered[1]}; expected the hours of load.users, {covered[0]}")
        return None
    knots = np.unique(np.concatenate([users.hours, each.hours]))
    start, long = knots[:-1], np.diff(knots)
    left_u, right_u = _inside(users, start, long)
    left_e, right_e = _inside(each, start, long)
    both = (left_u != right_u) & (left_e != right_e)
    pieces = np.where(both, np.ceil(long * 60.0 - 1e-9), 1).astype(int)
    slot = np.repeat(np.arange(long.size), pieces)
    piece = np.arange(slot.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    hours, values = np.empty((slot.size, 2)), np.empty((slot.size, 2))
    for side in (0, 1):
        share = (piece + side) / pieces[slot]
        hours[:, side] = np.where(share == 1.0, knots[slot + 1], start[slot] + share * long[slot])
        u = (1.0 - share) * left_u[slot] + share * right_u[slot]
        values[:, side] = u * ((1.0 - share) * left_e[slot] + share * right_e[slot])
    jumps = np.append(
        True, values[1:, 0] != values[:-1, 1]
    )  # elsewhere one knot ends a piece and begins the next
    kept = np.column_stack([jumps, np.ones_like(jumps)]).ravel()
    return Curve(hours=hours.ravel()[kept], values=values.ravel()[kept])


def load_schema() -> dict[str, Any]:
    """The JSON schema of a load."""
    numeric = {"type": "number"}
    shapes = [
        {
            "type": "object",
            "description": (inspect.getdoc(SHAPES[shape]) or "").partition("\n")[0],
            "properties": {"shape": {"const": shape}} | dict.fromkeys(parameters(shape), numeric),
            "required": ["shape"]
            + [name for name, each in parameters(shape).items() if each.default is each.empty],
            "additionalProperties": False,
        }
        for shape in SHAPES
    ]
    pair = {"type": "array", "items": numeric, "minItems": 2, "maxItems": 2}
    file = {
        "type": "object",
        "properties": {key: {"type": "string"} for key in CSV_KEYS},
        "required": ["csv"],
        "additionalProperties": False,
    }
    return {"anyOf": [dict(_LEVEL.schema), *shapes, {"type": "array", "items": pair, "minItems": 2}, file]}


def curve_of(level: float | Curve) -> Curve:
    """A number as a constant curve of an hour."""
    return level if isinstance(level, Curve) else Curve.constant(level)


def _points(value: list[Any], path: Path, faults: Faults) -> Curve | None:
    pairs: list[tuple[float, float]] = []
    for at, point in enumerate(value):
        try:
            if not isinstance(point, list) or len(point) != 2:
                raise Refused(((), point, ""))
            pairs.append((float(_POINT.checked(point[0])), float(_POINT.checked(point[1]))))
        except Refused:
            faults.add((*path, at), "expected [hour, value], two numbers", point)
    if len(pairs) < len(value):
        return None
    if len(pairs) < 2:
        faults.add(path, "expected at least two points [hour, value]", value)
        return None
    try:
        return Curve(hours=[hour for hour, _ in pairs], values=[load for _, load in pairs])
    except InvalidInput as error:
        faults.add(path, str(error), value)
        return None


def _shape(value: Mapping[str, Any], path: Path, faults: Faults) -> Curve | None:
    shape = value["shape"]
    if not isinstance(shape, str) or shape not in SHAPES:
        hint = nearest(str(shape), SHAPES, "shapes")
        faults.add((*path, "shape"), f"expected a shape; {hint}", shape)
        return None
    known = parameters(shape)
    given: dict[str, float] = {}
    for key, each in value.items():
        if key == "shape":
            continue
        if key not in known:
            faults.add((*path, key), f"unknown key; {nearest(key, known, f'parameters of {shape}')}", each)
            continue
        try:
            given[key] = float(_POINT.checked(each))
        except Refused as refused:
            faults.add((*path, key), refused.faults[0][2], each)
    missing = [name for name, each in known.items() if each.default is each.empty and name not in value]
    for name in missing:
        faults.add((*path, name), f'missing; shape "{shape}" needs {name}')
    if missing or len(given) < len(value) - 1:
        return None
    try:
        return from_shape(shape, given)
    except InvalidInput as error:
        about = str(error).partition(" ")[0]
        if about in given:
            faults.add((*path, about), str(error), value[about])
        else:
            faults.add(path, str(error), value)
        return None


def _csv(value: Mapping[str, Any], path: Path, folder: FilePath, faults: Faults) -> Curve | None:
    sound = True
    for key, each in value.items():
        if key not in CSV_KEYS:
            faults.add((*path, key), f"unknown key; {nearest(key, CSV_KEYS, 'keys here')}", each)
            sound = False
        elif not isinstance(each, str):
            faults.add(
                (*path, key), "expected a file" if key == "csv" else "expected the name of a column", each
            )
            sound = False
    if not sound:
        return None
    try:
        return read_csv(folder / value["csv"], time=value.get("time"), value=value.get("value"))
    except ValueError as error:  # InvalidInput, or a path that no system accepts
        faults.add((*path, "csv"), str(error), value["csv"])
        return None


def _inside(curve: Curve, start: Any, long: Any) -> tuple[Any, Any]:
    """The values at both ends of intervals inside which the curve is linear, from within."""
    slots = curve.slots
    slot = np.searchsorted(slots.start_h, start + 0.5 * long, side="right") - 1
    ends = []
    for at in (start, start + long):
        share = (at - slots.start_h[slot]) / slots.length_h[slot]
        ends.append((1.0 - share) * slots.left[slot] + share * slots.right[slot])
    return ends[0], ends[1]
