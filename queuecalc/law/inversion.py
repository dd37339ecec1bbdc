"""Survival function and density of a smooth law from its transform.

P(T > t) has the transform (1 - lst(s)) / s, the density lst(s) less the atom at 0; both are inverted from the same
values of lst: by Euler's algorithm, or de Hoog's where the whole batch has heavy tails (abscissa 0), which no tilt can
straighten. Two substitutions, both exact, keep Euler's absolute error of 1e-10 a relative one:

* tilt: g(t) = e^(theta t) P(T > t) has the transform at s - theta. theta is the mean decay rate between t and 3 t,
  read off the gamma law with the same mean and variance and cut at the abscissa, so that g(3 t), where the error of
  the algorithm comes from, is about g(t). (The abscissa itself would do for an exponential tail only.)
* shift: a law with little variability lies between two close times, which 31 nodes do not resolve on [0, t]. It is
  inverted from delta on, where Chernoff's bound shows P(T < delta) <= 1e-13: e^(s delta) lst(s) at t - delta.

Measured against gamma and hyperexponential laws of SCV 0.005 to 50: 1e-9 relative down to survival 1e-9; against
lognormal, Weibull and Lomax laws 1e-9 relative down to survival 1e-4, 1e-14 absolute beyond. Below SCV 0.1 a law
without an atom at 0 is inverted by a longer series (`narrow_inversion.py`). Below SCV 0.0000001 the gamma law itself
is taken: all are within 1e-3 of the time of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.law.base import Law
from queuecalc.law.narrow_inversion import narrow_tail_and_density
from queuecalc.transform.de_hoog import DE_HOOG
from queuecalc.transform.euler import EULER
from queuecalc.transform.fourier import FOURIER
from queuecalc.transform.saddle_point import inverted

__all__ = [
    "kinked_tail_and_density",
    "mean_decay",
    "smooth_tail_and_density",
    "unbroken_tail_and_density",
]

SHORTEST = 1e-200
"""Times are inverted from this fraction of the mean on."""

STEADY = 0.2
"""Below this SCV a shift is looked for."""

UNRESOLVED = 1e-7
"""Below this SCV the gamma law with the same two moments is taken."""

NARROW = 0.1
"""Below this SCV a longer series is taken."""

TRIALS = np.array([3.0, 4.5, 6.0, 8.0, 11.0, 16.0, 24.0, 40.0])
"""Arguments of Chernoff's bound, in 1 / standard deviation."""


def smooth_tail_and_density(law: Law, t: Any) -> tuple[Any, Any]:
    """P(T > t) and the density at t of a law that is smooth on (0, inf), elementwise.

    An element whose mean is infinite (an unstable wait) has survival 1 and density 0.
    """
    shape = np.broadcast_shapes(np.shape(t), law.shape)
    given = np.broadcast_to(np.asarray(t, dtype=np.float64), shape)
    at_zero = sum((np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in law.atoms), start=np.zeros(()))
    mean = np.broadcast_to(np.asarray(law.mean, dtype=np.float64), shape)
    proper = np.isfinite(mean) & (mean > 0.0) & (given >= 0.0) & (given < np.inf)
    inverted = proper & (given > 0.0)
    tail = np.where((given < 0.0) | np.isinf(mean), 1.0, 0.0)
    tail = np.where(given == 0.0, 1.0 - at_zero, tail)
    if not np.any(proper):
        return tail, np.zeros(shape)
    scale = np.where(proper, mean, 1.0)
    # the density at 0 is the one just behind it
    time = np.where(proper, np.where(given > 0.0, np.maximum(given, SHORTEST * scale), 1e-9 * scale), scale)
    survived, density = _inverted(law, time, scale, at_zero)
    tail = np.clip(np.where(inverted, survived, tail), 0.0, 1.0)
    return tail, np.where(proper, np.maximum(density, 0.0), 0.0)


def kinked_tail_and_density(law: Law, t: Any) -> tuple[Any, Any]:
    """P(T > t) and the density at t > 0 of a law without jumps in P(T > t), by a long Fourier sum.

    For sums of several laws with jumps in their densities: 1e-6 where the density of the sum has kinks, 1e-9 where
    only its slope has.
    """
    shape = np.broadcast_shapes(np.shape(t), law.shape)
    given = np.broadcast_to(np.asarray(t, dtype=np.float64), shape)
    time = np.where(given > 0.0, given, 1.0)
    s = FOURIER.nodes.reshape((-1,) + (1,) * len(shape)) / time
    lst = np.asarray(law.lst(s))
    tail = np.clip(FOURIER.values((1.0 - lst) / s, time), 0.0, 1.0)
    density = np.maximum(FOURIER.values(lst, time), 0.0)
    return np.where(given > 0.0, tail, 1.0), np.where(given > 0.0, density, 0.0)


