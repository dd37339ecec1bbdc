"""The Pareto law."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.lomax import Lomax
from queuecalc.law.parameter import Real, broadcast, positive, released
from queuecalc.law.pieces import Piece
from queuecalc.law.shifted import Shifted
from queuecalc.law.tail_index import tail_index

__all__ = ["Pareto"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Pareto(Law):
    """Pareto law of type I: P(T > t) = (t / x)^(-a) from the minimum x = mean (a - 1) / a on.

    Heavy tailed, abscissa 0. Up to a = 2 the variance is infinite, and so is the mean wait behind it (the wait itself
    has percentiles). The sum of the constant x and a Lomax time (`law/lomax.py`), which carries the transforms.

    Args:
        mean: E[T] > 0, in seconds.
        shape: a > 1; stored as `tail_index` (`shape` is the batch shape of every law).

    Raises:
        InvalidInput: mean not a finite number > 0, or shape not a finite number > 1 (the mean would be infinite).

    Source: Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions 1, ch. 20.
    """

    mean: Real
    tail_index: Real
    _sum: Shifted = field(repr=False)

    def __init__(self, *, mean: Real, shape: Real) -> None:
        object.__setattr__(self, "mean", positive("Pareto", "mean", mean))
        object.__setattr__(self, "tail_index", tail_index("Pareto", shape))
        broadcast("Pareto", mean=self.mean, shape=self.tail_index)
        rest = Lomax(mean=self.mean / self.tail_index, shape=self.tail_index)
        object.__setattr__(self, "_sum", Shifted(rest, self.minimum))

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.tail_index))

    @property
    def minimum(self) -> Real:
        """x = mean (a - 1) / a, the least time."""
        return self.mean * (self.tail_index - 1.0) / self.tail_index

    @property
    def scv(self) -> Real:
        """1 / (a (a - 2)), inf for a <= 2."""
        a = np.broadcast_to(self.tail_index, self.shape)
        some = a > 2.0
        return released(np.where(some, 1.0 / (a * np.where(some, a - 2.0, 1.0)), np.inf))

    @property
    def abscissa(self) -> Real:
        """0: the tail is heavier than any exponential."""
        return released(np.zeros(self.shape))

    @property
    def smooth(self) -> bool:
        """False: the density jumps at the minimum."""
        return False

    def pieces(self) -> tuple[Piece, ...]:
        """The constant x, and a Lomax time."""
        return self._sum.pieces()

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        return self._sum.tail_and_density(t)

    def _sf(self, t: Any) -> Any:
        return self._sum._sf(t)

    def _cdf(self, t: Any) -> Any:
        return self._sum._cdf(t)

    def _pdf(self, t: Any) -> Any:
        return self._sum._pdf(t)

    def _isf(self, q: Any) -> Any:
        return self._sum._isf(q)

    def _ppf(self, q: Any) -> Any:
        return self._sum._ppf(q)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self._sum._sample(size, rng)

    def _lst(self, s: Any) -> Any:
        return self._sum._lst(s)

    def _lst_complement(self, s: Any) -> Any:
        return self._sum._lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        return self._sum._excess_lst(s)

    def _excess_complement(self, s: Any) -> Any:
        return self._sum._excess_complement(s)

    def _parameters(self) -> tuple[tuple[str, Any], ...]:
        return (("mean", self.mean), ("shape", self.tail_index))
