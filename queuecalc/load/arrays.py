"""Arrays that keep still: contiguous, float64, read-only; and records made of them that compare by value."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ArrayRecord", "FloatArray", "frozen"]

FloatArray = npt.NDArray[np.float64]


def frozen(values: npt.ArrayLike) -> FloatArray:
    """A read-only copy as float64; -0.0 becomes 0.0, so that equal arrays have equal bytes."""
    array: FloatArray = np.array(values, dtype=np.float64, order="C") + 0.0
    array.setflags(write=False)
    return array


class ArrayRecord:
    """Value semantics for frozen dataclasses (`eq=False`) whose fields are arrays or numbers.

    The arrays are made read-only; equality and hash go by content; pickling calls the constructor.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        for value in self._content():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def _content(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field.name) for field in fields(self) if field.init)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            np.array_equal(one, two) for one, two in zip(self._content(), other._content(), strict=True)
        )

    def __hash__(self) -> int:
        return hash(tuple(np.asarray(value).tobytes() for value in self._content()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._content()
