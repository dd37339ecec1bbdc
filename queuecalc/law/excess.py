"""The equilibrium excess: what is left of a time under way when somebody looks at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.inversion import kinked_tail_and_density, smooth_tail_and_density
from queuecalc.law.parameter import Real, released
from queuecalc.law.sum import Sum

__all__ = ["Excess"]

NODES = 64

FEW = 64
"""Up to so many constants of a law are integrated one by one."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Excess(Law):
    """The excess X of a time V (residual life in equilibrium): density P(V > t) / E[V], lst (1 - V*(s)) / (s E[V]).

    P(X > t) = E[(V - t)^+] / E[V]: closed for constants, by inversion for what is smooth.

    Attributes:
        law: the law of V, with a mean > 0.

    Raises:
        InvalidInput: not a law, or one with mean 0.

    Source: Cox 1962, Renewal Theory, eq. (5.1.6).
    """

    law: Law

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"Excess: law = {self.law!r}; expected a law")
        if np.any(np.asarray(self.law.mean) <= 0.0):
            raise InvalidInput("Excess: law has mean 0; expected a mean > 0")

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the law."""
        return self.law.shape

    @property
    def mean(self) -> Real:
        """E[V^2] / (2 E[V]); inf where the variance of V is."""
        return self.law.excess_mean

    @property
    def var(self) -> Real:
        """E[V^3] / (3 E[V]) - mean^2."""
        mean = np.asarray(self.mean)
        known = np.isfinite(mean)
        second = self._second_moment
        with np.errstate(invalid="ignore"):
            return released(np.where(known & np.isfinite(second), second - mean * mean, np.inf))

    @property
    def scv(self) -> Real:
        """var / mean^2."""
        mean, var = np.asarray(self.mean), np.asarray(self.var)
        with np.errstate(invalid="ignore"):
            return released(np.where(np.isfinite(var), var / mean**2, np.inf))

    @property
    def abscissa(self) -> Real:
        """That of the law."""
        return self.law.abscissa

    @property
    def smooth(self) -> bool:
        """Whether the law is."""
        return self.law.smooth

    @property
    def _second_moment(self) -> Any:
        """E[X^2]: Cauchy's integral of X*(s) around 0 where V has exponential moments, else of t^2 P(V > t) / E[V]."""
        from_law, limit = np.asarray(self.law.mean), np.asarray(self.law.abscissa, dtype=np.float64)
        light = np.broadcast_to(limit > 0.0, self.shape)
        radius = np.where(light, np.minimum(0.5 * limit, 1.0 / from_law), 1.0 / from_law)
        angle = 2.0 * np.pi * (np.arange(NODES).reshape(-1, *(1,) * len(self.shape)) + 0.5) / NODES
        s = radius * np.exp(1j * angle)
        contour = np.zeros(self.shape)
        if np.any(light):
            contour = -2.0 * np.mean((self.law.excess_complement(s) / s**2).real, axis=0)
        if np.all(light):
            return contour
        t = from_law * np.exp(np.arange(-60.0, 60.01, 1.0 / 16.0)).reshape(-1, *(1,) * len(self.shape))
        terms = t**3 * np.asarray(self.law.sf(t)) / from_law / 16.0
        total = np.sum(terms, axis=0)
        return np.where(light, contour, np.where(terms[-1] > 1e-13 * total, np.inf, total))

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        time = np.asarray(t, dtype=np.float64)
        mean = np.asarray(self.law.mean)
        tail = self._beyond(np.maximum(time, 0.0))
        density = np.asarray(self.law.sf(np.maximum(time, 0.0))) / mean
        return released(np.where(time < 0.0, 1.0, tail)), released(np.where(time < 0.0, 0.0, density))

    def _beyond(self, t: Any) -> Any:
        shape = np.broadcast_shapes(t.shape, self.shape)
        time = np.broadcast_to(t, shape)
        if self.law.smooth:
            return np.where(np.isfinite(time), self._inverted(time), 0.0)
        pieces = self.law.pieces()
        rows = sum(max(len(piece.mass), len(piece.shift)) for piece in pieces)
        if rows > FEW or any(part is self.law for piece in pieces for part in piece.laws):
            return kinked_tail_and_density(self, time)[0]
        total = np.zeros(shape)
        for piece in pieces:
            rest = None if not piece.laws else piece.laws[0] if len(piece.laws) == 1 else Sum(laws=piece.laws)
            extra = 0.0 if rest is None else np.asarray(rest.mean)
            for k in range(max(len(piece.mass), len(piece.shift))):
                mass, shift = (
                    piece.mass[min(k, len(piece.mass) - 1)],
                    piece.shift[min(k, len(piece.shift) - 1)],
                )
                ahead = np.maximum(shift - time, 0.0) + extra
                if rest is not None:
                    left = np.maximum(time - shift, 0.0)
                    beyond = np.asarray(Excess(rest).sf(left)) if np.all(extra > 0.0) else 0.0
                    ahead = np.where(time < shift, ahead, extra * beyond)
                total = total + mass * ahead
        return np.clip(total / np.asarray(self.law.mean), 0.0, 1.0)

    def _inverted(self, t: Any) -> Any:
        if np.all(np.isfinite(np.asarray(self.mean))):
            return smooth_tail_and_density(self, t)[0]
        # without a mean nothing tells the scale: the law's own tail, integrated in ln t
        y = np.arange(0.0, 80.0, 1.0 / 16.0).reshape(-1, *(1,) * t.ndim)
        start = np.maximum(t, 1e-12 * np.asarray(self.law.mean))
        nodes = start * np.exp(y)
        terms = nodes * np.asarray(self.law.sf(nodes)) / np.asarray(self.law.mean) / 16.0
        return np.clip(np.sum(terms, axis=0) - 0.5 * terms[0], 0.0, 1.0)

    def _sf(self, t: Any) -> Any:
        return self._beyond(t)

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.law.sf(t)) / np.asarray(self.law.mean)

    def _lst(self, s: Any) -> Any:
        return self.law.excess_lst(s)

    def _lst_complement(self, s: Any) -> Any:
        return self.law.excess_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        """(1 - X*(s)) / (s E[X])."""
        mean = np.asarray(self.mean)
        none = (s == 0.0) | np.isinf(mean)
        ratio = self.law.excess_complement(s) / np.where(none, 1.0, s * np.where(np.isinf(mean), 1.0, mean))
        return np.where(np.isinf(mean), 0.0, np.where(none, 1.0, ratio))

    def _excess_complement(self, s: Any) -> Any:
        """1 minus the above; its first two terms where that has no digits left."""
        values = 1.0 - self._excess_lst(s)
        mean = np.asarray(self.mean)
        small = np.isfinite(mean) & (np.abs(s) * np.where(np.isfinite(mean), mean, 1.0) < 1e-8)
        if not np.any(small):
            return values
        with np.errstate(invalid="ignore"):
            return np.where(small, 0.5 * s * self._second_moment / mean, values)
