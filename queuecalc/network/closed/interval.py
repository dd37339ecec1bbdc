"""Bounds of the throughput of a closed network, by method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from queuecalc.evidence import STATEMENTS, Evidence, Statement
from queuecalc.network.closed.bounds import Interval
from queuecalc.network.named import Named

if TYPE_CHECKING:
    from queuecalc.network.closed.network import ClosedNetwork

__all__ = ["ThroughputBounds"]


class ThroughputBounds:
    """Between which the throughputs lie for certain (for product form), and the response times with them.

    Attributes:
        network: as it was given.
        methods: "asymptotic" and, for one class, "balanced" and "geometric" -> class -> (lower, upper) [1/s].
        throughput: the tightest, (lower, upper) [1/s]; of several classes, class -> (lower, upper).
        response_time: the same of the time of a cycle without thinking [s], N / X - Z.
    """

    evidence = Evidence.BOUND

    def __init__(self, network: ClosedNetwork, found: Mapping[str, Interval]) -> None:
        """From the bounds by method, arrays over the classes."""
        self.network = network
        problem = network.problem()
        self.methods = {
            name: Named(
                (each, (float(bound.lower[r]), float(bound.upper[r])))
                for r, each in enumerate(network.classes)
            )
            for name, bound in found.items()
        }
        tightest = {
            each: (
                max(table[each][0] for table in self.methods.values()),
                min(table[each][1] for table in self.methods.values()),
            )
            for each in network.classes
        }
        times = {
            each: tuple(
                max(float(problem.population[r]) / rate - float(problem.think[r]), 0.0)
                for rate in reversed(tightest[each])
            )
            for r, each in enumerate(network.classes)
        }
        self.throughput: Any = self._released(tightest)
        self.response_time: Any = self._released(times)

    def _released(self, by_class: Mapping[str, Any]) -> Any:
        if isinstance(self.network.population, Named):
            return Named(by_class)
        (only,) = by_class.values()
        return only

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What the bounds rest on."""
        return (STATEMENTS["closed-bounds"], *_form(self.network))

    def __repr__(self) -> str:
        return f"{self.network!r}.bounds()"


def _form(network: ClosedNetwork) -> tuple[Statement, ...]:
    return () if network.product_form else (STATEMENTS["closed-means-alone"],)
