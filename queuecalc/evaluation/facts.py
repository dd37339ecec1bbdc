"""What a plan does, whatever the contract says of it: each figure computed when first asked for, and kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from queuecalc.answer import Availability
from queuecalc.architecture import Model
from queuecalc.evaluation.availability import availability
from queuecalc.evaluation.backlog import AsynchronousLine, asynchronous_lines
from queuecalc.evaluation.draining import drain_times
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.latency import SlotRates, SlotResponses, WorstSlot
from queuecalc.evaluation.lost_bounds import LostBounds
from queuecalc.evaluation.occupancy import HeldQueues
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.walk import walk

__all__ = ["Facts"]

_MOST_COURSES = 512


class Along:
    """What flows along the curve and waits in buffers: alike for plans with the same counts of some components.

    Attributes:
        pattern: the pattern of present components.
        counts: units of the present components.
    """

    def __init__(self, pattern: Pattern, counts: Mapping[str, int]) -> None:
        self.pattern = pattern
        self.counts = counts
        self._rates: dict[tuple[str, ...], SlotRates] = {}

    @cached_property
    def walk(self) -> Walk:
        """The walk along the curve with every unit up."""
        return walk(self.pattern.model, self.pattern.graph(), self.counts)

    @cached_property
    def lags(self) -> dict[str, list[AsynchronousLine]]:
        """The lines in front of asynchronous components."""
        return asynchronous_lines(self.pattern.graph(), self.walk, self.counts)

    @cached_property
    def drain_s(self) -> dict[str, float]:
        """Seconds from the last overload until the last line of each asynchronous component is empty."""
        found = drain_times(self.pattern.model, self.pattern.graph(), self.counts, self.walk)
        return {name: max(times) for name, times in found.items()}

    def rates(self, classes: tuple[str, ...]) -> SlotRates:
        """What flows on the way of some classes, slot by slot."""
        if classes not in self._rates:
            self._rates[classes] = SlotRates(self.pattern, self.walk, classes)
        return self._rates[classes]


class Facts:
    """The figures of one plan of a valid pattern.

    Attributes:
        pattern: its pattern of present components.
        counts: units of the present components.
        along: what it shares with other plans.
    """

    def __init__(
        self, pattern: Pattern, counts: Mapping[str, int], courses: dict[tuple[int, ...], Along] | None = None
    ) -> None:
        self.pattern = pattern
        self.counts = {name: counts[name] for name in pattern.present}
        courses = {} if courses is None else courses
        if len(courses) > _MOST_COURSES:
            courses.clear()
        key = tuple(counts[name] for name in pattern.steering)
        self.along = courses.setdefault(key, Along(pattern, self.counts))
        self._responses: dict[tuple[str, ...], SlotResponses] = {}
        self._worst: dict[tuple[tuple[str, ...], float], WorstSlot] = {}

    @property
    def model(self) -> Model:
        """The model."""
        return self.pattern.model

    @property
    def walk(self) -> Walk:
        """The walk along the curve with every unit up."""
        return self.along.walk

    @property
    def lags(self) -> dict[str, list[AsynchronousLine]]:
        """The lines in front of asynchronous components."""
        return self.along.lags

    @property
    def drain_s(self) -> dict[str, float]:
        """Seconds from the last overload until the last line of each asynchronous component is empty."""
        return self.along.drain_s

    @cached_property
    def slot_hours(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The hour of each slot at which the load is largest, at which its latencies are judged."""
        slots = self.model.load.curve.slots
        return np.where(slots.right > slots.left, slots.end_h, slots.start_h)

    @cached_property
    def lost_bounds(self) -> LostBounds:
        """Bounds on the lost share of each class."""
        return LostBounds(self.pattern, self.counts, self.walk)

    @cached_property
    def availability(self) -> Availability:
        """All three figures."""
        return availability(self.pattern, self.counts, self.walk)

    def responses(self, classes: tuple[str, ...]) -> SlotResponses:
        """The response time of some classes together, slot by slot."""
        if classes not in self._responses:
            rates = self.along.rates(classes)
            self._responses[classes] = SlotResponses(self.pattern, self.counts, rates, classes)
        return self._responses[classes]

    def worst(self, classes: tuple[str, ...], level: float) -> WorstSlot:
        """The worst slot of a percentile of some classes together."""
        if (classes, level) not in self._worst:
            self._worst[classes, level] = self.responses(classes).worst(level)
        return self._worst[classes, level]

    def within(self, classes: tuple[str, ...], level: float, seconds: float) -> bool:
        """Whether a percentile is surely within a target in every slot (False: look closer)."""
        if (classes, level) in self._worst:
            return self._worst[classes, level].seconds <= seconds
        return self.responses(classes).within(level, seconds)

    # -- utilisation

    @cached_property
    def work(self) -> Mapping[str, FloatArray]:
        """Work of the servers (erlang) of every reached component, what they wait for while held included.

        Shape (2, pieces): at both ends of every piece of the walk.
        """
        graph = self.pattern.graph()
        if not graph.holding:
            return self.walk.work
        rates = self.walk.type_rates
        held = HeldQueues(
            graph,
            rates.reshape(rates.shape[0], -1),
            self.counts.__getitem__,
            self.counts.__getitem__,
            self.pattern.pool.arrivals,
            self.pattern.pool.populations,
        )
        found = dict(self.walk.work)
        for name in graph.holding:
            queue = held.queue(name)
            servers = (self.pattern.figures[name].servers or 1) * self.counts[name]
            found[name] = (queue.utilisation * servers).reshape(found[name].shape)
        return found

    def peak(self, name: str) -> tuple[float, float]:
        """(largest utilisation, hour) of a reached component."""
        work = self.work[name]
        servers = self.pattern.figures[name].servers
        piece = int(np.argmax(work.max(axis=0)))
        right = work[1, piece] > work[0, piece]
        hour = (self.walk.end_s if right else self.walk.start_s)[piece] / SECONDS_PER_HOUR
        total = servers * self.counts[name] if servers is not None else math.inf
        return float(work[:, piece].max()) / total, float(hour)
