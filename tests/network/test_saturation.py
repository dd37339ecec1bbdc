"""Departures of networks that cannot keep up: by hand, and against plain iteration."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from queuecalc.network import JacksonNetwork, Routing
from queuecalc.network.saturation import departures
from queuecalc.station import Station
from tests.network.graphs import FloatArray, names, rates, routings


@settings(max_examples=40)
@given(st.booleans().flatmap(lambda loops: routings(loops=loops)), st.data())
def test_departures_are_the_fixed_point(matrix: FloatArray, data: st.DataObject) -> None:
    n = len(matrix)
    external = data.draw(rates(n))
    capacity = np.array(data.draw(st.lists(st.sampled_from([0.5, 2.0, 8.0, np.inf]), min_size=n, max_size=n)))
    found = departures(Routing.of(names(n), matrix), external, capacity)
    plain = np.zeros(n)
    for _ in range(2000):  # from below, monotone
        plain = np.minimum(external + matrix.T @ plain, capacity)
    np.testing.assert_allclose(found, plain, rtol=1e-9, atol=1e-12)


def test_a_full_station_spares_the_one_behind_it() -> None:
    solution = JacksonNetwork(
        stations={"a": Station(service_rate=1.0), "b": Station(service_rate=1.5)},
        routing={"a": {"b": 1.0}},
        arrival_rates={"a": np.array([0.5, 2.0]), "b": 0.1},
    ).solve()
    np.testing.assert_allclose(solution.departure_rate, [0.6, 1.1])
    np.testing.assert_allclose(solution.throughput, [0.6, 2.1])
    assert solution.unstable == ("a", "b")  # as offered
