"""Servers held while their visits wait: exact cases, events (tests/tables/make_layered_simulation.py), sizing."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.architecture import Component, Model, PercentileTarget
from queuecalc.errors import InvalidInput
from queuecalc.evaluation import Evaluator, evaluate
from queuecalc.evaluation.box import HELD_MARGIN
from queuecalc.evaluation.flows import class_rates, component_rates, offered_visits
from queuecalc.evaluation.latency import response_at
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.response import Response
from queuecalc.law import Exponential, Gamma, Law, Sum
from queuecalc.modelfile import read_text
from tests.reference.building import call, component, model
from tests.simulation.small import joined

TABLE = json.loads(
    (Path(__file__).parents[1] / "tables" / "layered_simulation.json").read_text(encoding="utf-8")
)


def law(mean: float, scv: float) -> Law:
    return Exponential(mean=mean) if scv == 1.0 else Gamma(mean=mean, scv=scv)


def held(row: dict[str, Any]) -> Model:
    """A server that is held while it calls a database."""
    parts = [
        component(
            "server", {"": law(row["own"], row["scv"])}, count=(1, 1), servers=row["servers"], waits="held"
        ),
        component("database", {"": law(row["service"], row["scv"])}, count=(1, 1), servers=row["below"]),
    ]
    return model(parts, [call("users", "server"), call("server", "database", row["times"])], load=(1.0, 1.0))


def response(scenario: Model, load: float = 1.0) -> Response:
    pattern = Pattern(scenario, frozenset(scenario.components))
    graph, at = pattern.graph(), np.array([load])
    rates = component_rates(graph, offered_visits(graph, class_rates(scenario.classes, at)))
    return response_at(pattern, dict.fromkeys(scenario.components, 1), ("request",), at, rates)


def test_one_held_server_is_one_server_with_the_sum_of_the_services() -> None:
    """Nobody ever waits at the database: M/G/1 with the sum of both."""
    row = {"servers": 1, "own": 0.3, "scv": 0.5, "below": 1, "service": 0.4, "times": 1.0}
    found = response(held(row), 0.9)
    exact = qc.MG1(arrival_rate=0.9, service=Sum(laws=(law(0.3, 0.5), law(0.4, 0.5))))
    assert found.queues["server"].utilisation[0] == pytest.approx(0.63, rel=1e-12)
    assert found.mean[0] == pytest.approx(exact.mean_sojourn, rel=1e-8)
    assert found.percentile(0.95)[0] == pytest.approx(exact.sojourn.ppf(0.95), rel=1e-7)


def test_a_callee_with_a_server_for_each_held_one_never_makes_wait() -> None:
    row = {"servers": 3, "own": 0.5, "scv": 1.0, "below": 3, "service": 0.5, "times": 2.0}
    found = response(held(row), 1.0)
    service = Sum(laws=(Exponential(mean=0.5),) * 3)
    exact = qc.MGc(arrival_rate=1.0, service=service, servers=3)
    assert found.mean[0] == pytest.approx(exact.mean_sojourn, rel=1e-8)


@pytest.mark.parametrize(
    "row", TABLE["held"], ids=lambda row: f"{row['servers']}-{row['below']}-{row['scv']}"
)
def test_percentiles_against_events(row: dict[str, Any]) -> None:
    """The median and the mean within 1.5 %, p95 within 2.5 %, p99 within 4.5 %."""
    found = response(held(row))
    levels = [float(found.percentile(level)[0]) for level in (0.5, 0.95, 0.99)]
    tolerances = (0.015, 0.025, 0.045, 0.015)
    for ours, events, within in zip((*levels, float(found.mean[0])), row["figures"], tolerances, strict=True):
        assert ours == pytest.approx(events, rel=within)


def test_an_overloaded_callee_overloads_who_holds_for_it() -> None:
    row = {"servers": 8, "own": 0.1, "scv": 1.0, "below": 1, "service": 0.5, "times": 1.0}
    found = response(held(row), 2.5)
    assert not found.stable[0]
    assert found.percentile(0.95)[0] == np.inf
    assert found.tail(1.0)[0] == 1.0


def test_a_way_back_to_a_held_component_is_a_deadlock() -> None:
    parts = [
        component(
            "a", {"front": Exponential(mean=0.1), "back": Exponential(mean=0.1)}, count=(1, 1), waits="held"
        ),
        component("b", 0.1, count=(1, 1)),
    ]
    scenario = model(parts, [call("users", "a.front"), call("a.front", "b"), call("b", "a.back")])
    with pytest.raises(InvalidInput, match="deadlock"):
        qc.evaluate(scenario, {"a": 1, "b": 1})


def small(seed: int) -> Model:
    """A held server, its database and a cache-like side call."""
    random = np.random.default_rng(seed)

    def part(name: str, mean: float, price: int, **figures: Any) -> Component:
        scv = float(random.choice([1.0, 0.5]))
        return component(
            name,
            {"": law(mean * random.uniform(0.7, 1.3), scv)},
            count=(1, 2),
            usd_per_month=Decimal(price),
            availability=float(random.choice([0.99, 0.98])),
            **figures,
        )

    parts = [
        part("server", 0.06, 30, servers=int(random.choice([2, 4])), waits="held"),
        part("database", 0.05, 20),
        part("search", 0.08, 25),
    ]
    calls = [call("users", "server"), call("server", "database"), call("server", "search", 0.5)]
    target = PercentileTarget(key="p95_ms", level=0.95, seconds=float(random.uniform(0.4, 0.9)))
    availability = [None, 0.95, 0.985][seed % 3]
    return model(
        parts,
        calls,
        hours=(0.0, 1.0, 2.0),
        load=(3.0, 12.0, 3.0),
        percentiles=(target,),
        availability=availability,
    )


@pytest.mark.parametrize("seed", range(3))
def test_size_finds_the_cheapest_of_all_plans(seed: int) -> None:
    scenario = small(seed)
    judge = Evaluator(scenario)
    price = {"server": 30, "database": 20, "search": 25}
    costs = []
    for counts in product(range(1, 3), repeat=3):
        plan = dict(zip(scenario.components, counts, strict=True))
        if judge.first_excuse(plan) is None:
            costs.append(sum(price[name] * count for name, count in plan.items()))
    answer = qc.size(scenario)
    assert answer.feasible == bool(costs)
    if costs:
        assert answer.proven
        assert answer.cost_usd_per_month == min(costs)


def test_a_plan_whose_callee_is_overloaded_is_refused_in_words() -> None:
    parts = [
        component("server", 0.02, count=(1, 4), servers=8, waits="held", max_utilisation=0.9),
        component("database", 0.05, count=(1, 4)),
    ]
    scenario = model(parts, [call("users", "server"), call("server", "database")], load=(30.0, 30.0))
    said = {
        excuse.subject: excuse.sentence
        for excuse in Evaluator(scenario).excuses({"server": 1, "database": 1})
    }
    assert "at least 2 units" in said["database"]
    assert "inf" not in said["server"]
    assert qc.evaluate(scenario, {"server": 1, "database": 1}).latencies[0].worst_s == np.inf


def test_coupled_losses_unload_the_callees_of_held_servers() -> None:
    """Bounded lines before held servers and their database, without failures, against events: 22.8 +- 0.4 % are lost.

    `simulate` with 100,000 requests and seed 3; one after the other as if nothing were lost it would be 36 %.
    """
    parts = [
        component("server", 0.1, servers=4, waits="held", max_queue=3),
        component("database", 0.05, servers=2, max_queue=2),
    ]
    scenario = model(
        parts, [call("users", "server"), call("server", "database")], load=(30.0, 30.0), availability=0.5
    )
    plan = {"server": 1, "database": 1}
    blind, coupled = (
        qc.evaluate(scenario, plan).availability,
        evaluate(scenario, plan, coupled=True).availability,
    )
    assert blind is not None
    assert coupled is not None
    assert 1.0 - coupled.load_aware == pytest.approx(0.228, abs=0.075)
    assert blind.load_aware < coupled.load_aware
    assert coupled.uncertainty == 0.0


def test_held_servers_that_fail_are_gone_through_state_by_state() -> None:
    """Unbounded and never overloaded: only what meets a component that is down is lost."""
    parts = [
        component("server", 0.1, servers=8, waits="held", availability=0.95),
        component("database", 0.02, servers=4, availability=0.9),
    ]
    scenario = model(
        parts, [call("users", "server"), call("server", "database")], load=(10.0, 10.0), availability=0.5
    )
    plan = {"server": 2, "database": 2}
    coupled = evaluate(scenario, plan, coupled=True).availability
    assert coupled is not None
    assert 1.0 - coupled.load_aware == pytest.approx(1.0 - (1.0 - 0.05**2) * (1.0 - 0.1**2), rel=1e-6)
    assert coupled.states == 9


@pytest.mark.parametrize("times", [0.5, 2.0])
@pytest.mark.parametrize("scv", [0.25, 2.0])
def test_a_box_of_plans_is_no_later_than_its_plans(times: float, scv: float) -> None:
    """The most units, with callees that see the fewest: within the margin that `evaluation/box.py` leaves."""
    parts = [
        component("server", {"": law(1.0, 1.0)}, count=(1, 4), servers=2, waits="held"),
        component("database", {"": law(0.5 / times, scv)}, count=(1, 3)),
    ]
    scenario = model(parts, [call("users", "server"), call("server", "database", times)])
    pattern, at = Pattern(scenario, frozenset(scenario.components)), np.array([0.8])
    graph = pattern.graph()
    rates = component_rates(graph, offered_visits(graph, class_rates(scenario.classes, at)))

    def p95(servers: int, database: int, bought: int) -> float:
        plan = {"server": servers, "database": database}
        limits = {"server": bought, "database": database}
        found = response_at(pattern, plan, ("request",), at, rates, bought=limits)
        return float(found.percentile(0.95)[0])

    for most, least in ((4, 1), (4, 2), (3, 2)):
        optimistic = p95(most, 3, least)
        for servers, database in product(range(least, most + 1), range(1, 4)):
            assert optimistic <= p95(servers, database, servers) * (1.0 + HELD_MARGIN)


def test_what_is_refused_says_what_to_do_instead() -> None:
    parts = [component("server", 0.1, waits="held"), component("a", 0.1), component("b", 0.1)]
    at_once = [joined("both", "server", "a", 2.0), joined("both", "server", "b")]
    with pytest.raises(InvalidInput, match="calls in sequence"):
        qc.evaluate(model(parts, [call("users", "server"), *at_once]), {"server": 1, "a": 1, "b": 1})
    behind = [component("queue", 0.01), component("worker", 0.1, waits="held"), component("a", 0.1)]
    calls = [call("users", "queue"), call("queue", "worker", wait=False), call("worker", "a")]
    with pytest.raises(InvalidInput, match="the time in its service_ms"):
        qc.evaluate(model(behind, calls), {"queue": 1, "worker": 1, "a": 1})


AT_ONCE: tuple[
    tuple[int, float, tuple[tuple[int, float, float], ...], tuple[float, float, float, float]], ...
] = (
    # servers, load, (servers, mean, SCV) of the callees; p50, p95, p99 and the mean by `simulate`
    (4, 1.4, ((1, 0.4, 1.0), (2, 0.9, 0.5)), (2.9745, 7.9668, 11.3619, 3.5136)),
    (8, 2.2, ((2, 0.6, 1.0), (1, 0.25, 2.0), (4, 1.2, 0.25)), (2.7037, 5.9857, 8.0246, 3.0179)),
)


@pytest.mark.parametrize(("servers", "load", "callees", "figures"), AT_ONCE)
def test_calls_at_once_while_servers_are_held_against_events(
    servers: int, load: float, callees: tuple[tuple[int, float, float], ...], figures: tuple[float, ...]
) -> None:
    """1,000,000 requests, seed 1: p95 within 5 %, the mean and the median within 4 %, p99 within 7 %."""
    parts = [component("server", 1.0, servers=servers, waits="held")]
    parts += [
        component(f"part{place}", {"": law(mean, scv)}, servers=count)
        for place, (count, mean, scv) in enumerate(callees)
    ]
    calls = [call("users", "server"), *(joined("all", "server", part.name) for part in parts[1:])]
    found = response(model(parts, calls), load)
    levels = [float(found.percentile(level)[0]) for level in (0.5, 0.95, 0.99)]
    ours = np.array([*levels, float(found.mean[0])])
    assert (np.abs(ours / figures - 1.0) <= [0.04, 0.05, 0.07, 0.04]).all()


def test_one_held_server_waits_for_the_longest_of_two_exponential_times() -> None:
    """Nobody waits at the callees: M/G/1, a time and the longest of two, E = 1 / 2 + (1 + 1 / 2) / 4."""
    parts = [component("server", 0.5, waits="held"), component("a", 0.25), component("b", 0.25)]
    calls = [call("users", "server"), joined("both", "server", "a"), joined("both", "server", "b")]
    found = response(model(parts, calls), 0.8)
    mean, var = 0.5 + 0.375, 0.25 + 0.0625 * 1.25
    assert found.queues["server"].utilisation[0] == pytest.approx(0.8 * mean, rel=1e-5)
    wait = 0.8 * (var + mean**2) / (2.0 * (1.0 - 0.8 * mean))
    assert found.queues["server"].mean_wait[0] == pytest.approx(wait, rel=1e-4)


def test_calls_at_once_below_held_servers_that_fail() -> None:
    """A delay, servers without limit and failures beside each other: all that is down is lost, nothing else."""
    parts = [
        component("server", 0.1, servers=8, waits="held", availability=0.99),
        component("a", 0.05, servers=4, availability=0.9, fixed_delay_s=0.02),
        component("b", 0.05, servers=None),
    ]
    calls = [call("users", "server"), joined("both", "server", "a"), joined("both", "server", "b")]
    scenario = model(parts, calls, load=(8.0, 8.0), availability=0.5)
    plan = {"server": 1, "a": 2, "b": 1}
    for coupled in (False, True):
        found = evaluate(scenario, plan, coupled=coupled).availability
        assert found is not None
        assert found.load_aware == pytest.approx(0.99 * (1.0 - 0.1**2), rel=1e-6)


def test_a_moment_is_that_of_the_largest_load_of_its_slot() -> None:
    """A slot that rises is judged at its end, one that falls at its beginning; endless waits are told."""
    described = read_text(
        "format = 1\n[contract]\np95_ms = 400\n[load]\nrequests_per_s = [[0, 10], [5, 2000], [9, 50]]\n"
        '[components.app]\nservice_ms = 10\nservers = 64\nwaits = "held"\n[components.db]\nservice_ms = 5\n'
        "servers = 8\n[architecture]\n"
        'calls = [{ from = "users", to = "app" }, { from = "app", to = "db", times = 1.5 }]\n'
    )
    kept = qc.evaluate(described, {"app": 1, "db": 2})
    assert {line.hour for line in kept.lines} == {5.0}
    assert [latency.hour for latency in kept.latencies] == [5.0]
    broken = qc.evaluate(described, {"app": 1, "db": 1})
    assert any("app: its servers are never free at hour 5.0" in finding for finding in broken.findings)
    assert not any("inf" in finding for finding in broken.findings)
