"""The load over time: piecewise-linear curves, named shapes and tables from files."""

from __future__ import annotations

from queuecalc.load.curve import Curve, Slots
from queuecalc.load.shapes import SHAPES, from_shape
from queuecalc.load.tables import read_csv

__all__ = ["SHAPES", "Curve", "Slots", "from_shape", "read_csv"]
