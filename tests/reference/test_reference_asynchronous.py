"""The reference against cases computed by hand: work behind buffers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from queuecalc.architecture import Call, Component, Model, RequestClass
from queuecalc.law import Exponential
from tests.reference.building import call, component, model
from tests.reference.evaluator import reference_evaluate
from tests.reference.fluid import Line
from tests.reference.pieces import fit
from tests.reference.plan import Node
from tests.reference.random_models import FEATURES, Draw, random_graph, random_model

TRIANGLE: dict[str, Any] = {"hours": (0.0, 1.0, 2.0, 4.0), "load": (0.0, 8.0, 0.0, 0.0)}


def approx(value: float, relative: float = 1e-9) -> object:
    return pytest.approx(value, rel=relative, abs=1e-9)


def buffered(*more: Component, calls: tuple[Call, ...] = (), **rest: Any) -> Model:
    """A stream that hands every request to a worker of 0.25 s."""
    parts = [component("stream", 0.01), *more]
    if not any(part.name == "worker" for part in more):
        parts.append(component("worker", 0.25))
    given = [call("users", "stream"), call("stream", "worker", wait=False), *calls]
    return model(parts, given, **rest)


def test_a_triangle_of_load_leaves_a_triangle_of_backlog() -> None:
    result = reference_evaluate(
        buffered(drained_by_end=True, max_lag_s=1e4, drain_within_s=1e4, **TRIANGLE),
        {"stream": 1, "worker": 1},
    )
    worker = result.backlogs["worker"]
    # 4/s leave; above them a triangle of height 4/s from 0.5 h to 1.5 h
    assert worker.overloaded_from_h == approx(0.5)
    assert worker.overloaded_until_h == approx(1.5)
    assert worker.max_backlog_messages == approx(0.5 * 4.0 * 3600.0)
    assert worker.fluid_lag_s == approx(0.5 * 3600.0)
    assert worker.max_lag_s == approx(1800.0)
    # then 4/s - 8/s (2 - t): half an hour takes 3,600 of the 7,200 messages, the rest 900 s
    assert worker.drain_s == approx(1800.0 + 900.0)
    assert worker.end_backlog_messages == 0.0
    assert result.asynchronous_components == {"worker"}
    assert result.latencies["p95_ms", ""].worst_s == approx(-math.log(0.05) / 92.0)


def test_a_lag_without_backlog_is_the_stationary_wait() -> None:
    result = reference_evaluate(buffered(load=(2.0, 2.0)), {"stream": 1, "worker": 1})
    worker = result.backlogs["worker"]
    assert worker.stationary
    assert worker.max_lag_s == approx(0.5 / (4.0 - 2.0))
    nearly = reference_evaluate(buffered(load=(3.999, 3.999)), {"stream": 1, "worker": 1}).backlogs["worker"]
    assert nearly.max_lag_s == approx(0.99 * 0.25 / 0.01)


def test_a_backlog_from_before_and_one_that_never_drains() -> None:
    worker = component("worker", 0.25, initial_backlog=3600.0)
    result = reference_evaluate(buffered(worker, load=(3.0, 3.0)), {"stream": 1, "worker": 1})
    first = result.backlogs["worker"]
    assert first.max_lag_s == approx(900.0)
    assert first.end_backlog_messages == approx(0.0)
    assert first.drain_s == approx(3600.0)
    assert first.overloaded_from_h is None
    result = reference_evaluate(
        buffered(worker, load=(5.0, 5.0), drained_by_end=True, drain_within_s=9.0), {"stream": 1, "worker": 1}
    )
    never = result.backlogs["worker"]
    assert never.drain_s == math.inf
    assert never.end_backlog_messages == approx(7200.0)
    assert not result.kept


def test_workers_throttle_the_database_and_raise_its_load_while_they_drain() -> None:
    write = call("worker", "db", wait=False)
    read = call("users", "db", 0.5)
    build = buffered(component("db", 0.1), calls=(write, read), **TRIANGLE)
    result = reference_evaluate(build, {"stream": 1, "worker": 1, "db": 1})
    # reads 0.5 x load; writes: load up to 4/s, then 4/s until the drain is over, at 2.25 h
    assert result.utilisation["db"] == (approx(0.8), approx(0.8), approx(0.4))
    unthrottled = reference_evaluate(build, {"stream": 1, "worker": 2, "db": 1})
    assert unthrottled.peak_utilisation["db"] == approx(1.2)
    assert result.stable["db"]
    assert not unthrottled.stable["db"]


def test_messages_leave_in_the_order_in_which_they_came() -> None:
    classes = (RequestClass(name="a"), RequestClass(name="b", share=None, per_s=2.0))
    parts = [
        component("w", {"x": Exponential(mean=1.0 / 3.0), "y": Exponential(mean=1.0 / 3.0)}),
        component("da", 0.1),
        component("db", 0.1),
    ]
    calls = [
        call("users", "w.x", classes="a", wait=False),
        call("users", "w.y", classes="b", wait=False),
        call("w.x", "da", wait=False),
        call("w.y", "db", wait=False),
    ]
    curve: dict[str, Any] = {"hours": (0.0, 1.0, 1.0, 2.0, 3.0), "load": (4.0, 4.0, 0.0, 0.0, 0.0)}
    result = reference_evaluate(
        model(parts, calls, classes=classes, percentiles=(), **curve),
        {"w": 1, "da": 1, "db": 1},
    )
    # three of the six that come each second leave: two of a, one of b, until all of a has gone, at 2 h
    assert result.utilisation["da"] == (approx(0.2), approx(0.2), approx(0.0))
    # then the b that came since 1 h: 3/s while a line is left
    assert result.utilisation["db"] == (approx(0.1), approx(0.1), approx(0.3))
    assert result.load_aware == 1.0


def test_partitions_cap_the_flow_of_their_buffer_and_leave_the_rest_to_others() -> None:
    parts = [
        component("stream", 0.01, partitions=1),
        component("queue", 0.01),
        component("worker", 0.25, servers=4),
    ]
    calls = [
        call("users", "stream"),
        call("users", "queue", 1.0),
        call("stream", "worker", wait=False),
        call("queue", "worker", wait=False),
    ]
    curve: dict[str, Any] = {"hours": (0.0, 1.0, 4.0), "load": (6.0, 6.0, 0.0)}
    build = model(parts, calls, **curve)
    result = reference_evaluate(build, {"stream": 1, "queue": 1, "worker": 1})
    worker = result.backlogs["worker"]
    # one server takes 4/s of the 6/s from the stream; the other three are enough for the queue's 6/s
    assert worker.overloaded_until_h == approx(2.0)
    assert worker.max_backlog_messages == approx(2.0 * 3600.0 + 0.5 * 2.0 * 3600.0)
    assert worker.max_lag_s == approx(10800.0 / 4.0)
    more = reference_evaluate(build, {"stream": 2, "queue": 1, "worker": 1}).backlogs["worker"]
    assert more.fluid_lag_s == 0.0


def test_retention_must_be_longer_than_the_lag_behind_the_buffer() -> None:
    def lines(retention: float) -> dict[str, bool]:
        parts = [component("stream", 0.01, retention_s=retention), component("worker", 0.25)]
        calls = [call("users", "stream"), call("stream", "worker", wait=False)]
        result = reference_evaluate(model(parts, calls, **TRIANGLE), {"stream": 1, "worker": 1})
        return {line.target: line.kept for line in result.lines}

    assert lines(1801.0)["retention"]
    assert not lines(1799.0)["retention"]


def test_a_waited_for_call_of_a_worker_keeps_no_request_waiting() -> None:
    build = buffered(component("archive", 0.2), calls=(call("worker", "archive"),), load=(3.0, 3.0))
    result = reference_evaluate(build, {"stream": 1, "worker": 1, "archive": 1})
    assert result.asynchronous_components == {"worker", "archive"}
    assert result.latencies["p95_ms", ""].mean_s == approx(1.0 / 97.0)


def test_lag_behind_a_falling_capacity_is_the_time_until_the_work_is_done() -> None:
    node = Node("a", "w", "", waited=False)
    flow = fit(lambda t: {node: 3.0 if t < 10.0 else 0.0}, [0.0, 10.0, 20.0])
    capacity = fit(lambda t: {"": 2.0 if t < 10.0 else 0.5}, [0.0, 10.0, 20.0])[""]
    line = Line(flow, {node: 1.0}, capacity, 0.0, 20.0)
    assert line.backlog(10.0) == approx(10.0)
    assert line.lag(9.0) == approx(1.0 + (9.0 - 2.0) / 0.5)
    assert line.lag(10.0) == approx(20.0)
    assert line.drain() == approx(20.0)
    assert line.longest_lag()[0] == approx(20.0)
    assert line.departures(12.0)[node] == approx(0.5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", [random_model, random_graph])
def test_half_slots_and_double_knots_change_nothing(draw: Callable[..., Draw], seed: int) -> None:
    some = draw(seed, FEATURES - {"many"})
    load = replace(some.model.load, curve=some.model.load.curve.halved())
    one = reference_evaluate(some.model, some.counts, over_time=False)
    two = reference_evaluate(replace(some.model, load=load), some.counts, over_time=False)
    assert two.load_aware == pytest.approx(one.load_aware, abs=1e-10)
    for name, backlog in one.backlogs.items():
        assert two.backlogs[name].max_lag_s == approx(backlog.max_lag_s)
        assert two.backlogs[name].drain_s == approx(backlog.drain_s)
        assert two.peak_utilisation[name] == approx(one.peak_utilisation[name])
