"""Mean value analysis: from one customer to N, what an arrival sees is the network without itself.

Every term is positive, so nothing cancels. It takes stations with one server and stations where nobody waits; those
with several servers are the business of `convolution`, because their mean value analysis needs probabilities that it
finds by subtraction, which turn negative (Reiser 1981).
"""

from __future__ import annotations

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.lattice import Lattice
from queuecalc.network.closed.problem import Figures, Problem

__all__ = ["mean_values", "throughputs"]


def _one_class(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """X(1), ..., X(N), and the means at the stations with one server for N."""
    demands, think = problem.demands[0, problem.single], float(problem.delays[0])
    most = int(problem.population[0])
    throughput = np.empty(most)
    queue, residence = np.zeros(demands.size), np.empty(demands.size)
    for n in range(1, most + 1):
        np.multiply(demands, queue, out=residence)
        np.add(residence, demands, out=residence)
        rate = n / (think + float(residence.sum()))
        throughput[n - 1] = rate
        np.multiply(residence, rate, out=queue)
    return throughput, queue


def throughputs(problem: Problem) -> FloatArray:
    """X(n) of n = 1, ..., N customers of one class, in 1/s."""
    return _one_class(problem)[0]


def _several_classes(problem: Problem) -> tuple[FloatArray, FloatArray, float]:
    """X_r(N), the means at the stations with one server, and log G(N)."""
    lattice = Lattice(problem.population)
    demands, delays = problem.demands[:, problem.single], problem.delays
    classes, stations = demands.shape
    counts = np.stack(lattice.counts)
    logarithm, corner = 0.0, np.cumsum([*problem.population.tolist()])
    earlier, queue = lattice.levels[0], np.zeros((1, stations))  # of the level below
    throughput, share = np.zeros(classes), np.zeros((classes, stations))
    for size, level in enumerate(lattice.levels[1:], start=1):
        now = np.zeros((level.size, stations))
        grown = int(np.searchsorted(corner, size))  # the class that the path to N adds here
        for r in range(classes):
            n = counts[r, level]
            place = np.minimum(np.searchsorted(earlier, level - lattice.strides[r]), earlier.size - 1)
            residence = demands[r] * (1.0 + queue[place])
            rate = n / (delays[r] + residence.sum(axis=1))
            now += rate[:, None] * residence
            if r == grown:
                filled = [int(min(max(size - start, 0), end - start)) for start, end in _spans(corner)]
                at = np.searchsorted(
                    level, sum(f * stride for f, stride in zip(filled, lattice.strides, strict=True))
                )
                logarithm -= float(np.log(rate[at]))
            if size == corner[-1]:
                throughput[r], share[r] = rate[0], rate[0] * residence[0]
        earlier, queue = level, now
    return throughput, share, logarithm


def _spans(corner: FloatArray) -> list[tuple[int, int]]:
    return list(zip([0, *corner[:-1].tolist()], corner.tolist(), strict=True))


def mean_values(problem: Problem) -> Figures:
    """Throughputs and means of a network whose stations have one server each, or one for everybody.

    Formulas: R_rk(n) = D_rk (1 + Q_k(n - e_r)), X_r(n) = n_r / (Z_r + sum_k R_rk(n)), Q_k(n) = sum_r X_r(n) R_rk(n).

    Cost: N K for one class; K R prod(N_r + 1) for several, all vectors n with as many customers at once.

    Source: Reiser & Lavenberg 1980, "Mean-value analysis of closed multichain queuing networks", J. ACM 27, eqs. (3.2)
    to (3.4).
    """
    demands = problem.demands
    inside = np.zeros(demands.shape)
    if len(problem.population) == 1:
        curve, queue = _one_class(problem)
        throughput, logarithm = curve[-1:], -float(np.sum(np.log(curve)))
        inside[0, problem.single] = queue
    else:
        throughput, share, logarithm = _several_classes(problem)
        inside[:, problem.single] = share
    unlimited = np.isinf(problem.servers)
    inside[:, unlimited] = throughput[:, None] * demands[:, unlimited]
    return Figures(throughput, inside, np.zeros(demands.shape[1]), logarithm, {})
