"""Stretches of the walk in which all sources of traffic move along one straight line.

The sources are the load curve and what asynchronous components hand on. While the same components hold a backlog,
every hand-on is usually an affine function of the load (proportional without a backlog, constant with one); then any
function of the traffic is a function of the load alone there, and is interpolated instead of computed slot by slot.
Pieces where that is not so are regimes of their own, along the piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from queuecalc.evaluation.flows import FloatArray, VisitKey, visit_key
from queuecalc.evaluation.pieces import Walk

__all__ = ["AFFINE_TOLERANCE", "Course", "Regimes", "Stay", "bends_in", "course_of"]

AFFINE_TOLERANCE = 1e-11
"""Relative: traffic this close to a straight line is on it."""


@dataclass(frozen=True)
class Stay:
    """How long a regime stays below a parameter x, and the integral of p over that time: M0 and M1 of x.

    Between two of the knots the density of time is constant.

    Attributes:
        knots: rising; density: seconds per unit of p just above each; before: (M0, M1) up to each, itself included.
        left_out: (M0, M1) that do not count.
    """

    knots: FloatArray
    density: FloatArray
    before: FloatArray
    left_out: FloatArray = field(default_factory=lambda: np.zeros(2))

    @classmethod
    def of(cls, seconds: FloatArray, ends: FloatArray) -> Stay:
        """Of pieces that last so many seconds each and move evenly between two parameters, shape (2, pieces)."""
        first, last = np.sort(ends, axis=0)
        moving = last > first
        rate = seconds[moving] / (last - first)[moving]
        knots, place = np.unique(
            np.concatenate([first[moving], last[moving], first[~moving]]), return_inverse=True
        )
        begun, ended, still = np.split(place, [rate.size, 2 * rate.size])
        change = np.bincount(begun, rate, knots.size) - np.bincount(ended, rate, knots.size)
        density = np.maximum(np.cumsum(change), 0.0)
        density[-1] = 0.0
        atoms = np.bincount(still, seconds[~moving], knots.size)
        width = np.diff(knots)
        passing = np.array([density[:-1] * width, density[:-1] * width * 0.5 * (knots[1:] + knots[:-1])])
        before = np.cumsum(np.array([atoms, atoms * knots]), axis=1)
        before[:, 1:] += np.cumsum(passing, axis=1)
        return cls(knots, density, before)

    def below(self, x: FloatArray) -> FloatArray:
        """(M0, M1) at some parameters, shape (2, n)."""
        at = np.searchsorted(self.knots, x, side="right") - 1
        inside = np.maximum(at, 0)
        step = self.density[inside] * (x - self.knots[inside])
        found = self.before[:, inside] + np.array([step, step * 0.5 * (x + self.knots[inside])])
        return np.where(at >= 0, found - self.left_out[:, None], 0.0)

    def above(self, x: float) -> Stay:
        """The same without the time at and below a parameter."""
        return replace(self, left_out=self.left_out + self.below(np.array([x]))[:, 0])


@dataclass(frozen=True)
class Regimes:
    """Lines with a parameter p, load = a + b p and each hand-on likewise, and how long each parameter is taken.

    Attributes:
        lowest, highest: range of p by regime, shape (regimes,).
        load: (a, b) by regime, shape (2, regimes).
        behind: (a, b) by regime of the inflow of each visit behind an asynchronous component.
        times: how long each regime stays below every parameter.
    """

    lowest: FloatArray
    highest: FloatArray
    load: FloatArray
    behind: Mapping[VisitKey, FloatArray]
    times: tuple[Stay, ...]

    def load_at(self, regime: Any, p: FloatArray) -> FloatArray:
        """The load curve at some parameters of some regimes."""
        return np.asarray(self.load[0][regime] + self.load[1][regime] * p)

    def behind_at(self, regime: Any, p: FloatArray) -> dict[VisitKey, FloatArray]:
        """The inflow of visits behind asynchronous components there."""
        return {key: line[0][regime] + line[1][regime] * p for key, line in self.behind.items()}


@dataclass(frozen=True)
class Course(Regimes):
    """The whole walk as regimes.

    Attributes:
        regime: the regime of each piece, shape (pieces,).
        seconds: the length of each piece.
        ends: p at both ends of each piece, shape (2, pieces).
    """

    regime: Any
    seconds: FloatArray
    ends: FloatArray


class _Lines:
    """Regimes under construction."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        behind = [index for index, visit in enumerate(walk.graph.visits) if visit.behind]
        self.keys = [visit_key(walk.graph, index) for index in behind]
        self.values = walk.inflow[behind]
        self.load: list[tuple[float, float]] = []
        self.behind: list[FloatArray] = []
        self.range: list[tuple[float, float]] = []
        self.regime = np.zeros(walk.start_s.size, dtype=np.intp)
        self.ends = walk.load.copy()

    def labels(self) -> Any:
        """Pieces in which the same hand-ons differ from their inflow."""
        walk = self.walk
        label = np.zeros(walk.start_s.size, dtype=np.int64)
        for index, value in walk.departures.items():
            inflow = walk.inflow[index]
            apart = np.abs(value - inflow) > AFFINE_TOLERANCE * np.maximum(value, inflow)
            label = (2 * label + apart.any(axis=0)) % (1 << 62)
        return label

    def add(self, pieces: Any) -> None:
        """The regime of some pieces with one label; those off its line become regimes of their own."""
        load, values = self.walk.load[:, pieces], self.values[:, :, pieces]
        low = np.unravel_index(int(np.argmin(load)), load.shape)
        high = np.unravel_index(int(np.argmax(load)), load.shape)
        width = float(load[high] - load[low])
        slope = np.zeros(len(self.keys))
        if width > 0.0:
            slope = (values[:, high[0], high[1]] - values[:, low[0], low[1]]) / width
        start = values[:, low[0], low[1]] - slope * load[low]
        scale = AFFINE_TOLERANCE * np.maximum(np.abs(values).max(axis=(1, 2), initial=0.0), 1e-300)
        off = np.abs(start[:, None, None] + slope[:, None, None] * load - values) > scale[:, None, None]
        straight = ~off.any(axis=(0, 1))
        if straight.any():
            on_line = pieces[straight]
            self.regime[on_line] = len(self.range)
            ends = self.walk.load[:, on_line]
            self._line((0.0, 1.0), np.array([start, slope]), (float(ends.min()), float(ends.max())))
        for piece in pieces[~straight]:
            first, last = self.walk.load[:, piece]
            self.regime[piece] = len(self.range)
            self.ends[:, piece] = 0.0, 1.0
            at = self.values[:, :, piece].T
            self._line((float(first), float(last - first)), np.array([at[0], at[1] - at[0]]), (0.0, 1.0))

    def _line(self, load: tuple[float, float], behind: FloatArray, limits: tuple[float, float]) -> None:
        self.load.append(load)
        self.behind.append(behind)
        self.range.append(limits)

    def course(self) -> Course:
        walk = self.walk
        lines = np.array(self.behind)  # (regimes, 2, keys)
        seconds = walk.end_s - walk.start_s
        return Course(
            lowest=np.array([low for low, _ in self.range]),
            highest=np.array([high for _, high in self.range]),
            load=np.array(self.load).T,
            behind={key: lines[:, :, i].T for i, key in enumerate(self.keys)},
            regime=self.regime,
            seconds=seconds,
            ends=self.ends,
            times=tuple(
                Stay.of(seconds[chosen], self.ends[:, chosen])
                for chosen in (self.regime == number for number in range(len(self.range)))
            ),
        )


_COURSES: WeakKeyDictionary[Walk, Course] = WeakKeyDictionary()


def course_of(walk: Walk) -> Course:
    """Sort the pieces of a walk into regimes; each walk once."""
    if walk not in _COURSES:
        lines = _Lines(walk)
        label = lines.labels()
        for value in np.unique(label):
            lines.add(np.flatnonzero(label == value))
        _COURSES[walk] = lines.course()
    return _COURSES[walk]


def bends_in(course: Course, rates: Sequence[float]) -> list[tuple[int, float]]:
    """(regime, p) at which the load passes some rates."""
    found = []
    for regime, (start, slope) in enumerate(course.load.T.tolist()):
        if slope > 0.0:
            places = [(rate - start) / slope for rate in rates]
            inside = (float(course.lowest[regime]), float(course.highest[regime]))
            found += [(regime, p) for p in places if inside[0] < p < inside[1]]
    return found
