"""A station of a closed network whose speed depends on how many are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import positive
from queuecalc.station.record import Record

__all__ = ["RatedStation"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RatedStation(Record):
    """Exponential service at rate mu(n) while n customers are there; the last rate holds for all n beyond.

    For closed networks; with arrivals from outside, the station is `LoadDependent`.

    Attributes:
        state_rates: mu(1), mu(2), ... > 0, in 1/s; `usl_rates` makes those of the universal scalability law.

    Raises:
        InvalidInput: no rate, or one that is not a finite number > 0.
    """

    state_rates: Any

    def __post_init__(self) -> None:
        rates = np.atleast_1d(positive("RatedStation", "state_rates", self.state_rates))
        if rates.ndim != 1 or not rates.size:
            raise InvalidInput(
                f"RatedStation: state_rates of shape {np.shape(self.state_rates)}; expected one rate for each "
                "number of customers, from 1 on"
            )
        object.__setattr__(self, "state_rates", tuple(rates.tolist()))
