"""The sojourn time of M/M/c."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of
from queuecalc.transform.quantile import quantile

__all__ = ["MMcSojourn"]

STEPS = 9
"""Plain Newton steps before the root is bracketed instead."""

CONVERGED = 2e-8
"""A step below this fraction of t ends the iteration: the next one would be about its square."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MMcSojourn(Law):
    """T = W + S of M/M/c.

    With theta = c mu - lambda and phi(x) = (1 - exp(-x)) / x

        P(T > t) = exp(-mu t) + C mu t exp(-min(mu, theta) t) phi(|theta - mu| t),

    which has no singularity at theta = mu and no overflow (the sum of two exponentials over theta - mu has both).
    Quantiles by Newton's iteration on ln P(T > t): relative accuracy 1e-14 times the slope of ln t in ln P.

    Attributes:
        service_rate: mu of one server, in 1/s.
        delay: C, the delay probability.
        relief: 1 / theta in seconds; inf makes T infinite (sf = 1, lst = 0).
    """

    service_rate: Real
    delay: Real
    relief: Real

    @property
    def shape(self) -> tuple[int, ...]:
        """The common shape of the parameters."""
        return np.broadcast_shapes(*(np.shape(p) for p in (self.service_rate, self.delay, self.relief)))

    @property
    def _infinite(self) -> Any:
        return np.isinf(np.asarray(self.relief))

    @property
    def _finite(self) -> Any:
        return np.where(self._infinite, 1.0, self.relief)

    @property
    def mean(self) -> Real:
        """1 / mu + C / theta."""
        return released(
            np.asarray(1.0 / np.asarray(self.service_rate) + self.delay * np.asarray(self.relief))
        )

    @property
    def var(self) -> Real:
        """1 / mu^2 + C (2 - C) / theta^2."""
        delay = np.asarray(self.delay)
        wait = delay * (2.0 - delay) * np.square(self.relief)
        return released(np.asarray(1.0 / np.square(self.service_rate) + wait))

    @property
    def scv(self) -> Real:
        """var / mean^2; inf where T is infinite."""
        return scv_of(self.mean, self.var)

    @property
    def abscissa(self) -> Real:
        """min(mu, theta)."""
        return released(np.minimum(self.service_rate, 1.0 / np.asarray(self.relief)) + np.zeros(self.shape))

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        time = np.asarray(t, dtype=np.float64)
        tail, density = self._both(np.maximum(time, 0.0))
        return released(np.where(time < 0.0, 1.0, tail)), released(np.where(time < 0.0, 0.0, density))

    def _both(self, t: Any) -> tuple[Any, Any]:
        mu, theta = np.asarray(self.service_rate), 1.0 / self._finite
        gap = np.abs(theta - mu)
        # (exp(-theta t) - exp(-mu t)) / (mu - theta)
        with np.errstate(invalid="ignore"):
            wide = -np.expm1(-gap * t) / np.where(gap > 0.0, gap, 1.0)
            both = np.where(gap > 0.0, wide, t) * np.exp(-np.minimum(mu, theta) * t)
        both = np.where(np.isposinf(t), 0.0, both)
        alone = np.exp(-mu * t)
        tail = alone + self.delay * mu * both
        density = (1.0 - np.asarray(self.delay)) * mu * alone + self.delay * theta * mu * both
        infinite = self._infinite
        return np.where(infinite, 1.0, np.minimum(tail, 1.0)), np.where(infinite, 0.0, density)

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    def _isf(self, q: Any) -> Any:
        shape = np.broadcast_shapes(q.shape, self.shape)
        level = np.broadcast_to(q, shape)
        inside = (level > 0.0) & (level < 1.0) & ~self._infinite
        target = np.where(inside, level, 0.5)
        mu = np.asarray(self.service_rate)
        with np.errstate(divide="ignore"):
            waiting = np.log(self.delay / target) * self._finite + 0.5 / mu
        start = np.maximum(-np.log(target) / mu, waiting)
        t = self._newton(target, start)
        return np.where(inside, t, np.where(level >= 1.0, 0.0, np.inf))

    def _newton(self, target: Any, start: Any) -> Any:
        """The root of ln P(T > t) = ln target; bracketed where plain steps have not settled after a few."""
        shape = start.shape
        mu, theta, delay = (
            np.broadcast_to(np.asarray(each, dtype=np.float64), shape)
            for each in (self.service_rate, 1.0 / self._finite, self.delay)
        )
        gap, slow = np.abs(theta - mu), np.minimum(mu, theta)
        width, share = np.where(gap > 0.0, gap, 1.0), delay * mu
        t, log_target, settled = start, np.log(target), np.zeros(shape, dtype=np.bool_)
        with np.errstate(all="ignore"):
            for _ in range(STEPS):
                both = np.where(gap > 0.0, -np.expm1(-gap * t) / width, t) * np.exp(-slow * t) * share
                alone = np.exp(-mu * t)
                tail = alone + both
                step = (np.log(tail) - log_target) * tail / ((mu - share) * alone + theta * both)
                t = t + step
                settled = (t > 0.0) & (np.abs(step) <= CONVERGED * t)
                if settled.all():
                    return t
        hard = ~settled
        return np.where(
            hard, quantile(self.tail_and_density, target, np.where(hard, start, 1.0), active=hard), t
        )

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        waits = np.where(rng.random(size) < self.delay, self._finite * rng.standard_exponential(size), 0.0)
        sojourn = waits + rng.standard_exponential(size) / np.asarray(self.service_rate)
        return np.where(self._infinite, np.inf, sojourn)

    def _lst(self, s: Any) -> Any:
        return 1.0 - self._lst_complement(s)

    def _lst_complement(self, s: Any) -> Any:
        """(x + C y + x y) / ((1 + x)(1 + y)) with x = s / mu, y = s / theta."""
        x, y = s / np.asarray(self.service_rate), self._finite * s
        values = (x + self.delay * y + x * y) / ((1.0 + x) * (1.0 + y))
        return np.where(self._infinite, 1.0, values)

    def _excess_lst(self, s: Any) -> Any:
        m, tau = 1.0 / np.asarray(self.service_rate), self._finite
        mean = m + self.delay * tau
        return np.where(self._infinite, 0.0, (1.0 + m * tau / mean * s) / ((1.0 + m * s) * (1.0 + tau * s)))

    def _excess_complement(self, s: Any) -> Any:
        m, tau = 1.0 / np.asarray(self.service_rate), self._finite
        mean = m + self.delay * tau
        x = s * (m + tau - m * tau / mean + m * tau * s)
        return np.where(self._infinite, 1.0, x / ((1.0 + m * s) * (1.0 + tau * s)))
