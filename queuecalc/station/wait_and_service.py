"""Laws of the time T = W + S of an independent wait and service: what follows from their moments alone."""

from __future__ import annotations

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of

__all__ = ["WaitAndService"]


class WaitAndService(Law):
    """T = W + S: means and variances add up.

    Attributes:
        wait: the law of W.
        service: the law of S.
    """

    __slots__ = ()

    wait: Law
    service: Law

    @property
    def shape(self) -> tuple[int, ...]:
        """The common batch shape."""
        return np.broadcast_shapes(self.wait.shape, self.service.shape)

    @property
    def mean(self) -> Real:
        """E[W] + E[S]."""
        return released(np.asarray(self.wait.mean) + self.service.mean)

    @property
    def var(self) -> Real:
        """Var W + var S."""
        return released(np.asarray(self.wait.var) + self.service.var)

    @property
    def scv(self) -> Real:
        """var / mean^2; inf without a steady state, 0 where nobody stays."""
        return scv_of(self.mean, self.var)
