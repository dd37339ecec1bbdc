"""How many services an arrival waits for, before servers that a limited number of customers come to.

While all servers are busy, of at most b waiting customers g are ahead with probability proportional to

    b! / (b - g)! z^(-g),    g = 0, ..., b,

z the service capacity in units of one customer's rate of coming (M/M/c//N: b = N - 1 - c, z = c mu Z). For b and z
large with b / z = rho < 1 it is the geometric law of M/M/c. With I(a, w) = int_0^inf exp(-w u) (1 + u)^(a - 1) du,

    sum of the weights = z I(b + 1, z),    E[theta^(g + 1)] = I(b + 1, z / theta) / I(b + 1, z).

Below `RECURSION` customers the sums are taken one customer at a time (all terms positive), between two whole numbers
as a mixture of both; beyond, I is taken from Temme's uniform expansion of the incomplete gamma function, with two
terms: errors of 1e-7 and falling as b^(-5/2).

Source: Temme 1979, "The asymptotic expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10, eqs. (1.4)
and (2.19); NIST DLMF 8.12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import erfcx

__all__ = ["RECURSION", "Ahead"]

RECURSION = 40
"""Up to so many customers the sums are taken one by one."""

_AMPLE, _TERMS = 1.2, 120
_NEAR = 0.05  # |eta| below which the coefficients of the expansion are summed as series


@dataclass(frozen=True, eq=False)
class Ahead:
    """The number of customers ahead, elementwise.

    Attributes:
        most: b >= 0, real.
        capacity: z > 0, of the same shape.
    """

    most: Any
    capacity: Any

    @cached_property
    def _steps(self) -> int:
        few = self.most[self.most <= RECURSION]
        return int(np.floor(few.max(initial=0.0))) + 1

    @cached_property
    def _totals(self) -> list[Any]:
        """ln of the sum of the weights for b = 0, 1, 2, ..."""
        found = [np.zeros_like(self.capacity)]
        for b in range(1, self._steps + 1):
            found.append(np.logaddexp(0.0, np.log(b / self.capacity) + found[-1]))
        return found

    @cached_property
    def _alone(self) -> list[Any]:
        """P(g = 0) for b = 0, 1, 2, ..."""
        return [np.exp(-total) for total in self._totals]

    def _between(self, values: list[Any]) -> Any:
        """From the values at b = 0, 1, 2, ... the one at each b, linear in between."""
        low = np.minimum(np.floor(self.most), self._steps - 1.0)
        share = np.clip(self.most - low, 0.0, 1.0)
        out: Any = 0.0
        for b, each in enumerate(values):
            weight = np.where(low == b, 1.0 - share, 0.0) + np.where(low == b - 1.0, share, 0.0)
            out = out + weight * each
        return out

    @property
    def _many(self) -> Any:
        return self.most > RECURSION

    @property
    def _a(self) -> Any:
        """b + 1, at least what the expansion bears."""
        return np.where(self._many, self.most, RECURSION) + 1.0

    @cached_property
    def _whole(self) -> tuple[Any, Any]:
        """exp(-scale) I(b + 1, z) and the scale."""
        return _integral(self._a, self.capacity + 0j)

    @property
    def _far(self) -> Any:
        return self.capacity > _AMPLE * self._a

    @cached_property
    def log_weight(self) -> Any:
        """ln of the sum of the weights."""
        few = self._between(self._totals)
        if not np.any(self._many):
            return few
        a, (scaled, scale) = self._a, self._whole
        near = np.log(self.capacity * scaled.real) + scale
        far = -np.log(np.where(self._far, 1.0 + (self.mean - a) / self.capacity, 1.0))
        return np.where(self._many, np.where(self._far, far, near), few)

    @cached_property
    def mean(self) -> Any:
        """E[g + 1]."""
        values = [np.ones_like(self.capacity)]
        for alone in self._alone[1:]:
            values.append(1.0 + (1.0 - alone) * values[-1])
        few = self._between(values)
        if not np.any(self._many):
            return few
        a, (scaled, scale) = self._a, self._whole
        near = a - self.capacity + np.exp(-scale) / scaled.real
        return np.where(self._many, np.where(self._far, self._fraction(a), near), few)

    def _fraction(self, a: Any) -> Any:
        """E[g + 1] by Legendre's continued fraction, of positive terms only, where capacity is ample."""
        room = np.where(self._far, self.capacity - a, a)
        found: Any = 0.0
        for k in range(_TERMS, 0, -1):
            found = np.maximum(k * (a - k), 0.0) / (room + 2.0 * k + 1.0 + found)
        return 1.0 + found

    def transform(self, theta: Any) -> Any:
        """E[theta^(g + 1)] for |theta| <= 1, of the broadcast shape."""
        value = theta + 0.0 * self.capacity
        if np.all(self._many):
            return self._through_many(theta)
        values = [value]
        for alone in self._alone[1:]:
            value = theta * (alone + (1.0 - alone) * value)
            values.append(value)
        few = self._between(values)
        if not np.any(self._many):
            return few
        return np.where(self._many, self._through_many(theta), few)

    def _through_many(self, theta: Any) -> Any:
        below, scale = self._whole
        above, _ = _integral(self._a, self.capacity / theta + 0j, scale)
        many = above / below
        return many if np.iscomplexobj(theta) else many.real


