"""M/M/c whose servers differ in speed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, nonnegative, positive, released
from queuecalc.station.base import Queue
from queuecalc.station.delayed_exponential import DelayedExponential
from queuecalc.station.mixed_sojourn import MixedSojourn
from queuecalc.station.unequal import DISPATCH, MOST, unequal

__all__ = ["MMcMixed"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMcMixed(Queue):
    """M/Mi/c: as M/M/c, with servers of different speed, up to 12 of them. Exact, from the chain of busy servers.

    An arrival takes the fastest free server (or the slowest, or any of them at random); a customer stays where it is
    served. The wait is that of M/M/c with the delay probability of the chain; who waited is served by server k with
    probability mu_k / sum(mu). `utilisation` is lambda / sum(mu), the share of capacity in use; `busy_servers` tells of
    each server.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rates: mu_1 .. mu_c > 0 of the servers, in 1/s.
        dispatch: "fastest", "slowest" or "random": which free server an arrival takes.

    Raises:
        InvalidInput: an argument outside its domain, or more than 12 servers.

    Source: Gumbel 1960 (random); Singh 1970 (fastest first).

    >>> pair = MMcMixed(arrival_rate=1.0, service_rates=(2.0, 1.0))
    >>> round(pair.delay_probability, 6), round(pair.mean_wait, 6)
    (0.157895, 0.078947)
    """

    arrival_rate: Real
    service_rates: Any
    dispatch: str = "fastest"

    kendall: ClassVar[str] = "M/Mi/c"
    formula: ClassVar[str] = "P(W > t) = D exp(-(sum mu_i - lambda) t), D from the 2^c states"
    statement: ClassVar[Statement] = STATEMENTS["unequal-servers"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrival_rate", nonnegative("MMcMixed", "arrival_rate", self.arrival_rate))
        rates = np.atleast_1d(positive("MMcMixed", "service_rates", self.service_rates))
        if rates.ndim != 1 or not 1 <= len(rates) <= MOST:
            raise InvalidInput(
                f"MMcMixed: service_rates of shape {np.shape(self.service_rates)}; expected one rate for each of 1 to "
                f"{MOST} servers"
            )
        object.__setattr__(self, "service_rates", tuple(rates.tolist()))
        if self.dispatch not in DISPATCH:
            raise InvalidInput(
                f"MMcMixed: dispatch = {self.dispatch!r}; expected one of {', '.join(DISPATCH)}"
            )

    @property
    def servers(self) -> int:
        """c."""
        return len(self.service_rates)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the arrival rates."""
        return np.shape(self.arrival_rate)

    @cached_property
    def _capacity(self) -> float:
        return float(np.sum(self.service_rates))

    @cached_property
    def _spare(self) -> Any:
        """sum(mu) - lambda."""
        return self._capacity - np.asarray(self.arrival_rate)

    @cached_property
    def _chain(self) -> tuple[Any, Any, Any]:
        """(D, taken, busy): the last two with a first axis for the servers; D = 1 without a steady state."""
        rates = np.array(self.service_rates)
        flat = np.asarray(self.arrival_rate, dtype=np.float64).ravel()
        delay, taken, busy = (
            np.ones(len(flat)),
            np.zeros((len(rates), len(flat))),
            np.ones((len(rates), len(flat))),
        )
        for i, rate in enumerate(flat):
            if rate < self._capacity:
                state = unequal(float(rate), rates, self.dispatch)
                slack = (self._capacity - rate) / self._capacity
                delay[i] = state.full / (state.full + slack * (1.0 - state.full))
                taken[:, i], busy[:, i] = state.taken, state.busy
        return delay.reshape(self.shape), taken.reshape(-1, *self.shape), busy.reshape(-1, *self.shape)

    @property
    def _steady(self) -> Any:
        return self._spare > 0.0

    @property
    def _relief(self) -> Any:
        steady = self._steady
        return np.where(steady, 1.0 / np.where(steady, self._spare, 1.0), np.inf)

    @property
    def _offered(self) -> Any:
        """In units of the mean service rate, lambda c / sum(mu)."""
        return self.servers * self._rho

    @property
    def _rho(self) -> Any:
        return np.asarray(self.arrival_rate) / self._capacity

    @property
    def _through(self) -> Any:
        return np.where(self._steady, self.arrival_rate, self._capacity)

    @property
    def _delay(self) -> Any:
        return self._chain[0]

    @property
    def _mean_wait(self) -> Any:
        return self._delay * self._relief

    @property
    def _mean_service(self) -> Any:
        return sum(share / rate for share, rate in zip(self._served_by, self.service_rates, strict=True))

    @cached_property
    def _served_by(self) -> Any:
        """Shares of the customers that each server serves, first axis."""
        delay, taken, _ = self._chain
        after = np.array(self.service_rates).reshape(-1, *(1,) * np.ndim(delay)) / self._capacity
        return (1.0 - delay) * taken + delay * after

    @property
    def served_by(self) -> tuple[Real, ...]:
        """For each server the share of the customers that it serves."""
        return tuple(released(share) for share in self._served_by)

    @property
    def busy_servers(self) -> tuple[Real, ...]:
        """For each server the share of time in which it is busy; 1 without a steady state."""
        delay, _, busy = self._chain
        return tuple(released(delay + (1.0 - delay) * each) for each in busy)

    @property
    def wait(self) -> Law:
        """P(W > t) = D exp(-(sum(mu) - lambda) t)."""
        return DelayedExponential(self.delay_probability, self._real(self._relief))

    @property
    def sojourn(self) -> Law:
        """A mixture over the servers of the wait of who is served there and its service."""
        waited = (
            self._delay * np.array(self.service_rates).reshape(-1, *(1,) * len(self.shape)) / self._capacity
        )
        some = self._served_by > 0.0
        delays = np.minimum(np.where(some, waited / np.where(some, self._served_by, 1.0), 0.0), 1.0)
        return MixedSojourn(self._served_by, delays, self.service_rates, self._real(self._relief))
