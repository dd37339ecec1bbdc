"""Answers written by hand after the seed scenario: ten components, one of them left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuecalc.answer import Evaluation, SizingAnswer, from_json
from queuecalc.answer.description import Description

FOLDER = Path(__file__).parent


def read(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.fixture
def feasible() -> SizingAnswer:
    return from_json(SizingAnswer, read("feasible"))


@pytest.fixture
def short_of_money() -> SizingAnswer:
    return from_json(SizingAnswer, read("short_of_money"))


@pytest.fixture
def impossible() -> SizingAnswer:
    return from_json(SizingAnswer, read("impossible"))


@pytest.fixture
def evaluation(feasible: SizingAnswer) -> Evaluation:
    return feasible.evaluation


@pytest.fixture
def description() -> Description:
    return from_json(Description, read("description"))
