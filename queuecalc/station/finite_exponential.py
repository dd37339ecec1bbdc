"""Wait and sojourn of the customers that M/M/c/K accepts, as laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Atoms
from queuecalc.law.forms import log1p
from queuecalc.law.parameter import Real, released
from queuecalc.station import erlang
from queuecalc.station.finite_room import FiniteRoom, exponential_room
from queuecalc.station.offered import LOWEST, Load
from queuecalc.station.poisson_average import poisson_average
from queuecalc.station.timed import ThenExponential, Timed
from queuecalc.station.truncated import (
    geometric_mean_place,
    geometric_second_moment,
    geometric_transform,
    sum_of_powers,
)

__all__ = ["MMcKSojourn", "MMcKWait"]

ENDLESS = 1e200
"""So many departures no room outlasts."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MMcKWait(Timed):
    """The wait of accepted customers: 0, or j + 1 steps of mean 1 / (c mu) with probability proportional to r^j, j < k.

    P(W > t) is the average of sum_{j >= n} w_j over the Poisson number n of departures in t.

    Attributes:
        arrival_rate: lambda, in 1/s.
        service_rate: mu of one server, in 1/s.
        servers: c.
        capacity: K = c + k.
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any
    capacity: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the parameters."""
        return np.broadcast_shapes(
            *(np.shape(p) for p in (self.arrival_rate, self.service_rate, self.servers, self.capacity))
        )

    @property
    def _load(self) -> Load:
        rate = np.broadcast_to(np.asarray(self.arrival_rate, dtype=np.float64), self.shape)
        return Load.by_rate(rate, self.service_rate, self.servers)

    @property
    def _places(self) -> Any:
        places = np.asarray(self.capacity, dtype=np.float64) - np.asarray(self.servers, dtype=np.float64)
        return np.broadcast_to(places, self.shape)

    @property
    def _room(self) -> FiniteRoom:
        load = self._load
        loss = erlang.loss_probability(load.servers, load.offered, load.remainder)
        return exponential_room(load, loss, self._places)

    @property
    def mean(self) -> Real:
        """E[W], in seconds."""
        return released(self._room.mean_wait)

    @property
    def var(self) -> Real:
        """Variance, in seconds^2: M steps of an exponential time have E[M^2] + E[M] times the square of its mean."""
        room, load, k = self._room, self._load, np.maximum(self._places, 1.0)
        log_rho = load.log_utilisation
        second = geometric_second_moment(log_rho, k) + geometric_mean_place(log_rho, k)
        square = room.delayed * (load.service_mean / load.servers) ** 2 * second
        return released(np.maximum(square - room.mean_wait**2, 0.0))

    @property
    def abscissa(self) -> Real:
        """c mu."""
        return released(np.broadcast_to(np.asarray(self.servers) * np.asarray(self.service_rate), self.shape))

    @property
    def atoms(self) -> Atoms:
        """The point 0, which has what does not wait."""
        return ((released(np.zeros(self.shape)), released(1.0 - self._room.delayed)),)

    def _both(self, t: Any) -> tuple[Any, Any]:
        load, delayed = self._load, self._room.delayed
        log_rho = load.log_utilisation
        x, inside = _departures(load, t)
        k = np.maximum(self._places, 1.0)
        centre = np.minimum(x * np.minimum(load.utilisation, 1.0), k - 1.0)
        tail = poisson_average(x, lambda n: _survival(log_rho, k, n), centre, k)
        density = poisson_average(x, lambda n: _weight(log_rho, k, n), centre, k)
        rate = load.servers / load.service_mean
        return np.where(inside, delayed * np.minimum(tail, 1.0), 0.0), np.where(
            inside, delayed * rate * density, 0.0
        )

    def _lst(self, s: Any) -> Any:
        delayed = self._room.delayed
        return 1.0 - delayed + delayed * self._delayed(s)

    def _delayed(self, s: Any) -> Any:
        load = self._load
        x = s * load.service_mean / load.servers
        k = np.maximum(self._places, 1.0)
        y = (load.slack + x) / (1.0 + x)
        return geometric_transform(y, -log1p(np.asarray(x)), load.log_utilisation, k) / (1.0 + x)

    def _lst_complement(self, s: Any) -> Any:
        return self._room.delayed * (1.0 - self._delayed(s))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MMcKSojourn(ThenExponential):
    """T = W + S of accepted customers, W of `wait` and S exponential with rate mu.

    P(T > t) is the average of v_n over the Poisson number n of events at rate c mu in t, each of which ends the service
    under way with probability 1 / c: v_n = (1 - d) s^n + d (sum_{j >= n} w_j + sum_{j < n} w_j s^(n - 1 - j)),
    s = 1 - 1/c, d the probability that an accepted customer waits. All but the sum over j >= n is in service by then,
    and leaves at the rate mu.

    Attributes:
        wait: the law of W.
    """

    wait: MMcKWait

    def _both(self, t: Any) -> tuple[Any, Any]:
        load, places = self.wait._load, self.wait._places
        delayed = self.wait._room.delayed
        log_rho = load.log_utilisation
        x, inside = _departures(load, t)
        k = np.maximum(places, 1.0)
        stay = 1.0 - 1.0 / load.servers
        log_stay = np.where(stay > 0.0, np.log1p(-1.0 / np.maximum(load.servers, 2.0)), LOWEST)

        def served(n: Any) -> Any:
            """The part of v_n in service; from n = k on it falls by the factor s."""
            m = np.minimum(n, k)
            value = (1.0 - delayed) * np.exp(m * log_stay) + delayed * _convolved(log_rho, k, log_stay, m)
            return value * np.exp((n - m) * log_stay)

        def survival(n: Any) -> Any:
            return delayed * _survival(log_rho, k, n) + served(n)

        peak = np.minimum(x * np.minimum(load.utilisation, 1.0), k)
        centre = np.maximum(x * stay, peak)
        tail = poisson_average(x, survival, centre, np.inf, (k,))
        density = poisson_average(x, served, centre, np.inf, (k,)) / load.service_mean
        return np.where(inside, np.minimum(tail, 1.0), 0.0), np.where(inside, density, 0.0)


