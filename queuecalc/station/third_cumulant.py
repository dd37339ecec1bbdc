"""Third cumulants of laws that are put together from others, from the moments of the parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.interrupted import Interrupted
from queuecalc.law.mixture import Mixture
from queuecalc.law.random_sum import RandomSum
from queuecalc.law.scaled import Scaled
from queuecalc.law.sum import Sum

__all__ = ["third_cumulant_of_parts"]

Cumulant = Callable[[Law], Any]
"""law -> E[(S - E S)^3], inf where the third moment is infinite."""


def third_cumulant_of_parts(law: Law, cumulant: Cumulant) -> Any:
    """E[(S - E S)^3] from that of the parts; None for a law without parts.

    Independent times add their cumulants; N copies have, by the law of total cumulance,
    k3 = E[N] k3(S) + 3 var N E[S] var S + k3(N) E[S]^3 (Brillinger 1969, "The calculation of cumulants via
    conditioning", Ann. Inst. Stat. Math. 21), and work S with interruptions R at rate r and a = 1 + r E[R]
    k3 = a^3 k3(S) + 3 a r E[R^2] var S + r E[S] E[R^3].
    """
    match law:
        case Sum():
            found = sum(cumulant(part) for part in law.laws)
        case Scaled():
            found = np.asarray(law.factor) ** 3 * cumulant(law.law)
        case Mixture():
            found = _mixed(law, cumulant)
        case BatchSum():
            n = np.arange(len(law.probabilities))
            chances = np.asarray(law.probabilities)
            mean = n @ chances
            found = _copies(law.law, mean, (n - mean) ** 2 @ chances, (n - mean) ** 3 @ chances, cumulant)
        case RandomSum():
            times = np.asarray(law.times)
            f = times - np.floor(times)
            found = _copies(law.law, times, f * (1.0 - f), f * (1.0 - f) * (1.0 - 2.0 * f), cumulant)
        case Interrupted():
            found = _interrupted(law, cumulant)
        case _:
            return None
    return np.where(np.isnan(found), np.inf, found)


def _mixed(law: Mixture, cumulant: Cumulant) -> Any:
    """Of parts with means m_i: sum_i w_i (k3_i + 3 (m_i - m) var_i + (m_i - m)^3)."""
    found: Any = 0.0
    for weight, part in zip(law.weights, law.laws, strict=True):
        apart = np.asarray(part.mean) - np.asarray(law.mean)
        own = cumulant(part) + 3.0 * apart * np.asarray(part.var) + apart**3
        found = found + weight * np.where(np.asarray(weight) > 0.0, own, 0.0)
    return found


def _copies(law: Law, number: Any, variance: Any, third: Any, cumulant: Cumulant) -> Any:
    """Of a random number of copies with this mean, variance and third cumulant."""
    mean = np.asarray(law.mean)
    return number * cumulant(law) + 3.0 * variance * mean * np.asarray(law.var) + third * mean**3


def _interrupted(law: Interrupted, cumulant: Cumulant) -> Any:
    rate, repair = np.asarray(law.rate), law.repair
    mean, var = np.asarray(repair.mean), np.asarray(repair.var)
    square, cube = var + mean**2, cumulant(repair) + 3.0 * mean * var + mean**3
    stretch = 1.0 + rate * mean
    return (
        stretch**3 * cumulant(law.law)
        + 3.0 * stretch * rate * square * np.asarray(law.law.var)
        + rate * np.asarray(law.law.mean) * cube
    )
