"""Lower bounds on every inflow, for a box of plans: functions of the load of the moment alone.

Without a backlog what a component hands on follows its inflow, and with one it is its capacity; at least the smaller
of the two flows on, whatever has happened before. Over the range of the load these are straight lines with few bends,
and the curve with its thousands of slots need only tell how long its load stays where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray, visit_key
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.regimes import Regimes, Stay
from queuecalc.evaluation.walk import walk, walk_upwards
from queuecalc.load import Curve

__all__ = ["Floor"]


@dataclass(frozen=True, eq=False)
class Floor:
    """The least inflow of every visit in all plans between two.

    Attributes:
        graph: the visits.
        least, most: units of the present components in the two plans.
    """

    model: Model
    graph: Graph
    least: Mapping[str, int]
    most: Mapping[str, int]

    @cached_property
    def upwards(self) -> Walk:
        """The least inflows over the range of the load, on pieces from its smallest value up to its largest."""
        return walk_upwards(self.model, self.graph, self.most, self.least)

    @cached_property
    def slotwise(self) -> Walk:
        """The same along the curve."""
        return walk(self.model, self.graph, self.most, self.least)

    @property
    def _curve(self) -> Curve:
        return self.model.load.curve

    def _at(self, values: FloatArray, load: Any) -> FloatArray:
        """What is known on the pieces of the range, shape (..., 2, pieces), at some loads of any shape."""
        low, high = self.upwards.load
        piece = np.clip(np.searchsorted(low, load, side="right") - 1, 0, low.size - 1)
        width = np.where(high > low, high - low, 1.0)[piece]
        left = values[..., 0, piece]
        found: FloatArray = left + (values[..., 1, piece] - left) * ((load - low[piece]) / width)
        return found

    @cached_property
    def _slot_ends(self) -> FloatArray:
        slots = self._curve.slots
        return np.array([slots.left, slots.right])

    def work(self, name: str) -> FloatArray:
        """Offered work of a component (erlang) at both ends of every slot, shape (2, slots)."""
        return self._at(self.upwards.work[name], self._slot_ends)

    @cached_property
    def peaks(self) -> Mapping[str, tuple[float, float, float]]:
        """(largest work, load, hour) of every reached component, at the ends of the slots."""
        return {name: self._peak(name) for name in self.graph.types_of}

    def _peak(self, name: str) -> tuple[float, float, float]:
        over_range = self.upwards.work[name]
        if over_range[1, -1] >= over_range.max():
            return float(over_range[1, -1]), self._curve.peak, self._curve.peak_hour
        work, slots = self.work(name), self._curve.slots
        side, slot = np.unravel_index(int(np.argmax(work)), work.shape)
        hour = (slots.start_h, slots.end_h)[side][slot]
        return float(work[side, slot]), float(self._slot_ends[side, slot]), float(hour)

    @cached_property
    def busiest(self) -> tuple[tuple[float, ...], FloatArray, FloatArray]:
        """(hours, loads, inflow of every service type) where the load or the work of a component is largest."""
        hours = {self._curve.peak: self._curve.peak_hour}
        for name in self.graph.types_of:
            if name in self.graph.waited:
                _, load, hour = self.peaks[name]
                hours.setdefault(load, hour)
        loads = np.array(list(hours))
        return tuple(hours.values()), loads, self._at(self.upwards.type_rates, loads)

    @cached_property
    def regimes(self) -> Regimes:
        """Every piece of the range, with the time that the curve spends in it."""
        low, high = self.upwards.load
        behind = [index for index, visit in enumerate(self.graph.visits) if visit.behind]
        left, right = self.upwards.inflow[behind, 0], self.upwards.inflow[behind, 1]
        slope = (right - left) / np.where(high > low, high - low, 1.0)
        lines = np.array([left - slope * low, slope])
        stay = _stay(self._curve)
        return Regimes(
            lowest=low,
            highest=high,
            load=np.array([np.zeros_like(low), np.ones_like(low)]),
            behind={visit_key(self.graph, index): lines[:, i] for i, index in enumerate(behind)},
            times=(stay, *(stay.above(bend) for bend in low[1:].tolist())),
        )


@lru_cache(maxsize=4)
def _stay(curve: Curve) -> Stay:
    """How long the load stays below every value."""
    slots = curve.slots
    return Stay.of(slots.length_h * 3600.0, np.array([slots.left, slots.right]))
