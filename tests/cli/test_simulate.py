"""`simulate`: models at one hour and along their curve, networks, every form, and what is refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from queuecalc.answer import SimulationAnswer, from_json

Run = Callable[..., Result]

SMALL = """\
format = 1
title = "Small"
[contract]
p95_ms = 900
timeout_ms = 5000
[load]
requests_per_s = [[0, 10], [0.2, 10], [0.2, 30], [0.3, 30], [0.3, 5], [1, 5]]
[components.web]
service_ms = 30
count = [1, 4]
mtbf_h = 2
mttr_h = 0.1
[components.worker]
service_ms = 50
count = 1
[architecture]
calls = [
  { from = "users", to = "web" },
  { from = "web", to = "worker", wait = false },
]
"""

NETWORK = """\
[stations.cpu]
service_rate = 2
[stations.disk]
service_rate = 1
[routing.cpu]
disk = 0.5
[routing.disk]
cpu = 0.4
[arrival_rates]
cpu = 1
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


@pytest.fixture
def network(tmp_path: Path) -> str:
    path = tmp_path / "network.toml"
    path.write_text(NETWORK, encoding="utf-8")
    return str(path)


def answered(run: Run, *arguments: str, status: int = 0) -> SimulationAnswer:
    result = run("simulate", *arguments, "--format", "json")
    assert result.exit_code == status, result.output
    answer = from_json(SimulationAnswer, result.stdout)
    assert isinstance(answer, SimulationAnswer)
    return answer


def refused(run: Run, *arguments: str, status: int = 2) -> str:
    result = run("simulate", *arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_one_hour(run: Run, small: str) -> None:
    answer = answered(run, small, "--count", "web=1", "--hour", "0.1", "--requests", "50000", "--seed", "3")
    assert (answer.kind, answer.stable, answer.simulated.seed, answer.simulated.hour) == (
        "hour",
        True,
        3,
        0.1,
    )
    assert answer.simulated.counts == {"web": 1, "worker": 1}
    assert answer.simulated.requests == pytest.approx(50_000, rel=0.03)
    rows = {(line.quantity, line.subject): line for line in answer.comparisons}
    assert rows["utilisation", "web"].calculated == pytest.approx(0.3)
    assert rows["p95", ""].calculated == pytest.approx(0.128, rel=0.01)  # -ln(0.05) / (33.33 - 10)
    # nobody waits for the worker: its lag is the mean wait of M/M/1, 0.5 / (20 - 10)
    assert rows["lag", "worker"].calculated == pytest.approx(0.05)
    for line in rows.values():
        if line.unit == "s":
            assert line.difference_percent is not None
            assert abs(line.difference_percent) < 10.0
    assert answer.inside >= 0.7 * answer.judged


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(run: Run, small: str) -> None:
    first, again, other = (
        run("simulate", small, "--count", "web=1", "--requests", "2000", "--hour", "0", "--seed", seed).stdout
        for seed in ("1", "1", "2")
    )
    assert first == again
    assert first != other


def test_the_load_that_has_no_steady_state_is_named_and_not_compared(run: Run, small: str) -> None:
    arguments = (
        "simulate",
        small,
        "--count",
        "web=1",
        "--requests",
        "3000",
        "--set",
        "components.web.service_ms=40",
    )
    result = run(*arguments)
    assert result.exit_code == 1
    assert "no steady state: web can do no more than what is asked" in result.stdout
    assert "nan" not in result.stdout


def test_along_the_curve(run: Run, small: str) -> None:
    answer = answered(run, small, "--count", "web=1", "--curve", "--seed", "2")
    assert (answer.kind, answer.simulated.hour, answer.simulated.observations) == ("curve", None, 2)
    rows = {(line.quantity, line.subject): line for line in answer.comparisons}
    # from 0.2 h to 0.3 h the worker is asked for 30/s and does 20/s: 3,600 are left, 180 s of work
    assert rows["longest line", "worker"].calculated == pytest.approx(3600.0)
    assert rows["lag", "worker"].simulated.value == pytest.approx(180.0, rel=0.15)
    assert {key for key, subject in rows if not subject} >= {"p50", "p95", "p99", "availability"}
    part = answered(run, small, "--count", "web=1", "--curve", "--between", "0.25", "0.75")
    assert (part.simulated.from_h, part.simulated.until_h) == (0.25, 0.75)
    many = answered(run, small, "--count", "web=1", "--curve", "--requests", "100000")
    assert many.simulated.observations == 4  # 30,600 requests each


def test_along_the_curve_with_failures(run: Run, small: str) -> None:
    arguments = (small, "--count", "web=1", "--curve", "--failures", "--requests", "1000000", "--seed", "4")
    answer = answered(run, *arguments)
    assert answer.simulated.failures
    rows = {(line.quantity, line.subject): line for line in answer.comparisons}
    down = rows["lost, down", "web"]
    assert down.calculated == pytest.approx(0.1 / 2.1)
    assert abs(down.calculated - down.simulated.value) <= 1.5 * (down.simulated.half_width or 0.0)


def test_a_network(run: Run, network: str) -> None:
    answer = answered(run, network, "--requests", "100000")
    assert (answer.kind, answer.stable) == ("network", True)
    rows = {(line.quantity, line.subject): line for line in answer.comparisons}
    assert rows["utilisation", "cpu"].calculated == pytest.approx(0.625)
    assert rows["mean", ""].simulated.value == pytest.approx(1.25 / 0.75 + 0.625 / 0.375, rel=0.05)
    shipped = run("simulate", "web-shop", "--requests", "1000")
    assert shipped.exit_code == 0
    assert "end to end" in shipped.stdout
    full = run("simulate", network, "--set", "arrival_rates.cpu=2", "--requests", "5000")
    assert full.exit_code == 1
    assert full.stdout.startswith("no steady state: ")


def test_the_page_says_what_was_done(run: Run) -> None:
    result = run("simulate", "single-queue", "--count", "server=9", "--requests", "20000", "--seed", "6")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "calculated numbers lie inside the 95 % interval" in lines[0]
    assert max(map(len, lines)) <= 100
    titles = next(line for line in lines if line.startswith("number "))
    assert titles.split() == ["number", "of", "calculated", "simulated", "+-", "difference", "inside"]
    assert sum(line.startswith("p95 ") for line in lines) == 1  # one class: not said twice
    assert "plan       server=9" in lines
    assert any("in 20 batches, seed 6" in line for line in lines)
    assert any(line.startswith("evidence   exact (erlang-c)") for line in lines)


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_every_form(run: Run, form: str) -> None:
    result = run("simulate", "single-queue", "--count", "server=9", "--requests", "1000", "--format", form)
    assert result.exit_code == 0
    if form == "json":
        assert json.loads(result.stdout)["simulated"]["counts"] == {"server": 9}
    elif form == "csv":
        assert result.stdout.startswith("section,subject,key,value\n")
        assert "SimulationAnswer.comparisons,utilisation server,calculated,0.777" in result.stdout
    else:
        assert "| p95" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["single-queue"], "no count for server"),
        (["single-queue", "--count", "sever=1"], "did you mean 'server'?"),
        (["single-queue", "--count", "server=0"], "not a plan: "),
        (["single-queue", "--count", "server=9", "--requests", "5"], "'5' is not a whole number from 100"),
        (["single-queue", "--count", "server=9", "--seed", "-1"], "'-1' is not a whole number"),
        (["single-queue", "--count", "server=9", "--hour", "0", "--curve"], "expected one of the two"),
        (["single-queue", "--count", "server=9", "--failures"], "--between and --failures go with --curve"),
        (["single-queue", "--count", "server=9", "--curve", "--between", "3", "2"], "between 3 and 2"),
        (["web-shop", "--count", "web=2"], "a network has no counts"),
        (["web-shop", "--curve"], "a network has no counts and no load curve"),
        (["web-shopp"], "web-shop"),
        (["intranet"], "population: this network is closed"),
    ],
)
def test_what_is_refused(run: Run, arguments: list[str], message: str) -> None:
    assert message in " ".join(refused(run, *arguments).split())


