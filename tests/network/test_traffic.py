"""Traffic equations and the shape of a routing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.network import Routing
from queuecalc.network import traffic as traffic_module
from queuecalc.network.structure import blocks, overtakes, strong_components
from queuecalc.network.traffic import throughflow
from tests.network.graphs import FloatArray, names, rates, routings


@given(st.booleans().flatmap(lambda loops: routings(loops=loops)), st.data())
def test_what_flows_through_is_what_comes_in(matrix: FloatArray, data: st.DataObject) -> None:
    external = data.draw(rates(len(matrix)))
    routing = Routing.of(names(len(matrix)), matrix)
    flow = throughflow(blocks(routing), external)
    np.testing.assert_allclose(flow, external + matrix.T @ flow, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(flow, np.linalg.solve(np.eye(len(matrix)) - matrix.T, external), rtol=1e-12)
    assert flow @ routing.exit == pytest.approx(external.sum(), rel=1e-12)
    assert (flow >= external).all()


def test_rates_may_be_arrays() -> None:
    routing = Routing.of(("a", "b"), [[0.2, 0.5], [0.1, 0]])
    external = np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 2.0]])
    flow = throughflow(blocks(routing), external)
    for k in range(3):
        np.testing.assert_allclose(flow[:, k], throughflow(blocks(routing), external[:, k]), rtol=1e-15)


def test_a_large_loop_is_solved_sparsely(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    matrix = np.where(rng.random((40, 40)) < 0.1, 0.2, 0.0) + np.roll(np.eye(40), 1, axis=1) * 0.1
    matrix *= 0.95 / matrix.sum(axis=1, keepdims=True)
    order = blocks(Routing.of(names(40), matrix))
    external = rng.random((40, 2))
    dense = throughflow(order, external)
    monkeypatch.setattr(traffic_module, "MOST_DENSE", 10)
    np.testing.assert_allclose(throughflow(order, external), dense, rtol=1e-13)


@given(routings(loops=True, most=8))
def test_blocks_are_the_sets_that_reach_each_other_in_flow_order(matrix: FloatArray) -> None:
    n = len(matrix)
    reach = np.eye(n, dtype=bool) | (matrix > 0)
    for k in range(n):
        reach |= reach[:, k : k + 1] & reach[k : k + 1, :]
    routing = Routing.of(names(n), matrix)
    found = blocks(routing)
    assert sorted(k for block in found for k in block.stations.tolist()) == list(range(n))
    assert sorted(map(sorted, strong_components(routing))) == sorted(
        sorted(b.stations.tolist()) for b in found
    )
    place = {k: number for number, block in enumerate(found) for k in block.stations.tolist()}
    for i in range(n):
        for j in range(n):
            assert (place[i] == place[j]) == bool(reach[i, j] and reach[j, i])
            if matrix[i, j] > 0:
                assert place[i] <= place[j]


def paths(matrix: FloatArray, start: int) -> list[tuple[int, ...]]:
    """All paths of an acyclic routing from a station, every end."""
    onward = [(start, *rest) for j in np.flatnonzero(matrix[start]).tolist() for rest in paths(matrix, j)]
    return [(start,), *onward]


@given(routings(loops=False))
def test_overtaking_is_another_way_to_a_later_station(matrix: FloatArray) -> None:
    """By the definition: on some path a way from r_i to a later r_j avoids r_(i+1)."""
    n = len(matrix)
    everything = {k: paths(matrix, k) for k in range(n)}
    by_definition = any(
        way[-1] == path[j] and path[1] not in way
        for k in range(n)
        for path in everything[k]
        for j in range(1, len(path))
        for way in everything[k]
    )
    routing = Routing.of(names(n), matrix)
    assert overtakes(routing, np.ones(n, dtype=bool), blocks(routing)) == by_definition


def test_stations_that_nobody_visits_overtake_nobody() -> None:
    routing = Routing.of(("a", "b", "c", "d"), {"a": {"b": 0.5, "c": 0.5}, "b": {"c": 1}, "d": {"c": 1}})
    order = blocks(routing)
    assert overtakes(routing, np.array([True, True, True, False]), order)
    assert not overtakes(routing, np.array([False, True, True, True]), order)
