"""One server whose customers come back to the end of the line: the exact law of the whole stay.

Takacs 1963, "A single-server queue with feedback", Bell System Technical Journal 42, theorems 2 and 3. Poisson
arrivals with rate lambda, a service with transform psi, then back to the end of the line with probability p, away with
q = 1 - p. Follow one customer. With z counting the customers behind him, one pass through the line turns a function of
z into

    z -> g(s, z) = (q + p z) psi(s + lambda (1 - z)),

one factor for each customer in front, and psi(s + lambda (1 - z)) for his own service. Hence, with z_0 = 1 and
z_(k+1) = g(s, z_k),

    E exp(-s T) = sum_{k >= 1} q p^(k-1) prod_{i < k-1} psi(s + lambda (1 - z_i)) F(s, z_(k-1)),
    F(s, z) = (1 - rho) psi(sigma) + lambda (1 - rho) w D / (q - lambda m e(lambda (1 - w)) (q + p w)),

sigma = s + lambda (1 - z), w = g(s, z), rho = lambda m / q, e the transform of the excess of a service and
D = (psi(lambda (1 - w)) - psi(sigma)) / (sigma - lambda (1 - w)): the first pass meets the stationary line and what is
left of the service in progress. The z_k converge; from there on the sum is geometric.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.inversion import kinked_tail_and_density, smooth_tail_and_density
from queuecalc.law.parameter import Real, broadcast, nonnegative, released
from queuecalc.station import MG1
from queuecalc.station.moments import excess_second_moment

__all__ = ["FeedbackSojourn"]

_MOST_PASSES = 20_000
_SETTLED = 4e-16
_SMALL = 1e-5


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FeedbackSojourn(Law):
    """The time from arrival to departure in M/G/1 with Bernoulli feedback.

    Moments are exact; percentiles come from inversion: 1e-8 relative for smooth service laws, less near the jumps of
    the others.

    Attributes:
        arrival_rate: lambda from outside, in 1/s.
        service: law of one pass.
        back: p, the probability to come back after a pass, in [0, 1).

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.
    """

    inverted: ClassVar[bool] = True

    arrival_rate: Real
    service: Law
    back: Real
    _known: dict[str, Any] = field(init=False)  # the abscissa, once asked for

    def __post_init__(self) -> None:
        if not isinstance(self.service, Law):
            raise InvalidInput(f"FeedbackSojourn: service = {self.service!r}; expected a law")
        rate = nonnegative("FeedbackSojourn", "arrival_rate", self.arrival_rate)
        back = nonnegative("FeedbackSojourn", "back", self.back)
        if np.any(np.asarray(back) >= 1.0):
            raise InvalidInput(f"FeedbackSojourn: back = {self.back!r}; expected a probability below 1")
        object.__setattr__(self, "arrival_rate", rate)
        object.__setattr__(self, "back", back)
        object.__setattr__(self, "_known", {})
        broadcast("FeedbackSojourn", arrival_rate=rate, back=back, service=np.empty(self.service.shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(np.shape(self.arrival_rate), np.shape(self.back), self.service.shape)

    # ------------------------------------------------------------------ moments
    @property
    def _spare(self) -> Any:
        """q - lambda m; <= 0 without a steady state."""
        return 1.0 - np.asarray(self.back) - np.asarray(self.arrival_rate) * np.asarray(self.service.mean)

    @property
    def _steady(self) -> Any:
        return np.broadcast_to(self._spare > 0.0, self.shape)

    @property
    def mean(self) -> Real:
        """E[N] / lambda, N as in M/G/1 with the whole work of a customer as its service; inf without a steady state."""
        m, p = np.asarray(self.service.mean), np.asarray(self.back)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = m * m * (1.0 + np.asarray(self.service.scv) + 2.0 * p / (1.0 - p)) / (1.0 - p)
            mean = m / (1.0 - p) + np.asarray(self.arrival_rate) * total * (1.0 - p) / (2.0 * self._spare)
        return released(np.broadcast_to(np.where(self._steady, mean, np.inf), self.shape))

    @property
    def var(self) -> Real:
        """From the transform, expanded to the second power of s; needs the third moment of the service."""
        mean = np.asarray(self.mean)
        with np.errstate(invalid="ignore"):
            var = np.where(self._steady, self._second_moment() - mean**2, np.inf)
        return released(np.broadcast_to(np.where(np.isnan(var), np.inf, np.maximum(var, 0.0)), self.shape))

    @property
    def scv(self) -> Real:
        """var / mean^2; inf without a steady state."""
        mean = np.asarray(self.mean)
        with np.errstate(invalid="ignore"):
            return released(np.where(np.isfinite(mean), np.asarray(self.var) / mean**2, np.inf))

    def _second_moment(self) -> Any:
        """2 [s^2] of the transform; z_k = 1 + a s + b s^2, a product of passes 1 + f s + h s^2."""
        rate, p = np.asarray(self.arrival_rate), np.where(self._steady, np.asarray(self.back), 0.0)
        rate = np.where(self._steady, rate, 0.0)
        q, m = 1.0 - p, np.asarray(self.service.mean)
        m2 = m * m * (1.0 + np.asarray(self.service.scv))
        m3 = 3.0 * m * excess_second_moment(self.service)
        spare = q - rate * m
        a = b = f = h = total = np.zeros(self.shape)
        weight = np.broadcast_to(q, self.shape)
        for _ in range(_MOST_PASSES):
            x, y = 1.0 - rate * a, -rate * b  # sigma = x s + y s^2
            one, two = -m * x, -m * y + 0.5 * m2 * x * x  # psi(sigma)
            wa, wb = p * a + one, p * b + p * a * one + two  # w - 1
            u, v = -rate * wa, -rate * wb  # lambda (1 - w)
            d1 = -0.5 * m2 * (x + u)
            d2 = -0.5 * m2 * (y + v) + m3 / 6.0 * (x * x + x * u + u * u)
            # denominator spare (1 + e1 s + e2 s^2) from lambda m e(lambda (1 - w)) (1 + p (w - 1))
            e1 = -rate * (-0.5 * m2 * u + m * p * wa) / spare
            e2 = -rate * (-0.5 * m2 * v + m3 / 6.0 * u * u - 0.5 * m2 * u * p * wa + m * p * wb) / spare
            # rho w (D / m) / (...) and (1 - rho) psi(sigma)
            rho = rate * m / q
            n1, n2 = wa + d1 / m, wb + wa * d1 / m + d2 / m
            first1 = (1.0 - rho) * one + rho * (n1 - e1)
            first2 = (1.0 - rho) * two + rho * (n2 - n1 * e1 + e1 * e1 - e2)
            total = total + weight * (h + f * first1 + first2)
            f, h = f + one, h + f * one + two
            a, b = wa, wb
            weight = weight * p
            if not np.any(weight * (np.abs(h) + np.abs(first2)) > 1e-17 * np.abs(total)):
                break
        return 2.0 * total

    # ------------------------------------------------------------------ transform
    def _lst(self, s: Any) -> Any:
        with np.errstate(all="ignore"):
            return self._followed(s)

    def _followed(self, s: Any) -> Any:
        """The sum, pass by pass."""
        steady = self._steady
        p = np.where(steady, np.asarray(self.back), 0.0)
        rate = np.where(steady, np.asarray(self.arrival_rate), 0.0)
        q, m = 1.0 - p, np.asarray(self.service.mean)
        spare = q - rate * m
        law, shape = self.service, np.broadcast_shapes(np.shape(s), self.shape)
        z = np.ones(shape, dtype=np.result_type(s, np.float64))
        total, product = np.zeros_like(z), q * np.ones_like(z)
        first = ratio = total
        for _ in range(_MOST_PASSES):
            sigma = s + rate * (1.0 - z)
            lost = np.asarray(law.lst_complement(sigma))
            psi = 1.0 - lost
            w = (q + p * z) * psi
            eta = rate * (1.0 - w)
            excess = np.asarray(law.excess_lst(eta))
            below = q - rate * m * excess * (q + p * w)
            apart = sigma - eta
            near = np.abs(apart) < 1e-9 * np.abs(sigma)
            D = (lost - m * eta * excess) / np.where(near, 1.0, apart)
            D = np.where(near, m * np.asarray(law.excess_lst(sigma)), D)
            first = spare / q * (psi + rate * w * D / below)
            total = total + product * first
            ratio = p * psi
            product = product * ratio
            if (np.abs(w - z) <= _SETTLED * np.abs(z)).all():  # the same pass over and over
                break
            if not np.any(np.abs(product) > 1e-18 * np.abs(total)):
                break
            z = w
        rest = product / (1.0 - ratio) * first  # as if all later passes were like the last
        return np.where(steady, total + rest, 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return (
            s * self._spent(s)
            if np.any(self._steady)
            else np.ones(np.broadcast_shapes(np.shape(s), self.shape))
        )

    def _spent(self, s: Any) -> Any:
        """(1 - lst) / s, by its first two terms where |s| is small."""
        mean = np.where(self._steady, np.asarray(self.mean), 1.0)
        small = np.abs(s) * mean < _SMALL
        with np.errstate(all="ignore"):
            far = (1.0 - self._lst(s)) / np.where(s == 0.0, 1.0, s)
            if not np.any(small):
                return far
            var = np.asarray(self.var)
            second = np.where(np.isfinite(var), var + mean**2, 0.0)
        return np.where(small & self._steady, mean - 0.5 * s * second, far)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.where(self._steady, np.asarray(self.mean), 1.0)
        return np.where(self._steady, self._spent(s) / mean, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)

    @property
    def abscissa(self) -> Real:
        """The largest theta at which the z_k still converge; that of the sojourn of M/G/1 where p = 0.

        z = g(-theta, z) has a solution as long as theta <= y - lambda (Z(-y) - 1) for some y > 0, where
        Z = q psi / (1 - p psi) is the transform of the whole work of a customer: the largest value of a concave
        function.
        """
        if "abscissa" not in self._known:
            self._known["abscissa"] = released(np.where(self._steady, self._least_pole(), 0.0))
        return self._known["abscissa"]

    def _least_pole(self) -> Any:
        rate, p = np.asarray(self.arrival_rate), np.asarray(self.back)
        low = np.zeros(self.shape)
        high = np.broadcast_to(np.asarray(self.service.abscissa, dtype=np.float64), self.shape)
        high = np.where(np.isinf(high), 64.0 / np.asarray(self.service.mean), high)

        def exponent(y: Any) -> Any:
            with np.errstate(all="ignore"):
                psi = np.real(np.asarray(self.service.lst(-y + 0j)))
                return np.where(p * psi < 1.0, y - rate * (psi - 1.0) / (1.0 - p * psi), -np.inf)

        for _ in range(100):
            third = (high - low) / 3.0
            one, other = exponent(low + third), exponent(high - third)
            rising = (other > one) & np.isfinite(other)
            low, high = np.where(rising, low + third, low), np.where(rising, high, high - third)
        alone = MG1(arrival_rate=self.arrival_rate, service=self.service).sojourn.abscissa
        return np.where(p > 0.0, np.maximum(exponent(low), 0.0), alone)

    # ------------------------------------------------------------------ in time
    @property
    def smooth(self) -> bool:
        """As the service law."""
        return self.service.smooth

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) from one set of transform values."""
        way = smooth_tail_and_density if self.smooth else kinked_tail_and_density
        tail, density = way(self, t)
        steady = self._steady
        return released(np.where(steady, tail, 1.0)), released(np.where(steady, density, 0.0))

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])
