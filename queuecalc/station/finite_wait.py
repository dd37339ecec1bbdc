"""The wait of accepted customers behind a bound.

M/M/c/K: the number of service steps of mean m / c that a delayed customer waits for is geometric with ratio rho, cut
after k waiting places: exact. Otherwise the steps are X / c, X the excess of the service time, as in M/G/c
(`multiserver.py`), and their number is cut at 2 k / (1 + v), so that as many steps have the mean of k services; a
fraction of a step stands for its weight. Time is scaled to the mean wait of `finite_room.py`. Both limits are right:
without a bound M/G/c, with an exponential law M/M/c/K.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.forms import log1p
from queuecalc.station.finite_room import FiniteRoom
from queuecalc.station.moments import excess_second_moment
from queuecalc.station.multiserver import Correction
from queuecalc.station.offered import Load
from queuecalc.station.truncated import (
    geometric_mean_place,
    geometric_second_moment,
    geometric_sum,
    geometric_transform,
    log_complement,
)

__all__ = ["FiniteWait"]


@dataclass(frozen=True, slots=True, eq=False)
class FiniteWait:
    """The conditional wait, given that there is one; arrays of one shape.

    Attributes:
        load: the offered load.
        service: law of the service time; None for an exponential one.
        places: k >= 1 waiting places.
        steps: whole number n of steps X / c.
        fraction: f of one more.
        beta: weight of the part made of X / c; the rest is that of M/M/c/K.
        epsilon: mean of the exponential time added to the first part.
        scale: factor of time.
    """

    load: Load
    service: Law | None
    places: Any
    steps: Any
    fraction: Any
    beta: Any
    epsilon: Any
    scale: Any

    @classmethod
    def of(
        cls,
        load: Load,
        service: Law,
        correction: Correction,
        room: FiniteRoom,
        places: Any,
        *,
        exponential: bool,
    ) -> FiniteWait:
        """The wait that has the mean of the room."""
        k = np.maximum(places, 1.0)
        nothing, one = np.zeros(k.shape), np.ones(k.shape)
        if exponential:
            return cls(load, None, k, k, nothing, nothing, nothing, one)
        v = np.asarray(service.scv, dtype=np.float64)
        known = np.isfinite(v)
        w = np.where(known, v, 1.0)
        beta = np.where(known, correction.beta, 0.0) * one
        cut = 2.0 * k / (1.0 + w)
        steps = np.maximum(np.floor(cut), 1.0)
        fraction = np.maximum(cut - steps, 0.0)
        unscaled = cls(load, service, k, steps, fraction, beta, correction.epsilon, one)
        mean = room.delayed * unscaled.mean
        scale = np.where(mean > 0.0, room.mean_wait / np.where(mean > 0.0, mean, 1.0), 1.0)
        return cls(load, service, k, steps, fraction, beta, correction.epsilon, scale)

    def over(self, function: Callable[[Any], Any]) -> FiniteWait:
        """With a function applied to every array."""
        arrays = (self.places, self.steps, self.fraction, self.beta, self.epsilon, self.scale)
        return FiniteWait(self.load.over(function), self.service, *(function(x) for x in arrays))

    @property
    def _step(self) -> Any:
        return self.load.service_mean / self.load.servers

    @property
    def _excess(self) -> Any:
        """E[X] / c; 0 where it is infinite and has no weight."""
        mean = 0.0 if self.service is None else np.asarray(self.service.excess_mean)
        return np.where(np.isfinite(mean), mean, 0.0) / self.load.servers

    @property
    def mean(self) -> Any:
        """Mean conditional wait."""
        log_rho, n, f = self.load.log_utilisation, self.steps, self.fraction
        total, last = geometric_sum(log_rho, n)
        count = (total * geometric_mean_place(log_rho, n) + f * last * (n + 1.0)) / (total + f * last)
        plain = self._step * geometric_mean_place(log_rho, self.places)
        return self.scale * (self.beta * (self._excess * count + self.epsilon) + (1.0 - self.beta) * plain)

    @property
    def second_moment(self) -> Any:
        """E of its square: for M steps of X', E[M] var(X') + E[M^2] E[X']^2."""
        log_rho, n, f = self.load.log_utilisation, self.steps, self.fraction
        k = self.places
        plain = geometric_second_moment(log_rho, k) + geometric_mean_place(log_rho, k)
        plain = self._step**2 * plain
        if self.service is None:
            return plain
        total, last = geometric_sum(log_rho, n)
        count = (total * geometric_mean_place(log_rho, n) + f * last * (n + 1.0)) / (total + f * last)
        step = self._excess
        square = excess_second_moment(self.service) / self.load.servers**2
        general = count * (square - step**2) + geometric_second_moment(log_rho, n, f) * step**2
        general = general + 2.0 * self.epsilon * step * count + 2.0 * self.epsilon**2
        general = np.where(self.beta > 0.0, self.beta * general, 0.0)
        return self.scale**2 * (general + (1.0 - self.beta) * plain)

    @property
    def abscissa(self) -> Any:
        """Where its transform ends to be regular: that of X / c, and of the exponential times in it."""
        rate = self.load.servers / np.where(self.load.service_mean > 0.0, self.load.service_mean, np.inf)
        if self.service is None:
            return rate
        with np.errstate(divide="ignore"):
            added = np.where(self.epsilon > 0.0, 1.0 / self.epsilon, np.inf)
        first = np.minimum(np.asarray(self.service.abscissa) * self.load.servers, added)
        parts = np.where(self.beta > 0.0, first, np.inf), np.where(self.beta < 1.0, rate, np.inf)
        return np.minimum(*parts) / self.scale

    def lst(self, s: Any) -> Any:
        """E exp(-s D), D the conditional wait, at an array s."""
        load, log_rho = self.load, self.load.log_utilisation
        t = self.scale * s
        x = t * self._step
        some = self.service is None or bool(np.any(self.beta < 1.0))
        plain: Any = 0.0
        if some:
            y = (load.slack + x) / (1.0 + x)
            plain = geometric_transform(y, -log1p(np.asarray(x)), log_rho, self.places) / (1.0 + x)
        if self.service is None:
            return plain
        d = self.service.excess_complement(t / load.servers)
        y = load.slack + load.utilisation * d
        steps = geometric_transform(y, log_complement(d), log_rho, self.steps, self.fraction)
        general = (1.0 - d) * steps / (1.0 + self.epsilon * t)
        return self.beta * general + (1.0 - self.beta) * plain
