"""Raw data -> laws."""

from __future__ import annotations

from queuecalc.measurement.families import FAMILIES
from queuecalc.measurement.fitting import Candidate, Fit, fit_law

__all__ = ["FAMILIES", "Candidate", "Fit", "fit_law"]
