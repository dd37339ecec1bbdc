"""The uniform law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law import forms
from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.law.pieces import Piece

__all__ = ["Uniform"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Uniform(Law):
    """Uniform law on [low, high]: with w = high - low, lst exp(-low s) (1 - exp(-w s)) / (w s).

    Its density jumps at both ends: no inversion runs through it, it is added by convolution.

    Attributes:
        low: the least time >= 0, in seconds.
        high: the greatest time > low, in seconds.

    Raises:
        InvalidInput: low not a finite number >= 0, or high not a finite number > low.
    """

    low: Real
    high: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", nonnegative("Uniform", "low", self.low))
        object.__setattr__(self, "high", positive("Uniform", "high", self.high))
        broadcast("Uniform", low=self.low, high=self.high)
        if np.any(np.asarray(self.high) <= np.asarray(self.low)):
            raise InvalidInput(
                f"Uniform: low = {self.low!r}, high = {self.high!r}; expected low < high "
                "(for a constant use Deterministic(mean=))"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.low), np.shape(self.high))

    @property
    def _width(self) -> Any:
        return np.asarray(self.high) - np.asarray(self.low)

    @property
    def mean(self) -> Real:
        """(low + high) / 2."""
        return released(self.low + 0.5 * self._width)

    @property
    def var(self) -> Real:
        """(high - low)^2 / 12."""
        return released(self._width**2 / 12.0)

    @property
    def scv(self) -> Real:
        """((high - low) / (high + low))^2 / 3."""
        return released((self._width / np.asarray(self.mean)) ** 2 / 12.0)

    @property
    def abscissa(self) -> Real:
        """Infinite: the support is bounded."""
        return released(np.full(self.shape, np.inf))

    @property
    def smooth(self) -> bool:
        """False: the density jumps."""
        return False

    def pieces(self) -> tuple[Piece, ...]:
        """The constant low, and a uniform time that begins at 0."""
        if not np.any(self.low):
            return (Piece(np.ones(1), np.zeros(1), (self,)),)
        return (Piece(np.ones(1), np.asarray(self.low)[None], (Uniform(0.0, released(self._width)),)),)

    def _sf(self, t: Any) -> Any:
        return np.clip((self.high - t) / self._width, 0.0, 1.0)

    def _cdf(self, t: Any) -> Any:
        return np.clip((t - self.low) / self._width, 0.0, 1.0)

    def _pdf(self, t: Any) -> Any:
        return np.where((t >= self.low) & (t <= self.high), 1.0 / self._width, 0.0)

    def _isf(self, q: Any) -> Any:
        return np.where(q >= 1.0, 0.0, self.high - q * self._width)

    def _ppf(self, q: Any) -> Any:
        return np.where(q <= 0.0, 0.0, np.where(q >= 1.0, self.high, self.low + q * self._width))

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.low + self._width * rng.random(size)

    # low and a uniform time U on [0, w], whose excess has the transform psi(w s) = 2 (1 - phi(w s)) / (w s)

    def _lst(self, s: Any) -> Any:
        return np.exp(-self.low * s) * forms.exp_excess(np.asarray(self._width * s))

    def _lst_complement(self, s: Any) -> Any:
        return forms.exp_complement(np.asarray(self.low * s)) + np.exp(
            -self.low * s
        ) * forms.exp_excess_complement(np.asarray(self._width * s))

    def _excess_lst(self, s: Any) -> Any:
        share = self.low / np.asarray(self.mean)
        psi = forms.ramp_excess(np.asarray(self._width * s))
        return (
            share * forms.exp_excess(np.asarray(self.low * s)) + (1.0 - share) * np.exp(-self.low * s) * psi
        )

    def _excess_complement(self, s: Any) -> Any:
        share = self.low / np.asarray(self.mean)
        first = np.asarray(self.low * s)
        gone = forms.ramp_excess_complement(np.asarray(self._width * s))
        late = gone + (1.0 - gone) * forms.exp_complement(first)
        return share * forms.exp_excess_complement(first) + (1.0 - share) * late
