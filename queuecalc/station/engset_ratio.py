"""Engset's loss formula: the binomial probability over its sum below, for arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.station.poisson_ratio import log_weight

__all__ = ["engset_loss"]

DEEP = 1e-250
"""Where the binomial distribution function is below this, the recursion over the servers takes its place."""

DIGITS = 1e-18
"""The recursion starts so far below that what it starts from has lost this weight."""


def engset_loss(servers: Any, sources: Any, demand: Any) -> Any:
    """E(c; M, alpha) = C(M, c) alpha^c / sum_{n <= c} C(M, n) alpha^n: the share of time in which c servers are busy.

    Args:
        servers: c >= 0, whole.
        sources: M >= 0, whole; E = 0 where M < c.
        demand: alpha >= 0, the request rate of an idle source times the mean service.

    Returns:
        An array; the arguments are arrays of one shape. Relative error 1e-12 up to M = 1e6.

    Source: Engset 1918; Kleinrock 1975, section 3.10.
    """
    inside = (servers <= sources) & (demand > 0.0) & (servers > 0.0)
    c = np.where(inside, servers, 1.0)
    m = np.where(inside, np.maximum(sources, 1.0), 1.0)
    alpha = np.where(inside, demand, 1.0)
    p, rest = alpha / (1.0 + alpha), 1.0 / (1.0 + alpha)
    some = m > c
    away = np.where(some, m - c, 1.0)
    # the binomial probability as a ratio of Poisson ones
    log_p = log_weight(c, m * p) - log_weight(m, m)
    log_p = log_p + np.where(some, log_weight(away, m * rest), -m * rest)
    # by the smaller of p and 1 - p, which alone is known to its last digit
    few = special.betaincc(c + 1.0, away, np.minimum(p, 0.5))
    below = np.where(some, np.where(p < 0.5, few, special.betainc(away, c + 1.0, rest)), 1.0)
    deep = below < DEEP
    value = np.exp(log_p) / np.where(deep, 1.0, below)
    if np.any(deep):
        value = np.where(deep, _recursion(np.where(deep, c, 1.0), m, np.where(deep, alpha, 1e3)), value)
    limit = np.where((servers == 0.0) & (sources >= 0.0), 1.0, 0.0)
    return np.where(inside, np.minimum(value, 1.0), limit)


def _recursion(c: Any, m: Any, alpha: Any) -> Any:
    """1 / E(c) = 1 + c / ((M - c + 1) alpha) / E(c - 1), from where it does not matter."""
    ratio = np.minimum(c / ((m - c + 1.0) * alpha), 0.999999)
    steps = int(np.max(np.minimum(c, np.ceil(np.log(DIGITS) / np.log(ratio)))))
    inverse = np.ones_like(c)
    for back in range(steps - 1, -1, -1):
        n = c - back
        inverse = np.where(n >= 1.0, 1.0 + n / ((m - n + 1.0) * alpha) * inverse, inverse)
    return 1.0 / inverse
