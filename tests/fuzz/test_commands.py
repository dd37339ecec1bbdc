"""Whatever the model and the command line: an answer or a message, no defect, no hang, no NaN.

Some hundreds of cases; with QUEUECALC_TEST_ALL=1 (make test-all) some thousands.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from queuecalc.station import REGISTRY
from tests.fuzz.command_lines import NAMES, command_lines, command_of, good_lines, station_lines, takes_model
from tests.fuzz.documents import MODELS, mutated_texts
from tests.fuzz.running import judge, run

ALL = bool(os.environ.get("QUEUECALC_TEST_ALL"))

QUICK = {"check": 100, "evaluate": 60, "size": 40, "plot": 12} | dict.fromkeys(REGISTRY, 12)
"""Cases of a command in the short run, where they are not the usual 30; those that calculate take their time."""

SMALL = ("single-queue", "on-call-overprovision", "start")
"""Models that a search answers at once."""


def cases(name: str) -> settings:
    quick = QUICK.get(name, 30)
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=20 * quick if ALL else quick, suppress_health_check=slow)


def answered(words: list[str], text: str) -> Result:
    result = run(words, text)
    event(f"status {result.exit_code}")
    return result


@pytest.mark.parametrize("name", [name for name in NAMES if takes_model(command_of(name))])
def test_mutated_models(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    models = tuple(MODELS) if ALL or name in ("check", "evaluate") else SMALL

    @cases(name)
    @given(data=st.data())
    def every_case(data: st.DataObject) -> None:
        text, names = data.draw(mutated_texts(models), label="model")
        words = data.draw(good_lines(name, names, tmp_path), label="words")
        judge(words, answered(words, text))

    every_case()


@pytest.mark.parametrize("name", NAMES)
def test_command_lines(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    @cases(name)
    @given(data=st.data())
    def every_case(data: st.DataObject) -> None:
        words = data.draw(command_lines(name, ["server"], tmp_path), label="words")
        judge(words, answered(words, MODELS["single-queue"]))

    every_case()


@pytest.mark.parametrize("kind", REGISTRY)
def test_numbers_of_stations(kind: str) -> None:
    @cases(kind)
    @given(words=station_lines(kind))
    def every_case(words: list[str]) -> None:
        judge(words, answered(words, ""))

    every_case()
