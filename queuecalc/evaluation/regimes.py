"""Stretches of the walk in which all sources of traffic move along one straight line.

The sources are the load curve and what asynchronous components hand on. While the same components hold a backlog,
every hand-on is usually an affine function of the load (proportional without a backlog, constant with one); then any
function of the traffic is a function of the load alone there, and is interpolated instead of computed slot by slot.
Pieces where that is not so are regimes of their own, along the piece.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from queuecalc.evaluation.flows import FloatArray, VisitKey, visit_key
from queuecalc.evaluation.walk import Walk

__all__ = ["Regime", "regimes"]

AFFINE_TOLERANCE = 1e-11


@dataclass(frozen=True)
class Regime:
    """Pieces along one line: load = load0 + p load1, departure = d0 + p d1 for a parameter p.

    Attributes:
        lowest, highest: range of p.
        seconds: length of each piece, shape (pieces,).
        ends: p at both ends of each piece, shape (2, pieces).
    """

    lowest: float
    highest: float
    seconds: FloatArray
    ends: FloatArray
    load: tuple[float, float]
    departures: Mapping[VisitKey, tuple[float, float]]

    def load_at(self, p: FloatArray) -> FloatArray:
        """The load curve at p."""
        return self.load[0] + self.load[1] * p

    def departures_at(self, p: FloatArray) -> dict[VisitKey, FloatArray]:
        """What asynchronous components hand on at p."""
        return {key: d0 + d1 * p for key, (d0, d1) in self.departures.items()}


def regimes(walk: Walk) -> tuple[Regime, ...]:
    """Sort the pieces of a walk into regimes."""
    keys = [key for key in walk.departures]
    values = np.array([walk.departures[key] for key in keys]).reshape(len(keys), 2, walk.start_s.size)
    label = np.zeros(walk.start_s.size, dtype=np.int64)
    places = {visit_key(walk.graph, i): i for i, v in enumerate(walk.graph.visits) if not v.waited}
    for key, value in zip(keys, values, strict=True):
        inflow = walk.inflow[places[key]]
        apart = np.abs(value - inflow) > AFFINE_TOLERANCE * np.maximum(value, inflow)
        label = (2 * label + apart.any(axis=0)) % (1 << 62)
    found: list[Regime] = []
    for value in np.unique(label):
        found += _split(walk, keys, values, np.flatnonzero(label == value))
    return tuple(found)


def _split(walk: Walk, keys: list[VisitKey], values: FloatArray, pieces: FloatArray) -> list[Regime]:
    seconds = walk.end_s - walk.start_s
    load = walk.load[:, pieces]
    low, high = float(load.min()), float(load.max())
    maps: dict[VisitKey, tuple[float, float]] = {}
    straight = np.ones(pieces.size, dtype=bool)
    if high > low:
        lowest = np.unravel_index(int(np.argmin(load)), load.shape)
        highest = np.unravel_index(int(np.argmax(load)), load.shape)
        for key, value in zip(keys, values[:, :, pieces], strict=True):
            slope = float((value[highest] - value[lowest]) / (high - low))
            start = float(value[lowest] - slope * low)
            maps[key] = (start, slope)
            scale = AFFINE_TOLERANCE * max(float(np.abs(value).max()), 1e-300)
            straight &= (np.abs(start + slope * load - value) <= scale).all(axis=0)
    else:
        for key, value in zip(keys, values[:, :, pieces], strict=True):
            maps[key] = (float(value[0, 0]), 0.0)
            scale = AFFINE_TOLERANCE * max(float(np.abs(value).max()), 1e-300)
            straight &= (np.abs(value - value[0, 0]) <= scale).all(axis=0)
    found = []
    if straight.any():
        chosen = pieces[straight]
        ends = walk.load[:, chosen]
        found.append(
            Regime(float(ends.min()), float(ends.max()), seconds[chosen], ends, (0.0, 1.0), maps)
        )
    for piece in pieces[~straight]:
        first, last = walk.load[0, piece], walk.load[1, piece]
        own = {
            key: (float(value[0, piece]), float(value[1, piece] - value[0, piece]))
            for key, value in zip(keys, values, strict=True)
        }
        found.append(
            Regime(
                0.0,
                1.0,
                seconds[[piece]],
                np.array([[0.0], [1.0]]),
                (float(first), float(last - first)),
                own,
            )
        )
    return found
