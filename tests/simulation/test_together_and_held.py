"""Calls that go out together, and servers that are held during calls: by constant times, theorems and brute force."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from queuecalc.architecture import Component, Model
from queuecalc.evaluation import evaluate
from queuecalc.law import Deterministic, Exponential, Law
from queuecalc.simulation import SimulationResult, compare, held_still, simulate, simulate_curve
from tests.reference.building import call, component, model
from tests.simulation.small import agrees, joined

RARE = (0.001, 0.001)
CLOSE = 1e-3  # percentiles are counted in bins


def holding(name: str, service: float | Mapping[str, Law], **figures: Any) -> Component:
    return component(name, service, waits="held", **figures)


def taking(seconds: float) -> dict[str, Law]:
    return {"": Deterministic(mean=seconds)}


def lived(described: Model, requests: int = 4000, seed: int = 1, **counts: int) -> SimulationResult:
    present = dict.fromkeys(described.components, 1)
    return simulate(described, {**present, **counts}, requests=requests, batches=10, seed=seed)


def test_a_visit_waits_for_the_longest_of_the_calls_that_go_together() -> None:
    described = model(
        [component(name, taking(time)) for name, time in (("a", 0.01), ("b", 0.2), ("c", 0.3), ("d", 0.05))],
        # d is written between the two of the group, and comes after both
        [call("users", "a"), joined("x", "a", "b"), call("a", "d"), joined("x", "a", "c")],
        load=RARE,
    )
    assert lived(described).percentile(0.5).value == pytest.approx(0.01 + 0.3 + 0.05, rel=CLOSE)


def test_two_groups_follow_each_other_and_the_times_of_one_line_go_out_at_once() -> None:
    described = model(
        [
            component("a", taking(0.01)),
            component("b", taking(0.2), servers=3),
            component("c", taking(0.3)),
            component("d", taking(0.04), servers=None),
        ],
        [
            call("users", "a"),
            joined("x", "a", "b", 3.0),
            joined("x", "a", "d", wait=False),
            joined("y", "a", "c"),
            joined("y", "a", "d", 4.0),
        ],
        load=RARE,
    )
    result = lived(described)
    assert result.percentile(0.5).value == pytest.approx(0.01 + 0.2 + 0.3, rel=CLOSE)
    assert agrees(result.component("d").rate_per_s, 5 * 0.001, within=0.05)


def test_what_is_blocked_or_skipped_is_not_waited_for() -> None:
    described = model(
        [
            component("a", taking(0.01)),
            component("b", taking(0.2), max_queue=0),
            component("c", taking(0.1)),
        ],
        [
            call("users", "a"),
            joined("x", "a", "b", 2.0),
            joined("x", "a", "c nobody"),
            joined("z", "a", "gone nobody"),
        ],
        load=RARE,
    )
    result = lived(described)
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("blocked", "b")
    assert loss.fraction.value > 0.999
    assert result.component("b").utilisation.value == pytest.approx(0.001 * 0.2, rel=0.1)


def test_fork_and_join_of_two_MM1() -> None:
    """Flatto & Hahn 1984; Nelson & Tantawi 1988, eq. (9): R_2 = (12 - rho) / 8 times the mean of one M/M/1."""
    rate, mean = 6.0, 0.1
    described = model(
        [component("a", mean), component("b", mean)],
        [joined("x", "users", "a"), joined("x", "users", "b")],
        load=(rate, rate),
    )
    result = lived(described, requests=400_000, seed=3)
    rho = rate * mean
    assert agrees(result.latency().mean_s, (12.0 - rho) / 8.0 * mean / (1.0 - rho), within=0.02)


def test_what_is_calculated_for_calls_that_go_together_is_simulated() -> None:
    described = model(
        [component(name, mean, servers=None) for name, mean in (("a", 0.01), ("b", 0.05), ("c", 0.08))],
        [call("users", "a"), joined("x", "a", "b", 2.0), joined("x", "a", "c", 0.5)],
        load=(5.0, 5.0),
    )
    still = held_still(described)
    counts = dict.fromkeys(described.components, 1)
    for row in compare(simulate(still, counts, requests=300_000, seed=6), evaluate(still, counts)):
        if row.unit == "s":
            assert agrees(row.simulated, row.calculated, within=0.02), row.quantity


def test_calls_without_lines_in_front_of_them_make_the_largest_of_exponentials() -> None:
    described = model([component("a", 0.1, servers=None)], [joined("x", "users", "a", 2.5)], load=(1.0, 1.0))
    result = lived(described, requests=300_000)
    expected = 0.1 * (1.5 + 0.5 / 3.0)  # 1 + 1/2, and 1/3 more in half of the cases
    assert agrees(result.latency().mean_s, expected, within=0.01)

    def within(time: float) -> float:
        cdf = 1.0 - math.exp(-time / 0.1)
        return 0.5 * cdf**2 + 0.5 * cdf**3

    for level in (0.5, 0.95):
        seen = result.percentile(level)
        assert seen.half_width is not None
        low, high = seen.value - 1.5 * seen.half_width, seen.value + 1.5 * seen.half_width
        assert within(low) < level < within(high)


def test_a_held_server_is_busy_as_long_as_its_calls_and_not_during_its_own_delay() -> None:
    figures: dict[str, Any] = {"fixed_delay_s": 0.5}
    calls = [call("users", "a"), call("a", "b"), call("a", "log", wait=False)]
    others = [component("b", taking(0.2), fixed_delay_s=0.1), component("log", taking(1.0))]
    held = lived(model([holding("a", taking(0.05), **figures), *others], calls, load=(0.01, 0.01)))
    free = lived(model([component("a", taking(0.05), **figures), *others], calls, load=(0.01, 0.01)))
    for result, busy in ((held, 0.35), (free, 0.05)):
        rate = result.component("a").rate_per_s.value
        assert result.component("a").utilisation.value == pytest.approx(rate * busy, rel=0.01)
        assert result.percentile(0.5).value == pytest.approx(0.05 + 0.5 + 0.3, rel=CLOSE)


def test_one_held_server_is_MG1_with_everything_below_it_as_its_service() -> None:
    """Only one request is below at any time, so nobody waits there: Pollaczek-Khinchine with the whole as service."""
    rate, own, below = 4.0, 0.05, 0.06
    described = model(
        [holding("a", own), component("b", below)],
        [call("users", "a"), call("a", "b", 2.0)],
        load=(rate, rate),
    )
    result = lived(described, requests=300_000, seed=2)
    mean = own + 2 * below
    second = mean**2 + own**2 + 2 * below**2
    assert agrees(result.component("a").utilisation, rate * mean)
    assert agrees(result.component("a").mean_wait_s, rate * second / (2.0 * (1.0 - rate * mean)), within=0.05)
    assert result.component("b").mean_wait_s.value == 0.0


def held_by_brute_force(
    rate: float, front: float, back: float, threads: int, most: int
) -> tuple[float, float]:
    """(busy threads, mean number inside) of M/M/threads whose threads wait for one exponential server behind.

    States (n, k): n requests inside, k of the min(n, threads) that have a thread are at the server behind.
    """
    states = [(n, k) for n in range(most + 1) for k in range(min(n, threads) + 1)]
    index = {state: i for i, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    for (n, k), i in index.items():
        moves = [((n + 1, k), rate if n < most else 0.0)]
        moves.append(((n, k + 1), (min(n, threads) - k) / front))
        moves.append(((n - 1, k - 1), 1.0 / back if k else 0.0))
        for state, speed in moves:
            if speed > 0.0:
                generator[i, index[state]] += speed
                generator[i, i] -= speed
    system = np.vstack([generator.T, np.ones(len(states))])
    chances = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    busy = sum(p * min(n, threads) for (n, _), p in zip(states, chances, strict=True))
    inside = sum(p * n for (n, _), p in zip(states, chances, strict=True))
    return float(busy), float(inside)


def test_held_threads_against_a_markov_chain() -> None:
    rate, front, back, threads = 8.0, 0.1, 0.09, 3
    described = model(
        [holding("web", front, servers=threads), component("db", back)],
        [call("users", "web"), call("web", "db")],
        load=(rate, rate),
    )
    result = lived(described, requests=300_000, seed=11)
    busy, inside = held_by_brute_force(rate, front, back, threads, most=150)
    assert agrees(result.component("web").utilisation, busy / threads)
    assert agrees(result.latency().mean_s, inside / rate, within=0.05)
    # with its servers free during calls it would be a tandem of two independent queues
    assert inside / rate > 1.05 * (back / (1.0 - rate * back) + front)


def test_a_chain_of_held_servers_lets_go_from_the_inside() -> None:
    """a holds b holds c: each has two servers; c alone decides, an M/M/2 with the sum of the three as service."""
    described = model(
        [holding("a", taking(0.1), servers=2), holding("b", taking(0.2)), component("c", taking(0.3))],
        [call("users", "a"), call("a", "b"), call("b", "c")],
        load=(0.01, 0.01),
    )
    result = lived(described, b=1)
    rates = result.component("a").rate_per_s.value
    assert result.component("b").utilisation.value == pytest.approx(0.5 * rates, rel=0.02)
    assert result.component("a").utilisation.value == pytest.approx(0.6 * rates / 2, rel=0.05)


def test_held_servers_fail_drop_and_share_lines_without_losing_anybody() -> None:
    failing = {"availability": 0.8, "mttr_h": 0.001}
    described = model(
        [
            holding("edge", 0.02, servers=4, drops={"request": 0.1}, fixed_delay_s=0.01, **failing),
            holding("server", 0.03, servers=2, pooling="split", max_queue=3, **failing),
            component("db", 0.01, servers=2, **failing),
        ],
        [
            call("users", "edge"),
            joined("x", "edge", "server", 2.0),
            joined("x", "edge", "db"),
            call("server", "db", 0.7),
        ],
        hours=(0.0, 1.0),
        load=(10.0, 30.0),
    )
    counts = {"edge": 2, "server": 2, "db": 1}
    result = simulate_curve(described, counts, failures=True, seed=5)
    assert {(loss.cause, loss.component) for loss in result.losses} >= {
        *itertools.product(["down"], counts),
        ("dropped", "edge"),
        ("blocked", "server"),
    }
    lost = sum(loss.fraction.value for loss in result.losses)
    answered = result.latency().answers / result.requests
    assert answered + lost == pytest.approx(1.0, abs=0.01)
    for line in result.components:
        assert 0.0 < line.utilisation.value <= 1.0


def test_the_service_laws_of_the_tandem_are_left_alone_by_async() -> None:
    """Held by name only: with servers without limit, nothing is held."""
    figures: dict[str, Any] = {"servers": None}
    calls = [call("users", "a"), call("a", "b")]
    services = {"": Exponential(mean=0.1)}
    held = lived(model([holding("a", services, **figures), component("b", 0.05)], calls), seed=8)
    free = lived(model([component("a", services, **figures), component("b", 0.05)], calls), seed=8)
    assert held == free
