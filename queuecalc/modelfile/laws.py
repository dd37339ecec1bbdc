"""Service laws by the words of a model file: `law` and `scv`."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, cast

from queuecalc.errors import InvalidInput
from queuecalc.law import REGISTRY, Law, two_moment

__all__ = ["law_names", "law_of", "takes_scv"]


def law_names() -> tuple[str, ...]:
    """What `law = "..."` may say."""
    return tuple(REGISTRY)


@cache
def takes_scv(name: str) -> bool:
    """Whether a law's SCV can be chosen."""
    return len(fields(cast("Any", REGISTRY[name]))) > 1


def law_of(name: str | None, *, mean: float, scv: float | None) -> Law:
    """The law of a mean and an SCV; without a name exponential, constant or gamma."""
    if name is None:
        return two_moment(mean=mean, scv=1.0 if scv is None else scv)
    make = cast("Any", REGISTRY[name])
    parameter = {"mean", "scv", "stages"} & {field.name for field in fields(make)}
    if parameter == {"mean"}:
        return cast("Law", make(mean=mean))
    if scv is None:
        raise InvalidInput("needs scv, variance / mean^2")
    return cast("Law", make(mean=mean, scv=scv))
