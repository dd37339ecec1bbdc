"""The calculation behind a plan: every exact value is the library's, estimates are near, every model works."""

from __future__ import annotations

import math

import pytest

import queuecalc as qc
from queuecalc.answer import Evaluation, Whiteboard
from queuecalc.derivation import derive
from queuecalc.derivation.plan.rounding import rough
from queuecalc.errors import InvalidInput
from queuecalc.evaluation import evaluate
from queuecalc.report import whiteboard_latex, whiteboard_markdown, whiteboard_text
from queuecalc.station import MMc
from tests.reference.random_models import random_graph, random_model

IOT = {"lb": 1, "queue": 1, "redis": 1, "replica": 0, "limiter": 1, "server": 4, "stream": 2, "worker": 6,
       "analytics": 1, "postgres": 1}  # fmt: skip


def values(board: Whiteboard) -> dict[tuple[str, str], float]:
    return {(part.subject, line.key): line.exact for part in board.parts for line in part.lines}


def check(board: Whiteboard, judged: Evaluation) -> None:
    """Every exact value against the evaluation."""
    found = values(board)
    for told in judged.components:
        if (told.name, "utilisation") in found:
            assert found[told.name, "utilisation"] == told.peak_utilisation
            assert told.servers is not None
            assert found[told.name, "offered_load"] == pytest.approx(
                told.peak_utilisation * told.servers, rel=1e-12
            )
        assert found["", f"cost.{told.name}"] == float(told.usd_per_month)
    assert found["", "cost"] == float(judged.cost_usd_per_month)
    for latency in judged.latencies:
        if not latency.subject:
            assert found["", latency.key] == latency.worst_s
    assert judged.availability is not None
    assert found["", "availability"] == judged.availability.load_aware
    assert found["", "redundancy"] == judged.availability.redundancy
    for each in judged.asynchronous:
        if ("", f"lag.{each.component}") in found:
            assert found["", f"lag.{each.component}"] == each.max_lag_s
            assert found["", f"drain.{each.component}"] == each.drain_s
            assert found["", f"backlog.{each.component}"] == each.max_backlog_messages
    assert not any(math.isnan(value) or value < 0 for value in found.values())


def render(board: Whiteboard) -> None:
    for width in (80, 100):
        text = whiteboard_text(board, width=width, cite=True)
        assert max(map(len, text.splitlines())) <= width
    assert whiteboard_markdown(board, cite=True).count("$") % 2 == 0
    latex = whiteboard_latex(board)
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}")


def test_the_shipped_scenario() -> None:
    model = qc.read_model("iot-ingestion")
    judged = evaluate(model, IOT)
    board = derive(model, IOT)
    check(board, judged)
    render(board)
    found = values(board)
    assert found["", "requests_per_s"] == model.load.curve.peak == pytest.approx(726.0)
    assert found["server", "least_units"] == 3
    assert {part.subject for part in board.parts} - {""} == {name for name, count in IOT.items() if count}
    for part in board.parts:
        for line in part.lines:
            if line.about is not None and line.key in ("calls_per_s", "offered_load", "utilisation", "cost"):
                assert line.about == pytest.approx(line.exact, rel=0.35), (part.subject, line.key)
    assert any("Kimura" in cite for cite in board.cites)
    assert any("Newell" in cite for cite in board.cites)


def test_one_queue_by_erlang_c() -> None:
    model = qc.read_model("single-queue")
    answer = qc.size(model, explain=False)
    found = values(derive(model, answer))
    queue = MMc(arrival_rate=70.0, service_rate=10.0, servers=9)
    assert found["server", "delay_probability"] == pytest.approx(queue.delay_probability, rel=1e-12)
    assert found["server", "mean_wait"] == pytest.approx(queue.mean_wait, rel=1e-12)
    assert found["", "p95_ms"] == pytest.approx(queue.sojourn.ppf(0.95), rel=1e-9)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("make", [random_model, random_graph])
def test_random_models(make: object, seed: int) -> None:
    draw = make(seed)  # type: ignore[operator]
    judged = evaluate(draw.model, draw.counts)
    board = derive(draw.model, draw.counts)
    if judged.components:
        check(board, judged)
    else:
        assert board.refusals
    render(board)


@pytest.mark.parametrize("name", qc.shipped_models())
@pytest.mark.parametrize("units", [1, 3])
def test_every_shipped_model(name: str, units: int) -> None:
    model = qc.read_model(name)
    ranges = {key: component.figures.count for key, component in model.components.items()}
    counts = {key: min(max(units, least), most) for key, (least, most) in ranges.items()}
    board = derive(model, counts)
    judged = evaluate(model, counts)
    if judged.components:
        check(board, judged)
    assert bool(board.refusals) == bool(judged.excuses)
    render(board)


def test_a_plan_that_is_too_small_says_so() -> None:
    model = qc.read_model("single-queue")
    board = derive(model, {"server": 7})
    assert board.refusals
    assert values(board)["server", "delay_probability"] == 1.0
    assert values(board)["", "p95_ms"] == math.inf
    render(board)


def test_what_does_not_go_together_is_refused() -> None:
    model = qc.read_model("single-queue")
    with pytest.raises(InvalidInput, match="no plan"):
        derive(model)  # type: ignore[call-overload]
    with pytest.raises(InvalidInput, match="servers goes with a theorem"):
        derive(model, {"server": 9}, servers=3)  # type: ignore[call-overload]
    with pytest.raises(InvalidInput, match="a plan goes with a model"):
        derive("mm1", plan={"server": 3})


def test_round_numbers() -> None:
    assert [rough(value) for value in (1.0, 1.96, 2.4, 95.0, -730.0, math.inf)] == [
        1.0,
        2.0,
        2.0,
        100.0,
        -700.0,
        math.inf,
    ]
