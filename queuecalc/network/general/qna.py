"""Whitt's queueing network analyzer: one number for the variability of each flow, and linear equations for all."""

from __future__ import annotations

import numpy as np

from queuecalc.load.arrays import FloatArray

__all__ = ["arrival_variability", "mean_wait"]

_LEAST = 0.2  # of the service SCV in departures of several servers, eq. (38)


def arrival_variability(
    P: FloatArray,
    rates: FloatArray,
    external: FloatArray,
    external_scv: FloatArray,
    rho: FloatArray,
    servers: FloatArray,
    service_scv: FloatArray,
) -> FloatArray:
    """SCV of the arrivals at each station, ca2 = a + B ca2; all arrays of shape (n,), P of shape (n, n).

    Superposition is a convex combination with weight w_j, departures ca2 (1 - rho^2) + rho^2 x, splitting
    p c2 + 1 - p; where departures or services may be without limit (servers inf), rho is taken as 0.

    Source: Whitt 1983, The queueing network analyzer, Bell Syst. Tech. J. 62, eqs. (24) to (29), (38).
    """
    with np.errstate(invalid="ignore"):
        share = rates[:, None] * P / rates  # of the arrivals at j, from i
        x = 1.0 + (np.maximum(service_scv, _LEAST) - 1.0) / np.sqrt(servers)
        x = np.where(servers == 1.0, service_scv, x)
    outside = external / rates
    v = 1.0 / (outside**2 + (share**2).sum(axis=0))
    used = np.minimum(rho, 1.0) ** 2
    w = 1.0 / (1.0 + 4.0 * (1.0 - np.minimum(rho, 1.0)) ** 2 * (v - 1.0))
    a = 1.0 + w * (outside * external_scv - 1.0 + (share * ((1.0 - P) + P * (used * x)[:, None])).sum(axis=0))
    B = w * share * P * (1.0 - used)[:, None]
    return np.maximum(np.linalg.solve(np.eye(rates.size) - B.T, a), 0.0)


def mean_wait(mean_of_markovian: float, rho: float, ca2: float, cs2: float, *, single: bool) -> float:
    """(ca2 + cs2) / 2 times that of M/M/c, for one server times the factor of Kraemer & Langenbach-Belz.

    Source: Whitt 1983, eqs. (44), (45) and (71).
    """
    total = ca2 + cs2
    factor = 1.0
    if single and ca2 < 1.0 and total > 0.0 and rho > 0.0:
        factor = float(np.exp(-2.0 * (1.0 - rho) * (1.0 - ca2) ** 2 / (3.0 * rho * total)))
    return factor * 0.5 * total * mean_of_markovian
