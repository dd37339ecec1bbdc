"""Lowering: who takes which call, for which pattern; what is waited for; what never ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from queuecalc.architecture import Override, RequestClass
from queuecalc.architecture.graph import Graph, NobodyTakes, lower
from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential
from tests.reference.building import call, component, model


def edges(graph: Graph) -> set[tuple[str, str, float, bool]]:
    found = set()
    for visit in graph.visits:
        for branch in visit.branches:
            found.add((visit.component, graph.visits[branch.visit].component, branch.times, branch.wait))
    return found


CACHED = model(
    [component("server", 0.01), component("cache", 0.001, when_down="next"), component("db", 0.02)],
    [call("users", "server"), call("server", "cache db", 2), call("cache", "db", 0.15)],
)
EVERYTHING = lower(CACHED, {"server", "cache", "db"})


def test_the_first_present_taker_takes_the_call() -> None:
    assert edges(EVERYTHING) == {("server", "cache", 2.0, True), ("cache", "db", 0.15, True)}
    assert edges(lower(CACHED, {"server", "db"})) == {("server", "db", 2.0, True)}


def test_a_component_that_is_down_is_skipped_like_an_absent_one() -> None:
    graph = lower(CACHED, {"server", "cache", "db"}, {"cache"}, EVERYTHING)
    assert edges(graph) == {("server", "db", 2.0, True)}


def test_with_everybody_down_the_first_is_called_in_vain_and_what_follows_sees_the_same_flow() -> None:
    graph = lower(CACHED, {"server", "cache", "db"}, {"cache", "db"}, EVERYTHING)
    assert edges(graph) == {("server", "cache", 2.0, True), ("cache", "db", 0.15, True)}


def test_a_call_that_nobody_takes_is_refused_with_place_and_remedy() -> None:
    with pytest.raises(NobodyTakes) as refusal:
        lower(CACHED, {"server"})
    assert refusal.value.excuse.target == "invalid"
    assert "a call from server that nobody takes; it needs cache or db" in refusal.value.excuse.sentence


def test_nobody_skips_a_call() -> None:
    scenario = model([component("a", 0.1), component("b", 0.1)], [call("users", "a"), call("a", "b nobody")])
    assert edges(lower(scenario, {"a"})) == set()


def test_callers_come_before_callees() -> None:
    graph = lower(CACHED, {"server", "cache", "db"})
    assert all(branch.visit > index for index, visit in enumerate(graph.visits) for branch in visit.branches)


def test_waited_for_means_an_unbroken_chain_from_the_users() -> None:
    scenario = model(
        [component(name, 0.01) for name in ("server", "queue", "worker", "db", "log")],
        [
            call("users", "server"),
            call("server", "queue"),
            call("queue", "worker", wait=False),
            call("worker", "db"),
            call("worker", "log"),
            call("server", "db"),
        ],
    )
    graph = lower(scenario, set(scenario.components))
    assert graph.waited == {"server", "queue", "db"}
    assert set(graph.asynchronous) == {"worker", "log"}
    assert graph.asynchronous.index("worker") < graph.asynchronous.index("log")
    assert {visit.waited for visit in graph.visits if visit.component == "db"} == {True, False}


def test_a_cycle_of_calls_that_never_ends_is_named() -> None:
    scenario = model(
        [component("a", 0.01), component("b", 0.01)],
        [call("users", "a"), call("a", "b"), call("b", "a", 0.1)],
    )
    with pytest.raises(
        InvalidInput, match=r"a cycle of calls that never ends: a -> b -> a \(class request\)"
    ):
        lower(scenario, {"a", "b"})


def test_hand_offs_in_a_circle_are_refused() -> None:
    scenario = model(
        [
            component("server", 0.01),
            component("worker", {"first": Exponential(mean=0.1), "again": Exponential(mean=0.2)}),
            component("retry", 0.01),
        ],
        [
            call("users", "server"),
            call("server", "worker.first", wait=False),
            call("worker.first", "retry", 0.1, wait=False),
            call("retry", "worker.again", wait=False),
        ],
    )
    with pytest.raises(InvalidInput, match="retry, worker feed each other in a circle of hand-offs"):
        lower(scenario, {"server", "worker", "retry"})


def test_a_call_to_the_caller_itself_adds_to_its_service() -> None:
    laws = {"request": Exponential(mean=0.03), "job": Deterministic(mean=0.12)}
    scenario = model(
        [component("server", laws), component("queue", 0.01)],
        [call("users", "server.request"), call("server", "queue server.job", 2)],
    )
    graph = lower(scenario, {"server"})
    (visit,) = graph.visits
    assert visit.branches == ()
    kind = graph.types[visit.type]
    assert kind.law.mean == pytest.approx(0.03 + 0.24)
    assert kind.constant_s == pytest.approx(0.24)
    assert kind.rest == Exponential(mean=0.03)


def test_classes_select_calls_and_travel_with_the_work() -> None:
    classes = (RequestClass(name="read", share=0.5), RequestClass(name="write", share=0.5))
    scenario = model(
        [component("server", 0.01), component("db", 0.01), component("log", 0.01)],
        [
            call("users", "server"),
            call("server", "db", classes="read"),
            call("server", "log", classes="write"),
        ],
        classes=classes,
    )
    graph = lower(scenario, {"server", "db", "log"})
    assert {(v.request_class, v.component) for v in graph.visits} == {
        ("read", "server"),
        ("write", "server"),
        ("read", "db"),
        ("write", "log"),
    }


def test_overrides_follow_presence_and_later_ones_win() -> None:
    first = Override(when="with", other="replica", changes={"usd_per_month": Decimal(5), "servers": 7})
    second = Override(when="without", other="lb", changes={"servers": 3})
    server = component("server", 0.01, first, second, servers=1)
    assert server.figures_with({"server"}).servers == 3
    assert server.figures_with({"server", "lb"}).servers == 1
    both = server.figures_with({"server", "replica"})
    assert (both.servers, both.usd_per_month) == (3, Decimal(5))
    assert server.figures_with({"server", "replica", "lb"}).servers == 7


def test_operations_with_one_law_are_one_service_type() -> None:
    scenario = model(
        [component("server", 0.01), component("queue", 0.005)],
        [call("users", "server"), call("server", "queue.record"), call("server", "queue.job")],
    )
    graph = lower(scenario, {"server", "queue"})
    assert len(graph.types_of["queue"]) == 1
    assert len(graph.visits_of["queue"]) == 2
