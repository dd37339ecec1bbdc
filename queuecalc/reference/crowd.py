"""The line in front of c servers to which a limited number of users come: the wait of an arrival in M/G/c//M.

Each of M users is away for a mean time Z between two visits, so an arrival sees M - 1 others (Lavenberg & Reiser 1980).
With x = E[S] / Z there are n < c others at the station with chances proportional to x^n C(M - 1, n). While all
servers are busy, g others wait ahead with chances proportional to b! / (b - g)! z^-g, b = M - 1 - c, z = c / x, and the
wait is that of g + 1 services S / c. That is exact for exponential S. Of other services the excess counts, both b and z
in units of its mean over E[S], so that for many users it is the wait of M/G/1 at S / c.

Numbers of users between whole ones: up to b = 40 a mixture of both; beyond, the sums over g continue as the integral

    sum of b! / (b - g)! z^-g = z I(b, z),  sum of b! / (b - g)! z^-g theta^(g+1) = z I(b, z / theta),
    I(b, w) = integral over u > 0 of exp(-w u) (1 + u)^b,  w I(b + 1, w) = 1 + (b + 1) I(b, w).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import gammaincc, gammaln

__all__ = ["Crowd", "CrowdWait"]

_FEW = 40
_MOST = 20_000
_AMPLE = 1.2
_SMALL = 1e-18
_FRACTIONS = 200


@dataclass(frozen=True, eq=False)
class Crowd:
    """Who comes to one line, by the rate at which they come.

    Attributes:
        rates: of all arrivals [1/s], rising, shape (n,).
        users: M, away_s: Z [s] of one line, likewise.
        lines: that share the users evenly.
    """

    rates: Any
    users: Any
    away_s: Any
    lines: int

    def at(self, rate: Any, lines: int) -> tuple[Any, Any]:
        """M and Z of a line where all arrive at some rate and `lines` are left to share them."""
        users = np.interp(rate, self.rates, self.users)
        return users, np.interp(rate, self.rates, self.away_s) * lines / self.lines


@dataclass(frozen=True, eq=False)
class CrowdWait:
    """The wait W of an arrival, arrays of shape (instants,).

    Attributes:
        users, away_s: M and Z.
        mean, excess: of the service and of its excess [s].
        servers: c.

    Raises:
        NotImplementedError: more than 20,000 users at a line.
    """

    users: Any
    away_s: Any
    mean: Any
    excess: Any
    servers: int

    def __post_init__(self) -> None:
        if np.any(self.users > _MOST):
            raise NotImplementedError(
                f"more than {_MOST:,} users who think at one line; take requests_per_user_per_s instead of think_s, "
                "with the rate that `queuecalc evaluate` finds"
            )

    @cached_property
    def _others(self) -> Any:
        return np.maximum(self.users - 1.0, 0.0)

    @cached_property
    def _away(self) -> Any:
        return np.maximum(self.away_s, 1e-12 * self.mean)

    @cached_property
    def _ahead(self) -> tuple[Any, Any]:
        """b and z, in units of the mean excess."""
        unit = self.excess / self.mean
        most = np.maximum(self._others - self.servers, 0.0) / unit
        return most, np.broadcast_to(self.servers * self._away / self.mean / unit, most.shape)

    @cached_property
    def delayed(self) -> Any:
        """P(W > 0): all servers are busy."""
        c, x = self.servers, self.mean / self._away
        enough = np.maximum(self._others, c)
        fewer = np.ones_like(enough)  # chances of at most n others, over that of n
        for n in range(1, c):
            fewer = 1.0 + fewer * n / ((enough - n + 1.0) * x)
        idle = fewer * c / ((enough - c + 1.0) * x)  # over the chance of c
        log_busy = _log_sum(enough - c, c / x)
        busy = 1.0 / (1.0 + idle * np.exp(-np.minimum(log_busy, 700.0)))
        return busy * np.clip(self._others - c + 1.0, 0.0, 1.0)

    @cached_property
    def mean_wait(self) -> Any:
        """E[W] [s]."""
        return self.delayed * _mean_place(*self._ahead) * self.excess / self.servers

    def transform(self, excess: Any) -> Any:
        """E exp(-s W), by E exp(-s X / c) of the excess X, which broadcasts to (..., instants)."""
        return 1.0 - self.delayed + self.delayed * _place_transform(*self._ahead, excess)


def _log_sum(most: Any, capacity: Any) -> Any:
    """ln of the sum of b! / (b - g)! z^-g."""
    few, many = most <= _FEW, most > _FEW
    found = np.empty(most.shape)
    whole, share = np.floor(most[few]), most[few] - np.floor(most[few])
    total, sums = np.ones(whole.shape), np.zeros(whole.shape)
    for b in range(_FEW + 2):
        sums = sums + np.where(whole == b, 1.0 - share, np.where(whole == b - 1, share, 0.0)) * np.log(total)
        total = 1.0 + (b + 1.0) / capacity[few] * total
    found[few] = sums
    found[many] = _log_sum_of_many(most[many], capacity[many])
    return found


def _log_sum_of_many(b: Any, z: Any) -> Any:
    """exp(z) z^-b Gamma(b + 1, z); term by term where capacity is ample."""
    ample = z > _AMPLE * (b + 1.0)
    x = np.where(ample, 1.0, z)
    log = x - b * np.log(x) + gammaln(b + 1.0) + np.log(gammaincc(b + 1.0, x))
    return np.where(ample, np.log(_terms(b, np.where(ample, z, 2.0 * (b + 1.0)))[0]), log)


def _terms(b: Any, z: Any) -> tuple[Any, Any]:
    """The sum, and the sum of (g + 1) times the terms, for b / z well below 1."""
    term, total, moment = np.ones(b.shape), np.ones(b.shape), np.ones(b.shape)
    for g in range(1, 2 * _FRACTIONS):
        term = term * np.maximum(b - g + 1.0, 0.0) / z
        total, moment = total + term, moment + (g + 1.0) * term
        if np.all(term < _SMALL):
            break
    return total, moment


def _mean_place(most: Any, capacity: Any) -> Any:
    """E[g + 1] = b + 1 - z + z / sum."""
    few, many = most <= _FEW, most > _FEW
    found = np.empty(most.shape)
    whole, share = np.floor(most[few]), most[few] - np.floor(most[few])
    total, place, sums = np.ones(whole.shape), np.ones(whole.shape), np.zeros(whole.shape)
    for b in range(_FEW + 2):
        sums = sums + np.where(whole == b, 1.0 - share, np.where(whole == b - 1, share, 0.0)) * place
        total = 1.0 + (b + 1.0) / capacity[few] * total
        place = 1.0 + (1.0 - 1.0 / total) * place
    found[few] = sums
    b, z = most[many], capacity[many]
    ample = z > _AMPLE * (b + 1.0)
    total, moment = _terms(b, np.where(ample, z, 2.0 * (b + 1.0)))
    near = b + 1.0 - z + z * np.exp(-np.minimum(_log_sum_of_many(b, z), 700.0))
    found[many] = np.where(ample, moment / total, near)
    return found


def _place_transform(most: Any, capacity: Any, theta: Any) -> Any:
    """E[theta^(g + 1)], from b to b + 1 at a time."""
    whole, share = np.floor(most), most - np.floor(most)
    many = most > _FEW
    first = np.where(many, share, 0.0)
    total = np.where(many, capacity * _integral(first, capacity), 1.0)
    value = theta + 0.0 * most
    if np.any(many):
        start = _integral(first, capacity / theta) / _integral(first, capacity)
        value = np.where(many, start, value)
    found = np.zeros_like(value)
    for b in range(int(whole.max(initial=0.0)) + 2):
        weight = np.where(whole == b, np.where(many, 1.0, 1.0 - share), 0.0)
        weight = weight + np.where(~many & (whole == b - 1), share, 0.0)
        if np.any(weight > 0.0):
            found = found + weight * value
        total = 1.0 + np.minimum((b + first + 1.0) / capacity * total, 1e300)
        value = theta * (1.0 / total + (1.0 - 1.0 / total) * value)
    return found


def _integral(b: Any, w: Any) -> Any:
    """I(b, w) for 0 <= b < 1 by Legendre's continued fraction (NIST DLMF 8.9.2)."""
    found: Any = 0.0
    for k in range(_FRACTIONS, 0, -1):
        found = k * (b + 1.0 - k) / (w + 2.0 * k + 1.0 - (b + 1.0) + found)
    return 1.0 / (w + 1.0 - (b + 1.0) + found)
