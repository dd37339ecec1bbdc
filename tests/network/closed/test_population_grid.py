"""For which sizes of a population waits are solved, and the points of a curve."""

from __future__ import annotations

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.network.closed.population import _EACH, _GROWTH, grid


@pytest.mark.parametrize("most", [1, 2, 2 * _EACH, 2 * _EACH + 1, 100, 3_000, 10**6])
def test_sizes_rise_by_one_and_then_by_a_share(most: int) -> None:
    found = grid(most)
    assert found[0] == 1.0
    assert found[-1] == most
    assert most == 1 or found[-2] == most - 1
    assert np.all(np.diff(found) >= 1.0)
    assert np.all(found == np.round(found))
    assert np.all(found[1:] <= _GROWTH * found[:-1] + 1.0)
    assert len(found) <= 2 * _EACH + 2 + np.log(max(most / _EACH, 1.0)) / np.log(_GROWTH)
    assert found[: min(most, _EACH)].tolist() == list(range(1, min(most, _EACH) + 1))


@pytest.mark.parametrize("population", [7, 1000, 5000])
def test_a_curve_of_few_customers_has_every_point(population: int) -> None:
    network = qc.ClosedNetwork(
        stations={"one": qc.Station(service_rate=2.0)},
        visits={"one": 1.0},
        population=population,
        think_time_s=3.0,
    )
    sizes = network.curve(method="schweitzer").population
    assert sizes[0] == 1.0
    assert sizes[-1] == population
    assert np.all(np.diff(sizes) >= 1.0)
    if population <= 1000:
        assert len(sizes) == population
    else:
        assert 500 <= len(sizes) <= 1000