def unbroken_tail_and_density(law: Law, t: Any) -> tuple[Any, Any]:
    """P(T > t) and the density at t of a law whose density has no jumps, but may have kinks: a tilted series, summed
    until it settles (`transform/settling.py`).
    """
    shape = np.broadcast_shapes(np.shape(t), law.shape)
    given = np.broadcast_to(np.asarray(t, dtype=np.float64), shape)
    mean = np.asarray(law.mean)
    inside = (given > 0.0) & np.isfinite(given)
    time = np.where(inside, np.maximum(given, SHORTEST * mean), mean)

    def transforms(s: Any) -> tuple[Any, Any]:
        gone = law.lst_complement(s)
        return gone / np.where(s == 0.0, 1e-300, s), 1.0 - gone

    part = None if law.shape else lambda _: transforms
    tail, density = inverted(transforms, time, law.abscissa, part=part, smooth=False)
    tail = np.where(inside, np.clip(tail, 0.0, 1.0), np.where(given > 0.0, 0.0, 1.0))
    return tail, np.where(inside, np.maximum(density, 0.0), 0.0)


def _inverted(law: Law, time: Any, mean: Any, at_zero: Any, *, wide: bool = False) -> tuple[Any, Any]:
    c2 = np.broadcast_to(np.asarray(law.scv, dtype=np.float64), time.shape)
    c2 = np.clip(np.where(np.isnan(c2), 1.0, c2), 1e-9, 1e3)
    delta = _shift(law, time, mean, c2) if np.any(c2 < STEADY) else np.zeros(())
    narrow = (c2 < NARROW) & (c2 >= UNRESOLVED) & (np.asarray(at_zero) == 0.0)
    if np.any(narrow) and not wide:
        return _parted(law, time, mean, at_zero, c2, delta, narrow)
    left = time - delta
    theta = mean_decay(law, left, mean - delta, c2 * mean**2)
    heavy = not np.any(np.asarray(law.abscissa) > 0.0)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        s = (
            DE_HOOG.nodes(2.0 * left)
            if heavy
            else EULER.nodes.reshape((-1,) + (1,) * time.ndim) / left - theta
        )
        lst = np.asarray(law.lst(s))
        if np.any(delta > 0.0):
            lst = lst * np.exp(s * delta)
        survival = (1.0 - lst) / s
        if heavy:
            tail, density = (DE_HOOG.values(f, left, 2.0 * left) for f in (survival, lst - at_zero))
        else:
            pole = np.abs(s[0].real) * mean < 1e-4
            if np.any(pole):  # the first node is real and may meet the removable pole at s = 0
                near = law.mean * law.excess_lst(s[0]) * np.exp(s[0] * delta) - delta * np.exp(
                    0.5 * s[0] * delta
                )
                survival[0] = np.where(pole, near, survival[0])
            back = np.exp(-theta * left)
            tail = back * EULER.values(survival, left)
            density = back * EULER.values(lst - at_zero, left)
    steady = c2 < UNRESOLVED
    if np.any(steady):
        k, x = 1.0 / c2, time / (mean * c2)
        fitted = np.exp(special.xlogy(k - 1.0, x) - x - special.gammaln(k)) / (mean * c2)
        return np.where(steady, special.gammaincc(k, x), tail), np.where(steady, fitted, density)
    return tail, density


def _parted(
    law: Law, time: Any, mean: Any, at_zero: Any, c2: Any, delta: Any, narrow: Any
) -> tuple[Any, Any]:
    """Narrow elements by the longer series, the others as ever."""
    std = mean * np.sqrt(c2)
    found = narrow_tail_and_density(law, time, mean, std, np.broadcast_to(delta, time.shape))
    if np.all(narrow):
        return found
    wide = _inverted(law, time, mean, at_zero, wide=True)
    return np.where(narrow, found[0], wide[0]), np.where(narrow, found[1], wide[1])


def _shift(law: Law, time: Any, mean: Any, c2: Any) -> Any:
    """delta with P(T < delta) <= exp(-30): e^(x delta) lst(x) bounds that for every x > 0.

    At least a quarter of the bulk's width is left of `time`: mass that far below delta is nil.
    """
    column = TRIALS.reshape((-1,) + (1,) * time.ndim)
    with np.errstate(divide="ignore"):
        x = column / (mean * np.sqrt(c2))
        value = np.asarray(law.lst(x))
        bound = np.where(value > 1e-300, (-np.log(value) - 30.0) / x, 0.0)
    delta = np.maximum(np.max(bound, axis=0), 0.0)
    delta = np.minimum(delta, time - 0.25 * (mean - delta))
    # e^(s delta) must not overflow: Re s = 11.5 / (t - delta)
    return np.where(c2 < STEADY, np.clip(delta, 0.0, time * (600.0 / 612.0)), 0.0)


def mean_decay(law: Law, time: Any, mean: Any, var: Any) -> Any:
    """(ln P(T > t) - ln P(T > 3 t)) / (2 t) of the gamma law, at most the abscissa."""
    abscissa = np.broadcast_to(np.asarray(law.abscissa, dtype=np.float64), time.shape)
    if not np.any(abscissa > 0.0):
        return np.zeros(time.shape)
    c2 = var / mean**2
    k, x = 1.0 / c2, time / (mean * c2)
    far = np.maximum(special.gammaincc(k, 3.0 * x), 1e-300)
    rate = np.log(np.maximum(special.gammaincc(k, x), 1e-300) / far) / (2.0 * time)
    # both underflow far out, where the decay is the gamma law's own
    rate = np.where(far <= 1e-300, 1.0 / (mean * c2), rate)
    return np.clip(rate, 0.0, abscissa)
