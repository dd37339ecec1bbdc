"""Approximate mean value analysis of one class: whatever the population, one equation for the throughput."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.arrival import Stations
from queuecalc.network.closed.problem import Problem

__all__ = ["linearized", "proportional"]

_MOST_STEPS = 50
_ROUNDING = 4e-16
_NOTHING = 1e-15
_MOST_ROUNDS = 6
_SETTLED = 1e-9


def proportional(problem: Problem, populations: Any) -> tuple[FloatArray, FloatArray]:
    """Schweitzer's approximation for many populations at once.

    Formula: Q_k(N - 1) = (N - 1) / N Q_k(N) in the arrival theorem; so Q_k = X D_k / (1 - X D_k (N - 1) / N), and X is
    the root of sum_k Q_k(X) + X Z = N.

    Args:
        problem: of one class, without stations of changing speed.
        populations: N >= 1, shape (B,).

    Returns:
        X, shape (B,), and the means at all stations, shape (B, K).

    Source: Schweitzer 1979, "Approximate analysis of multiclass closed networks of queues"; Bard 1979.
    """
    stations, populations = Stations(problem), np.asarray(populations, dtype=np.float64)
    none = np.zeros((populations.size, stations.servers.size))
    throughput, waiting = _solved(stations, populations, none, none)
    return throughput, _everywhere(problem, stations, throughput, waiting)


def linearized(problem: Problem, populations: Any) -> tuple[FloatArray, FloatArray]:
    """The Linearizer for many populations at once: as `proportional`, with the shift of the shares from N - 1 to N.

    Formula: Q_k(N - 1) = (N - 1) (Q_k(N) / N + F_k), F_k = Q_k(N - 1) / (N - 1) - Q_k(N) / N, F as at N
    as at N - 1.
    For several servers, those waiting and those served have a shift each.

    Source: Chandy & Neuse 1982, "Linearizer: a heuristic algorithm for queueing network models of computing systems",
    Comm. ACM 25.
    """
    stations, most = Stations(problem), np.asarray(populations, dtype=np.float64)
    less = np.maximum(most - 1.0, 1.0)
    shifted = np.where(most > 1.0, 1.0, 0.0)[:, None]
    line, served = np.zeros((most.size, stations.servers.size)), np.zeros((most.size, stations.servers.size))
    throughput, waiting = _solved(stations, most, line, served)
    for _ in range(_MOST_ROUNDS):
        before = throughput
        earlier, left = _solved(stations, less, line, served)
        line = shifted * (left / less[:, None] - waiting / most[:, None])
        served = shifted * (earlier / less - throughput / most)[:, None] * stations.demands[0]
        throughput, waiting = _solved(stations, most, line, served)
        if np.all(np.abs(throughput - before) <= _SETTLED * throughput):
            break
    return throughput, _everywhere(problem, stations, throughput, waiting)


def _waiting(stations: Stations, n: Any, rate: Any, line: Any, served: Any) -> FloatArray:
    """L of each station at throughput X: L = rho (L (n - 1) / n + C + (n - 1) F), shape (B, Q)."""
    a = rate[:, None] * stations.demands[0]
    rho = a / stations.servers
    others = (n - 1.0)[:, None]
    share = others / n[:, None]
    full = stations.busy(share * a + others * served)
    return np.asarray(rho * np.maximum(full + others * line, 0.0) / (1.0 - rho * share))


def _solved(stations: Stations, n: Any, line: Any, served: Any) -> tuple[FloatArray, FloatArray]:
    """X with sum_k (L_k + a_k) + X Z = n, between its asymptotic bounds, and L."""
    total = float(stations.delays[0] + stations.demands.sum())
    with np.errstate(divide="ignore"):
        limit = float(np.min(stations.servers / stations.demands[0], initial=np.inf))
    low, high = n / (stations.delays[0] + n * stations.demands.sum()), np.minimum(n / total, limit)

    def excess(rate: FloatArray) -> FloatArray:
        """n / held - 1: positive below the root; nearly straight where one station is full."""
        held = _waiting(stations, n, rate, line, served).sum(axis=1) + rate * total
        return np.asarray(n / held - 1.0)

    throughput = _root(excess, np.minimum(low, high), high)
    waiting = _waiting(stations, n, throughput, line, served)
    held = waiting.sum(
        axis=1
    )  # near saturation the last digit of X moves many customers: all of them are somewhere
    scale = np.where(
        held > 0.0, np.maximum(n - throughput * total, 0.0) / np.where(held > 0.0, held, 1.0), 1.0
    )
    return throughput, waiting * scale[:, None]


def _root(falling: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Where a falling function is zero, elementwise (Ridders 1979): the bracket halves at least, mostly far more."""
    at_low, at_high = falling(low), falling(high)
    there = middle = low
    at_there = at_middle = at_low
    for _ in range(_MOST_STEPS):
        middle = 0.5 * (low + high)
        at_middle = falling(middle)
        root = np.sqrt(np.maximum(at_middle**2 - at_low * at_high, 1e-300))
        there = np.clip(middle + (middle - low) * at_middle / root, low, high)
        at_there = falling(there)
        for point, value in ((middle, at_middle), (there, at_there)):
            above = (value >= 0.0) & (point >= low)
            under = (value <= 0.0) & (point <= high)
            low, at_low = np.where(above, point, low), np.where(above, value, at_low)
            high, at_high = np.where(under, point, high), np.where(under, value, at_high)
        if np.all((high - low <= _ROUNDING * high) | (np.abs(at_there) <= _NOTHING)):
            break
    return np.where(np.abs(at_there) <= np.abs(at_middle), there, middle)


def _everywhere(problem: Problem, stations: Stations, throughput: Any, waiting: Any) -> FloatArray:
    """The mean number at each station; waiting where one can, in service everywhere."""
    inside: FloatArray = throughput[:, None] * problem.demands[0]
    inside[:, stations.queueing] += waiting
    return inside
