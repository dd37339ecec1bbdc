"""Queues that feed each other: routing, traffic equations, open networks and their end-to-end law."""

from __future__ import annotations

from queuecalc.network.jackson import JacksonNetwork
from queuecalc.network.routing import Routing
from queuecalc.network.sojourn import NetworkSojourn
from queuecalc.network.solution import JacksonSolution

__all__ = ["JacksonNetwork", "JacksonSolution", "NetworkSojourn", "Routing"]
