"""Pictures of a plan and of a station: each function draws on given Axes. matplotlib loads when one is drawn."""

from __future__ import annotations

from queuecalc.report.figures.assembly import PICTURES, sheet, station_sheet
from queuecalc.report.figures.asynchronous import draw_backlog, draw_lag
from queuecalc.report.figures.cost import draw_cost
from queuecalc.report.figures.files import SUFFIXES, write_figure
from queuecalc.report.figures.latency import draw_latency
from queuecalc.report.figures.load import draw_load
from queuecalc.report.figures.station import HockeyStick, SojournTail, draw_hockey_stick, draw_tail
from queuecalc.report.figures.utilisation import draw_utilisation
from queuecalc.report.figures.waterfall import draw_waterfall

__all__ = [
    "PICTURES",
    "SUFFIXES",
    "HockeyStick",
    "SojournTail",
    "draw_backlog",
    "draw_cost",
    "draw_hockey_stick",
    "draw_lag",
    "draw_latency",
    "draw_load",
    "draw_tail",
    "draw_utilisation",
    "draw_waterfall",
    "sheet",
    "station_sheet",
    "write_figure",
]
