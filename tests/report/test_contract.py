from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from queuecalc.answer import ContractLine, Evaluation, Excuse
from queuecalc.report.contract import breach, broken_lines, contract_table, folded, line_name, target_unit
from queuecalc.report.page import Cell


def a_line(target: str = "p95", **changes: Any) -> ContractLine:
    figures: dict[str, Any] = {
        "unit": "s",
        "sense": "at most",
        "limit": 0.18,
        "reached": 0.1714,
        "kept": True,
    }
    return ContractLine(target=target, **(figures | changes))


def cells(line: ContractLine) -> list[str]:
    (row,) = contract_table([line]).rows
    return [cell.text for cell in row if isinstance(cell, Cell)]


def test_a_kept_line_shows_what_is_left_over_and_when() -> None:
    assert cells(a_line(hour=27.03)) == ["p95", "at most 180 ms", "171 ms", "8.6 ms", "hour 27.0"]


def test_a_broken_line_says_so_in_words() -> None:
    assert cells(a_line(reached=0.2, kept=False))[2:4] == ["200 ms", "broken by 20 ms"]


def test_a_line_broken_by_a_hair_does_not_look_kept() -> None:
    shown = cells(a_line(reached=0.1800004, kept=False))
    assert shown[1] == "at most 180 ms"
    assert shown[2] != "180 ms"
    assert shown[3].startswith("broken by")


def test_without_a_steady_state_there_is_no_difference_to_show() -> None:
    assert cells(a_line(reached=math.inf, kept=False))[2:4] == ["inf", "broken"]
    assert cells(a_line(limit=math.inf, kept=True))[3] == ""


def test_availability_is_left_over_in_basis_points() -> None:
    line = a_line("availability", unit="fraction", sense="at least", limit=0.9975, reached=0.9981)
    assert cells(line)[1:4] == ["at least 99.75 %", "99.81 %", "6 bp"]


def test_stability_is_a_busy_share_whatever_unit_it_comes_in() -> None:
    line = a_line("stability", subject="server", unit="erlang", sense="below", limit=1.0, reached=0.83)
    assert cells(line)[:4] == ["stability of server", "below 100 %", "83 %", "17 %"]


@pytest.mark.parametrize(("left", "shown", "over"), [(0.0, "yes", ""), (1234.0, "1,234 left", "broken")])
def test_drained_or_not(left: float, shown: str, over: str) -> None:
    line = a_line("drained", subject="worker", unit="", limit=0.0, reached=left, kept=left == 0.0)
    assert cells(line)[1:4] == ["at the end", shown, over]


def test_names() -> None:
    assert line_name("p99_9", "write") == "p99.9 of write"
    assert line_name("budget", "") == "budget"


def test_lines_of_one_target_are_folded_into_the_closest(evaluation: Evaluation) -> None:
    names = [name for name, _ in folded(evaluation.lines)]
    assert "stability of stream (+6)" in names
    assert "lag of worker" in names
    assert len(contract_table(evaluation.lines, everything=True).rows) == len(evaluation.lines)


def test_a_broken_line_is_never_folded(evaluation: Evaluation) -> None:
    lines = [
        replace(line, kept=False, reached=1.2)
        if (line.target, line.subject) == ("stability", "redis")
        else line
        for line in evaluation.lines
    ]
    names = [name for name, _ in folded(lines)]
    assert "stability of redis" in names
    assert "stability of stream (+5)" in names
    assert broken_lines(lines) == ["stability of redis 120 % (below 100 %)"]


def test_what_is_closest_is_measured_against_its_limit() -> None:
    lines = [
        a_line("lag", subject=name, limit=limit, reached=reached)
        for name, limit, reached in (("a", 10.0, 5.0), ("b", 1000.0, 900.0), ("c", 2.0, 0.1))
    ]
    assert [name for name, _ in folded(lines)] == ["lag of b (+2)"]
    zero = [replace(line, limit=0.0, reached=0.0) for line in lines]
    assert [name for name, _ in folded(zero)] == ["lag of a (+2)"]


def an_excuse(target: str, subject: str = "", **figures: float | None) -> Excuse:
    return Excuse(target=target, subject=subject, sentence="because", **figures)


@pytest.mark.parametrize(
    ("excuse", "text"),
    [
        (an_excuse("p95", limit=0.18, reached=0.194, hour=26.44), "p95 194 ms at hour 26.4"),
        (an_excuse("p95", limit=0.18, reached=math.inf, hour=2.0), "p95 without bound at hour 2.0"),
        (an_excuse("p95", reached=0.194), "p95 194 ms"),
        (an_excuse("lag", "worker", limit=3600.0, reached=7300.0), "lag of worker 2.03 h"),
        (
            an_excuse("stability", "server", limit=1.0, reached=1.31, hour=3.0),
            "server busy 131 % at hour 3.0",
        ),
        (an_excuse("stability", "server", limit=1.0, reached=1.00002), "server busy 100.002 %"),
        (an_excuse("utilisation", "postgres", limit=0.8, reached=0.9), "postgres busy 90 %"),
        (an_excuse("stability", "app", limit=1.0, reached=math.inf, hour=5.0), "app never free at hour 5.0"),
        (an_excuse("availability", limit=0.9975, reached=0.9902), "availability 99.02 %"),
        (an_excuse("budget", limit=820.0, reached=1000.0), "budget $1,000"),
        (
            an_excuse("drained", "worker", limit=0.0, reached=5000.0),
            "backlog of worker 5,000 left at the end",
        ),
        (an_excuse("invalid"), "because"),
        (an_excuse("invalid", "server", limit=1.0, reached=4.0), "because"),
        (an_excuse("something new", reached=3.0), "something new 3"),
    ],
)
def test_what_breaks_in_a_few_words(excuse: Excuse, text: str) -> None:
    assert breach(excuse) == text


def test_a_component_need_not_be_named_in_its_own_row() -> None:
    excuse = an_excuse("lag", "worker", limit=3600.0, reached=7300.0)
    assert breach(excuse, of="worker") == "lag 2.03 h"


@pytest.mark.parametrize(("target", "unit"), [("p99_9", "s"), ("price", ""), ("lag", "s")])
def test_units_of_targets(target: str, unit: str) -> None:
    assert target_unit(target) == unit


def test_of_two_kept_lines_about_the_same_the_closest_is_shown() -> None:
    lines = [a_line("retention", subject="stream", limit=100.0, reached=reached) for reached in (20.0, 80.0)]
    assert [line.reached for _, line in folded(lines)] == [80.0]
    broken = [lines[0], replace(lines[1], kept=False)]
    assert [line for _, line in folded(broken)] == broken
