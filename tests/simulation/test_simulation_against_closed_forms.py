"""Where there is a closed form, the simulation finds it. The formulas are written out here, from the textbooks."""

from __future__ import annotations

import math

import pytest

from queuecalc.architecture import RequestClass
from queuecalc.law import Deterministic, Erlang, Exponential, Gamma, Hyperexponential, Law
from queuecalc.simulation import simulate
from tests.reference.building import call, component, model
from tests.simulation.small import agrees, one_station


def erlang_c(servers: int, offered: float) -> float:
    """P(wait > 0) of M/M/c: Kleinrock 1975, eq. (3.40)."""
    top = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return top / (sum(offered**k / math.factorial(k) for k in range(servers)) + top)


def test_M_M_1_sojourns_are_exponential() -> None:
    rate, mean = 7.0, 0.1
    result = simulate(one_station(rate, mean), {"server": 1}, requests=400_000, seed=1)
    sojourn = mean / (1.0 - rate * mean)
    assert agrees(result.component("server").utilisation, rate * mean)
    assert agrees(result.component("server").rate_per_s, rate)
    assert agrees(result.component("server").mean_wait_s, sojourn - mean)
    assert agrees(result.latency().mean_s, sojourn)
    for level in (0.5, 0.95, 0.99):
        assert agrees(result.percentile(level), -sojourn * math.log1p(-level), within=0.04)


@pytest.mark.parametrize(("servers", "units"), [(4, 1), (2, 3)])
def test_M_M_c_waits_as_Erlang_says(servers: int, units: int) -> None:
    mean, utilisation = 0.1, 0.75
    all_servers = servers * units
    rate = utilisation * all_servers / mean
    result = simulate(one_station(rate, mean, servers=servers), {"server": units}, requests=400_000, seed=2)
    wait = erlang_c(all_servers, rate * mean) * mean / (all_servers * (1.0 - utilisation))
    assert agrees(result.component("server").mean_wait_s, wait, within=0.06)
    assert agrees(result.component("server").utilisation, utilisation)


def test_split_units_are_queues_of_their_own() -> None:
    mean, utilisation, units = 0.1, 0.75, 3
    result = simulate(
        one_station(units * utilisation / mean, mean, pooling="split"),
        {"server": units},
        requests=400_000,
        seed=3,
    )
    assert agrees(result.latency().mean_s, mean / (1.0 - utilisation))
    assert agrees(result.percentile(0.95), -math.log(0.05) * mean / (1.0 - utilisation))


@pytest.mark.parametrize(
    "law",
    [
        Deterministic(mean=0.1),
        Erlang(mean=0.1, stages=3),
        Gamma(mean=0.1, scv=2.0),
        Hyperexponential(mean=0.1, scv=3.0),
    ],
    ids=lambda law: type(law).__name__,
)
def test_M_G_1_waits_as_Pollaczek_and_Khinchine_say(law: Law) -> None:
    rate = 6.5
    result = simulate(one_station(rate, law), {"server": 1}, requests=600_000, seed=4)
    mean, scv = float(law.mean), float(law.scv)
    wait = rate * mean**2 * (1.0 + scv) / (2.0 * (1.0 - rate * mean))
    assert agrees(result.component("server").mean_wait_s, wait, within=0.06)


def test_unlimited_servers_never_wait() -> None:
    result = simulate(one_station(50.0, 0.1, servers=None), {"server": 2}, requests=200_000, seed=5)
    line = result.component("server")
    assert line.mean_wait_s.value == 0.0
    assert line.servers is None
    assert agrees(line.utilisation, 5.0)
    assert agrees(result.percentile(0.95), -0.1 * math.log(0.05))


