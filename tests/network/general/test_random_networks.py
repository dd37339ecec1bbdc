"""Two hundred random networks against their simulated truths, and the simulation against theorems."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from tests.network.general.calculating import network_of
from tests.network.general.comparing import Errors, errors_of
from tests.network.general.drawing import LEAST, MOST, Drawn, drawn
from tests.network.general.living import Run

TRUTHS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("truths.json").read_text())


@pytest.fixture(scope="module")
def errors() -> dict[str, list[Errors]]:
    """All of them by the default, every fourth by the others."""
    steps = {"dispersion": 1, "robust": 4, "qna": 4}
    return {method: [errors_of(row, method) for row in chosen(step)] for method, step in steps.items()}


def chosen(step: int) -> list[dict[str, Any]]:
    """With and without loops."""
    return [row for row in TRUTHS if row["seed"] // 2 % step == 0]


def spread(errors: list[Errors], level: float, percentile: int = 1) -> float:
    return float(np.quantile([abs(each.percentiles[percentile]) for each in errors], level))


def test_the_networks_are_those_that_are_spoken_of() -> None:
    assert [row["seed"] for row in TRUTHS] == list(range(200))
    for row in TRUTHS:
        network = drawn(row["seed"])
        assert 3 <= len(network.routing) <= 10
        scvs = np.array(network.service_scvs + network.arrival_scvs)
        assert scvs.min() >= LEAST
        assert scvs.max() <= MOST
        assert min(network.utilisations) >= 0.3
        assert max(network.utilisations) <= 0.9
    assert sum(drawn(row["seed"]).loops for row in TRUTHS) == 100


def test_the_truths_are_known_well_enough() -> None:
    widths = [row["half_widths"][2] / row["percentiles"][1] for row in TRUTHS]
    assert np.median(widths) < 0.011
    assert np.quantile(widths, 0.9) < 0.03


def test_the_p95_is_as_close_as_the_evidence_says(errors: dict[str, list[Errors]]) -> None:
    reached = {name: (spread(each, 0.5), spread(each, 0.9)) for name, each in errors.items()}
    assert reached["dispersion"][0] <= 0.012
    assert reached["dispersion"][1] <= 0.05
    assert reached["robust"][0] <= 0.016
    assert reached["robust"][1] <= 0.05
    assert reached["qna"][0] <= 0.04
    assert reached["qna"][1] <= 0.12


def test_p50_and_p99_and_means(errors: dict[str, list[Errors]]) -> None:
    best = errors["dispersion"]
    assert spread(best, 0.5, 0) < 0.015
    assert spread(best, 0.9, 0) < 0.04
    assert spread(best, 0.5, 2) < 0.02
    assert spread(best, 0.9, 2) < 0.07
    means = [abs(each.mean) for each in best]
    assert np.median(means) < 0.01
    assert np.quantile(means, 0.9) < 0.035


def test_the_default_is_the_closest_at_the_stations(errors: dict[str, list[Errors]]) -> None:
    middle = {
        name: float(np.median(np.abs(np.concatenate([each.stations for each in found]))))
        for name, found in errors.items()
    }
    assert middle["dispersion"] < 0.01
    assert 1.5 * middle["dispersion"] < middle["robust"] < middle["qna"]


# ------------------------------------------------------------------ the simulation itself
def exponential(network: Drawn) -> Drawn:
    n = len(network.routing)
    return replace(network, arrival_scvs=[1.0] * n, service_scvs=[1.0] * n)


@pytest.mark.parametrize("seed", [1, 14])
def test_the_simulation_of_an_exponential_network_has_jacksons_means(seed: int) -> None:
    network = exponential(drawn(seed))
    names = [str(k) for k in range(len(network.routing))]
    run = Run(network, seed=5)
    run.batch(20_000)
    seen = [run.batch(60_000) for _ in range(6)]
    exact = qc.JacksonNetwork(
        stations={
            name: qc.Station(service_rate=1.0 / m)
            for name, m in zip(names, network.service_means, strict=True)
        },
        routing=np.array(network.routing),
        arrival_rates=dict(zip(names, network.arrival_rates, strict=True)),
    ).solve()
    assert np.mean([stays.mean() for stays, _ in seen]) == pytest.approx(exact.mean_sojourn, rel=0.05)
    waits = np.mean([each for _, each in seen], axis=0)
    for name, wait in zip(names, waits, strict=True):
        assert wait == pytest.approx(exact.stations[name].mean_wait, rel=0.15, abs=0.01)


@pytest.mark.parametrize("kind", ["gamma", "hyperexponential"])
def test_the_simulation_of_one_queue_has_the_laws_of_theory(kind: str) -> None:
    """G/M/1 and M/G/1, the law of the sojourn."""
    one = Drawn(
        seed=3,
        routing=[[0.0]],
        arrival_rates=[1.0],
        arrival_laws=[kind],
        arrival_scvs=[3.0],
        service_laws=["gamma"],
        service_scvs=[1.0],
        service_means=[0.6],
        utilisations=[0.6],
        loops=False,
    )
    law = qc.Gamma if kind == "gamma" else qc.Hyperexponential
    queues = (
        (one, qc.GM1(interarrival=law(mean=1.0, scv=3.0), service_rate=1.0 / 0.6)),
        (
            replace(one, arrival_scvs=[1.0], service_scvs=[3.0], service_laws=[kind]),
            qc.MG1(arrival_rate=1.0, service=law(mean=0.6, scv=3.0)),
        ),
    )
    for network, queue in queues:
        run = Run(network, seed=8)
        run.batch(20_000)
        stays, waits = run.batch(1_000_000)
        assert waits[0] == pytest.approx(queue.mean_wait, rel=0.04)
        assert np.quantile(stays, [0.5, 0.95]) == pytest.approx(queue.sojourn.ppf([0.5, 0.95]), rel=0.04)


def test_the_simulation_agrees_with_the_other_one() -> None:
    """`queuecalc.simulation` has Poisson arrivals: the same network, lived through by both."""
    from queuecalc.simulation import simulate_network

    drawing = drawn(6)
    network = replace(drawing, arrival_scvs=[1.0] * len(drawing.routing))
    general = network_of(network)
    plain = qc.JacksonNetwork(
        stations=dict(general.stations), routing=general.routing, arrival_rates=dict(general.arrival_rates)
    )
    other = simulate_network(plain, requests=400_000, seed=4)
    run = Run(network, seed=9)
    run.batch(20_000)
    stays, waits = run.batch(800_000)
    assert stays.mean() == pytest.approx(other.latency().mean_s.value, rel=0.04)
    assert np.quantile(stays, 0.95) == pytest.approx(other.percentile(0.95).value, rel=0.06)
    for name, wait in zip(general.stations, waits, strict=True):
        assert wait == pytest.approx(other.component(name).mean_wait_s.value, rel=0.15, abs=0.005)
