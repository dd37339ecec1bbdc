"""Closed networks: mean value analysis, convolution, approximations for many customers, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.network.closed.curve": ("PopulationCurve",),
    "queuecalc.network.closed.interval": ("ThroughputBounds",),
    "queuecalc.network.closed.mixed": ("MixedNetwork", "MixedSolution"),
    "queuecalc.network.closed.network": ("ClosedNetwork",),
    "queuecalc.network.closed.rated_station": ("RatedStation",),
    "queuecalc.network.closed.solution": ("ClosedSolution", "ClosedStation"),
    "queuecalc.network.closed.summary": ("summarised_bounds", "summarised_closed"),
}

__all__ = [
    "ClosedNetwork",
    "ClosedSolution",
    "ClosedStation",
    "MixedNetwork",
    "MixedSolution",
    "PopulationCurve",
    "RatedStation",
    "ThroughputBounds",
    "summarised_bounds",
    "summarised_closed",
]

if TYPE_CHECKING:
    from queuecalc.network.closed.curve import PopulationCurve
    from queuecalc.network.closed.interval import ThroughputBounds
    from queuecalc.network.closed.mixed import MixedNetwork, MixedSolution
    from queuecalc.network.closed.network import ClosedNetwork
    from queuecalc.network.closed.rated_station import RatedStation
    from queuecalc.network.closed.solution import ClosedSolution, ClosedStation
    from queuecalc.network.closed.summary import summarised_bounds, summarised_closed

__getattr__, __dir__ = late(__name__, _HOMES)
