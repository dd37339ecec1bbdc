"""What happens in the simulation is what a call line says. Constant times and hardly any load make it exact."""

from __future__ import annotations

import pytest

from queuecalc.architecture import Model, Override, RequestClass
from queuecalc.law import Deterministic, Law
from queuecalc.simulation import SimulationResult, simulate
from tests.reference.building import call, component, model
from tests.simulation.small import agrees

RARE = (0.001, 0.001)
CLOSE = 1e-3  # percentiles are counted in bins


def taking(seconds: float) -> dict[str, Law]:
    return {"": Deterministic(mean=seconds)}


def lived(described: Model, requests: int = 4000, seed: int = 1, **counts: int) -> SimulationResult:
    present = dict.fromkeys(described.components, 1)
    return simulate(described, {**present, **counts}, requests=requests, batches=10, seed=seed)


def test_a_request_waits_for_its_calls_one_after_the_other_and_not_for_what_it_hands_off() -> None:
    result = lived(
        model(
            [
                component("a", taking(0.01), fixed_delay_s=0.004),
                component("b", taking(0.02)),
                component("c", taking(5.0)),
            ],
            [call("users", "a"), call("a", "b", 2.0), call("a", "c", wait=False)],
            load=RARE,
            network_s=0.03,
        )
    )
    for level in (0.5, 0.95, 0.99):
        assert result.percentile(level).value == pytest.approx(0.03 + 0.014 + 2 * 0.02, rel=CLOSE)
    assert [line.name for line in result.components if line.asynchronous] == ["c"]


def test_times_is_so_many_calls_and_one_more_at_times() -> None:
    result = lived(
        model(
            [component("a", taking(0.01)), component("b", taking(0.1))],
            [call("users", "a"), call("a", "b", 2.25)],
            load=RARE,
        ),
        requests=20_000,
    )
    assert result.percentile(0.5).value == pytest.approx(0.21, rel=1e-3)
    assert result.percentile(0.95).value == pytest.approx(0.31, rel=1e-3)
    assert agrees(result.latency().mean_s, 0.01 + 2.25 * 0.1)
    assert agrees(result.component("b").rate_per_s, 2.25 * 0.001)


def test_the_first_present_taker_takes_the_call_and_nobody_skips_it() -> None:
    described = model(
        [component("a", taking(0.01)), component("cache", taking(0.02)), component("db", taking(0.5))],
        [call("users", "a"), call("a", "cache db nobody")],
        load=RARE,
    )
    assert lived(described).percentile(0.5).value == pytest.approx(0.03, rel=CLOSE)
    assert lived(described, cache=0).percentile(0.5).value == pytest.approx(0.51, rel=CLOSE)
    assert lived(described, cache=0, db=0).percentile(0.5).value == pytest.approx(0.01, rel=CLOSE)


def test_operations_and_classes_select_calls() -> None:
    operations: dict[str, Law] = {"get": Deterministic(mean=0.01), "put": Deterministic(mean=0.04)}
    described = model(
        [component("api", operations), component("db", taking(0.1)), component("log", taking(1.0))],
        [
            call("users", "api.get", classes="read"),
            call("users", "api.put", classes="write"),
            call("api.put", "db"),
            call("api", "log", classes="read"),
        ],
        load=RARE,
        classes=(RequestClass(name="read", share=0.5), RequestClass(name="write", share=0.5)),
    )
    result = lived(described)
    assert result.percentile(0.5, "read").value == pytest.approx(1.01, rel=1e-2)
    assert result.percentile(0.5, "write").value == pytest.approx(0.14, rel=CLOSE)


def test_a_call_to_oneself_adds_to_the_service_before_the_server_is_free() -> None:
    operations: dict[str, Law] = {"request": Deterministic(mean=0.02), "job": Deterministic(mean=0.1)}
    described = model(
        [component("server", operations)],
        [call("users", "server.request"), call("server", "server.job", 1.5, wait=False)],
        load=(2.0, 2.0),
    )
    result = lived(described, requests=100_000)
    service, second = 0.17, 0.5 * 0.12**2 + 0.5 * 0.22**2
    assert agrees(result.component("server").utilisation, 2.0 * service)
    assert agrees(result.component("server").rate_per_s, 2.0)
    assert agrees(result.component("server").mean_wait_s, second / (1.0 - 2.0 * service), within=0.05)


