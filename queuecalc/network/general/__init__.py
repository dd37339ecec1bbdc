"""Open networks that are not product form: spectra of the flows, and the waits that they make."""

from __future__ import annotations

from queuecalc.network.general.network import GeneralNetwork
from queuecalc.network.general.solution import GeneralSolution

__all__ = ["GeneralNetwork", "GeneralSolution"]
