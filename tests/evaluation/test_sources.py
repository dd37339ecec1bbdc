"""Rooms into which as many get as come: against birth and death with exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from queuecalc.evaluation.sources import illinois, pressure


def throughput(offered: float, servers: int, capacity: int) -> Fraction:
    """What gets into M/M/c/K with service rate 1, a server, at an arrival rate of `offered` a server."""
    rate, weight, total = Fraction(offered) * servers, Fraction(1), Fraction(1)
    for n in range(1, capacity + 1):
        weight = weight * rate / min(n, servers)
        total += weight
    return Fraction(offered) * (1 - weight / total)


@pytest.mark.parametrize(("servers", "places"), [(1, 0), (1, 20), (2, 3), (7, 1), (7, 12), (24, 0)])
def test_as_many_get_in_as_come(servers: int, places: int) -> None:
    rho = np.array([0.05, 0.3, 0.5, 0.8, 0.97, 0.999, 1.0 - 1e-5])
    for each, x in zip(rho.tolist(), pressure(rho, servers, places).tolist(), strict=True):
        through = throughput(each * float(np.exp(x)), servers, servers + places)
        assert float((through - Fraction(each)) / (1 - Fraction(each))) == pytest.approx(0.0, abs=1e-6)


def test_edges_and_shapes() -> None:
    found = pressure(np.array([[0.0, 0.5], [0.9, 1.0]]), np.array([2, 4]), np.array([[1], [5]]))
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(0.0, abs=1e-10)
    assert found[1, 1] == pytest.approx(pressure(np.array(1.0 - 1e-9), 4, 5))
    assert found[0, 1] == pytest.approx(pressure(np.array(0.5), 4, 1))
    assert np.isfinite(found).all()
    many = pressure(np.linspace(0.0, 0.9999, 500), 3, 8)
    assert (np.diff(many) >= -1e-9).all()


def test_a_root_at_each_element() -> None:
    shift = np.array([-1.0, 0.0, 0.3, 5.0])
    found = illinois(lambda x: x**3 + x - shift, np.zeros(4), np.full(4, 3.0))
    assert found[:2] == pytest.approx([0.0, 0.0])
    assert found**3 + found == pytest.approx(np.maximum(shift, 0.0), abs=1e-10)
