from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from queuecalc.answer import Evaluation, SizingAnswer, from_json
from queuecalc.answer.description import Description

Run = Callable[..., Result]
COUNTS = "lb=1,queue=1,redis=1,replica=0,limiter=1,server=4,stream=2,worker=6,analytics=1"


# -- size


def test_size_answers(run: Run, library: Any) -> None:
    result = run("size", "iot-ingestion")
    assert result.exit_code == 0
    assert result.stdout.startswith("YES: $694 a month keeps the contract; proven: no cheaper plan does.\n")
    assert result.stderr == ""
    assert library.asked[0][1]["alternatives"] == 3


def test_size_hands_on_settings_and_alternatives(run: Run, library: Any) -> None:
    result = run("size", "iot-ingestion", "--set", "contract.p95_ms=150", "--alternatives", "7")
    (asked,) = library.asked
    assert asked[1]["alternatives"] == 7
    assert asked[1]["model"].contract.percentiles[0].seconds == 0.15
    assert "queuecalc check iot-ingestion --set contract.p95_ms=150" in result.stdout


def test_size_in_one_line(run: Run, library: Any) -> None:
    result = run("size", "iot-ingestion", "--quiet")
    assert result.stdout.startswith("YES $694 a month (proven): lb=1 queue=1")
    assert result.stdout.count("\n") == 1
    assert library.asked[0][1] | {"model": None} == {"model": None, "alternatives": 0, "explain": False}


def test_size_in_other_formats(run: Run, library: Any) -> None:
    text = run("size", "iot-ingestion", "--format", "json").stdout
    assert from_json(SizingAnswer, text) == library.sized
    assert run("size", "iot-ingestion", "--format", "csv").stdout.startswith("section,subject,key,value\n")
    assert "## Contract" in run("size", "iot-ingestion", "--format", "markdown").stdout


def test_size_of_what_cannot_be_kept_has_status_1(run: Run, library: Any, impossible: SizingAnswer) -> None:
    library.sized = impossible
    result = run("size", "iot-ingestion")
    assert result.exit_code == 1
    assert result.stdout.startswith("NO: no number of units keeps p95 and availability;")


def test_quiet_does_not_go_with_another_format(run: Run, library: Any) -> None:
    for command in ("size", "evaluate"):
        result = run(command, "iot-ingestion", "--quiet", "--format", "json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "--quiet" in result.stderr


def test_an_interrupted_search_says_what_it_has(run: Run, library: Any) -> None:
    library.interrupted = True
    result = run("size", "iot-ingestion")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "best plan so far, not proven: $694: lb=1 queue=1" in result.stderr
    assert "interrupted" in result.stderr


def test_an_interruption_before_the_first_plan(
    run: Run, library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["queuecalc.sizing"], "size", interrupted)
    result = run("size", "iot-ingestion")
    assert result.exit_code == 130
    assert "no plan was found yet" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["size", "nosuch-model"],
        ["size", "iot-ingestion", "--set", "contract.p95_ms"],
        ["size", "iot-ingestion", "--set", "=3"],
        ["size", "iot-ingestion", "--set", "contract.nosuch=3"],
        ["size", "iot-ingestion", "--alternatives", "-1"],
        ["size", "iot-ingestion", "--alternatives", "1.5"],
        ["size", "iot-ingestion", "--format", "xml"],
        ["size"],
    ],
)
def test_bad_input_is_told_on_stderr_alone(run: Run, library: Any, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


# -- evaluate


def test_evaluate_takes_counts_one_by_one_or_together(run: Run, library: Any) -> None:
    result = run("evaluate", "iot-ingestion", "--count", COUNTS, "--format", "json")
    assert result.exit_code == 0
    assert from_json(Evaluation, result.stdout) == library.evaluated
    counts = library.asked[0][1]["counts"]
    assert counts["server"] == 4
    assert counts["postgres"] == 1  # the model leaves no choice
    one_by_one = [word for pair in COUNTS.split(",") for word in ("--count", pair)]
    run("evaluate", "iot-ingestion", *one_by_one)
    assert library.asked[1][1]["counts"] == counts


def test_evaluate_prints_a_page_or_a_line(run: Run, library: Any) -> None:
    assert run("evaluate", "iot-ingestion", "--count", COUNTS).stdout.startswith("YES: this plan keeps")
    assert run("evaluate", "iot-ingestion", "--count", COUNTS, "--quiet").stdout == "YES $694 a month\n"
    library.evaluated = replace(library.evaluated, kept=False)
    assert run("evaluate", "iot-ingestion", "--count", COUNTS, "--quiet").exit_code == 1


def test_evaluate_takes_the_rest_from_the_cheapest_plan(run: Run, library: Any) -> None:
    run("evaluate", "iot-ingestion", "--from", "cheapest", "--count", "server=3")
    (size, evaluate) = library.asked
    assert size[1]["alternatives"] == 0
    assert evaluate[1]["counts"] == {**library.sized.counts, "server": 3}


def test_evaluate_names_everything_that_is_missing_at_once(run: Run, library: Any) -> None:
    result = run("evaluate", "iot-ingestion", "--count", "server=4")
    assert (result.exit_code, result.stdout) == (2, "")
    for part in ("lb (0 to 1)", "worker (0 to 12)", "--from cheapest", "--count lb=N"):
        assert part in result.stderr
    assert "postgres (" not in result.stderr


def test_a_count_that_hangs_on_a_missing_one_is_missing(run: Run, library: Any) -> None:
    result = run("evaluate", "iot-ingestion", "--count", "worker=1")
    assert "server (1 to 12)" in " ".join(result.stderr.split())


def test_a_count_without_limit_is_missing_too(run: Run, library: Any) -> None:
    result = run("evaluate", "single-queue")
    assert result.exit_code == 2
    assert "no count for server (1" in result.stderr


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ("servre=4", "did you mean 'server'?"),
        ("xyz=4", "it has lb, queue"),
        ("server=4,server=5", "named twice, 4 and 5"),
        ("server", "expected NAME=N"),
        ("=4", "expected NAME=N"),
        ("server=-1", "whole number"),
        ("server=nan", "whole number"),
        ("server=1e3", "whole number"),
        ("server=99999999999999999999999", "whole number"),
        ("server=\u0664", "whole number"),
    ],
)
def test_counts_that_make_no_sense(run: Run, library: Any, count: str, message: str) -> None:
    result = run("evaluate", "iot-ingestion", "--count", count)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_a_count_that_another_component_fixes_need_not_be_named(run: Run, library: Any) -> None:
    # Nothing spreads the requests without the balancer, so there can be one server only.
    counts = COUNTS.replace("lb=1", "lb=0").replace("server=4,", "")
    run("evaluate", "iot-ingestion", "--count", counts)
    assert library.asked[0][1]["counts"]["server"] == 1


