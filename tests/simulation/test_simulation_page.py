"""docs/simulation.md shows what was simulated, and what is calculated today; a cheap part of it is simulated again."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from queuecalc.answer import (
    Estimate,
    SimulatedComponent,
    SimulatedLatency,
    SimulatedPercentile,
    SimulationResult,
)
from queuecalc.modelfile import read_model, read_network, shipped_models
from queuecalc.simulation import LEVELS, simulate, simulate_network

ROOT = Path(__file__).parent.parent.parent


def loaded() -> ModuleType:
    path = ROOT / "docs" / "make_simulation.py"
    spec = importlib.util.spec_from_file_location("make_simulation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = loaded()
SEEN: list[dict[str, Any]] = json.loads(MAKER.SEEN.read_text(encoding="utf-8"))
BY_NAME = {(one["kind"], one["name"]): one for one in SEEN}


def test_the_page_is_made_from_what_was_seen() -> None:
    text = MAKER.PAGE.read_text(encoding="utf-8")
    assert MAKER.page(text, SEEN) == text, "run  python docs/make_simulation.py --page"


def test_every_shipped_model_and_network_was_simulated() -> None:
    assert {name for kind, name in BY_NAME if kind == "hour"} == set(shipped_models())
    assert {name for kind, name in BY_NAME if kind == "network"} == set(MAKER.open_networks())
    assert {name for kind, name in BY_NAME if kind == "curve"} == set(MAKER.CURVES)


def nothing_seen(one: dict[str, Any]) -> SimulationResult:
    """A result with the same plan and the same subjects, whose numbers do not matter."""
    none = Estimate(value=1.0)
    subjects = dict.fromkeys(row["subject"] for row in one["rows"] if row["quantity"] == "p95")
    return SimulationResult(
        title="",
        source="",
        counts=one["counts"],
        seed=0,
        hour=one["hour"],
        load_per_s=1.0,
        observations=1,
        simulated_s=1.0,
        requests=1,
        visits=1,
        components=tuple(
            SimulatedComponent(
                name=name,
                count=count,
                servers=1,
                asynchronous=False,
                utilisation=none,
                rate_per_s=none,
                mean_wait_s=none,
            )
            for name, count in one["counts"].items()
            if count
        ),
        latencies=tuple(
            SimulatedLatency(
                subject=subject,
                answers=1,
                mean_s=none,
                percentiles=tuple(SimulatedPercentile(level=level, seconds=none) for level in LEVELS),
            )
            for subject in subjects
        ),
        availability=none,
        losses=(),
    )


@pytest.mark.parametrize("key", [key for key in BY_NAME if key[0] != "curve"], ids="-".join)
def test_what_is_calculated_today_is_what_the_page_says(key: tuple[str, str]) -> None:
    one = BY_NAME[key]
    answer = MAKER.calculated(*key, nothing_seen(one))
    today = {(line.quantity, line.subject): line.calculated for line in answer.comparisons}
    page = {(row["quantity"], row["subject"]): row["calculated"] for row in one["rows"]}
    assert set(today) >= {name for name in page if not name[0].startswith("lost")}
    for name, value in page.items():
        if name in today:
            assert today[name] == pytest.approx(value, rel=1e-3, abs=1e-7), (name, "run  make simulations")


@pytest.mark.parametrize("one", SEEN, ids=lambda one: f"{one['kind']}-{one['name']}")
def test_response_times_and_utilisations_on_the_page_are_as_close_as_it_says(one: dict[str, Any]) -> None:
    for row in one["rows"]:
        if row["quantity"] in ("mean", "p50", "p95", "p99"):
            assert row["calculated"] == pytest.approx(row["simulated"], rel=0.03), row
        if row["quantity"] == "utilisation":
            assert row["calculated"] == pytest.approx(row["simulated"], rel=0.01), row
    assert one["rows"] or "no steady state" in one["findings"][0]


@pytest.mark.parametrize("key", [("hour", "single-queue"), ("network", "web-shop")], ids="-".join)
def test_a_new_run_with_another_seed_agrees_with_the_page(key: tuple[str, str]) -> None:
    kind, name = key
    one = BY_NAME[key]
    if kind == "network":
        result = simulate_network(read_network(name).network, requests=200_000, seed=5)
    else:
        result = simulate(read_model(name), one["counts"], requests=200_000, seed=5)
    for line in MAKER.calculated(kind, name, result).comparisons:
        (row,) = (r for r in one["rows"] if (r["quantity"], r["subject"]) == (line.quantity, line.subject))
        widths = math.hypot(line.simulated.half_width or 0.0, row["half_width"] or 0.0)
        assert abs(line.simulated.value - row["simulated"]) <= 1.8 * widths + 1e-9, line
