"""Approximate mean value analysis of several classes, by iteration."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.arrival import Stations
from queuecalc.network.closed.problem import Problem

__all__ = ["linearized_classes", "proportional_classes"]

_MOST_STEPS = 4_000
_SETTLED = 1e-12
_MOST_ROUNDS = 6
_SETTLED_ROUND = 1e-7


def proportional_classes(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """Schweitzer's approximation.

    Formula: an arrival of class r sees of its own class (N_r - 1) / N_r of the mean number, of the others all of it.

    Returns:
        X, shape (R,), and the means of each class at all stations, shape (R, K).

    Source: Schweitzer 1979; Bard 1979.
    """
    stations, n = Stations(problem), problem.population.astype(np.float64)
    none = np.zeros((n.size, *stations.demands.shape))
    throughput, waiting, _ = _core(stations, n, none, none, None)
    return throughput, _everywhere(problem, stations, throughput, waiting)


def linearized_classes(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """The Linearizer: as above, with the shift of the shares when one customer of a class is taken away.

    Source: Chandy & Neuse 1982, Comm. ACM 25.
    """
    stations, n = Stations(problem), problem.population.astype(np.float64)
    classes = n.size
    line = np.zeros(
        (classes, *stations.demands.shape)
    )  # F of class s at k when one of class r is away: [r, s, k]
    served = np.zeros_like(line)
    throughput, waiting, busy = _core(stations, n, line, served, None)
    fewer: list[Any] = [(throughput, waiting, busy)] * classes  # to begin with
    for _ in range(_MOST_ROUNDS):
        before = throughput
        for r in range(classes):  # all with the shifts of the round before
            fewer[r] = _core(stations, n - (np.arange(classes) == r), line, served, fewer[r])
        for r in range(classes):
            less = n - (np.arange(classes) == r)
            safe, kept = np.maximum(less, 1.0)[:, None], (less > 0.0)[:, None]
            line[r] = kept * (fewer[r][1] / safe - waiting / n[:, None])
            served[r] = kept * (fewer[r][2] / safe - busy / n[:, None])
        throughput, waiting, busy = _core(stations, n, line, served, (throughput, waiting, busy))
        if np.all(np.abs(throughput - before) <= _SETTLED_ROUND * throughput):
            break
    return throughput, _everywhere(problem, stations, throughput, waiting)


def _core(
    stations: Stations, n: FloatArray, line: FloatArray, served: FloatArray, start: Any
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """X, the mean number waiting and in service of each class, for a population n and given shifts."""
    demands = stations.demands
    classes = len(demands)
    if start is None:
        at = demands > 0.0
        inside = n[:, None] * at / np.maximum(at.sum(axis=1) + (stations.delays > 0.0), 1)[:, None]
        busy = np.minimum(inside, stations.servers / classes)
        waiting = inside - busy
    else:
        _, waiting, busy = start
    safe = np.maximum(n, 1.0)
    # customers of class s that one of class r is among, itself left out
    others = np.maximum(n[None, :] - np.eye(classes), 0.0)
    throughput = np.zeros(classes)
    for _ in range(_MOST_STEPS):
        before = throughput
        ahead = _seen(others, waiting / safe[:, None], line)
        full = stations.busy(_seen(others, busy / safe[:, None], served))
        residence = demands * (1.0 + np.maximum(ahead + full, 0.0) / stations.servers)
        throughput = n / (stations.delays + residence.sum(axis=1))
        busy = throughput[:, None] * demands
        waiting = throughput[:, None] * (residence - demands)
        if np.all(np.abs(throughput - before) <= _SETTLED * throughput):
            break
    return throughput, waiting, busy


def _seen(others: FloatArray, share: FloatArray, shift: FloatArray) -> FloatArray:
    """sum_s (n_s - [s = r]) (share_s + F_rs) at each station, shape (R, Q), never negative."""
    return np.asarray(np.maximum(others @ share + np.einsum("rs,rsk->rk", others, shift), 0.0))


def _everywhere(problem: Problem, stations: Stations, throughput: Any, waiting: Any) -> FloatArray:
    inside: FloatArray = throughput[:, None] * problem.demands
    inside[:, stations.queueing] += waiting
    return inside
