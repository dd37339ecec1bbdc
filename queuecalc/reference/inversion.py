"""Survival functions from transforms: the trapezoidal rule on a Bromwich line, its series summed by Euler.

Abate & Whitt 1992, "The Fourier-series method for inverting transforms of probability distributions", Queueing
Systems 10, section 5, in the form with the round-off parameter l: one point of the line in l carries the sign, so
that the factor e^(A/2l) in front stays small. The search inverts by other nodes and weights (`queuecalc.transform`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["nodes", "survival"]

_ALIAS = 30.0
"""A: the discretisation error is e^-A."""

_ROUND = 3
"""l: the round-off error is e^(A/2l) times that of the transform."""

_DIRECT = 45
_AVERAGED = 16
"""Blocks summed one by one, and partial sums averaged with binomial weights."""

_BINOMIAL = np.array([math.comb(_AVERAGED, k) for k in range(_AVERAGED + 1)]) / 2.0**_AVERAGED
_ORDER = np.arange(_ROUND * (_DIRECT + _AVERAGED) + 1)
_TURN = np.exp(1j * math.pi * _ORDER / _ROUND)[:, None]
_POINTS = (_ALIAS / (2 * _ROUND) + 1j * math.pi * _ORDER / _ROUND)[:, None]


def nodes(t: Any) -> Any:
    """The points s at which a transform is needed.

    Args:
        t: > 0 [s], a number, or some of them of shape (times,).

    Returns:
        Shape (points, 1), or (points, times, 1).
    """
    return _POINTS / t if np.ndim(t) == 0 else _POINTS[:, None] / np.asarray(t)[:, None]


def survival(mass: Any, transform: Any, t: Any) -> Any:
    """P(T > t), for a law that is smooth on (0, inf) but may be defective.

    Args:
        mass: P(T < inf), shape (instants,).
        transform: E[exp(-s T); T < inf] at `nodes(t)`, shape (points, instants) or (points, times, instants).
        t: seconds, > 0; a number, or shape (times,).

    Returns:
        P(t < T < inf), shape (instants,) or (times, instants), between 0 and `mass`.
    """
    s = nodes(t)
    missing = (mass - transform) / s
    terms = (missing * _TURN.reshape(-1, *(1,) * (missing.ndim - 1))).real
    blocks = terms[1:].reshape(_DIRECT + _AVERAGED, _ROUND, *terms.shape[1:]).sum(axis=1)
    partial = 0.5 * terms[0] + np.cumsum(blocks, axis=0)
    total = np.tensordot(_BINOMIAL, partial[_DIRECT - 1 :], axes=1)
    seconds = t if np.ndim(t) == 0 else np.asarray(t)[:, None]
    return np.clip(math.exp(_ALIAS / (2 * _ROUND)) / (_ROUND * seconds) * total, 0.0, mass)
