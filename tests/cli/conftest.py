"""Commands in this process, with answers written by hand where a search would take its time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from queuecalc.answer import Evaluation, SizingAnswer, from_json
from queuecalc.answer.description import Description
from queuecalc.cli.main import main

ANSWERS = Path(__file__).parent.parent / "report"

Run = Callable[..., Result]


def read(kind: type[Any], name: str) -> Any:
    return from_json(kind, (ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Library:
    """What the commands are answered with, and what they asked."""

    sized: SizingAnswer
    evaluated: Evaluation
    described: Description
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    interrupted: bool = False

    def size(
        self, model: Any, *, alternatives: int = 3, explain: bool = True, progress: Any = None
    ) -> SizingAnswer:
        self.asked.append(("size", {"model": model, "alternatives": alternatives, "explain": explain}))
        if self.interrupted:
            progress(7, None, None)
            progress(12, self.sized.cost_usd_per_month, self.sized.counts)
            raise KeyboardInterrupt
        return self.sized

    def evaluate(self, model: Any, counts: dict[str, int], *, failures: bool = False) -> Evaluation:
        assert failures
        self.asked.append(("evaluate", {"model": model, "counts": counts}))
        return self.evaluated

    def describe(self, model: Any) -> Description:
        self.asked.append(("describe", {"model": model}))
        return self.described


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Search, evaluation and description that answer from files."""
    sized = read(SizingAnswer, "feasible")
    made = Library(sized, sized.evaluation, read(Description, "description"))
    for room, names in (("sizing", ["size"]), ("evaluation", ["evaluate", "describe"])):
        module = ModuleType(f"queuecalc.{room}")
        for name in names:
            setattr(module, name, getattr(made, name))
        monkeypatch.setitem(sys.modules, f"queuecalc.{room}", module)
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as from a pipe and returns its status and output."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, list(arguments), prog_name="queuecalc", **options)

    return invoke


@pytest.fixture
def impossible() -> SizingAnswer:
    answer = read(SizingAnswer, "impossible")
    assert isinstance(answer, SizingAnswer)
    return answer
