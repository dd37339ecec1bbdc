"""Queues that feed each other: routing, traffic equations, open networks and their end-to-end law."""

from __future__ import annotations

from queuecalc.network.routing import Routing
from queuecalc.network.sojourn import NetworkSojourn

__all__ = ["NetworkSojourn", "Routing"]
