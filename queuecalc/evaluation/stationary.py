"""What messages wait in front of an asynchronous component while there is no backlog: its stationary mean wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Line, Walk
from queuecalc.evaluation.queues import service_law
from queuecalc.evaluation.walk import MIX_TOLERANCE
from queuecalc.station import Waiting

__all__ = ["HIGHEST_STATIONARY_UTILISATION", "StationaryWait"]

HIGHEST_STATIONARY_UTILISATION = 0.99


@dataclass(frozen=True)
class StationaryWait:
    """The mean wait of the mixture law at min(rho, 0.99), piece by piece; nothing is computed before it is asked for.

    Attributes:
        units, servers: so many queues, each with so many servers.
    """

    graph: Graph
    walk: Walk
    line: Line
    units: int
    servers: int

    @classmethod
    def of(cls, graph: Graph, walk: Walk, counts: Mapping[str, int], line: Line) -> StationaryWait:
        """One line of a component; where partitions limit it, as many servers as there are partitions."""
        figures, count = graph.figures[line.component], counts[line.component]
        assert figures.servers is not None
        whole = count * figures.servers
        if line.servers >= whole:
            units, servers = (count, figures.servers) if figures.pooling == "split" else (1, whole)
        else:
            units, servers = 1, max(int(line.servers), 1)
        return cls(graph, walk, line, units, servers)

    @cached_property
    def _ends(self) -> tuple[FloatArray, FloatArray, Any]:
        """Rates by type and work of each piece at the end where more comes in, and whether that is the right one."""
        graph, walk = self.graph, self.walk
        types = graph.types_of[self.line.component]
        rates = np.zeros((len(types), *walk.load.shape))
        for index in self.line.visits:
            rates[types.index(graph.visits[index].type)] += walk.inflow[index]
        work = np.add.reduce([rates[row] * float(graph.types[t].law.mean) for row, t in enumerate(types)])
        right = work[1] >= work[0]
        return np.where(right, rates[:, 1], rates[:, 0]), np.where(right, work[1], work[0]), right

    @cached_property
    def _free(self) -> Any:
        """The pieces without backlog."""
        path = self.line.path
        middle = 0.5 * (self.walk.start_s + self.walk.end_s)
        segment = np.clip(np.searchsorted(path.knots, middle, side="right") - 1, 0, path.backlogged.size - 1)
        return np.flatnonzero(~path.backlogged[segment])

    @cached_property
    def longest(self) -> tuple[float, float]:
        """(longest wait in seconds while there is no backlog, hour); (0, hour 0) when there is always one."""
        free, walk = self._free, self.walk
        if free.size == 0:
            return 0.0, float(walk.start_s[0]) / SECONDS_PER_HOUR
        rates, work, right = self._ends
        if self._constant_mix(rates[:, free], work[free]):
            limit = HIGHEST_STATIONARY_UTILISATION * self.units * self.servers
            free = free[[int(np.argmax(np.minimum(work[free], limit)))]]
        waits = self._at(free)
        top = int(np.argmax(waits))
        piece = free[top]
        return float(waits[top]), float(
            (walk.end_s if right[piece] else walk.start_s)[piece]
        ) / SECONDS_PER_HOUR

    def by_slot(self) -> FloatArray:
        """The wait at the largest inflow of each slot, shape (slots,)."""
        slot, (_, work, _) = self.walk.slot, self._ends
        order = np.lexsort((work, slot))
        slots = int(slot[-1]) + 1
        return self._at(order[np.searchsorted(slot[order], np.arange(slots), side="right") - 1])

    @staticmethod
    def _constant_mix(rates: FloatArray, work: FloatArray) -> bool:
        if len(rates) == 1:
            return True
        top = int(np.argmax(work))
        if work[top] <= 0.0:
            return True
        share = rates[:, top] / work[top]
        return bool(np.all(np.abs(rates - share[:, None] * work) <= MIX_TOLERANCE * share[:, None] * work))

    def _at(self, pieces: Any) -> FloatArray:
        rates = self._ends[0][:, pieces]
        service = service_law(self.graph, self.line.component, rates)
        rate = rates.sum(axis=0) / self.units
        rho = rate * np.asarray(service.mean) / self.servers
        rate = rate * np.minimum(1.0, HIGHEST_STATIONARY_UTILISATION / np.maximum(rho, 1e-300))
        waiting = Waiting(arrival_rate=rate, service=service, servers=self.servers, max_queue=None)
        return np.broadcast_to(np.asarray(waiting.mean), rate.shape)
