"""What stations share whose queue has no bound: a steady state where less is offered than can be served."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from queuecalc.station.base import Queue
from queuecalc.station.offered import Load

__all__ = ["Unbounded"]


class Unbounded(Queue):
    """A station known by its offered load; without a steady state its servers are busy all the time."""

    @property
    @abstractmethod
    def _load(self) -> Load: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._load.slack)

    @property
    def _steady(self) -> Any:
        return self._load.stable

    @property
    def _offered(self) -> Any:
        return self._load.offered

    @property
    def _rho(self) -> Any:
        return self._load.utilisation

    @property
    def _through(self) -> Any:
        load = self._load
        some = np.where(load.stable, 1.0, load.service_mean)
        return np.where(load.stable, load.arrival_rate, load.servers / some)

    @property
    def _mean_service(self) -> Any:
        return self._load.service_mean
