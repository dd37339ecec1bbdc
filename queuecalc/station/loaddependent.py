"""M/M(n)/1/K: one line whose server works at a rate that depends on how many are there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Atoms
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.law.parameter import Real, nonnegative, positive, released
from queuecalc.station.base import Queue
from queuecalc.station.tagged import Tagged
from queuecalc.station.timed import Timed

__all__ = ["LoadDependent", "LoadDependentTime"]

MOST = 1000
"""Customers: half a million states of the chain behind the laws."""


def _states(arrival_rate: Any, rates: Any) -> Any:
    """P(n in the station), last axis n = 0 .. K: products of lambda / mu(n), scaled to their largest."""
    lam = np.asarray(arrival_rate, dtype=np.float64)[..., None]
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(lam) - np.log(rates), axis=-1)
    logs = np.concatenate([np.zeros((*lam.shape[:-1], 1)), logs], axis=-1)
    weights = np.exp(logs - np.max(logs, axis=-1, keepdims=True))
    return weights / np.sum(weights, axis=-1, keepdims=True)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LoadDependent(Queue):
    """M/M(n)/1/K: Poisson arrivals, exponential service, one line in order of arrival, at most K customers. Exact.

    With n customers there the server works at rate mu(n): a pool that slows down with concurrency, a server that speeds
    up under pressure. K is the number of rates; who finds K there is turned away. The laws are those of accepted
    customers in order of arrival (FCFS), from the chain of (customers ahead, customers behind). `utilisation` is
    the share of time with somebody there.

    Attributes:
        arrival_rate: lambda >= 0 of all arrivals, in 1/s.
        state_rates: mu(1) .. mu(K) > 0, in 1/s; `usl_rates` makes those of the universal scalability law.

    Raises:
        InvalidInput: an argument outside its domain, or more than 1000 rates.

    Source: Kleinrock 1975, eq. (3.11) and (3.12) (states); Jensen 1953 (uniformisation).

    >>> station = LoadDependent(arrival_rate=2.0, state_rates=(2.0, 4.0))
    >>> round(station.blocking_probability, 6), round(station.mean_in_system, 6)  # states 2, 2, 1
    (0.2, 0.8)
    """

    arrival_rate: Real
    state_rates: Any

    kendall: ClassVar[str] = "M/M(n)/1/K"
    formula: ClassVar[str] = "P(n) ~ lambda^n / (mu(1) ... mu(n)), n <= K"
    statement: ClassVar[Statement] = STATEMENTS["load-dependent"]

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "arrival_rate", nonnegative("LoadDependent", "arrival_rate", self.arrival_rate)
        )
        rates = np.atleast_1d(positive("LoadDependent", "state_rates", self.state_rates))
        if rates.ndim != 1 or not 1 <= len(rates) <= MOST:
            raise InvalidInput(
                f"LoadDependent: state_rates of shape {np.shape(self.state_rates)}; expected one rate for each number "
                f"of customers from 1 to K, K at most {MOST}"
            )
        object.__setattr__(self, "state_rates", tuple(rates.tolist()))

    @property
    def capacity(self) -> int:
        """K."""
        return len(self.state_rates)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the arrival rates."""
        return np.shape(self.arrival_rate)

    @cached_property
    def _p(self) -> Any:
        return _states(self.arrival_rate, np.array(self.state_rates))

    @property
    def state_probabilities(self) -> npt.NDArray[np.float64]:
        """P(n in the station), last axis n = 0 .. K."""
        return np.array(self._p)

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _accepted(self) -> Any:
        return np.sum(self._p[..., :-1], axis=-1)

    @property
    def blocking_probability(self) -> Real:
        """Probability that an arrival is turned away: that of K customers there."""
        return self._real(self._p[..., -1])

    @property
    def _through(self) -> Any:
        return np.asarray(self.arrival_rate) * self._accepted

    @property
    def _rho(self) -> Any:
        return np.sum(self._p[..., 1:], axis=-1)

    @property
    def _offered(self) -> Any:
        """Lambda over the fastest rate: what is asked of the pool at its best."""
        return np.asarray(self.arrival_rate) / max(self.state_rates)

    @property
    def _delay(self) -> Any:
        return np.sum(self._p[..., 1:-1], axis=-1) / self._accepted

    def _per_customer(self, counted: Any) -> Any:
        """sum_n counted(n) p(n) over the throughput, p(n) / lambda = p(n - 1) / mu(n)."""
        return (self._p[..., :-1] / np.array(self.state_rates)) @ counted / self._accepted

    @property
    def _mean_wait(self) -> Any:
        """By Little's law, from the customers behind the first."""
        return self._per_customer(np.arange(float(self.capacity)))

    @property
    def _mean_service(self) -> Any:
        """The mean time as first in the line, P(n > 0) / throughput."""
        return self._per_customer(np.ones(self.capacity))

    @property
    def wait(self) -> LoadDependentTime:
        """The time until an accepted customer is the first in the line."""
        return LoadDependentTime(self.arrival_rate, self.state_rates, waiting=True)

    @property
    def sojourn(self) -> LoadDependentTime:
        """The time in the station of an accepted customer."""
        return LoadDependentTime(self.arrival_rate, self.state_rates, waiting=False)


