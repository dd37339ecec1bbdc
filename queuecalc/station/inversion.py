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
from typing import Any

import numpy as np

__all__ = ["inverted"]

A = 16.0

FIRST = 24
"""Partial sums before the average; doubled until settled."""

AVERAGED = 12

FEWER = 3
"""The error estimate compares with the average of this many partial sums fewer."""

LONGEST = 6144

SETTLED = 1e-11
"""Change, relative to the value, at which a series has settled."""

Transforms = Callable[[Any], tuple[Any, Any]]


def inverted(transforms: Transforms, t: Any, tilt: Any) -> tuple[Any, Any]:
    """(tail, density) at times t > 0.

    Args:
        transforms: s -> (transform of the tail, transform of the density), for complex s of shape (k, *shape).
        t: array of times > 0.
        tilt: theta >= 0, broadcasting against t; the transforms are regular to the right of -theta.

    Returns:
        Two arrays of the broadcast shape of t and tilt.
    """
    time, theta = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(tilt, dtype=np.float64))
    here = _Series(transforms, time, theta)
    there = _Series(transforms, 3.0 * time, theta)
    # e^(theta t) f is inverted: its alias at 3 t carries e^(3 theta t)
    scale = np.exp(-theta * time)
    alias = math.exp(-A)
    (tail, density), (tail_alias, density_alias) = here.values(), there.values()
    return scale * (tail - alias * tail_alias), scale * (density - alias * density_alias)


class _Series:
    """The series of both functions at fixed times, extended until both have settled."""

    def __init__(self, transforms: Transforms, t: Any, theta: Any) -> None:
        self.transforms, self.t, self.theta = transforms, t, theta
        self.sums = np.zeros((2, 1, *t.shape))
        self.terms = 0

    def values(self) -> tuple[Any, Any]:
        """e^(theta t) f(t) for both functions."""
        length = FIRST
        while True:
            self._extend(length + AVERAGED + 1)
            value, change = self._average()
            settled = change <= SETTLED * np.abs(value[0]) + 1e-15
            if length >= LONGEST or bool(np.all(settled)):
                return value[0], value[1]
            length *= 2

    def _extend(self, terms: int) -> None:
        """Partial sums up to that many terms; only the last ones are kept."""
        k = np.arange(self.terms, terms).reshape(-1, *(1,) * self.t.ndim)
        s = (A + 2j * math.pi * k) / (2.0 * self.t) - self.theta
        weight = np.where(k % 2 == 0, 1.0, -1.0) * np.where(k == 0, 0.5, 1.0) * math.exp(A / 2.0)
        kept = []
        for values, before in zip(self.transforms(s), self.sums[:, -1], strict=True):
            sums = np.cumsum(weight * values.real, axis=0) / self.t + before
            kept.append(sums[-(AVERAGED + 1) :])
        self.sums = np.stack(kept)
        self.terms = terms

    def _average(self) -> tuple[Any, Any]:
        """Binomial averages of both functions, and the change of the first when fewer partial sums are averaged."""
        value = np.tensordot(_binomial(AVERAGED), self.sums, axes=(0, 1))
        shorter = np.tensordot(_binomial(AVERAGED - FEWER), self.sums[0, : AVERAGED - FEWER + 1], axes=(0, 0))
        return value, np.abs(value[0] - shorter)


def _binomial(n: int) -> Any:
    return np.array([math.comb(n, i) for i in range(n + 1)]) / 2.0**n
