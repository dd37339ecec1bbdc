"""Transforms of weighted points: sum_j w_j exp(-s x_j), for samples and for quadrature nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law import forms

__all__ = ["Points"]

ROOM = 1 << 15
"""Points times arguments evaluated at once: what stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points on [0, inf) with weights that add to one.

    Attributes:
        at: locations, shape (n,) or (n, *batch).
        weights: of the same shape.
        mean: sum of weights times locations, of the batch shape.
    """

    at: Any
    weights: Any
    mean: Any

    def lst(self, s: Any) -> Any:
        """Sum_j w_j exp(-s x_j)."""
        return self._summed(_decay, s, self.weights)

    def lst_complement(self, s: Any) -> Any:
        """Sum_j w_j (1 - exp(-s x_j))."""
        return self._summed(lambda x, u: forms.exp_complement(x * u), s, self.weights)

    def excess_lst(self, s: Any) -> Any:
        """Sum_j w_j x_j phi(s x_j) / mean with phi(z) = (1 - exp(-z)) / z."""
        return self._summed(lambda x, u: forms.exp_excess(x * u), s, self._lengths)

    def excess_complement(self, s: Any) -> Any:
        """Sum_j w_j x_j (1 - phi(s x_j)) / mean."""
        return self._summed(lambda x, u: forms.exp_excess_complement(x * u), s, self._lengths)

    @property
    def _lengths(self) -> Any:
        return self.weights * self.at / np.where(np.asarray(self.mean) > 0.0, self.mean, 1.0)

    def _summed(self, function: Callable[[Any, Any], Any], s: Any, weights: Any) -> Any:
        batch = self.at.shape[1:]
        shape = np.broadcast_shapes(s.shape, batch)
        flat = np.broadcast_to(s, shape).ravel()
        out = np.empty(flat.shape, dtype=s.dtype)
        count = self.at.shape[0]
        step = max(1, ROOM // count)
        with np.errstate(over="ignore"):
            if not batch:
                for i in range(0, flat.size, step):
                    # not a matrix product: waking the threads of the BLAS costs more than the sum
                    terms = function(self.at[:, None], flat[i : i + step])
                    out[i : i + step] = np.einsum("k,kj->j", weights, terms)
            else:
                places = np.broadcast_to(np.arange(self.mean.size).reshape(batch), shape).ravel()
                at, heights = self.at.reshape(count, -1), weights.reshape(count, -1)
                for i in range(0, flat.size, step):
                    place = places[i : i + step]
                    terms = function(at[:, place], flat[i : i + step])
                    out[i : i + step] = np.sum(heights[:, place] * terms, axis=0)
        return out.reshape(shape)


def _decay(at: Any, s: Any) -> Any:
    """exp(-s x); by real functions of contiguous arrays, which run three times as fast as the complex one."""
    if s.dtype.kind != "c":
        return np.exp(-at * s)
    size, angle = np.exp(-at * s.real), at * s.imag
    out = np.empty(angle.shape, dtype=np.complex128)
    np.multiply(size, np.cos(angle), out=out.real)
    np.multiply(-size, np.sin(angle), out=out.imag)
    return out
