"""Queues that move: the fluid backlog, its lag and departures, and where a steady state can stand for a moment."""

from __future__ import annotations

from queuecalc.dynamics.fluid import fluid_path
from queuecalc.dynamics.path import FluidPath
from queuecalc.dynamics.screening import Backlogs, backlogs
from queuecalc.dynamics.stationarity import Stationarity, pointwise_stationary

__all__ = ["Backlogs", "FluidPath", "Stationarity", "backlogs", "fluid_path", "pointwise_stationary"]
