"""How many times as often visits would have to come to a bounded room for as many to get in as really come.

In M/M/c/K offered r a server, share B(r) is turned away. What gets in, r (1 - B(r)), rises from 0 to 1, so there is one
r for every rho < 1; ln(r / rho) is a smooth function of -ln(1 - rho) for every c and K. It is kept as Chebyshev
polynomials by panels, one table a room: rho is met to 1e-6 of 1 - rho.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from queuecalc.law import Exponential
from queuecalc.station import Waiting

__all__ = ["illinois", "pressure"]

_DEGREE = 20
_WIDTH = 1.0
_FARTHEST = 14.0
"""-ln(1 - rho) at the end of the table, 1 - rho = 8e-7; beyond it stays what it is."""

_STEPS = 100


def pressure(utilisation: Any, servers: Any, places: Any) -> Any:
    """ln(r / rho), elementwise.

    Args:
        utilisation: rho in [0, 1), of those who really come.
        servers: c.
        places: to wait, K - c >= 0.
    """
    rho, c, k = np.broadcast_arrays(np.asarray(utilisation, dtype=np.float64), servers, places)
    found = np.zeros(rho.shape)
    x = np.minimum(-np.log1p(-np.minimum(rho, 1.0 - 1e-16)), _FARTHEST * (1.0 - 1e-15))
    for count, room in {(int(a), int(b)) for a, b in zip(c.ravel(), k.ravel(), strict=True)}:
        here = (c == count) & (k == room)
        table = _table(count, room)
        panel = np.minimum((x[here] / _WIDTH).astype(np.intp), table.shape[1] - 1)
        found[here] = _clenshaw(table[:, panel], 2.0 * (x[here] / _WIDTH - panel) - 1.0)
    return np.maximum(found, 0.0)


def _clenshaw(coefficients: Any, x: Any) -> Any:
    after = last = np.zeros(x.shape)
    for order in range(_DEGREE - 1, 0, -1):
        after, last = coefficients[order] + 2.0 * x * after - last, after
    return coefficients[0] + x * after - last


@lru_cache(maxsize=512)
def _table(servers: int, places: int) -> Any:
    """Coefficients, shape (order, panels)."""
    angles = (np.arange(_DEGREE)[::-1] + 0.5) * np.pi / _DEGREE
    order = np.arange(_DEGREE)
    to_coefficients = (2.0 / _DEGREE) * np.cos(np.outer(order, angles))
    to_coefficients[0] *= 0.5
    panels = np.arange(round(_FARTHEST / _WIDTH))[:, None]
    x = _WIDTH * (panels + 0.5 * (1.0 + np.cos(angles)))
    rho = -np.expm1(-x)

    def surplus(y: Any) -> Any:
        room = Waiting.of_checked(servers * rho * np.exp(y), Exponential(mean=1.0), servers, places)
        return np.log(np.maximum(1.0 - np.asarray(room.blocking_probability), 1e-300)) + y

    values = illinois(surplus, np.zeros(x.shape), x + np.log(100.0), 1e-9 * np.exp(-x))
    return to_coefficients @ values.T


def illinois(function: Callable[[Any], Any], low: Any, high: Any, settled: Any = 1e-11) -> Any:
    """Elementwise root of a rising function by the Illinois method; `low` where it is above 0 already there.

    Dowell & Jarratt 1971, BIT 11.
    """
    below, above = function(low), function(high)
    done = (below >= 0.0) | ~(above > 0.0)
    found = np.where(below >= 0.0, low, high)
    side = np.zeros(np.shape(found), dtype=int)
    for step in range(_STEPS):
        if np.all(done):
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            x = (low * above - high * below) / (above - below)
        middle = 0.5 * (low + high)
        x = np.where(np.isfinite(x) & (x > low) & (x < high) & (step % 4 != 3), x, middle)
        value = function(x)
        found = np.where(done, found, x)
        done = done | (np.abs(value) <= settled) | (high - low <= 1e-14 * np.maximum(high, 1e-3))
        up = value > 0.0
        below = np.where(up, np.where(side == 1, 0.5 * below, below), value)
        above = np.where(up, value, np.where(side == -1, 0.5 * above, above))
        low, high = np.where(up, low, x), np.where(up, x, high)
        side = np.where(up, 1, -1)
    return found
