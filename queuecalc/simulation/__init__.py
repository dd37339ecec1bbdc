"""Events only: a model lived through request by request. Shares no formula with the calculation that it checks."""

from __future__ import annotations

from queuecalc.answer import (
    Comparison,
    Estimate,
    SimulatedBacklog,
    SimulatedComponent,
    SimulatedLatency,
    SimulatedLoss,
    SimulatedPercentile,
    SimulatedSeries,
    SimulationAnswer,
    SimulationResult,
)
from queuecalc.simulation.along_curve import simulate_curve
from queuecalc.simulation.answering import answered, answered_network
from queuecalc.simulation.comparison import compare, compare_network
from queuecalc.simulation.compilation import compiled_loop
from queuecalc.simulation.network import simulate_network
from queuecalc.simulation.questions import LEVELS, along, checked_rate, held_still
from queuecalc.simulation.stationary import simulate

__all__ = [
    "LEVELS",
    "Comparison",
    "Estimate",
    "SimulatedBacklog",
    "SimulatedComponent",
    "SimulatedLatency",
    "SimulatedLoss",
    "SimulatedPercentile",
    "SimulatedSeries",
    "SimulationAnswer",
    "SimulationResult",
    "along",
    "answered",
    "answered_network",
    "checked_rate",
    "compare",
    "compare_network",
    "compiled_loop",
    "held_still",
    "simulate",
    "simulate_curve",
    "simulate_network",
]
