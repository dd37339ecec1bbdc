"""What a loop adds to the variance: who finds a long line at the first visit finds one again at the next.

The waits of two visits of one customer to station i, a time u apart, have covariance near Var(W_i) exp(-u / tau_i).
tau_i = rho (1 + v) / (c mu (1 - rho)^2) is the relaxation time of a line that is fed afresh (v the SCV of the service
time; Cohen 1982, III.7.3, heavy traffic). Where each visit is one of N_ii(0) on average, the line is fed by its own
customers and relaxes more slowly: times sqrt(N_ii(0)), which was found by simulation. Summed over all pairs of visits

    extra = 2 sum_i V_i Var(W_i) (N_ii(1 / tau_i) - 1),    N(s) = (I - diag(w(s)) P)^-1,

N_ii(s) - 1 the expected number of later visits to i, each discounted by exp(-s u). The end-to-end time T of independent
visits is then multiplied by a lognormal Y with E[Y] = 1 and Var(Y) = extra / E[T^2], which leaves the mean exact.

Against simulations of twenty exponential networks with loops, 1 to 16 servers a station, rho 0.5 to 0.95: with up to 4
visits a station p50 is within 5 %, p95 within 3 %, p99 within 2 %; with 10 visits p50 within 13 %, p95 within 4 %, p99
within 5 %; with 50 visits p99 is 11 % too low. (Independent visits: p99 9 to 40 % too low.) Other service laws were
not measured. A gamma Y was tried: up to 6 % off at p50 and 9 % at p99.9 where the lognormal is within 3 % and 8 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, nonnegative, released
from queuecalc.load.arrays import FloatArray
from queuecalc.network.components import IntArray
from queuecalc.network.composition import within_loop
from queuecalc.network.loop import Loop
from queuecalc.network.structure import Block
from queuecalc.network.together import Together

__all__ = ["CommonFactor", "revisit_variance"]

_NODES = 16  # percentiles to 1e-6
_LOOSELY = 1e-6  # of a figure that is approximate by itself
_MANY = 96  # in a larger loop whole matrices are inverted ...
_MOST_INVERTED = 1500  # ... unless it is larger still
_ROOM = 1 << 21  # numbers held at once


def revisit_variance(
    order: Sequence[Block],
    laws: Sequence[Law],
    *,
    visits: FloatArray,
    wait_variance: FloatArray,
    relaxation_time: FloatArray,
) -> FloatArray:
    """The variance that correlated revisits add to that of independent ones [s^2].

    Args:
        order: the blocks of the routing.
        laws: the sojourn at each station.
        visits: V_i, shape (n, *batch).
        wait_variance: Var(W_i) [s^2], same shape; finite.
        relaxation_time: rho (1 + v) / (c mu (1 - rho)^2) [s], same shape; finite, > 0.

    Returns:
        Of the batch shape, >= 0; 0 without loops.
    """
    extra = np.zeros(visits.shape[1:])
    for block in order:
        if block.inner is None:
            continue
        stations, loop = block.stations, block.inner
        total = _returns(loop, np.ones((len(loop), 1, 1)), np.arange(len(loop)))[:, 0]
        slower = np.sqrt(np.maximum(total, 1.0)).reshape((-1,) + (1,) * extra.ndim)
        rate = 1.0 / (relaxation_time[stations] * slower)
        again = _later_visits(loop, Together([laws[k] for k in stations.tolist()]), rate)
        extra += 2.0 * (visits[stations] * wait_variance[stations] * again).sum(axis=0)
    return extra


def _later_visits(loop: Loop, laws: Together, rate: FloatArray) -> FloatArray:
    """N_ii(rate_i) - 1 for every station of a loop, rate of shape (m, *batch)."""
    m, batch = len(loop), rate.shape[1:]
    if _MANY < m <= _MOST_INVERTED and not batch:
        return _interpolated(loop, laws, rate)
    again = np.empty(rate.shape)
    width = math.prod(batch)
    at_once = max(1, _ROOM // (m * width))
    for first in range(0, m, at_once):
        part = np.arange(first, min(first + at_once, m))
        w = laws.asked("lst", rate[part])  # a column for each station that is revisited
        w = w.reshape(m, part.size, width)
        again[part] = _returns(loop, w, part).reshape(part.size, *batch) - 1.0
    return np.maximum(again, 0.0)


def _interpolated(loop: Loop, laws: Together, rate: FloatArray) -> FloatArray:
    """The same by inverting whole matrices at Chebyshev nodes in ln s: a few instead of one for each station."""
    low, high = math.log(rate.min()), math.log(rate.max())
    count = min(20, 3 + math.ceil(2.0 * (high - low)))
    angle = (np.arange(count) + 0.5) * np.pi / count
    nodes = 0.5 * (low + high) + 0.5 * max(high - low, 1e-12) * np.cos(angle)
    w = laws.asked("lst", np.exp(nodes))
    values = [np.diag(np.linalg.inv(np.eye(len(loop)) - w[:, k, None] * loop.dense)) for k in range(count)]
    weight = np.where(np.arange(count) % 2 == 0, 1.0, -1.0) * np.sin(angle)
    apart = np.log(rate)[:, None] - nodes
    hit = apart == 0.0
    factor = np.where(hit.any(axis=1, keepdims=True), hit, weight / np.where(hit, 1.0, apart))
    found = (factor * np.stack(values, axis=1)).sum(axis=1) / factor.sum(axis=1)
    return np.asarray(np.maximum(found - 1.0, 0.0))


def _returns(loop: Loop, w: Any, stations: IntArray) -> FloatArray:
    """N_ii for some stations i of a loop, N = (I - diag(w) P)^-1 with w of shape (m, columns or 1, batch)."""
    m, batch = len(loop), w.shape[2]
    if m <= _MOST_INVERTED and w.shape[1:] == (1, 1):  # one matrix for all
        return np.asarray(np.diag(np.linalg.inv(np.eye(m) - w[:, 0] * loop.dense))[stations, None])
    unit = np.zeros((m, stations.size, batch))
    unit[stations, np.arange(stations.size)] = 1.0
    N = within_loop(loop, np.broadcast_to(w, unit.shape), unit, settled=_LOOSELY)
    return np.asarray(N[stations, np.arange(stations.size)])


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CommonFactor(Law):
    """T Y: a time whose parts all share one random factor, lognormal with mean 1 (16 nodes of Gauss-Hermite).

    Attributes:
        law: of T.
        spread: Var(Y) >= 0.

    Raises:
        InvalidInput: not a law, or a spread that is negative or not finite.
    """

    inverted: ClassVar[bool] = True

    law: Law
    spread: Real
    _weights: FloatArray = field(init=False)  # shape (16,)
    _factors: FloatArray = field(init=False)  # shape (16, *batch of the spread)

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"CommonFactor: law = {self.law!r}; expected a law")
        object.__setattr__(self, "spread", nonnegative("CommonFactor", "spread", self.spread))
        x, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        weights = weights / weights.sum()
        sigma = np.sqrt(np.log1p(np.asarray(self.spread)))
        factors = np.exp(x.reshape(_NODES, *(1,) * sigma.ndim) * sigma)
        object.__setattr__(self, "_weights", weights)
        object.__setattr__(self, "_factors", factors / np.tensordot(weights, factors, axes=1))

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.spread))

    @property
    def mean(self) -> Real:
        """E[T]."""
        return released(np.broadcast_to(self.law.mean, self.shape))

    @property
    def scv(self) -> Real:
        """E[Y^2] (1 + scv of T) - 1."""
        more = np.tensordot(self._weights, self._factors**2, axes=1) - 1.0
        own = np.asarray(self.law.scv)
        with np.errstate(invalid="ignore"):
            scv = np.where(np.isfinite(own), own + more * (1.0 + own), np.inf)
        return released(np.broadcast_to(scv, self.shape))

    @property
    def abscissa(self) -> Real:
        """That of T over the largest factor."""
        return released(np.broadcast_to(self.law.abscissa / self._factors[-1], self.shape))

    @property
    def smooth(self) -> bool:
        """As T."""
        return self.law.smooth

    def _against(self, values: Any) -> tuple[Any, Any]:
        """Weights and factors with axes of length 1 put in, so that batches align on the right."""
        rank = max(np.ndim(values), len(self.shape))
        factors = self._factors.reshape(
            _NODES, *(1,) * (rank - self._factors.ndim + 1), *self._factors.shape[1:]
        )
        return self._weights.reshape((-1,) + (1,) * rank), factors

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once: sum_k w_k sf_T(t / y_k), sum_k w_k pdf_T(t / y_k) / y_k."""
        time = np.asarray(t, dtype=np.float64)
        weights, factors = self._against(np.broadcast_to(time, np.broadcast_shapes(time.shape, self.shape)))
        tail, density = self.law.tail_and_density(time / factors)
        return (
            released((weights * np.asarray(tail)).sum(axis=0)),
            released((weights * np.asarray(density) / factors).sum(axis=0)),
        )

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        chosen = rng.choice(_NODES, p=self._weights, size=size)
        _, factors = self._against(np.empty(size))
        factors = np.broadcast_to(factors, (_NODES, *size))
        return self.law.sample(size, rng) * np.take_along_axis(factors, chosen[None], axis=0)[0]

    def _sum(self, function: Any, s: Any, *, by_mean: bool) -> Any:
        weights, factors = self._against(s)
        values = np.asarray(function(s * factors))
        return ((weights * factors if by_mean else weights) * values).sum(axis=0)

    def _lst(self, s: Any) -> Any:
        return self._sum(self.law.lst, s, by_mean=False)

    def _lst_complement(self, s: Any) -> Any:
        return self._sum(self.law.lst_complement, s, by_mean=False)

    def _excess_lst(self, s: Any) -> Any:
        return self._sum(self.law.excess_lst, s, by_mean=True)

    def _excess_complement(self, s: Any) -> Any:
        return self._sum(self.law.excess_complement, s, by_mean=True)
