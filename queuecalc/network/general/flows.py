"""Spectra of the flows in an open network: every flow is made of what comes from outside, of services and of routing.

A station hands on the slow fluctuations of its arrivals and replaces the fast ones by those of its service: in the
frequency domain, D = h A + noise, the index of dispersion of departures over time being

    I_D(t) = w(t) I_A(t) + (1 - w(t)) I_S(rho t)

(Whitt & You 2018, eq. (22)). There w is given by the autocorrelation of reflected Brownian motion; its transform is
h(s) = s^2 times that of t w(t), whose real part at s = i w is the weight of the arrivals' spectrum. So taken, the flows
add up with all their correlations: those behind a split that meet again, and those that come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray

__all__ = ["Flows", "handed_on", "solved_flows"]


def handed_on(s: Any) -> Any:
    """h(s) = 1 - (s / 2) g(s)^2, g(s) = 2 / (1 + sqrt(1 + 2 s)): what a line hands on of its arrivals.

    1 - g^2 is s times the transform of the autocorrelation of reflected Brownian motion with drift -1 and variance 1.

    Source: Abate & Whitt 1987, Transient behavior of regulated Brownian motion, theorem 1.3 and corollary 1.3.4;
    Whitt & You 2018, eq. (23).
    """
    g = 2.0 / (1.0 + np.sqrt(1.0 + 2.0 * s))
    return 1.0 - 0.5 * s * g * g


@dataclass(frozen=True)
class Flows:
    """Of all stations, at every frequency; shapes (frequencies, n).

    Attributes:
        arrivals: spectrum of the arrivals over their rate.
        others: of what does not come from the station's own departures, over the same rate.
        returned: L, the part of a fluctuation of the departures that comes back.
    """

    arrivals: FloatArray
    others: FloatArray
    returned: Any


def solved_flows(
    P: FloatArray, rates: FloatArray, external: FloatArray, h: Any, own: FloatArray, kept: FloatArray
) -> Flows:
    """A = E + P' D + routing noise, D = h A + noise, for every frequency.

    The noise of a station has the spectrum kept S + own lambda, that of the routing of its departures is
    lambda (diag p - p p'), p the row of P. S is S_A where nobody comes back; with loops S_B / (1 - |L|^2), S_B of the
    arrivals other than own departures: in exponential networks lambda, so that departures are Poisson (Jackson 1957).

    Args:
        P: routing, shape (n, n).
        rates: lambda, shape (n,), > 0 [1/s].
        external: spectra of the outside arrivals, times their rates, shape (frequencies, n).
        h, own, kept: what is handed on and what is added, shape (frequencies, n).
    """
    n = rates.size
    own = own * rates
    eye = np.eye(n)
    G = np.linalg.inv(eye - P.T[None] * h[:, None, :])
    U = G @ P.T
    u = np.einsum("fii->fi", U)
    L = u / (1.0 + h * u)
    around, L2 = np.abs(1.0 - L * h) ** 2, np.abs(L) ** 2
    # S_B = around S_A - L2 noise, noise = kept S_B / (1 - L2) + own: linear in S_A
    whole = 1.0 - L2 + L2 * kept
    partly, fixed = kept * around / whole, own * (1.0 - L2 * kept / whole)
    G2, U2 = np.abs(G) ** 2, np.abs(U) ** 2
    right = np.einsum("fij,fj->fi", G2, external + rates @ P) + np.einsum("fij,fj->fi", U2, fixed - rates)
    S = np.linalg.solve(eye - U2 * partly[:, None, :], right[..., None])[..., 0]
    S = np.maximum(S, 0.0)
    others = np.maximum(around * S - L2 * (partly * S + fixed), 0.0)
    return Flows(arrivals=S / rates, others=others / rates, returned=L)
