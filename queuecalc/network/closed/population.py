"""The visits that hold servers, as a closed population: how long each is held when n of them are.

Each of n customers goes round: a time of its own (its own service, and whatever is not waited in line for), then a
number of visits to each of some stops. At a stop the others of the n are met, and what comes from elsewhere. A cycle
lasts Z + sum_j V_j (W_j + S_j), so that n customers end X(n) = n / cycle cycles a second.

W_j is the wait in M/G/c//n with the rest of the round as time away (`crowd.py`), where who comes meets what is left of
a service by then (`served.py`). With one stop and exponential service that is exact; with several it is brought to
the exact mean wait of the product form, taken with exponential services (Buzen 1973), and to the variability of what
the stop before sends (Whitt 1983, QNA, eq. (38)). Other arrivals at a stop count as customers who are away longer, by
the first two moments of the number in service if nobody waited (as in the theory of overflowing trunk groups).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.crowd import CrowdWaiting
from queuecalc.network.closed.served import Met, Served
from queuecalc.network.closed.side_by_side import longest_moments

__all__ = ["Population", "Stop", "Turn", "grid"]

_ROUNDS = 400
_SETTLED = 1e-11
_SLOWER = 0.5
"""A change that is more than so much of the one before is damped from then on."""

_EXACT = 64
"""Up to so many customers the product form is summed."""

_MANY = 1e6
"""So many customers are as good as Poisson arrivals."""

_EACH = 12
_GROWTH = 1.2
_LEAST_VARIABLE = 0.2
"""Whitt 1983, eq. (39): below this SCV departures of several servers are no more even."""


@dataclass(frozen=True, eq=False)
class Stop:
    """Where the customers of a closed population stand in line.

    Attributes:
        visits: V > 0 in a cycle.
        service_s: mean service of these visits.
        service: the service law of all that comes to the stop.
        servers: c of each line.
        lines: lines that share the visits at random.
        beside: arrivals per second of others, to all lines.
        again: the share of visits that follow another at once.
        inner: of a stop whose servers are held in turn, those who hold them; `service` is then that of a visit in which
            nobody waits.
    """

    visits: Any
    service_s: Any
    service: Law
    servers: int
    lines: int = 1
    beside: Any = 0.0
    again: float = 0.0
    inner: Population | None = None

    @cached_property
    def scv(self) -> Any:
        """Of the service."""
        return np.asarray(self.service.scv)

    @cached_property
    def shared(self) -> bool:
        """Whether others come, too."""
        return bool(np.any(np.asarray(self.beside) > 0.0))

    def crowd(self, n: Any, away: Any) -> tuple[Any, Any]:
        """(M, Z) of M/G/c//M with what comes from elsewhere.

        Were nobody ever to wait, an arrival would find a binomial number of the n - 1 others in service, and a Poisson
        one from elsewhere; M - 1 customers with time away Z make a binomial number of the same mean and variance.
        """
        if not self.shared:
            return n, away
        mean = np.asarray(self.service.mean)
        here, work = mean / (mean + away), np.asarray(self.beside) * mean / self.lines
        found, even = (n - 1.0) * here + work, (n - 1.0) * here**2
        least = found / _MANY
        share = np.maximum(even / np.maximum(found, 1e-300), np.minimum(least, 0.5))
        others = np.where(found > 0.0, found / np.maximum(share, 1e-300), 0.0)
        return 1.0 + others, mean * (1.0 - share) / np.maximum(share, 1e-300)

    def served(self, away: Any) -> Served:
        """What a customer away for so long meets."""
        return Met(self.service, 1.0 / np.maximum(away, 1e-300), self.again / self.servers)


@dataclass(frozen=True, eq=False)
class Turn:
    """Calls that go out at once, of which a cycle waits for the longest.

    Attributes:
        often: how many such turns a cycle has.
        calls: by call, its stop (None without), and mean and variance of the time beyond the stop.
    """

    often: Any
    calls: tuple[tuple[int | None, float, float], ...]


def grid(most: int) -> FloatArray:
    """Populations to solve for: each of the first few, then ever fewer, the last two surely."""
    if most <= 2 * _EACH:
        return np.arange(1.0, most + 1.0)
    steps = int(np.ceil(np.log(most / _EACH) / np.log(_GROWTH)))
    far = np.round(np.geomspace(_EACH, most, steps + 1))
    return np.unique(np.concatenate([np.arange(1.0, _EACH), far, [most - 1.0, most]]))


@dataclass(frozen=True, eq=False)
class Population:
    """A closed population at several sizes n; arrays have the shape (sizes, *batch).

    Attributes:
        sizes: n, rising, shape (sizes,).
        own_s: Z > 0, time of a cycle without line or stop, of the batch shape.
        stops: in the order of the calls.
        most: waits grow no longer beyond so many.
        turns: calls that go out at once; their visits to stops are among those of the stops.
    """

    sizes: FloatArray
    own_s: Any
    stops: Sequence[Stop]
    most: float = np.inf
    turns: Sequence[Turn] = ()

    @cached_property
    def _n(self) -> Any:
        batch = np.broadcast_shapes(
            np.shape(self.own_s),
            *(
                np.shape(value)
                for stop in self.stops
                for value in (stop.visits, stop.beside, stop.service.mean)
            ),
        )
        return np.minimum(self.sizes, self.most).reshape(self.sizes.size, *(1,) * len(batch)) * np.ones(batch)

    @cached_property
    def _solved(self) -> _Solved:
        towards = [np.ones_like(self._n) for _ in self.stops]
        if len(self.stops) > 1:
            towards = self._towards_product_form()
        return self._fixed_point(towards)

    def _fixed_point(self, towards: list[Any]) -> _Solved:
        found = _Solved(
            [np.zeros_like(self._n) for _ in self.stops],
            [stop.service_s * np.ones_like(self._n) for stop in self.stops],
            list(towards),
            [np.ones_like(self._n) for _ in self.stops],
        )
        damping, before = 1.0, np.inf
        for _ in range(_ROUNDS):
            change = 0.0
            found.saved = sum(turn.often * self._turn(turn, found)[0] for turn in self.turns)
            for j, stop in enumerate(self.stops):
                cycle = self._cycle(found)
                if stop.inner is not None:
                    present = (
                        self._n * stop.visits * (found.waits[j] + found.services[j]) / cycle / stop.lines
                    )
                    found.services[j] = stop.inner.cycle_at(np.minimum(present, stop.servers))
                found.stretch[j] = towards[j] * self._burst(j, cycle, found)
                crowd = self._crowd(j, found)
                if self.turns:
                    found.delays[j] = np.asarray(crowd.delay_probability)
                mean = found.stretch[j] * np.asarray(crowd.mean) * self._slow(j, found)
                step = damping * (mean - found.waits[j])
                found.waits[j] = found.waits[j] + step
                change = max(change, float(np.max(np.abs(step) * stop.visits / cycle, initial=0.0)))
            if change <= _SETTLED:
                break
            if change > _SLOWER * before:
                damping = 0.5
            before = change
        return found

    def _cycle(self, found: _Solved) -> Any:
        held: Any = self.own_s + np.zeros_like(self._n)
        for stop, wait, service in zip(self.stops, found.waits, found.services, strict=True):
            held = held + stop.visits * (wait + service)
        return held + found.saved

    def turn_moments(self, number: int) -> tuple[Any, Any]:
        """Mean and variance of the longest call of a turn."""
        return self._turn(self.turns[number], self._solved)[1:]

    def _turn(self, turn: Turn, found: _Solved) -> tuple[Any, Any, Any]:
        """E[the longest call] less what its stops count for one after the other; its mean; its variance."""
        means, variances, alone = [], [], np.zeros_like(self._n)
        for j, beyond_s, beyond_var in turn.calls:
            mean, var = beyond_s * np.ones_like(self._n), beyond_var * np.ones_like(self._n)
            if j is not None:
                wait, service = found.waits[j], found.services[j]
                alone = alone + wait + service
                mean = mean + wait + service
                var = var + self.stops[j].scv * service**2
                var = var + wait**2 * (2.0 / np.clip(found.delays[j], 1e-12, 1.0) - 1.0)
            means.append(mean)
            variances.append(var)
        longest, spread = longest_moments(means, variances)
        return longest - alone, longest, spread

    def _slow(self, j: int, found: _Solved) -> Any:
        """How much slower the stop serves than its service law says."""
        stop = self.stops[j]
        return 1.0 if stop.inner is None else found.services[j] / np.asarray(stop.service.mean)

    def _away(self, j: int, found: _Solved) -> Any:
        """Time between two visits to one line, in units of time in which its services are those of its law."""
        stop, cycle = self.stops[j], self._cycle(found)
        gap = cycle * (stop.lines / np.asarray(stop.visits)) - found.waits[j] - found.services[j]
        return np.maximum(gap, 1e-12 * cycle) / self._slow(j, found)

    def _crowd(self, j: int, found: _Solved) -> CrowdWaiting:
        stop, away = self.stops[j], self._away(j, found)
        return CrowdWaiting(*stop.crowd(self._n, away), stop.served(away), stop.servers)

    def _burst(self, j: int, cycle: Any, found: _Solved) -> Any:
        """(c_a^2 + c_s^2) / (1 + c_s^2) of what the stop before sends; the own time before the first evens out."""
        if j == 0:
            return 1.0
        stop, before = self.stops[j], self.stops[j - 1]
        work = self._n * before.visits * found.services[j - 1] / cycle
        busy = np.minimum(work / (before.servers * before.lines), 1.0)
        share = np.minimum(before.visits, 1.0) / np.maximum(stop.visits, 1.0) / before.lines
        scv = np.maximum(before.scv / np.maximum(before.visits, 1.0), _LEAST_VARIABLE)
        coming = share * busy**2 * (np.minimum(scv, _MOST_VARIABLE) - 1.0) / np.sqrt(before.servers)
        return 1.0 + coming / (1.0 + stop.scv) / np.sqrt(stop.servers)

    def _towards_product_form(self) -> list[Any]:
        """By stop, exact mean wait / that of M/M/c//n with the rest of the round as time away."""
        ones = [np.ones_like(self._n) for _ in self.stops]
        plain = not self.turns and all(
            stop.lines == 1 and not stop.shared and stop.inner is None for stop in self.stops
        )
        if not plain or self._n[0].size != 1 or self._n.max() > _EXACT:
            return ones
        exact = _product_form_waits(
            int(self._n.max()),
            float(np.max(self.own_s)),
            [float(np.max(stop.visits * stop.service_s)) for stop in self.stops],
            [stop.servers for stop in self.stops],
        )
        places = self._n.astype(np.intp) - 1
        waits = [whole[places] / stop.visits for stop, whole in zip(self.stops, exact, strict=True)]
        there = _Solved(waits, [stop.service_s * np.ones_like(self._n) for stop in self.stops], ones, ones)
        found = []
        for j, stop in enumerate(self.stops):
            away = self._away(j, there)
            ours = CrowdWaiting(self._n, away, _Exponential(np.asarray(stop.service.mean)), stop.servers).mean
            little = ours <= 1e-9 * np.asarray(stop.service.mean)
            found.append(np.where(little, 1.0, waits[j] / np.where(little, 1.0, ours)))
        return found

    # -- figures

    @property
    def waits(self) -> list[Any]:
        """E[W_j] of each stop."""
        return self._solved.waits

    @property
    def services(self) -> list[Any]:
        """E[S_j] of each stop."""
        return self._solved.services

    @cached_property
    def cycle(self) -> Any:
        """How long one is held."""
        return self._cycle(self._solved)

    def cycle_at(self, size: Any) -> Any:
        """The same for so many customers, elementwise, linear in between; of size below 1 as for 1."""
        size = np.clip(size, self.sizes[0], self.sizes[-1])
        if self.sizes.size == 1:
            return self.cycle[0] + 0.0 * size
        above = np.clip(np.searchsorted(self.sizes, size), 1, self.sizes.size - 1)
        share = (size - self.sizes[above - 1]) / (self.sizes[above] - self.sizes[above - 1])
        at = np.broadcast_to(np.arange(self.cycle.shape[-1]), size.shape)
        return (1.0 - share) * self.cycle[above - 1, at] + share * self.cycle[above, at]

    @cached_property
    def weights(self) -> list[Any]:
        """How much X(n) at the largest size falls with the own time and with the work at each stop, in relative terms.

        -d ln X / d ln D_j = Q_j(n) - Q_j(n - 1), exact for a product form (by differentiation of the normalisation
        constant); they sum to 1.
        """
        shares = [self.own_s / self.cycle]
        for stop, wait, service in zip(self.stops, self.waits, self.services, strict=True):
            shares.append(stop.visits * (wait + service) / self.cycle)
        found = [share[-1] for share in shares]
        if self.sizes.size > 1:
            gap = self.sizes[-1] - self.sizes[-2]
            found = [(self.sizes[-1] * share[-1] - self.sizes[-2] * share[-2]) / gap for share in shares]
        found = [np.clip(each, 0.0, 1.0) for each in found]
        total: Any = sum(found)
        return [each / total for each in found]

    def wait_lst(self, j: int, s: Any) -> Any:
        """E exp(-s W_j) at every size, shape (sizes, *shape of s against the batch)."""
        stop, found = self.stops[j], self._solved
        lift = (slice(None), *(None,) * max(np.ndim(s) - (self._n.ndim - 1), 0))
        away = self._away(j, found)[lift]
        scale = np.broadcast_to(found.stretch[j] * self._slow(j, found), self._n.shape)[lift]
        there = CrowdWaiting(*stop.crowd(self._n[lift], away), stop.served(away), stop.servers)
        return there.lst(s * scale)

    def exponential_moment(self, j: int, theta: Any) -> Any:
        """E exp(theta W_j) at the largest size, which is more than at any other; inf where it is not known."""
        stop, found = self.stops[j], self._solved
        away = self._away(j, found)[-1]
        scale = np.broadcast_to(found.stretch[j] * self._slow(j, found), self._n.shape)[-1]
        most = CrowdWaiting(*stop.crowd(self._n[-1], away), stop.served(away), stop.servers)
        return most.exponential_moment(np.asarray(theta) * scale)


