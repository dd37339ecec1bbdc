"""The Lomax law: what a Pareto time has above its minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.lomax_transform import integral, remembered_integral
from queuecalc.law.parameter import Real, broadcast, positive, released
from queuecalc.law.tail_index import tail_index

__all__ = ["Lomax"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Lomax(Law):
    """Lomax law, Pareto of type II: P(T > t) = (1 + t / b)^(-a), b = mean (a - 1).

    Heavy tailed, abscissa 0; the variance is infinite for a <= 2. With z = b s and G_c(z) the integral of
    e^(-z u) (1 + u)^(-c) over u > 0 (`law/lomax_transform.py`), lst a G_(a+1), 1 - lst = z G_a, and for the excess, a
    Lomax law of a - 1, (a - 1) G_a and z G_(a-1): no differences.

    Args:
        mean: E[T] > 0, in seconds.
        shape: a > 1; stored as `tail_index` (`shape` is the batch shape of every law).

    Raises:
        InvalidInput: mean not a finite number > 0, or shape not a finite number > 1.

    Source: Lomax 1954, JASA 49; Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions 1, ch. 20.
    """

    mean: Real
    tail_index: Real

    def __init__(self, *, mean: Real, shape: Real) -> None:
        object.__setattr__(self, "mean", positive("Lomax", "mean", mean))
        object.__setattr__(self, "tail_index", tail_index("Lomax", shape))
        broadcast("Lomax", mean=self.mean, shape=self.tail_index)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.tail_index))

    @property
    def scale(self) -> Real:
        """b = mean (a - 1)."""
        return self.mean * (self.tail_index - 1.0)

    @property
    def scv(self) -> Real:
        """a / (a - 2), inf for a <= 2."""
        a = np.broadcast_to(self.tail_index, self.shape)
        some = a > 2.0
        return released(np.where(some, a / np.where(some, a - 2.0, 1.0), np.inf))

    @property
    def abscissa(self) -> Real:
        """0: the tail is heavier than any exponential."""
        return released(np.zeros(self.shape))

    def _log_sf(self, t: Any) -> Any:
        return -self.tail_index * np.log1p(t / self.scale)

    def _sf(self, t: Any) -> Any:
        return np.exp(self._log_sf(t))

    def _cdf(self, t: Any) -> Any:
        return -np.expm1(self._log_sf(t))

    def _pdf(self, t: Any) -> Any:
        return self.tail_index / (self.scale + t) * np.exp(self._log_sf(t))

    def _isf(self, q: Any) -> Any:
        with np.errstate(divide="ignore", over="ignore"):
            return self.scale * np.expm1(-np.log(q) / self.tail_index + 0.0)

    def _ppf(self, q: Any) -> Any:
        with np.errstate(divide="ignore", over="ignore"):
            return self.scale * np.expm1(-np.log1p(-q) / self.tail_index + 0.0)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.scale * np.expm1(rng.standard_exponential(size) / self.tail_index)

    def _integral(self, s: Any, order: float, at_zero: Any, factor: Any) -> Any:
        """factor G_(a + order)(b s), `at_zero` at s = 0."""
        z = np.asarray(self.scale * s)
        zero = z == 0.0
        held = np.where(zero, 1.0, z) if np.any(zero) else z
        b = self.tail_index + order
        values = (
            remembered_integral(held, b)
            if isinstance(b, float) and z.dtype.kind == "c"
            else integral(held, b)
        )
        values = factor(held) * values
        return np.where(zero, at_zero, values) if np.any(zero) else values

    def _lst(self, s: Any) -> Any:
        return self._integral(s, 1.0, 1.0, lambda _: self.tail_index)

    def _lst_complement(self, s: Any) -> Any:
        return self._integral(s, 0.0, 0.0, lambda z: z)

    def _excess_lst(self, s: Any) -> Any:
        return self._integral(s, 0.0, 1.0, lambda _: self.tail_index - 1.0)

    def _excess_complement(self, s: Any) -> Any:
        return self._integral(s, -1.0, 0.0, lambda z: z)

    def _parameters(self) -> tuple[tuple[str, Any], ...]:
        return (("mean", self.mean), ("shape", self.tail_index))
