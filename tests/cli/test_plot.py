"""`plot`, and `station --plot`."""

from __future__ import annotations

import inspect
import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from queuecalc.cli import pictures
from queuecalc.cli.plot_command import PICTURES, _sampled
from queuecalc.cli.station_pictures import hockey_stick, sojourn_tail
from queuecalc.evaluation import evaluate
from queuecalc.law import Deterministic
from queuecalc.modelfile import read_model
from queuecalc.report import figures
from queuecalc.station import MG1, MM1, REGISTRY, MMcK, MMInf
from tests.cli.station_samples import typed

Run = Callable[..., Result]

SMALL = """
format = 1
title = "A form and its mails"

[load]
requests_per_s = [[0, 10], [3, 20], [6, 10], [6, 60], [12, 20]]

[components.server]
count = [1, 9]
servers = 1
service_ms = 50
usd_per_month = 30

[components.mailer]
count = [1, 9]
servers = 1
service_ms = 25
usd_per_month = 10
max_lag_min = 300

[contract]
p95_ms = 400

[architecture]
calls = [
  { from = "users", to = "server" },
  { from = "server", to = "mailer", wait = false },
]
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def titles(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is written from now on, by the titles of its pictures."""
    seen: list[list[str]] = []
    write = figures.write_figure

    def noted(figure: Any, path: Any) -> None:
        seen.append([" ".join(axes.get_title(loc="left").split()) for axes in figure.axes])
        write(figure, path)

    monkeypatch.setattr(figures, "write_figure", noted)
    return seen


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_cheapest_plan_is_drawn(
    run: Run, small: str, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = titles(monkeypatch)
    file = tmp_path / f"sheet{suffix}"
    file.write_text("older", encoding="utf-8")
    result = run("plot", small, "-o", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{file} is written\nYES $")
    assert file.stat().st_size > 10_000
    names = [words.split(":")[0].split(" of ")[0] for words in seen[0]]
    assert names == ["Load", "Utilisation", "Response time", "Backlog", "Lag", "Cost", "p95"]


def test_a_plan_of_ones_own_is_drawn(
    run: Run, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = titles(monkeypatch)
    file = str(tmp_path / "x.png")
    arguments = ("plot", small, "-o", file, "--what", "utilisation")
    result = run(*arguments, "--count", "server=4,mailer=1")
    assert result.exit_code == 0
    assert result.stdout.endswith("YES $130 a month\n")
    assert seen[-1] == ["Utilisation: mailer is busiest, 150 %"]
    broken = run(*arguments, "--from", "cheapest", "--count", "server=2")
    assert broken.exit_code == 1
    assert "NO $" in broken.stdout
    assert seen[-1] == ["Utilisation: server has no steady state, 150 % at hour 6.0"]
    missing = run(*arguments, "--count", "server=4")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "no count for mailer" in missing.stderr


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--what", "cost,load"], ["Cost", "Load"]),
        (["--what", "Cost", "--what", "load, cost"], ["Cost", "Load"]),
    ],
)
def test_pictures_are_picked(
    run: Run,
    small: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    names: list[str],
) -> None:
    seen = titles(monkeypatch)
    counts = ["--count", "server=4,mailer=2", "--set", "load.requests_per_s=40"]
    assert run("plot", small, "-o", str(tmp_path / "x.svg"), *counts, *options).exit_code == 0
    assert [words.split(":")[0] for words in seen[0]] == names


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sheet.gif", "ends in .png, .svg or .pdf"),
        ("sheet", "ends in .png, .svg or .pdf"),
        ("none/sheet.png", "make it first"),
        ("folder.png", "is a folder; name a file"),
    ],
)
@pytest.mark.parametrize("command", ["plot", "station"])
def test_a_file_that_cannot_be_written_is_refused_at_once(
    run: Run, small: str, tmp_path: Path, command: str, name: str, message: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    file = str(tmp_path / name)
    if command == "plot":
        result = run("plot", small, "--output", file)
    else:
        result = run("station", "MM1", "--arrival-rate", "1", "--service-rate", "2", "--plot", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.png", "small.toml"]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("utilization", "did you mean 'utilisation'?"),
        ("xyz", "there are load, utilisation"),
        ("", "no picture ''"),
    ],
)
def test_an_unknown_picture(run: Run, small: str, tmp_path: Path, what: str, message: str) -> None:
    result = run("plot", small, "-o", str(tmp_path / "x.png"), "--what", what)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_picture_that_a_model_has_nothing_for(run: Run, tmp_path: Path) -> None:
    result = run(
        "plot", "single-queue", "-o", str(tmp_path / "x.png"), "--count", "server=9", "--what", "backlog"
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert "every component is waited for" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_plan_is_answered_with_its_excuse(run: Run, small: str, tmp_path: Path) -> None:
    result = run("plot", small, "-o", str(tmp_path / "x.png"), "--count", "server=4,mailer=20")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing to draw: mailer may be" in result.stderr
    assert not (tmp_path / "x.png").exists()


def test_names_for_the_help_are_those_of_the_library() -> None:
    assert tuple(figures.PICTURES) == PICTURES
    assert figures.SUFFIXES == pictures.SUFFIXES


@pytest.mark.parametrize("command", ["plot", "station"])
def test_help_loads_nothing_to_draw_with(command: str) -> None:
    script = f"""
import sys
from queuecalc.cli.main import main
assert main(["{command}", "--help"], prog_name="queuecalc", standalone_mode=False) == 0
assert not {{"matplotlib", "numpy", "queuecalc.report"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- more knots, the same load


def test_more_knots_are_the_same_load(small: str) -> None:
    model = read_model(small)
    finer = _sampled(model)
    old, new = model.load.curve, finer.load.curve
    at = np.linspace(0.0, 12.0, 1001)
    assert new.at(at) == pytest.approx(old.at(at), rel=1e-12)
    assert new.integral_h == pytest.approx(old.integral_h, rel=1e-12)
    assert new.slots.length_h.max() <= 12.0 / 400 * (1 + 1e-9)
    assert set(old.hours.tolist()) <= set(new.hours.tolist())
    assert (np.diff(new.hours) == 0).sum() == 1, "the jump is still one"


def test_more_knots_change_no_figure(small: str) -> None:
    model = read_model(small)
    counts = {"server": 4, "mailer": 1}
    coarse, fine = evaluate(model, counts), evaluate(_sampled(model), counts)
    assert coarse.cost_usd_per_month == fine.cost_usd_per_month
    for one, two in itertools.zip_longest(coarse.lines, fine.lines):
        assert (one.target, one.subject, one.kept) == (two.target, two.subject, two.kept)
        assert one.reached == pytest.approx(two.reached, rel=1e-7)


# -- one queue


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_registered_station_can_be_drawn(run: Run, name: str, tmp_path: Path) -> None:
    general = "service" in inspect.signature(REGISTRY[name]).parameters
    # the law of a shared sojourn is known for exponential service alone
    scv = ["--scv", "2"] if general and name != "mg1ps" else []
    file = tmp_path / "queue.svg"
    result = run("station", name, *typed(name), *scv, "--plot", str(file), "--format", "json")
    assert result.exit_code == 0
    assert result.stderr == f"{file} is written\n"
    assert result.stdout.startswith("{")
    assert file.read_text(encoding="utf-8").startswith("<?xml")


def test_without_a_steady_state_the_curves_are_drawn_all_the_same(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "queue.png"
    result = run(
        "station",
        "MMc",
        "--arrival-rate",
        "70",
        "--service-rate",
        "20",
        "--servers",
        "2",
        "--plot",
        str(file),
    )
    assert result.exit_code == 0
    assert file.stat().st_size > 10_000


def test_the_hockey_stick_of_one_server() -> None:
    # M/M/1: T is exponential with rate mu - lambda.
    points = hockey_stick(MM1(arrival_rate=8.0, service_rate=10.0), "M/M/1")
    load = np.array(points.load)
    assert (load[0], load[-1]) == (0.0, pytest.approx(0.99))
    assert (np.diff(load) > 0).all()
    for name, factor in {"mean": 1.0, "p95": np.log(20.0), "p99": np.log(100.0)}.items():
        assert np.array(points.times_s[name]) == pytest.approx(factor / (10.0 * (1.0 - load)), rel=1e-9)
        assert points.at_s[name] == pytest.approx(factor / 2.0, rel=1e-9)
    assert points.at == pytest.approx(0.8)
    assert points.limited


def test_a_bounded_queue_is_drawn_beyond_its_capacity() -> None:
    points = hockey_stick(MMcK(arrival_rate=40.0, service_rate=10.0, servers=1, capacity=3), "M/M/1/3")
    assert points.at == 4.0
    assert points.load[-1] == pytest.approx(4.8)
    assert np.isfinite(points.times_s["p99"]).all()


def test_with_a_server_for_everyone_the_load_is_in_erlang() -> None:
    points = hockey_stick(MMInf(arrival_rate=30.0, service_rate=10.0), "M/M/inf")
    assert not points.limited
    assert (points.load, points.at) == ((0.0, 3.0, 6.0), 3.0)
    assert points.times_s["mean"] == pytest.approx((0.1, 0.1, 0.1))


def test_the_tail_of_one_server() -> None:
    tail = sojourn_tail(MM1(arrival_rate=8.0, service_rate=10.0), "M/M/1", (50.0, 95.0))
    seconds = np.array(tail.seconds)
    assert np.array(tail.probability) == pytest.approx(np.exp(-2.0 * seconds), rel=1e-9)
    assert seconds[-1] > np.log(1e4) / 2.0
    assert tail.marks["p95"] == pytest.approx((np.log(20.0) / 2.0, 0.05))
    assert tail.mean_s == pytest.approx(0.5)


def test_the_tail_of_an_overloaded_server_is_one() -> None:
    tail = sojourn_tail(MG1(arrival_rate=8.0, service=Deterministic(mean=0.25)), "M/D/1", (95.0,))
    assert set(tail.probability) == {1.0}
    assert np.isinf(tail.mean_s)
    assert np.isfinite(tail.seconds).all()
