"""Arguments of stations: checked once at the door."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.adapter import as_law
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, real

__all__ = ["capacity_for", "server_count", "service_law", "whole_number"]

UNLIMITED = "unlimited"


def whole_number(owner: str, name: str, value: npt.ArrayLike, least: int) -> Real:
    """A whole number >= least, as a Python int or a read-only float array.

    Raises:
        InvalidInput: not such a number.
    """
    domain = f"a whole number >= {least}"
    checked = real(owner, name, value, domain)
    array = np.asarray(checked)
    _refuse(owner, name, array, (array < least) | (array != np.floor(array)), domain)
    return int(checked) if isinstance(checked, float) else checked


def server_count(owner: str, value: Any, name: str = "servers") -> Real:
    """A whole number of servers >= 1, or inf ("unlimited" is accepted), as a number or a read-only float array.

    Raises:
        InvalidInput: not such a number.
    """
    domain = 'a whole number >= 1, or math.inf (or "unlimited")'
    if isinstance(value, str):
        if value != UNLIMITED:
            raise InvalidInput(f"{owner}: {name} = {value!r}; expected {domain}")
        return np.inf
    try:
        array = np.asarray(value)
    except ValueError:
        raise InvalidInput(f"{owner}: {name} = {value!r}; expected {domain}") from None
    if array.dtype.kind not in "iuf":
        raise InvalidInput(f"{owner}: {name} = {value!r}; expected {domain}")
    numbers = array.astype(np.float64)
    _refuse(owner, name, numbers, ~((numbers >= 1.0) & (numbers == np.floor(numbers))), domain)
    if numbers.ndim == 0:
        return int(numbers) if np.isfinite(numbers) else float(numbers)
    numbers.setflags(write=False)
    return numbers


def _refuse(owner: str, name: str, array: Any, wrong: Any, domain: str) -> None:
    if np.any(wrong):
        raise InvalidInput(f"{owner}: {name} = {array[wrong].flat[0].item()!r}; expected {domain}")


def service_law(owner: str, value: object, name: str = "service") -> Law:
    """A law, or a frozen continuous scipy.stats distribution made one.

    Raises:
        InvalidInput: neither.
    """
    try:
        return as_law(value)
    except InvalidInput as error:
        raise InvalidInput(f"{owner}: {name}: {error}") from None


def capacity_for(owner: str, servers: Any, capacity: Any) -> None:
    """Refuse a capacity below the number of servers.

    Raises:
        InvalidInput: K < c somewhere.
    """
    c, k = np.broadcast_arrays(np.asarray(servers), np.asarray(capacity))
    wrong = k < c
    if np.any(wrong):
        raise InvalidInput(
            f"{owner}: capacity = {k[wrong].flat[0].item()!r} below servers = {c[wrong].flat[0].item()!r}; expected "
            "capacity >= servers (it counts the customers in service too)"
        )
