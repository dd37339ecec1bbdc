"""`network` for a fixed number of customers: what it prints, in every form, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from queuecalc.answer import ClosedAnswer, ClosedBoundsAnswer, from_json
from queuecalc.evidence import Evidence

Run = Callable[..., Result]

# Two like demands of 0.2 s and no thinking: X = N / (N + 1) / 0.2.
CENTRAL = """\
title = "Central server"
population = 3
[stations.cpu]
service_rate = 10
[stations.disk]
service_ms = 200
[routing.cpu]
cpu = 0.5
disk = 0.5
[routing.disk]
cpu = 1
"""

CLASSES = """\
[stations.web]
servers = 2
service_rate = 10
[stations.pool]
class_service_ms = { browse = 10, buy = 60 }
[stations.disk]
state_rates = [5, 8, 9]
[classes.browse]
population = 5
think_s = 2
visits = { web = 1, pool = 1 }
[classes.buy]
population = 2
reference = "pool"
[classes.buy.routing]
web = { disk = 1 }
disk = { pool = 1 }
pool = { web = 1 }
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "central.toml"
    path.write_text(CENTRAL, encoding="utf-8")
    return str(path)


def answered(run: Run, *arguments: str) -> ClosedAnswer:
    result = run("network", *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    answer = from_json(ClosedAnswer, result.stdout)
    assert isinstance(answer, ClosedAnswer)
    return answer


def test_a_network_by_hand(run: Run, file: str) -> None:
    """A cycle is one visit to the cpu (0.1 s) and half a one to the disk (0.1 s): N / (N + 1) / 0.1 = 7.5."""
    answer = answered(run, file)
    (only,) = answer.classes
    assert (answer.method, answer.evidence, only.name, only.population) == ("exact", Evidence.EXACT, "", 3)
    assert only.throughput_per_s == pytest.approx(7.5)
    assert only.response_time_s == only.cycle_time_s == pytest.approx(0.4)
    assert [each.visits for each in answer.stations] == pytest.approx([1.0, 0.5])
    assert [each.mean_in_system for each in answer.stations] == pytest.approx([1.5, 1.5])
    assert (answer.most_per_s, answer.saturation_population) == pytest.approx((10.0, 2.0))


def test_a_cycle_is_a_response_and_a_think(run: Run, file: str) -> None:
    answer = answered(run, file, "--set", "think_s=0.7")
    (only,) = answer.classes
    assert only.think_s == 0.7
    assert only.cycle_time_s == pytest.approx(only.response_time_s + 0.7)
    assert only.throughput_per_s * only.cycle_time_s == pytest.approx(3.0)
    assert sum(each.residence_time_s for each in answer.stations) == pytest.approx(only.response_time_s)
    assert only.alone_s == pytest.approx(0.2)
    assert answer.saturation_population == pytest.approx(10.0 * (0.7 + 0.2))


def test_every_method(run: Run, file: str) -> None:
    for method in ("exact", "schweitzer", "linearizer"):  # balanced: even Schweitzer is exact
        answer = answered(run, file, "--method", method)
        assert answer.method == method
        assert answer.classes[0].throughput_per_s == pytest.approx(7.5, rel=1e-8)
    result = run("network", file, "--method", "bounds", "--format", "json")
    bounds = from_json(ClosedBoundsAnswer, result.stdout)
    assert isinstance(bounds, ClosedBoundsAnswer)
    assert [each.method for each in bounds.bounds] == ["asymptotic", "balanced", "geometric"]
    assert all(
        each.lower_per_s <= 7.5 * (1 + 1e-12) <= each.upper_per_s * (1 + 2e-12) for each in bounds.bounds
    )
    assert run("network", file, "--method", "bounds").stdout.startswith("between 7.5/s and 7.5/s.")


def test_a_million_customers_say_how_they_were_counted(run: Run, file: str) -> None:
    result = run("network", file, "--set", "population=1_000_000", "--set", "stations.disk.service_ms=100")
    assert result.exit_code == 0
    assert "linearizer, for the exact answer would take too long" in result.stdout
    assert "approximate" in result.stdout
    several = ("--set", "stations.cpu.servers=2", "--method", "exact")
    refused = run("network", file, "--set", "population=1_000_000", *several)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "use method 'linearizer'" in refused.stderr


def test_classes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "classes.toml"
    path.write_text(CLASSES, encoding="utf-8")
    answer = answered(run, str(path))
    assert [each.name for each in answer.classes] == ["browse", "buy"]
    for each in answer.classes:
        assert each.cycle_time_s == pytest.approx(each.response_time_s + each.think_s)
        assert each.throughput_per_s * each.cycle_time_s == pytest.approx(each.population)
        here = [line for line in answer.class_stations if line.request_class == each.name]
        assert sum(line.residence_time_s for line in here) == pytest.approx(each.response_time_s)
    assert len(answer.class_stations) == 6
    text = run("network", str(path), env={"COLUMNS": "80"}).stdout
    assert text.startswith("browse ")
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "## Stations by class" in run("network", str(path), "--format", "markdown").stdout
    assert "browse between" in run("network", str(path), "--method", "bounds").stdout


@pytest.mark.parametrize("unit", [1.0, 0.01])
def test_bounds_of_response_times_by_hand(run: Run, tmp_path: Path, unit: float) -> None:
    """Little's law for N customers who think: N / X - Z, so that each bound of X is one of the response time."""
    path, think, service = tmp_path / "think.toml", 3 * unit, 1.5 * unit
    path.write_text(
        f"population = 4\nthink_s = {think}\n[stations.one]\nservice_ms = {1000 * service}\n[visits]\none = 1\n",
        encoding="utf-8",
    )
    result = run("network", str(path), "--method", "bounds", "--format", "json")
    bounds = from_json(ClosedBoundsAnswer, result.stdout)
    assert isinstance(bounds, ClosedBoundsAnswer)
    first = bounds.bounds[0]
    assert first.method == "asymptotic"
    assert (first.lower_per_s, first.upper_per_s) == pytest.approx((4 / (think + 4 * service), 1 / service))
    assert (first.least_response_s, first.largest_response_s) == pytest.approx(
        (4 * service - think, 4 * service)
    )
    for each in bounds.bounds:
        assert each.least_response_s == pytest.approx(4 / each.upper_per_s - think)
        assert each.largest_response_s == pytest.approx(4 / each.lower_per_s - think)
    assert bounds.population == {"": 4}


def test_the_page(run: Run) -> None:
    text = run("network", "intranet", env={"COLUMNS": "80"}).stdout
    assert "150 customers at 3 stations, who think" in text
    assert "database: 30.3/s at most, whatever the population" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    keys = json.loads(run("network", "intranet", "--format", "json").stdout)
    assert {"classes", "stations", "bottleneck", "statements", "method"} <= keys.keys()


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (["population=0"], "population: found 0; expected a whole number of customers of at least 1"),
        (["population=-2"], "population: found -2; expected"),
        (["population=2.5"], "population: found 2.5; expected"),
        (["population=true"], "population: found true; expected"),
        (["think_s=-1"], "think_s: found -1; expected seconds of at least 0"),
        (["routing.cpu.disk=0.4"], "probabilities add up to 0.9; expected 1"),
        (["routing.disk={ disk = 1 }"], "who comes to 'disk' stays there for ever"),
        (["routing.cpu={ cpu = 1 }", "routing.disk={ disk = 1 }"], "falls into separate parts"),
        (["routing.cpu={ cpu = 1 }", "routing.disk={ }"], "nobody comes to 'disk'"),
        (["routing.cpu={ dsk = 1 }"], "routing.cpu.dsk: no such station; did you mean disk?"),
        (["visits={ cpu = 1 }"], "routing: visits says it, too; expected one of them"),
        (["reference='dsk'"], "no such station; did you mean disk?"),
        (["stations.cpu.state_rates=[1]"], "state_rates says it all; remove one of them"),
        (["stations.cpu.class_service_ms={ a = 1 }"], "remove one of them"),
        (["popul=1"], "no such place; did you mean population?"),
        (["stations.cpu.servers=0"], "stations.cpu.servers"),
    ],
)
def test_bad_input_is_answered_on_stderr_alone(run: Run, file: str, edits: list[str], message: str) -> None:
    settings = [part for edit in edits for part in ("--set", edit)]
    result = run("network", file, *settings)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("population = 2\n", "stations: missing"),
        (
            "population = 2\n[arrival_rates]\na = 1\n[stations.a]\nservice_rate = 1\n",
            "nobody comes to a closed",
        ),
        ("think_s = 2\n[classes.x]\n[stations.a]\nservice_rate = 1\n", "each class has its own"),
        ("[classes.x]\n[stations.a]\nservice_rate = 1\n", "classes.x.population: missing"),
        ("classes = {}\n[stations.a]\nservice_rate = 1\n", "at least one class"),
        ("classes = 3\n[stations.a]\nservice_rate = 1\n", "classes: found 3; expected a table"),
        (
            "[stations.a]\nclass_service_ms = { y = 1 }\n[classes.x]\npopulation = 1\n",
            "classes.x: stations['a'] has no service for class 'x'",
        ),
        ("population = 1\nreference = 'a'\n[stations.a]\nservice_rate = 1\n", "it goes with a routing"),
        (
            "population = 1\nrouting = 3\n[stations.a]\nservice_rate = 1\n",
            "routing: found 3; expected a table",
        ),
        (
            "population = 1\n[routing]\na = 1\n[stations.a]\nservice_rate = 1\n",
            "routing.a: found 1; expected a table",
        ),
        ("population = 1\n[visits]\na = 0\n[stations.a]\nservice_rate = 1\n", "no station is visited"),
    ],
)
def test_files_that_are_refused(run: Run, text: str, message: str) -> None:
    result = run("network", "-", input=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_options_that_do_not_go_together(run: Run, file: str) -> None:
    for arguments, message in (
        ((file, "--percentile", "95"), "--percentile goes with open networks"),
        (("web-shop", "--method", "exact"), "--method exact goes with closed networks"),
    ):
        result = run("network", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert message in result.stderr


def test_who_wants_an_open_network_is_told(run: Run, file: str) -> None:
    result = run("simulate", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "this network is closed" in result.stderr
