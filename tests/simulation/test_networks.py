"""Plain networks: Jackson's theorem, Pollaczek-Khinchine with feedback, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic
from queuecalc.network import JacksonNetwork, summarised
from queuecalc.simulation import compare_network, simulate_network
from queuecalc.station import Station
from tests.simulation.small import agrees

LEVELS = (0.5, 0.95)


def central(**stations: Station) -> JacksonNetwork:
    """lambda_cpu = 3 + 0.4 lambda_disk, lambda_disk = 0.5 lambda_cpu, and a terminal that keeps nobody waiting."""
    return JacksonNetwork(
        stations={
            "cpu": Station(service_rate=6.0),
            "disk": Station(servers=2, service_rate=1.5),
            "far": Station(servers=math.inf, service_rate=0.5),
            "idle": Station(service_rate=1.0),
            **stations,
        },
        routing={"cpu": {"disk": 0.5, "far": 0.1}, "disk": {"cpu": 0.4}, "far": {"cpu": 0.0}},
        arrival_rates={"cpu": 2.0, "far": 0.25, "disk": 0.2},
    )


def test_a_jackson_network_has_the_means_of_the_theorem() -> None:
    """Rates by the traffic equations, solved here; each station an M/M/c (Jackson 1957)."""
    result = simulate_network(central(), requests=300_000, seed=2)
    cpu = (2.0 + 0.4 * 0.2) / (1.0 - 0.4 * 0.5)
    disk, far = 0.2 + 0.5 * cpu, 0.25 + 0.1 * cpu
    assert agrees(result.component("cpu").rate_per_s, cpu)
    assert agrees(result.component("disk").rate_per_s, disk)
    assert agrees(result.component("far").rate_per_s, far)
    assert agrees(result.component("cpu").utilisation, cpu / 6.0)
    assert agrees(result.component("cpu").mean_wait_s, cpu / 6.0 / (6.0 - cpu), within=0.05)
    rho = disk / 3.0
    assert agrees(result.component("disk").mean_wait_s, rho**2 / (1.0 - rho**2) / 1.5, within=0.05)
    inside = cpu / (6.0 - cpu) + 2.0 * rho / (1.0 - rho**2) + far / 0.5
    assert agrees(result.latency().mean_s, inside / 2.45, within=0.02)
    idle = result.component("idle")
    assert (idle.rate_per_s.value, idle.utilisation.value, idle.mean_wait_s.value) == (0.0, 0.0, 0.0)
    assert result.component("far").servers is None
    assert result.load_per_s == pytest.approx(2.45)


def test_a_request_that_comes_back_a_hundred_times() -> None:
    """A customer who comes back 99 times in a hundred stays for an exponential time."""
    network = JacksonNetwork(
        stations={"loop": Station(servers=math.inf, service_rate=100.0)},
        routing={"loop": {"loop": 0.99}},
        arrival_rates={"loop": 1.0},
    )
    result = simulate_network(network, requests=10_000, batches=10, seed=1)
    assert agrees(result.component("loop").rate_per_s, 100.0)
    assert agrees(result.latency().mean_s, 1.0)
    assert agrees(result.percentile(0.95), -math.log(0.05), within=0.05)


def test_constant_service_is_MD1_and_not_MM1() -> None:
    network = JacksonNetwork(
        stations={"one": Station(service=Deterministic(mean=0.1))}, arrival_rates={"one": 8.0}
    )
    result = simulate_network(network, requests=300_000, seed=6)
    assert agrees(result.component("one").mean_wait_s, 0.8 * 0.1 / (2.0 * 0.2), within=0.05)


def test_every_number_of_the_answer_meets_the_simulated_one() -> None:
    network = central()
    answer = summarised(network.solve(), LEVELS)
    result = simulate_network(network, requests=300_000, levels=LEVELS, seed=3)
    rows = {(row.quantity, row.subject): row for row in compare_network(result, answer)}
    assert set(rows) == {
        *(("utilisation", name) for name in ("cpu", "disk", "idle")),
        *(("wait", name) for name in ("cpu", "disk", "idle")),
        *((quantity, "") for quantity in ("mean", "p50", "p95")),
    }
    for (quantity, subject), row in rows.items():
        if subject != "idle":
            assert row.difference_percent is not None
            assert abs(row.difference_percent) < 4.0, (quantity, subject)
            assert row.inside is not None
    assert rows["utilisation", "cpu"].calculated == pytest.approx(2.6 / 6.0)
    assert rows["mean", ""].unit == "s"


def test_where_there_is_no_steady_state_the_simulation_says_so_and_compares_no_times() -> None:
    network = central(disk=Station(service_rate=1.0))
    result = simulate_network(network, requests=20_000, seed=3)
    assert result.findings == (
        "disk has no steady state at this load: its line grows, and response times with it",
    )
    rows = compare_network(result, summarised(network.solve(), LEVELS))
    assert rows == ()


def test_the_answer_of_another_network_is_refused() -> None:
    other = JacksonNetwork(stations={"a": Station(service_rate=2.0)}, arrival_rates={"a": 1.0})
    with pytest.raises(InvalidInput, match="different stations"):
        compare_network(simulate_network(central(), requests=200), summarised(other.solve(), LEVELS))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"requests": 5}, "requests = 5"),
        ({"batches": 1}, "batches = 1"),
        ({"levels": (95,)}, "level 95"),
        ({"seed": -1}, "seed = -1"),
        ({"warm_up": -0.5}, "warm_up = -0.5"),
    ],
)
def test_arguments_outside_their_range(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        simulate_network(central(), **arguments)


def test_a_batch_of_networks_is_refused() -> None:
    rates = np.array([1.0, 2.0])
    network = JacksonNetwork(stations={"a": Station(service_rate=9.0)}, arrival_rates={"a": rates})
    with pytest.raises(InvalidInput, match="one network"):
        simulate_network(network)
    servers = JacksonNetwork(
        stations={"a": Station(service_rate=9.0, servers=np.array([1, 2]))}, arrival_rates={"a": 1.0}
    )
    with pytest.raises(InvalidInput, match="servers of a is an array"):
        simulate_network(servers)
