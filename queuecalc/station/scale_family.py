"""Many service laws at once that are one law stretched: by its mean, and by one number for its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal
from queuecalc.law.weibull import Weibull

__all__ = ["ScaleFamily", "scale_family"]

_BY_SCV = (Gamma, Hyperexponential, Lognormal, Weibull)
"""Laws that are given by their mean and an SCV on which they depend smoothly."""


@dataclass(frozen=True)
class ScaleFamily:
    """Laws of a family.

    Attributes:
        mean: how far each is stretched.
        form: its SCV; None where all have the same.
        at: form -> the unstretched laws.
        one_by_one: whether a batch of them is much dearer than each alone.
    """

    mean: Any
    form: Any
    at: Callable[[Any], Law]
    one_by_one: bool = False


def scale_family(law: Law) -> ScaleFamily | None:
    """The family of a batch of laws; None where they are none. One law is a family of its own."""
    if not law.shape:
        return ScaleFamily(1.0, None, lambda _: law)
    if not is_dataclass(law) or "mean" not in {field.name for field in fields(law)}:
        return None
    others = {f.name: getattr(law, f.name) for f in fields(law) if f.init and f.name != "mean"}
    if not isinstance(law, _BY_SCV) or set(others) != {"scv"}:
        return None
    kind: Any = type(law)
    scv = np.asarray(others["scv"])
    same = np.unique(scv)
    if same.size == 1:
        return ScaleFamily(law.mean, None, lambda _: kind(mean=1.0, scv=float(same[0])))
    slow = isinstance(law, Lognormal | Weibull)
    return ScaleFamily(law.mean, scv, lambda form: kind(mean=1.0, scv=form), slow)