def _integral(a: Any, w: Any, scale: Any = None) -> tuple[Any, Any]:
    """(exp(-scale) I(a, w), scale); by default the scale that keeps the first of size one."""
    ratio = w / a
    log_part = ratio - 1.0 - np.log(ratio)  # eta^2 / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = (ratio - 1.0) * np.sqrt(2.0 * log_part / (ratio - 1.0) ** 2)
    eta = np.where(np.abs(ratio - 1.0) < 1e-7, ratio - 1.0, eta)
    y = eta * np.sqrt(0.5 * a)
    if scale is None:
        scale = np.where(y.real < 0.0, (a * log_part).real, 0.0)
    left = y.real < 0.0
    with np.errstate(over="ignore", under="ignore"):
        tail = erfcx(np.where(left, -y, y)) * np.exp(-scale)
        tail = np.where(left, 2.0 * np.exp(np.where(left, a * log_part - scale, 0.0)) - tail, tail)
        series = (_first(ratio, eta) + _second(ratio, eta) / a) / a * np.exp(-scale)
    return np.sqrt(0.5 * np.pi / a) * tail * _stirling(a) + series * _stirling(a), scale


def _stirling(a: Any) -> Any:
    """Gamma(a) / (sqrt(2 pi / a) (a / e)^a), from `RECURSION` on."""
    return 1.0 + 1.0 / (12.0 * a) + 1.0 / (288.0 * a**2) - 139.0 / (51840.0 * a**3)


def _first(ratio: Any, eta: Any) -> Any:
    near = np.abs(eta) < _NEAR
    safe, shift = _away(near, eta), _away(near, ratio - 1.0)
    series = -1.0 / 3.0 + eta * (1.0 / 12.0 + eta * (-2.0 / 135.0 + eta * (1.0 / 864.0 + eta / 2835.0)))
    return np.where(near, series, 1.0 / shift - 1.0 / safe)


def _second(ratio: Any, eta: Any) -> Any:
    near = np.abs(eta) < _NEAR
    safe, shift = _away(near, eta), _away(near, ratio - 1.0)
    series = -1.0 / 540.0 + eta * (-1.0 / 288.0 + eta * (1.0 / 378.0 - eta * 77.0 / 77760.0))
    return np.where(near, series, safe**-3 - shift**-3 - shift**-2 - 1.0 / (12.0 * shift))


def _away(near: Any, value: Any) -> Any:
    """What may be divided by; where it is near to 0 the series is taken instead."""
    return np.where(near, 1.0, value)
