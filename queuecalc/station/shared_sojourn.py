"""The sojourn time of M/M/1 under processor sharing: a mixture of exponential times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, released
from queuecalc.station.offered import Load

__all__ = ["SharedSojourn"]

FROM, TO, STEP = -36.0, 6.0, 0.05
"""Of the trapezoidal rule in ln tan(theta / 2), in which the weight vanishes at both ends as a double exponential."""


@dataclass(frozen=True, eq=False, repr=False)
class SharedSojourn(Law):
    """T of M/M/1-PS.

        P(T > t) = int_0^pi w(theta) exp(-mu r(theta) t) d theta with
        r = 1 + rho - 2 sqrt(rho) cos theta,  tan phi = sqrt(rho) sin theta / (1 - sqrt(rho) cos theta),
        w = 2 (1 - rho) sin theta exp((2 phi + theta) cot theta) / (r^2 (1 + exp(pi cot theta))).

    P(T > t) is P(W > t | W > 0) of service in random order (Borst, Boxma, Morrison & Nunez-Queija 2003). Weights and
    rates are positive, so that everything is a sum of positive terms: relative accuracy 1e-12.

    Attributes:
        arrival_rate: lambda, in 1/s.
        service_rate: mu, in 1/s.

    Source: Coffman, Muntz & Trotter 1970; Pollaczek 1946; Morrison 1985.
    """

    arrival_rate: Real
    service_rate: Real

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._load.slack)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, 1)

    @cached_property
    def _phases(self) -> tuple[Any, Any]:
        """(weights, rates), the nodes along the first axis."""
        load = self._load
        rho = np.where(load.stable, load.utilisation, 0.5)
        slack = np.where(load.stable, load.slack, 0.5)
        u = np.arange(FROM, TO + STEP / 2.0, STEP).reshape(-1, *(1,) * rho.ndim)
        root = np.sqrt(rho)
        sine, cotangent, angle = 1.0 / np.cosh(u), -np.sinh(u), 2.0 * np.arctan(np.exp(u))
        versine = 2.0 / (1.0 + np.exp(-2.0 * u))  # 1 - cos theta
        gap = slack / (1.0 + root)  # 1 - sqrt(rho)
        rate = gap * gap + 2.0 * root * versine
        phi = np.arctan2(root * sine, gap + root * versine)
        exponent = (2.0 * phi + angle) * cotangent - np.logaddexp(0.0, np.pi * cotangent)
        weight = 2.0 * slack * sine * np.exp(exponent) / rate**2 * sine * STEP
        return weight / np.sum(weight, axis=0), rate / load.service_mean

    def _averaged(self, values: Any, infinite: float) -> Any:
        return np.where(self._load.stable, np.sum(values, axis=0), infinite)

    @property
    def mean(self) -> Real:
        """1 / (mu - lambda)."""
        return released(np.where(self._load.stable, self._load.relief, np.inf))

    @property
    def var(self) -> Real:
        """(2 + rho) / ((2 - rho) mu^2 (1 - rho)^2); inf without a steady state."""
        rho = self._load.utilisation
        relief = np.where(self._load.stable, self._load.relief, np.inf)
        return released(np.where(self._load.stable, (2.0 + rho) / (2.0 - rho) * relief**2, np.inf))

    @property
    def scv(self) -> Real:
        """(2 + rho) / (2 - rho)."""
        rho = np.where(self._load.stable, self._load.utilisation, 0.0)
        return released(np.where(self._load.stable, (2.0 + rho) / (2.0 - rho), np.inf))

    @property
    def abscissa(self) -> Real:
        """mu (1 - sqrt(rho))^2."""
        gap = self._load.slack / (1.0 + np.sqrt(self._load.utilisation))
        return released(np.where(self._load.stable, gap * gap / self._load.service_mean, 0.0))

    def _sf(self, t: Any) -> Any:
        weight, rate = self._phases
        x = self._raised(t)
        inside = np.isfinite(t)
        with np.errstate(invalid="ignore"):
            tail = self._averaged(
                _lifted(weight, x) * np.exp(-_lifted(rate, x) * np.where(inside, x, 0.0)), 1.0
            )
        return np.where(inside | ~self._load.stable, tail, 0.0)

    def _pdf(self, t: Any) -> Any:
        weight, rate = self._phases
        x = self._raised(t)
        return self._averaged(_lifted(weight * rate, x) * np.exp(-_lifted(rate, x) * x), 0.0)

    def _lst(self, s: Any) -> Any:
        return self._mixed(s, lambda w, r, x: w * r / (r + x), 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return self._mixed(s, lambda w, r, x: w * x / (r + x), 1.0)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.where(self._load.stable, self.mean, 1.0)
        return self._mixed(s, lambda w, r, x: w / (r + x), 0.0) / mean

    def _excess_complement(self, s: Any) -> Any:
        mean = np.where(self._load.stable, self.mean, 1.0)
        values = self._mixed(s, lambda w, r, x: w * x / (r * (r + x)), 1.0)
        return np.where(self._load.stable, values / mean, 1.0)

    def _mixed(self, s: Any, term: Any, infinite: float) -> Any:
        weight, rate = self._phases
        x = self._raised(np.asarray(s))
        return self._averaged(term(_lifted(weight, x), _lifted(rate, x), x), infinite)

    def _raised(self, values: Any) -> Any:
        """Of the broadcast shape of argument and batch."""
        return np.broadcast_to(values, np.broadcast_shapes(np.shape(values), self.shape))


def _lifted(nodes: Any, x: Any) -> Any:
    """Axes of length 1 behind the nodes' first, so that batches align on the right."""
    return nodes.reshape(nodes.shape[0], *(1,) * (x.ndim + 1 - nodes.ndim), *nodes.shape[1:])
