"""The throughputs at which independent open stations would hold the population on average.

Weighted by these, the terms of the normalisation constant are probabilities, and the one that is asked for lies in the
middle of them: nothing overflows, nothing underflows that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from queuecalc.errors import InternalError
from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.lattice import Lattice

__all__ = ["saddle"]

_MOST_STEPS = 200
_MOST_HALVINGS = 60


def _moments(weights: Sequence[FloatArray], lattice: Lattice, theta: FloatArray) -> tuple[float, Any, Any]:
    """Sum over the factors of log(sum w exp(n theta)), of the means and of the covariances of n."""
    counts = np.stack(lattice.counts).astype(np.float64)
    tilt = theta @ counts
    value, mean, spread = 0.0, np.zeros(theta.size), np.zeros((theta.size, theta.size))
    for weight in weights:
        log = weight + tilt
        most = float(np.max(log))
        mass = np.exp(log - most)
        total = float(np.sum(mass))
        mass /= total
        value += most + float(np.log(total))
        first = counts @ mass
        mean += first
        centred = counts - first[:, None]
        spread += (centred * mass) @ centred.T
    return value, mean, spread


def saddle(weights: Sequence[FloatArray], lattice: Lattice, start: FloatArray) -> FloatArray:
    """theta = log x, near enough to where the means of the tilted factors add up to N.

    It is the least point of the convex function sum_k log F_k(exp(theta)) - N theta; Newton's method with halved steps.

    Args:
        weights: log f_k(n) on the lattice, one array a factor.
        lattice: of the population N.
        start: theta to begin with.
    """
    population = np.array(lattice.shape, dtype=np.float64) - 1.0
    theta = np.array(start)
    value, mean, spread = _moments(weights, lattice, theta)
    for _ in range(_MOST_STEPS):
        gradient = mean - population
        if np.all(np.abs(gradient) <= 0.5 + 0.01 * population):
            return theta
        ridge = 1e-9 * np.trace(spread) + 1e-12
        step = -np.linalg.solve(spread + ridge * np.eye(theta.size), gradient)
        step *= min(1.0, 2.0 / float(np.max(np.abs(step))))
        there = value, mean, spread
        for _ in range(_MOST_HALVINGS):
            there = _moments(weights, lattice, theta + step)
            if there[0] - population @ (theta + step) <= value - population @ theta + 1e-4 * gradient @ step:
                break
            step /= 2.0
        theta = theta + step
        value, mean, spread = there
    raise InternalError("the saddle point of a closed network was not found")
