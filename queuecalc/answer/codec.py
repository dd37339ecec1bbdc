"""Answers as plain JSON values, and back."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Hashable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from queuecalc.errors import InvalidInput

__all__ = ["from_json", "from_plain", "to_json", "to_plain"]

T = TypeVar("T")

_PLAIN = frozenset({int, str, bool, type(None)})


@cache
def _field_names(kind: Hashable) -> tuple[str, ...] | None:
    """Of a dataclass; None of anything else."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def to_plain(value: Any) -> Any:
    """An answer as dicts, lists, numbers and text. Dollars become numbers (exact to the cent); infinity is "inf"."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    names = _field_names(kind)
    if names is not None:
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """An answer as JSON text."""
    return json.dumps(to_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(kind: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        options = typing.get_args(kind)
        if value is None and type(None) in options:
            return None
        return _read(next(option for option in options if option is not type(None)), value, place)
    if origin is tuple:
        item = typing.get_args(kind)[0]
        if not isinstance(value, list):
            raise InvalidInput(f"{place}: found {value!r}; expected a list")
        return tuple(_read(item, entry, f"{place}[{index}]") for index, entry in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = typing.get_args(kind)[1]
        if not isinstance(value, dict):
            raise InvalidInput(f"{place}: found {value!r}; expected a table")
        return {key: _read(item, entry, f"{place}.{key}") for key, entry in value.items()}
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise InvalidInput(f"{place}: found {value!r}; expected one of {typing.get_args(kind)}")
        return value
    return _read_scalar(kind, value, place)


def _read_scalar(kind: Any, value: Any, place: str) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, value, place)
    if isinstance(kind, type) and issubclass(kind, Enum | Decimal):
        try:
            return Decimal(str(value)) if kind is Decimal else kind(value)
        except (ValueError, ArithmeticError, TypeError):
            raise InvalidInput(f"{place}: found {value!r}; expected {kind.__name__}") from None
    if kind is float:
        if value in ("inf", "-inf"):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInput(f"{place}: found {value!r}; expected a number")
        try:
            return float(value)
        except OverflowError:
            raise InvalidInput(f"{place}: the number has too many digits") from None
    if kind is int and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidInput(f"{place}: found {value!r}; expected a whole number")
    if kind in (str, bool) and not isinstance(value, kind):
        raise InvalidInput(f"{place}: found {value!r}; expected {kind.__name__}")
    return value


def from_plain(cls: type[T], value: Any, place: str = "") -> T:
    """Rebuild an answer of class `cls` from what `to_plain` made of it.

    Raises:
        InvalidInput: a key is missing, unknown or holds a value of another type; the message names its place.
    """
    if not isinstance(value, dict):
        raise InvalidInput(f"{place or cls.__name__}: found {value!r}; expected a table")
    hints = _hints(typing.cast(Hashable, cls))
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(value) - set(fields))
    if unknown:
        raise InvalidInput(f"{place or cls.__name__}: unknown key {unknown[0]!r}")
    missing = [
        name
        for name, field in fields.items()
        if name not in value
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise InvalidInput(f"{place or cls.__name__}: missing key {missing[0]!r}")
    read = {name: _read(hints[name], entry, f"{place}.{name}".lstrip(".")) for name, entry in value.items()}
    return cls(**read)


def from_json(cls: type[T], text: str) -> T:
    """Rebuild an answer of class `cls` from JSON text."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error}") from None
    return from_plain(cls, value)
