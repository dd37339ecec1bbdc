"""Which way a network is solved when nobody says."""

from __future__ import annotations

import math
from typing import Any

import pytest

import queuecalc as qc
from queuecalc.errors import InvalidInput
from queuecalc.network import GeneralSolution, JacksonSolution, solved_open, summarised, summarised_general


def two(**second: Any) -> qc.JacksonNetwork:
    return qc.JacksonNetwork(
        stations={"one": qc.Station(service_rate=2.0), "two": qc.Station(**second)},
        routing={"one": {"two": 1.0}},
        arrival_rates={"one": 1.0},
    )


@pytest.mark.parametrize(
    "second",
    [
        {"service_rate": 3.0, "servers": 2},
        {"service": qc.Exponential(mean=0.5)},
        {"service": qc.Gamma(mean=9.0, scv=3.0), "servers": math.inf},
    ],
)
def test_what_has_product_form_is_solved_so(second: dict[str, Any]) -> None:
    assert isinstance(solved_open(two(**second)), JacksonSolution)


def test_one_queue_alone_is_exact_as_it_is() -> None:
    network = qc.JacksonNetwork(
        stations={
            "one": qc.Station(service=qc.Gamma(mean=0.5, scv=3.0)),
            "idle": qc.Station(service_rate=1.0),
        },
        routing={"one": {"one": 0.2}},
        arrival_rates={"one": 1.0},
    )
    assert isinstance(solved_open(network), JacksonSolution)


def test_other_services_and_other_arrivals_are_not() -> None:
    general = two(service=qc.Gamma(mean=0.5, scv=3.0))
    solution = solved_open(general)
    assert isinstance(solution, GeneralSolution)
    assert solution.method == "dispersion"
    assert isinstance(solved_open(two(service_rate=3.0), arrival_scvs={"one": 0.5}), GeneralSolution)
    assert isinstance(solved_open(general, method="product-form"), JacksonSolution)


def test_product_form_does_not_forget_the_arrivals() -> None:
    with pytest.raises(InvalidInput, match="the arrivals at one are not Poisson"):
        solved_open(two(service_rate=3.0), arrival_scvs={"one": 0.5}, method="product-form")


def test_both_ways_tell_the_same_of_an_exponential_network() -> None:
    """Every figure of the answer, station by station; only evidence and method differ."""
    network = two(service_rate=3.0)
    exact = summarised(network.solve(), (0.5, 0.95))
    general = solved_open(network, method="dispersion")
    assert isinstance(general, GeneralSolution)
    answer = summarised_general(general, (0.5, 0.95))
    for name in (
        "arrival_rate_per_s",
        "throughput_per_s",
        "bottleneck",
        "stable",
        "largest_arrival_rate_per_s",
    ):
        assert getattr(answer, name) == getattr(exact, name)
    assert answer.mean_sojourn_s == pytest.approx(exact.mean_sojourn_s, rel=1e-6)
    assert answer.mean_in_system == pytest.approx(exact.mean_in_system, rel=1e-6)
    for mine, other in zip(answer.percentiles, exact.percentiles, strict=True):
        assert mine.sojourn_s == pytest.approx(other.sojourn_s, rel=1e-6)
    for line, same in zip(answer.stations, exact.stations, strict=True):
        for name in (
            "utilisation",
            "visits",
            "mean_wait_s",
            "mean_queue_length",
            "mean_in_system",
            "delay_probability",
        ):
            assert getattr(line, name) == pytest.approx(getattr(same, name), rel=1e-6), name
        assert (line.servers, line.least_servers) == (same.servers, same.least_servers)
        assert line.arrival_dispersion == pytest.approx(1.0, rel=1e-6)
