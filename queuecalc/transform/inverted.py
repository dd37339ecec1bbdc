"""Inversion by two algorithms, so that the value carries the error that it has attained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.transform.de_hoog import DE_HOOG
from queuecalc.transform.tilted import invert_tilted

__all__ = ["Inverted", "inverted"]


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """Values of a function of t, recovered from its transform.

    Attributes:
        value: f(t), an array.
        error: estimated absolute error of each value, same shape.
    """

    value: Any
    error: Any


def inverted(transform: Callable[[Any], Any], t: npt.ArrayLike, rate: npt.ArrayLike = 0.0) -> Inverted:
    """f(t) by Euler's algorithm, its error by de Hoog's: other nodes and another acceleration.

    The estimate is twice the difference of the two. It sees jumps, kinks and narrow functions, for which both fail
    each in its own way, and the noise of an inexact transform, which both amplify, but not a transform that is wrong.

    Args:
        transform: F(s) for complex arrays s of shape (nodes, *shape), Re s > -rate.
        t: times > 0.
        rate: the tilt of `invert_tilted`, for a relative error in a light tail.
    """
    time, theta = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(rate, dtype=np.float64))
    value = invert_tilted(transform, time, theta)
    other = np.exp(-theta * time) * DE_HOOG.invert(lambda s: transform(s - theta), time)
    return Inverted(value, 2.0 * np.abs(value - other) + 1e-15 * np.abs(value))
