"""The walk along the curve: what halving the slots, a jump, a backlog and a failure state do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from queuecalc.answer import Evaluation
from queuecalc.architecture import Model
from queuecalc.evaluation import evaluate
from queuecalc.modelfile import read_model
from tests.reference.building import call, component, model
from tests.reference.random_models import random_graph, random_model

SEED_PLAN = {
    "lb": 1,
    "limiter": 1,
    "server": 4,
    "stream": 2,
    "queue": 1,
    "redis": 1,
    "postgres": 1,
    "worker": 6,
    "analytics": 1,
    "replica": 0,
}


def _figures(answer: Evaluation) -> dict[str, float]:
    found = {f"{line.target} {line.subject}": line.reached for line in answer.lines}
    found |= {f"{each.key} {each.subject}": each.worst_s for each in answer.latencies}
    if answer.availability is not None:
        found["load-aware"] = answer.availability.load_aware
    for each in answer.asynchronous:
        found[f"lag {each.component}"] = each.max_lag_s
        found[f"left {each.component}"] = each.end_backlog_messages
    return found


def _halved(model: Model) -> Model:
    return replace(model, load=replace(model.load, curve=model.load.curve.halved()))


def test_halving_the_slots_of_the_seed_scenario_changes_nothing() -> None:
    scenario = read_model("iot-ingestion")
    coarse = _figures(evaluate(scenario, SEED_PLAN))
    fine = _figures(evaluate(_halved(scenario), SEED_PLAN))
    for key, value in coarse.items():
        assert fine[key] == pytest.approx(value, rel=2e-9, abs=1e-9), key


@pytest.mark.parametrize("seed", range(8))
def test_halving_the_slots_changes_nothing(seed: int) -> None:
    draw = (random_model if seed % 2 else random_graph)(seed)
    coarse, fine = evaluate(draw.model, draw.counts), evaluate(_halved(draw.model), draw.counts)
    figures, halved = _figures(coarse), _figures(fine)
    for key, value in figures.items():
        if not math.isinf(value):
            assert halved[key] == pytest.approx(value, rel=1e-7, abs=1e-9), key


def test_a_jump_counts_with_its_larger_value() -> None:
    scenario = model(
        [component("server", 0.1)], [call("users", "server")], hours=(0, 1, 1, 2), load=(2.0, 2.0, 9.0, 1.0)
    )
    answer = evaluate(scenario, {"server": 1})
    assert answer.latencies[0].worst_s == pytest.approx(-math.log(0.05), rel=1e-9)
    assert answer.latencies[0].hour == 1.0


def test_a_triangle_of_overload_drains_as_by_hand() -> None:
    """Inflow 0 -> 40 -> 0 erlang-seconds a second over two hours, capacity 20: the backlog peaks at hour 1.5."""
    scenario = model(
        [component("server", 0.001), component("worker", 1.0, servers=20)],
        [call("users", "server"), call("server", "worker", wait=False)],
        hours=(0.0, 1.0, 2.0, 4.0),
        load=(0.0, 40.0, 0.0, 0.0),
        drained_by_end=True,
    )
    answer = evaluate(scenario, {"server": 1, "worker": 1})
    (worker,) = answer.asynchronous
    most = 0.5 * 3600.0 * 20.0  # the triangle above the capacity, from hour 0.5 to 1.5
    assert worker.overloaded_from_h == pytest.approx(0.5)
    assert worker.overloaded_until_h == pytest.approx(1.5)
    assert worker.max_backlog_messages == pytest.approx(most, rel=1e-12)
    assert worker.max_lag_s == pytest.approx(most / 20.0, rel=1e-12)
    # from hour 1.5 the inflow falls from 20 to 0 in half an hour, then nothing comes
    rest = most - 0.25 * 3600.0 * 20.0
    assert worker.drain_s == pytest.approx(1800.0 + rest / 20.0, rel=1e-12)
    assert worker.end_backlog_messages == 0.0


def test_workers_throttle_what_reaches_the_database() -> None:
    scenario = model(
        [
            component("server", 0.001),
            component("worker", 0.1, servers=1),
            component("db", 0.01),
        ],
        [
            call("users", "server"),
            call("server", "worker", wait=False),
            call("worker", "db", wait=False),
            call("server", "db", 0.5),
        ],
        hours=(0.0, 1.0, 2.0),
        load=(4.0, 40.0, 4.0),
    )
    answer = evaluate(scenario, {"server": 1, "worker": 2, "db": 1})
    db = next(each for each in answer.components if each.name == "db")
    assert db.peak_rate_per_s == pytest.approx(0.5 * 40.0 + 2 / 0.1, rel=1e-12)


def test_two_of_two_units_are_needed_at_the_peak_only() -> None:
    """Load rises linearly from 4 to 16 per second; one unit of rate 10 is overloaded above 10."""
    a = 0.99
    scenario = model(
        [component("server", 0.1, availability=a)],
        [call("users", "server")],
        hours=(0.0, 1.0),
        load=(4.0, 16.0),
        availability=0.9,
    )
    answer = evaluate(scenario, {"server": 2})
    assert answer.availability is not None
    above = (16.0**2 - 10.0**2) / (16.0**2 - 4.0**2)
    one_alive, none_alive = 2 * a * (1 - a), (1 - a) ** 2
    assert answer.availability.load_aware == pytest.approx(1 - none_alive - one_alive * above, abs=1e-11)
    assert answer.availability.redundancy == pytest.approx(1 - none_alive, abs=1e-14)
    assert answer.availability.series == pytest.approx(a, abs=1e-14)
    causes = {loss.cause: loss.fraction for loss in answer.availability.losses}
    assert causes["no steady state"] == pytest.approx(one_alive * above, rel=1e-9)


def test_a_late_answer_is_lost() -> None:
    """M/M/1 at constant load: P(T > timeout) = exp(-(mu - lambda) timeout)."""
    scenario = model(
        [component("server", 0.1)],
        [call("users", "server")],
        load=(8.0, 8.0),
        timeout_s=1.5,
        availability=0.9,
    )
    answer = evaluate(scenario, {"server": 1})
    assert answer.availability is not None
    assert 1.0 - answer.availability.load_aware == pytest.approx(math.exp(-3.0), rel=1e-8)


def test_fees_follow_the_calls_and_never_the_counts() -> None:
    from decimal import Decimal

    scenario = model(
        [component("server", 0.01, usd_per_month=Decimal(10), usd_per_million_calls=Decimal("0.40"))],
        [call("users", "server")],
        hours=(0.0, 10.0),
        load=(0.0, 20.0),
    )
    one, two = evaluate(scenario, {"server": 1}), evaluate(scenario, {"server": 2})
    calls = Decimal(10 * 3600 * 10) * 73  # the curve of ten hours happens 73 times a month
    fee = (calls * Decimal("0.40") / 10**6).quantize(Decimal("0.01"))
    assert one.cost_usd_per_month == Decimal(10) + fee
    assert two.cost_usd_per_month == Decimal(20) + fee
