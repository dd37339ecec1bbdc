"""Stations: one Kendall type a file; the wait in one line before servers."""

from __future__ import annotations

from queuecalc.station.waiting import Waiting

__all__ = ["Waiting"]
