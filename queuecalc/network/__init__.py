"""Queues that feed each other: routing, traffic equations, open networks and their end-to-end law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.network.class_summary": ("summarised_mixed", "summarised_open"),
    "queuecalc.network.closed": (
        "ClosedNetwork",
        "ClosedSolution",
        "MixedNetwork",
        "MixedSolution",
        "PopulationCurve",
        "RatedStation",
        "ThroughputBounds",
        "summarised_bounds",
        "summarised_closed",
    ),
    "queuecalc.network.components": ("closed_sets",),
    "queuecalc.network.general": ("GeneralNetwork", "GeneralSolution"),
    "queuecalc.network.general.choosing": ("solved_open",),
    "queuecalc.network.general.summary": ("summarised_general",),
    "queuecalc.network.jackson": ("JacksonNetwork",),
    "queuecalc.network.open_network": ("OpenNetwork",),
    "queuecalc.network.open_solution": ("OpenSolution",),
    "queuecalc.network.parallel": ("fork_join_law",),
    "queuecalc.network.routing": ("Routing",),
    "queuecalc.network.shared_station": ("ClassStation",),
    "queuecalc.network.sojourn": ("NetworkSojourn",),
    "queuecalc.network.solution": ("JacksonSolution",),
    "queuecalc.network.summary": ("summarised",),
    "queuecalc.network.traffic": ("flow_through",),
}

__all__ = [
    "ClassStation",
    "ClosedNetwork",
    "ClosedSolution",
    "GeneralNetwork",
    "GeneralSolution",
    "JacksonNetwork",
    "JacksonSolution",
    "MixedNetwork",
    "MixedSolution",
    "NetworkSojourn",
    "OpenNetwork",
    "OpenSolution",
    "PopulationCurve",
    "RatedStation",
    "Routing",
    "ThroughputBounds",
    "closed_sets",
    "flow_through",
    "fork_join_law",
    "solved_open",
    "summarised",
    "summarised_bounds",
    "summarised_closed",
    "summarised_general",
    "summarised_mixed",
    "summarised_open",
]

if TYPE_CHECKING:
    from queuecalc.network.class_summary import summarised_mixed, summarised_open
    from queuecalc.network.closed import (
        ClosedNetwork,
        ClosedSolution,
        MixedNetwork,
        MixedSolution,
        PopulationCurve,
        RatedStation,
        ThroughputBounds,
        summarised_bounds,
        summarised_closed,
    )
    from queuecalc.network.components import closed_sets
    from queuecalc.network.general import GeneralNetwork, GeneralSolution
    from queuecalc.network.general.choosing import solved_open
    from queuecalc.network.general.summary import summarised_general
    from queuecalc.network.jackson import JacksonNetwork
    from queuecalc.network.open_network import OpenNetwork
    from queuecalc.network.open_solution import OpenSolution
    from queuecalc.network.parallel import fork_join_law
    from queuecalc.network.routing import Routing
    from queuecalc.network.shared_station import ClassStation
    from queuecalc.network.sojourn import NetworkSojourn
    from queuecalc.network.solution import JacksonSolution
    from queuecalc.network.summary import summarised
    from queuecalc.network.traffic import flow_through

__getattr__, __dir__ = late(__name__, _HOMES)
