"""The second moment of the equilibrium excess of a law, which the variance of a wait needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station.third_cumulant import third_cumulant_of_parts

__all__ = ["excess_second_moment"]

NODES = 64

STEP = 1.0 / 16.0

REACH = 60.0
"""The integral runs over mean exp(-REACH) to mean exp(REACH)."""


def excess_second_moment(law: Law) -> Any:
    """E[X^2] = E[S^3] / (3 E[S]) of the batch shape, X the excess of S; inf where the third moment is infinite.

    With exponential moments: 1 - X*(s) = E[X] s - E[X^2] s^2 / 2 + ... is regular inside |s| < abscissa, and Cauchy's
    integral over half that circle finds the coefficient to 2^-NODES. Without: E[X^2] = int t^2 P(S > t) dt / m on
    geometric steps of t, which is a trapezoidal rule in ln t; for sums, whose survival function is an inversion and too
    coarse so far out, from the third cumulants of the parts.
    """
    mean = np.asarray(law.mean, dtype=np.float64)
    scv = np.asarray(law.scv, dtype=np.float64)
    limit = np.broadcast_to(np.asarray(law.abscissa, dtype=np.float64), law.shape)
    light = limit > 0.0
    contour = _by_contour(law, mean, limit) if np.any(light) else np.zeros(law.shape)
    integral = np.zeros(law.shape)
    if not np.all(light):
        cumulant = third_cumulant_of_parts(law, _third_cumulant)
        if cumulant is None:
            integral = _by_integral(law, mean)
        else:
            safe = np.where(mean > 0.0, mean, 1.0)
            integral = (cumulant / safe + 3.0 * np.asarray(law.var) + mean * mean) / 3.0
    constant = mean * mean / 3.0
    return np.where(scv == 0.0, constant, np.where(np.isinf(scv), np.inf, np.where(light, contour, integral)))


def _third_cumulant(law: Law) -> Any:
    """E[(S - E S)^3]; inf where the third moment is infinite."""
    mean, var = np.asarray(law.mean), np.asarray(law.var)
    with np.errstate(invalid="ignore"):
        cumulant = mean * (3.0 * (excess_second_moment(law) - var) - mean * mean)
    return np.where(np.isfinite(cumulant), cumulant, np.inf)


def _by_contour(law: Law, mean: Any, limit: Any) -> Any:
    safe = np.where(mean > 0.0, mean, 1.0)
    radius = np.where(limit > 0.0, np.minimum(0.5 * limit, 1.0 / safe), 1.0 / safe)
    angle = 2.0 * math.pi * (np.arange(NODES).reshape(-1, *(1,) * len(law.shape)) + 0.5) / NODES
    s = radius * np.exp(1j * angle)
    return -2.0 * np.mean((law.excess_complement(s) / s**2).real, axis=0)


def _by_integral(law: Law, mean: Any) -> Any:
    y = np.arange(-REACH, REACH + STEP / 2.0, STEP).reshape(-1, *(1,) * len(law.shape))
    scale = np.where(mean > 0.0, mean, 1.0)
    t = scale * np.exp(y)
    terms = t**3 * np.asarray(law.sf(t)) / scale * STEP
    total = np.sum(terms, axis=0)
    # t^3 P(S > t) that has not died out after e^REACH means has no integral
    return np.where(terms[-1] > 1e-13 * total, np.inf, total)
