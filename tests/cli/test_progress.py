from __future__ import annotations

import io
import sys
import time
from decimal import Decimal

import pytest

from queuecalc.cli.progress import Progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_shown_while_nobody_waits(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    progress = Progress()
    clock[0] += 0.4
    progress(10, Decimal(694), {"server": 4})
    progress.clear()
    assert screen.getvalue() == ""
    assert progress.counts == {"server": 4}
    assert progress.cost_usd_per_month == Decimal(694)


def test_a_long_search_is_shown_now_and_then_and_wiped_away(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    progress = Progress()
    for evaluations, cost in ((1000, None), (1001, None), (2000, Decimal(1694))):
        clock[0] += 0.6 if evaluations != 1001 else 0.01
        progress(evaluations, cost, None)
    progress.clear()
    progress.clear()
    assert screen.getvalue() == (
        "\r\x1b[Ksizing: 1,000 evaluations\r\x1b[Ksizing: 2,000 evaluations, best so far $1,694\r\x1b[K"
    )


def test_nothing_is_shown_in_a_log(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    progress = Progress()
    clock[0] += 5
    progress(10, None, None)
    assert screen.getvalue() == ""
