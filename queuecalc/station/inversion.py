"""Survival function and density of a wait from its transform: the Fourier-series method, tilted, without aliasing.

With s_k = (A + 2 pi i k) / (2 t) the trapezoidal rule on the Bromwich integral gives (Abate & Whitt 1992, "The
Fourier-series method for inverting transforms of probability distributions", Queueing Systems 10, section 5)

    h(t) = e^(A/2) / t sum'_k (-1)^k Re F(s_k) = f(t) + sum_{j >= 1} e^(-j A) f((2 j + 1) t).

A = 16 loses three digits to rounding instead of the usual five; the aliasing that it leaves, e^(-A) f(3 t), is computed
in the same way and taken away, which leaves e^(-2 A) = 1e-14. The alternating series is summed by binomial averages of
partial sums (Euler); where these have not settled the series goes on, so that kinks and steep places cost time instead
of digits. A tilt theta (F(s - theta), times e^(-theta t)) by the decay rate makes the error relative to f.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

__all__ = ["inverted"]

A = 16.0

FIRST = 24
"""Partial sums before the average; doubled until settled."""

LONGEST = 1536

AVERAGED = 12

FEWER = 3
"""The error estimate compares with the average of this many partial sums fewer."""

SETTLED, ROUGHLY = (1e-11, 1e-12), (1e-9, 1e-11)
"""Relative and absolute change at which a series has settled; the second is the rounding error of the sum. Kinks make
a series settle slowly: a law that has some is content with less."""

STALLED, PATIENCE, NOISE = 0.5, 2, 1e-4
"""After PATIENCE doublings that left more than the share STALLED of a change below NOISE, what is left is the noise of
the transform itself."""

ROOM = 1 << 18
"""Terms times elements evaluated at once."""

Transforms = Callable[[Any], tuple[Any, Any]]
Tolerance = tuple[float, float]


def inverted(transforms: Transforms, t: Any, tilt: Any, *, single: bool, smooth: bool) -> tuple[Any, Any]:
    """(tail, density) at times t > 0.

    Args:
        transforms: s -> (transform of the tail, transform of the density), for complex s of shape (k, *shape).
        t: array of times > 0.
        tilt: theta >= 0, broadcasting against t; the transforms are regular to the right of -theta.
        smooth: whether the functions have no kinks.
        single: whether the transforms are those of one law, so that any times may be asked of them together.

    Returns:
        Two arrays of the broadcast shape of t and tilt.
    """
    time, theta = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(tilt, dtype=np.float64))
    shape = time.shape
    if single:
        time, theta = time.ravel(), theta.ravel()
    tolerance = SETTLED if smooth else ROUGHLY
    here, there = (_series(transforms, x, theta, single, tolerance) for x in (time, 3.0 * time))
    # what is inverted is e^(theta t) f(t)
    tail, density = np.exp(-theta * time) * (here - math.exp(-A) * there)
    return tail.reshape(shape), density.reshape(shape)


def _series(transforms: Transforms, t: Any, theta: Any, single: bool, tolerance: Tolerance) -> Any:
    """e^(theta t) times both functions and their aliases, shape (2, *t.shape)."""
    relative, absolute = tolerance
    values, change = _summed(transforms, t, theta, FIRST)
    going = np.asarray(change > relative * np.abs(values[0]) + absolute)
    stalls = np.zeros(t.shape)
    length = FIRST
    while length < LONGEST and np.any(going):
        length *= 2
        if single:
            more, moved = _summed(transforms, t[going], theta[going], length)
        else:
            more, moved = (x[..., going] for x in _summed(transforms, t, theta, length))
        before, known = change[going], values[:, going]
        values[:, going] = np.where(moved < before, more, known)
        change[going] = np.minimum(moved, before)
        stalls[going] = np.where(moved < STALLED * before, 0.0, stalls[going] + 1.0)
        size = np.abs(values[0])
        noise = (stalls >= PATIENCE) & (change < NOISE * size + NOISE)
        going &= (change > relative * size + absolute) & ~noise
    return values


def _summed(transforms: Transforms, t: Any, theta: Any, length: int) -> tuple[Any, Any]:
    """(values, change of the tail with fewer sums averaged) with so many partial sums before the average."""
    full, fewer = _weights(length, AVERAGED), _weights(length, AVERAGED - FEWER)
    values, shorter = np.zeros((2, *t.shape)), np.zeros(t.shape)
    # not a matrix product: waking the threads of the BLAS costs more than the sum
    step = max(16, ROOM // max(1, t.size))
    for start in range(0, full.size, step):
        part = slice(start, start + step)
        k = np.arange(full.size)[part].reshape(-1, *(1,) * t.ndim)
        tail, density = transforms((A + 2j * math.pi * k) / (2.0 * t) - theta)
        values[0] += np.einsum("k,k...->...", full[part], tail.real)
        values[1] += np.einsum("k,k...->...", full[part], density.real)
        shorter += np.einsum("k,k...->...", fewer[part], tail.real)
    values /= t
    return values, np.abs(values[0] - shorter / t)


@cache
def _weights(length: int, averaged: int) -> Any:
    """Signs times the share of the averaged partial sums that have each term, times e^(A/2)."""
    share = np.zeros(length + AVERAGED + 1)
    share[: length + 1] = 1.0
    share[0] = 0.5
    for m in range(1, averaged + 1):
        share[length + m] = sum(math.comb(averaged, i) for i in range(m, averaged + 1)) / 2.0**averaged
    return math.exp(A / 2.0) * np.where(np.arange(share.size) % 2 == 0, 1.0, -1.0) * share
