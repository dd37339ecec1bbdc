"""The decay rate of waits: where the transform of M/G/1 at S / c has its first pole to the left of 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station.offered import Load

__all__ = ["decay_rate"]

STEPS = 100


def decay_rate(load: Load, service: Law) -> Any:
    """eta > 0 with rho X*(-eta / c) = 1, X the excess of the service time; P(W > t) falls as exp(-eta t).

    The abscissa of X* times c where that comes first (no root: the tail of the service time rules), 0 for a heavy tail
    and without a steady state, inf without arrivals. 1 - rho X*(-x) is concave in x and falls from 1 - rho, so the root
    lies below the zero (1 - rho) / (rho E[X]) of its tangent: bisection, then false position (Illinois).

    Source: Asmussen 2003, Applied Probability and Queues, theorem XIII.5.3; for M/G/c Takahashi 1981.
    """
    rho, slack = load.utilisation, load.slack
    limit = np.broadcast_to(np.asarray(service.abscissa, dtype=np.float64), slack.shape)
    excess = np.broadcast_to(np.asarray(service.excess_mean, dtype=np.float64), slack.shape)
    solvable = (slack > 0.0) & (limit > 0.0) & np.isfinite(excess) & (rho * excess > 0.0)
    low = np.zeros(slack.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        tangent = slack / (rho * excess)
    high = np.where(solvable, np.minimum(limit, np.where(solvable, tangent, 1.0)), 1.0)
    at_low, at_high = np.where(solvable, slack, 1.0), _value(load, service, high, solvable)
    open_end = solvable & (at_high > 0.0)
    side = np.zeros(slack.shape)
    x, value = low, at_low
    for step in range(STEPS):
        false_position = (low * at_high - high * at_low) / np.where(at_high == at_low, 1.0, at_high - at_low)
        usable = (step >= 6) & (false_position > low) & (false_position < high)
        x = np.where(usable, false_position, 0.5 * (low + high))
        value = _value(load, service, x, solvable)
        left = value > 0.0
        at_high = np.where(left & (side == 1.0), 0.5 * at_high, np.where(left, at_high, value))
        at_low = np.where(~left & (side == -1.0), 0.5 * at_low, np.where(left, value, at_low))
        low, high = np.where(left, x, low), np.where(left, high, x)
        side = np.where(left, 1.0, -1.0)
        if np.all(~solvable | open_end | (high - low <= 4e-16 * high) | (value == 0.0)):
            break
    eta = np.where(open_end, np.where(solvable, np.minimum(limit, high), 0.0), np.where(value == 0.0, x, low))
    none = (rho <= 0.0) | (load.service_mean <= 0.0)
    return np.where(none, np.inf, np.where(solvable, eta * load.servers, 0.0))


def _value(load: Load, service: Law, x: Any, solvable: Any) -> Any:
    """1 - rho X*(-x), cut below at -1e9 where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        d = np.asarray(service.excess_complement(np.where(solvable, -x, 0.0)))
        value = load.slack + load.utilisation * d
    value = np.where(np.isnan(value), -np.inf, value)
    return np.where(solvable, np.maximum(value, -1e9), 1.0)
