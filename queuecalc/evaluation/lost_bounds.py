"""What share of the requests of a plan is lost: bounds that cost next to nothing, then closer ones where need be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property

from queuecalc.architecture import Model
from queuecalc.evaluation.availability import (
    contract_classes,
    lost_in_scenario,
    offered_requests,
)
from queuecalc.evaluation.failures import Scenario, held_callees, scenarios
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.regimes import course_of
from queuecalc.evaluation.steps import StepLosses

__all__ = ["MARGIN", "ROUGH", "LostBounds"]

ROUGH = 1e-5
"""Absolute, of the offered requests: enough to decide most plans that the first bounds leave open."""

MARGIN = 20.0 * ROUGH
"""Closer to its limit than this, a share wants an exact look."""

TILTS = (22.0, 18.0)
"""theta x timeout at which the bound on late answers is tried."""

Requests = Mapping[str, float]
"""Requests of each class in the contract."""


class LostBounds:
    """Bounds on the lost share of each class in the contract, and of all of them together under "".

    Between `least` and `most` where losses go in steps; 0 and 1 where they do not. `settled` integrates one failure
    state after the other, the one that leaves most open first, until they decide.
    """

    def __init__(self, pattern: Pattern, counts: Mapping[str, int], walk: Walk) -> None:
        self.pattern = pattern
        self.counts = counts
        self.walk = walk
        self.classes = contract_classes(pattern.model)
        graph = pattern.graph()
        self._scenarios = tuple(scenarios(graph, counts, pattern.takers, held_callees(graph)))
        self._found: dict[int, Requests] = {}

    @property
    def _model(self) -> Model:
        return self.pattern.model

    @cached_property
    def _steps(self) -> tuple[StepLosses, ...] | None:
        if not StepLosses.exact(self.pattern):
            return None
        course = course_of(self.walk)
        return tuple(
            StepLosses(self.pattern, self.counts, scenario, self.classes, course)
            for scenario in self._scenarios
        )

    # -- the first look

    @cached_property
    def least(self) -> dict[str, float]:
        """At least so much is lost: what is lost before any answer is late."""
        return self._fractions([self._least(number) for number in range(len(self._scenarios))])

    def most(self) -> Iterator[dict[str, float]]:
        """At most so much is lost or late, one bound after the other."""
        timeout = self._model.contract.timeout_s
        if self._steps is None:
            yield dict.fromkeys(("", *self.classes), 1.0)
        elif timeout is None or not math.isfinite(timeout):
            yield self.least
        else:
            for tilt in TILTS:
                yield self._fractions([losses.most(timeout, tilt) for losses in self._steps])

    def _least(self, number: int) -> Requests:
        return dict.fromkeys(self.classes, 0.0) if self._steps is None else self._steps[number].least

    def _most(self, number: int) -> Requests:
        """The smallest of the upper bounds on one failure state."""
        timeout = self._model.contract.timeout_s
        if self._steps is None:
            return self._offered
        if timeout is None or not math.isfinite(timeout):
            return self._steps[number].least
        return min(
            (self._steps[number].most(timeout, tilt) for tilt in TILTS), key=lambda most: sum(most.values())
        )

    # -- a closer look

    def settled(self, subject: str, allowed: float) -> tuple[float, float]:
        """(least, most) of a lost share, closer until they are both on one side of what is allowed, well away from it.

        With nothing left to refine they may lie close to it still: then an exact look is due.
        """
        while True:
            least, most = self._between(subject)
            left = self._open
            if least > allowed + MARGIN or most < allowed - MARGIN or not left:
                return least, most
            self._close(left[0])

    def _between(self, subject: str) -> tuple[float, float]:
        numbers = range(len(self._scenarios))
        low = self._fractions([self._found.get(number) or self._bounds[number][0] for number in numbers])
        high = self._fractions([self._found.get(number) or self._bounds[number][1] for number in numbers])
        return low[subject], high[subject]

    @cached_property
    def _bounds(self) -> list[tuple[Requests, Requests]]:
        return [(self._least(number), self._most(number)) for number in range(len(self._scenarios))]

    def _gap(self, number: int) -> float:
        """How much a failure state leaves open, of the offered requests."""
        least, most = self._bounds[number]
        share = self._scenarios[number].probability
        offered = sum(self._offered.values())
        return share * sum(most[name] - least[name] for name in self.classes) / offered if offered else 0.0

    @property
    def _open(self) -> list[int]:
        """Failure states that bounds do not tell closely enough, the widest first."""
        numbers = [n for n in range(len(self._scenarios)) if n not in self._found and self._gap(n) > ROUGH]
        return sorted(numbers, key=self._gap, reverse=True)

    def _close(self, number: int) -> None:
        scenario: Scenario = self._scenarios[number]
        self._found[number] = lost_in_scenario(
            self.pattern, self.counts, scenario, course_of(self.walk), ROUGH / scenario.probability
        )

    @cached_property
    def _offered(self) -> Requests:
        offered = offered_requests(self._model)
        return {name: offered[name] for name in self.classes}

    def _fractions(self, parts: list[Requests]) -> dict[str, float]:
        """Shares of each class, and of all together under "", from the requests lost in each failure state."""
        lost = {
            name: sum(
                scenario.probability * part[name]
                for scenario, part in zip(self._scenarios, parts, strict=True)
            )
            for name in self.classes
        }
        offered = self._offered
        total = sum(offered.values())
        found = {name: value / offered[name] if offered[name] > 0 else 0.0 for name, value in lost.items()}
        return found | {"": sum(lost.values()) / total if total > 0 else 0.0}
