"""Random small models: an ingestion pipeline with parts left out, and graphs without a plan behind them.

Every draw is repeatable. Loads, caps, the sizes of asynchronous components and timeouts are set from the flows of
the draw itself, so that stations are busy, some overflow when units fail, and lateness matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from queuecalc.architecture import Override
from tests.reference.drawing import FEATURES, Draw, Parts, sized, timed

__all__ = ["FEATURES", "Draw", "random_graph", "random_model"]


def random_model(seed: int, features: Iterable[str] = FEATURES) -> Draw:
    """A pipeline: users, balancer, limiter, server, cache, replica, database, buffers, workers, sink, archive."""
    parts = Parts(Random(seed), frozenset(features))
    random = parts.random
    timed(parts)
    down = {"when_down": "next"} if "failover" in parts.features else {}
    front = random.sample(("lb", "limiter", "cache", "replica"), random.randint(0, 2))
    asynchronous = "asynchronous" in parts.features
    buffers = random.sample(("stream", "queue"), random.randint(0, 2)) if asynchronous else []
    parts.component("server", ("request", "job"), most=3 if len(front) + len(buffers) < 3 else 2)
    parts.component("db", ("insert", "query", "batch", "dashboard"), most=2)
    if "lb" in front:
        parts.component("lb", ("",), most=1)
        if parts.has("unlimited"):
            parts.figures["lb"]["servers"] = None
    if "limiter" in front:
        drops = {"junk": 0.9, "write": 0.01} if parts.has("drops", 0.7) else {}
        parts.component("limiter", ("",), most=2, drops=drops, **(down if parts.has("failover") else {}))
    if "cache" in front:
        parts.component("cache", ("",), most=2, **down)
    if "replica" in front:
        parts.component("replica", ("",), most=1, **down)
    if "stream" in buffers:
        parts.component("stream", ("",), most=2, retention_s=3600.0)
        if parts.has("partitions", 0.8):
            parts.figures["stream"]["partitions"] = random.randint(1, 3)
    if "queue" in buffers:
        parts.component("queue", ("record", "job"), most=1)
    if buffers:
        parts.component("worker", ("record", "metric", "job"), most=3)
        if random.random() < 0.6:
            parts.component("sink", ("event", "dashboard"), most=2)
        if random.random() < 0.5:
            parts.component("archive", ("",), most=2)
    _leave_out(parts, [*front, *buffers[1:], "sink", "archive"])
    if parts.has("overrides"):
        change = Override(when="with", other="replica", changes={"availability": 0.985})
        again = Override(when="without", other="lb", changes={"fixed_delay_s": 0.002})
        parts.overrides = {"db": (change,), "server": (again,)}
    _pipeline(parts)
    return sized(seed, parts)


def _leave_out(parts: Parts, optional: list[str]) -> None:
    """Some optional components stay in the model with a count of zero."""
    for name in optional:
        if name in parts.counts and parts.has("absent", 0.2):
            parts.counts[name] = 0


def _pipeline(parts: Parts) -> None:
    random, known = parts.random, parts.figures

    def some(*names: str) -> str:
        return " ".join(name for name in names if name.partition(".")[0] in known)

    main = " ".join(name for name in parts.classes if name != "fixed")
    parts.call("users", some("lb", "limiter", "server.request"), classes=main)
    if "fixed" in parts.classes:
        parts.call("users", some("sink.dashboard", "db.dashboard"), classes="fixed", wait=False)
    if "lb" in known:
        parts.call("lb", some("limiter", "server.request"))
    if "limiter" in known:
        parts.call("limiter", "server.request")
    parts.call("server.request", some("stream", "queue.record", "db.insert"), classes="write junk")
    if random.random() < 0.6:
        times = random.choice((1.0, 2.0, 1.5))
        parts.call(
            "server", some("stream", "queue.record", "db.insert"), classes="write", times=times, wait=False
        )
    if "read" in parts.classes:
        parts.call(
            "server", some("cache", "replica", "db.query"), classes="read", times=random.choice((1, 2, 1.3))
        )
    if "cache" in known:
        parts.call("cache", some("replica", "db.query"), times=random.choice((0.15, 0.4)))
    if parts.has("self"):
        wait = random.random() < 0.5
        parts.call("server", some("queue.job", "server.job"), times=random.choice((0.1, 0.3)), wait=wait)
    if "worker" in known:
        parts.call(some("stream", "queue.record"), "worker.record", wait=False)
        parts.call(
            some("stream", "queue.record"), some("sink.event", "worker.metric"), wait=random.random() < 0.1
        )
        if "queue" in known:
            parts.call("queue.job", "worker.job", wait=False)
        parts.call("worker.record worker.metric", "db.batch", times=random.choice((0.05, 0.3)), wait=False)
    if "archive" in known:
        parts.call("worker", "archive nobody", wait=random.random() < 0.3, times=random.choice((1.0, 0.5)))


def random_graph(seed: int, features: Iterable[str] = FEATURES) -> Draw:
    """A graph whose calls point forward, with figures thrown at random."""
    parts = Parts(Random(seed), frozenset(features))
    random = parts.random
    timed(parts)
    names = [f"c{k}" for k in range(random.randint(3, 5))]
    for name in names:
        parts.component(name, ("", "extra"), most=2 if len(names) < 5 else random.choice((1, 1, 2)))
        if parts.has("bounded", 0.3):
            parts.figures[name]["max_queue"] = random.randint(0, 6)
            if not name.endswith("0") or not parts.has("general"):
                parts.operations[name] = dict.fromkeys(("", "extra"), ("exponential", 0.01))
        if parts.has("failover", 0.3) and name != names[-1]:
            parts.figures[name]["when_down"] = "next"
        if parts.has("drops", 0.2):
            parts.figures[name]["drops"] = {"write": 0.02, "read": 0.1}
        if parts.has("unlimited", 0.1):
            parts.figures[name]["servers"] = None
    for caller, name in enumerate(["users", *names[:-1]]):
        for line in range(random.choice((1, 1, 2)) if name != "users" else 1):
            takers = random.sample(names[caller:], min(len(names) - caller, random.choice((1, 2, 2))))
            ends = " ".join(taker + random.choice(("", ".extra")) for taker in takers)
            if random.random() < 0.3 and name != "users":
                ends += " nobody"
            wait = (
                name == "users" or line == 0 or "asynchronous" not in parts.features or random.random() < 0.4
            )
            classes = random.choice(("", "", "write", "write read")) if name != "users" else ""
            times = random.choice((1.0, 1.0, 0.3, 1.4, 2.0)) if name != "users" else 1.0
            parts.call(name, ends, classes=classes, times=times, wait=wait)
    if parts.has("self"):
        parts.call(names[0], f"{names[0]}.extra", times=random.choice((0.4, 1.0)))
    return sized(seed, parts)
