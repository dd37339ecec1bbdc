"""The components of a plan: what is bought, how busy it is, where the time goes, what one unit less would break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from queuecalc.answer import ComponentLine, Evaluation, Latency, OneLess
from queuecalc.report.contract import breach
from queuecalc.report.numerals import money, percent, percentile_name, rate, seconds
from queuecalc.report.page import Bar, Cell, Column, Style, Table

__all__ = ["component_table"]

_NEARLY_FULL = 0.9


def _busy(line: ComponentLine) -> Bar | Cell:
    if line.servers is None:
        return Cell("never queues", "faint")
    style: Style = ""
    over_guard = line.max_utilisation is not None and line.peak_utilisation > line.max_utilisation
    if over_guard or (line.peak_utilisation >= 1 and not line.asynchronous):
        style = "bad"
    elif line.peak_utilisation >= _NEARLY_FULL:
        style = "warn"
    return Bar(line.peak_utilisation, percent(line.peak_utilisation), style)


def _share(taken_s: float, latency: Latency) -> Cell:
    if taken_s <= 0 or not 0 < latency.worst_s < float("inf"):
        return Cell("")
    share = taken_s / latency.worst_s
    return Cell(f"{seconds(taken_s)} {100 * share:3.0f} %")


def _less(one_less: OneLess | None) -> Cell:
    if one_less is None:
        return Cell("")
    if one_less.excuse is None:
        return Cell(one_less.reason, "faint")
    return Cell(breach(one_less.excuse, of=one_less.component), long=one_less.excuse.sentence)


def component_table(evaluation: Evaluation, one_less: Sequence[OneLess] = ()) -> Table:
    """One row per component bought, and one for the network where it takes its part of the percentile."""
    latency = next((entry for entry in evaluation.latencies if not entry.subject), None)
    less: Mapping[str, OneLess] = {entry.component: entry for entry in one_less}
    columns = [
        Column("component"),
        Column("units", "right"),
        Column("$/month", "right"),
        Column("peak", "right"),
        Column("busy"),
    ]
    if latency:
        columns.append(Column(f"of {percentile_name(latency.level)}", "right"))
    if less:
        columns.append(Column("one unit less: what breaks", below="One unit less: what breaks"))
    rows = []
    for line in evaluation.components:
        row: list[Cell | Bar] = [
            Cell(line.name),
            Cell(f"{line.count:,}"),
            Cell(money(line.usd_per_month)),
            Cell(rate(line.peak_rate_per_s)),
            _busy(line),
        ]
        if latency:
            row.append(_share(line.waiting_s + line.service_s, latency))
        if less:
            row.append(_less(less.get(line.name)))
        rows.append(tuple(row))
    if latency and evaluation.components:
        taken = sum(line.waiting_s + line.service_s for line in evaluation.components)
        rest = latency.worst_s - taken
        if 0 < taken < latency.worst_s < float("inf") and rest > 1e-3 * latency.worst_s:
            cells = [Cell("(network)", "faint"), *[Cell("")] * 4, _share(rest, latency)]
            rows.append((*cells, Cell("")) if less else tuple(cells))
    return Table(tuple(columns), tuple(rows))
