"""A time known to lie between two bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law import nodes
from queuecalc.law.base import Law
from queuecalc.law.panelled import Panelled
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released

__all__ = ["Truncated"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Truncated(Law):
    """T given lower < T <= upper, for a time T of `law`: density f(t) / P(lower < T <= upper) between the bounds.

    What a work limit leaves of the requests that it lets through. (A time cut at a limit, min(T, upper), has an atom
    there and is another law.) The transform is Filon's quadrature of the density (`law/panelled.py`), 1e-13 where the
    law's own density is that good; mean and variance come from the same nodes. The density jumps at the bounds.

    Attributes:
        law: the law of T, without atoms.
        upper: the upper bound > 0, in seconds, or an array that broadcasts against the law.
        lower: the lower bound >= 0, in seconds, likewise.

    Raises:
        InvalidInput: not a law, a law with atoms, bounds out of order, or bounds with probability below 1e-12 between.
    """

    law: Law
    upper: Real
    lower: Real = 0.0
    _parts: tuple[Panelled, ...] = field(init=False)
    _kept: Any = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise InvalidInput(f"Truncated: law = {self.law!r}; expected a law")
        if self.law.atoms:
            raise InvalidInput(
                f"Truncated: law = {self.law!r}; expected a law without atoms "
                "(of a mixture truncate the parts, of samples leave out those beyond the bounds)"
            )
        object.__setattr__(self, "upper", positive("Truncated", "upper", self.upper))
        object.__setattr__(self, "lower", nonnegative("Truncated", "lower", self.lower))
        broadcast("Truncated", law=np.empty(self.law.shape), upper=self.upper, lower=self.lower)
        if np.any(np.asarray(self.lower) >= np.asarray(self.upper)):
            raise InvalidInput(
                f"Truncated: lower = {self.lower!r}, upper = {self.upper!r}; expected lower < upper"
            )
        kept = np.broadcast_to(self._between(np.asarray(self.lower), np.asarray(self.upper)), self.shape)
        if np.any(kept < 1e-12):
            raise InvalidInput(
                f"Truncated: {self.law!r} lies between lower = {self.lower!r} and upper = {self.upper!r} with "
                f"probability {float(np.min(kept)):.3g}; expected at least 1e-12"
            )
        object.__setattr__(self, "_kept", kept)
        low = np.broadcast_to(np.asarray(self.lower), self.shape)
        end = np.minimum(np.asarray(self.upper), np.asarray(self.law.isf(0.0)))
        width = np.broadcast_to(end, self.shape) - low
        at, weights = nodes.panels(
            lambda x: np.asarray(self.law.pdf(low + x)) / kept,
            lambda x: self._between(low, low + x) / kept,
            width,
            nodes.graded(1e-4, 6.0, 1.0 / 6.0),
        )
        weights = weights / np.sum(weights, axis=0)
        at, weights = (low + at).reshape(len(at), -1), weights.reshape(len(weights), -1)
        parts = tuple(Panelled(at[:, i], weights[:, i]) for i in range(at.shape[1]))
        object.__setattr__(self, "_parts", parts)

    def _between(self, low: Any, high: Any) -> Any:
        """P(low < T <= high), from the tail where that is the smaller."""
        above = np.asarray(self.law.sf(low))
        upper = above < 0.5
        return np.where(
            upper,
            above - np.asarray(self.law.sf(high)),
            np.asarray(self.law.cdf(high)) - np.asarray(self.law.cdf(low)),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(self.law.shape, np.shape(self.upper), np.shape(self.lower))

    def _each(self, name: str) -> Real:
        return released(np.array([getattr(part, name) for part in self._parts]).reshape(self.shape))

    @property
    def mean(self) -> Real:
        """E[T | lower < T <= upper]."""
        return self._each("mean")

    @property
    def var(self) -> Real:
        """Var[T | lower < T <= upper]."""
        return self._each("var")

    @property
    def scv(self) -> Real:
        """Squared coefficient of variation."""
        return released(np.asarray(self.var) / np.asarray(self.mean) ** 2)

    @property
    def abscissa(self) -> Real:
        """Infinite: the support is bounded."""
        return released(np.full(self.shape, np.inf))

    @property
    def smooth(self) -> bool:
        """False: the density jumps at the bounds."""
        return False

    def _sf(self, t: Any) -> Any:
        inside = np.clip(t, self.lower, self.upper)
        return np.clip(self._between(inside, np.asarray(self.upper)) / self._kept, 0.0, 1.0)

    def _cdf(self, t: Any) -> Any:
        inside = np.clip(t, self.lower, self.upper)
        return np.clip(self._between(np.asarray(self.lower), inside) / self._kept, 0.0, 1.0)

    def _pdf(self, t: Any) -> Any:
        inside = (t >= self.lower) & (t <= self.upper)
        held = np.clip(t, self.lower, self.upper)
        return np.where(inside, np.asarray(self.law.pdf(held)) / self._kept, 0.0)

    def _isf(self, q: Any) -> Any:
        """From the end of the law that is nearer."""
        level = np.asarray(self.law.sf(self.upper)) + q * self._kept
        return np.where(
            q >= 1.0, 0.0, self._at(level, np.asarray(self.law.cdf(self.lower)) + (1.0 - q) * self._kept)
        )

    def _ppf(self, q: Any) -> Any:
        level = np.asarray(self.law.sf(self.upper)) + (1.0 - q) * self._kept
        return np.where(q <= 0.0, 0.0, self._at(level, np.asarray(self.law.cdf(self.lower)) + q * self._kept))

    def _at(self, above: Any, below: Any) -> Any:
        """The time with P(T > t) = above, P(T <= t) = below of the law."""
        tail = above < 0.5
        late = np.asarray(self.law.isf(np.clip(above, 0.0, 1.0)))
        early = np.asarray(self.law.ppf(np.clip(below, 0.0, 1.0)))
        return np.clip(np.where(tail, late, early), self.lower, self.upper)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self._isf(1.0 - rng.random(size))

    def _asked(self, name: str, s: Any) -> Any:
        if not self.shape:
            return getattr(self._parts[0], name)(s)
        full = np.broadcast_shapes(s.shape, self.shape)
        place = np.broadcast_to(np.arange(len(self._parts)).reshape(self.shape), full)
        argument, out = np.broadcast_to(s, full), np.empty(full, dtype=s.dtype)
        for i, part in enumerate(self._parts):
            out[place == i] = getattr(part, name)(argument[place == i])
        return out

    def _lst(self, s: Any) -> Any:
        return self._asked("lst", s)

    def _lst_complement(self, s: Any) -> Any:
        return self._asked("lst_complement", s)

    def _excess_lst(self, s: Any) -> Any:
        return self._asked("excess_lst", s)

    def _excess_complement(self, s: Any) -> Any:
        return self._asked("excess_complement", s)

    def _parameters(self) -> tuple[tuple[str, Any], ...]:
        given = (("law", self.law), ("upper", self.upper))
        return (*given, ("lower", self.lower)) if np.any(self.lower) else given
