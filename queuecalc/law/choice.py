"""Laws chosen by their moments or by name: what a model file may say of a service time."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal
from queuecalc.law.parameter import nonnegative, positive, real, released
from queuecalc.law.pareto import Pareto
from queuecalc.law.phase_fit import coxian_from_moments
from queuecalc.law.uniform import Uniform
from queuecalc.law.weibull import Weibull

__all__ = ["BY_NAME", "by_name", "two_moment"]


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


def by_name(
    name: str, *, mean: npt.ArrayLike, scv: npt.ArrayLike | None = None, shape: npt.ArrayLike | None = None
) -> Law:
    """The law of a name in `BY_NAME` with a mean and an SCV.

    Args:
        name: exponential (SCV 1), deterministic (SCV 0), erlang (SCV 1 / k for a whole number k of stages), and those
            free in their SCV: hyperexponential (from 1 up), gamma, lognormal, weibull, pareto (or by its shape),
            uniform (up to 1/3), coxian (any, by `coxian_from_moments`).
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation; needed where the name leaves it open.
        shape: the exponent of a pareto law's tail, instead of its scv.

    Raises:
        InvalidInput: an unknown name, no scv where it is needed, one that the named law cannot have, or a shape for a
            law other than pareto.
    """
    if name not in BY_NAME:
        near = difflib.get_close_matches(name, BY_NAME, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InvalidInput(f"by_name: law {name!r}; expected one of {', '.join(BY_NAME)}{hint}")
    if name == "pareto":
        return _pareto(mean, scv, shape)
    if shape is not None:
        raise InvalidInput(f"{name}: shape = {shape!r}; expected none: only pareto has one, say scv instead")
    if name in FIXED:
        if scv is not None and np.any(np.asarray(real(name, "scv", scv)) != FIXED[name]):
            raise InvalidInput(f"{name}: scv = {scv!r}; expected {FIXED[name]:g}, the only one this law has")
        return BY_NAME[name](mean, scv)
    if scv is None:
        raise InvalidInput(f"{name}: scv is missing; expected a number, which this law leaves open")
    return BY_NAME[name](mean, scv)


FIXED = {"exponential": 1.0, "deterministic": 0.0}
"""The SCV of the laws that have only one."""


def _pareto(mean: npt.ArrayLike, scv: npt.ArrayLike | None, shape: npt.ArrayLike | None) -> Law:
    """By a, or by scv = 1 / (a (a - 2)), a = 1 + sqrt(1 + 1 / scv)."""
    if (scv is None) == (shape is None):
        said = "both scv and shape" if shape is not None else "neither scv nor shape"
        raise InvalidInput(f"pareto: {said}; expected one of them (shape up to 2: infinite variance)")
    if shape is None:
        c2 = positive("pareto", "scv", scv if scv is not None else np.nan)
        shape = released(1.0 + np.sqrt(1.0 + 1.0 / np.asarray(c2)))
    return Pareto(mean=mean, shape=shape)


def _uniform(mean: npt.ArrayLike, scv: npt.ArrayLike) -> Law:
    """mean (1 -+ sqrt(3 scv)), which is >= 0 up to an SCV of 1/3."""
    m = np.asarray(positive("uniform", "mean", mean))
    c2 = np.asarray(positive("uniform", "scv", scv))
    if np.any(c2 > (1.0 + 1e-12) / 3.0):
        raise InvalidInput(f"uniform: scv = {scv!r}; expected at most 1/3, that of a uniform time from 0 on")
    reach = np.sqrt(np.minimum(3.0 * c2, 1.0))
    return Uniform(released(m * (1.0 - reach)), released(m * (1.0 + reach)))


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


BY_NAME: dict[str, Callable[[Any, Any], Law]] = {
    "exponential": lambda mean, _scv: Exponential(mean=mean),
    "deterministic": lambda mean, _scv: Deterministic(mean=mean),
    "erlang": lambda mean, scv: Erlang(mean=mean, stages=_stages(scv)),
    "hyperexponential": lambda mean, scv: Hyperexponential(mean=mean, scv=scv),
    "gamma": lambda mean, scv: Gamma(mean=mean, scv=scv),
    "lognormal": lambda mean, scv: Lognormal(mean=mean, scv=scv),
    "weibull": lambda mean, scv: Weibull(mean=mean, scv=scv),
    "pareto": lambda mean, scv: _pareto(mean, scv, None),
    "uniform": _uniform,
    "coxian": lambda mean, scv: coxian_from_moments(mean=mean, scv=scv),
}
"""Name -> the law with a mean and an SCV; a new law that has one is a line here and in `REGISTRY`."""