@dataclass(frozen=True, eq=False, repr=False)
class LoadDependentTime(Timed):
    """Wait or sojourn of the customers that M/M(n)/1/K accepts, in order of arrival.

    Attributes:
        arrival_rate: lambda, in 1/s.
        state_rates: mu(1) .. mu(K), in 1/s.
        waiting: whether it ends when nobody is ahead, or with the service.
    """

    arrival_rate: Real
    state_rates: tuple[float, ...]
    waiting: bool

    @cached_property
    def _tagged(self) -> Tagged:
        rates = np.array(self.state_rates)
        p = _states(self.arrival_rate, rates)[..., :-1]
        lam = np.asarray(self.arrival_rate, dtype=np.float64)
        return Tagged(lam, rates, p / np.sum(p, axis=-1, keepdims=True))

    def __getstate__(self) -> tuple[Any, ...]:
        return self.arrival_rate, self.state_rates, self.waiting

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip(("arrival_rate", "state_rates", "waiting"), state, strict=True):
            object.__setattr__(self, name, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the arrival rates."""
        return np.shape(self.arrival_rate)

    @cached_property
    def _moments(self) -> tuple[Any, Any]:
        both = self._tagged.moments()
        return both[0] if self.waiting else both[1]

    @property
    def mean(self) -> Real:
        """In seconds."""
        return released(self._moments[0])

    @property
    def var(self) -> Real:
        """Variance, in seconds^2."""
        first, second = self._moments
        return released(np.maximum(second - first**2, 0.0))

    @property
    def abscissa(self) -> Real:
        """The least rate at which anything is left: no state is left sooner than its service ends."""
        lam = np.asarray(self.arrival_rate, dtype=np.float64)
        n = len(self.state_rates)
        leaving = [rate + (lam if i < n - 1 else 0.0) for i, rate in enumerate(self.state_rates)]
        start = 1 if self.waiting and n > 1 else 0
        return released(np.broadcast_to(np.minimum.reduce(np.broadcast_arrays(*leaving[start:])), self.shape))

    @property
    def atoms(self) -> Atoms:
        """The point 0 of the wait, which has who finds nobody."""
        if not self.waiting:
            return ()
        return ((released(np.zeros(self.shape)), released(self._tagged.found[..., 0])),)

    def _both(self, t: Any) -> tuple[Any, Any]:
        """By uniformisation; where that counts too many ticks, by inversion of the transform, to 1e-9."""
        inside = np.isfinite(t) & np.ones(self.shape, dtype=bool)
        time = np.where(inside, t, 0.0)
        with np.errstate(over="ignore"):
            quick = self._tagged.is_quick(time)
        four = self._tagged.tails(np.where(quick, time, 0.0))
        tail, density = four[:2] if self.waiting else four[2:]
        if not np.all(quick):
            inverted = smooth_tail_and_density(self, np.where(quick, np.asarray(self.mean), time))
            tail, density = np.where(quick, (tail, density), inverted)
        return np.where(inside, tail, 0.0), np.where(inside, density, 0.0)

    def _lst_complement(self, s: Any) -> Any:
        both = self._tagged.complements(s)
        return both[0] if self.waiting else both[1]
