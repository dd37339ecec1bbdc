"""`ClosedNetwork`: how it is given, what it answers, what it refuses."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import queuecalc as qc
from queuecalc.network.closed.visits import routed_visits

CPU = {"cpu": qc.Station(service_rate=10.0), "disk": qc.Station(service_rate=5.0)}


def test_routing_and_visits_are_one() -> None:
    """cpu -> disk 0.8, back to itself 0.2; a cycle is one visit to the cpu."""
    routed = qc.ClosedNetwork(
        stations=CPU, routing={"cpu": {"cpu": 0.2, "disk": 0.8}, "disk": {"cpu": 1.0}}, population=4
    )
    assert routed.visits == {"cpu": 1.0, "disk": pytest.approx(0.8)}
    visited = qc.ClosedNetwork(stations=CPU, visits={"cpu": 1.0, "disk": 0.8}, population=4)
    assert routed.solve().throughput == pytest.approx(visited.solve().throughput, rel=1e-14)
    again = qc.ClosedNetwork(
        stations=CPU, routing=[[0.2, 0.8], [1.0, 0.0]], population=4, reference="disk", think_time_s=0.0
    )
    assert again.visits["cpu"] == pytest.approx(1.25)
    assert again.solve().throughput == pytest.approx(0.8 * routed.solve().throughput, rel=1e-13)


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_visits_solve_the_traffic_equations(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    P = rng.random((n, n)) * (rng.random((n, n)) < 0.5)
    P[np.arange(n), (np.arange(n) + 1) % n] += 0.1  # a way round
    P /= P.sum(axis=1, keepdims=True)
    names = [f"s{k}" for k in range(n)]
    v = np.array(list(routed_visits(names, P, names[-1], "routing", all_of_them=True).values()))
    assert v @ P == pytest.approx(v, rel=1e-10)
    assert v[-1] == 1.0


def test_figures_agree_with_each_other() -> None:
    network = qc.ClosedNetwork(
        stations={
            "web": qc.Station(servers=3, service_rate=4.0),
            "disk": qc.RatedStation(state_rates=(5.0, 6.0, 4.0)),
            "wan": qc.Station(servers="unlimited", service_rate=2.0),
        },
        visits={"web": 1.0, "disk": 2.0, "wan": 0.5},
        population=7,
        think_time_s=0.5,
    )
    solution = network.solve()
    assert solution.method == "exact"
    assert solution.evidence is qc.Evidence.EXACT
    assert solution.cycle_time == pytest.approx(solution.response_time + 0.5)
    assert solution.throughput * solution.cycle_time == pytest.approx(7.0)
    assert sum(s.residence_time for s in solution.stations.values()) == pytest.approx(solution.response_time)
    for station in solution.stations.values():
        assert station.throughput == pytest.approx(solution.throughput * station.visits)
        assert station.mean_in_system == pytest.approx(station.throughput * station.mean_sojourn)
    assert solution.stations["wan"].mean_queue_length == 0.0
    assert solution.bottleneck == "disk"
    frame = solution.to_frame()
    assert frame.loc["web", "utilisation"] == solution.stations["web"].utilisation
    curve = network.curve()
    assert curve.throughput[-1] == pytest.approx(solution.throughput, rel=1e-12)
    assert curve.response_time[0] == pytest.approx(1 / 4 + 2 / 5 + 0.5 / 2)
    assert list(curve.to_frame().index) == list(range(1, 8))


def test_classes_add_up() -> None:
    network = qc.ClosedNetwork(
        stations={**CPU, "pool": qc.ClassStation(service={"a": 0.2, "b": 0.4}, servers=2)},
        visits={"a": {"cpu": 1.0, "pool": 1.0}, "b": {"disk": 2.0, "pool": 1.0}},
        population={"a": 3, "b": 5},
        think_time_s={"b": 1.0},
    )
    solution = network.solve()
    for name, station in solution.stations.items():
        for figure in ("throughput", "utilisation", "mean_in_system", "mean_queue_length"):
            parts = sum(getattr(table[name], figure) for table in solution.classes.values())
            assert getattr(station, figure) == pytest.approx(parts, rel=1e-10, abs=1e-12)
    assert solution.classes["a"]["disk"].mean_sojourn == 0.0
    assert solution.cycle_time["b"] == pytest.approx(solution.response_time["b"] + 1.0)
    assert solution.to_frame().index.names == ["class", "station"]
    routed = qc.ClosedNetwork(
        stations=CPU,
        routing={"a": {"cpu": {"disk": 1.0}, "disk": {"cpu": 1.0}}, "b": {"disk": {"disk": 1.0}}},
        population={"a": 2, "b": 1},
    )
    assert routed.visits["b"] == {"cpu": 0.0, "disk": 1.0}


def test_two_like_classes_are_one() -> None:
    whole = qc.ClosedNetwork(stations=CPU, population=9, think_time_s=1.0).solve()
    halves = qc.ClosedNetwork(stations=CPU, population={"a": 4, "b": 5}, think_time_s=1.0).solve()
    assert sum(halves.throughput.values()) == pytest.approx(whole.throughput, rel=1e-13)
    assert halves.throughput["a"] / 4 == pytest.approx(halves.throughput["b"] / 5, rel=1e-13)


def test_service_laws() -> None:
    """Where nobody waits or all share, only the mean matters and the answer is exact; in order of arrival it is not."""
    law = qc.Gamma(mean=0.2, scv=3.0)
    wide = qc.ClosedNetwork(stations={**CPU, "wan": qc.Station(servers=math.inf, service=law)}, population=3)
    assert wide.solve().evidence is qc.Evidence.EXACT
    line = qc.ClosedNetwork(stations={**CPU, "tape": qc.Station(service=law)}, population=3).solve()
    assert line.evidence is qc.Evidence.APPROXIMATE
    assert "closed-means-alone" in [each.key for each in line.statements]
    plain = qc.ClosedNetwork(stations={**CPU, "tape": qc.Station(service_rate=5.0)}, population=3).solve()
    assert line.throughput == pytest.approx(plain.throughput)


def test_value_semantics() -> None:
    network = qc.ClosedNetwork(stations=CPU, population={"a": 2}, visits={"a": {"cpu": 1.0}}, think_time_s=1)
    assert pickle.loads(pickle.dumps(network)) == network
    assert pickle.loads(pickle.dumps(network.solve())) == network.solve()
    assert hash(network) == hash(network.with_population({"a": 2}))
    assert network != network.with_population({"a": 3})
    names: dict[str, Any] = {name: getattr(qc, name) for name in ("ClosedNetwork", "Station")}
    assert eval(repr(network), names) == network
    with pytest.raises(AttributeError):
        network.population = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"population": 0}, "population = 0.0; expected a whole number >= 1"),
        ({"population": -3}, "population = -3.0; expected a whole number"),
        ({"population": 2.5}, "population = 2.5; expected a whole number"),
        ({"population": True}, "population = True; expected a whole number"),
        ({"population": math.nan}, "population = nan"),
        ({"population": [1, 2]}, "must be one number"),
        ({"population": {}}, "at least one class"),
        ({"population": {"a": 0}}, r"population\['a'\] = 0"),
        ({"stations": {}}, "at least one station"),
        ({"stations": {"a": 3}}, "must be a Station"),
        ({"stations": {"a": qc.Station(service_rate=1.0, capacity=3)}}, "have no bound"),
        ({"stations": {"a": qc.Station(service_rate=[1.0, 2.0])}}, "arrays"),
        ({"visits": {"cpuu": 1.0}}, r"no such station \(did you mean 'cpu'\?\)"),
        ({"visits": {"cpu": -1.0}}, "expected a finite number >= 0"),
        ({"visits": {"cpu": 0.0}}, "no station is visited"),
        ({"visits": {"cpu": 1.0}, "routing": {}}, "both visits and routing"),
        ({"reference": "cpu"}, "without a routing"),
        ({"think_time_s": -1.0}, "think_time_s"),
        (
            {"routing": {"cpu": {"disk": 0.5}, "disk": {"cpu": 1.0}}},
            "from 'cpu': probabilities add up to 0.5",
        ),
        (
            {"routing": {"cpu": {"disk": 1.0}, "disk": {"disk": 1.0}}},
            "who comes to 'disk' stays there for ever",
        ),
        ({"routing": {"cpu": {"cpu": 1.0}, "disk": {"disk": 1.0}}}, "falls into separate parts"),
        ({"routing": {"cpu": {"cpu": 1.0}}}, "nobody comes to 'disk'"),
        ({"routing": {"cpu": {"dsk": 1.0}}}, "did you mean 'disk'"),
        ({"routing": [[1.0]]}, r"must have shape \(2, 2\)"),
        (
            {"routing": {"cpu": {"disk": 1.5}, "disk": {"cpu": 1.0}}},
            r"must be a probability in \[0, 1\], got 1.5",
        ),
        ({"routing": {"cpu": {"disk": "all"}}}, "must be a probability, got 'all'"),
        (
            {"routing": {"cpu": {"disk": 1.0}, "disk": {"cpu": 1.0}}, "reference": "dsk"},
            "reference = 'dsk': no such station",
        ),
        ({"population": {"a": 1}, "visits": {"b": {"cpu": 1.0}}}, "no such class"),
        ({"population": {"a": 1, "b": 1}, "visits": {"a": {"cpu": 1.0}}}, r"visits\['b'\] is missing"),
        ({"population": {"a": 1}, "think_time_s": {"c": 1.0}}, r"think_time_s\['c'\]: no such class"),
        (
            {"population": {"a": 1}, "stations": {"x": qc.ClassStation(service={"z": 1.0})}},
            "has no service for class 'a'",
        ),
        ({"stations": {"x": qc.ClassStation(service={"z": 1.0})}}, "customers without a class"),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(qc.InvalidInput, match=message):
        qc.ClosedNetwork(**{"stations": CPU, "population": 2, **arguments})


def test_what_a_method_refuses() -> None:
    network = qc.ClosedNetwork(stations={"a": qc.RatedStation(state_rates=(1.0, 2.0))}, population=3)
    with pytest.raises(qc.InvalidInput, match="speed depends on the number there"):
        network.solve(method="linearizer")
    with pytest.raises(qc.InvalidInput, match="expected one of auto"):
        network.solve(method="magic")  # type: ignore[arg-type]
    with pytest.raises(qc.InvalidInput, match="use fewer customers"):
        network.with_population(10**7).solve()
    with pytest.raises(qc.InvalidInput, match="of one class; this network has 2"):
        qc.ClosedNetwork(stations=CPU, population={"a": 1, "b": 1}).curve()
    with pytest.raises(qc.InvalidInput, match="expected one rate for each number of customers"):
        qc.RatedStation(state_rates=())
