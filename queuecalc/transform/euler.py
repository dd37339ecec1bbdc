"""Euler's algorithm for Laplace inversion.

Abate & Whitt 2006, "A unified framework for numerically inverting Laplace transforms", INFORMS J. Comput. 18,
section 5; Abate & Whitt 1995, ORSA J. Comput. 7. The Bromwich integral by the trapezoidal rule, its alternating
series summed by binomial averages of partial sums (Euler summation):

    f(t) = 1/t sum_k Re(weight_k F(node_k / t)),  node_k = M ln(10)/3 + i pi k,  k = 0 .. 2M.

For a smooth bounded f the discretisation error is 10^(-2M/3) and the rounding error of double precision
10^(M/3) 2e-16, which meet at M = 15: about 1e-10 absolute. Fails at jumps and kinks of f (10 % at a jump, the error
spreads around it), and has no relative accuracy where f is below 1e-10: tilt first (`tilted.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput

__all__ = ["EULER", "Euler"]


@dataclass(frozen=True, slots=True, eq=True)
class Euler:
    """Euler inversion with M = `terms`: 2M + 1 nodes.

    Attributes:
        terms: M.
        nodes: complex, shape (2M + 1,).
        weights: complex, shape (2M + 1,).
    """

    terms: int = 15
    nodes: npt.NDArray[np.complex128] = field(init=False, repr=False, compare=False)
    weights: npt.NDArray[np.complex128] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 4 <= self.terms <= 40:
            raise InvalidInput(f"Euler: terms = {self.terms!r}; expected a whole number from 4 to 40")
        order = np.arange(2 * self.terms + 1)
        nodes = self.terms * math.log(10.0) / 3.0 + 1j * math.pi * order
        weights = _weights(self.terms).astype(np.complex128)
        for array in (nodes, weights):
            array.setflags(write=False)
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "weights", weights)

    def invert(self, transform: Callable[[Any], Any], t: npt.ArrayLike) -> Any:
        """f(t) for t > 0.

        Args:
            transform: F(s) for a complex array s of shape (2M + 1, *t.shape).
            t: times > 0.

        Returns:
            An array of t's shape (or of the shape that F broadcasts it to, less the first axis).
        """
        return self.values(self.samples(transform, t), t)

    def samples(self, transform: Callable[[Any], Any], t: npt.ArrayLike) -> Any:
        """F at node_k / t, the nodes along the first axis."""
        time = np.asarray(t, dtype=np.float64)
        column = self.nodes.reshape((-1,) + (1,) * time.ndim)
        return np.asarray(transform(column / time))

    def values(self, samples: Any, t: npt.ArrayLike) -> Any:
        """f(t) from the samples of F: several functions of one transform share them."""
        return _weighted(self.weights.real, samples.real) / np.asarray(t, dtype=np.float64)


def _weights(m: int) -> Any:
    """Signs times the share of the binomially averaged partial sums that contain each term."""
    order = np.arange(2 * m + 1)
    share = np.ones(2 * m + 1)
    share[0] = 0.5
    share[2 * m - np.arange(m)] = np.cumsum([math.comb(m, k) / 2.0**m for k in range(m)])
    return 10.0 ** (m / 3.0) * np.where(order % 2 == 0, 1.0, -1.0) * share


def _weighted(weights: Any, values: Any) -> Any:
    """sum_k weights[k] values[k]; not a matrix product, since waking the threads of the BLAS costs more."""
    return np.einsum("k,k...->...", weights, values)


EULER = Euler()
