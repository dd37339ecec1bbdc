"""The rule for the pointwise stationary view."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.dynamics import pointwise_stationary
from queuecalc.errors import InvalidInput


def test_the_formula_with_figures_done_by_hand() -> None:
    # rho = 0.81: sqrt = 0.9, tau = 1 / (2 x 5 x 0.01) = 10 s; delta = 10 x 1e-4 / 0.19.
    found = pointwise_stationary(utilisation=0.81, utilisation_slope=-1e-4, servers=2, service_rate=5.0)
    assert float(found.relaxation_time) == pytest.approx(10.0, rel=1e-14)
    assert float(found.delta) == pytest.approx(1e-3 / 0.19, rel=1e-14)
    assert bool(found.holds)


@given(st.floats(0, 0.999999), st.floats(0, 1), st.integers(1, 100), st.floats(1e-3, 1e3))
def test_a_steeper_load_or_a_fuller_station_is_never_nearer_to_steady(
    rho: float, slope: float, servers: int, rate: float
) -> None:
    one = pointwise_stationary(utilisation=rho, utilisation_slope=slope, servers=servers, service_rate=rate)
    fuller = pointwise_stationary(
        utilisation=rho + (1 - rho) / 2, utilisation_slope=2 * slope, servers=servers, service_rate=rate
    )
    assert fuller.delta >= one.delta
    assert bool(one.holds) or not bool(fuller.holds)


def test_a_load_that_stands_still_is_steady_below_the_bound_and_never_at_it() -> None:
    rho = np.array([0.0, 0.5, 0.9499, 0.95, 0.99, 1.0, 1.7])
    found = pointwise_stationary(utilisation=rho, utilisation_slope=0.0, servers=3, service_rate=2.0)
    assert found.holds.tolist() == [True, True, True, False, False, False, False]
    assert found.delta[5:].tolist() == [np.inf, np.inf]
    assert found.delta[:5].tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"utilisation": -0.1}, "utilisation must be"),
        ({"utilisation": float("nan")}, "utilisation must be"),
        ({"utilisation_slope": float("inf")}, "utilisation_slope must be"),
        ({"servers": 0}, "servers and service_rate must be"),
        ({"service_rate": -1.0}, "servers and service_rate must be"),
    ],
)
def test_bad_arguments_are_refused(change: dict[str, float], message: str) -> None:
    good = {"utilisation": 0.5, "utilisation_slope": 0.0, "servers": 1, "service_rate": 1.0}
    with pytest.raises(InvalidInput, match=message):
        pointwise_stationary(**{**good, **change})
