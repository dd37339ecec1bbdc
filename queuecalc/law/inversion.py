"""Survival function and density of a smooth law from its transform.

P(T > t) has the transform (1 - lst(s)) / s, the density lst(s) less the atom at 0; both are inverted from the same
values of lst by Euler's algorithm, tilted by the law's abscissa where that is positive and finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.transform.euler import EULER

__all__ = ["smooth_tail_and_density"]


def smooth_tail_and_density(law: Law, t: Any) -> tuple[Any, Any]:
    """P(T > t) and the density at t of a law that is smooth on (0, inf), elementwise.

    An element whose mean is infinite (an unstable wait) has survival 1 and density 0.
    """
    shape = np.broadcast_shapes(np.shape(t), law.shape)
    given = np.broadcast_to(np.asarray(t, dtype=np.float64), shape)
    at_zero = sum((np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in law.atoms), start=np.zeros(()))
    mean = np.broadcast_to(np.asarray(law.mean, dtype=np.float64), shape)
    usable = np.isfinite(mean) & (mean > 0.0) & (given > 0.0) & (given < np.inf)
    # at 0 the density is the one just behind it; a law that is 0 or infinite has none
    start = np.isfinite(mean) & (mean > 0.0) & (given == 0.0)
    tail = np.where(given < 0.0, 1.0, np.where(np.isinf(mean), 1.0, 0.0))
    tail = np.where(given == 0.0, 1.0 - at_zero, tail)
    scale = np.where(usable | start, mean, 1.0)
    time = np.where(usable, np.maximum(given, SHORTEST * scale), np.where(start, SHORTEST * scale, 1.0))
    theta = np.broadcast_to(np.asarray(law.abscissa, dtype=np.float64), shape)
    theta = np.where(usable & np.isfinite(theta), theta, 0.0)
    s = EULER.nodes.reshape((-1,) + (1,) * len(shape)) / time - theta
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        lst = np.asarray(law.lst(s))
        survival = (1.0 - lst) / s
        # the first node is real and may meet the removable pole at s = 0
        survival[0] = scale * law.excess_lst(s[0])
        back = np.exp(-theta * time)
        survived = back * EULER.values(survival, time)
        density = back * EULER.values(lst - at_zero, time)
    tail = np.clip(np.where(usable, survived, tail), 0.0, 1.0)
    return tail, np.where(usable | start, np.maximum(density, 0.0), 0.0)


SHORTEST = 1e-9
"""Times are inverted from this fraction of the mean on."""