def _departures(load: Load, t: Any) -> tuple[Any, Any]:
    """(mean number of departures of c busy servers in t, whether anything may be left by then)."""
    shape = np.broadcast_shapes(np.shape(t), load.slack.shape)
    with np.errstate(over="ignore"):
        x = np.broadcast_to(t, shape) * load.servers / load.service_mean
    inside = x < ENDLESS
    return np.where(inside, x, 0.0), inside


def _survival(log_rho: Any, k: Any, n: Any) -> Any:
    """sum_{n <= j < k} w_j with w_j proportional to r^j."""
    h = np.abs(log_rho)
    left = np.maximum(k - n, 0.0)
    return sum_of_powers(h, left) / sum_of_powers(h, k) * np.exp(np.minimum(log_rho, 0.0) * n)


def _weight(log_rho: Any, k: Any, n: Any) -> Any:
    """w_n."""
    h = np.abs(log_rho)
    exponent = np.where(log_rho <= 0.0, n, np.maximum(k - 1.0 - n, 0.0))
    return np.where(n < k, np.exp(-h * exponent), 0.0) / sum_of_powers(h, k)


def _convolved(log_rho: Any, k: Any, log_stay: Any, n: Any) -> Any:
    """sum_{j < n} w_j s^(n - 1 - j), n <= k."""
    big = np.maximum(log_rho, log_stay)
    gap = np.abs(log_rho - log_stay)
    first = np.where(log_rho > 0.0, -(k - 1.0) * log_rho, 0.0)
    exponent = first + np.maximum(n - 1.0, 0.0) * big
    return np.where(
        n > 0.0, np.exp(exponent) * sum_of_powers(gap, n) / sum_of_powers(np.abs(log_rho), k), 0.0
    )
