"""The same small network in Ciw, a simulator by other hands: utilisations, waits and response times agree."""

from __future__ import annotations

import math
from typing import Any

import ciw
import numpy as np
import numpy.typing as npt
import pytest

from queuecalc.architecture import RequestClass
from queuecalc.law import Gamma
from queuecalc.simulation import Estimate, simulate
from queuecalc.simulation.estimation import estimate
from tests.reference.building import call, component, model

RATE, SHARE = 20.0, 0.3
FRONT, DB, CACHE = 0.06, 0.05, 0.02
SCV = 2.0
WARM, LENGTH, BATCHES = 50.0, 550.0, 20


@pytest.fixture(scope="module")
def records() -> list[Any]:
    """Class by class Ciw routes with probabilities what the model calls with a frequency."""
    service = [
        ciw.dists.Gamma(1.0 / SCV, FRONT * SCV),
        ciw.dists.Exponential(1.0 / DB),
        ciw.dists.Exponential(1.0 / CACHE),
    ]
    none = None
    network = ciw.create_network(
        arrival_distributions={
            "write": [ciw.dists.Exponential(RATE * (1.0 - SHARE)), none, none],
            "read": [ciw.dists.Exponential(RATE * SHARE), none, none],
        },
        service_distributions={"write": service, "read": service},
        number_of_servers=[2, 1, 1],
        routing={
            "write": [[0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            "read": [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.4, 0.0]],
        },
    )
    ciw.seed(7)
    run = ciw.Simulation(network)
    run.simulate_until_max_time(WARM + LENGTH)
    return [record for record in run.get_all_records() if record.arrival_date >= WARM]


def batched(times: npt.NDArray[Any], values: npt.NDArray[Any], level: float | None = None) -> Estimate:
    """The mean, or a quantile, with an interval from batches of time."""

    def figure(some: npt.NDArray[Any]) -> float:
        return float(some.mean() if level is None else np.quantile(some, level))

    batch = ((times - WARM) / LENGTH * BATCHES).astype(int)
    return estimate(figure(values), [figure(values[batch == index]) for index in range(BATCHES)])


def test_simulation_agrees_with_ciw(records: list[Any]) -> None:
    network = model(
        [
            component("front", {"": Gamma(mean=FRONT, scv=SCV)}, servers=2),
            component("db", DB),
            component("cache", CACHE),
        ],
        [
            call("users", "front"),
            call("front", "db", 0.5, classes="write"),
            call("front", "cache", classes="read"),
            call("cache", "db", 0.4),
        ],
        load=(RATE, RATE),
        classes=(RequestClass(name="write", share=1.0 - SHARE), RequestClass(name="read", share=SHARE)),
    )
    ours = simulate(network, {"front": 1, "db": 1, "cache": 1}, requests=200_000, seed=11)

    def agree(one: Estimate, other: Estimate) -> bool:
        assert one.half_width is not None
        assert other.half_width is not None
        return abs(one.value - other.value) <= 1.5 * math.hypot(one.half_width, other.half_width)

    for number, name in enumerate(("front", "db", "cache"), start=1):
        there = [record for record in records if record.node == number]
        arrived = np.array([record.arrival_date for record in there])
        waits = np.array([record.waiting_time for record in there])
        assert agree(ours.component(name).mean_wait_s, batched(arrived, waits)), name

    first: dict[int, float] = {}
    last: dict[int, float] = {}
    kind: dict[int, str] = {}
    for record in records:
        key = record.id_number
        kind[key] = record.customer_class
        first[key] = min(first.get(key, math.inf), record.arrival_date)
        last[key] = max(last.get(key, 0.0), record.exit_date)
    for subject in ("", "write", "read"):
        of_it = [key for key in first if subject in ("", kind[key])]
        arrived = np.array([first[key] for key in of_it])
        times = np.array([last[key] - first[key] for key in of_it])
        assert agree(ours.latency(subject).mean_s, batched(arrived, times)), subject
        assert agree(ours.percentile(0.5, subject), batched(arrived, times, 0.5)), subject
        assert agree(ours.percentile(0.95, subject), batched(arrived, times, 0.95)), subject
