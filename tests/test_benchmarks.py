"""The benchmarks can be run; what they measure is no matter of tests."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import _lines
from tests.benchmarks.measuring import Row, Timing, interleaved
from tests.benchmarks.registry import BENCHMARKS

MACHINERY = {"__main__", "measuring", "registry"}


def test_every_benchmark_is_in_the_table() -> None:
    files = {path.stem for path in (Path(__file__).parent / "benchmarks").glob("*.py")}
    assert files == {*BENCHMARKS, *MACHINERY}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_says_what_it_measures(name: str) -> None:
    module = import_module(f"tests.benchmarks.{name}")
    assert module.__doc__
    assert callable(module.rows)


def test_what_is_compared_runs_in_turn() -> None:
    order: list[str] = []
    times = interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, repeats=2)
    assert order == ["a", "b"] * 3
    assert {name: len(timing.runs_s) for name, timing in times.items()} == {"a": 2, "b": 2}


def test_a_line_tells_what_is_wanted_and_what_is_reached() -> None:
    own, peer = Timing((0.25, 0.5, 1.0)), Timing((2.0,))
    assert own.median_s == 0.5
    assert own.spread == pytest.approx(0.375)
    text = "\n".join(_lines(Row("size", own, "peer", peer, most_s=0.4, most_ratio=0.3, least_ratio=None)))
    assert "500 ms +-38%" in text
    assert "0.25 x peer" in text
    assert "at most 0.3 x: kept" in text
    assert "at most 400 ms: MISSED" in text
    assert "4 x faster than peer" in "\n".join(_lines(Row("size", own, "peer", peer, least_ratio=5.0)))
    assert _lines(Row("nothing", None, note="why")) == [f"{'nothing':46} {'-':>16}", "  why"]
