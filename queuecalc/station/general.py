"""What M/G/1, M/G/c and M/G/c/K share: everything is asked of one `Waiting`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import released
from queuecalc.station.base import Queue
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.mmc_sojourn import MMcSojourn
from queuecalc.station.queue_sojourn import QueueSojourn
from queuecalc.station.queue_wait import QueueWait
from queuecalc.station.waiting import Waiting

__all__ = ["General"]


class General(Queue):
    """A station with any service law."""

    service: Law

    @property
    @abstractmethod
    def _waiting(self) -> Waiting: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return self._waiting.shape

    @property
    def _steady(self) -> Any:
        return self._waiting.steady

    @property
    def _offered(self) -> Any:
        return self._waiting.load.offered

    @property
    def _rho(self) -> Any:
        return self._waiting.load.utilisation

    @property
    def _through(self) -> Any:
        load, steady = self._waiting.load, self._waiting.steady
        capacity = load.servers / np.where(steady, 1.0, load.service_mean)
        return np.where(steady, load.arrival_rate, capacity)

    @property
    def _delay(self) -> Any:
        return self._waiting.delay_probability

    @property
    def _mean_wait(self) -> Any:
        return np.asarray(self._waiting.mean)

    @property
    def _mean_service(self) -> Any:
        return np.asarray(self.service.mean)

    @property
    def wait(self) -> Law:
        """The law of the wait."""
        if isinstance(self.service, Exponential):
            return DelayedExponential(self.delay_probability, self._real(self._relief))
        return QueueWait(self._waiting)

    @property
    def sojourn(self) -> Law:
        """The sum of the wait and an independent service."""
        if isinstance(self.service, Exponential):
            rate = 1.0 / np.asarray(self.service.mean)
            return MMcSojourn(released(rate), self.delay_probability, self._real(self._relief))
        return QueueSojourn(self.wait, self.service)

    @property
    def _relief(self) -> Any:
        return np.where(self._waiting.steady, self._waiting.load.relief, np.inf)
