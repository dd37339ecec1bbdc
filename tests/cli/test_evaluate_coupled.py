"""`evaluate --coupled`: the availability with its bound, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

MODEL = """
format = 1
title = "Two bounded queues"
[load]
requests_per_s = 9
[contract]
availability_percent = 70
[components.front]
service_ms = 100
max_queue = 1
mtbf_h = 990
mttr_h = 10
count = [1, 2]
[components.back]
service_ms = 100
max_queue = 2
count = 1
[architecture]
calls = [{ from = "users", to = "front" }, { from = "front", to = "back" }]
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "two.toml"
    file.write_text(MODEL, encoding="utf-8")
    return str(file)


def test_the_answer_names_the_bound_and_the_states(run: Run, path: str) -> None:
    plain = run("evaluate", path, "--count", "front=2")
    result = run("evaluate", path, "--count", "front=2", "--coupled")
    assert result.stderr == ""
    assert "coupled, 3 joint failure states) under load" not in plain.stdout
    text = " ".join(result.stdout.split())
    assert "under load (+- " in text
    assert "%, coupled, 3 joint failure states)" in text
    assert "coupled" not in plain.stdout


def test_json_carries_the_bound(run: Run, path: str) -> None:
    result = run("evaluate", path, "--count", "front=2", "--coupled", "--format", "json")
    found = json.loads(result.stdout)["availability"]
    assert found["states"] == 3
    assert 0.0 <= found["uncertainty"] < 1e-7
    without = json.loads(run("evaluate", path, "--count", "front=2", "--format", "json").stdout)[
        "availability"
    ]
    assert (without["states"], without["uncertainty"]) == (0, 0)
    assert found["load_aware"] > without["load_aware"] + 0.01


def test_the_exit_status_follows_the_coupled_availability(run: Run, path: str) -> None:
    values = {
        flag: json.loads(run("evaluate", path, "--count", "front=2", *flag, "--format", "json").stdout)
        for flag in ((), ("--coupled",))
    }
    plain, coupled = (values[flag]["availability"]["load_aware"] for flag in ((), ("--coupled",)))
    limit = f"contract.availability_percent={50.0 * (plain + coupled)}"
    assert run("evaluate", path, "--count", "front=2", "--set", limit).exit_code == 1
    assert run("evaluate", path, "--count", "front=2", "--set", limit, "--coupled").exit_code == 0


def test_an_invalid_plan_is_told_as_ever(run: Run, path: str) -> None:
    result = run("evaluate", path, "--count", "front=7", "--coupled")
    assert result.exit_code == 1
    assert "front" in result.stdout
