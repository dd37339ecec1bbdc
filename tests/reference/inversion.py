"""Survival functions from transforms: the trapezoidal rule on a Bromwich line, its series summed by Euler.

Abate & Whitt 1992, "The Fourier-series method for inverting transforms of probability distributions", Queueing
Systems 10, section 5, in the form with the round-off parameter l: one point of the line in l carries the sign, so
that the factor e^(A/2l) in front stays small. Slow, and shared with nothing that it judges.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["survival"]

ALIAS = 30.0  # discretisation error e^-30
ROUND = 3  # round-off e^(30/6) x 1e-16
DIRECT = 45  # blocks summed one by one
AVERAGED = 16  # partial sums averaged with binomial weights

_BINOMIAL = np.array([math.comb(AVERAGED, k) for k in range(AVERAGED + 1)]) / 2.0**AVERAGED
_ORDER = np.arange(ROUND * (DIRECT + AVERAGED) + 1)
_TURN = np.exp(1j * math.pi * _ORDER / ROUND)


def survival(transform: Callable[[Any], Any], t: float) -> float:
    """P(T > t) for t > 0 from the transform E exp(-s T), for a law that is smooth on (0, inf)."""
    s = (ALIAS / (2 * ROUND) + 1j * math.pi * _ORDER / ROUND) / t
    values = (1.0 - np.asarray(transform(s))) / s
    terms = (values * _TURN).real
    blocks = terms[1:].reshape(-1, ROUND).sum(axis=1)
    partial = 0.5 * terms[0] + np.cumsum(blocks)
    total = float(_BINOMIAL @ partial[DIRECT - 1 :])
    return math.exp(ALIAS / (2 * ROUND)) / (ROUND * t) * total