def test_what_a_limiter_drops_makes_no_calls_and_its_caller_goes_on() -> None:
    described = model(
        [
            component("limiter", taking(0.001), drops={"request": 0.3}),
            component("server", taking(0.01)),
            component("log", taking(0.01)),
        ],
        [call("users", "limiter"), call("users", "log"), call("limiter", "server")],
        load=(0.01, 0.01),
    )
    result = lived(described, requests=100_000)
    assert agrees(result.component("server").rate_per_s, 0.007)
    assert agrees(result.component("log").rate_per_s, 0.01)
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("dropped", "limiter")
    assert agrees(loss.fraction, 0.3)
    assert result.percentile(0.95).value == pytest.approx(0.021, rel=CLOSE)


def test_an_answer_after_the_timeout_is_late() -> None:
    described = model(
        [component("a", taking(0.01)), component("slow", taking(1.0))],
        [call("users", "a"), call("a", "slow", 0.2)],
        load=RARE,
        network_s=0.05,
        timeout_s=1.0,
    )
    result = lived(described, requests=50_000)
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("late", "")
    assert agrees(loss.fraction, 0.2, within=0.05)
    # the percentiles are not cut off at the timeout
    assert result.percentile(0.95).value == pytest.approx(1.06, rel=1e-3)


def test_classes_outside_the_contract_or_without_an_answer_stay_apart() -> None:
    described = model(
        [component("a", taking(0.01)), component("b", taking(0.03))],
        [
            call("users", "a", classes="paid"),
            call("users", "b", classes="free"),
            call("users", "b", classes="beacon", wait=False),
        ],
        load=RARE,
        classes=(
            RequestClass(name="paid"),
            RequestClass(name="free", share=2.0, in_contract=False),
            RequestClass(name="beacon", share=None, per_s=0.002),
        ),
    )
    result = lived(described)
    assert [line.subject for line in result.latencies] == ["", "paid", "free"]
    assert result.percentile(0.5).value == pytest.approx(0.01, rel=CLOSE)
    assert result.percentile(0.5, "free").value == pytest.approx(0.03, rel=CLOSE)
    assert result.requests == pytest.approx(4000, rel=0.1)
    assert agrees(result.component("b").rate_per_s, 0.004, within=0.1)


def test_figures_change_with_the_presence_of_others() -> None:
    quick = Override(when="with", other="cache", changes={"fixed_delay_s": 0.001})
    described = model(
        [component("a", taking(0.01), quick, fixed_delay_s=0.1), component("cache", taking(0.02))],
        [call("users", "a")],
        load=RARE,
    )
    assert lived(described).percentile(0.5).value == pytest.approx(0.011, rel=CLOSE)
    assert lived(described, cache=0).percentile(0.5).value == pytest.approx(0.11, rel=CLOSE)


@pytest.mark.parametrize("pooling", ["pooled", "split"])
def test_partitions_limit_the_flow_that_comes_from_them(pooling: str) -> None:
    described = model(
        [
            component("stream", 0.001, servers=None, partitions=1),
            component("worker", 0.1, servers=2, pooling=pooling),
        ],
        [
            call("users", "stream", classes="event"),
            call("users", "worker", classes="order", wait=False),
            call("stream", "worker", wait=False),
        ],
        load=(15.0, 15.0),
        classes=(RequestClass(name="event"), RequestClass(name="order", share=0.5)),
    )
    result = lived(described, requests=60_000, worker=2)
    # one server of four is always busy with events (10 a second), the orders find the rest
    assert agrees(result.component("worker").utilisation, (1.0 + 0.75) / 4.0)
