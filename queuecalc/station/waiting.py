"""The wait of one queue in the form that networks and plans ask for: elementwise over arrays, nothing built per call.

One class covers M/M/c, M/G/1, M/G/c and their finite waiting rooms. What does not depend on s is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, Transform, broadcast, nonnegative, released
from queuecalc.station import erlang
from queuecalc.station.argument import server_count, service_law, whole_number
from queuecalc.station.finite_room import FiniteRoom, exponential_room, general_room
from queuecalc.station.finite_wait import FiniteWait
from queuecalc.station.multiserver import Correction
from queuecalc.station.offered import Load
from queuecalc.station.record import Record

__all__ = ["Waiting", "blocking_probability", "delay_probability", "mean_wait", "wait_lst"]


@dataclass(frozen=True, eq=False, repr=False)
class Waiting(Record):
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
        object.__setattr__(self, "service", service_law("Waiting", self.service))
        object.__setattr__(self, "arrival_rate", nonnegative("Waiting", "arrival_rate", self.arrival_rate))
        object.__setattr__(self, "servers", server_count("Waiting", self.servers))
        if self.max_queue is not None:
            object.__setattr__(self, "max_queue", whole_number("Waiting", "max_queue", self.max_queue, 0))
        _ = self.shape

    @classmethod
    def of_checked(cls, arrival_rate: Any, service: Law, servers: Any, max_queue: Any = None) -> Waiting:
        """The same from arguments that are known to be right: a float array, a law, and whole numbers."""
        made = object.__new__(cls)
        for name, value in (
            ("arrival_rate", arrival_rate),
            ("service", service),
            ("servers", servers),
            ("max_queue", max_queue),
        ):
            object.__setattr__(made, name, value)
        return made

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
    def load(self) -> Load:
        """The offered load; servers without limit count as one server without arrivals, where nobody waits either."""
        limited = np.isfinite(np.asarray(self.servers, dtype=np.float64))
        rate = np.broadcast_to(np.where(limited, self.arrival_rate, 0.0), self.shape)
        return Load.by_mean(rate, self.service.mean, np.where(limited, self.servers, 1.0))

    @cached_property
    def _exponential(self) -> bool:
        return isinstance(self.service, Exponential)

    @cached_property
    def single(self) -> bool:
        """Whether every queue has one server."""
        return bool(np.all(self.load.servers == 1.0))

    @cached_property
    def correction(self) -> Correction:
        """What M/G/c adds to the conditional wait of M/G/1."""
        return Correction.of(self.load, 1.0 if self._exponential else self.service.scv)

    @cached_property
    def steady(self) -> Any:
        """`stable` as an array of the batch shape."""
        return np.ones(self.shape, dtype=bool) if self.max_queue is not None else np.asarray(self.load.stable)

    @cached_property
    def _all_steady(self) -> bool:
        return bool(np.all(self.steady))

    @cached_property
    def _delay(self) -> Any:
        load = self.load
        if self.single:
            return np.where(load.stable, load.offered, 1.0)
        return erlang.delay_probability(load.servers, load.offered, load.slack, load.remainder)

    @cached_property
    def places(self) -> Any:
        """Waiting places, as floats of the batch shape."""
        return np.broadcast_to(np.asarray(self.max_queue, dtype=np.float64), self.shape)

    @cached_property
    def room(self) -> FiniteRoom:
        """Blocking, delay and mean wait behind a bound."""
        load = self.load
        loss = erlang.loss_probability(load.servers, load.offered, load.remainder)
        if self._exponential:
            return exponential_room(load, loss, self.places)
        return general_room(load, self.service, self.correction, loss, self.places)

    @cached_property
    def finite(self) -> FiniteWait:
        """The wait behind a bound."""
        return FiniteWait.of(
            self.load, self.service, self.correction, self.room, self.places, exponential=self._exponential
        )

    def elements(self, shape: tuple[int, ...], chosen: Any) -> Waiting:
        """The queues at the places of a mask, of a shape that the batch broadcasts to, in a row.

        For a service law without batch axes; what has been computed once is taken over.
        """

        def taken(value: Any) -> Any:
            return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)[chosen]

        bound = None if self.max_queue is None else taken(self.max_queue)
        part = Waiting(taken(self.arrival_rate), self.service, taken(self.servers), bound)
        known: dict[str, Any] = {
            "load": self.load.over(taken),
            "correction": self.correction.over(taken),
            "steady": np.broadcast_to(self.steady, shape)[chosen],
            "delay_probability": taken(self.delay_probability),
        }
        if self.max_queue is not None:
            known["finite"] = self.finite.over(taken)
        part.__dict__.update(known)
        return part

    # -- scalars

    @cached_property
    def stable(self) -> Any:
        """Whether there is a steady state: rho < 1, or a bound."""
        return released(self.steady)

    @cached_property
    def utilisation(self) -> Real:
        """Offered work per server, rho = lambda E[S] / c; 0 with unlimited servers."""
        return released(self.load.utilisation)

    @cached_property
    def blocking_probability(self) -> Real:
        """Probability that an arrival finds no place; 0 without a bound."""
        return released(np.zeros(self.shape) if self.max_queue is None else self.room.blocked)

    @cached_property
    def delay_probability(self) -> Real:
        """Probability that an (accepted) arrival waits; 1 without a steady state."""
        return released(self._delay if self.max_queue is None else self.room.delayed)

    @cached_property
    def mean(self) -> Real:
        """E[W] in seconds; inf without a steady state."""
        if self.max_queue is not None:
            return released(self.room.mean_wait)
        delay = self._delay
        some = self.steady & (delay > 0.0)
        relief = np.where(some, self.load.relief, 0.0)
        wait = delay * relief * np.where(some, self.correction.factor, 0.0)
        return released(np.where(self.steady, wait, np.inf))

    # -- the transform

    def lst(self, s: npt.ArrayLike) -> Transform:
        """E exp(-s W), s complex, elementwise against the batch; 0 without a steady state."""
        argument = np.asarray(s)
        return released(self._lst(argument if argument.dtype.kind in "fc" else argument.astype(np.float64)))

    def _lst(self, s: Any) -> Any:
        delay = np.asarray(self.delay_probability)
        if self.max_queue is not None:
            return 1.0 - delay + delay * self.finite.lst(s)
        load = self.load
        slack, relief = self.margin
        if self._exponential:
            values = 1.0 - delay + delay / (1.0 + relief * s)
        elif self.single:
            values = slack / (slack + load.utilisation * self.service.excess_complement(s))
        else:
            values = 1.0 - delay + delay * self.delayed(s)[1]
        return values if self._all_steady else np.where(self.steady, values, 0.0)

    def exponential_moment(self, theta: npt.ArrayLike) -> Any:
        """E exp(theta W) for theta >= 0, elementwise; inf at and beyond the first pole, or without a steady state."""
        s = -np.asarray(theta, dtype=np.float64)
        with np.errstate(all="ignore"):
            values = np.asarray(self._lst(s))
            if self.max_queue is not None:
                return np.where(-s < self.finite.abscissa, values, np.inf)
            slack, relief = self.margin
            regular = np.asarray(self.steady)
            plain = 1.0 + relief * s > 0.0
            if self._exponential:
                return np.where(regular & plain & np.isfinite(values), values, np.inf)
            d = self.service.excess_complement(s / self._each)
            regular = regular & (slack + self.load.utilisation * d > 0.0) & np.isfinite(d)
            if not self.single:
                beta, epsilon = self.correction.beta, self.correction.epsilon
                regular = regular & (1.0 + epsilon * s > 0.0) & (plain | (beta == 1.0))
            return np.where(regular & np.isfinite(values), values, np.inf)

    @cached_property
    def _each(self) -> Any:
        """The servers in their own shape: a law is then asked at s / c once for all loads."""
        servers = np.asarray(self.servers, dtype=np.float64)
        return np.where(np.isfinite(servers), servers, 1.0)

    @cached_property
    def margin(self) -> tuple[Any, Any]:
        """(1 - rho, mean conditional wait of M/M/c); 1 and 0 without a steady state, for arithmetic alone."""
        load = self.load
        if self._all_steady:
            return load.slack, load.relief
        return np.where(self.steady, load.slack, 1.0), np.where(self.steady, load.relief, 0.0)

    def delayed(self, s: Any) -> tuple[Any, Any]:
        """(1 - D, D) for D = E(exp(-s W) | W > 0) at an array s, the first to full relative accuracy without a bound.

        Meaningless without a steady state.
        """
        if self.max_queue is not None:
            values = self.finite.lst(s)
            return 1.0 - values, values
        slack, relief = self.margin
        if self._exponential:
            return relief * s / (1.0 + relief * s), 1.0 / (1.0 + relief * s)
        beta, epsilon = self.correction.beta, self.correction.epsilon
        d = self.service.excess_complement(s / self._each)
        y = slack + self.load.utilisation * d
        left, value = d / y, slack * (1.0 - d) / y
        if self.single:
            return left, value
        smooth, plain = 1.0 + epsilon * s, 1.0 + relief * s
        return (
            beta * (left + epsilon * s) / smooth + (1.0 - beta) * relief * s / plain,
            beta * value / smooth + (1.0 - beta) / plain,
        )


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
