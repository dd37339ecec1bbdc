"""What the mistakes cost, by hand: the hour from the shape of the load, the price from the catalogue."""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from tests.reference.evaluator import reference_evaluate

ROOT = Path(__file__).parent.parent.parent
PRICES = {"stream": 20, "worker": 27, "server": 53, "analytics": 68, "postgres": 128, "queue": 20}


@cache
def example() -> Any:
    spec = importlib.util.spec_from_file_location("price_mistakes", ROOT / "examples" / "price_mistakes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def priced(mistake: str) -> Any:
    return example().priced(f"mistakes/{mistake}")


def bill(counts: dict[str, int]) -> float:
    return sum(PRICES[name] * count for name, count in counts.items())


@pytest.mark.parametrize("mistake", ["stream-without-workers", "telemetry-waited-for", "chatty-writes"])
def test_the_bill(mistake: str) -> None:
    price = priced(mistake)
    assert price.mended_usd == bill(price.counts)
    assert price.shared_usd == bill(price.shared)
    assert price.excuses
    assert price.brute_usd is None or price.brute_usd > price.mended_usd


def test_workers_out_of_step() -> None:
    """1,333 records/s are what four threads of 3 ms can do; the lag is the largest fluid backlog over that."""
    price = priced("stream-without-workers")
    up, down = 4 / 4.394, 6 / 4.394
    hours = np.arange(36 * 60 + 1) / 60
    shape = 1 / ((1 + np.exp(-(hours - 9) / up)) * (1 + np.exp((hours - 24) / down)))
    rate = 200 + 1600 * shape / shape.max()
    assert price.full == "worker"
    assert price.full_from_h == pytest.approx(hours[np.flatnonzero(rate > 4 / 0.003)[0]], abs=2 / 60)
    longest = backlog = 0.0
    for each in (rate[:-1] + rate[1:]) / 2:
        backlog = max(0.0, backlog + 60 * (each - 4 / 0.003))
        longest = max(longest, backlog)
    assert f"lag {longest * 0.003 / 4 / 3600:.2f} h" in price.excuses[0]
    assert price.brute_usd is None
    assert price.counts == {"stream": math.ceil(1800 / 1000), "worker": 3}
    assert 2 * 3 / 0.003 > 1800


def test_telemetry_waited_for() -> None:
    price = priced("telemetry-waited-for")
    limit, lost = price.excuses
    flat = qc.read_model(
        "mistakes/telemetry-waited-for", settings=["load.requests_per_s=[[0, 200], [0.01, 200]]"]
    )
    slow = reference_evaluate(flat, price.shared, over_time=False).latencies["p95_ms", ""]
    assert limit.startswith(f"p95 {1000 * slow.worst_s:.1f} ms at hour 14")
    assert lost.startswith("availability 99.6")
    # with one of two sinks down 2.4 ... 7.2 servers' work meet 4 servers: lost while more than 333 writes/s come
    moments = (np.arange(24 * 600) + 0.5) / 600
    rate = 40 + 160 * (1 + np.cos(2 * np.pi * (moments - 14) / 24)) / 2
    overloaded = 2 * 0.9985 * 0.0015 * rate[rate * 3 * 0.012 >= 4].sum() / rate.sum()
    others = (730 * 2) / (730 * 2 + 2.2)
    assert 1e4 * (overloaded + 1 - others) == pytest.approx(37.5, abs=0.3)
    assert price.full_from_h is None
    assert price.brute_usd == price.shared_usd + 68


def test_chatty_writes() -> None:
    price = priced("chatty-writes")
    full = 4 / (6 * 0.008)
    angle = math.acos(2 * (full - 10) / 100 - 1)
    assert price.full == "postgres"
    assert price.full_from_h == pytest.approx(14 - 24 * angle / (2 * math.pi), abs=2 / 60)
    assert any(f"rho {110 * 6 * 0.008 / 4:.2f} at hour 14.0" in excuse for excuse in price.excuses)
    assert price.brute_usd is None


def test_it_tells_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    for mistake in example().PAIRS:
        example().tell(priced(mistake.removeprefix("mistakes/")))
    told = capsys.readouterr().out
    assert told.count("mended    ") == 6
    assert told.count("breaks        ") == sum(
        len(priced(m.removeprefix("mistakes/")).excuses) for m in example().PAIRS
    )
    assert max(map(len, told.splitlines())) <= 100
