"""What is refused, and with which words."""

from __future__ import annotations

from typing import Any

import pytest

from queuecalc.architecture import Model
from queuecalc.errors import InvalidInput
from queuecalc.simulation import simulate, simulate_curve
from tests.reference.building import call, component, model
from tests.simulation.small import one_station

COUNTS = {"server": 1}


def served() -> Model:
    return one_station(8.0, 0.05)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"sever": 1}, r"unknown component 'sever'; did you mean server\?"),
        ({"xyz": 1}, "unknown component 'xyz'; there are server"),
        ({"server": -1}, "server: count -1; expected a whole number >= 0"),
        ({"server": 1.5}, "server: count 1.5; expected a whole number >= 0"),
        ({"server": True}, "server: count True; expected a whole number >= 0"),
        ({}, "no count given for server"),
        ({"server": 0}, "a call that nobody takes; it needs server"),
    ],
)
def test_counts_that_are_no_plan(counts: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        simulate(served(), counts)
    with pytest.raises(InvalidInput, match=message):
        simulate_curve(served(), counts)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batches": 1}, "batches = 1; expected a whole number >= 2"),
        ({"requests": 5}, "requests = 5; expected a whole number >= 20"),
        ({"warm_up": -0.1}, "warm_up = -0.1; expected a number >= 0"),
        ({"memory_s": 0.0}, "memory_s = 0.0; expected a number > 0"),
        ({"seed": -1}, "seed = -1; expected a whole number >= 0"),
        ({"levels": (0.5, 1.0)}, "level 1.0; expected a fraction between 0 and 1"),
    ],
)
def test_numbers_outside_their_range(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        simulate(served(), COUNTS, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "replications = 0; expected a whole number >= 1"),
        ({"window_h": 0.0}, "window_h = 0.0; expected a number > 0"),
        ({"from_h": 1.0, "until_h": 1.0}, "from_h = 1, until_h = 1; expected an interval of positive length"),
    ],
)
def test_a_curve_that_cannot_be_run_through(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        simulate_curve(served(), COUNTS, **arguments)


def test_an_hour_without_requests() -> None:
    empty = model(
        [component("server", 0.05)], [call("users", "server")], hours=(0.0, 1.0, 2.0), load=(0.0, 0.0, 5.0)
    )
    with pytest.raises(InvalidInput, match=r"hour 0\.5 has no requests; name another one"):
        simulate(empty, COUNTS, hour=0.5)


def test_a_circle_of_calls() -> None:
    circle = model(
        [component("a", 0.05), component("b", 0.05)],
        [call("users", "a"), call("a", "b", 0.5), call("b", "a", 0.5)],
    )
    with pytest.raises(InvalidInput, match=r"a cycle of calls that never ends, through a \(class request\)"):
        simulate(circle, {"a": 1, "b": 1})


def test_a_fixed_count_may_be_left_out_and_the_peak_is_the_hour() -> None:
    fixed = model(
        [component("server", 0.05, count=(2, 2))],
        [call("users", "server")],
        hours=(0.0, 1.0, 2.0),
        load=(5.0, 9.0, 5.0),
    )
    told: list[float] = []
    result = simulate(fixed, {}, requests=1000, batches=4, levels=(0.9,), progress=told.append)
    assert result.counts == {"server": 2}
    assert (result.hour, result.load_per_s) == (1.0, 9.0)
    assert [line.level for line in result.latency().percentiles] == [0.9]
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_the_same_seed_gives_the_same_result_and_another_another() -> None:
    one = simulate(served(), COUNTS, requests=2000, seed=3)
    assert simulate(served(), COUNTS, requests=2000, seed=3) == one
    assert simulate(served(), COUNTS, requests=2000, seed=4) != one


def test_a_component_without_a_steady_state_is_named() -> None:
    result = simulate(one_station(30.0, 0.05), COUNTS, requests=20_000)
    assert result.findings == (
        "server has no steady state at this load: its line grows, and response times with it",
    )


def test_classes_outside_the_contract_alone_can_be_looked_at() -> None:
    from dataclasses import replace

    described = served()
    classes = {name: replace(item, in_contract=False) for name, item in described.classes.items()}
    result = simulate(replace(described, classes=classes), COUNTS, requests=2000)
    assert result.requests == 0
    assert [line.subject for line in result.latencies] == ["request"]


def test_lookups_by_name() -> None:
    result = simulate(served(), COUNTS, requests=2000)
    assert result.component("server").name == "server"
    with pytest.raises(KeyError):
        result.component("db")
    with pytest.raises(KeyError):
        result.latency("write")
    with pytest.raises(KeyError):
        result.percentile(0.123)


def test_what_does_not_fit_into_memory_is_refused() -> None:
    split = one_station(10.0, 0.02, pooling="split", count=(1, 10**9))
    with pytest.raises(InvalidInput, match="server: 2,000,000 units, each by itself"):
        simulate(split, {"server": 2_000_000})
    many = model([component("a", 0.01), component("b", 0.01)], [call("users", "a"), call("a", "b", 3e6)])
    with pytest.raises(InvalidInput, match="a visit makes 3,000,000 calls"):
        simulate(many, {"a": 1, "b": 1})
    failing = one_station(10.0, 0.02, servers=3_000_000, availability=0.9, mttr_h=1.0)
    with pytest.raises(InvalidInput, match="3,000,000 servers that fail"):
        simulate_curve(failing, {"server": 1}, failures=True)


def test_huge_numbers_of_servers_and_places_are_as_good_as_none() -> None:
    huge = one_station(10.0, 0.02, servers=3_000_000_000, max_queue=9_000_000_000, count=(1, 10**9))
    result = simulate(huge, {"server": 1_000_000_000}, requests=5_000)
    assert result.component("server").mean_wait_s.value == 0.0
    assert result.losses == ()


@pytest.mark.parametrize("rate", [1e-12, 1e13])
def test_rates_beyond_the_clock_are_refused(rate: float) -> None:
    with pytest.raises(InvalidInput, match="expected 1e-09 to 1e"):
        simulate(one_station(rate, 0.02), {"server": 1})
