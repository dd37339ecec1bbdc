"""The wait in M/D/1/K: what is left of a constant service is known from its age, so that no transform is inverted."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from queuecalc.station.one_server_room import LeftOver
from queuecalc.station.queue_wait import QueueWait

__all__ = ["ConstantRoomWait"]


class ConstantRoomWait(QueueWait):
    """W of customers whom M/D/1/K accepts.

    With pi, sigma of `one_server_room.py` and n the number with (n - 1) D <= t < n D,

        P(W > t) = sum_{m > n} pi_m + sum_{i <= n} sigma_i P(more than n - i arrivals in n D - t):

    who finds n came that long after the service began, at least.
    """

    def _both(self, t: Any) -> tuple[Any, Any]:
        chain = self.waiting.finite
        if not isinstance(chain, LeftOver):
            return super()._both(t)
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        rate, constant = (np.broadcast_to(x, shape) for x in (chain.rate, self.waiting.load.service_mean))
        most = len(chain.found)
        inside = (time >= 0.0) & (time < (most - 1.0) * constant)
        near = np.where(inside, time, 0.0)
        n = np.minimum(np.floor(near / constant).astype(np.int64) + 1, most - 1)
        found = chain.found.reshape(most, *(1,) * (len(shape) - len(self.shape)), *self.shape)
        above = np.append(np.cumsum(found[::-1], axis=0)[-2::-1], np.zeros_like(found[:1]), axis=0)
        tail = np.take_along_axis(np.broadcast_to(above, (most, *shape)), n[None], axis=0)[0]
        density = np.zeros(shape)
        age = rate * np.maximum(n * constant - near, 0.0)
        for i in range(1, most):
            k = np.maximum(n - i, 0)
            share = np.where(i <= n, np.broadcast_to(found[i] + (found[0] if i == 1 else 0.0), shape), 0.0)
            # services that begin with K - 1 let nobody in who finds more
            share = np.where(n < np.broadcast_to(self._capacity, shape), share, 0.0)
            tail = tail + share * special.gammainc(k + 1.0, age)
            density = density + share * rate * np.exp(special.xlogy(k, age) - age - special.gammaln(k + 1.0))
        tail = np.where(inside, np.clip(tail, 0.0, 1.0), np.where(time < 0.0, 1.0, 0.0))
        return tail, np.where(inside, density, 0.0)

    @property
    def _capacity(self) -> Any:
        return self.waiting.places + 1.0
