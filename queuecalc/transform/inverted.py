"""A value obtained by inversion, with the error that it is estimated to carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Inverted"]


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """Values of a function of t, recovered from its transform.

    Attributes:
        value: f(t), an array.
        error: estimated absolute error of each value, same shape.
    """

    value: Any
    error: Any
