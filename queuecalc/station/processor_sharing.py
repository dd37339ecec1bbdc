"""The sojourn time of M/M/1 with processor sharing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released

__all__ = ["SharedSojourn"]

_TERMS = 4000
_SETTLED = 1e-17


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SharedSojourn(Law):
    """T of M/M/1-PS: everybody present has an equal share of one server.

    With r the smaller root of lambda r^2 - (lambda + mu + s) r + mu = 0, and a customer who asks for the time x

        E exp(-s T) = int mu e^(-mu x) (1 - rho) (1 - rho r^2) e^(-(lambda (1 - r) + s) x)
                      / ((1 - rho r)^2 - rho (1 - r)^2 e^(-mu x (1 - rho r^2) / r)) dx,

    the denominator expanded as a geometric series in its exponential and integrated term by term.

    Attributes:
        arrival_rate: lambda >= 0, in 1/s.
        service_rate: mu > 0, in 1/s.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Coffman, Muntz & Trotter 1970, "Waiting time distributions for processor-sharing systems", J. ACM 17,
    eq. (33) and its moments.
    """

    inverted: ClassVar[bool] = True

    arrival_rate: Real
    service_rate: Real

    def __post_init__(self) -> None:
        rate = nonnegative("SharedSojourn", "arrival_rate", self.arrival_rate)
        mu = positive("SharedSojourn", "service_rate", self.service_rate)
        object.__setattr__(self, "arrival_rate", rate)
        object.__setattr__(self, "service_rate", mu)
        broadcast("SharedSojourn", arrival_rate=rate, service_rate=mu)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(np.shape(self.arrival_rate), np.shape(self.service_rate))

    @property
    def _rho(self) -> Any:
        return np.broadcast_to(np.asarray(self.arrival_rate) / np.asarray(self.service_rate), self.shape)

    @property
    def mean(self) -> Real:
        """1 / (mu - lambda); inf without a steady state."""
        rho = self._rho
        with np.errstate(divide="ignore"):
            return released(np.where(rho < 1.0, 1.0 / (np.asarray(self.service_rate) * (1.0 - rho)), np.inf))

    @property
    def scv(self) -> Real:
        """(2 + rho) / (2 - rho); inf without a steady state."""
        rho = self._rho
        return released(np.where(rho < 1.0, (2.0 + rho) / (2.0 - np.minimum(rho, 1.0)), np.inf))

    @property
    def abscissa(self) -> Real:
        """mu (1 - sqrt(rho))^2, where the two roots meet."""
        rho = self._rho
        return released(np.where(rho < 1.0, np.asarray(self.service_rate) * (1.0 - np.sqrt(rho)) ** 2, 0.0))

    def _lst(self, s: Any) -> Any:
        rho = np.where(self._rho < 1.0, self._rho, 0.0)
        mu = np.asarray(self.service_rate)
        x = s / mu
        b = 1.0 + rho + x
        r = 2.0 / (b + np.sqrt((b * b - 4.0 * rho).astype(np.complex128)))
        shrink = rho * ((1.0 - r) / (1.0 - rho * r)) ** 2
        total, power = np.zeros_like(r), np.ones_like(r)
        for n in range(_TERMS):
            total = total + power / (1.0 + rho * (1.0 - r) + x + n * (1.0 - rho * r * r) / r)
            power = power * shrink
            if not np.any(np.abs(power) > _SETTLED * np.abs(total)):
                break
        value = (1.0 - rho) * (1.0 - rho * r * r) / (1.0 - rho * r) ** 2 * total
        value = value if np.iscomplexobj(s) else value.real
        return np.where(self._rho < 1.0, value, 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return np.where(self._rho < 1.0, s * self._spent(s), 1.0)

    def _spent(self, s: Any) -> Any:
        """(1 - lst) / s, by its first two terms where |s| is small."""
        mean = np.where(self._rho < 1.0, self.mean, 1.0)
        scv = np.where(self._rho < 1.0, self.scv, 1.0)
        small = np.abs(s) * mean < 1e-5
        far = (1.0 - self._lst(s)) / np.where(s == 0.0, 1.0, s)
        return np.where(small, mean - 0.5 * s * mean**2 * (1.0 + scv), far)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.where(self._rho < 1.0, self.mean, 1.0)
        return np.where(self._rho < 1.0, self._spent(s) / mean, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) from one set of transform values."""
        tail, density = smooth_tail_and_density(self, t)
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])
