"""Every statement by its key; a new one is an entry in the file of its subject."""

from __future__ import annotations

from queuecalc.evidence.labels import Statement
from queuecalc.evidence.motion import MOTION
from queuecalc.evidence.networks import NETWORKS
from queuecalc.evidence.stations import STATIONS

__all__ = ["STATEMENTS"]

STATEMENTS: dict[str, Statement] = {statement.key: statement for statement in STATIONS + NETWORKS + MOTION}
"""Key -> statement."""
