"""What an arrival waits for, from what it is taken to see: where the approximate methods agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.network.closed.problem import Problem
from queuecalc.station.erlang import delay_probability

__all__ = ["Stations"]


class Stations:
    """The stations of a network at which one can wait, for the approximate methods.

    An arrival that sees L customers waiting and a servers busy on average waits for (L + C(c, a)) S / c, with Erlang's
    probability C that all c servers are busy. With one server C = a, and this is the arrival theorem itself: S times
    the number there; with Poisson arrivals it is M/M/c.

    Attributes:
        queueing: the numbers of these stations.
        demands: D, shape (R, Q).
        servers: c, shape (Q,).
        delays: the rest of a cycle without waiting [s], shape (R,).
    """

    def __init__(self, problem: Problem) -> None:
        """Of a network without stations of changing speed."""
        self.queueing = np.flatnonzero(~np.isinf(problem.servers))
        self.demands = problem.demands[:, self.queueing]
        self.servers = problem.servers[self.queueing]
        self.delays = problem.delays
        self._several = np.flatnonzero(self.servers > 1.0)

    def busy(self, a: Any) -> Any:
        """The probability that all servers are busy when a of them are on average; stations along the last axis."""
        a = np.clip(a, 0.0, self.servers)
        if not self._several.size:
            return a
        found = np.array(a)
        c, load = self.servers[self._several], a[..., self._several]
        found[..., self._several] = delay_probability(c, load, 1.0 - load / c)
        return found
