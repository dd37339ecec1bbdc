"""Survival function and density from a transform: a tilted Fourier series without aliasing, summed until it settles.

With s_k = (A + 2 pi i k) / (2 t) the trapezoidal rule on the Bromwich integral gives (Abate & Whitt 1992, "The
Fourier-series method for inverting transforms of probability distributions", Queueing Systems 10, section 5)

    h(t) = e^(A/2) / t sum'_k (-1)^k Re F(s_k) = f(t) + sum_{j >= 1} e^(-j A) f((2 j + 1) t).

A = 16 loses three digits to rounding instead of the usual five; the aliasing that it leaves, e^(-A) f(3 t), is computed
in the same way and taken away, which leaves e^(-2 A) = 1e-14. The alternating series is summed by binomial averages of
partial sums (Euler); where these have not settled the series goes on, so that kinks and steep places cost time instead
of digits. A tilt theta (F(s - theta), times e^(-theta t)) makes the error relative to f; a good one, a saddle point,
makes Chernoff's bound e^(-theta t) F(-theta) least.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

__all__ = ["Part", "Transforms", "settled"]

A = 16.0

FIRST, FIRST_OF_KINKED = 24, 96
"""Partial sums before the average; doubled until settled."""

LONGEST = 1536

AVERAGED = 12

FEWER = (3, 6)
"""The error estimate compares with the averages of these many partial sums fewer; at kinks with both."""

SETTLED, ROUGHLY = (1e-11, 1e-12), (1e-9, 1e-11)
"""Relative and absolute change at which a series has settled; the second is the rounding error of the sum. Kinks make
a series settle slowly: a law that has some is content with less."""

STALLED, NOISE = 0.5, 1e-5
"""A doubling that leaves more than the share STALLED of a change below NOISE has met the noise of the transform itself;
of smooth functions alone: at a kink the change may be small by chance."""

ROOM = 1 << 15
"""Terms times elements evaluated at once."""

Transforms = Callable[[Any], tuple[Any, Any]]
Part = Callable[[Any], Transforms]


def settled(
    transforms: Transforms,
    t: Any,
    theta: Any,
    *,
    part: Part | None,
    smooth: bool,
    slack: float = 1.0,
    longest: int = LONGEST,
) -> tuple[Any, Any]:
    """(tail, density) at times t > 0.

    Args:
        transforms: s -> (transform of the tail, transform of the density), for complex s of shape (k, *shape).
        t: array of times > 0, of at least one axis.
        theta: the tilt, of the same shape: the transforms are regular to the right of -theta.
        part: mask of the shape -> the transforms of the chosen elements in a row, so that those which settle slowly
            do not hold up the others; None where the elements cannot be parted.
        smooth: whether the functions have no kinks.
        slack: how many times less exact than usual the series may settle.
        longest: partial sums before the average at most.

    Returns:
        Two arrays of the shape of t.
    """
    here = _series(transforms, t, theta, part, smooth, slack, longest)
    there = _series(transforms, 3.0 * t, theta, part, smooth, slack * math.exp(A), longest)
    # what is inverted is e^(theta t) f(t)
    tail, density = np.exp(-theta * t) * (here - math.exp(-A) * there)
    return tail, density


def _series(
    transforms: Transforms, t: Any, theta: Any, part: Part | None, smooth: bool, slack: float, longest: int
) -> Any:
    """e^(theta t) times both functions and their aliases, shape (2, *t.shape); `slack` times less exact than usual."""
    relative, absolute = (slack * x for x in (SETTLED if smooth else ROUGHLY))
    length = FIRST if smooth else FIRST_OF_KINKED
    values, change = _summed(transforms, t, theta, length, smooth)
    going = change > relative * np.abs(values[0]) + absolute
    while length < longest and np.any(going):
        length *= 2
        if part is None:
            more, moved = (x[..., going] for x in _summed(transforms, t, theta, length, smooth))
        else:
            more, moved = _summed(part(going), t[going], theta[going], length, smooth)
        before, known = change[going], values[:, going]
        better = (moved < before) | (not smooth)
        values[:, going] = np.where(better, more, known)
        change[going] = np.where(better, moved, before)
        size = np.abs(values[0])
        noise = np.zeros(t.shape, dtype=bool)
        noise[going] = smooth & (moved > STALLED * before) & (change[going] < NOISE * size[going] + NOISE)
        going &= (change > relative * size + absolute) & ~noise
    return values


def _summed(transforms: Transforms, t: Any, theta: Any, length: int, smooth: bool) -> tuple[Any, Any]:
    """(values, change of the tail with fewer sums averaged) with so many partial sums before the average."""
    fewer = FEWER[:1] if smooth else FEWER
    weights = np.stack([_weights(length, AVERAGED - less) for less in (0, *fewer)])
    tails, density = np.zeros((len(weights), *t.shape)), np.zeros(t.shape)
    # not a matrix product: waking the threads of the BLAS costs more than the sum
    step = max(16, ROOM // max(1, t.size))
    for start in range(0, weights.shape[1], step):
        part = slice(start, start + step)
        k = np.arange(weights.shape[1])[part].reshape(-1, *(1,) * t.ndim)
        tail, slope = transforms((A + 2j * math.pi * k) / (2.0 * t) - theta)
        tails += np.einsum("mk,k...->m...", weights[:, part], tail.real)
        density += np.einsum("k,k...->...", weights[0, part], slope.real)
    change = np.max(np.abs(tails[1:] - tails[0]), axis=0)
    return np.stack([tails[0], density]) / t, change / t


@cache
def _weights(length: int, averaged: int) -> Any:
    """Signs times the share of the averaged partial sums that have each term, times e^(A/2)."""
    share = np.zeros(length + AVERAGED + 1)
    share[: length + 1] = 1.0
    share[0] = 0.5
    for m in range(1, averaged + 1):
        share[length + m] = sum(math.comb(averaged, i) for i in range(m, averaged + 1)) / 2.0**averaged
    return math.exp(A / 2.0) * np.where(np.arange(share.size) % 2 == 0, 1.0, -1.0) * share
