"""Survival function and density of a wait from its transform, tilted to the saddle point.

`transform/settling.py` inverts; the tilt theta is the one among some below the decay rate that makes Chernoff's bound
e^(-theta t) F(-theta) least.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.transform.settling import Part, Transforms, settled

__all__ = ["Part", "Transforms", "inverted"]

TILTS = 14
"""Candidates for the tilt."""


def inverted(
    transforms: Transforms, t: Any, limit: Any, *, part: Part | None, smooth: bool, slack: float = 1.0
) -> tuple[Any, Any]:
    """(tail, density) at times t > 0.

    Args:
        transforms: s -> (transform of the tail, transform of the density), for complex s of shape (k, *shape).
        t: array of times > 0.
        limit: >= 0, broadcasting against t: the transforms are regular to the right of -limit.
        part: mask of the shape -> the transforms of the chosen elements in a row, so that those which settle slowly
            do not hold up the others; None where the elements cannot be parted.
        smooth: whether the functions have no kinks.
        slack: how many times less exact than usual the series may settle.

    Returns:
        Two arrays of the broadcast shape of t and limit.
    """
    time, most = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(limit, dtype=np.float64))
    shape = time.shape
    if not shape:
        time, most = time.reshape(1), most.reshape(1)
    theta = _tilt(transforms, time, most)
    tail, density = settled(transforms, time, theta, part=part, smooth=smooth, slack=slack)
    return tail.reshape(shape), density.reshape(shape)


def _tilt(transforms: Transforms, t: Any, limit: Any) -> Any:
    """The theta among (1 - 2^-j) limit that makes e^(-theta t) F(-theta) least; 0 where the limit is 0."""
    if not np.any(limit > 0.0):
        return np.zeros(t.shape)
    share = (1.0 - 0.5 ** np.arange(TILTS)).reshape(-1, *(1,) * t.ndim)
    theta = share * limit
    with np.errstate(all="ignore"):
        # beside the real axis by a hair, where no difference vanishes
        bound = np.log(np.abs(transforms(1e-9 * limit - theta + 0j)[0])) - theta * t
    best = np.argmin(np.where(np.isfinite(bound), bound, np.inf), axis=0)
    return np.take_along_axis(theta, best[None], axis=0)[0]
