"""From observations to estimates: ratios of totals, with Student intervals over the observations.

Batch means: Law & Kelton 2000, section 9.5.3. A ratio is estimated by the ratio of the totals, its spread by that of
the ratios of the single observations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from queuecalc.answer import (
    Estimate,
    SimulatedComponent,
    SimulatedLatency,
    SimulatedLoss,
    SimulatedPercentile,
)
from queuecalc.simulation.observation import Observation
from queuecalc.simulation.records import CAUSES
from queuecalc.simulation.responses import Responses
from queuecalc.simulation.wiring import Wiring

__all__ = ["Estimator", "estimate"]

CONFIDENCE = 0.95


def estimate(value: float, observations: npt.ArrayLike) -> Estimate:
    """A value with the half width that its observations give it; observations that are nan are left out."""
    seen = np.asarray(observations, dtype=np.float64)
    seen = seen[~np.isnan(seen)]
    if seen.size < 2:
        return Estimate(value=float(value))
    quantile = float(stdtrit(seen.size - 1, 0.5 + 0.5 * CONFIDENCE))
    return Estimate(
        value=float(value), half_width=quantile * float(seen.std(ddof=1)) / float(np.sqrt(seen.size))
    )


class Estimator:
    """Estimates from some observations of one wiring."""

    def __init__(
        self, wiring: Wiring, observations: Sequence[Observation], levels: tuple[float, ...]
    ) -> None:
        self.wiring = wiring
        self.observations = tuple(observations)
        self.levels = levels
        classes = wiring.model.classes.values()
        self.contract = [index for index, item in enumerate(classes) if item.in_contract]
        self.together = Responses(len(wiring.classes), None)
        for one in self.observations:
            self.together.merge(one.responses)

    def _ratio(self, top: Callable[[Observation], float], bottom: Callable[[Observation], float]) -> Estimate:
        tops = np.array([float(top(one)) for one in self.observations])
        bottoms = np.array([float(bottom(one)) for one in self.observations])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(bottoms > 0.0, tops / bottoms, np.nan)
        total = float(bottoms.sum())
        return estimate(float(tops.sum()) / total if total > 0.0 else float("nan"), ratios)

    def components(self) -> tuple[SimulatedComponent, ...]:
        """Every present component."""
        return tuple(self._component(index) for index in range(len(self.wiring.names)))

    def _component(self, index: int) -> SimulatedComponent:
        figures, count = self.wiring.figures[index], self.wiring.counts[index]
        servers = None if figures.servers is None else figures.servers * count
        idle = not any(one.started[index] for one in self.observations)
        return SimulatedComponent(
            name=self.wiring.names[index],
            count=count,
            servers=servers,
            asynchronous=index in self.wiring.asynchronous,
            utilisation=self._ratio(lambda one: one.area[index], lambda one: one.seconds * (servers or 1)),
            rate_per_s=self._ratio(lambda one: one.arrivals[index], lambda one: one.seconds),
            mean_wait_s=Estimate(value=0.0)
            if idle
            else self._ratio(lambda one: one.waited[index], lambda one: one.started[index]),
        )

    def latencies(self) -> tuple[SimulatedLatency, ...]:
        """All classes in the contract together, then class by class; those that wait for anything."""
        waiting = [index for index in range(len(self.wiring.classes)) if self._waits(index)]
        subjects = {"": [index for index in self.contract if index in waiting]}
        subjects |= {self.wiring.classes[index]: [index] for index in waiting}
        return tuple(
            self._latency(name, classes)
            for name, classes in subjects.items()
            if self.together.number(classes)
        )

    def _waits(self, index: int) -> bool:
        """Whether requests of a class wait for any call."""
        tables = self.wiring.tables
        users = tables.nodes[index]
        return bool((tables.lines[users["first_line"] : users["end_line"]]["wait"] == 1).any())

    def _latency(self, subject: str, classes: list[int]) -> SimulatedLatency:
        network = self.wiring.model.load.network_s

        def through(function: Callable[[Responses], float]) -> Estimate:
            seen = [function(one.responses) for one in self.observations]
            return estimate(network + function(self.together), seen)

        def percentile(level: float) -> SimulatedPercentile:
            return SimulatedPercentile(
                level=level, seconds=through(lambda responses: responses.quantile(level, classes))
            )

        return SimulatedLatency(
            subject=subject,
            answers=self.together.number(classes),
            mean_s=through(lambda responses: responses.mean(classes)),
            percentiles=tuple(percentile(level) for level in self.levels),
        )

    def offered(self, one: Observation) -> int:
        """Requests in the contract."""
        return int(one.offered[self.contract].sum())

    def losses(self) -> tuple[SimulatedLoss, ...]:
        """Every cause that occurred, largest first."""
        found = []
        for cause, name in enumerate(CAUSES):
            for index, component in enumerate(self.wiring.names):
                found.append(
                    SimulatedLoss(
                        cause=name,
                        component=component,
                        fraction=self._ratio(
                            lambda one, cause=cause, index=index: one.lost[self.contract, cause, index].sum(),  # type: ignore[misc]
                            self.offered,
                        ),
                    )
                )
        late = self._ratio(lambda one: one.responses.late[self.contract].sum(), self.offered)
        found.append(SimulatedLoss(cause="late", component="", fraction=late))
        occurred = [loss for loss in found if loss.fraction.value > 0.0]
        return tuple(sorted(occurred, key=lambda loss: -loss.fraction.value))

    def availability(self) -> Estimate:
        """1 - lost / offered over the classes in the contract."""

        def kept(one: Observation) -> float:
            lost = one.lost[self.contract].sum() + one.responses.late[self.contract].sum()
            return float(self.offered(one) - lost)

        return self._ratio(kept, self.offered)

    def handed_off_lost(self) -> dict[str, Estimate]:
        """By taker, messages that found it down, per message handed off."""
        down = CAUSES.index("down")
        spots = self.wiring.spots
        found = {}
        for index, name in enumerate(self.wiring.names):
            nodes = [n for n, spot in enumerate(spots) if spot.component == name and not spot.waited]
            if nodes and any(one.messages[down, index] for one in self.observations):
                found[name] = self._ratio(
                    lambda one, index=index: one.messages[down, index],  # type: ignore[misc]
                    lambda one, index=index, nodes=nodes: (  # type: ignore[misc]
                        one.messages[down, index] + one.visits[nodes].sum()
                    ),
                )
        return found
