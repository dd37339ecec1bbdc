"""What every law of a non-negative time has: moments, survival, density, quantile, sample and transform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, Transform, released
from queuecalc.law.pieces import Piece
from queuecalc.law.solving import solve_tail

__all__ = ["Atoms", "Law"]

Atoms = tuple[tuple[Real, Real], ...]
"""Points of positive mass: (location, mass) pairs; with array parameters each is an array of the batch shape."""


FAR = 1e300
"""Densities are asked for no further out: at infinity they are 0."""


class Law(ABC):
    """The distribution of a non-negative time T with a finite mean.

    Immutable. Parameters may be arrays: the law is then a batch of laws, of shape `shape`, and every method
    broadcasts its argument elementwise against it. Scalars in, Python floats out. Two laws are equal when their
    class and parameters are.

    A new law is a frozen dataclass (slots, eq=False, repr=False: the base has both) with `mean`, `scv`, `shape`,
    `abscissa`, `_sf`, `_pdf` and the four transforms `_lst`, `_lst_complement`, `_excess_lst`, `_excess_complement`;
    these see checked arrays and return arrays.
    """

    __slots__ = ()

    inverted: ClassVar[bool] = False
    """Whether survival and density come from inverting the transform, not from a closed form."""

    unbroken: ClassVar[bool] = False
    """Whether the density, though not smooth, surely has no jumps."""

    if TYPE_CHECKING:  # annotations only: a property here would become the default of a dataclass field

        @property
        @abstractmethod
        def mean(self) -> Real:
            """E[T], in seconds."""

        @property
        @abstractmethod
        def scv(self) -> Real:
            """Squared coefficient of variation, var / mean^2."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """The batch shape: the broadcast shape of the parameters, () for scalars."""

    @property
    def var(self) -> Real:
        """Variance, in seconds^2."""
        return self.scv * self.mean**2

    @property
    def std(self) -> Real:
        """Standard deviation, in seconds."""
        return released(np.sqrt(self.var))

    @property
    def excess_mean(self) -> Real:
        """Mean of the equilibrium excess (residual life), E[T^2] / (2 E[T]) = mean (1 + scv) / 2."""
        return 0.5 * self.mean * (1.0 + self.scv)

    @property
    @abstractmethod
    def abscissa(self) -> Real:
        """The supremum of the theta >= 0 with E exp(theta T) < inf; 0 for a heavy tail, inf for bounded support."""

    @property
    def atoms(self) -> Atoms:
        """Points of positive mass, as (location, mass) pairs."""
        return ()

    @property
    def smooth(self) -> bool:
        """Whether the law is smooth on (0, inf): no atoms but at 0, no jump or kink of the density."""
        return True

    def pieces(self) -> tuple[Piece, ...]:
        """The law as constants plus smooth sums, for exact addition of what no inversion may run through."""
        return (Piece(np.ones(1), np.zeros(1), (self,)),)

    # -- survival, density, quantile

    def sf(self, t: npt.ArrayLike) -> Real:
        """Survival function P(T > t); 1 for t < 0."""
        time = np.asarray(t, dtype=np.float64)
        return released(_before_zero(time, self._sf(np.maximum(time, 0.0)), 1.0))

    def sf_error(self, t: npt.ArrayLike) -> Real:
        """Estimated absolute error of sf(t).

        Rounding alone for closed forms; where sf is `inverted`, twice the difference to a second inversion
        (`law/attained.py`). 0 at t <= 0 and at infinity.
        """
        from queuecalc.law.attained import attained_error

        time = np.broadcast_to(np.asarray(t, dtype=np.float64), np.broadcast_shapes(np.shape(t), self.shape))
        inside = (time > 0.0) & np.isfinite(time)
        value = np.broadcast_to(np.asarray(self.sf(time)), time.shape)
        if self.inverted:
            error = attained_error(self, np.where(inside, time, 1.0), value)
        else:
            error = 16.0 * np.finfo(np.float64).eps * value
        return released(np.where(inside, error, 0.0))

    def cdf(self, t: npt.ArrayLike) -> Real:
        """Distribution function P(T <= t); 0 for t < 0."""
        time = np.asarray(t, dtype=np.float64)
        return released(_before_zero(time, self._cdf(np.maximum(time, 0.0)), 0.0))

    def pdf(self, t: npt.ArrayLike) -> Real:
        """Density of the part of the law without atoms; 0 for t < 0 and at infinity."""
        time = np.asarray(t, dtype=np.float64)
        density = self._pdf(np.clip(time, 0.0, FAR))
        return released(np.where((time < 0.0) | np.isinf(time), 0.0, density))

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once, where they share work."""
        return self.sf(t), self.pdf(t)

    def isf(self, q: npt.ArrayLike) -> Real:
        """The smallest t >= 0 with P(T > t) <= q, for q in [0, 1].

        Raises:
            InvalidInput: q outside [0, 1].
        """
        return released(self._isf(self._level(q)))

    def ppf(self, q: npt.ArrayLike) -> Real:
        """Quantile: the smallest t >= 0 with P(T <= t) >= q, for q in [0, 1].

        Raises:
            InvalidInput: q outside [0, 1].
        """
        return released(self._ppf(self._level(q)))

    def sample(
        self,
        size: int | tuple[int, ...] | None = None,
        rng: np.random.Generator | int | None = None,
    ) -> Real:
        """Random draws.

        Args:
            size: the shape of the result, which the batch shape must broadcast to (numpy's convention); by default
                one draw of each law of the batch.
            rng: a generator, or a seed for one.

        Raises:
            InvalidInput: size is not such a shape.
        """
        full = self.shape if size is None else (size,) if isinstance(size, int) else tuple(size)
        try:
            fits = np.broadcast_shapes(full, self.shape) == full
        except ValueError:
            fits = False
        if not fits:
            raise InvalidInput(
                f"{type(self).__name__}: size = {size!r}; expected a shape that the batch shape {self.shape} "
                "broadcasts to"
            )
        return released(self._sample(full, np.random.default_rng(rng)))

    # -- transforms

    def lst(self, s: npt.ArrayLike) -> Transform:
        """Laplace-Stieltjes transform E exp(-s T).

        Complex s with Re s > -abscissa, elementwise against the batch. A real s gives real values, and inf where the
        transform diverges.
        """
        return self._transformed(self._lst, s, np.inf)

    def lst_complement(self, s: npt.ArrayLike) -> Transform:
        """1 - lst(s), to full relative accuracy however small s."""
        return self._transformed(self._lst_complement, s, -np.inf)

    def excess_lst(self, s: npt.ArrayLike) -> Transform:
        """Transform of the equilibrium excess, (1 - lst(s)) / (s mean); 1 at s = 0."""
        return self._transformed(self._excess_lst, s, np.inf)

    def excess_complement(self, s: npt.ArrayLike) -> Transform:
        """1 - excess_lst(s), to full relative accuracy however small s."""
        return self._transformed(self._excess_complement, s, -np.inf)

    # -- what a law supplies: arrays in (t >= 0, q in [0, 1]), arrays out

    @abstractmethod
    def _sf(self, t: Any) -> Any: ...

    def _cdf(self, t: Any) -> Any:
        return 1.0 - self._sf(t)

    @abstractmethod
    def _pdf(self, t: Any) -> Any: ...

    def _isf(self, q: Any) -> Any:
        """Newton on the logarithm of the survival function, unless the law has a better way."""
        return solve_tail(self, q)

    def _ppf(self, q: Any) -> Any:
        return self._isf(1.0 - q)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        """Draws of shape `size`; by inversion, unless the law has a better way."""
        return self._isf(1.0 - rng.random(size))

    @abstractmethod
    def _lst(self, s: Any) -> Any: ...

    @abstractmethod
    def _lst_complement(self, s: Any) -> Any: ...

    @abstractmethod
    def _excess_lst(self, s: Any) -> Any: ...

    @abstractmethod
    def _excess_complement(self, s: Any) -> Any: ...

    # -- helpers

    def _level(self, q: npt.ArrayLike) -> Any:
        level = np.asarray(q, dtype=np.float64)
        if not np.all((level >= 0.0) & (level <= 1.0)):
            raise InvalidInput(f"{type(self).__name__}: q = {q!r}; expected a probability in [0, 1]")
        return level

    def _transformed(self, function: Callable[[Any], Any], s: npt.ArrayLike, divergent: float) -> Transform:
        """function(s); for real s the value `divergent` at and below -abscissa."""
        argument = np.asarray(s)
        if argument.dtype.kind == "c":
            return released(function(argument))
        argument = argument.astype(np.float64)
        if not np.any(argument < 0.0):
            return released(function(argument))
        below = (argument < 0.0) & (argument <= -np.asarray(self.abscissa))
        return released(np.where(below, divergent, function(np.where(below, 0.0, argument))))

    def _parameters(self) -> tuple[tuple[str, Any], ...]:
        return tuple((field.name, getattr(self, field.name)) for field in fields(self) if field.init)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        ours, theirs = self._parameters(), other._parameters()
        return all(_same(a, b) for (_, a), (_, b) in zip(ours, theirs, strict=True))

    def __hash__(self) -> int:
        return hash((type(self), *(_hashable(value) for _, value in self._parameters())))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={_shown(value)}" for name, value in self._parameters())
        return f"{type(self).__name__}({inner})"


def _before_zero(t: Any, values: Any, constant: float) -> Any:
    """`values`, with a constant where t < 0."""
    negative = t < 0.0
    return np.where(negative, constant, values) if np.any(negative) else values


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _hashable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if isinstance(value, tuple):
        return tuple(_hashable(item) for item in value)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return repr(value.tolist())
    if isinstance(value, tuple):
        inner = ", ".join(_shown(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
