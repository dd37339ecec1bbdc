"""Renewal arrivals before exponential servers: how the queue decays, and who has to wait."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.station.argument import service_law
from queuecalc.station.offered import Load
from queuecalc.station.rising import rising_root
from queuecalc.station.rungs import rungs

__all__ = ["RenewalWait", "interarrival_law"]

NEAR = 0.25
"""Closer than this to a whole number, c (1 - sigma) minus it is divided as an average of derivatives."""

NODES = 6

MOST_LOG = 600.0
"""Logarithm of the largest weight that is told from larger ones: the delay probability is then below 1e-250."""

FALL = 1e-7
"""Imaginary step of a derivative, relative to its argument: the square of it is below rounding."""


def interarrival_law(owner: str, value: object, name: str = "interarrival") -> Law:
    """The law of the times between arrivals.

    Raises:
        InvalidInput: not a law, or one with mean 0.
    """
    law = service_law(owner, value, name)
    if np.any(np.asarray(law.mean) <= 0.0):
        raise InvalidInput(f"{owner}: {name} has mean 0; expected a mean > 0 between arrivals")
    return law


@dataclass(frozen=True, eq=False)
class RenewalWait:
    """The wait of G/M/c as an arrival sees it: exponential with a rate y, once there is one.

    y = c mu (1 - sigma) solves A_e*(y) = rho, A_e the equilibrium excess of the time between arrivals: in this form the
    root needs no difference of near numbers, however close rho is to 1.

    Attributes:
        load: the offered load.
        interarrival: law of the time between arrivals.
        service_rate: mu of one server.

    Source: Takacs 1962, chapter 2, theorem 3; Kleinrock 1975, eqs. (6.20) to (6.27).
    """

    load: Load
    interarrival: Law
    service_rate: Any

    @cached_property
    def rate(self) -> Any:
        """y, an array; 1 without a steady state, for arithmetic alone."""
        load, law = self.load, self.interarrival
        most = load.servers * np.broadcast_to(self.service_rate, load.slack.shape)
        steady = load.stable
        slack = np.where(steady, load.slack, 0.5)

        def missing(y: Any) -> Any:
            return np.asarray(law.excess_complement(y)) - slack

        with np.errstate(divide="ignore", invalid="ignore"):
            tangent = slack / np.broadcast_to(np.asarray(law.excess_mean, dtype=np.float64), slack.shape)
        # 1 - A_e*(y) <= E[A_e] y; without a second moment there is no such bound
        least = np.where(tangent > 0.0, 0.99 * tangent, 1e-280 * most)
        least = np.where(steady, np.minimum(least, most), most)
        return np.where(steady, rising_root(missing, least, most), 1.0)

    @cached_property
    def delay(self) -> Any:
        """P(an arrival waits): sigma for one server, Takacs's sum of positive terms for several.

        P(W > 0) = D / (1 - sigma), 1 / D = 1 / (1 - sigma)
                   + sum_{j=1}^c binom(c, j) / (C_j (1 - phi_j)) (c (1 - phi_j) - j) / (c (1 - sigma) - j),

        phi_j = A*(j mu), C_j = prod_{i <= j} phi_i / (1 - phi_i). Numerator and denominator of the last factor have one
        sign; where both vanish it is the average of a derivative.
        """
        load = self.load
        most = load.servers * self.service_rate
        share = np.minimum(self.rate / most, 1.0)  # 1 - sigma
        if np.all(load.servers == 1.0):
            sigma = np.where(share > 0.5, np.asarray(self.interarrival.lst(self.rate)), 1.0 - share)
            return np.where(load.stable, np.clip(sigma, 0.0, 1.0), 1.0)
        total = np.zeros(share.shape)
        log_weight = np.zeros(share.shape)
        for block in rungs(self.interarrival, self.service_rate, int(np.max(load.servers))):
            # behind the first axis, they have the shape of the law and the rate alone
            j, log_phi, log_left = (
                x.reshape(len(x), *(1,) * (share.ndim + 1 - x.ndim), *x.shape[1:]) for x in block
            )
            left = np.exp(log_left)
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                rise = np.log(np.maximum(load.servers - j + 1.0, 1.0) / j) + log_left - log_phi
                logs = log_weight + np.cumsum(np.broadcast_to(rise, (len(j), *share.shape)), axis=0)
                terms = np.exp(np.minimum(logs, MOST_LOG)) / left * self._ratio(j, left, load.servers * share)
            total = total + np.sum(np.where(j <= load.servers, terms, 0.0), axis=0)
            log_weight = logs[-1]
        return np.where(load.stable, 1.0 / (1.0 + share * total), 1.0)

    def _ratio(self, j: Any, left: Any, root: Any) -> Any:
        """(c (1 - phi_j) - j) / (c (1 - sigma) - j) for a block of j, first axis."""
        c = self.load.servers
        gap = root - j
        near = np.abs(gap) < NEAR
        ratio = (c * left - j) / np.where(near, 1.0, gap)
        rows = np.any(near, axis=tuple(range(1, near.ndim)))
        if not np.any(rows):
            return ratio
        x, weight = np.polynomial.legendre.leggauss(NODES)
        column = x.reshape(-1, *(1,) * gap.ndim)
        part = np.where(near[rows], gap[rows], 0.0)
        at = (j[rows] + 0.5 * (1.0 + column) * part) * self.service_rate
        slope = np.asarray(self.interarrival.lst(at + 1j * FALL * at)).imag / (FALL * at)
        mean = 0.5 * np.einsum("k,k...->...", weight, slope * self.service_rate)
        ratio[rows] = np.where(near[rows], np.maximum(1.0 + c * mean, 0.0), ratio[rows])
        return ratio
