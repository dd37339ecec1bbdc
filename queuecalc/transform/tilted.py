"""Euler inversion of exponentially tilted functions: relative accuracy far into a light tail.

If f(t) falls as exp(-theta t), then g(t) = exp(theta t) f(t) with transform F(s - theta) neither falls nor grows
exponentially, and the absolute error of Euler's algorithm on g is a relative error on f (Abate & Whitt 1992, "The
Fourier-series method for inverting transforms of probability distributions", Queueing Systems 10, section 5;
Asmussen 2003, Applied Probability and Queues, chapter XIII, for the tilt). Right when theta is the abscissa of
convergence and its singularity a pole or a power; a theta beyond it diverges, one far below it gains little. Fails at
jumps and kinks as Euler's algorithm does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.transform.euler import EULER, Euler

__all__ = ["invert_tilted"]


def invert_tilted(
    transform: Callable[[Any], Any], t: npt.ArrayLike, rate: npt.ArrayLike, euler: Euler = EULER
) -> Any:
    """f(t) for t > 0 by inverting F(s - rate).

    Args:
        transform: F(s) for a complex array s of shape (nodes, *shape), Re s > -rate.
        t: times > 0.
        rate: theta >= 0, broadcasting against t; 0 is plain Euler inversion.

    Returns:
        An array of the broadcast shape of t and rate.
    """
    time, theta = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(rate, dtype=np.float64))
    return np.exp(-theta * time) * euler.invert(lambda s: transform(s - theta), time)