def test_an_hour_without_requests_is_refused(run: Run, small: str) -> None:
    arguments = (small, "--count", "web=1", "--set", "load.requests_per_s=[[0, 0], [1, 5]]", "--hour", "0")
    assert "hour 0 has no requests" in refused(run, *arguments)
    nothing = "load.requests_per_s=[[0, 1], [1, 0], [3, 0], [4, 5]]"
    along = (small, "--count", "web=1", "--set", nothing, "--curve", "--between", "1", "3")
    assert "between 1 and 3: no requests" in refused(run, *along)


def test_what_would_take_hours_is_refused_and_by_default_not_done(run: Run, small: str) -> None:
    crowd = ("single-queue", "--count", "server=9", "--curve", "--set", "load.requests_per_s=100000000")
    assert "name a part of the curve by --between" in refused(run, *crowd)
    loop = ("--set", "stations.cpu.servers=9999", "--set", "routing.cpu={cpu=0.99999}")
    answer = answered(run, "web-shop", *[word.replace("cpu", "web") for word in loop], status=1)
    assert answer.simulated.requests < 1000  # a hundred thousand visits each


@pytest.mark.parametrize("arguments", [["single-queue", "--from", "cheapest"], ["web-shop"]])
def test_without_the_extra_it_is_named(
    run: Run, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from queuecalc.simulation.compilation import compiled_loop

    compiled_loop.cache_clear()
    monkeypatch.setitem(sys.modules, "numba", None)
    assert "pip install queuecalc[simulate]" in refused(run, *arguments)


def test_the_rest_of_the_plan_comes_from_the_cheapest(run: Run) -> None:
    answer = answered(run, "single-queue", "--from", "cheapest", "--requests", "1000")
    assert answer.simulated.counts == {"server": 9}
