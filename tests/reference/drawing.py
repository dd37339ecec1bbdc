"""What random models are drawn from: components with random figures, curves, and loads that keep them busy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from queuecalc.architecture import (
    Call,
    Component,
    Contract,
    Endpoint,
    Figures,
    Load,
    Model,
    Override,
    PercentileTarget,
    RequestClass,
)
from queuecalc.law import Erlang, Exponential, Gamma, Law
from queuecalc.load import Curve
from tests.reference.plan import Plan, callers_first
from tests.reference.response import State, respond
from tests.reference.stations import utilisation
from tests.reference.traffic import ALL_UP, Traffic

__all__ = ["FEATURES", "Draw", "Parts", "sized", "timed"]

FEATURES = frozenset(
    {
        "absent",  # optional components left out
        "failover",  # when_down = "next"
        "drops",
        "caps",
        "bounded",
        "split",
        "partitions",
        "asynchronous",
        "self",  # a component calls itself
        "general",  # services that are not exponential
        "many",  # several servers on one line where services are not the same exponential
        "lognormal",
        "junk",  # a class outside the contract
        "fixed",  # a class with a rate of its own
        "class targets",
        "overrides",
        "delays",
        "backlog",
        "fees",
        "jumps",
        "late",
        "service failure",
        "unlimited",
    }
)


@dataclass(frozen=True)
class Draw:
    """A model and one plan of it."""

    seed: int
    model: Model
    counts: dict[str, int]


@dataclass
class Parts:
    """A model under construction: figures still without laws, laws as (kind, mean)."""

    random: Random
    features: frozenset[str]
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    overrides: dict[str, tuple[Override, ...]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    classes: dict[str, RequestClass] = field(default_factory=dict)
    hours: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    network_s: float = 0.0

    def has(self, feature: str, chance: float = 0.5) -> bool:
        return feature in self.features and self.random.random() < chance

    def component(self, name: str, operations: Iterable[str], *, most: int, **figures: Any) -> None:
        """One component with random figures; what is given wins."""
        random = self.random
        kinds = ["exponential"]
        if self.has("general"):
            kinds = ["gamma 0.5", "gamma 2", "gamma 4", "erlang 2"]
            kinds += ["lognormal"] if "lognormal" in self.features else []
        kind = random.choice(kinds)
        self.operations[name] = {key: (kind, random.uniform(0.002, 0.03)) for key in operations}
        simple = kind == "exponential" and len(self.operations[name]) == 1
        several = simple or "many" in self.features
        self.counts[name] = random.randint(1, most)
        pooling = "split" if self.has("split") or not several else "pooled"
        self.figures[name] = {
            "count": (0, most + 1),
            "servers": random.randint(1, 3) if several else 1,
            "pooling": pooling,
            "fixed_delay_s": random.choice((0.001, 0.004)) if self.has("delays") else 0.0,
            "usd_per_month": Decimal(random.randint(10, 90)),
            "availability": random.choice((0.9, 0.95, 0.99, 0.999)),
            "failure": "service" if self.has("service failure", 0.3) else "unit",
            **({"usd_per_million_calls": Decimal("0.37")} if self.has("fees", 0.3) else {}),
            **({"usd_per_gb": Decimal("0.09"), "kb_per_call": 3.5} if self.has("fees", 0.3) else {}),
            **figures,
        }

    def call(
        self, callers: str, takers: str, *, classes: str = "", times: float = 1.0, wait: bool = True
    ) -> None:
        """One line; names separated by blanks."""
        self.calls.append(
            Call(
                callers=_ends(callers),
                takers=_ends(takers),
                classes=tuple(classes.split()) or None,
                times=times,
                wait=wait,
                place=f"architecture.calls[{len(self.calls)}]",
            )
        )

    def model(self, load: float, timeout_s: float | None = None) -> Model:
        components = {
            name: Component(
                name=name,
                figures=Figures(
                    operations={key: _law(*some) for key, some in self.operations[name].items()},
                    **self.figures[name],
                ),
                overrides=self.overrides.get(name, ()),
            )
            for name in self.figures
        }
        curve = Curve(hours=self.hours, values=tuple(load * height for height in self.heights))
        contract = Contract(
            percentiles=(
                PercentileTarget(key="p95_ms", level=0.95, seconds=0.2),
                PercentileTarget(key="p50_ms", level=0.5, seconds=0.05),
            ),
            availability=0.98,
            budget_usd_per_month=Decimal(400),
            timeout_s=timeout_s,
            max_lag_s=1800.0,
            drained_by_end=True,
            drain_within_s=7200.0,
        )
        return Model(
            title="drawn",
            contract=contract,
            load=Load(curve=curve, network_s=self.network_s),
            classes=self.classes,
            components=components,
            calls=tuple(self.calls),
        )


def _ends(names: str) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(*name.split(".")) for name in names.split())


def _law(kind: str, mean: float) -> Law:
    name, _, figure = kind.partition(" ")
    if name == "gamma":
        return Gamma(mean=mean, scv=float(figure))
    if name == "erlang":
        return Erlang(mean=mean, stages=int(figure))
    if name == "lognormal":
        return Gamma(mean=mean, scv=1.5)
    return Exponential(mean=mean)


def timed(parts: Parts) -> None:
    """Classes, curve and network."""
    random = parts.random
    read = random.choice((0.0, 0.2, 0.4))
    parts.classes = {"write": RequestClass(name="write", share=1.0 - read)}
    if read:
        targets = (PercentileTarget(key="p90_ms", level=0.9, seconds=0.1),)
        own = parts.has("class targets")
        parts.classes["read"] = RequestClass(
            name="read", share=read, percentiles=targets if own else (), availability=0.97 if own else None
        )
    if parts.has("junk"):
        parts.classes["junk"] = RequestClass(name="junk", share=0.3, in_contract=False)
    if parts.has("fixed"):
        parts.classes["fixed"] = RequestClass(
            name="fixed", share=None, per_s=2.0, in_contract=random.random() < 0.3
        )
    shape = random.choice(("hill", "flat", "jump" if "jumps" in parts.features else "hill"))
    if shape == "flat":
        parts.hours, parts.heights = (0.0, 2.0), (1.0, 1.0)
    elif shape == "hill":
        low = random.uniform(0.3, 0.8)
        parts.hours, parts.heights = (0.0, 1.0, 2.5, 4.0), (low, 1.0, low, random.uniform(0.2, 0.7))
    else:
        parts.hours, parts.heights = (0.0, 1.0, 1.0, 2.0, 4.0), (0.4, 0.4, 1.0, 0.9, 0.4)
    parts.network_s = random.choice((0.0, 0.02))


def sized(seed: int, parts: Parts) -> Draw:
    """Set the load from the busiest waited-for component, then asynchronous sizes, caps and the timeout."""
    random = parts.random
    plan = Plan(parts.model(1.0), parts.counts)
    if plan.excuses:
        return Draw(seed, parts.model(1.0), parts.counts)
    heights, hours = parts.heights, parts.hours
    parts.hours, parts.heights = (0.0, 1.0), (1.0, 1.0)

    def at_peak(load: float) -> tuple[Plan, Traffic, dict[Any, float]]:
        plan = Plan(parts.model(load), parts.counts)
        traffic = Traffic(plan)
        return plan, traffic, traffic.all_up(1800.0)

    def busy(load: float, of: Callable[[Plan], Iterable[str]]) -> dict[str, float]:
        plan, _, flows = at_peak(load)
        return {
            name: utilisation(
                plan,
                name,
                {n: r for n, r in flows.items() if n.component == name},
                parts.counts[name],
                ALL_UP,
            )
            for name in of(plan)
        }

    target, load = random.uniform(0.45, 0.95), 1.0
    for _ in range(12):
        largest = max(busy(load, lambda plan: plan.waited_for).values(), default=0.0)
        load *= max(0.2, min(5.0, target / largest)) if largest > 0.0 else 1.0
    for name, figures in parts.figures.items():
        if parts.counts[name] and name in plan.waited_for and parts.has("caps", 0.15):
            _, _, flows = at_peak(load)
            here = sum(rate for node, rate in flows.items() if node.component == name)
            figures["max_rate_per_s"] = random.uniform(0.6, 1.1) * max(here, 0.1) / parts.counts[name]
    for name in [n for n in callers_first(plan) if n in plan.asynchronous]:
        now = busy(load, lambda plan: plan.asynchronous)[name]
        if now > 0.0:
            factor = random.uniform(0.5, 1.5) / now
            parts.operations[name] = {
                k: (kind, m * factor) for k, (kind, m) in parts.operations[name].items()
            }
        if parts.has("backlog", 0.3):
            parts.figures[name]["initial_backlog"] = float(random.randint(1, 2000))
    timeout = None
    if "late" in parts.features:
        plan, traffic, flows = at_peak(load)
        state = State.of(traffic, flows, plan.counts)
        response = respond(traffic, state, "write")
        mean = response.mean() if response.paths else 1.0
        timeout = min(mean, 5.0) * random.uniform(2.0, 6.0)
    parts.hours, parts.heights = hours, heights
    model = parts.model(load, timeout)
    for figures in parts.figures.values():
        if parts.has("class targets", 0.2):
            figures["max_utilisation"] = 0.8
            figures["max_lag_s"] = 600.0
    model = replace(parts.model(load, timeout), title=f"drawn from seed {seed}")
    return Draw(seed, model, dict(parts.counts))
