"""Value semantics for frozen dataclasses whose fields are numbers, arrays, laws or names of other things."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

__all__ = ["Record"]


class Record:
    """Equality and hash by class and fields, and a repr that reads back; for `eq=False, repr=False` dataclasses."""

    __slots__ = ()

    def _values(self) -> tuple[tuple[str, Any], ...]:
        return tuple((field.name, getattr(self, field.name)) for field in fields(self) if field.init)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs = zip(self._values(), other._values(), strict=True)
        return all(_same(a, b) for (_, a), (_, b) in pairs)

    def __hash__(self) -> int:
        return hash((type(self), *(_key(value) for _, value in self._values())))

    def __repr__(self) -> str:
        shown = (f"{name}={_text(value)}" for name, value in self._values() if value is not None)
        return f"{type(self).__name__}({', '.join(shown)})"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b))
    return bool(a == b)


def _key(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_key(item) for item in value)
    return (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def _text(value: Any) -> str:
    """As Python reads it back; infinity by name."""
    if isinstance(value, tuple):
        inner = ", ".join(_text(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, np.ndarray | float):
        return repr(value.tolist() if isinstance(value, np.ndarray) else value).replace("inf", "math.inf")
    return repr(value)
