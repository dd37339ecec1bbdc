"""Arguments of laws: checked once at the door, stored as Python floats or read-only arrays."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput

__all__ = [
    "Real",
    "Transform",
    "at_least",
    "broadcast",
    "nonnegative",
    "positive",
    "positive_integer",
    "real",
    "released",
]

Real: TypeAlias = Any
"""A float where every parameter is a scalar, else a float64 array of the broadcast shape."""

Transform: TypeAlias = Any
"""Complex (or real, for a real argument), Python scalar or array, of the broadcast shape."""


def released(values: Any) -> Any:
    """A 0-dimensional array as a Python scalar, any other array as it is."""
    array = np.asarray(values)
    return array.item() if array.ndim == 0 else array


def real(owner: str, name: str, value: npt.ArrayLike, domain: str = "a finite number") -> Real:
    """A finite real argument, as a Python float or a read-only float64 array.

    Raises:
        InvalidInput: not a number (a bool or a string is none), NaN or infinite.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise InvalidInput(f"{owner}: {name} = {value!r}; expected {domain}") from None
    if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array)):
        raise InvalidInput(f"{owner}: {name} = {value!r}; expected {domain}")
    if array.ndim == 0:
        return float(array)
    frozen = array.astype(np.float64)
    frozen.setflags(write=False)
    return frozen


def _refuse_where(owner: str, name: str, value: Real, wrong: Any, domain: str) -> None:
    if np.any(wrong):
        first = np.asarray(value)[np.asarray(wrong)].flat[0]
        raise InvalidInput(f"{owner}: {name} = {float(first)!r}; expected {domain}")


def positive(owner: str, name: str, value: npt.ArrayLike, domain: str = "a finite number > 0") -> Real:
    """A real argument > 0.

    Raises:
        InvalidInput: not such a number.
    """
    checked = real(owner, name, value, domain)
    _refuse_where(owner, name, checked, np.asarray(checked) <= 0.0, domain)
    return checked


def at_least(owner: str, name: str, value: npt.ArrayLike, least: float, domain: str) -> Real:
    """A real argument >= least.

    Raises:
        InvalidInput: not such a number.
    """
    checked = real(owner, name, value, domain)
    _refuse_where(owner, name, checked, np.asarray(checked) < least, domain)
    return checked


def nonnegative(owner: str, name: str, value: npt.ArrayLike, domain: str = "a finite number >= 0") -> Real:
    """A real argument >= 0.

    Raises:
        InvalidInput: not such a number.
    """
    return at_least(owner, name, value, 0.0, domain)


def positive_integer(owner: str, name: str, value: npt.ArrayLike) -> Any:
    """A whole number >= 1 (a float that is whole is accepted), as a Python int or a read-only int64 array.

    Raises:
        InvalidInput: not such a number.
    """
    domain = "a whole number >= 1"
    checked = positive(owner, name, value, domain)
    _refuse_where(owner, name, checked, np.asarray(checked) != np.floor(checked), domain)
    if isinstance(checked, float):
        return int(checked)
    frozen = checked.astype(np.int64)
    frozen.setflags(write=False)
    return frozen


def broadcast(owner: str, **values: Any) -> tuple[int, ...]:
    """The common shape of some arguments.

    Raises:
        InvalidInput: the shapes do not broadcast.
    """
    try:
        return np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    except ValueError:
        shapes = ", ".join(f"{name} of shape {np.shape(value)}" for name, value in values.items())
        raise InvalidInput(f"{owner}: {shapes}; expected shapes that broadcast") from None
