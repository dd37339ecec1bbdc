"""The Fourier-series method for Laplace inversion with a long sum.

Dubner & Abate 1968; Abate & Whitt 1995, ORSA J. Comput. 7, eqs. (9)-(14):

    f(t) = e^(A/2) / t [ F(A / 2t) / 2 + sum_{k >= 1} (-1)^k Re F((A + 2 k pi i) / 2t) ],

the discretisation error being e^(-A) for f bounded by 1; the last partial sums are averaged binomially. With many
terms it bears kinks of f, where short accelerated sums (`euler.py`) go wrong: the error falls as the square of the
number of terms for a jump of f', as its inverse for a jump of f near by. Fails at a jump itself (the mean of both
sides comes out). Costs twenty times as much as Euler's algorithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput

__all__ = ["FOURIER", "Fourier"]

_AVERAGED = 12


@dataclass(frozen=True, slots=True, eq=True)
class Fourier:
    """Fourier-series inversion with `terms` terms before the averaging.

    Attributes:
        terms: how long the sum is.
        accuracy: A, so that the discretisation error is e^(-A).
        nodes: complex, shape (terms + 13,).
        weights: real, shape (terms + 13,).
    """

    terms: int = 640
    accuracy: float = 23.0
    nodes: npt.NDArray[np.complex128] = field(init=False, repr=False, compare=False)
    weights: npt.NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.terms < _AVERAGED:
            raise InvalidInput(f"Fourier: terms = {self.terms!r}; expected a whole number from {_AVERAGED}")
        count = self.terms + _AVERAGED + 1
        order = np.arange(count)
        share = np.ones(count)
        share[0] = 0.5
        cumulative = np.cumsum([math.comb(_AVERAGED, k) / 2.0**_AVERAGED for k in range(_AVERAGED + 1)])
        share[self.terms + 1 :] = 1.0 - cumulative[:-1]
        signs = np.where(order % 2 == 0, 1.0, -1.0)
        nodes = 0.5 * self.accuracy + 1j * np.pi * order
        weights = math.exp(0.5 * self.accuracy) * signs * share
        for array in (nodes, weights):
            array.setflags(write=False)
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "weights", weights)

    def values(self, samples: Any, t: npt.ArrayLike) -> Any:
        """f(t) from the samples of F at nodes / t, the nodes along the first axis."""
        # einsum, not a matrix product: waking the threads of the BLAS costs more than the sum
        return np.einsum("k,k...->...", self.weights, samples.real) / np.asarray(t, dtype=np.float64)


FOURIER = Fourier()
