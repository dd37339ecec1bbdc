"""Quantiles from a survival function and its density: safeguarded Newton on the logarithm of the survival function.

ln P(T > t) is nearly straight in the tail, so Newton on it costs two to four steps there; a bracket keeps every
element inside what earlier steps have shown, and a step that leaves it is replaced by bisection (or doubling, while
no upper end is known). At a jump the bracket closes on it. The noise of an inversion, divided by the density, is the
error of the result. Fails where the survival function is not monotone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["quantile"]

TailAndDensity = Callable[[Any], tuple[Any, Any]]


def quantile(
    tail_and_density: TailAndDensity,
    tail: npt.ArrayLike,
    start: npt.ArrayLike,
    *,
    active: npt.ArrayLike = True,
    relative: float = 1e-14,
    converged: float = 2e-8,
    steps: int = 200,
) -> Any:
    """The t > 0 with P(T > t) = tail, elementwise.

    Args:
        tail_and_density: t -> (P(T > t), density at t), for an array t > 0 of the broadcast shape.
        tail: survival probabilities in (0, P(T > 0)): 1 - q for the q-quantile.
        start: first guesses > 0.
        active: where to solve; elsewhere `start` is returned.
        relative: a bracket narrower than this fraction of t ends the iteration of that element.
        converged: so does a Newton step below this fraction of t: the next one would be about its square.
        steps: an upper limit on the number of steps.

    Returns:
        An array of the broadcast shape of `tail` and `start`.
    """
    target, t = np.broadcast_arrays(np.asarray(tail, dtype=np.float64), np.asarray(start, dtype=np.float64))
    t = t.copy()
    log_target = np.log(target)
    low = np.zeros_like(t)
    high = np.full_like(t, np.inf)
    done = ~np.broadcast_to(np.asarray(active, dtype=bool), t.shape)
    for _ in range(steps):
        if done.all():
            break
        survival, density = tail_and_density(t)
        with np.errstate(all="ignore"):
            gap = np.log(survival) - log_target
            step = gap * survival / density
        above = survival > target
        low = np.where(~done & above, t, low)
        high = np.where(~done & ~above, t, high)
        with np.errstate(invalid="ignore", over="ignore"):
            proposed = t + step
            usable = np.isfinite(proposed) & (proposed > low) & (proposed < high)
            middle = np.where(np.isfinite(high), 0.5 * (low + high), 2.0 * t)
        moved = np.where(survival == target, t, np.where(usable, proposed, middle))
        size = np.abs(moved - t)
        settled = (size <= relative * t) | (usable & (size <= converged * t))
        t = np.where(done, t, moved)
        done = done | settled
    return t
