"""Waits and sojourns of M/M/c+M, as laws: of those who are served, of those who give up, of all."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from queuecalc.law.base import Atoms
from queuecalc.law.parameter import Real, released
from queuecalc.station.impatience import Impatience, Stage
from queuecalc.station.impatience_transform import complement, given_up_complement
from queuecalc.station.poisson_ratio import loss
from queuecalc.station.timed import ThenExponential, Timed

__all__ = ["ImpatientSojourn", "WaitOfAbandoning", "WaitOfAll", "WaitOfServed"]


@dataclass(frozen=True, eq=False, repr=False)
class _Wait(Timed):
    """A wait of M/M/c+M.

    Attributes:
        arrival_rate: lambda, in 1/s.
        service_rate: mu of one server, in 1/s.
        servers: c.
        patience_rate: theta, in 1/s.
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any
    patience_rate: Real

    @cached_property
    def _state(self) -> Impatience:
        return Impatience.of(self.arrival_rate, self.service_rate, self.servers, self.patience_rate)

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the parameters."""
        return np.shape(self._state.patience_rate)

    @property
    @abstractmethod
    def _positive(self) -> Any:
        """P(W > 0)."""

    @abstractmethod
    def _moment(self, order: int) -> Any:
        """E[W^order | W > 0] times theta^order."""

    @abstractmethod
    def _delayed(self, s: Any) -> tuple[Any, Any]:
        """(P(theta W > s | W > 0), its density)."""

    @property
    def mean(self) -> Real:
        """E[W], in seconds."""
        return released(self._positive * self._moment(1) / self._state.patience_rate)

    @property
    def var(self) -> Real:
        """Variance, in seconds^2."""
        first, p = self._moment(1), self._positive
        within = np.maximum(self._moment(2) - first**2, 0.0)
        return released(p * (within + (1.0 - p) * first**2) / self._state.patience_rate**2)

    @property
    def abscissa(self) -> Real:
        """c mu + theta."""
        state = self._state
        return released(state.load.servers / state.load.service_mean + state.patience_rate)

    @property
    def atoms(self) -> Atoms:
        """The point 0, which has what does not wait."""
        free = np.broadcast_to(1.0 - self._positive, self.shape)
        return ((released(np.zeros(self.shape)), released(free)),) if np.any(free > 0.0) else ()

    def _both(self, t: Any) -> tuple[Any, Any]:
        state = self._state
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        inside = np.broadcast_to(np.isfinite(t), shape)
        tail, density = self._delayed(np.where(inside, t, 0.0) * state.patience_rate)
        p = self._positive
        tail = np.where(inside, p * np.clip(tail, 0.0, 1.0), 0.0)
        return tail, np.where(inside, p * state.patience_rate * np.maximum(density, 0.0), 0.0)


@dataclass(frozen=True, eq=False, repr=False)
class WaitOfServed(_Wait):
    """The wait of those who are served: P(W > t | W > 0) = P(x + 1, y exp(-theta t)) / P(x + 1, y)."""

    @property
    def _positive(self) -> Any:
        return self._state.delayed_if_served

    def _moment(self, order: int) -> Any:
        stage = self._state.served
        return stage.average(stage.nodes[0] ** order)

    def _delayed(self, s: Any) -> tuple[Any, Any]:
        stage = self._state.served
        later = stage.later(s)
        tail = stage.survival(s, later)
        return tail, tail * later.x * later.ratios[0]

    def _lst_complement(self, s: Any) -> Any:
        return self._positive * complement(self._state.served, s / self._state.patience_rate)


@dataclass(frozen=True, eq=False, repr=False)
class WaitOfAll(_Wait):
    """The time in line of everybody, also of those who give up: P(W > t) = exp(-theta t) P(V > t)."""

    @property
    def _positive(self) -> Any:
        return self._state.delayed

    def _moment(self, order: int) -> Any:
        stage = self._state.offered
        return special.gamma(order + 1.0) * stage.average(special.gammainc(order, stage.nodes[0]))

    def _delayed(self, s: Any) -> tuple[Any, Any]:
        stage = self._state.offered
        later = stage.later(s)
        tail = np.exp(-s) * stage.survival(s, later)
        return tail, tail * (1.0 + later.x * later.ratios[0])

    def _lst_complement(self, s: Any) -> Any:
        q = s / self._state.patience_rate
        return self._positive * q / (1.0 + q) * complement(self._state.offered, 1.0 + q)


@dataclass(frozen=True, eq=False, repr=False)
class WaitOfAbandoning(_Wait):
    """The time in line of those who give up; that of nobody, the limit for few, where nobody arrives."""

    @property
    def _positive(self) -> Any:
        return np.ones(self.shape)

    def _moment(self, order: int) -> Any:
        stage = self._state.offered
        given_up = stage.average(special.gammainc(order + 1.0, stage.nodes[0]))
        return special.gamma(order + 1.0) * given_up / stage.ratios[1]

    def _delayed(self, s: Any) -> tuple[Any, Any]:
        stage = self._state.offered
        later = stage.later(s)
        waiting = np.exp(-s) * stage.survival(s, later) / stage.ratios[1]
        return waiting * later.ratios[1], waiting

    def _lst_complement(self, s: Any) -> Any:
        return given_up_complement(self._state.offered, s / self._state.patience_rate)


@dataclass(frozen=True, eq=False, repr=False)
class ImpatientSojourn(ThenExponential):
    """T = W + S of those who are served, W of `wait` and S exponential with rate mu.

    With k the density of theta W given W > 0, s = theta t and m = mu / theta, who waited and has not left adds

        int_0^s k(u) exp(-m (s - u)) du

    to P(W > t): again incomplete gamma functions, of x + 1 - m; the lower one past the peak of the integrand, the upper
    one before it, so that no large numbers are subtracted.

    Attributes:
        wait: the law of W.
    """

    wait: WaitOfServed

    @cached_property
    def _slowed(self) -> tuple[Any, Stage]:
        """(m, the stage of k(u) exp(m u))."""
        state = self.wait._state
        m = 1.0 / (state.load.service_mean * state.patience_rate)
        x = (state.load.servers - 1.0) * m + 1.0
        return m, Stage(x, state.served.y, state.served.gap - m)

    def _both(self, t: Any) -> tuple[Any, Any]:
        state = self.wait._state
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        inside = np.broadcast_to(np.isfinite(t), shape)
        time = np.where(inside, t, 0.0)
        s = time * state.patience_rate
        waiting, density = self.wait._delayed(s)
        p = state.delayed_if_served
        m, slowed = self._slowed
        serving = np.maximum(self._serving(s, m, slowed, density), 0.0)
        left = p * serving + (1.0 - p) * np.exp(-time / state.load.service_mean)
        tail = np.where(inside, np.minimum(p * waiting + left, 1.0), 0.0)
        return tail, np.where(inside, left / state.load.service_mean, 0.0)

    def _serving(self, s: Any, m: Any, slowed: Stage, density: Any) -> Any:
        served = self.wait._state.served
        later = slowed.later(s)
        before = (later.y >= later.x) & (slowed.y > slowed.x)
        with np.errstate(over="ignore"):
            start = np.exp(served.log_hazard - slowed.log_hazard - m * s)
        hazard = later.x * later.ratios[0]
        past = np.where(before, 0.0, start - density / np.where(before, 1.0, hazard))
        if not np.any(before):
            return past
        first, then = (
            Stage(*(np.where(before, z, 2.0) for z in (one.x, one.y, one.gap))) for one in (slowed, later)
        )
        begun = np.exp(np.minimum(served.log_hazard, 700.0) - m * s) / _above(first)
        return np.where(before, density / _above(then) - begun, past)


def _above(stage: Stage) -> Any:
    """y B(x - 1, y): the inverse of the integral of the density over s < 0, in units of that at 0."""
    return stage.y * loss(stage.x - 1.0, stage.y, (stage.x - stage.y) - stage.gap)
