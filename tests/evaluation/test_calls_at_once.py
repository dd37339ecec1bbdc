"""Calls that go out at once: against closed forms, events (tests/tables/make_layered_simulation.py) and identities."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.architecture import Call, Model, PercentileTarget, RequestClass
from queuecalc.evaluation import Evaluator
from queuecalc.evaluation.flows import class_rates, component_rates, offered_visits
from queuecalc.evaluation.latency import response_at
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.response import Response
from queuecalc.law import Deterministic, Exponential, Gamma
from tests.reference.building import call, component, model

TABLE = json.loads(
    (Path(__file__).parents[1] / "tables" / "layered_simulation.json").read_text(encoding="utf-8")
)


def at_once(caller: str, takers: str, times: float = 1.0, classes: str = "") -> Call:
    return replace(call(caller, takers, times, classes=classes), together="parts")


def response(scenario: Model, load: float = 1.0, *, units: int = 1) -> Response:
    """The response time of the class request, one unit of everything."""
    pattern = Pattern(scenario, frozenset(scenario.components))
    graph, at = pattern.graph(), np.array([load])
    rates = component_rates(graph, offered_visits(graph, class_rates(scenario.classes, at)))
    return response_at(pattern, dict.fromkeys(scenario.components, units), ("request",), at, rates)


def free(name: str, law: Any, **figures: Any) -> Any:
    """A component in front of which nobody ever waits."""
    return component(name, {"": law}, count=(1, 1), servers=None, **figures)


def test_the_longest_of_exponential_times_is_the_closed_form() -> None:
    """No queues: nothing correlates, F = prod F_i, and E max = sum over subsets."""
    means = (0.2, 0.5, 0.1)
    parts = [free(f"p{k}", Exponential(mean=mean)) for k, mean in enumerate(means)]
    found = response(model(parts, [at_once("users", f"p{k}") for k in range(3)]))
    rates = [1.0 / mean for mean in means]
    mean = sum(
        (-1.0) ** (len(chosen) + 1) / sum(chosen)
        for mask in product((0, 1), repeat=3)
        if (chosen := [rate for rate, bit in zip(rates, mask, strict=True) if bit])
    )
    assert found.mean[0] == pytest.approx(mean, rel=1e-9)
    for t in (0.01, 0.1, 0.5, 1.0, 3.0):
        exact = 1.0 - np.prod([-np.expm1(-rate * t) for rate in rates])
        assert found.tail(t)[0] == pytest.approx(exact, abs=1e-8)


def test_constants_and_optional_calls_are_a_mixture_of_cases() -> None:
    """max(X, d + Y with chance f): 1 - F_X(t) (1 - f + f F_Y(t - d))."""
    d, f = 0.3, 0.4
    parts = [
        free("x", Exponential(mean=0.2)),
        free("y", Gamma(mean=0.1, scv=0.5), fixed_delay_s=d),
    ]
    scenario = model(parts, [at_once("users", "x"), at_once("users", "y", f)])
    found = response(scenario)
    y = Gamma(mean=0.1, scv=0.5)
    for t in (0.1, 0.29, 0.31, 0.5, 0.9):
        other = 1.0 - f + (f * float(y.cdf(t - d)) if t > d else 0.0)
        exact = 1.0 + np.expm1(-t / 0.2) * other
        # the inversion smears the kink at d
        assert found.tail(t)[0] == pytest.approx(exact, abs=1e-2 if abs(t - d) < 0.05 else 5e-4)


def test_times_in_a_group_are_calls_at_once() -> None:
    parts = [free("x", Exponential(mean=0.2))]
    found = response(model(parts, [at_once("users", "x", 4.0)]))
    assert found.mean[0] == pytest.approx(0.2 * (1 + 1 / 2 + 1 / 3 + 1 / 4), rel=1e-8)


def test_groups_inside_groups_and_in_turn() -> None:
    """max(A, B + max(C, C)) after a service: all exponential, the mean by states."""
    parts = [free(name, Exponential(mean=1.0)) for name in "sabc"]
    calls = [
        call("users", "s"),
        at_once("s", "a"),
        at_once("s", "b"),
        replace(call("b", "c", 2.0), together="inner"),
    ]
    found = response(model(parts, calls))
    # states (a open, stage of b: 3 = b, 2 = two c, 1 = one c, 0 = done); rates 1 for a, 1, 2, 1 for the stages
    rate = {3: 1.0, 2: 2.0, 1: 1.0, 0: 0.0}
    alone = {0: 0.0, 1: 1.0, 2: 1.5, 3: 2.5}
    both = {0: 1.0}
    for stage in (1, 2, 3):
        both[stage] = (1.0 + alone[stage] + rate[stage] * both[stage - 1]) / (1.0 + rate[stage])
    assert found.mean[0] == pytest.approx(1.0 + both[3], rel=1e-8)


def test_one_call_alone_in_its_group_is_a_call() -> None:
    parts = [component("a", 0.3, count=(1, 1)), component("b", 0.4, count=(1, 1))]
    plain = response(model(parts, [call("users", "a"), call("a", "b")]))
    grouped = response(model(parts, [call("users", "a"), at_once("a", "b")]))
    assert grouped.percentile(0.95)[0] == plain.percentile(0.95)[0]


@pytest.mark.parametrize(
    "row", TABLE["together"], ids=lambda row: f"{row['calls']}-{row['rho']}-{row['scv']}"
)
def test_percentiles_against_events(row: dict[str, Any]) -> None:
    """p95 within 4 %, p99 within 5 %, the median and the mean within 9 %."""
    service = row["rho"] * row["servers"] / (1.0 + row["others"])
    law = Exponential(mean=service) if row["scv"] == 1.0 else Gamma(mean=service, scv=row["scv"])
    names = [f"part{index}" for index in range(row["calls"])]
    parts = [component("front", 0.3, count=(1, 1))]
    parts += [component(name, {"": law}, count=(1, 1), servers=row["servers"]) for name in names]
    calls = [call("users", "front", classes="request")]
    calls += [at_once("front", name, classes="request") for name in names]
    classes = [RequestClass(name="request")]
    if row["others"]:
        classes += [
            RequestClass(name=f"to-{name}", share=None, per_s=row["others"], in_contract=False)
            for name in names
        ]
        calls += [call("users", name, classes=f"to-{name}") for name in names]
    found = response(model(parts, calls, classes=tuple(classes)))
    levels = [float(found.percentile(level)[0]) for level in (0.5, 0.95, 0.99)]
    for ours, events, within in zip(
        (*levels, float(found.mean[0])), row["figures"], (0.09, 0.04, 0.05, 0.06), strict=True
    ):
        assert ours == pytest.approx(events, rel=within)


def small(percentile: float, most: int = 3, timeout: float | None = None, **more: Any) -> Model:
    """A server that asks two stores at once."""
    target = PercentileTarget(key="p95_ms", level=0.95, seconds=percentile)
    parts = [
        component("server", 0.05, count=(1, most), usd_per_month=Decimal(30), availability=0.99),
        component("left", 0.08, count=(1, most), usd_per_month=Decimal(20), availability=0.99),
        component(
            "right",
            {"": Gamma(mean=0.06, scv=2.0)},
            count=(1, most),
            usd_per_month=Decimal(25),
            availability=0.98,
        ),
    ]
    calls = [call("users", "server"), at_once("server", "left"), at_once("server", "right", 1.5)]
    return model(
        parts,
        calls,
        hours=(0.0, 1.0, 2.0),
        load=(2.0, 10.0, 2.0),
        percentiles=(target,),
        timeout_s=timeout,
        **more,
    )


@pytest.mark.parametrize(
    ("percentile", "availability", "timeout", "most"), [(0.4, None, None, 3), (0.5, 0.97, None, 3)]
)
def test_size_finds_the_cheapest_of_all_plans(
    percentile: float, availability: float | None, timeout: float | None, most: int
) -> None:
    scenario = small(percentile, most, timeout, availability=availability)
    judge = Evaluator(scenario)
    plans = [
        dict(zip(scenario.components, counts, strict=True))
        for counts in product(range(1, most + 1), repeat=3)
    ]
    kept = [plan for plan in plans if not judge.excuses(plan)]
    cost = {"server": 30, "left": 20, "right": 25}
    cheapest = min((sum(cost[name] * n for name, n in plan.items()) for plan in kept), default=None)
    answer = qc.size(scenario)
    if cheapest is None:
        assert not answer.feasible
    else:
        assert answer.proven
        assert answer.cost_usd_per_month == cheapest


def test_where_the_time_goes_adds_up_to_the_percentile() -> None:
    found = response(small(0.4), 8.0, units=3)
    t = float(found.percentile(0.95)[0])
    parts = found.parts(0, t)
    assert sum(part.waiting_s + part.service_s for part in parts.values()) == pytest.approx(t, rel=1e-5)


def test_late_answers_with_failures_are_the_mixture_of_live_counts() -> None:
    """With sure units, what is later than the timeout is the tail at the timeout."""
    scenario = small(0.4, timeout=2.0)
    parts = {
        name: replace(item, figures=replace(item.figures, availability=1.0))
        for name, item in scenario.components.items()
    }
    sure = replace(
        scenario,
        components=parts,
        load=replace(scenario.load, curve=type(scenario.load.curve)((0.0, 1.0), (8.0, 8.0))),
    )
    counts = {"server": 2, "left": 2, "right": 2}
    judged = qc.evaluate(sure, counts)
    late = float(response(sure, 8.0, units=2).tail(2.0)[0])
    assert judged.availability is not None
    assert 1.0 - judged.availability.load_aware == pytest.approx(late, rel=1e-4, abs=1e-9)


def test_constant_branches_take_the_longer_one() -> None:
    parts = [free("x", Deterministic(mean=0.2)), free("y", Deterministic(mean=0.5))]
    found = response(
        model(
            [*parts, free("s", Exponential(mean=0.1))],
            [call("users", "s"), at_once("s", "x"), at_once("s", "y")],
        )
    )
    assert found.mean[0] == pytest.approx(0.6, rel=1e-9)
    assert found.percentile(0.95)[0] == pytest.approx(0.5 - 0.1 * np.log(0.05), rel=1e-7)
