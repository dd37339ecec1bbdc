"""What M/M/inf and M/G/inf share: a server for everyone."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.parameter import Real, released
from queuecalc.station.base import Queue

__all__ = ["Infinite"]


class Infinite(Queue):
    """Nobody waits; the number in the system is Poisson with mean a, whatever the service law (Palm 1943)."""

    arrival_rate: Real
    statement: ClassVar[Statement] = STATEMENTS["infinite-servers"]

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _offered(self) -> Any:
        return np.asarray(self.arrival_rate) * self._mean_service

    @property
    def _rho(self) -> Any:
        return 0.0

    @property
    def _through(self) -> Any:
        return np.asarray(self.arrival_rate)

    @property
    def _delay(self) -> Any:
        return 0.0

    @property
    def _mean_wait(self) -> Any:
        return np.zeros(self.shape)

    @property
    def wait(self) -> Law:
        """Zero."""
        return Deterministic(mean=released(np.zeros(self.shape)))
