"""Random small models whose plans can all be judged: optional parts, failover, shedding, throttled workers, ties."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

from queuecalc.architecture import Component, Model, PercentileTarget, RequestClass
from queuecalc.law import Exponential, Gamma, Law
from tests.reference.building import call, component, model

__all__ = ["plans_of", "small_model"]

PRICES = (10, 20, 20, 30, 45)


def _law(random: Random, mean: float) -> Law:
    scv = random.choice((1.0, 1.0, 0.5, 2.0))
    return Exponential(mean=mean) if scv == 1.0 else Gamma(mean=mean, scv=scv)


def small_model(seed: int) -> Model:
    """A server and a database, and around them some of: balancer, limiter, cache, worker."""
    random = Random(seed)
    peak = random.uniform(60.0, 160.0)

    def part(name: str, mean: float, least: int, most: int, **figures: Any) -> Component:
        return component(
            name,
            {"": _law(random, mean)},
            count=(least, most),
            servers=random.choice((1, 2)),
            usd_per_month=Decimal(random.choice(PRICES)),
            availability=random.choice((0.99, 0.999, 0.97)),
            failure=random.choice(("unit", "unit", "service")),
            pooling=random.choice(("pooled", "pooled", "split")),
            **figures,
        )

    cached, limited, working = (random.random() < chance for chance in (0.5, 0.4, 0.5))
    parts = [part("server", 1.6 / peak * random.uniform(0.6, 1.4), 1, 4)]
    guard = {"max_utilisation": 0.8} if random.random() < 0.5 else {}
    parts.append(part("db", 1.2 / peak * random.uniform(0.6, 1.4), 1, 3, **guard))
    front = ["server"]
    calls = []
    if limited:
        shed = {"max_queue": random.choice((0, 3))} if random.random() < 0.4 else {}
        parts.append(part("limiter", 0.2 / peak, 0, 1, when_down="next", drops={"junk": 0.9}, **shed))
        calls.append(call("limiter", "server"))
        front.insert(0, "limiter")
    calls.insert(0, call("users", " ".join(front)))
    takers = "db"
    if cached:
        parts.append(part("cache", 0.3 / peak, 0, 2, when_down="next"))
        calls.append(call("cache", "db", 0.2))
        takers = "cache db"
    calls.append(call("server", takers, random.choice((1.0, 0.6))))
    if working:
        least = random.choice((0, 1))
        parts.append(part("worker", 1.5 / peak, least, 3, max_lag_s=random.choice((None, 600.0, 60.0))))
        calls.append(call("server", "worker db" if least == 0 else "worker", 0.8, wait=False))
        calls.append(call("worker", "db", 0.3, wait=False))
    junk = RequestClass(name="junk", share=0.3, in_contract=False)
    targets = (PercentileTarget(key="p95_ms", level=0.95, seconds=random.uniform(4.0, 14.0) / peak),)
    return model(
        parts,
        calls,
        hours=(0.0, 1.0, 2.0, 4.0),
        load=(0.3 * peak, peak, 0.5 * peak, 0.3 * peak),
        classes=(RequestClass(name="request"), junk),
        percentiles=targets,
        availability=random.choice((None, 0.95, 0.985, 0.995)),
        timeout_s=random.choice((None, 40.0 / peak)),
        drained_by_end=random.random() < 0.5,
        budget_usd_per_month=random.choice((None, Decimal(150), Decimal(90))),
    )


def plans_of(scenario: Model) -> list[dict[str, int]]:
    """Every choice of counts within the permitted ranges."""
    ranges = [range(c.figures.count[0], c.figures.count[1] + 1) for c in scenario.components.values()]
    return [dict(zip(scenario.components, counts, strict=True)) for counts in product(*ranges)]