@dataclass(eq=False)
class _Solved:
    """By stop: mean waits, mean services, how much longer the wait is than that of M/G/c//n, and P(W > 0).

    And what calls that go out at once save, in a cycle.
    """

    waits: list[Any]
    services: list[Any]
    stretch: list[Any]
    delays: list[Any]
    saved: Any = 0.0


_MOST_VARIABLE = 10.0


@dataclass(frozen=True, eq=False)
class _Exponential:
    """An exponential service, of which as much is left at any time."""

    mean: Any

    @property
    def excess_mean(self) -> Any:
        return self.mean

    def excess_lst(self, s: Any) -> Any:
        return 1.0 / (1.0 + s * self.mean)


def _product_form_waits(
    most: int, own: float, works: Sequence[float], servers: Sequence[int]
) -> list[FloatArray]:
    """Mean time in line at each stop in a cycle, for n = 1 ... most, by convolution; all services exponential."""
    n = np.arange(1, most + 1)
    scale = own + sum(works)
    first = np.concatenate([[1.0], np.cumprod(own / scale / n)])
    factors = [
        np.concatenate([[1.0], np.cumprod(work / scale / np.minimum(n, c))])
        for work, c in zip(works, servers, strict=True)
    ]

    def together(chosen: Sequence[FloatArray]) -> FloatArray:
        found = first
        for factor in chosen:
            found = np.convolve(found, factor)[: most + 1]
        return found

    norm = together(factors)
    rate = norm[:-1] / norm[1:] / scale
    waits = []
    for j, factor in enumerate(factors):
        rest = together(factors[:j] + factors[j + 1 :])
        number = np.convolve(factor * np.arange(most + 1), rest)[1 : most + 1] / norm[1:]
        waits.append(np.maximum(number / rate - works[j], 0.0))
    return waits
