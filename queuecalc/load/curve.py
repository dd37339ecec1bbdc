"""A load over time: piecewise linear, with jumps where two knots share an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import ArrayRecord, FloatArray, frozen

__all__ = ["Curve", "Slots"]

_SHORT = 12  # a curve of at most so many knots is printed in full


@dataclass(frozen=True, slots=True, eq=False)
class Slots(ArrayRecord):
    """The intervals of positive length between the knots of a curve; the value is linear inside each.

    Attributes:
        start_h: where each slot begins [h], shape (n,).
        end_h: where it ends [h]; `start_h` of the next one.
        left: the value just after the beginning.
        right: the value just before the end.
    """

    start_h: FloatArray
    end_h: FloatArray
    left: FloatArray
    right: FloatArray

    def __len__(self) -> int:
        return self.start_h.size

    @property
    def length_h(self) -> FloatArray:
        """How long each slot lasts [h]."""
        return self.end_h - self.start_h

    @property
    def largest(self) -> FloatArray:
        """The largest value of each slot: at one of its ends, as it is linear inside."""
        return np.maximum(self.left, self.right)

    @property
    def integral_h(self) -> FloatArray:
        """The integral over each slot [value x h]."""
        return 0.5 * (self.left + self.right) * self.length_h


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Curve:
    """A non-negative, piecewise-linear function of the hour.

    Between two knots the value is linear. Two knots at the same hour are a jump; three are an error, and
    so is a jump at either end. Before the first and after the last knot the end values continue.

    Attributes:
        hours: the knots [h], shape (n,), n >= 2, read-only.
        values: the values at the knots, in whatever unit the curve is about (users, requests/s), read-only.

    Raises:
        InvalidInput: hours out of order, three knots at one hour, negative or non-finite values.

    >>> curve = Curve(hours=(0, 2, 2, 4), values=(1, 3, 5, 5))
    >>> curve.at(1.0), curve.at(2.0), curve.peak, curve.mean
    (2.0, 5.0, 5.0, 3.5)
    """

    hours: FloatArray
    values: FloatArray

    def __init__(self, hours: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Knots in hours and the values there."""
        try:
            knots, heights = frozen(hours), frozen(values)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"hours and values of a curve must be numbers: {error}") from error
        _check(knots, heights)
        object.__setattr__(self, "hours", knots)
        object.__setattr__(self, "values", heights)

    @classmethod
    def constant(cls, value: float, hours: float = 1.0) -> Curve:
        """The same value for some hours."""
        return cls(hours=(0.0, hours), values=(value, value))

    # ------------------------------------------------------------------ what it is
    @property
    def length_h(self) -> float:
        """From the first knot to the last [h]."""
        return float(self.hours[-1] - self.hours[0])

    @property
    def peak(self) -> float:
        """The largest value."""
        return float(self.values.max())

    @property
    def base(self) -> float:
        """The smallest value."""
        return float(self.values.min())

    @property
    def peak_hour(self) -> float:
        """The first hour at which the largest value is reached [h]."""
        return float(self.hours[int(self.values.argmax())])

    @property
    def integral_h(self) -> float:
        """The integral over the whole curve [value x h]."""
        return float(self.slots.integral_h.sum())

    @property
    def mean(self) -> float:
        """The time average."""
        return self.integral_h / self.length_h

    @property
    def slots(self) -> Slots:
        """The intervals of positive length between the knots, in order; jumps fall between two of them."""
        long = np.diff(self.hours) > 0
        return Slots(
            start_h=self.hours[:-1][long],
            end_h=self.hours[1:][long],
            left=self.values[:-1][long],
            right=self.values[1:][long],
        )

    @overload
    def at(self, hour: float) -> float: ...
    @overload
    def at(self, hour: npt.NDArray[Any]) -> FloatArray: ...
    def at(self, hour: float | npt.NDArray[Any]) -> float | FloatArray:
        """The value at some hours; at a jump the larger one; outside the knots the end values.

        Args:
            hour: a number or an array of any shape [h].

        Returns:
            A float for a number, an array of the same shape for an array.

        Raises:
            InvalidInput: an hour that is not a number (NaN).
        """
        t = np.asarray(hour, dtype=np.float64)
        if np.isnan(t).any():
            raise InvalidInput("the hour of a load curve must be a number, got nan")
        right = self._one_sided(t, side="right")
        left = self._one_sided(t, side="left")
        larger: FloatArray = np.maximum(left, right)
        return float(larger) if larger.ndim == 0 else larger

    def _one_sided(self, t: FloatArray, side: str) -> FloatArray:
        """The limit from the right or from the left."""
        hours, values = self.hours, self.values
        after = np.searchsorted(hours, t, side="right" if side == "right" else "left")
        after = np.clip(after, 1, hours.size - 1)
        start, end = hours[after - 1], hours[after]
        share = np.clip((t - start) / (end - start), 0.0, 1.0)
        # The ends are hit exactly: (1 - x) a + x b with x = 0 or 1.
        result: FloatArray = (1.0 - share) * values[after - 1] + share * values[after]
        return result

    # ------------------------------------------------------------------ made from it
    def scaled(self, factor: float) -> Curve:
        """Every value times a factor >= 0 (users into requests/s)."""
        if not (np.isfinite(factor) and factor >= 0):
            raise InvalidInput(f"the factor of a load curve must be a number >= 0, got {factor!r}")
        return Curve(hours=self.hours, values=self.values * factor)

    def halved(self) -> Curve:
        """The same function with a knot more in the middle of every slot."""
        long = np.flatnonzero(np.diff(self.hours) > 0)
        middle = self.hours[long] + 0.5 * (self.hours[long + 1] - self.hours[long])
        value = 0.5 * (self.values[long] + self.values[long + 1])
        return Curve(
            hours=np.insert(self.hours, long + 1, middle), values=np.insert(self.values, long + 1, value)
        )

    # ------------------------------------------------------------------ value semantics
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Curve):
            return NotImplemented
        return np.array_equal(self.hours, other.hours) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.hours.tobytes(), self.values.tobytes()))

    def __reduce__(self) -> tuple[type[Curve], tuple[FloatArray, FloatArray]]:
        return Curve, (self.hours, self.values)

    def __repr__(self) -> str:
        if self.hours.size <= _SHORT:
            return f"Curve(hours={tuple(self.hours.tolist())}, values={tuple(self.values.tolist())})"
        return (
            f"<Curve of {self.hours.size} knots over {self.length_h:g} h, base {self.base:g}, "
            f"peak {self.peak:g} at hour {self.peak_hour:g}>"
        )


