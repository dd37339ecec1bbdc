"""Offered load, utilisation and spare capacity, without the digits that plain subtraction loses near saturation.

1 - rho and c mu - lambda are differences of nearly equal numbers in heavy traffic; their products are formed without
error (Dekker 1971), so that the differences are right to the last digit for the given arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

__all__ = ["LOWEST", "Load", "two_product"]

SPLITTER = 134217729.0
"""2^27 + 1: splits a double into two halves of 26 bits."""


def two_product(x: Any, y: Any) -> tuple[Any, Any]:
    """(p, e) with p = fl(x y) and p + e = x y exactly (short of overflow and underflow, where e is 0).

    Source: Dekker 1971, "A floating-point technique for extending the available precision", Numer. Math. 18, mul12.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.asarray(x * y)
        x_high, x_low = _halves(x)
        y_high, y_low = _halves(y)
        e = ((x_high * y_high - p) + x_high * y_low + x_low * y_high) + x_low * y_low
    return p, np.where(np.isfinite(e), e, 0.0)


def _halves(x: Any) -> tuple[Any, Any]:
    big = SPLITTER * x
    high = big - (big - x)
    return high, x - high


SCARCE = 1e-290
"""An offered load below this counts as none: its square would be no number."""

LOWEST = -1e4
"""Stands for ln 0: exp of it is 0, and 0 times it is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What c servers are offered; arrays of one shape, or 0-dimensional.

    Attributes:
        arrival_rate: lambda, in 1/s.
        servers: c, as floats; inf for servers without limit.
        service_mean: m = 1/mu, in seconds.
        offered: a = lambda m, in erlang, rounded.
        remainder: what rounding took from a.
        utilisation: rho = a / c.
        slack: 1 - rho, to full relative accuracy; <= 0 without a steady state.
        relief: m / (c (1 - rho)) = 1 / (c mu - lambda), in seconds; 0 with unlimited servers.
    """

    arrival_rate: Any
    servers: Any
    service_mean: Any
    offered: Any
    remainder: Any
    utilisation: Any
    slack: Any
    relief: Any

    @classmethod
    def by_mean(cls, arrival_rate: Any, service_mean: Any, servers: Any) -> Load:
        """From the mean service time: 1 - rho = (c - lambda m) / c."""
        rate, m, c = _broadcast(arrival_rate, service_mean, servers)
        rate = np.where(rate * m < SCARCE, 0.0, rate)
        a, remainder = two_product(rate, m)
        limited = np.isfinite(c)
        places = np.where(limited, c, 1.0)
        slack = np.where(limited, ((places - a) - remainder) / places, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            relief = np.where(limited, np.where(m > 0.0, m / (places * slack), 0.0), 0.0)
        return cls(rate, c, m, a, remainder, a / c, slack, relief)

    @classmethod
    def by_rate(cls, arrival_rate: Any, service_rate: Any, servers: Any) -> Load:
        """From the service rate of one server: 1 - rho = (c mu - lambda) / (c mu)."""
        rate, mu, c = _broadcast(arrival_rate, service_rate, servers)
        rate = np.where(rate < SCARCE * mu, 0.0, rate)
        a = rate / mu
        back, error = two_product(a, mu)
        remainder = ((rate - back) - error) / mu
        limited = np.isfinite(c)
        capacity, error = two_product(np.where(limited, c, 1.0), mu)
        spare = np.where(limited, (capacity - rate) + error, np.inf)
        slack = np.where(limited, spare / capacity, 1.0)
        with np.errstate(divide="ignore"):
            relief = 1.0 / spare
        return cls(rate, c, 1.0 / mu, a, remainder, np.where(limited, rate / capacity, 0.0), slack, relief)

    def over(self, function: Callable[[Any], Any]) -> Load:
        """With a function applied to every array."""
        return Load(*(function(getattr(self, field.name)) for field in fields(self)))

    @property
    def log_utilisation(self) -> Any:
        """ln rho, to full relative accuracy also near rho = 1; LOWEST at rho = 0."""
        low = self.utilisation < 0.5
        with np.errstate(divide="ignore"):
            far = np.maximum(np.log(np.where(low, self.utilisation, 1.0)), LOWEST)
        return np.where(low, far, np.log1p(-np.where(low, 0.0, self.slack)))

    @property
    def stable(self) -> Any:
        """Whether there is a steady state without a bound on the queue: rho < 1."""
        return self.slack > 0.0


def _broadcast(*values: Any) -> list[Any]:
    return [
        np.asarray(array) for array in np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    ]
