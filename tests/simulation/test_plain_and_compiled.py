"""The event loop does the same as plain Python and as machine code, event by event."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from queuecalc.architecture import Model, RequestClass
from queuecalc.errors import MissingExtra
from queuecalc.law import Exponential, Gamma
from queuecalc.simulation import compilation
from queuecalc.simulation import engine as engine_room
from queuecalc.simulation.compilation import Loop, compiled_loop
from queuecalc.simulation.engine import Engine
from queuecalc.simulation.loop import run
from queuecalc.simulation.wiring import wire
from tests.reference.building import call, component, model
from tests.simulation.small import joined


def everything() -> tuple[Model, dict[str, int]]:
    """A model in which every rule is at work; units fail every few seconds."""
    failing = {"availability": 0.8, "mttr_h": 2.0 / 3600.0}
    operations = {"request": Gamma(mean=0.05, scv=2.0), "job": Exponential(mean=0.1)}
    described = model(
        [
            component(
                "edge", 0.005, fixed_delay_s=0.002, max_rate_per_s=12.0, drops={"junk": 0.5}, **failing
            ),
            component("server", operations, pooling="split", waits="held", fixed_delay_s=0.001, **failing),
            component("queue", 0.02, when_down="next", failure="service", pooling="split", **failing),
            component("cache", 0.01, max_queue=1, when_down="next", **failing),
            component("stream", 0.01, servers=4, partitions=1),
            component("worker", 0.06, servers=2, pooling="split", initial_backlog=30.0),
            component("db", 0.03, servers=3, drops={"order": 0.2}, **failing),
        ],
        [
            call("users", "edge", classes="write junk"),
            call("users", "worker", classes="order", wait=False),
            call("edge", "server.request"),
            call("server.request", "queue server.job", 0.5),
            joined("both", "server", "cache db", 1.5),
            joined("both", "server", "db", 0.2),
            call("cache", "db", 0.5),
            call("server", "stream", 2.0, wait=False),
            call("stream", "worker", wait=False),
            call("worker", "cache nobody", 0.2),
            call("worker", "db", 0.2, wait=False),
        ],
        load=(10.0, 30.0),
        classes=(
            RequestClass(name="write"),
            RequestClass(name="junk", share=0.3, in_contract=False),
            RequestClass(name="order", share=None, per_s=5.0),
        ),
    )
    counts = {"edge": 2, "server": 3, "queue": 2, "cache": 1, "stream": 1, "worker": 2, "db": 2}
    return described, counts


def lived(loop: Loop, thrift: int = 1, think_s: float | None = None) -> tuple[Engine, list[Any]]:
    described, counts = everything()
    if think_s is not None:  # the same curve, read as users who wait for their answers
        load = replace(described.load, think_s=think_s, users=described.load.curve, network_s=0.1)
        described = replace(described, load=load)
    wiring = wire(described, counts, failing=True, memory_s=2.0)
    answers: list[Any] = []
    engine = Engine(
        wiring,
        wiring.with_load([0.0, 30.0, 30.0, 60.0], [10.0, 30.0, 5.0, 0.0]),
        np.random.SeedSequence(5),
        lambda times, classes: answers.append((times, classes)),
        loop,
    )
    engine.tables = engine.tables._replace(margins=engine.tables.margins // thrift)
    worker = np.flatnonzero(engine.tables.nodes["component"] == wiring.names.index("worker"))
    engine.put_in_line(np.repeat(worker, 20))
    for until in (20.0, 40.0, 70.0):
        engine.advance(until)
    return engine, answers


@pytest.mark.parametrize("think_s", [None, 0.9])
def test_plain_and_compiled_agree_to_the_last_bit(think_s: float | None) -> None:
    plain, seen = lived(run, think_s=think_s)
    fast, found = lived(compiled_loop(), think_s=think_s)
    for name, ours, theirs in zip(plain.state._fields, plain.state, fast.state, strict=True):
        fields = ours.dtype.names or ()
        for field in fields:
            # machine code may fuse a product and a sum, which moves the last bit of an accumulated number
            if ours[field].dtype.kind == "f":
                np.testing.assert_allclose(ours[field], theirs[field], rtol=1e-9, err_msg=f"{name}.{field}")
            else:
                assert np.array_equal(ours[field], theirs[field]), f"{name}.{field}"
        if not fields:
            assert np.array_equal(ours, theirs), name
    for one, other in zip(seen, found, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])
    # and everything was at work: down, dropped, blocked; requests and messages
    if think_s is not None:
        assert plain.state.clock[0]["users"] == 0
        return
    assert plain.state.lost.sum(axis=(0, 2)).all()
    assert plain.state.messages.sum(axis=1).all()
    assert plain.state.components["arrivals"].all()


def test_small_buffers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ample, expected = lived(run)
    for name, size in (("ANSWERS", 16), ("SAMPLES", 1), ("TASKS", 1)):
        monkeypatch.setattr(engine_room, name, size)
    scarce, answers = lived(run, thrift=100)
    assert scarce.state.tasks.size < ample.state.tasks.size
    assert scarce.state.pools.shape[1] < ample.state.pools.shape[1]
    assert len(answers) > len(expected)
    for part in (0, 1):
        found = np.concatenate([each[part] for each in answers])
        assert np.array_equal(found, np.concatenate([each[part] for each in expected]))
    assert np.array_equal(scarce.state.components, ample.state.components)


@pytest.mark.parametrize("loop", [lambda: run, compiled_loop], ids=["plain", "compiled"])
def test_nothing_is_lost_on_the_way(loop: Callable[[], Loop]) -> None:
    engine, answers = lived(loop())
    state = engine.state
    under_way = state.tasks.size - int(state.clock[0]["spare"])
    requests = int(state.offered.sum()) - int(state.lost.sum()) - sum(times.size for times, _ in answers)
    assert 0 <= requests <= under_way
    waiting = int(state.components["waiting"].sum())
    assert waiting == int(state.stations["waiting"].sum())
    assert int(state.components["busy"].sum()) == int(state.stations["busy"].sum())
    assert waiting + int(state.components["busy"].sum()) <= under_way
    # in line is everybody who came and has not been begun with or turned away
    came = state.components["arrivals"].sum() + 20 * np.count_nonzero(
        engine.tables.nodes["component"] == engine.wiring.names.index("worker")
    )
    turned_away = state.lost[:, 2].sum() + state.messages[2].sum()
    assert came - state.components["started"].sum() - waiting >= turned_away


def test_no_numba_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(MissingExtra, match=r"pip install queuecalc\[simulate\]"):
        compiled_loop.__wrapped__()


def test_machine_code_that_cannot_be_kept_is_used_all_the_same() -> None:
    class Numba:
        @staticmethod
        def njit(function: Any, *, cache: bool = False, **_: Any) -> Any:
            if cache:
                raise RuntimeError("no locator available")
            return function

    assert compilation._compiled(Numba, run, keep=True) is run  # type: ignore[arg-type]
