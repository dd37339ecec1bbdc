"""Branches that start together and are waited for all: the exponent of their maximum, and its law as numbers.

Branches with independent sojourns F_i would finish within t with probability prod F_i(t), a lower bound (Nelson &
Tantawi 1988, IEEE Trans. Comput. 37): branches that get their work at the same instants queue at the same instants.
For k alike branches F^(k^(1-g)) is closer, g = 0.585 rho kappa^1.82, kappa = 1 / (1 + scv), fitted at p95.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["SampledTail", "correlation", "tail_times"]

_DEGREE = 12
"""Chebyshev points of a panel."""

_LEAST, _MOST = 1e-3, 50.0
"""The sampled times, in units of the mean and of the relaxation time."""

_MOST_PANELS = 40
_DECAY = 46.0
_GAUSS = 16


def correlation(delayed: Any, scv: Any, common: Any = 1.0) -> Any:
    """g = 0.585 rho kappa^1.82: F^(k^(1-g)) is the law of the longest of k alike branches.

    Args:
        delayed: rho; with several servers, the probability that somebody waits.
        scv: variance / mean^2 of the service time at the branches.
        common: the share of the work at a branch that arrives together with that of the others.
    """
    return 0.585 * np.asarray(common) * np.minimum(delayed, 1.0) * (1.0 + np.asarray(scv)) ** -1.82


@lru_cache(maxsize=1)
def _chebyshev() -> tuple[Any, Any, Any]:
    """Points of the first kind on (-1, 1), rising; values -> coefficients; weights of Fejer's quadrature."""
    angles = (np.arange(_DEGREE)[::-1] + 0.5) * np.pi / _DEGREE
    order = np.arange(_DEGREE)
    to_coefficients = (2.0 / _DEGREE) * np.cos(np.outer(order, angles))
    to_coefficients[0] *= 0.5
    moments = np.where(order % 2 == 0, 2.0 / (1.0 - np.where(order % 2 == 0, order, 0.0) ** 2), 0.0)
    return np.cos(angles), to_coefficients, moments @ to_coefficients


def tail_times(mean: Any, relaxation: Any) -> tuple[npt.NDArray[np.float64], Any, Any]:
    """Times at which a tail is to be sampled, from far below the mean to where nothing is left of it.

    Args:
        mean: of the time, shape (instants,).
        relaxation: E T^2 / (2 E T), the time in which an exponential tail falls to 1/e, shape (instants,).

    Returns:
        (times, low, step): times of shape (panels x 12, instants); panels are equal steps of ln t from ln low.
    """
    mean = np.maximum(np.asarray(mean, dtype=np.float64), 1e-300)
    low = np.log(_LEAST * mean)
    span = np.log(_MOST / _LEAST * np.maximum(np.asarray(relaxation) / mean, 1.0))
    panels = int(np.clip(np.ceil(np.max(span, initial=1.0)), 1, _MOST_PANELS))
    step = span / panels
    points = (np.arange(panels)[:, None] + 0.5 * (1.0 + _chebyshev()[0])).reshape(-1, 1)
    return np.exp(low + points * step), low, step


class SampledTail:
    """A defective law of a non-negative time by the tail at `tail_times`, one for each instant.

    Piecewise a polynomial of degree 11 in ln t: for tails that are smooth beyond 0, about 1e-8.

    Attributes:
        mass: P(T < inf), shape (instants,).
    """

    def __init__(self, mass: Any, tail: Any, times: Any, low: Any, step: Any) -> None:
        """From P(t < T < inf) at the times of `tail_times`."""
        self.mass = np.asarray(mass, dtype=np.float64)
        self.low, self.step = low, step
        panels = tail.shape[0] // _DEGREE
        _, to_coefficients, weights = _chebyshev()
        values = tail.reshape(panels, _DEGREE, -1)
        self._coefficients = np.einsum("jk,pki->pji", to_coefficients, values)
        self._first, self._panels = tail[0], panels
        inner = np.einsum("k,pki->i", weights, values * times.reshape(panels, _DEGREE, -1))
        self.area: npt.NDArray[np.float64] = 0.5 * step * inner + np.exp(low) * tail[0]

    def at(self, instants: Any) -> SampledTail:
        """The same at some of the instants."""
        made = object.__new__(SampledTail)
        made.mass, made.low, made.step = self.mass[instants], self.low[instants], self.step[instants]
        made._coefficients, made._first = self._coefficients[:, :, instants], self._first[instants]
        made._panels, made.area = self._panels, self.area[instants]
        return made

    @property
    def mean(self) -> Any:
        """E[T | T < inf]."""
        return np.where(self.mass > 0.0, self.area / np.where(self.mass > 0.0, self.mass, 1.0), 0.0)

    def tail(self, t: Any) -> Any:
        """P(t < T < inf) at times > 0, the instants along the last axis."""
        place = (np.log(t) - self.low) / self.step
        panel = np.clip(place.astype(np.intp), 0, self._panels - 1)
        x = 2.0 * (place - panel) - 1.0
        x = np.clip(x, -1.0, 1.0)
        instant = np.broadcast_to(np.arange(self.low.size), place.shape)
        after = last = np.zeros(place.shape)
        for order in range(_DEGREE - 1, 0, -1):
            after, last = self._coefficients[panel, order, instant] + 2.0 * x * after - last, after
        value = self._coefficients[panel, 0, instant] + x * after - last
        return np.where(place < 0.0, self._first, np.where(place < self._panels, value, 0.0))

    def lst(self, s: Any) -> Any:
        """E[exp(-s T); T < inf] at the nodes of an inversion: along the first axis s = r (1 + i y), alike y everywhere.

        Args:
            s: complex, shape (nodes, ..., instants or 1).
        """
        real = np.real(s[:1])
        if not np.any(real):
            return np.broadcast_to(self.mass, np.broadcast_shapes(s.shape, self.mass.shape))
        nodes = (s / real).reshape(s.shape[0], -1)[:, 0]
        x, kernel = _kernel(nodes.round(12).tobytes())
        times = x.reshape((-1,) + (1,) * (s.ndim - 1)) / real
        shape = (*times.shape[:-1], self.low.size)
        tail = self.tail(np.broadcast_to(times, shape))
        integral = np.einsum("kx,x...->k...", kernel.real, tail) + 1j * np.einsum(
            "kx,x...->k...", kernel.imag, tail
        )
        return self.mass - (s / real) * integral


@lru_cache(maxsize=8)
def _kernel(nodes: bytes) -> tuple[Any, Any]:
    """Points x, and exp(-node x) times their weights, one row a node."""
    column = np.frombuffer(nodes, dtype=np.complex128)
    x, weights = _quadrature(float(np.ceil(np.abs(np.imag(column)).max(initial=1.0))))
    return x, np.exp(-np.outer(column, x)) * weights


@lru_cache(maxsize=4)
def _quadrature(reach: float) -> tuple[Any, Any]:
    """Gauss-Legendre points and weights on (0, 46) that resolve exp(-(1 + i y) x) for |y| <= reach and all near 0."""
    wide = min(12.0 / reach, 1.0)
    small = wide * 2.0 ** -np.arange(24.0)[::-1]
    edges = np.concatenate([[0.0], small, np.arange(2.0, np.ceil(_DECAY / wide) + 1.0) * wide])
    points, weights = np.polynomial.legendre.leggauss(_GAUSS)
    half = 0.5 * np.diff(edges)[:, None]
    middle = 0.5 * (edges[:-1] + edges[1:])[:, None]
    return (middle + half * points).ravel(), (half * weights).ravel()
