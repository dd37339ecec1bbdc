"""How exact an inverted survival function is: a second inversion with other nodes beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.law.inversion import mean_decay
from queuecalc.transform.de_hoog import DeHoog
from queuecalc.transform.fourier import FOURIER

if TYPE_CHECKING:
    from queuecalc.law.base import Law

__all__ = ["attained_error"]

OTHER = DeHoog(terms=24, tolerance=1e-13)
"""Not the nodes that laws are inverted with."""

PERIOD = 2.6
"""Its horizon, in units of t."""

LEAST = 1e-12
"""Never is less claimed than this fraction of the value: two inversions can agree by chance."""


def attained_error(law: Law, t: Any, value: Any) -> Any:
    """Estimated absolute error of value = P(T > t), t > 0 and finite, both of one shape.

    Twice the difference to de Hoog's algorithm with other nodes, tilted; to a long Fourier sum where the law has jumps
    or kinks, which is too cautious near them. It sees what an inversion does badly, not a transform that is wrong.
    """
    mean = np.broadcast_to(np.asarray(law.mean, dtype=np.float64), t.shape)
    proper = np.isfinite(mean) & (mean > 0.0)
    scale = np.where(proper, mean, 1.0)
    if law.smooth:
        scv = np.broadcast_to(np.asarray(law.scv, dtype=np.float64), t.shape)
        var = np.clip(np.where(np.isfinite(scv), scv, 1.0), 1e-9, 1e3) * scale**2
        theta = mean_decay(law, t, scale, var)
        horizon = PERIOD * t
        s = OTHER.nodes(horizon) - theta
        with np.errstate(all="ignore"):
            other = np.exp(-theta * t) * OTHER.values(scale * np.asarray(law.excess_lst(s)), t, horizon)
    else:
        s = FOURIER.nodes.reshape((-1,) + (1,) * t.ndim) / t
        other = FOURIER.values((1.0 - np.asarray(law.lst(s))) / s, t)
    apart = np.abs(np.where(proper & np.isfinite(other), other, value) - value)
    return 2.0 * apart + LEAST * np.abs(value)
