"""What an inversion has to know of a service law."""

from __future__ import annotations

import numpy as np

from queuecalc.law.adapter import Adapted
from queuecalc.law.base import Law

__all__ = ["looseness", "without_kinks"]

STEEP = 0.01
"""SCV below which a law counts as a constant that is a little blurred."""

INTEGRATED = 1e3
"""A transform by quadrature on fixed nodes is good to 1e-8 far from the real axis."""


def without_kinks(law: Law) -> bool:
    """Whether a wait or a sum with this law may be inverted as a smooth function: not if it is close to a constant."""
    return law.smooth and bool(np.all(np.asarray(law.scv) >= STEEP))


def looseness(law: Law) -> float:
    """By how much less exact than usual an inversion should settle; 1 for laws with exact transforms."""
    if isinstance(law, Adapted):
        return INTEGRATED
    parts = (*getattr(law, "laws", ()), *([law.law] if hasattr(law, "law") else []))
    return max((looseness(part) for part in parts), default=1.0)
