"""The four transforms of a law without a closed form, remembered on the right half-plane.

L and d = 1 - (1 - L) / (z m) are kept as Taylor patches (`patchwork.py`); the others follow without cancellation,
1 - L = z m (1 - d).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.law import forms
from queuecalc.law.patchwork import Patchwork

__all__ = ["Remembered"]


class Remembered:
    """L, 1 - L and d of one law for complex z with Re z >= 0.

    Args:
        transform: L, vectorised.
        excess_complement: d, vectorised.
        mean: m.
    """

    def __init__(
        self, transform: Callable[[Any], Any], excess_complement: Callable[[Any], Any], mean: float
    ) -> None:
        self._lst = Patchwork(transform)
        self._excess_complement = Patchwork(excess_complement)
        self._mean = mean

    def transform(self, z: Any) -> Any:
        """L(z)."""
        return _away_from_zero(self._lst, z, 1.0)

    def excess_complement(self, z: Any) -> Any:
        """1 - (1 - L(z)) / (z m)."""
        return _away_from_zero(self._excess_complement, z, 0.0)

    def complement(self, z: Any) -> Any:
        """1 - L(z)."""
        out = 1.0 - self.transform(z)
        small = np.abs(out) < forms.SMALL
        if np.any(small):
            out = np.array(out)
            near = z[small]
            out[small] = near * self._mean * (1.0 - self.excess_complement(near))
        return out


def _away_from_zero(patches: Patchwork, z: Any, at_zero: float) -> Any:
    zero = z == 0.0
    if not np.any(zero):
        return patches(z)
    return np.where(zero, at_zero, patches(np.where(zero, 1.0, z)))
