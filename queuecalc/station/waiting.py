"""The wait of one queue in the form that networks and plans ask for: elementwise over arrays, nothing built per call.

One class covers M/M/c, M/G/1, M/G/c and their finite waiting rooms. What does not depend on s is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, Transform, broadcast, nonnegative, released
from queuecalc.station import erlang
from queuecalc.station.argument import server_count, whole_number
from queuecalc.station.finite_room import FiniteRoom, exponential_room, general_room
from queuecalc.station.multiserver import Correction
from queuecalc.station.offered import Load
from queuecalc.station.truncated import geometric_mean_place, geometric_sum, geometric_transform

__all__ = ["Waiting", "blocking_probability", "delay_probability", "mean_wait", "wait_lst"]


@dataclass(frozen=True)
class Waiting:
    """The wait W of Poisson arrivals in one line before c servers.

    Exact for an exponential service law (M/M/c, M/M/c/K) and for one server without a bound (M/G/1); otherwise the
    approximations of `multiserver.py` and `finite_room.py`. With a bound, W is the wait of accepted customers.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service: law of the service time, in seconds.
        servers: c >= 1, whole, or inf.
        max_queue: number of waiting places k >= 0; None for no bound.

    All broadcast elementwise, the law by its batch shape.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.
    """

    arrival_rate: Real
    service: Law
    servers: Any
    max_queue: Any = None

    def __post_init__(self) -> None:
        if not isinstance(self.service, Law):
            raise InvalidInput(f"Waiting: service = {self.service!r}; expected a law")
        object.__setattr__(self, "arrival_rate", nonnegative("Waiting", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "servers", server_count("Waiting", self.servers))
        if self.max_queue is not None:
            object.__setattr__(self, "max_queue", whole_number("Waiting", "max_queue", self.max_queue, 0))
        _ = self.shape

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        bound = {} if self.max_queue is None else {"max_queue": self.max_queue}
        service = np.empty(self.service.shape)
        return broadcast(
            "Waiting", arrival_rate=self.arrival_rate, servers=self.servers, service=service, **bound
        )

    # -- what is computed once

    @cached_property
    def _load(self) -> Load:
        """The offered load; servers without limit count as one server without arrivals, where nobody waits either."""
        limited = np.isfinite(np.asarray(self.servers, dtype=np.float64))
        rate = np.broadcast_to(np.where(limited, self.arrival_rate, 0.0), self.shape)
        return Load.by_mean(rate, self.service.mean, np.where(limited, self.servers, 1.0))

    @cached_property
    def _exponential(self) -> bool:
        return isinstance(self.service, Exponential)

    @cached_property
    def _single(self) -> bool:
        return bool(np.all(self._load.servers == 1.0))

    @cached_property
    def _correction(self) -> Correction:
        return Correction.of(self._load, 1.0 if self._exponential else self.service.scv)

    @cached_property
    def _steady(self) -> Any:
        return (
            np.ones(self.shape, dtype=bool) if self.max_queue is not None else np.asarray(self._load.stable)
        )

    @cached_property
    def _all_steady(self) -> bool:
        return bool(np.all(self._steady))

    @cached_property
    def _delay(self) -> Any:
        load = self._load
        return erlang.delay_probability(load.servers, load.offered, load.slack, load.remainder)

    @cached_property
    def _places(self) -> Any:
        return np.broadcast_to(np.asarray(self.max_queue, dtype=np.float64), self.shape)

    @cached_property
    def _room(self) -> FiniteRoom:
        load = self._load
        loss = erlang.loss_probability(load.servers, load.offered, load.remainder)
        if self._exponential:
            return exponential_room(load, loss, self._places)
        return general_room(load, self.service, self._correction, loss, self._places)

    @cached_property
    def _truncation(self) -> tuple[Any, Any, Any, Any]:
        """(n, f, beta, scale) of the delayed wait in a finite room.

        The geometric number of steps X / c (X the excess of the service time) stops at n + f = 2 k / (1 + v), so that
        k services and n + f steps have the same mean; time is scaled to the mean wait of the room.
        """
        load, correction, k = self._load, self._correction, np.maximum(self._places, 1.0)
        step = load.service_mean / load.servers
        if self._exponential:
            return k, np.zeros(self.shape), np.zeros(self.shape), np.ones(self.shape)
        v = np.asarray(self.service.scv, dtype=np.float64)
        beta = np.where(np.isfinite(v), correction.beta, 0.0)
        finite = np.where(np.isfinite(v), v, 1.0)
        steps = 2.0 * k / (1.0 + finite)
        n = np.maximum(np.floor(steps), 1.0)
        f = np.maximum(steps - n, 0.0)
        total, last = geometric_sum(load.slack, n)
        places = (total * geometric_mean_place(load.slack, n) + f * last * (n + 1.0)) / (total + f * last)
        excess = step * 0.5 * (1.0 + finite)
        mean = (1.0 - beta) * step * geometric_mean_place(load.slack, k)
        mean = mean + beta * (excess * places + correction.epsilon)
        delayed = self._room.delayed * mean
        scale = np.where(delayed > 0.0, self._room.mean_wait / np.where(delayed > 0.0, delayed, 1.0), 1.0)
        return n, f, beta, scale

    # -- scalars

    @cached_property
    def stable(self) -> Any:
        """Whether there is a steady state: rho < 1, or a bound."""
        return released(self._steady)

    @cached_property
    def utilisation(self) -> Real:
        """Offered work per server, rho = lambda E[S] / c; 0 with unlimited servers."""
        return released(self._load.utilisation)

    @cached_property
    def blocking_probability(self) -> Real:
        """Probability that an arrival finds no place; 0 without a bound."""
        return released(np.zeros(self.shape) if self.max_queue is None else self._room.blocked)

    @cached_property
    def delay_probability(self) -> Real:
        """Probability that an (accepted) arrival waits; 1 without a steady state."""
        return released(self._delay if self.max_queue is None else self._room.delayed)

    @cached_property
    def mean(self) -> Real:
        """E[W] in seconds; inf without a steady state."""
        if self.max_queue is not None:
            return released(self._room.mean_wait)
        delay = self._delay
        some = self._steady & (delay > 0.0)
        relief = np.where(some, self._load.relief, 0.0)
        wait = delay * relief * np.where(some, self._correction.factor, 0.0)
        return released(np.where(self._steady, wait, np.inf))

    # -- the transform

    def lst(self, s: npt.ArrayLike) -> Transform:
        """E exp(-s W), s complex, elementwise against the batch; 0 without a steady state."""
        argument = np.asarray(s)
        return released(self._lst(argument if argument.dtype.kind in "fc" else argument.astype(np.float64)))

    def _lst(self, s: Any) -> Any:
        delay = np.asarray(self.delay_probability)
        if self.max_queue is not None:
            return 1.0 - delay + delay * self._truncated(s)
        load = self._load
        steady = self._steady
        if self._all_steady:
            slack, relief = load.slack, load.relief
        else:
            slack, relief = np.where(steady, load.slack, 1.0), np.where(steady, load.relief, 0.0)
        if self._exponential:
            values = 1.0 - delay + delay / (1.0 + relief * s)
        elif self._single:
            values = slack / (slack + load.utilisation * self.service.excess_complement(s))
        else:
            values = 1.0 - delay + delay * self._conditional(s, slack, relief)
        return values if self._all_steady else np.where(steady, values, 0.0)

    def _conditional(self, s: Any, slack: Any, relief: Any) -> Any:
        beta, epsilon = self._correction.beta, self._correction.epsilon
        d = self.service.excess_complement(s / self._load.servers)
        geometric = slack * (1.0 - d) / (slack + self._load.utilisation * d)
        return beta * geometric / (1.0 + epsilon * s) + (1.0 - beta) / (1.0 + relief * s)

    def _truncated(self, s: Any) -> Any:
        load = self._load
        n, f, beta, scale = self._truncation
        t = scale * s
        x = t * (load.service_mean / load.servers)
        k = np.maximum(self._places, 1.0)
        exponential = geometric_transform((load.slack + x) / (1.0 + x), load.slack, k) / (1.0 + x)
        if self._exponential:
            return exponential
        d = self.service.excess_complement(t / load.servers)
        y = load.slack + load.utilisation * d
        general = (1.0 - d) * geometric_transform(y, load.slack, n, f) / (1.0 + self._correction.epsilon * t)
        return beta * general + (1.0 - beta) * exponential


def wait_lst(
    s: npt.ArrayLike,
    *,
    arrival_rate: npt.ArrayLike,
    service: Law,
    servers: npt.ArrayLike,
    max_queue: npt.ArrayLike | None = None,
) -> Transform:
    """E exp(-s W), elementwise; 0 without a steady state. For many s keep one `Waiting`."""
    return Waiting(arrival_rate, service, servers, max_queue).lst(s)


def mean_wait(
    *,
    arrival_rate: npt.ArrayLike,
    service: Law,
    servers: npt.ArrayLike,
    max_queue: npt.ArrayLike | None = None,
) -> Real:
    """E[W] in seconds, elementwise; inf without a steady state."""
    return Waiting(arrival_rate, service, servers, max_queue).mean


def delay_probability(
    *,
    arrival_rate: npt.ArrayLike,
    service: Law,
    servers: npt.ArrayLike,
    max_queue: npt.ArrayLike | None = None,
) -> Real:
    """Probability that an (accepted) arrival waits, elementwise."""
    return Waiting(arrival_rate, service, servers, max_queue).delay_probability


def blocking_probability(
    *,
    arrival_rate: npt.ArrayLike,
    service: Law,
    servers: npt.ArrayLike,
    max_queue: npt.ArrayLike | None = None,
) -> Real:
    """Probability that an arrival is turned away, elementwise; 0 without a bound."""
    return Waiting(arrival_rate, service, servers, max_queue).blocking_probability
