"""The integral of a non-negative piecewise-linear rate, and its inverse: piecewise quadratic, both in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.load.arrays import ArrayRecord, FloatArray

__all__ = ["Cumulative"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative(ArrayRecord):
    """F(t) = F(t_0) + integral of a rate >= 0; after the last knot the last rate continues.

    Attributes:
        knots: t_0 < ... < t_n [s].
        levels: F at the knots, non-decreasing, shape (n + 1,).
        left: the rate just after the beginning of each segment, shape (n,).
        right: the rate just before its end.
    """

    knots: FloatArray
    levels: FloatArray
    left: FloatArray
    right: FloatArray

    @classmethod
    def of_rate(cls, knots: FloatArray, left: FloatArray, right: FloatArray) -> Cumulative:
        """The integral from the first knot on."""
        steps = 0.5 * (left + right) * np.diff(knots)
        return cls(knots, np.concatenate([[0.0], np.cumsum(steps)]), left, right)

    def at(self, t: FloatArray) -> FloatArray:
        """F(t), for t >= t_0."""
        n = self.left.size
        k = np.clip(np.searchsorted(self.knots, t, side="right") - 1, 0, n)
        u = t - self.knots[k]
        k_in = np.minimum(k, n - 1)
        slope = (self.right[k_in] - self.left[k_in]) / (self.knots[k_in + 1] - self.knots[k_in])
        inside = self.levels[k] + u * (self.left[k_in] + 0.5 * slope * u)
        result: FloatArray = np.where(k == n, self.levels[n] + u * self.right[-1], inside)
        return result

    def first(self, level: FloatArray) -> FloatArray:
        """inf{t >= t_0: F(t) >= level}; inf where that is never."""
        return self._solve(level, np.searchsorted(self.levels, level, side="left") - 1)

    def last(self, level: FloatArray) -> FloatArray:
        """inf{t >= t_0: F(t) > level}, the end of a plateau; inf where that is never."""
        return self._solve(level, np.searchsorted(self.levels, level, side="right") - 1, beyond=True)

    def _solve(self, level: FloatArray, k: IntArray, *, beyond: bool = False) -> FloatArray:
        """The time in segment k at which the level is reached: left u + slope u^2/2 = level - F(t_k)."""
        n = self.left.size
        k_in = np.clip(k, 0, n - 1)
        length = self.knots[k_in + 1] - self.knots[k_in]
        left = self.left[k_in]
        slope = (self.right[k_in] - left) / length
        rest = np.maximum(level - self.levels[k_in], 0.0)
        rate = left + np.sqrt(np.maximum(left * left + 2.0 * slope * rest, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            u = np.where(rest == 0.0, 0.0, 2.0 * rest / rate)
            over = level - self.levels[n]
            after = over / self.right[-1]
        # Just after the plateau at the very end: at once where there is a rate, never where there is none.
        at_end = 0.0 if self.right[-1] > 0 or not beyond else np.inf
        after = np.where(over > 0.0, after, at_end)
        inside = self.knots[k_in] + np.fmin(u, length)
        result: FloatArray = np.where(k >= n, self.knots[n] + after, np.where(k < 0, self.knots[0], inside))
        return result
