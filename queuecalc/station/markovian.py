"""What M/M/1 and M/M/c share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.station.base import Queue
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.offered import Load

__all__ = ["Markovian"]


class Markovian(Queue):
    """A station with exponential service and no bound."""

    statement: ClassVar[Statement] = STATEMENTS["erlang-c"]

    @property
    def _load(self) -> Load:
        raise NotImplementedError

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
        return np.where(load.stable, load.arrival_rate, load.servers / load.service_mean)

    @property
    def _relief(self) -> Any:
        """Mean wait of those who wait, 1 / (c mu - lambda)."""
        return np.where(self._load.stable, self._load.relief, np.inf)

    @property
    def _mean_wait(self) -> Any:
        return self._delay * self._relief

    @property
    def _mean_service(self) -> Any:
        return self._load.service_mean

    @property
    def wait(self) -> Law:
        """P(W > t) = C exp(-(c mu - lambda) t)."""
        return DelayedExponential(self.delay_probability, self._real(self._relief))