def _check(hours: FloatArray, values: FloatArray) -> None:
    """Refuse what is not a curve; the message names the first place."""
    if hours.ndim != 1 or hours.shape != values.shape or hours.size < 2:
        raise InvalidInput(
            "a load curve needs two lists of one length, at least two knots long; got hours of shape "
            f"{hours.shape} and values of shape {values.shape}"
        )
    if not np.isfinite(hours).all():
        at = int(np.flatnonzero(~np.isfinite(hours))[0])
        raise InvalidInput(f"hours[{at}] of a load curve must be finite, got {hours[at]}")
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise InvalidInput(
            f"values[{at}] of a load curve, at hour {hours[at]:g}, must be finite and >= 0, got {values[at]}"
        )
    gap = np.diff(hours)
    if (gap < 0).any():
        at = int(np.flatnonzero(gap < 0)[0])
        raise InvalidInput(
            f"the hours of a load curve must rise: hours[{at + 1}] = {hours[at + 1]:g} comes after "
            f"hours[{at}] = {hours[at]:g}; sort the knots by hour"
        )
    flat = gap == 0
    thrice = flat[1:] & flat[:-1]
    if thrice.any():
        at = int(np.flatnonzero(thrice)[0])
        raise InvalidInput(
            f"three knots of a load curve share hour {hours[at]:g}; a jump needs two, before and after"
        )
    if flat[0] or flat[-1]:
        at = 0 if flat[0] else hours.size - 1
        raise InvalidInput(
            f"a load curve cannot jump at its {'first' if flat[0] else 'last'} hour ({hours[at]:g}): "
            "there is no slot on the other side; drop one of the two knots"
        )
