"""Random small models with the words that the pipelines of `random_models` lack.

"loops": calls that lead back to a component, at another of its operations. "together": calls that go out at once.
"think": users who wait for their answers. "bounded", "failover", "caps": as in `drawing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from queuecalc.architecture import Call, Component, Model, PercentileTarget, RequestClass
from queuecalc.law import Erlang, Exponential, Gamma, Law
from queuecalc.reference import Judgement, Plan
from tests.reference.building import call, component, model
from tests.reference.drawing import Draw

__all__ = ["worded_model"]


def worded_model(seed: int, words: Iterable[str]) -> Draw:
    """Three or four components with two operations each, between which calls go forward from operation to operation."""
    random, words = Random(seed), frozenset(words)
    names = [f"c{k}" for k in range(random.randint(3, 4))]
    counts = {name: random.randint(1, 2) for name in names}
    parts = [_component(random, name, words) for name in names]
    calls = _calls(random, names, words)
    classes = (
        RequestClass(name="write", share=0.7),
        RequestClass(name="read", share=0.3),
        RequestClass(name="junk", share=0.2, in_contract=False),
    )
    load = _busy(parts, calls, classes, counts, random.uniform(0.4, 0.85))
    timeout = random.uniform(0.3, 1.2) if random.random() < 0.6 else None
    made = _model(parts, calls, classes, load, timeout_s=timeout)
    return Draw(seed, _of_users(made, random) if "think" in words else made, counts)


def _of_users(made: Model, random: Random) -> Model:
    """The same with about so many users as make such a load, or more; they wait for their answers and think."""
    think = random.uniform(0.5, 4.0)
    users = made.load.curve.scaled((think + 0.2) * random.uniform(0.7, 1.5))
    most = users.scaled(1.0 / (think + made.load.network_s))
    return replace(made, load=replace(made.load, users=users, think_s=think, curve=most))


def _component(random: Random, name: str, words: frozenset[str]) -> Component:
    alike = random.random() < 0.5
    mean = random.uniform(0.005, 0.03)
    one = _law(random, mean)
    laws: dict[str, Law] = {"one": one, "two": one if alike else _law(random, random.uniform(0.005, 0.03))}
    figures: dict[str, Any] = {
        "servers": random.choice((1, 1, 2, 3)),
        "pooling": random.choice(("pooled", "pooled", "split")),
        "fixed_delay_s": random.choice((0.0, 0.0, 0.003)),
        "availability": random.choice((0.99, 0.95, 1.0)),
        "max_lag_s": 900.0,
    }
    if "bounded" in words and random.random() < 0.3:
        figures["max_queue"] = random.randint(1, 5)
    if "failover" in words and random.random() < 0.3:
        figures["when_down"] = "next"
    if "caps" in words and random.random() < 0.2:
        figures["max_rate_per_s"] = 1e4
    return component(name, laws, count=(1, 3), **figures)


def _law(random: Random, mean: float) -> Law:
    kind = random.choice(("exponential", "exponential", "gamma", "erlang"))
    if kind == "gamma":
        return Gamma(mean=mean, scv=random.choice((0.5, 2.0)))
    return Erlang(mean=mean, stages=2) if kind == "erlang" else Exponential(mean=mean)


def _calls(random: Random, names: list[str], words: frozenset[str]) -> list[Call]:
    nodes = [(name, operation) for name in names for operation in ("one", "two")]
    random.shuffle(nodes)
    if "loops" not in words:
        nodes.sort(key=lambda node: node[0])
    calls = [call("users", ".".join(nodes[0]))]
    for place, (name, operation) in enumerate(nodes[:-1]):
        later = [node for node in nodes[place + 1 :] if node[0] != name]
        if not later:
            continue
        made = random.choice((1, 2, 2, 3) if "together" in words else (1, 1, 2))
        for number in range(made):
            takers = [".".join(random.choice(later))]
            if "failover" in words and random.random() < 0.5:
                takers += [".".join(random.choice(later))]
            if random.random() < 0.2:
                takers += ["nobody"]
            whole = "together" in words and random.random() < 0.7
            one = call(
                f"{name}.{operation}",
                " ".join(dict.fromkeys(takers)),
                random.choice((1.0, 1.0, 2.0) if whole else (1.0, 1.0, 0.4, 1.3)),
                wait=number == 0 or random.random() < 0.7,
                classes=random.choice(("", "", "write")),
            )
            if "together" in words and one.wait and random.random() < 0.8:
                one = replace(one, together="group")
            calls.append(one)
    return calls


def _model(
    parts: list[Component], calls: list[Call], classes: tuple[RequestClass, ...], load: float, **contract: Any
) -> Model:
    return model(
        parts,
        calls,
        hours=(0.0, 1.0, 2.0),
        load=(0.5 * load, load, 0.7 * load),
        classes=classes,
        network_s=0.005,
        percentiles=(PercentileTarget(key="p95_ms", level=0.95, seconds=0.3),),
        availability=0.98,
        drained_by_end=True,
        **contract,
    )


def _busy(
    parts: list[Component],
    calls: list[Call],
    classes: tuple[RequestClass, ...],
    counts: dict[str, int],
    wanted: float,
) -> float:
    """The load at which the busiest component that requests wait for is so busy."""
    load = 1.0
    for _ in range(6):
        judged = Judgement(Plan(_model(parts, calls, classes, load), counts))
        busy = max(judged.utilisation(name) for name in judged.plan.waited_for)
        load *= max(0.2, min(20.0, wanted / busy))
    return load
