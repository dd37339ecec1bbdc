"""Survival function and density of a smooth law from its transform.

P(T > t) has the transform mean excess_lst(s), the density lst(s) less the atom at 0; both are inverted on the same
nodes by Euler's algorithm, tilted by the law's abscissa where that is positive and finite.
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
    mean = np.broadcast_to(np.asarray(law.mean, dtype=np.float64), shape)
    usable = np.isfinite(mean) & (mean > 0.0) & np.isfinite(given)
    scale = np.where(usable, mean, 1.0)
    time = np.where(usable, np.maximum(given, 1e-9 * scale), 1.0)
    theta = np.broadcast_to(np.asarray(law.abscissa, dtype=np.float64), shape)
    theta = np.where(usable & np.isfinite(theta), theta, 0.0)
    at_zero = _mass_at_zero(law)
    s = EULER.nodes.reshape((-1,) + (1,) * len(shape)) / time - theta
    with np.errstate(invalid="ignore", over="ignore"):
        back = np.exp(-theta * time)
        tail = back * EULER.values(scale * law.excess_lst(s), time)
        density = back * EULER.values(law.lst(s) - at_zero, time)
    tail = np.clip(np.where(usable, tail, np.where(np.isinf(mean), 1.0, 0.0)), 0.0, 1.0)
    density = np.maximum(np.where(usable, density, 0.0), 0.0)
    tail = np.where(given <= 0.0, np.where(given < 0.0, 1.0, 1.0 - at_zero), tail)
    return tail, np.where(given < 0.0, 0.0, density)


def _mass_at_zero(law: Law) -> Any:
    return sum(
        (np.where(np.asarray(where) == 0.0, mass, 0.0) for where, mass in law.atoms), start=np.zeros(())
    )
