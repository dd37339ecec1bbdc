"""Users who wait for their answers in the event loop: machine repair, Little's law, and how many there are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.architecture import Model, RequestClass
from queuecalc.law import Law
from queuecalc.load import Curve
from queuecalc.simulation import SimulationResult, compare, held_still, simulate, simulate_curve
from queuecalc.simulation.compilation import compiled_loop
from queuecalc.simulation.engine import Engine
from queuecalc.simulation.loop import run
from queuecalc.simulation.wiring import wire
from tests.reference.building import call, component, model
from tests.simulation.small import agrees


def people(
    number: float | Curve, think_s: float, service: float | Law, *, network_s: float = 0.0, **figures: Any
) -> Model:
    """Users and one component."""
    users = Curve.constant(number) if isinstance(number, float) else number
    laws = {"": service} if isinstance(service, Law) else service
    described = model([component("server", laws, **figures)], [call("users", "server")], load=(1.0, 1.0))
    most = users.scaled(1.0 / (think_s + network_s))
    load = replace(described.load, curve=most, users=users, think_s=think_s, network_s=network_s)
    return replace(described, load=load)


def rate(result: SimulationResult) -> float:
    return result.requests / result.simulated_s


@pytest.mark.parametrize(("users", "servers"), [(1, 1), (12, 1), (40, 3)])
def test_machine_repair(users: int, servers: int) -> None:
    """M/M/c//N, whose laws are exact."""
    exact = qc.MMcN(sources=users, request_rate=0.5, service_rate=4.0, servers=servers)
    seen = simulate(people(float(users), 2.0, 0.25, servers=servers), {"server": 1}, requests=200_000)
    assert agrees(seen.component("server").utilisation, exact.utilisation)
    latency = seen.latencies[0]
    assert agrees(latency.mean_s, exact.mean_sojourn)
    for percentile in latency.percentiles:
        assert agrees(percentile.seconds, float(exact.sojourn.ppf(percentile.level)))
    assert rate(seen) == pytest.approx(exact.throughput, rel=0.01)
    assert seen.requests == pytest.approx(200_000, rel=0.1)


@pytest.mark.parametrize(
    ("users", "service"), [(30.0, qc.Lognormal(mean=0.1, scv=3.0)), (400.0, qc.Gamma(mean=0.1, scv=0.2))]
)
def test_littles_law_for_the_whole_round(users: float, service: Law) -> None:
    """N = X (think + network + inside), whatever the service; far beyond what the servers can do, too."""
    described = people(users, 3.0, service, network_s=0.5, servers=2)
    seen = simulate(described, {"server": 1}, requests=100_000)
    assert rate(seen) * (3.0 + seen.latencies[0].mean_s.value) == pytest.approx(users, rel=0.02)
    if users > 100.0:
        assert seen.component("server").utilisation.value == pytest.approx(1.0, abs=1e-6)
        assert seen.load_per_s == pytest.approx(20.0, rel=0.01)


def test_classes_by_share_and_others_from_outside() -> None:
    described = replace(
        people(50.0, 5.0, 0.02),
        classes={
            "read": RequestClass(name="read", share=0.75),
            "write": RequestClass(name="write", share=0.25),
            "robot": RequestClass(name="robot", share=None, per_s=4.0),
        },
    )
    wiring = wire(described, {"server": 1})
    tables = wiring.with_load([0.0, np.inf], [50.0, 50.0])
    engine = Engine(wiring, tables, np.random.SeedSequence(4), lambda times, classes: None, compiled_loop())
    engine.advance(2000.0)
    read, write, robot = engine.state.offered.tolist()
    assert read / (read + write) == pytest.approx(0.75, abs=0.02)
    assert robot == pytest.approx(8000, rel=0.04)
    assert 9.0 < (read + write) / 2000.0 < 10.0


def test_users_come_and_go_with_the_curve() -> None:
    """Whoever is here thinks, asks, or waits; those who are to leave have one more answer to read."""
    hours = Curve(hours=np.array([0.0, 1.0, 1.0, 2.0, 3.0]), values=np.array([3.0, 60.0, 20.0, 20.0, 0.0]))
    wiring = wire(people(hours, 30.0, 1.0, servers=2), {"server": 1})
    tables = wiring.with_load(3600.0 * hours.hours, hours.values)
    engine = Engine(wiring, tables, np.random.SeedSequence(8), lambda times, classes: None, run)
    clock = engine.state.clock
    for second in (1.0, 610.0, 3599.0, 3601.0, 5000.0, 7201.0, 9000.0, 10799.0):
        engine.advance(second)
        clock = engine.state.clock[0]
        asked = int(engine.state.components["waiting"].sum())
        coming = clock["ahead"] < tables.knots.size - 1  # one event is the next change of the number
        assert int(clock["users"]) == int(np.floor(hours.at(second / 3600.0) + 0.5))
        assert int(clock["events"]) - coming + asked == int(clock["users"]) + int(clock["leaving"])
    engine.advance(20_000.0)
    assert int(engine.state.clock[0]["events"]) == 0  # everybody has gone


def test_held_still_and_along_the_curve() -> None:
    users = Curve(hours=np.array([0.0, 0.5, 1.0]), values=np.array([0.0, 30.0, 30.0]))
    described = people(users, 2.0, 0.25, servers=3)
    still = held_still(described)
    assert still.load.users is not None
    assert (still.load.users.peak, still.load.curve.peak) == (30.0, 15.0)
    seen = simulate(described, {"server": 1}, requests=100_000)
    rows = {row.quantity: row for row in compare(seen, qc.evaluate(still, {"server": 1}))}
    assert abs(rows["p95"].difference_percent or 9.0) < 3.0
    assert abs(rows["utilisation"].difference_percent or 9.0) < 1.0
    whole = simulate_curve(described, {"server": 1}, replications=2)
    exact = qc.MMcN(sources=30, request_rate=0.5, service_rate=4.0, servers=3)
    assert whole.series is not None
    assert np.mean(whole.series.utilisation["server"][2:]) == pytest.approx(exact.utilisation, rel=0.05)
    assert whole.load_per_s == pytest.approx(rate(whole), rel=1e-9)
