"""Throughput and response time over the population of a closed network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from queuecalc.load.arrays import ArrayRecord, FloatArray
from queuecalc.network.closed.convolution import convolved_throughputs
from queuecalc.network.closed.mean_values import throughputs
from queuecalc.network.closed.one_class import linearized, proportional
from queuecalc.network.closed.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PopulationCurve", "curve_of"]

_MOST_POINTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class PopulationCurve(ArrayRecord):
    """One entry a number of customers.

    Attributes:
        population: 1, 2, ..., N; by an approximate method, at most a thousand of them, evenly spread over log N.
        throughput: cycles per second.
        response_time: of a cycle without thinking [s].
    """

    population: FloatArray
    throughput: FloatArray
    response_time: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """One row a population, units in the column names."""
        import pandas as pd

        columns = {"throughput_per_s": self.throughput, "response_time_s": self.response_time}
        return pd.DataFrame(columns, index=pd.Index(self.population.astype(np.int64), name="population"))


def curve_of(problem: Problem, method: str) -> PopulationCurve:
    """By a method that `methods.chosen` has returned."""
    most = int(problem.population[0])
    if method == "exact":
        population = np.arange(1.0, most + 1.0)
        throughput = convolved_throughputs(problem) if problem.several.size else throughputs(problem)
    else:
        spread = np.geomspace(1.0, most, min(most, _MOST_POINTS))
        population = np.unique(np.round(spread)) if most > _MOST_POINTS else np.arange(1.0, most + 1.0)
        one = proportional if method == "schweitzer" else linearized
        throughput = one(problem, population)[0]
    response = np.maximum(population / throughput - problem.think[0], 0.0)
    return PopulationCurve(population, throughput, response)
