"""Laws chosen by their moments or by name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.parameter import nonnegative

__all__ = ["two_moment"]


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
