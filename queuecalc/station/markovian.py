"""What M/M/1 and M/M/c share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.unbounded import Unbounded

__all__ = ["Markovian"]


class Markovian(Unbounded):
    """A station with exponential service and no bound."""

    statement: ClassVar[Statement] = STATEMENTS["erlang-c"]

    @property
    def _relief(self) -> Any:
        """Mean wait of those who wait, 1 / (c mu - lambda)."""
        return np.where(self._load.stable, self._load.relief, np.inf)

    @property
    def _mean_wait(self) -> Any:
        return self._delay * self._relief

    @property
    def wait(self) -> Law:
        """P(W > t) = C exp(-(c mu - lambda) t)."""
        return DelayedExponential(self.delay_probability, self._real(self._relief))
