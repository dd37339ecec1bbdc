"""The transform of a time whose tail can be computed: by Legendre polynomials on panels, each integrated exactly.

E[exp(-s T); T < inf] = P(T < inf) - s times the integral of exp(-s x) P(x < T < inf). On a panel of half width h around
m the tail is a sum of Legendre polynomials P_n, and

    integral of exp(-s x) P_n((x - m) / h) dx = 2 h (-1)^n exp(-s m) i_n(s h),

i_n the modified spherical Bessel function of the first kind (NIST DLMF 10.54.2 with 10.47.12), found from
i_{n-1}(z) - i_{n+1}(z) = (2 n + 1) / z i_n(z), downwards where |z| is small (Miller's algorithm), else upwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import eval_legendre

__all__ = ["Sampled"]

_REACH = 34.0
"""Tails are needed up to this over the real part of s: beyond, exp(-s x) leaves nothing."""

_AMPLE = 1024.0
"""They are known further than needed at first: what is asked later is often asked for longer times."""

_POINTS = 12
_NOTHING_LEFT = 1e-14

_AT_ONCE = 96
"""So many tails are computed together."""

_ALIKE = 8
"""Panels are kept in so large groups, so that many tails have the same ones."""


class Sampled:
    """A defective law by its tail at the points of some panels, computed as far as it is asked for.

    Attributes:
        mass: P(T < inf), shape (instants,).
        tail: t of shape (times,) -> P(t < T < inf), shape (times, instants).
        finest: the width from which panels double, about [s].
        breaks: where the tail bends or jumps [s].
    """

    def __init__(
        self, mass: Any, tail: Callable[[Any], Any], finest: float, breaks: Iterable[float] = ()
    ) -> None:
        self.mass, self.tail = np.asarray(mass, dtype=np.float64), tail
        self.finest, self.breaks = finest, sorted({at for at in breaks if at > 0.0})
        self.known_to = 0.0
        self.edges: tuple[float, ...] = (0.0,)
        self.values: Any = np.zeros((self.mass.size, 0))

    def transform(self, s: Any) -> Any:
        """E[exp(-s T); T < inf] at s of shape (points, 1) or (points, times, 1), real parts > 0."""
        reach = _REACH / float(np.min(np.real(s)))
        if self.known_to < reach:
            self._sample(_AMPLE * reach)
        columns = s.reshape(len(s), -1).T
        integrals = [_integrals(_weights(self.edges, column.tobytes()), self.values) for column in columns]
        return self.mass - s * np.stack(integrals, axis=1).reshape(*s.shape[:-1], -1)

    def _sample(self, end: float) -> None:
        edges = _edges(end, self.finest, self.breaks)
        times = _times(edges)
        values = np.zeros((times.size, self.mass.size))
        step = _POINTS * max(1, _AT_ONCE // (_POINTS * self.mass.size))
        for start in range(0, times.size, step):
            values[start : start + step] = self.tail(times[start : start + step])
            if np.all(values[start : start + step][-1] <= _NOTHING_LEFT):
                break
        used = min(start + step, times.size) // _POINTS
        panels = min(-(-used // _ALIKE) * _ALIKE, len(edges) - 1)
        self.known_to, self.edges = end, edges[: panels + 1]
        self.values = np.ascontiguousarray(values[: panels * _POINTS].T)


def _edges(end: float, finest: float, breaks: Sequence[float]) -> tuple[float, ...]:
    """Panels from 0 at least to `end` that double away from 0 and from every break in between.

    Their widths are powers of two in seconds, so that what is known of one panel serves for many.
    """
    starts = [0.0, *(at for at in breaks if at < end)]
    first = math.floor(math.log2(finest))
    found = [0.0]
    for start, stop in zip(starts, [*starts[1:], math.inf], strict=True):
        power = first
        while start + 2.0**power < min(stop, end):
            found.append(start + 2.0**power)
            power += 1
        found.append(start + 2.0**power if math.isinf(stop) else stop)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _rule() -> tuple[Any, Any]:
    """Gauss-Legendre points, and (2 n + 1) / 2 w_j P_n(x_j): values -> coefficients, shape (order, point)."""
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    order = np.arange(_POINTS)[:, None]
    return x, (order + 0.5) * w * eval_legendre(order, x)


def _times(edges: tuple[float, ...]) -> Any:
    edge = np.array(edges)
    half = 0.5 * np.diff(edge)[:, None]
    return (edge[:-1, None] + half * (1.0 + _rule()[0])).ravel()


@lru_cache(maxsize=128)
def _weights(edges: tuple[float, ...], points: bytes) -> Any:
    """Integral of exp(-s x) over everything, of a function by its values: (2, points, values)."""
    s = np.frombuffer(points, dtype=np.complex128)
    found = np.zeros((s.size, len(edges) - 1, _POINTS), dtype=np.complex128)
    scale = 1.0 / s[0].real
    shape = (s * scale).round(13).tobytes()
    for panel, (left, right) in enumerate(pairwise(edges)):
        if left / scale > 2.0 * _REACH:
            break
        found[:, panel] = scale * _panel(left / scale, right / scale, shape)
    flat = found.reshape(s.size, -1)
    return np.stack([flat.real, flat.imag])


def _integrals(weights: Any, values: Any) -> Any:
    """Shape (points, instants). By sums of its own: products so small are slow where several threads share them."""
    found = np.einsum("kpv,iv->kpi", weights, values)
    return found[0] + 1j * found[1]


@lru_cache(maxsize=4096)
def _panel(left: float, right: float, points: bytes) -> Any:
    """The same on one panel; alike for panels and points that differ by a scale."""
    s = np.frombuffer(points, dtype=np.complex128)
    half, middle = 0.5 * (right - left), 0.5 * (left + right)
    signs = (-1.0) ** np.arange(_POINTS)
    scale = np.exp(s.real * half - s * middle)[:, None]
    return 2.0 * half * (scale * signs * _bessel(s * half)) @ _rule()[1]


def _bessel(z: Any) -> Any:
    """exp(-Re z) i_n(z) for n = 0, 1, ... and Re z > 0, shape (values, order)."""
    large = np.abs(z) > _POINTS
    up, down = z[large], z[~large]
    found = np.empty((z.size, _POINTS), dtype=np.complex128)
    rising, sinking = np.exp(1j * up.imag), np.exp(-2.0 * up.real - 1j * up.imag)
    before, here = 0.5 * (rising + sinking) / up, 0.5 * (rising - sinking) / up  # of i_{-1}, i_0
    for n in range(_POINTS):
        found[large, n] = here
        before, here = here, before - (2 * n + 1) / up * here
    after, at = np.zeros_like(down), np.full_like(down, 1e-300)
    falling = np.empty((down.size, _POINTS), dtype=np.complex128)
    for n in range(2 * _POINTS + 4, -1, -1):
        after, at = at, after + (2 * n + 3) / down * at
        if n < _POINTS:
            falling[:, n] = at
        size = np.maximum(np.abs(at), 1.0)
        if n >= _POINTS:
            after, at = after / size, at / size
    first = np.where(np.abs(down) > 1e-6, np.sinh(down) / down, 1.0 + down * down / 6.0)
    found[~large] = falling * (first * np.exp(-down.real) / falling[:, 0])[:, None]
    return found
