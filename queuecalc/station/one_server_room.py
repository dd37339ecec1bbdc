"""The wait of customers whom M/G/1/K accepts, exact, from the chain that is embedded at departures.

Let pi_n be the share of departures that leave n behind, which is the share of accepted customers who find n, and
sigma_i the share of services that begin with i customers: sigma_1 = pi_0 + pi_1, sigma_i = pi_i. A customer who comes
in a service that began with i, and finds n there, waits for what is left of that service and for n - 1 whole ones:

    W*(s) = pi_0 + sum_{1 <= n < K} C_n(s) S*(s)^(n - 1),    C_n = sum_{i <= n} sigma_i A_{n - i}(s),
    A_k(s) = E int_0^S lambda e^(-lambda u) (lambda u)^k / k! e^(-s (S - u)) du = sum_{m > k} a_m w^(m - k - 1)

with w = 1 - s / lambda and a_m the probability of m arrivals in a service. What is left depends on n: it is not the
excess of the service time. From A_{k - 1} = a_k + w A_k follow

    C_{n - 1} = w C_n + v_n - sigma_n S*(s),   v_n = sum_{0 < i < K} sigma_i a_{n - i},   sigma_n = 0 for n >= K,

taken downwards where |w| < 1, from an n behind which nothing is left, and upwards from C_0 = 0 elsewhere; either way
rounding does not grow. The a_m are Fourier coefficients of S*(lambda (1 - z)), the pi_n a recursion of positive terms,
as often up across a cut as down: pi_n = sum_{i <= n} sigma_i P(more than n - i arrivals in a service).

Where the service law has atoms, the wait has a density with jumps: a constant service has its own formula
(`constant_room.py`), the inversion for others is good to 1e-6, absolute.

Source: Keilson 1966, "The ergodic queue length distribution for queueing systems with finite capacity", J. R. Stat.
Soc. B 28; Cooper 1981, Introduction to Queueing Theory, section 5.9; Niu & Cooper 1993, "Transform-free analysis of
M/G/1/K and related queues", Math. Oper. Res. 18.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station.finite_wait import FiniteWait
from queuecalc.station.waiting import Waiting

__all__ = ["LARGEST", "Either", "LeftOver", "OneServerRoom"]

LARGEST = 400
"""The largest capacity; the chain takes as many steps for every value of a transform."""

GROWTH = 5.0
"""Upwards also where |w| < 1, as long as rounding grows by no more than e to this."""

DIGITS = 38.0
"""So many arrivals in a service are left out that they weigh e to minus this."""

NOISE = 2e-14
"""A coefficient below this is rounding."""

ROUNDING = 1e-14
"""States that are rarer than this, among those who wait, are left out."""

SCARCE = 1e-5
"""Below this load who waits, waits for the excess of one service: what the chain knows is lost in rounding."""

SPREAD = 8
"""Points of the Fourier transform for each coefficient, whose errors are then 1e-14."""


@dataclass(frozen=True, eq=False)
class LeftOver:
    """The conditional wait of M/G/1/K: what `Waiting` asks of a wait behind a bound.

    The arrays with a first axis have the batch's axes behind it.

    Attributes:
        service: the law of S.
        rate: lambda.
        reach: n below this are found with a probability that is more than rounding; at most K.
        found: pi_n, n = 0 .. K - 1, zero beyond; first axis.
        begun: v_n, n = 0, 1, ..; first axis.
    """

    service: Law
    rate: Any
    reach: Any
    found: Any
    begun: Any

    @classmethod
    def of(cls, service: Law, rate: Any, capacity: Any) -> LeftOver:
        """From lambda > 0 and K, of one shape."""
        room = np.maximum(capacity, 2.0)
        most = int(np.max(room, initial=2.0))
        arrivals = _arrivals(service, rate, most, most + math.ceil(most * DIGITS / GROWTH))
        some = np.flatnonzero(np.any(arrivals > 0.0, axis=tuple(range(1, arrivals.ndim))))
        arrivals = arrivals[: max(most + 1, int(np.max(some, initial=0)) + 2)]
        found = _found(arrivals, room, most)
        begun = np.zeros((len(arrivals) + most, *np.shape(rate)))
        for i in range(1, most):
            share = found[i] + (found[0] if i == 1 else 0.0)
            begun[i : i + len(arrivals)] += share * arrivals
        likely = found > ROUNDING * np.maximum(1.0 - found[0], ROUNDING)
        reach = most - np.argmax(likely[::-1], axis=0)
        return cls(service, rate, np.minimum(reach, room), found, begun)

    def over(self, function: Callable[[Any], Any]) -> LeftOver:
        """With a function applied to every array."""
        rows = (np.stack([function(row) for row in rows]) for rows in (self.found, self.begun))
        return LeftOver(self.service, function(self.rate), function(self.reach), *rows)

    def _begins(self, n: int) -> Any:
        """sigma_n."""
        return self.found[1] + self.found[0] if n == 1 else self.found[n]

    @property
    def abscissa(self) -> Any:
        """That of the service law."""
        return np.asarray(self.service.abscissa) + np.zeros(np.shape(self.rate))

    @property
    def mean(self) -> Any:
        """E[D]."""
        return self._moments[0]

    @property
    def second_moment(self) -> Any:
        """E[D^2]; inf where the variance of S is."""
        return self._moments[1]

    @property
    def _moments(self) -> tuple[Any, Any]:
        """Of D given n: what is left, R, and n - 1 services. R's moments follow from the recursion's derivatives.

        r_n = r_{n - 1} + sigma_n E[S] - pi_n / lambda, r'_n = r'_{n - 1} + sigma_n E[S^2] - 2 r_n / lambda, and
        r_1 = sigma_1 (E[S] - P(an arrival in a service) / lambda), the bracket being E[S] times 1 - excess_lst(lambda).
        """
        mean, scv = np.asarray(self.service.mean), np.asarray(self.service.scv)
        finite = np.isfinite(scv)
        square = mean**2 * (1.0 + np.where(finite, scv, 0.0))
        zero = np.zeros(np.shape(self.rate))
        one, two, first, second = zero, zero, zero, zero
        for n in range(1, len(self.found)):
            here = n < self.reach
            share, sigma = self.found[n], self._begins(n)
            left = sigma * mean - share / self.rate
            if n == 1:
                left = sigma * mean * np.asarray(self.service.excess_complement(self.rate))
            one = np.where(here, one + left, 0.0)
            two = np.where(here, two + sigma * square - 2.0 * one / self.rate, 0.0)
            whole = n - 1.0
            first = first + one + share * whole * mean
            later = whole * mean**2 * np.where(finite, scv, 0.0) + (whole * mean) ** 2
            second = second + two + 2.0 * one * whole * mean + share * later
        waits = np.where(self.found[0] < 1.0, 1.0 - self.found[0], 1.0)
        return first / waits, np.where(finite, np.maximum(second, 0.0) / waits, np.inf)

    def lst(self, s: Any) -> Any:
        """E exp(-s D) at an array s."""
        return self._total(s) / self._mass

    @cached_property
    def _mass(self) -> Any:
        """P(W > 0) as the recursion has it, whose rounding is then out of every small s."""
        mass = self._total(np.zeros(np.shape(self.rate)))
        return np.where(mass > 0.0, mass, 1.0)

    def _total(self, s: Any) -> Any:
        """sum_n C_n S*^(n - 1)."""
        s, rate, room = np.broadcast_arrays(s, self.rate, self.reach)
        served = np.broadcast_to(np.asarray(self.service.lst(s)), s.shape)
        w = 1.0 - s / rate
        with np.errstate(divide="ignore"):
            upwards = room * np.log(np.abs(w)) > -GROWTH
        if np.all(upwards):
            return self._upwards(w, served)
        below = self._downwards(np.where(upwards, 0.0, w), served)
        return np.where(upwards, self._upwards(np.where(upwards, w, 1.0), served), below)

    def _upwards(self, w: Any, served: Any) -> Any:
        """C_n = (C_{n - 1} - v_n + sigma_n S*) / w."""
        total, part, power = np.zeros_like(w), np.zeros_like(w), np.ones_like(served)
        for n in range(1, len(self.found)):
            part = (part - self.begun[n] + self._begins(n) * served) / w
            total = total + np.where(n < self.reach, part * power, 0.0)
            power = power * served
        return total

    def _downwards(self, w: Any, served: Any) -> Any:
        """C_{n - 1} = w C_n + v_n - sigma_n S*, and the sum over n by Horner's rule."""
        part, total = np.zeros_like(w), np.zeros_like(served)
        for n in range(len(self.begun) - 1, 0, -1):
            below = w * part + self.begun[n]
            if n < len(self.found):
                total = np.where(n < self.reach, total * served + part, 0.0)
                below = below - self._begins(n) * served
            part = below
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of two waits, elementwise.

    Attributes:
        first: where it is the first.
        one, other: the waits.
    """

    first: Any
    one: LeftOver
    other: FiniteWait

    def over(self, function: Callable[[Any], Any]) -> Either:
        """With a function applied to every array."""
        chosen = np.asarray(function(self.first), dtype=bool)
        return Either(chosen, self.one.over(function), self.other.over(function))

    @property
    def abscissa(self) -> Any:
        """Of the one or the other."""
        return np.where(self.first, self.one.abscissa, self.other.abscissa)

    @property
    def mean(self) -> Any:
        """Of the one or the other."""
        return np.where(self.first, self.one.mean, self.other.mean)

    @property
    def second_moment(self) -> Any:
        """Of the one or the other."""
        return np.where(self.first, self.one.second_moment, self.other.second_moment)

    def lst(self, s: Any) -> Any:
        """Of the one or the other."""
        return np.where(self.first, self.one.lst(s), self.other.lst(s))


class OneServerRoom(Waiting):
    """The wait of one `MGcK`: where there is one server, and at most LARGEST places in all, by the embedded chain."""

    @cached_property
    def exact(self) -> Any:
        """Where the wait is exact."""
        return (self.load.servers == 1.0) & (self.places + 1.0 <= LARGEST)

    @cached_property
    def finite(self) -> Any:
        """The wait behind the bound."""
        approximate = super().finite
        some = self.exact & (self.places >= 1.0) & (self.load.utilisation > SCARCE)
        if not np.any(some):
            return approximate
        rate = np.where(some, self.load.arrival_rate, 1.0 / np.where(some, 1.0, self.load.service_mean))
        chain = LeftOver.of(self.service, rate, np.where(some, self.places + 1.0, 2.0))
        return chain if np.all(some) else Either(some, chain, approximate)


def _arrivals(service: Law, rate: Any, most: int, longest: int) -> Any:
    """a_m for m < a number above `most`, first axis, until nothing is left or at most `longest`."""
    count = most + 64
    while True:
        a = _coefficients(service, rate, count)
        if count >= longest or np.all(np.sum(a, axis=0) > 1.0 - 1e-12):
            return a
        count = min(2 * count, longest)


def _coefficients(service: Law, rate: Any, count: int) -> Any:
    """a_m for m < count: Fourier coefficients of S*(lambda (1 - z)) on a circle |z| = r just below 1."""
    points = 2 ** math.ceil(math.log2(SPREAD * count))
    column = (-1, *(1,) * np.ndim(rate))
    log_r = -math.log(1e14) / points
    z = np.exp(log_r - 2j * math.pi * np.arange(points // 2 + 1) / points).reshape(column)
    values = np.asarray(service.lst(rate * (1.0 - z)))
    a = np.fft.irfft(values, points, axis=0)[:count] * np.exp(-log_r * np.arange(count)).reshape(column)
    return np.where(a > NOISE, a, 0.0)


def _found(arrivals: Any, capacity: Any, most: int) -> Any:
    """pi_n for n < K, zero up to `most`; first axis."""
    beyond = np.cumsum(arrivals[::-1], axis=0)[::-1]
    rest = 1.0 - beyond[0]
    beyond = np.append(beyond[1:], np.zeros_like(beyond[:1]), axis=0) + np.where(rest > 1e-12, rest, 0.0)
    none = np.maximum(arrivals[0], 1e-200)
    found = np.zeros((most, *arrivals.shape[1:]))
    found[0] = 1.0
    for n in range(1, most):
        rising = found[0] * beyond[n - 1]
        if n > 1:
            rising = rising + np.sum(found[1:n] * beyond[n - 1 : 0 : -1], axis=0)
        found[n] = np.where(n < capacity, rising / none, 0.0)
        found[: n + 1] /= np.maximum(found[n], 1.0)
    return found / np.sum(found, axis=0)
