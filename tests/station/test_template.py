"""The template picks the Kendall type."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma
from queuecalc.station import MG1, MGc, MGcK, MGInf, MMc, MMcK, MMInf, Station

LAW = Gamma(mean=0.5, scv=2.0)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (Station(service_rate=2.0), MMc(arrival_rate=1.0, service_rate=2.0, servers=1)),
        (Station(servers=4, service_rate=2.0), MMc(arrival_rate=1.0, service_rate=2.0, servers=4)),
        (
            Station(servers=4, service=Exponential(mean=0.5)),
            MMc(arrival_rate=1.0, service_rate=2.0, servers=4),
        ),
        (Station(servers=1, service=LAW), MG1(arrival_rate=1.0, service=LAW)),
        (Station(servers=2, service=LAW), MGc(arrival_rate=1.0, service=LAW, servers=2)),
        (Station(servers=[1, 2], service=LAW), MGc(arrival_rate=1.0, service=LAW, servers=[1, 2])),
        (Station(servers=math.inf, service_rate=2.0), MMInf(arrival_rate=1.0, service_rate=2.0)),
        (Station(servers="unlimited", service=LAW), MGInf(arrival_rate=1.0, service=LAW)),
        (
            Station(servers=2, service_rate=2.0, capacity=6),
            MMcK(arrival_rate=1.0, service_rate=2.0, servers=2, capacity=6),
        ),
        (
            Station(servers=2, service=LAW, capacity=6),
            MGcK(arrival_rate=1.0, service=LAW, servers=2, capacity=6),
        ),
    ],
)
def test_kinds(template: Station, expected: Any) -> None:
    assert template.at(arrival_rate=1.0) == expected
    assert eval(
        repr(template), {"Station": Station, "math": math, "Gamma": Gamma, "Exponential": Exponential}
    ) == (template)


def test_a_scipy_distribution_serves() -> None:
    station = Station(servers=2, service=stats.gamma(a=0.5, scale=1.0)).at(arrival_rate=1.0)
    assert station.mean_wait == pytest.approx(
        Station(servers=2, service=LAW).at(arrival_rate=1.0).mean_wait, rel=1e-12
    )


def test_rates_broadcast_against_the_station() -> None:
    station = Station(servers=[2, 3], service_rate=2.0).at(arrival_rate=np.array([[1.0], [3.0], [9.0]]))
    assert station.shape == (3, 2)
    assert station.stable.tolist() == [[True, True], [True, True], [False, False]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Station: none of service_rate and service given; expected exactly one"),
        (
            {"service_rate": 1.0, "service": LAW},
            "Station: both of service_rate and service given; expected exactly one",
        ),
        (
            {"servers": 0, "service_rate": 1.0},
            'Station: servers = 0.0; expected a whole number >= 1, or math.inf (or "unlimited")',
        ),
        (
            {"servers": "many", "service_rate": 1.0},
            "Station: servers = 'many'; expected a whole number >= 1, or math.inf (or \"unlimited\")",
        ),
        (
            {"servers": [1, math.inf], "service_rate": 1.0},
            "Station: servers = [1.0, inf]; expected all finite or all unlimited",
        ),
        (
            {"servers": "unlimited", "service_rate": 1.0, "capacity": 4},
            "Station: capacity = 4 with unlimited servers; expected none",
        ),
        (
            {"servers": 3, "service_rate": 1.0, "capacity": 2},
            (
                "Station: capacity = 2 below servers = 3; expected capacity >= servers (it counts the customers in "
                "service too)"
            ),
        ),
        ({"service_rate": -1.0}, "Station: service_rate = -1.0; expected a finite number > 0"),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Station(**arguments)
    assert str(refused.value) == message


def test_a_service_that_is_no_law() -> None:
    with pytest.raises(InvalidInput, match=r"^MG1: service: .*expected a law"):
        MG1(arrival_rate=1.0, service=3.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"^Station: service: "):
        Station(service="gamma")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (MMc, {"arrival_rate": -1.0}, "MMc: arrival_rate = -1.0; expected a finite number >= 0"),
        (MMc, {"arrival_rate": math.nan}, "MMc: arrival_rate = nan; expected a finite number >= 0"),
        (MMc, {"arrival_rate": True}, "MMc: arrival_rate = True; expected a finite number >= 0"),
        (MMc, {"service_rate": 0.0}, "MMc: service_rate = 0.0; expected a finite number > 0"),
        (MMc, {"servers": 2.5}, "MMc: servers = 2.5; expected a whole number >= 1"),
        (MMc, {"servers": 0}, "MMc: servers = 0.0; expected a whole number >= 1"),
        (
            MMc,
            {"arrival_rate": [1.0, 2.0], "servers": [1, 2, 3]},
            (
                "MMc: arrival_rate of shape (2,), service_rate of shape (), servers of shape (3,); "
                "expected shapes that broadcast"
            ),
        ),
        (
            MMcK,
            {"servers": [2, 5], "capacity": 4},
            (
                "MMcK: capacity = 4 below servers = 5; expected capacity >= servers "
                "(it counts the customers in service too)"
            ),
        ),
    ],
)
def test_messages_name_argument_value_and_domain(kind: Any, arguments: dict[str, Any], message: str) -> None:
    usual = {"arrival_rate": 1.0, "service_rate": 2.0, "servers": 2}
    if kind is MMcK:
        usual["capacity"] = 4
    with pytest.raises(InvalidInput) as refused:
        kind(**(usual | arguments))
    assert str(refused.value) == message


def test_constant_service_of_no_length() -> None:
    station = MG1(arrival_rate=3.0, service=Deterministic(mean=0.0))
    assert station.mean_sojourn == station.utilisation == station.wait.ppf(0.9) == 0.0
    assert station.sojourn.sf(0.1) == 0.0
