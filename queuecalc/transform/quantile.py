"""Quantiles from a survival function and its density: safeguarded Newton on the logarithm of the survival function.

ln P(T > t) is nearly straight in the tail, so Newton on it costs two to four steps there. A bracket keeps every
element inside what earlier steps have shown; a step that leaves it, or does not halve the step before the last, is
replaced by bisection (in the logarithm, while the ends are far apart; a fixed growth, while there is no upper end).
At a jump the bracket closes on it. The noise of an inversion, divided by the density, is the error of the result.
Fails where the survival function is not monotone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["quantile"]

FASTEST = 10.0
"""The growth of t in one step while no upper end is known."""

STALLED = 1e-3
"""While no upper end is known, smaller steps must halve."""

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
    last, before = np.full_like(t, np.inf), np.full_like(t, np.inf)
    done = ~np.broadcast_to(np.asarray(active, dtype=bool), t.shape)
    for _ in range(steps):
        if done.all():
            break
        survival, density = tail_and_density(t)
        above = survival > target
        low = np.where(~done & above, t, low)
        high = np.where(~done & ~above, t, high)
        with np.errstate(all="ignore"):
            step = (np.log(survival) - log_target) * survival / density
            proposed = np.minimum(t + step, FASTEST * t)
            newton = (proposed > low) & (proposed < high) & (np.abs(step) <= 0.5 * before)
            newton |= (proposed > low) & np.isinf(high) & (step > STALLED * t)
            halved = np.where(
                high > 4.0 * low, np.sqrt(np.maximum(low, 1e-3 * high) * high), 0.5 * (low + high)
            )
        moved = np.where(newton, proposed, np.where(np.isinf(high), FASTEST * t, halved))
        moved = np.where((survival == target) | (proposed == t), t, moved)
        size = np.abs(moved - t)
        settled = (size <= relative * t) | (newton & (size <= converged * t))
        t = np.where(done, t, moved)
        last, before = size, last
        done = done | settled
    return t
