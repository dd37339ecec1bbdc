"""The page of a simulation, from numbers by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queuecalc.answer import Comparison, Estimate, SimulationAnswer, SimulationResult, from_json, to_json
from queuecalc.evidence import Evidence
from queuecalc.report import comparison_cells, plain_text, simulation_page


def line(quantity: str, calculated: float, seen: float, width: float | None, **rest: str) -> Comparison:
    simulated = Estimate(value=seen, half_width=width)
    return Comparison(
        quantity=quantity,
        subject=rest.get("subject", ""),
        unit=rest.get("unit", ""),
        calculated=calculated,
        simulated=simulated,
        difference_percent=100.0 * (calculated / seen - 1.0) if seen else None,
        inside=None if width is None else simulated.contains(calculated),
    )


def answer(*lines: Comparison, **changes: object) -> SimulationAnswer:
    result = SimulationResult(
        title="By hand",
        source="hand.toml",
        counts={"web": 2},
        seed=3,
        hour=1.5,
        load_per_s=40.0,
        observations=20,
        simulated_s=90.0,
        requests=3600,
        visits=7200,
        components=(),
        latencies=(),
        availability=Estimate(value=1.0),
        losses=(),
    )
    plain = SimulationAnswer(
        title="By hand",
        source="hand.toml",
        kind="hour",
        stable=True,
        comparisons=lines,
        evidence=Evidence.EXACT,
        statements=(),
        simulated=result,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


LINES = (
    line("utilisation", 0.5, 0.51, 0.005, subject="web"),
    line("mean", 0.1, 0.1, 0.002, unit="s"),
    line("p95", 0.3, 0.32, 0.03, unit="s"),
    line("p95", 0.3, 0.32, 0.03, unit="s", subject="only"),
    line("availability", 0.9995, 0.9994, 0.0002),
    line("lost, dropped", 5e-4, 6e-4, 2e-4, subject="limiter"),
    line("lost, late", 0.0, 0.0, None),
    line("lag", 60.0, 66.0, 4.0, unit="s", subject="worker"),
    line("longest line", 1200.0, 1100.0, None, unit="messages", subject="worker"),
)


def test_every_kind_of_number_is_written_in_its_unit() -> None:
    cells = {row[0]: row[1:] for row in comparison_cells(LINES)}
    assert cells["utilisation"] == ("web", "50 %", "51 %", "0.5 %", "-2 %", "no")
    assert cells["mean"] == ("all classes", "100 ms", "100 ms", "2 ms", "+0 %", "yes")
    assert cells["p95"] == ("all classes", "300 ms", "320 ms", "30 ms", "-6.2 %", "yes")
    assert cells["availability"] == ("", "99.95 %", "99.94 %", "2 bp", "+0.01 %", "yes")
    assert cells["lost, dropped"] == ("limiter", "5 bp", "6 bp", "2 bp", "-17 %", "yes")
    assert cells["lag"] == ("worker", "60 s", "66 s", "4 s", "-9.1 %", "no")
    assert cells["longest line"][1:3] == ("1,200", "1,100")
    assert cells["longest line"][-1] == ""


def test_what_never_happened_and_what_one_class_repeats_is_folded() -> None:
    assert len(list(comparison_cells(LINES))) == len(LINES) - 2
    assert len(list(comparison_cells(LINES, everything=True))) == len(LINES)
    other = line("p95", 0.2, 0.2, 0.03, unit="s", subject="other")
    assert sum(row[0] == "p95" for row in comparison_cells([*LINES, other])) == 3
    (row,) = comparison_cells([LINES[2]], "end to end")
    assert row[1] == "end to end"


def test_the_verdict_counts_and_names_the_response_time_that_is_furthest_off() -> None:
    made = answer(*LINES)
    assert (made.inside, made.judged) == (5, 7)
    text = plain_text(simulation_page(made, ["load.network_ms=3"]), 100)
    assert text.startswith("5 of 7 calculated numbers lie inside the 95 % interval; furthest off among the")
    assert "p95, -6.2 %." in " ".join(text.split())
    assert "By hand (hand.toml), hour 1.5 held still, 40/s, every unit up, load.network_ms=3" in text
    assert "3,600 requests, 7,200 visits, 90 s in 20 batches, seed 3" in text


@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    text = plain_text(simulation_page(answer(*LINES)), width)
    assert max(map(len, text.splitlines())) <= max(width, 72)


def test_without_a_steady_state_the_finding_is_the_verdict() -> None:
    made = answer(stable=False, overloaded=("web",))
    found = replace(made, simulated=replace(made.simulated, findings=("web has no steady state",)))
    text = plain_text(simulation_page(found), 100)
    assert text.startswith(
        "no steady state: web can do no more than what is asked, or less; web has no steady state."
    )
    assert "number " not in text


def test_along_the_curve_and_of_a_network() -> None:
    made = answer(*LINES, kind="curve")
    along = replace(made.simulated, hour=None, from_h=2.0, until_h=8.0, failures=True, observations=1)
    text = plain_text(simulation_page(replace(made, simulated=along)), 100)
    assert "hours 2 to 8, 40/s on average, units fail and are repaired" in text
    assert "in 1 run, seed 3" in text
    assert "none from one run" in text
    network = plain_text(simulation_page(answer(LINES[1], kind="network")), 100)
    assert "end to end" in network
    assert "40/s arrive" in network
    assert "plan" not in network


def test_an_answer_goes_through_JSON_and_back() -> None:
    made = answer(*LINES)
    assert from_json(SimulationAnswer, to_json(made)) == made
