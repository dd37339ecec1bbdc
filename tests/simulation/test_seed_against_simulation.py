"""The shipped model at its worst slot: what is calculated is what happens."""

from __future__ import annotations

import pytest

from queuecalc.answer import Evaluation
from queuecalc.evaluation import evaluate
from queuecalc.modelfile import read_model
from queuecalc.simulation import SimulationResult, compare, held_still, simulate

COUNTS = {
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


@pytest.fixture(scope="module")
def calculated() -> Evaluation:
    return evaluate(read_model("iot-ingestion"), COUNTS)


@pytest.fixture(scope="module")
def simulated(calculated: Evaluation) -> SimulationResult:
    hour = calculated.latencies[0].hour
    return simulate(read_model("iot-ingestion"), COUNTS, hour=hour, requests=250_000, seed=20)


def test_the_percentile_of_the_contract(calculated: Evaluation, simulated: SimulationResult) -> None:
    latency = calculated.latencies[0]
    assert (latency.key, latency.subject) == ("p95_ms", "")
    assert latency.hour == pytest.approx(25.37, abs=0.02)
    seen = simulated.percentile(0.95)
    assert seen.half_width is not None
    assert seen.half_width < 0.01 * seen.value
    assert latency.worst_s == pytest.approx(seen.value, rel=0.05)


def test_every_utilisation(calculated: Evaluation, simulated: SimulationResult) -> None:
    """Within 1 %, or, of what few long services make busy (postgres, by dashboards), within what chance allows."""
    sharp = 0
    for line in calculated.components:
        estimate = simulated.component(line.name).utilisation
        seen, width = estimate.value, estimate.half_width
        assert width is not None
        if line.asynchronous:
            # slightly overloaded at the peak: busy all the time once there is a backlog, which grows
            assert line.peak_utilisation > 1.0
            assert seen == pytest.approx(1.0, abs=1e-3)
        else:
            sharp += width < 0.01
            assert abs(line.peak_utilisation - seen) <= max(0.01, 1.5 * width), line.name
    assert sharp >= 5
    assert [finding.split()[0] for finding in simulated.findings] == ["worker", "analytics"]


def test_every_percentile_of_every_class(simulated: SimulationResult) -> None:
    """Within 3 %; the rest is mostly the records that a write hands off together."""
    still = held_still(read_model("iot-ingestion"), simulated.hour)
    rows = compare(simulated, evaluate(still, COUNTS))
    times = [row for row in rows if row.unit == "s"]
    assert {(row.quantity, row.subject) for row in times} == {
        (quantity, subject) for quantity in ("mean", "p50", "p95", "p99") for subject in ("", "write", "read")
    }
    for row in times:
        assert row.difference_percent is not None
        assert abs(row.difference_percent) < 3.0, (row.quantity, row.subject)


def test_only_the_limiter_loses_requests(simulated: SimulationResult) -> None:
    (loss,) = simulated.losses
    assert (loss.cause, loss.component) == ("dropped", "limiter")
    assert loss.fraction.value == pytest.approx(1e-4, abs=6e-5)
