"""The waiting time of M/D/1, exact at its kinks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from queuecalc.station.poisson_ratio import poisson_weight
from queuecalc.station.queue_wait import QueueWait

__all__ = ["ConstantServiceWait"]

PERIODS = 20
"""Service times up to which the finite sum serves; beyond, the other poles of the transform have left 5e-17."""

STATES = 48
"""States of the embedded chain summed one by one; beyond, its tail is geometric to 8^-STATES."""


@dataclass(frozen=True, eq=False, repr=False)
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
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        steady = np.broadcast_to(self.waiting.steady, shape)
        inside = np.broadcast_to(self._waits, shape) & (time >= 0.0) & np.isfinite(time)
        units = np.where(inside, time, 0.0) / self._period
        tail = self._tail(units)
        before = np.where(units < 1.0, 1.0, self._tail(np.maximum(units - 1.0, 0.0)))
        density = self._rho / self._period * np.maximum(before - tail, 0.0)
        tail = np.where(inside, tail, np.where(steady & (time >= 0.0), 0.0, 1.0))
        return tail, np.where(inside, density, 0.0)

    @cached_property
    def _waits(self) -> Any:
        return self.waiting.steady & (self.waiting.load.offered > 0.0)

    @cached_property
    def _period(self) -> Any:
        mean = self.waiting.load.service_mean
        return np.where(mean > 0.0, mean, 1.0)

    @cached_property
    def _rho(self) -> Any:
        """rho; 1/2 where nobody or everybody waits, for arithmetic alone."""
        return np.where(self._waits, self.waiting.load.utilisation, 0.5)

    @cached_property
    def _pole(self) -> Any:
        """Eta D."""
        pole = np.asarray(self.abscissa) * self._period
        return np.where(self._waits & np.isfinite(pole), pole, 1.0)

    @cached_property
    def _chain(self) -> Any:
        """P(Lq > n), n = 0, 1, ... along the first axis."""
        return _queue_tails(self._rho, self._pole)

    def _tail(self, units: Any) -> Any:
        """P(W > t) at t = units D >= 0."""
        slack = np.where(self._waits, self.waiting.load.slack, 0.5)
        near = units < PERIODS
        held = np.where(near, units, 0.0)
        k = np.floor(held) + 1.0
        x = self._rho * (k - held)
        total = special.gammainc(k, x)
        chain = self._chain
        chain = np.expand_dims(chain, tuple(range(1, 2 + units.ndim - chain.ndim)))
        chain = np.broadcast_to(chain, (chain.shape[0], *units.shape))
        for j in range(PERIODS):
            place = np.maximum(k - 1.0 - j, 0.0).astype(np.int64)
            queue = np.take_along_axis(chain, place[None], axis=0)[0]
            alone = poisson_weight(np.full(units.shape, float(j)), x)
            total = total + np.where(j < k, alone * queue, 0.0)
        gap = self._pole - slack
        far = slack / np.where(gap > 0.0, gap, np.inf) * np.exp(-self._pole * units)
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
