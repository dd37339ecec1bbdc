"""Calls that go out at once against `queuecalc.simulation` (tests/tables/make_parallel_simulation.py, fixed seeds)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.architecture import Model, RequestClass
from queuecalc.law import Exponential, Gamma
from tests.evaluation.test_calls_at_once import at_once, response
from tests.reference.building import call, component, model

ROWS = json.loads(
    (Path(__file__).parents[1] / "tables" / "parallel_simulation.json").read_text(encoding="utf-8")
)


def described(case: dict[str, Any]) -> tuple[Model, float]:
    names = [f"part{index}" for index in range(case["calls"])]
    law = Exponential(mean=1.0) if case["scv"] == 1.0 else Gamma(mean=1.0, scv=case["scv"])
    rate = case["rho"] * case["servers"] / (case["copies"] + case["others"])
    parts = [component(name, {"": law}, count=(1, 1), servers=case["servers"]) for name in names]
    calls = [at_once("users", name, float(case["copies"]), classes="request") for name in names]
    classes = [RequestClass(name="request")]
    if case["others"]:
        for name in names:
            classes.append(
                RequestClass(name=f"to-{name}", share=None, per_s=rate * case["others"], in_contract=False)
            )
            calls.append(call("users", name, classes=f"to-{name}"))
    return model(parts, calls, load=(rate, rate), classes=tuple(classes)), rate


def errors(case: dict[str, Any]) -> list[float]:
    """Relative errors of p50, p95, p99 and the mean."""
    found = response(*described(case))
    levels = [float(found.percentile(level)[0]) for level in (0.5, 0.95, 0.99)]
    pairs = zip((*levels, float(found.mean[0])), case["figures"], strict=False)
    return [ours / events - 1.0 for ours, events in pairs]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: "-".join(str(case[key]) for key in list(case)[:6]))
def test_percentiles(case: dict[str, Any]) -> None:
    """p95 within 5 %, p99 within 6 %; several calls to one line, exact ones, within what the simulation leaves open."""
    median, p95, p99, mean = errors(case)
    assert abs(median) <= 0.095
    assert abs(p95) <= 0.05
    assert abs(p99) <= 0.06
    assert abs(mean) <= 0.07
    if case["calls"] == 1 and (case["servers"] == 1 or case["scv"] == 1.0):
        noise = [
            2.5 * half / value for half, value in zip(case["figures"][4:], case["figures"], strict=False)
        ]
        assert (np.abs([median, p95, p99]) <= noise).all()


def test_downstream_of_several_calls_to_one_line() -> None:
    """One server, then a long time of its own for each: max over the calls of start + service + D, by sampling."""
    draw = np.random.default_rng(2)
    parts = [
        component("line", 0.1, count=(1, 1)),
        component("far", 1.0, count=(1, 1), servers=None),
    ]
    scenario = model(parts, [at_once("users", "line", 4.0), call("line", "far")], load=(1e-4, 1e-4))
    found = response(scenario, 1e-4)
    begin = np.cumsum(draw.exponential(0.1, (400_000, 4)), axis=1)
    times = (begin + draw.exponential(1.0, begin.shape)).max(axis=1)
    assert float(found.mean[0]) == pytest.approx(times.mean(), rel=0.01)
    for level in (0.5, 0.95):
        assert float(found.percentile(level)[0]) == pytest.approx(np.quantile(times, level), rel=0.015)


def test_the_others_at_the_line_wait_longer_for_batches() -> None:
    """M^X/M/1 by Pollaczek and Khinchine: who comes alone waits for whole batches."""
    classes = (
        RequestClass(name="request"),
        RequestClass(name="other", share=None, per_s=2.0, in_contract=False),
    )
    calls = [at_once("users", "line", 3.0, classes="request"), call("users", "line", classes="other")]
    scenario = model([component("line", 0.1, count=(1, 1))], calls, load=(2.0, 2.0), classes=classes)
    judged = response(scenario, 2.0)
    rho, batches = 0.8, 2.0 * (3 * 0.1) ** 2 * (1.0 + 1.0 / 3.0) + 2.0 * 2 * 0.1**2
    wait = batches / 2.0 / (1.0 - rho)
    assert float(judged.queues["line"].mean_wait[0]) == pytest.approx(wait, rel=1e-9)
    assert float(judged.mean[0]) == pytest.approx(wait + 0.3, rel=1e-4)


def test_a_split_component_says_what_is_left_out() -> None:
    parts = [component("line", 0.1, count=(1, 4), pooling="split")]
    scenario = model(parts, [at_once("users", "line", 3.0)], load=(5.0, 5.0))
    several, one = (qc.evaluate(scenario, {"line": units}).findings for units in (3, 1))
    assert any("left out" in sentence for sentence in several)
    assert not any("left out" in sentence for sentence in one)
