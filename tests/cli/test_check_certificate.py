"""`check --certificate`: verified, refused with the reason, unreadable."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from queuecalc.answer import Certificate, from_plain
from queuecalc.cli.progress import Steps
from queuecalc.sizing.digest import certificate_seal

Run = Callable[..., Result]


@pytest.fixture
def proof(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    assert run("size", "single-queue", "--quiet", "--certificate", str(path)).exit_code == 0
    return path


def changed(path: Path, change: Callable[[dict[str, Any]], None], *, sealed: bool = True) -> str:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    if sealed:
        value["seal"] = certificate_seal(from_plain(Certificate, value))
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def test_a_sound_certificate_is_verified(run: Run, proof: Path) -> None:
    result = run("check", "single-queue", "--certificate", str(proof))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("VERIFIED: $450 a month is the least that keeps the contract; ")
    assert "cheapest   server=9" in result.stdout
    assert (
        "decided within a tolerance of 1e-07:" in result.stdout
    )  # seven servers are exactly as many as erlangs


def test_json_has_everything(run: Run, proof: Path) -> None:
    result = run("check", "single-queue", "--certificate", str(proof), "--format", "json")
    value = json.loads(result.stdout)
    assert value["verified"] is True
    assert value["cost_usd_per_month"] == 450
    assert value["optima"] == [[9]]
    assert value["near"][0]["target"] == "stability"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda value: value["patterns"][0]["boxes"].pop(), "is neither refused nor dearer nor an optimum"),
        (lambda value: value["optima"][0].__setitem__(0, 8), "breaks p95"),
        (lambda value: value["patterns"][0]["boxes"][-1]["upper"].__setitem__(0, 12), "not refused by p95"),
        (lambda value: value.update(cost_usd_per_month=400), "not $400"),
        (lambda value: value.update(model_digest="0" * 64), "another model"),
    ],
)
def test_a_tampered_certificate_is_refused_with_the_reason(
    run: Run, proof: Path, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    result = run("check", "single-queue", "--certificate", changed(proof, change))
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("REFUSED: the certificate does not prove what it says.")
    assert why in " ".join(result.stdout.split())


def test_a_value_changed_breaks_the_seal(run: Run, proof: Path) -> None:
    def change(value: dict[str, Any]) -> None:
        value["patterns"][0]["boxes"][-1]["excuse"]["reached"] *= 1.01

    result = run("check", "single-queue", "--certificate", changed(proof, change, sealed=False))
    assert result.exit_code == 1
    assert "its seal does not fit its contents" in " ".join(result.stdout.split())


def test_another_model_is_refused(run: Run, proof: Path) -> None:
    result = run("check", "single-queue", "--set", "contract.p95_ms=399", "--certificate", str(proof))
    assert result.exit_code == 1
    assert "it was made for another model" in result.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "this is no JSON"),
        ("{}", "this is no certificate"),
        ('{"format": 9}', "format 9; this version reads"),
    ],
)
def test_an_unreadable_file_has_status_2(run: Run, tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "proof.json"
    path.write_text(text, encoding="utf-8")
    result = run("check", "single-queue", "--certificate", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_and_a_graph_of_a_proof_have_status_2(run: Run, proof: Path) -> None:
    missing = run("check", "single-queue", "--certificate", str(proof.with_name("nothing.json")))
    assert (missing.exit_code, missing.stdout) == (2, "")
    graph = run("check", "single-queue", "--certificate", str(proof), "--format", "dot")
    assert (graph.exit_code, graph.stdout) == (2, "")
    assert "text or json" in graph.stderr


def test_a_long_check_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    steps = Steps("checking")
    steps(1, 1200)
    now[0] += 1.0
    steps(600, 1200)
    steps(601, 1200)
    steps.clear()
    steps.clear()
    assert screen.getvalue() == "\r\x1b[Kchecking: ############............ 600 of 1,200\r\x1b[K"


SHOP = """\
format = 1
title = "a shop"
[load]
LOAD
[contract]
p95_ms = 400
[components.web]
servers = 2
service_ms = 60
count = [1, 3]
usd_per_month = 50
[components.db]
service_ms = 15
count = [1, 2]
usd_per_month = 90
[architecture]
calls = [{ from = "users", to = "web" }, { from = "web", to = "db", times = 2 }]
"""


def shop(tmp_path: Path, load: str, old: str = "", new: str = "") -> str:
    path = tmp_path / "shop.toml"
    path.write_text(SHOP.replace("LOAD", load).replace(old, new), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("load", "old", "new"),
    [
        ("requests_per_s = 20", "times = 2 }", 'times = 2, together = "both" }'),
        ("users = 40\nthink_s = 1", "", ""),
    ],
    ids=["together", "think"],
)
def test_every_word_of_a_model_is_verified(run: Run, tmp_path: Path, load: str, old: str, new: str) -> None:
    path, proof = shop(tmp_path, load, old, new), str(tmp_path / "proof.json")
    assert run("size", path, "--quiet", "--certificate", proof).exit_code == 0
    result = run("check", path, "--certificate", proof)
    assert (result.exit_code, result.stdout[:9]) == (0, "VERIFIED:")


def test_but_held_servers_and_that_is_told_before_anything_is_written(
    run: Run, proof: Path, tmp_path: Path
) -> None:
    path = shop(tmp_path, "requests_per_s = 20", "servers = 2", 'servers = 2\nwaits = "held"')
    unwritten = tmp_path / "unwritten.json"
    for command in (
        ("size", path, "--certificate", str(unwritten)),
        ("check", path, "--certificate", str(proof)),
    ):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert 'components.web.waits = "held"' in result.stderr
        assert 'waits = "async"' in result.stderr
    assert not unwritten.exists()
    assert run("size", path, "--quiet").exit_code == 0
