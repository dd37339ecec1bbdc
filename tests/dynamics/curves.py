"""Random fluid queues, and a slow second route to their backlog."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """The arguments of `fluid_path`, on eighths, so that coincidences are frequent."""

    knots: FloatArray
    inflow_left: FloatArray
    inflow_right: FloatArray
    capacity_left: FloatArray
    capacity_right: FloatArray
    initial: float

    def halved(self) -> Case:
        middle = 0.5 * (self.knots[:-1] + self.knots[1:])

        def both(left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
            half = 0.5 * (left + right)
            return np.column_stack([left, half]).ravel(), np.column_stack([half, right]).ravel()

        return Case(
            np.sort(np.concatenate([self.knots, middle])),
            *both(self.inflow_left, self.inflow_right),
            *both(self.capacity_left, self.capacity_right),
            self.initial,
        )

    @property
    def arguments(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, float]:
        return (
            self.knots,
            self.inflow_left,
            self.inflow_right,
            self.capacity_left,
            self.capacity_right,
            self.initial,
        )


@st.composite
def cases(draw: st.DrawFn, *, constant: bool = False, least_capacity: int = 0, most: int = 8) -> Case:
    """Eighths of small integers; `constant` capacity or a moving one."""
    n = draw(st.integers(1, most))

    def some(least: int, largest: int, size: int = n) -> FloatArray:
        return np.array(draw(st.lists(st.integers(least, largest), min_size=size, max_size=size))) / 8.0

    knots = np.concatenate([[0.0], np.cumsum(some(1, 40))]) + draw(st.integers(0, 3))
    flat = draw(st.booleans())
    left = some(0, 24)
    right = left if flat else some(0, 24)
    if constant:
        c0 = c1 = np.full(n, draw(st.integers(max(least_capacity, 0), 24)) / 8.0)
    else:
        c0 = some(least_capacity, 24)
        c1 = c0 if draw(st.booleans()) else some(least_capacity, 24)
    return Case(knots, left, right, c0, c1, float(some(0, 40, 1)[0]) if draw(st.booleans()) else 0.0)


class Net:
    """X(t) and its minimum by exhaustion: quadratics per segment, every knot and every turning point."""

    def __init__(self, case: Case) -> None:
        self.case = case
        r0 = case.inflow_left - case.capacity_left
        r1 = case.inflow_right - case.capacity_right
        h = np.diff(case.knots)
        self.r0, self.slope = r0, (r1 - r0) / h
        self.at_knots = case.initial + np.concatenate([[0.0], np.cumsum(h * (r0 + r1) / 2)])
        turning = (r0 * r1) < 0
        self.points = np.sort(
            np.concatenate([case.knots, case.knots[:-1][turning] - r0[turning] / self.slope[turning]])
        )

    def x(self, t: FloatArray) -> FloatArray:
        k = np.clip(np.searchsorted(self.case.knots, t, side="right") - 1, 0, self.r0.size - 1)
        u = t - self.case.knots[k]
        value: FloatArray = self.at_knots[k] + u * self.r0[k] + 0.5 * self.slope[k] * u * u
        return value

    def backlog(self, t: float) -> float:
        before = np.append(self.points[self.points <= t], t)
        return float(self.x(np.array([t]))[0] - min(0.0, float(self.x(before).min())))
