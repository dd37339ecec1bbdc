"""Every form that an answer can be printed in, beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from queuecalc.answer import to_json
from queuecalc.report.listing import Listing
from queuecalc.report.markdown import markdown_text
from queuecalc.report.page import Page
from queuecalc.report.rows import records_csv, rows_csv
from queuecalc.report.stationed import StationFigures

__all__ = ["FORMATS"]

Form = Callable[[Any, Page], str]


def _json(answer: Any, _page: Page) -> str:
    match answer:
        case Listing(rows=rows):
            return f"{to_json(rows)}\n"
        case StationFigures():
            return f"{to_json(answer.flat())}\n"
        case _:
            return f"{to_json(answer)}\n"


def _csv(answer: Any, _page: Page) -> str:
    match answer:
        case Listing(rows=rows):
            return rows_csv(list(rows[0]) if rows else [], [list(row.values()) for row in rows])
        case StationFigures():
            row = answer.flat()
            return rows_csv(list(row), [list(row.values())])
        case _:
            return records_csv(answer)


def _markdown(_answer: Any, page: Page) -> str:
    return markdown_text(page)


FORMATS: dict[str, Form] = {"json": _json, "csv": _csv, "markdown": _markdown}
"""Text from an answer and its page with nothing folded; a new form is one line."""
