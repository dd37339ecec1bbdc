"""Bounds of the throughput of closed networks, for every population at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.problem import Problem

__all__ = ["Interval", "asymptotic", "balanced", "geometric"]


class Interval(NamedTuple):
    """Lower and upper bounds of a throughput [1/s]."""

    lower: FloatArray
    upper: FloatArray


def asymptotic(problem: Problem) -> Interval:
    """Asymptotic bounds (ABA) of each class, shape (R,); for any servers and any number of classes.

    Formulas: X_r <= min(N_r / (Z_r + D_r), min_k alpha_k / D_rk): nobody waits, or one station is all for class r;
    X_r >= N_r / (Z_r + sum_k D_rk |N| / slowest_k): everybody else is served first, at every station.

    Source: Denning & Buzen 1978, "The operational analysis of queueing network models", ACM Comput. Surv. 10.
    """
    demands, n = problem.demands, problem.population.astype(np.float64)
    with np.errstate(divide="ignore"):
        full = np.min(np.where(demands > 0.0, _peak(problem) / demands, np.inf), axis=1)
    upper = np.minimum(n / (problem.think + demands.sum(axis=1)) * _speed_up(problem), full)
    crowd = np.where(np.isinf(problem.servers), 1.0, float(n.sum()) / _slowest(problem))
    return Interval(np.minimum(n / (problem.think + demands @ crowd), upper), upper)


def _peak(problem: Problem) -> FloatArray:
    """The largest alpha(n)."""
    found = np.array(problem.servers)
    for k, speeds in problem.speeds.items():
        found[k] = float(np.max(speeds))
    return found


def _slowest(problem: Problem) -> FloatArray:
    """The least alpha(n), at most 1."""
    found = np.ones(problem.servers.size)
    for k, speeds in problem.speeds.items():
        found[k] = min(1.0, float(np.min(speeds)))
    return found


def _speed_up(problem: Problem) -> float:
    """How much faster than alone a customer can be served: 1 but where alpha(n) > n."""
    most = [float(np.max(speeds / np.arange(1.0, speeds.size + 1.0))) for speeds in problem.speeds.values()]
    return max([1.0, *most])


def _one_class(problem: Problem) -> tuple[FloatArray, float]:
    """Demands on stations with one server, and the time of a cycle without waiting."""
    return problem.demands[0, problem.single], float(problem.delays[0])


def balanced(problem: Problem, populations: Any) -> Interval:
    """Balanced job bounds (BJB): one class, stations with one server or one for everybody.

    Formulas, with D = sum D_k, at n customers: N / (Z + D + (N - 1) D_max / (1 + Z / (N D))) <= X <=
    min(1 / D_max, N / (Z + D + (N - 1) D_mean / (1 + Z / D))).

    Args:
        problem: as told.
        populations: N >= 1, any shape.

    Source: Zahorjan, Sevcik, Eager & Galler 1982, "Balanced job bound analysis of queueing networks", Comm. ACM 25;
    with thinking: Lazowska, Zahorjan, Graham & Sevcik 1984, table 5.3.
    """
    demands, think = _one_class(problem)
    n = np.asarray(populations, dtype=np.float64)
    if not demands.size:
        return Interval(n / think, n / think)
    total, most = float(demands.sum()), float(demands.max())
    mean = total / demands.size
    lower = n / (think + total + (n - 1.0) * most / (1.0 + think / (n * total)))
    upper = np.minimum(1.0 / most, n / (think + total + (n - 1.0) * mean / (1.0 + think / total)))
    return Interval(np.minimum(lower, upper), upper)


def geometric(problem: Problem, populations: Any) -> Interval:
    """Geometric bounds (GB): one class, stations with one server or one for everybody.

    Formulas: X(N) = N / (Z + D + D_max (N - 1 - Z X(N - 1)) - sum_k (D_max - D_k) Q_k(N - 1)); the bounds put in
    bounds of X(N - 1) and of the queues: y (1 - y^n) / (1 - y) at n = N - 1 with y = D_k X_upper(n) above, and
    y = n D_k / (Z + D + n D_max) below.

    Source: Casale, Muntz & Serazzi 2008, "Geometric bounds: a noniterative analysis technique for closed queueing
    networks", IEEE Trans. Comput. 57, theorems 1 to 3.
    """
    demands, think = _one_class(problem)
    n = np.asarray(populations, dtype=np.float64)[..., None]
    if not demands.size:
        return Interval(n[..., 0] / think, n[..., 0] / think)
    total, most = float(demands.sum()), float(demands.max())
    less = np.maximum(n - 1.0, 1.0)
    around = balanced(problem, less)
    fewest, highest = (np.where(n > 1.0, each, 0.0) for each in around)
    low = _series(less * demands / (think + total + less * most), less)
    high = _series(np.minimum(demands * around.upper, 1.0), less)
    below = (np.where(n > 1.0, (most - demands) * each, 0.0).sum(axis=-1) for each in (low, high))
    least, largest = below
    count = n[..., 0]
    lower = count / (think + total + most * (count - 1.0 - think * fewest[..., 0]) - least)
    upper = count / (
        think + total + np.maximum(most * (count - 1.0 - think * highest[..., 0]) - largest, 0.0)
    )
    upper = np.minimum(upper, 1.0 / most)
    return Interval(np.minimum(lower, upper), upper)


def _series(y: Any, n: Any) -> Any:
    """y + y^2 + ... + y^n for 0 <= y <= 1."""
    safe = np.where(y < 1.0, y, 0.5)
    with np.errstate(divide="ignore"):
        log = np.log(safe)
    return np.where(y < 1.0, safe * -np.expm1(n * log) / (1.0 - safe), n)
