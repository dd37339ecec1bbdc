"""Arrays that keep still: contiguous, float64, read-only, without negative zeros."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["FloatArray", "frozen"]

FloatArray = npt.NDArray[np.float64]


def frozen(values: npt.ArrayLike) -> FloatArray:
    """A read-only copy as float64; -0.0 becomes 0.0, so that equal arrays have equal bytes."""
    array: FloatArray = np.array(values, dtype=np.float64, order="C") + 0.0
    array.setflags(write=False)
    return array
