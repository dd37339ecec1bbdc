"""Single servers whose wait is that of an M/G/1 queue plus an independent time."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station.base import Queue
from queuecalc.station.queue_sojourn import QueueSojourn
from queuecalc.station.queue_wait import QueueWait
from queuecalc.station.waiting import Waiting

__all__ = ["Composed"]


class Composed(Queue):
    """One server; W = W_q + A with W_q the wait of an M/G/1 queue, T = W_q + B, all independent.

    A class names the queue, the law of A (None where it is 0) and the law of B.
    """

    @property
    @abstractmethod
    def _waiting(self) -> Waiting:
        """The M/G/1 queue."""

    @property
    @abstractmethod
    def _added(self) -> Law | None:
        """A."""

    @property
    @abstractmethod
    def _stay(self) -> Law:
        """B."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return self._waiting.shape

    @property
    def _rate(self) -> Any:
        """Customers per second."""
        return self._waiting.load.arrival_rate

    @property
    def _steady(self) -> Any:
        return self._waiting.steady

    @property
    def _rho(self) -> Any:
        return self._waiting.load.utilisation

    @property
    def _through(self) -> Any:
        rho = np.where(self._steady, 1.0, self._waiting.load.utilisation)
        return self._rate / rho

    @property
    def _free(self) -> Any:
        """P(W = 0)."""
        wait = self.wait
        return sum(
            (mass for where, mass in wait.atoms if np.all(np.asarray(where) == 0.0)), start=np.zeros(())
        )

    @property
    def _delay(self) -> Any:
        return np.where(self._steady, 1.0 - self._free, 1.0)

    @property
    def _mean_wait(self) -> Any:
        added = 0.0 if self._added is None else np.asarray(self._added.mean)
        return np.asarray(self._waiting.mean) + added

    @property
    def _mean_service(self) -> Any:
        added = 0.0 if self._added is None else np.asarray(self._added.mean)
        return np.asarray(self._stay.mean) - added

    @property
    def _queue_wait(self) -> QueueWait:
        if np.all(np.asarray(self._waiting.service.scv) == 0.0):
            from queuecalc.station.constant_service import ConstantServiceWait

            return ConstantServiceWait(self._waiting)
        return QueueWait(self._waiting)

    @property
    def wait(self) -> Law:
        """The law of the wait."""
        added = self._added
        return self._queue_wait if added is None else QueueSojourn(self._queue_wait, added)

    @property
    def sojourn(self) -> Law:
        """The law of the sojourn."""
        return QueueSojourn(self._queue_wait, self._stay)
