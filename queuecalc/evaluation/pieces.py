"""What a walk along the load curve leaves behind: pieces of its slots, every inflow on them, lines in buffers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.dynamics import FluidPath
from queuecalc.evaluation.flows import FloatArray

__all__ = ["SECONDS_PER_HOUR", "Line", "Walk"]

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Line:
    """One line in front of an asynchronous component: its visits, the servers that it may use, its fluid path.

    Attributes:
        visits: indices of the visits whose messages wait in it.
        servers: servers that it may keep busy.
        path: backlog in server-seconds over time in seconds.
        arrivals: messages per second at both ends of each segment of the path, shape (2, segments).
        initial_messages: in line at the first knot.
    """

    component: str
    visits: tuple[int, ...]
    servers: float
    path: FluidPath
    arrivals: FloatArray
    initial_messages: float

    def messages_at(self, t: float) -> float:
        """Messages in line: those that have arrived since the message that is being served at t did."""
        path = self.path
        served_from = path.arrival_epoch(t)
        waiting = self._arrived(t) - self._arrived(served_from)
        if self.initial_messages > 0.0 and served_from <= path.knots[0]:
            waiting += self.initial_messages * max(
                0.0, 1.0 - self._capacity_until(t) / float(path.backlog[0])
            )
        return waiting

    def _capacity_until(self, t: float) -> float:
        return _integral(self.path.knots, self.path.capacity_left, self.path.capacity_right, t)

    def _arrived(self, t: float) -> float:
        return _integral(self.path.knots, self.arrivals[0], self.arrivals[1], t)


def _integral(knots: FloatArray, left: FloatArray, right: FloatArray, t: float) -> float:
    """Integral of a piecewise-linear function from the first knot to t."""
    length = np.diff(knots)
    segment = int(np.clip(np.searchsorted(knots, t, side="right") - 1, 0, length.size - 1))
    before = float(np.sum(0.5 * (left[:segment] + right[:segment]) * length[:segment]))
    inside = t - float(knots[segment])
    slope = (right[segment] - left[segment]) / length[segment]
    return before + float(inside * (left[segment] + 0.5 * slope * inside))


@dataclass(frozen=True, eq=False)
class Walk:
    """The pieces of the curve and the inflow at both ends of each.

    Attributes:
        start_s, end_s: of each piece, shape (pieces,).
        slot: which slot of the curve each piece belongs to.
        load: the load curve at both ends, shape (2, pieces).
        inflow: of every visit, shape (visits, 2, pieces).
        departures: by visit, what leaves the hand-offs to asynchronous components, shape (2, pieces) each.
        lines: the fluid lines, by asynchronous component.
    """

    graph: Graph
    start_s: FloatArray
    end_s: FloatArray
    slot: Any
    load: FloatArray
    inflow: FloatArray
    departures: Mapping[int, FloatArray]
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)

    @cached_property
    def type_rates(self) -> FloatArray:
        """Inflow of every service type, shape (types, 2, pieces)."""
        out = np.zeros((len(self.graph.types), *self.inflow.shape[1:]))
        for index, visit in enumerate(self.graph.visits):
            out[visit.type] += self.inflow[index]
        return out

    @cached_property
    def work(self) -> Mapping[str, FloatArray]:
        """Offered work (erlang) of every reached component, shape (2, pieces)."""
        means = [float(kind.law.mean) for kind in self.graph.types]
        rates = self.type_rates
        return {
            name: np.add.reduce([rates[index] * means[index] for index in indices])
            for name, indices in self.graph.types_of.items()
        }

    @cached_property
    def largest(self) -> tuple[FloatArray, FloatArray]:
        """(load, type rates) of every slot, each component at its own largest inflow of work in the slot.

        Shapes (slots,) and (types, slots).
        """
        slots = int(self.slot[-1]) + 1
        rates = self.type_rates
        load = _slot_maximum(self.load, self.slot, slots)
        out = np.empty((len(self.graph.types), slots))
        single = slots == self.slot.size
        for name, indices in self.graph.types_of.items():
            work = self.work[name]
            if single:
                right = work[1] >= work[0]
                for index in indices:
                    out[index] = np.where(right, rates[index][1], rates[index][0])
                continue
            ends, owner = work.ravel(), np.tile(self.slot, 2)
            order = np.lexsort((ends, owner))
            last = order[np.searchsorted(owner[order], np.arange(slots), side="right") - 1]
            for index in indices:
                out[index] = rates[index].ravel()[last]
        return load, out


def _slot_maximum(values: FloatArray, slot: Any, slots: int) -> FloatArray:
    larger: FloatArray = values.max(axis=0)
    if slots == slot.size:
        return larger
    out = np.full(slots, -np.inf)
    np.maximum.at(out, slot, larger)
    return out
