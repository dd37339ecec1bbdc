"""Answers as a person or a program reads them: pages, plain or coloured; JSON, CSV, Markdown; graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.report.class_network": ("classes_page",),
    "queuecalc.report.closed_network": ("closed_bounds_page", "closed_page"),
    "queuecalc.report.derived": ("derivation_text",),
    "queuecalc.report.derived_markup": ("derivation_latex", "derivation_markdown"),
    "queuecalc.report.described": ("description_page",),
    "queuecalc.report.formats": ("FORMATS",),
    "queuecalc.report.graph": ("GRAPHS", "dot_text", "mermaid_text"),
    "queuecalc.report.judged": ("evaluation_page",),
    "queuecalc.report.listing": ("Listing", "listing_page"),
    "queuecalc.report.markdown": ("markdown_text",),
    "queuecalc.report.networked": ("network_page",),
    "queuecalc.report.page": ("Page",),
    "queuecalc.report.painting": ("plain_text", "terminal_text"),
    "queuecalc.report.rows": ("records", "records_csv", "rows_csv"),
    "queuecalc.report.simulated": ("comparison_cells", "simulation_page"),
    "queuecalc.report.sized": ("sizing_page",),
    "queuecalc.report.stationed": ("StationFigures", "station_page"),
    "queuecalc.report.verdict": ("counts_text", "quiet_evaluation", "quiet_sizing"),
    "queuecalc.report.verified": ("verification_page",),
    "queuecalc.report.whiteboard": ("whiteboard_latex", "whiteboard_markdown", "whiteboard_text"),
}

__all__ = [
    "FORMATS",
    "GRAPHS",
    "Listing",
    "Page",
    "StationFigures",
    "classes_page",
    "closed_bounds_page",
    "closed_page",
    "comparison_cells",
    "counts_text",
    "derivation_latex",
    "derivation_markdown",
    "derivation_text",
    "description_page",
    "dot_text",
    "evaluation_page",
    "listing_page",
    "markdown_text",
    "mermaid_text",
    "network_page",
    "plain_text",
    "quiet_evaluation",
    "quiet_sizing",
    "records",
    "records_csv",
    "rows_csv",
    "simulation_page",
    "sizing_page",
    "station_page",
    "terminal_text",
    "verification_page",
    "whiteboard_latex",
    "whiteboard_markdown",
    "whiteboard_text",
]

if TYPE_CHECKING:
    from queuecalc.report.class_network import classes_page
    from queuecalc.report.closed_network import closed_bounds_page, closed_page
    from queuecalc.report.derived import derivation_text
    from queuecalc.report.derived_markup import derivation_latex, derivation_markdown
    from queuecalc.report.described import description_page
    from queuecalc.report.formats import FORMATS
    from queuecalc.report.graph import GRAPHS, dot_text, mermaid_text
    from queuecalc.report.judged import evaluation_page
    from queuecalc.report.listing import Listing, listing_page
    from queuecalc.report.markdown import markdown_text
    from queuecalc.report.networked import network_page
    from queuecalc.report.page import Page
    from queuecalc.report.painting import plain_text, terminal_text
    from queuecalc.report.rows import records, records_csv, rows_csv
    from queuecalc.report.simulated import comparison_cells, simulation_page
    from queuecalc.report.sized import sizing_page
    from queuecalc.report.stationed import StationFigures, station_page
    from queuecalc.report.verdict import counts_text, quiet_evaluation, quiet_sizing
    from queuecalc.report.verified import verification_page
    from queuecalc.report.whiteboard import whiteboard_latex, whiteboard_markdown, whiteboard_text

__getattr__, __dir__ = late(__name__, _HOMES)
