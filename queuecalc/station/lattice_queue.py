"""How many wait in M/D/c: Lq after a service time is (Lq + Poisson(a) - c)^+, a random walk on whole numbers.

Spitzer's identity gives E z^Lq = exp(-sum_{j >= 1} d_j (1 - z^j)), d_j = sum_n P(Poisson(n a) = n c + j) / n, and the
d_j are the coefficients of z^j in -ln(1 - phi(z)), phi(z) = z^-c exp(-a (1 - z)), on a circle 1 < |z| < tau between the
two real zeros of 1 - phi: one Fourier transform, after both zeros, (1 - 1/z)(1 - z/tau), are divided out. Far from
saturation the d_j are summed as they stand, which keeps the smallest right. The probabilities follow by Panjer's
recursion m q_m = sum_j j d_j q_(m - j), all of whose terms are positive.

Source: Spitzer 1956, "A combinatorial lemma and its application to probability theory", eq. (3.4); Crommelin 1932 for
the walk; Panjer 1981.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.law import forms
from queuecalc.station.poisson_ratio import poisson_weight
from queuecalc.station.rising import rising_root

__all__ = ["QueueStates", "queue_states"]

Reals = npt.NDArray[np.float64]

LENGTH = 64.0
"""Points of the Fourier transform over sqrt(c): what it aliases is below 1e-17."""

STATES = 16.0
"""States found one by one, over sqrt(c); those beyond fall geometrically to 1e-17."""

LEAST_STATES = 48

DIRECT = 1_000_000
"""Terms times states up to which the d_j are summed as they stand."""

BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class QueueStates:
    """The law of Lq.

    Attributes:
        above: P(Lq > n), n = 0, 1, ...
        at: P(Lq = n).
        log_decay: ln tau; beyond the last state both fall by the factor 1 / tau.
    """

    above: Reals
    at: Reals
    log_decay: float


def queue_states(servers: float, offered: float, slack: float) -> QueueStates:
    """The states of M/D/c.

    Args:
        servers: c.
        offered: 0 < a < c, in erlang.
        slack: 1 - a / c, exactly.
    """
    rho = offered / servers
    log_r = -math.log(rho) if rho < 0.5 else -math.log1p(-slack)
    log_tau = _log_tau(rho, slack, log_r)
    states = max(LEAST_STATES, math.ceil(STATES * math.sqrt(servers)))
    j = np.arange(1.0, states + 1.0)
    terms = _terms(servers, offered, slack, log_r, log_tau, states)
    light = terms * states <= DIRECT
    args = (servers, offered, slack, log_r, log_tau, j)
    d = _summed(servers, offered, terms, j) if light else _transformed(*args)
    weights = j * np.maximum(d, 0.0)
    at = np.empty(states + 1)
    at[0] = 1.0
    for m in range(1, states + 1):
        at[m] = np.dot(weights[:m], at[m - 1 :: -1]) / m
    beyond = at[-1] / math.expm1(log_tau)
    # 1 / P(Lq = 0) is the sum of all
    norm = float(np.sum(at[:0:-1])) + beyond + 1.0
    at, beyond = at / norm, beyond / norm
    above = np.append(np.cumsum(at[:0:-1])[::-1], 0.0) + beyond
    return QueueStates(above, at, log_tau)


def _terms(servers: float, offered: float, slack: float, log_r: float, log_tau: float, states: int) -> int:
    """How many sums S_n matter: P(S_n > 0) falls by the factor phi(1 / rho), S_n = j is likeliest late."""
    fall = log_r * (servers * slack + offered * float(forms.exp_excess_complement(np.asarray(-log_r))))
    climb = servers * math.expm1(log_tau - log_r)
    return math.ceil(60.0 / fall + 4.0 * states / climb) + 30 if fall > 0.0 and climb > 0.0 else DIRECT


def _summed(servers: float, offered: float, terms: int, j: Reals) -> Reals:
    """d_j by their definition."""
    total = np.zeros(len(j))
    for start in range(1, terms + 1, BLOCK):
        n = np.arange(start, min(start + BLOCK, terms + 1), dtype=np.float64)[:, None]
        total += np.sum(poisson_weight(n * servers + j, n * offered + 0.0 * j) / n, axis=0)
    return total


def _transformed(
    servers: float, offered: float, slack: float, log_r: float, log_tau: float, j: Reals
) -> Reals:
    """d_j by a Fourier transform."""
    count = 2 ** math.ceil(math.log2(max(LENGTH * math.sqrt(servers), 256.0)))
    w = log_r + 2j * np.pi * np.arange(count) / count
    w = np.where(w.imag > np.pi, w - 2j * np.pi, w)
    exponent = -w * (servers * slack + offered * forms.exp_excess_complement(-w))
    divided = np.expm1(exponent) / (np.expm1(-w) * -np.expm1(w - log_tau))
    rest = np.log(np.abs(divided)) + 1j * np.unwrap(np.angle(divided))
    d: Reals = -np.fft.fft(rest).real[1 : len(j) + 1] / count * np.exp(-j * log_r)
    return d + np.exp(-j * log_tau) / j


def _log_tau(rho: float, slack: float, log_r: float) -> float:
    """w > ln(1 / rho) with rho ((e^w - 1) / w - 1) = 1 - rho."""

    def rising(w: Reals) -> Reals:
        with np.errstate(over="ignore"):
            values: Reals = -rho * forms.exp_excess_complement(-w) - slack
        return values

    low = np.asarray(log_r)
    # (e^w - 1) / w > 1 + w / 2 + w^2 / 6; e^w / w beyond 1 / rho for large w
    high = np.asarray(min(2.0 * slack / rho, 2.0 * log_r + 2.0))
    return float(rising_root(rising, low, np.maximum(high, low)))
