"""The exponent of laws with power tails, P(T > t) ~ t^(-a)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, real

__all__ = ["tail_index"]


def tail_index(owner: str, shape: npt.ArrayLike) -> Real:
    """a > 1, so that the mean is finite.

    Raises:
        InvalidInput: not such a number.
    """
    checked = real(owner, "shape", shape)
    values = np.asarray(checked)
    if np.any(values <= 1.0):
        raise InvalidInput(
            f"{owner}: shape = {float(values[values <= 1.0].flat[0])!r}; expected a finite number > 1 "
            "(up to 1 the mean is infinite; up to 2 the variance is)"
        )
    return checked
