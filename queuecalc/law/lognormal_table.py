"""The lognormal transform, remembered where that pays: one sigma, complex arguments.

L and d = 1 - (1 - L) / (z m) are kept as Taylor patches of one sigma each; the others follow without cancellation,
1 - L = z m (1 - d). Batches of several sigma, real arguments and sigma below 0.2 (whose transform falls too steeply
for the patches, and needs few nodes) are integrated directly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from queuecalc.law import lognormal_transform
from queuecalc.law.patchwork import Patchwork

__all__ = ["complement", "excess_complement", "transform"]

LEAST_SIGMA = 0.2
STEEP_SIGMA = 0.45
GREATEST_SIGMA = 2.5


def _remembered(z: Any, sigma: Any) -> bool:
    return isinstance(sigma, float) and LEAST_SIGMA <= sigma <= GREATEST_SIGMA and z.dtype.kind == "c"


@lru_cache(maxsize=64)
def _patches(sigma: float) -> tuple[Patchwork, Patchwork]:
    """The patches of L and of d, the smaller the steeper L falls."""
    rows = 6 if sigma >= STEEP_SIGMA else 12
    return (
        Patchwork(lambda z: lognormal_transform.transform(z, sigma), rows),
        Patchwork(lambda z: lognormal_transform.excess_complement(z, sigma), rows),
    )


def _away_from_zero(patches: Patchwork, z: Any, at_zero: float) -> Any:
    zero = z == 0.0
    if not np.any(zero):
        return patches(z)
    return np.where(zero, at_zero, patches(np.where(zero, 1.0, z)))


def transform(z: Any, sigma: Any) -> Any:
    """L(z), absolute accuracy 1e-14."""
    z = np.asarray(z)
    if not _remembered(z, sigma):
        return lognormal_transform.transform(z, sigma)
    return _away_from_zero(_patches(sigma)[0], z, 1.0)


def complement(z: Any, sigma: Any) -> Any:
    """1 - L(z), to 2e-13 of its size."""
    z = np.asarray(z)
    if not _remembered(z, sigma):
        return lognormal_transform.complement(z, sigma)
    out = 1.0 - transform(z, sigma)
    small = np.abs(out) < 0.05
    if np.any(small):
        out = np.array(out)
        near = z[small]
        out[small] = near * np.exp(0.5 * sigma**2) * (1.0 - excess_complement(near, sigma))
    return out


def excess_complement(z: Any, sigma: Any) -> Any:
    """1 - (1 - L(z)) / (z m), to 2e-13 of its size."""
    z = np.asarray(z)
    if not _remembered(z, sigma):
        return lognormal_transform.excess_complement(z, sigma)
    return _away_from_zero(_patches(sigma)[1], z, 0.0)