def test_a_bounded_line_blocks_as_Erlang_says() -> None:
    offered, servers, places = 2.4, 2, 3
    weights = [offered**k / math.factorial(k) for k in range(servers + 1)]
    weights += [weights[-1] * (offered / servers) ** k for k in range(1, places + 1)]
    blocked = weights[-1] / sum(weights)
    result = simulate(
        one_station(24.0, 0.1, servers=servers, max_queue=places), {"server": 1}, requests=300_000, seed=6
    )
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("blocked", "server")
    assert agrees(loss.fraction, blocked)
    assert agrees(result.availability, 1.0 - blocked)
    assert agrees(result.component("server").utilisation, offered * (1.0 - blocked) / servers)


def test_a_tandem_adds_independent_exponential_sojourns() -> None:
    rate, first, second = 6.0, 0.1, 0.12
    tandem = model(
        [component("first", first), component("second", second)],
        [call("users", "first"), call("first", "second")],
        load=(rate, rate),
    )
    result = simulate(tandem, {"first": 1, "second": 1}, requests=400_000, seed=7)
    slow, fast = 1.0 / second - rate, 1.0 / first - rate  # rates of the two sojourns: Reich 1957
    assert agrees(result.latency().mean_s, 1.0 / slow + 1.0 / fast)

    def beyond(t: float) -> float:
        return (fast * math.exp(-slow * t) - slow * math.exp(-fast * t)) / (fast - slow)

    seen = result.percentile(0.95)
    assert seen.half_width is not None
    assert beyond(seen.value - 1.5 * seen.half_width) > 0.05 > beyond(seen.value + 1.5 * seen.half_width)


def test_classes_share_a_line_and_keep_their_own_service() -> None:
    classes = (RequestClass(name="write", share=0.75), RequestClass(name="read", share=0.25))
    laws = {"insert": Exponential(mean=0.05), "query": Deterministic(mean=0.2)}
    mixed = model(
        [component("db", laws)],
        [
            call("users", "db.insert", classes="write"),
            call("users", "db.query", classes="read"),
        ],
        load=(8.0, 8.0),
        classes=classes,
    )
    result = simulate(mixed, {"db": 1}, requests=400_000, seed=8)
    rho = 8.0 * (0.75 * 0.05 + 0.25 * 0.2)
    second = 0.75 * 2.0 * 0.05**2 + 0.25 * 0.2**2
    wait = 8.0 * second / (2.0 * (1.0 - rho))
    assert agrees(result.component("db").mean_wait_s, wait, within=0.05)
    assert agrees(result.latency("write").mean_s, wait + 0.05)
    assert agrees(result.latency("read").mean_s, wait + 0.2)
    assert agrees(result.latency().mean_s, wait + 0.75 * 0.05 + 0.25 * 0.2)


def test_a_cap_lets_through_what_it_may_and_thins_what_follows() -> None:
    capped = model(
        [component("edge", 0.01, servers=None, max_rate_per_s=15.0), component("inner", 0.02)],
        [call("users", "edge"), call("edge", "inner")],
        load=(50.0, 50.0),
    )
    result = simulate(capped, {"edge": 2, "inner": 1}, requests=400_000, seed=9)
    assert agrees(result.component("inner").rate_per_s, 30.0)
    # evenly thinned, what passes is Poisson still: inner is M/M/1
    assert agrees(result.component("inner").mean_wait_s, 0.6 * 0.02 / 0.4, within=0.06)
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("dropped", "edge")
    assert agrees(loss.fraction, 0.4)


def test_an_asynchronous_component_that_falls_behind_hands_on_what_it_gets_done() -> None:
    throttled = model(
        [component("server", 0.001, servers=None), component("worker", 0.1), component("db", 0.05)],
        [
            call("users", "server"),
            call("server", "worker", wait=False),
            call("worker", "db", wait=False),
        ],
        load=(20.0, 20.0),
    )
    result = simulate(throttled, {"server": 1, "worker": 1, "db": 1}, requests=200_000, seed=10)
    assert agrees(result.component("db").rate_per_s, 10.0)
    assert agrees(result.component("db").mean_wait_s, 0.05, within=0.06)
    assert result.component("worker").asynchronous
    assert result.component("worker").utilisation.value == pytest.approx(1.0)
    assert result.findings == (
        "worker falls behind at this load: its servers are always busy and its line grows",
    )
