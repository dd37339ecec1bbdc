"""Calculated against simulated: which numbers meet, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queuecalc.answer import from_json, to_json
from queuecalc.architecture import Model, Override, RequestClass
from queuecalc.errors import InvalidInput
from queuecalc.evaluation import evaluate
from queuecalc.law import Exponential
from queuecalc.load import Curve
from queuecalc.simulation import (
    Comparison,
    SimulationResult,
    along,
    answered,
    compare,
    held_still,
    simulate,
    simulate_curve,
)
from tests.reference.building import call, component, model

COUNTS = {"server": 2, "db": 1, "worker": 1}


def described() -> Model:
    """A server that asks a bounded database and leaves work behind, more than one worker gets done for an hour."""
    changes = {"fixed_delay_s": 0.002, "availability": 0.9, "mttr_h": 0.2}
    return model(
        [
            component(
                "server",
                0.02,
                Override(when="with", other="db", changes=changes),
                availability=0.95,
                mtbf_h=1.9,
                mttr_h=0.1,
            ),
            component("db", 0.01, servers=2, max_queue=4),
            component("worker", {"": Exponential(mean=0.05)}, initial_backlog=10.0),
        ],
        [call("users", "server"), call("server", "db", 0.5), call("server", "worker", wait=False)],
        hours=(0.0, 1.0, 1.0, 3.0),
        load=(24.0, 24.0, 12.0, 12.0),
        classes=(RequestClass(name="write", share=0.75), RequestClass(name="read", share=0.25)),
        network_s=0.01,
        timeout_s=1.0,
    )


def by_name(rows: tuple[Comparison, ...]) -> dict[tuple[str, str], Comparison]:
    return {(row.quantity, row.subject): row for row in rows}


def test_the_model_held_still() -> None:
    still = held_still(described(), 2.0, levels=(0.9, 0.999))
    assert still.load.curve.peak == still.load.curve.base == 12.0
    assert [target.key for target in still.contract.percentiles] == ["p90_ms", "p99_9_ms"]
    present = frozenset(COUNTS)
    for item in still.components.values():
        figures = item.figures_with(present)
        assert figures.availability == 1.0
        assert figures.mttr_h is None
        assert figures.initial_backlog == 0.0
    assert still.components["server"].figures_with(present).fixed_delay_s == 0.002
    assert held_still(described()).load.curve.peak == 24.0
    with pytest.raises(InvalidInput, match="level 95"):
        held_still(described(), levels=(95,))


def test_one_hour() -> None:
    still = held_still(described())
    result = simulate(still, COUNTS, requests=100_000, seed=1)
    rows = by_name(compare(result, evaluate(still, COUNTS)))
    # the worker falls behind: what it is offered is not what it does
    assert {key for key in rows if key[0] == "utilisation"} == {
        ("utilisation", "server"),
        ("utilisation", "db"),
    }
    assert rows["utilisation", "server"].calculated == pytest.approx(0.24)
    for key in (("mean", ""), ("p50", ""), ("p95", ""), ("p99", ""), ("p95", "write"), ("p95", "read")):
        row = rows[key]
        assert row.unit == "s"
        assert row.difference_percent is not None
        assert abs(row.difference_percent) < 3.0
        assert row.inside == row.simulated.contains(row.calculated)
        assert row.difference_percent == pytest.approx(100.0 * (row.calculated / row.simulated.value - 1.0))
    assert rows["availability", ""].simulated.value == result.availability.value
    assert ("lost, late", "") in rows


def test_along_the_curve_backlogs_meet() -> None:
    result = simulate_curve(described(), COUNTS, replications=2, seed=2)
    rows = by_name(compare(result, evaluate(described(), COUNTS)))
    assert set(rows) == {
        ("p95", ""),
        ("lag", "worker"),
        ("longest line", "worker"),
        ("line at the end", "worker"),
        *(("p95", name) for name in ("write", "read") if ("p95", name) in rows),
    }
    for quantity in ("lag", "longest line"):
        row = rows[quantity, "worker"]
        assert row.calculated == pytest.approx(row.simulated.value, rel=0.05)
    row = rows["p95", ""]
    assert row.calculated == pytest.approx(row.simulated.value, rel=0.03)


def test_along_the_curve_with_failures_losses_meet() -> None:
    result = simulate_curve(described(), COUNTS, replications=3, failures=True, seed=3)
    rows = by_name(compare(result, evaluate(described(), COUNTS)))
    assert set(rows) >= {("availability", ""), ("lost, down", "server"), ("lost, late", "")}
    down = rows["lost, down", "server"]
    assert down.calculated == pytest.approx((1.0 - 0.9) ** 2, rel=1e-3)  # the override's availability
    assert down.unit == ""


def test_what_was_never_seen_has_no_difference() -> None:
    still = held_still(described(), 2.0)
    calculated = evaluate(still, COUNTS)
    result = simulate(still, COUNTS, requests=2000, seed=4)
    unseen = replace(result, losses=(), latencies=result.latencies[:1])
    rows = by_name(compare(unseen, calculated))
    late = rows["lost, late", ""]
    assert late.simulated.value == 0.0
    assert late.difference_percent is None
    assert late.inside is None
    assert ("p95", "write") not in rows


def test_an_hour_without_a_steady_state_is_not_compared() -> None:
    still = held_still(described(), 2.0)
    overloaded = replace(still, load=replace(still.load, curve=Curve.constant(120.0)))
    result = simulate(overloaded, COUNTS, requests=20_000, seed=4)
    answer = answered(result, evaluate(overloaded, COUNTS))
    assert (answer.stable, answer.comparisons, answer.judged) == (False, (), 0)
    assert answer.overloaded == ("server",)
    assert result.findings[0].startswith("server has no steady state")


def test_a_lag_that_outlasts_the_curve_is_not_compared() -> None:
    part = along(described(), between=(0.5, 1.0))
    result = simulate_curve(part, COUNTS, seed=5)
    rows = by_name(compare(result, evaluate(part, COUNTS)))
    assert ("lag", "worker") not in rows
    # 24 a second come and 20 are worked off, for half an hour, onto the 10 that are there
    assert rows["line at the end", "worker"].calculated == pytest.approx(10 + 4 * 1800)
    assert rows["line at the end", "worker"].simulated.value == pytest.approx(7210, rel=0.1)
    # nothing fails in this model: losses are compared, too
    assert rows["availability", ""].simulated.value > 0.99


@pytest.mark.parametrize("between", [(2.0, 1.0), (1.0, 1.0), (-1.0, 1.0), (0.0, 4.0)])
def test_a_part_that_the_curve_does_not_have_is_refused(between: tuple[float, float]) -> None:
    with pytest.raises(InvalidInput, match="expected two hours of the curve, 0 to 3, in order"):
        along(described(), between=between)


def test_a_part_of_the_curve_keeps_its_jumps() -> None:
    curve = along(described(), between=(0.5, 2.0)).load.curve
    assert curve == Curve(hours=(0.5, 1.0, 1.0, 2.0), values=(24.0, 24.0, 12.0, 12.0))
    assert along(described(), between=(1.0, 2.0)).load.curve == Curve(hours=(1.0, 2.0), values=(12.0, 12.0))
    assert along(described(), failures=True).components == described().components


def test_different_plans_are_refused() -> None:
    still = held_still(described(), 2.0)
    result = simulate(still, COUNTS, requests=1000)
    with pytest.raises(InvalidInput, match="different counts"):
        compare(result, evaluate(still, {**COUNTS, "server": 3}))
    with pytest.raises(InvalidInput, match="the evaluation is of no plan: "):
        compare(replace(result, counts={**COUNTS, "db": 0}), evaluate(still, {**COUNTS, "db": 0}))


def test_a_result_goes_through_JSON_and_back() -> None:
    result = simulate(held_still(described(), 2.0), COUNTS, requests=1000)
    assert from_json(SimulationResult, to_json(result)) == result
    along = simulate_curve(described(), COUNTS, until_h=0.1, window_h=0.05)
    assert from_json(SimulationResult, to_json(along)) == along
