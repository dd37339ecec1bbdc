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
    SimulationResult,
)
from queuecalc.simulation.along_curve import simulate_curve
from queuecalc.simulation.comparison import compare, compare_network, held_still
from queuecalc.simulation.network import simulate_network
from queuecalc.simulation.stationary import simulate

__all__ = [
    "Comparison",
    "Estimate",
    "SimulatedBacklog",
    "SimulatedComponent",
    "SimulatedLatency",
    "SimulatedLoss",
    "SimulatedPercentile",
    "SimulatedSeries",
    "SimulationResult",
    "compare",
    "compare_network",
    "held_still",
    "simulate",
    "simulate_curve",
    "simulate_network",
]
