"""The shipped scenario through the whole program, once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from click.testing import CliRunner, Result

from queuecalc.answer import Evaluation, SizingAnswer, from_json
from queuecalc.cli.main import main
from queuecalc.report import FORMATS, plain_text, sizing_page

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def answer() -> SizingAnswer:
    result = CliRunner().invoke(main, ["size", "iot-ingestion", "--format", "json"], prog_name="queuecalc")
    assert result.exit_code == 0, result.stderr
    return from_json(SizingAnswer, result.stdout)


def test_the_answer_fits_a_screen(answer: SizingAnswer) -> None:
    lines = plain_text(sizing_page(answer), 100).splitlines()
    assert lines[0].startswith("YES: $")
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100
    assert max(map(len, plain_text(sizing_page(answer), 80).splitlines())) <= 80


def test_the_parts_add_up(answer: SizingAnswer) -> None:
    components = answer.evaluation.components
    assert sum((line.usd_per_month for line in components), Decimal(0)) == answer.cost_usd_per_month
    assert {line.name: line.count for line in components} == {n: c for n, c in answer.counts.items() if c}
    assert {entry.component for entry in answer.one_less} == {line.name for line in components}


def test_csv_of_the_answer_has_no_place_twice(answer: SizingAnswer) -> None:
    text = FORMATS["csv"](answer, sizing_page(replace(answer, certificate=None)))
    places = [(row["section"], row["subject"], row["key"]) for row in csv.DictReader(io.StringIO(text))]
    assert len(places) == len(set(places))


def test_the_plan_is_judged_alike_by_evaluate(run: Run, answer: SizingAnswer) -> None:
    counts = ",".join(f"{name}={count}" for name, count in answer.counts.items())
    result = run("evaluate", "iot-ingestion", "--count", counts, "--format", "json")
    assert result.exit_code == 0
    judged = from_json(Evaluation, result.stdout)
    assert judged.lines == answer.evaluation.lines
    assert judged.cost_usd_per_month == answer.cost_usd_per_month


def test_one_unit_less_of_anything_breaks_the_contract(run: Run, answer: SizingAnswer) -> None:
    for entry in answer.one_less:
        counts = {**answer.counts, entry.component: answer.counts[entry.component] - 1}
        typed = ",".join(f"{name}={count}" for name, count in counts.items())
        result = run("evaluate", "iot-ingestion", "--count", typed, "--quiet")
        assert result.exit_code == 1
        assert result.stdout.startswith("NO $")


def test_the_model_is_described(run: Run) -> None:
    result = run("check", "iot-ingestion")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "without lb" in result.stdout
    for form in ("mermaid", "dot", "json"):
        assert run("check", "iot-ingestion", "--format", form).exit_code == 0
