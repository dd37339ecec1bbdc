"""A tail known at times that cover it, as a law: interpolated in t, its transform by quadrature.

For functions of the tails of others (the longest of several times) that have no transform of their own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["SampledTail", "tail_times"]

_DEGREE = 12
"""Chebyshev points of a panel."""

_LEAST, _MOST = 1e-3, 50.0
"""The sampled times, in units of the mean and of the relaxation time."""

_MOST_PANELS = 40
_DECAY = 32.0
_GAUSS = 16


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
        (times, low, step): times of shape (panels x 12, instants); panels are equal steps of ln t from ln low. The
        step is one number.
    """
    mean = np.maximum(np.asarray(mean, dtype=np.float64), 1e-300)
    low = np.log(_LEAST * mean)
    # the same span for all instants, so that what `on_grid` needs is the same for all
    span = np.max(np.log(_MOST / _LEAST * np.maximum(np.asarray(relaxation) / mean, 1.0)), initial=1.0)
    panels = int(np.clip(np.ceil(span), 1, _MOST_PANELS))
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
        made.mass, made.low, made.step = self.mass[instants], self.low[instants], self.step
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

    def on_grid(self, nodes: Any) -> Any:
        """The same at s = node / t for the times t of the grid, shape (nodes, times, instants): far quicker.

        A point x of the quadrature is asked at x t / r: in ln t the place of t on the grid, moved by ln(x / r). How far
        into which panel that is depends on the point and on where in its panel t lies, not on the panel.
        """
        first, weights = _moved(np.asarray(nodes).tobytes(), float(self.step))
        panels = self._panels
        integral = np.zeros((len(nodes), panels, _DEGREE, self.low.size), dtype=np.complex128)
        for k in range(weights.shape[2]):
            move = first + k
            start, end = max(0, -move), min(panels, panels - move)
            if start > 0:
                before = weights[:, None, :, k, 0, None] * self._first
                integral[:, : min(start, panels)] += before
            if end > start:
                part = self._coefficients[start + move : end + move]
                integral[:, start:end] += np.einsum("njd,pdi->npji", weights[:, :, k], part)
        nodes = np.asarray(nodes)[:, None, None]
        return self.mass - nodes / np.real(nodes[0]) * integral.reshape(len(nodes), -1, self.low.size)


@lru_cache(maxsize=16)
def _moved(given: bytes, step: float) -> tuple[int, Any]:
    """(least move, weights of the coefficients): nodes, points of a panel, moves by whole panels, order."""
    nodes = np.frombuffer(given, dtype=np.complex128)
    real = float(np.real(nodes[0]))
    x, kernel = _kernel((nodes / real).round(12).tobytes())
    place = np.log(x / real)[:, None] / step + 0.5 * (1.0 + _chebyshev()[0])
    panel = np.floor(place).astype(np.intp)
    basis = np.polynomial.chebyshev.chebvander(2.0 * (place - panel) - 1.0, _DEGREE - 1)
    first = int(panel.min())
    weights = np.zeros((nodes.size, _DEGREE, int(panel.max()) - first + 1, _DEGREE), dtype=np.complex128)
    for point in range(_DEGREE):
        edges = np.searchsorted(panel[:, point], np.arange(first, int(panel.max()) + 2))
        for k, (start, end) in enumerate(pairwise(edges)):
            weights[:, point, k] = kernel[:, start:end] @ basis[start:end, point]
    return first, weights


@lru_cache(maxsize=8)
def _kernel(nodes: bytes) -> tuple[Any, Any]:
    """Points x, and exp(-node x) times their weights, one row a node."""
    column = np.frombuffer(nodes, dtype=np.complex128)
    x, weights = _quadrature(float(np.ceil(np.abs(np.imag(column)).max(initial=1.0))))
    return x, np.exp(-np.outer(column, x)) * weights


@lru_cache(maxsize=4)
def _quadrature(reach: float) -> tuple[Any, Any]:
    """Gauss-Legendre points and weights on (0, 32) that resolve exp(-(1 + i y) x) for |y| <= reach and all near 0."""
    wide = min(20.0 / reach, 1.0)
    small = wide * 2.0 ** -np.arange(24.0)[::-1]
    edges = np.concatenate([[0.0], small, np.arange(2.0, np.ceil(_DECAY / wide) + 1.0) * wide])
    points, weights = np.polynomial.legendre.leggauss(_GAUSS)
    half = 0.5 * np.diff(edges)[:, None]
    middle = 0.5 * (edges[:-1] + edges[1:])[:, None]
    return (middle + half * points).ravel(), (half * weights).ravel()
