"""What stations without a waiting place share: who is let in is served at once."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, released
from queuecalc.station.base import Queue

__all__ = ["Lossy"]


class Lossy(Queue):
    """Exponential service, nobody waits, an arrival that finds all servers busy is turned away."""

    service_rate: Real
    servers: Any

    @property
    @abstractmethod
    def _blocked(self) -> Any: ...

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _rho(self) -> Any:
        return self._through * self._mean_service / np.asarray(self.servers)

    @property
    def _delay(self) -> Any:
        return 0.0

    @property
    def _mean_wait(self) -> Any:
        return np.zeros(self.shape)

    @property
    def _mean_service(self) -> Any:
        return 1.0 / np.asarray(self.service_rate)

    @property
    def blocking_probability(self) -> Real:
        """Probability that an arrival is turned away."""
        return self._real(self._blocked)

    @property
    def wait(self) -> Law:
        """Zero."""
        return Deterministic(mean=released(np.zeros(self.shape)))

    @property
    def sojourn(self) -> Law:
        """Exponential with rate mu."""
        return Exponential(mean=self._real(self._mean_service))
