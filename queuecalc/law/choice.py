"""Laws chosen by their moments or by name."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.parameter import nonnegative, real
from queuecalc.law.registry import REGISTRY

__all__ = ["by_name", "two_moment"]


def two_moment(*, mean: npt.ArrayLike, scv: npt.ArrayLike) -> Law:
    """The plain law with a mean and an SCV: Deterministic for scv = 0, Exponential for scv = 1, else Gamma.

    Raises:
        InvalidInput: mean not > 0, scv not a finite number >= 0, or an array of scv in which some but not all are 0.
    """
    c2 = nonnegative("two_moment", "scv", scv)
    if np.all(np.asarray(c2) == 0.0):
        return Deterministic(mean=np.asarray(mean) + 0.0 * np.asarray(c2))
    if np.any(np.asarray(c2) == 0.0):
        raise InvalidInput(
            f"two_moment: scv = {scv!r}; expected all values > 0 or all 0 (one class holds them all)"
        )
    if np.all(np.asarray(c2) == 1.0):
        return Exponential(mean=np.asarray(mean) + 0.0 * np.asarray(c2))
    return Gamma(mean=mean, scv=c2)


def by_name(name: str, *, mean: npt.ArrayLike, scv: npt.ArrayLike | None = None) -> Law:
    """The law of a name in `REGISTRY` with a mean and an SCV.

    Args:
        name: exponential (SCV 1), deterministic (SCV 0), erlang (SCV 1 / k for a whole number k of stages), and those
            free in their SCV: hyperexponential (from 1 up), gamma, lognormal.
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation; needed where the name leaves it open.

    Raises:
        InvalidInput: an unknown name, no scv where it is needed, or one that the named law cannot have.
    """
    if name not in REGISTRY:
        near = difflib.get_close_matches(name, REGISTRY, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InvalidInput(f"by_name: law {name!r}; expected one of {', '.join(REGISTRY)}{hint}")
    if name in FIXED:
        if scv is not None and np.any(np.asarray(real(name, "scv", scv)) != FIXED[name]):
            raise InvalidInput(f"{name}: scv = {scv!r}; expected {FIXED[name]:g}, the only one this law has")
        return REGISTRY[name](mean=mean)  # type: ignore[call-arg]
    if scv is None:
        raise InvalidInput(f"{name}: scv is missing; expected a number, which this law leaves open")
    if name == "erlang":
        return Erlang(mean=mean, stages=_stages(scv))
    return REGISTRY[name](mean=mean, scv=scv)  # type: ignore[call-arg]


FIXED = {"exponential": 1.0, "deterministic": 0.0}
"""The SCV of the laws that have only one."""


def _stages(scv: npt.ArrayLike) -> Any:
    """k with scv = 1 / k to within rounding."""
    c2 = np.asarray(real("erlang", "scv", scv))
    with np.errstate(divide="ignore"):
        stages = np.round(1.0 / c2)
    if np.any(c2 <= 0.0) or np.any(stages < 1.0) or np.any(np.abs(stages * c2 - 1.0) > 1e-9):
        raise InvalidInput(
            f"erlang: scv = {scv!r}; expected 1 / k for a whole number k >= 1 of stages (else use gamma)"
        )
    return stages
