from __future__ import annotations

import math
from dataclasses import replace

import pytest

from queuecalc.answer import ComponentLine, Evaluation, SizingAnswer
from queuecalc.report.components import component_table
from queuecalc.report.page import Bar, Cell


def row_of(evaluation: Evaluation, name: str) -> tuple[Cell | Bar, ...]:
    (row,) = (row for row in component_table(evaluation).rows if row[0].text == name)
    return row


def changed(evaluation: Evaluation, name: str, **changes: object) -> Evaluation:
    lines: list[ComponentLine] = [
        replace(line, **changes) if line.name == name else line  # type: ignore[arg-type]
        for line in evaluation.components
    ]
    return replace(evaluation, components=tuple(lines))


def test_a_row_shows_units_dollars_rate_busy_share_and_part_of_the_percentile(evaluation: Evaluation) -> None:
    assert [cell.text for cell in row_of(evaluation, "server")] == [
        "server",
        "4",
        "$212",
        "731/s",
        "83.4 %",
        "121 ms  70 %",
    ]


def test_parts_of_the_percentile_and_the_network_make_a_whole(evaluation: Evaluation) -> None:
    table = component_table(evaluation)
    shares = [row[5].text.split()[-2] for row in table.rows if row[5].text]
    assert sum(map(int, shares)) == pytest.approx(100, abs=len(shares) / 2)
    assert table.rows[-1][0].text == "(network)"
    assert table.columns[5].title == "of p95"


def test_no_network_row_where_the_components_take_it_all(evaluation: Evaluation) -> None:
    taken = sum(line.waiting_s + line.service_s for line in evaluation.components)
    latency = replace(evaluation.latencies[0], worst_s=taken)
    table = component_table(replace(evaluation, latencies=(latency,)))
    assert table.rows[-1][0].text == "postgres"


def test_no_part_of_an_infinite_percentile(evaluation: Evaluation) -> None:
    latency = replace(evaluation.latencies[0], worst_s=math.inf)
    table = component_table(replace(evaluation, latencies=(latency,)))
    assert all(row[5].text == "" for row in table.rows)


def test_without_a_percentile_there_is_no_column_for_it(evaluation: Evaluation) -> None:
    assert len(component_table(replace(evaluation, latencies=())).columns) == 5


def test_a_component_that_never_queues_has_no_bar(evaluation: Evaluation) -> None:
    assert row_of(changed(evaluation, "lb", servers=None), "lb")[4] == Cell("never queues", "faint")


@pytest.mark.parametrize(
    ("name", "busy", "style"),
    [
        ("server", 0.5, ""),
        ("server", 0.95, "warn"),
        ("server", 1.0, "bad"),
        ("postgres", 0.81, "bad"),
        ("worker", 1.2, "warn"),
    ],
)
def test_a_busy_component_stands_out(evaluation: Evaluation, name: str, busy: float, style: str) -> None:
    bar = row_of(changed(evaluation, name, peak_utilisation=busy), name)[4]
    assert isinstance(bar, Bar)
    assert bar.style == style


def test_what_one_unit_less_breaks_is_said_in_short_and_in_full(feasible: SizingAnswer) -> None:
    table = component_table(feasible.evaluation, feasible.one_less)
    last = {row[0].text: row[-1] for row in table.rows}
    assert last["worker"] == Cell(
        "lag 2.68 h at hour 35.1", long="worker: lag 2.7 h at hour 35.1, at most 1 h"
    )
    assert last["postgres"] == Cell("fixed at 1", "faint")
    assert last["(network)"] == Cell("")
    only = [entry for entry in feasible.one_less if entry.component == "lb"]
    assert component_table(feasible.evaluation, only).rows[-1][-1] == Cell("")
    assert component_table(feasible.evaluation, only).rows[1][-1] == Cell("")