# -- check, schema, new, list


def test_check_shows_the_model(run: Run, library: Any) -> None:
    assert run("check", "iot-ingestion").stdout.startswith("OK: IoT ingestion")
    assert run("check", "iot-ingestion", "--format", "mermaid").stdout.startswith("flowchart LR\n")
    assert run("check", "iot-ingestion", "--format", "dot").stdout.startswith("digraph ")
    text = run("check", "iot-ingestion", "--format", "json").stdout
    assert from_json(Description, text) == library.described


def test_a_model_from_standard_input(run: Run, library: Any) -> None:
    from queuecalc.modelfile import shipped_models

    text = shipped_models()["single-queue"].read_bytes()
    assert run("check", "-", input=io.BytesIO(text)).exit_code == 0
    assert library.asked[0][1]["model"].title == "One queue"


def test_schema_is_json(run: Run) -> None:
    assert json.loads(run("schema").stdout)["$schema"].startswith("https://json-schema.org/")


def test_new_writes_a_file_that_reads_and_never_overwrites(run: Run, tmp_path: Path, library: Any) -> None:
    file = tmp_path / "my shop.toml"
    result = run("new", str(file))
    assert result.exit_code == 0
    assert shlex.join(["queuecalc", "size", str(file)]) in result.stdout
    assert run("check", str(file)).exit_code == 0
    before = file.read_bytes()
    again = run("new", str(file), "--from", "single-queue")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "not overwritten" in again.stderr
    assert file.read_bytes() == before


def test_new_copies_a_model(run: Run, tmp_path: Path) -> None:
    from queuecalc.modelfile import shipped_models

    file = tmp_path / "copy.toml"
    run("new", str(file), "--from", "single-queue")
    assert file.read_text(encoding="utf-8") == shipped_models()["single-queue"].read_text(encoding="utf-8")
    assert run("new", "-", "--from", "single-queue").stdout == file.read_text(encoding="utf-8")


def test_new_where_nothing_can_be_written(run: Run, tmp_path: Path) -> None:
    missing = run("new", str(tmp_path / "no" / "such" / "folder.toml"))
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "no such file or directory" in missing.stderr
    unknown = run("new", str(tmp_path / "a.toml"), "--from", "nosuch")
    assert unknown.exit_code == 2
    assert not (tmp_path / "a.toml").exists()


@pytest.mark.parametrize(
    ("what", "name"),
    [("models", "iot-ingestion"), ("components", "postgres"), ("laws", "gamma")],
)
def test_lists_in_every_format(run: Run, what: str, name: str) -> None:
    assert f"\n{name} " in run("list", what).stdout
    assert name in {row["name"] for row in json.loads(run("list", what, "--format", "json").stdout)}
    assert f"\n{name}," in run("list", what, "--format", "csv").stdout
    assert f"\n| {name} |" in run("list", what, "--format", "markdown").stdout


def test_a_list_of_something_else(run: Run) -> None:
    result = run("list", "things")
    assert (result.exit_code, result.stdout) == (2, "")
