"""The waiting time of M/D/1, exact at its kinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from queuecalc.station.decay import decay_rate
from queuecalc.station.erlang import poisson_probability
from queuecalc.station.queue_wait import QueueWait

__all__ = ["ConstantServiceWait"]

PERIODS = 20
"""Service times up to which the finite sum serves; beyond, the other poles of the transform have left 5e-17."""

STATES = 48
"""States of the embedded chain summed one by one; beyond, its tail is geometric to 8^-STATES."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConstantServiceWait(QueueWait):
    """The wait W of M/D/1, with D the service time, rho = lambda D.

    For (k - 1) D <= t < k D and x = lambda (k D - t),

        P(W > t) = sum_{j < k} x^j/j! e^-x P(Lq > k - 1 - j) + P(Poisson(x) >= k),

    all terms positive: the complement of Franx 2001, "A simple solution for the M/D/c waiting time distribution",
    Oper. Res. Lett. 29, eq. (8). P(Lq > n) comes from Ramaswami's recursion for the embedded chain, all terms positive
    as well. From t = 20 D on, P(W > t) = (1 - rho) / (rho e^(eta D) - 1) e^(-eta t), eta the decay rate.
    """

    @property
    def smooth(self) -> bool:
        """False: the density has a jump at D."""
        return not np.any(self.waiting.load.service_mean)

    def _both(self, t: Any) -> tuple[Any, Any]:
        load = self.waiting.load
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        steady = np.broadcast_to(self.waiting.steady, shape)
        waits = steady & np.broadcast_to(load.offered > 0.0, shape)
        inside = waits & (time >= 0.0) & np.isfinite(time)
        period = np.where(load.service_mean > 0.0, load.service_mean, 1.0)
        rho = np.where(self.waiting.steady & (load.offered > 0.0), load.utilisation, 0.5)
        units = np.where(inside, time, 0.0) / period
        tails = _queue_tails(rho, self._pole(period))
        tail = self._tail(units, rho, tails, period)
        before = np.where(units < 1.0, 1.0, self._tail(np.maximum(units - 1.0, 0.0), rho, tails, period))
        density = rho / period * np.maximum(before - tail, 0.0)
        tail = np.where(inside, tail, np.where(steady & (time >= 0.0), 0.0, 1.0))
        return tail, np.where(inside, density, 0.0)

    def _pole(self, period: Any) -> Any:
        """Eta D."""
        w = self.waiting
        pole = decay_rate(w.load, w.service) * period
        return np.where(np.isfinite(pole) & (pole > 0.0), pole, 1.0)

    def _tail(self, units: Any, rho: Any, tails: Any, period: Any) -> Any:
        """P(W > t) at t = units D >= 0."""
        slack = np.where(
            self.waiting.steady & (self.waiting.load.offered > 0.0), self.waiting.load.slack, 0.5
        )
        pole = self._pole(period)
        near = units < PERIODS
        held = np.where(near, units, 0.0)
        k = np.floor(held) + 1.0
        x = rho * (k - held)
        total = special.gammainc(k, x)
        chain = np.expand_dims(tails, tuple(range(1, 1 + units.ndim - (tails.ndim - 1))))
        chain = np.broadcast_to(chain, (tails.shape[0], *units.shape))
        for j in range(PERIODS):
            place = np.maximum(k - 1.0 - j, 0.0).astype(np.int64)
            queue = np.take_along_axis(chain, place[None], axis=0)[0]
            total = total + np.where(
                j < k, poisson_probability(np.full(units.shape, float(j)), x) * queue, 0.0
            )
        gap = pole - slack
        far = slack / np.where(gap > 0.0, gap, np.inf) * np.exp(-pole * units)
        return np.where(near, np.minimum(total, 1.0), far)


def _queue_tails(rho: Any, pole: Any) -> Any:
    """P(Lq > n), n = 0, 1, ... (first axis), from the chain embedded at departures.

    pi_j a_0 = pi_0 A_j + sum_{0 < i < j} pi_i A_(j - i + 1) with A_n = P(Poisson(rho) >= n) (Ramaswami 1988).
    """
    above = [special.gammainc(float(n), rho) for n in range(1, STATES + 1)]
    none = np.exp(-rho)
    states = [1.0 - rho]
    for j in range(1, STATES + 1):
        flow = states[0] * above[j - 1]
        for i in range(1, j):
            flow = flow + states[i] * above[j - i]
        states.append(flow / none)
    beyond = states[-1] / np.expm1(pole)
    tails = []
    for j in range(STATES, 1, -1):
        beyond = beyond + states[j]
        tails.append(beyond)
    return np.stack(tails[::-1])
