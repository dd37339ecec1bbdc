"""The other lessons run, and what they compute is what theory says; the text quotes it rightly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.examples.brute_force import bisected, erlang_c, mmc_tail
from tests.notebooks.running import NOTEBOOKS, cells, run

WANTED: dict[str, dict[str, str]] = {
    "01-a-first-queue": {
        "simulated": "[float(np.mean(wait > 0)), wait.mean(), latency.mean(), inside.mean()]",
        "formula": "[queue.delay_probability, queue.mean_wait, queue.mean_sojourn, queue.mean_in_system]",
        "second": "[[s.mean_sojourn, s.sojourn.ppf(0.95)] for s in (fast, two, apart)]",
        "loads": "[qc.MM1(arrival_rate=rate, service_rate=50).mean_sojourn for rate in (25, 40, 45, 49)]",
    },
    "03-from-station-to-network": {
        "rates": "[station.arrival_rate for station in network.stations.values()]",
        "limits": "list(limits.values())",
        "means": "[mean, network.sojourn.mean]",
        "p95": "[added, whole]",
        "plain": "[plain.mean, plain.ppf(0.95)]",
        "model": "[p95.mean_s, p95.worst_s]",
        "evidence": "[str(network.evidence), str(judged.evidence)]",
    },
    "04-sizing-the-seed-scenario": {
        "needed": "needed",
        "counts": "dict(answer.counts)",
        "dollars": "answer.cost_usd_per_month",
        "excuses": "[entry.excuse.sentence if entry.excuse else '' for entry in answer.one_less]",
        "factor": "answer.headroom.factor",
        "first": "answer.headroom.excuse.target",
        "p95": "p95",
        "lag": "lag",
        "saves": "[[e.target, float(e.needed), float(e.saves_usd_per_month)] for e in answer.relaxations]",
        "peak": "answer.peak_sized_usd_per_month",
    },
    "05-load-in-time-and-backlog": {
        "backlogs": "{w: [(p := backlog(w, 3)).max_backlog, p.max_lag] for w in (5, 6, 7, 8, 10)}",
        "third": "{w: backlog(w, 3).backlog_at(np.linspace(172800.0, 259200.0, 1441)).min() for w in (6, 7)}",
        "model": "{e.component: [e.lag_hour, e.max_lag_s, e.overloaded_from_h] for e in judged.asynchronous}",
    },
    "06-availability-and-cost": {
        "up": "up",
        "load_aware": "{c: shop(c).availability.load_aware for c in (2, 3, 4)}",
        "redundancy": "{c: shop(c).availability.redundancy for c in (2, 3)}",
        "cheapest": "[cheapest(p)[0] for p in (99, 99.9, 99.99, 99.9999)]",
        "step": "[1 - shop(4, rate).availability.load_aware for rate in (590.0, 610.0)]",
    },
}
FIGURES = {
    "01-a-first-queue": 2,
    "03-from-station-to-network": 2,
    "04-sizing-the-seed-scenario": 1,
    "05-load-in-time-and-backlog": 3,
    "06-availability-and-cost": 2,
}


@cache
def lesson(name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    (path,) = (path for path in NOTEBOOKS if path.stem == name)
    with pytest.MonkeyPatch.context() as patch:
        return run(path, patch, **WANTED[name])


def near(value: float | list[float], relative: float = 1e-9) -> Any:
    return pytest.approx(value, rel=relative)


def test_the_lessons_are_six_and_in_order() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]
    assert set(WANTED) | {"02-utilisation-curves"} == {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("name", WANTED)
def test_it_draws_its_figures_and_warns_of_nothing(name: str) -> None:
    outputs = lesson(name)[0]
    (path,) = (path for path in NOTEBOOKS if path.stem == name)
    with_sliders = sum("\ninteract(" in "".join(cell["source"]) for cell in cells(path, "code"))
    drawn = FIGURES[name] - (with_sliders if find_spec("ipywidgets") else 0)  # those are drawn in the browser
    assert sum("image/png" in out.get("data", {}) for out in outputs) == drawn
    assert not [out["text"] for out in outputs if out.get("name") == "stderr"]


def test_sliders_stand_at_what_is_shown_without_them() -> None:
    """Each `interact` has a function whose arguments all have a value by themselves."""
    shown = 0
    for path in NOTEBOOKS:
        for cell in cells(path, "code"):
            source = "".join(cell["source"])
            if "\ninteract(" in source:
                shown += 1
                signature = source.partition("def show_")[2].partition("):")[0]
                assert all("=" in argument for argument in signature.partition("(")[2].split(","))
    assert shown >= 4


# ---------------------------------------------------------------- 01
def test_a_first_queue() -> None:
    found = lesson("01-a-first-queue")[1]
    assert found["formula"] == near([0.8, 0.08, 0.1, 4.0])
    assert found["simulated"] == near(found["formula"], 0.06)
    assert found["loads"] == near([1 / 25, 1 / 10, 1 / 5, 1.0])
    (fast, fast_p95), (two, two_p95), (apart, apart_p95) = found["second"]
    assert (fast, fast_p95) == (near(1 / 20), near(math.log(20) / 20))
    assert two == near(0.02 / (1 - 0.8**2))
    assert mmc_tail(two_p95, 80, 50, 2) == near(0.05)
    assert (apart, apart_p95) == (near(0.1), near(math.log(20) / 10))


# ---------------------------------------------------------------- 03
def test_from_station_to_network() -> None:
    found = lesson("03-from-station-to-network")[1]
    assert found["rates"] == near([100.0, 100.0, 100.0 / 3])
    assert found["limits"] == near([200.0, 2000.0, 150.0])
    web, database = (1 / mu + erlang_c_of(rate, mu, c) / (c * mu - rate) for rate, mu, c in ((100, 50, 4), (100 / 3, 25, 2)))
    total = web + 1 / 1900 + database / 3
    assert found["means"] == near([total, total])
    p95 = [quantile(100, 50, 4), math.log(20) / 1900, quantile(100 / 3, 25, 2)]
    added, whole = found["p95"]
    assert added == near(sum(p95), 1e-7)
    assert whole < 0.7 * added
    assert found["model"] == near(found["plain"], 1e-6)
    plain = web + 1 / 1900 + 0.3 * (1 / 25 + erlang_c_of(30, 25, 2) / 20)
    assert found["plain"][0] == near(plain)
    assert found["evidence"][0] == "approximate"
    quoted("03-from-station-to-network", f"{1000 * total:.1f} ms", f"{1000 * added:.0f} ms", f"{1000 * whole:.0f} ms")


def test_the_end_to_end_percentile_by_sampling() -> None:
    """Independent visits drawn one by one: the web server, the cache, three in ten the database and again."""
    rng = np.random.default_rng(7)
    n = 200_000

    def visits(count: int, rate: float, mu: float, c: int) -> Any:
        waits = rng.random(count) < erlang_c_of(rate, mu, c)
        return rng.exponential(1 / mu, count) + waits * rng.exponential(1 / (c * mu - rate), count)

    total = visits(n, 100, 50, 4) + rng.exponential(1 / 1900, n)
    missing = rng.random(n) < 0.3
    while missing.any():
        total[missing] += visits(int(missing.sum()), 100 / 3, 25, 2)
        missing &= rng.random(n) < 0.1
    whole = lesson("03-from-station-to-network")[1]["p95"][1]
    assert float(np.quantile(total, 0.95)) == near(whole, 0.03)


def erlang_c_of(rate: float, mu: float, c: int) -> float:
    from fractions import Fraction

    return erlang_c(Fraction(rate) / Fraction(mu), c)


def quantile(rate: float, mu: float, c: int) -> float:
    return bisected(lambda t: mmc_tail(t, rate, mu, c) - 0.05, 0.0, 10.0)


# ---------------------------------------------------------------- 04
def test_sizing() -> None:
    found = lesson("04-sizing-the-seed-scenario")[1]
    assert found["needed"] == pytest.approx({"server": 726 * 0.03 / 8, "stream": 1.7424, "worker": (1742.4 * 0.002 + 8.712) / 2})
    counts = found["counts"]
    assert (counts["server"], counts["stream"], counts["worker"]) == (4, 2, 6)
    prices = {"lb": 25, "queue": 20, "redis": 24, "limiter": 15, "server": 53, "stream": 20, "worker": 27}
    prices |= {"analytics": 68, "postgres": 128, "replica": 128}
    assert found["dollars"] == sum(prices[name] * count for name, count in counts.items())
    assert found["peak"] == found["dollars"] + 27 + 68
    assert 1.05 < found["factor"] < 1.06
    assert found["first"] == "lag"
    assert all(now <= 180 for now in found["p95"])
    assert found["lag"][1] < 10
    assert found["lag"][3] > 60
    saved = [(target, dollars) for target, _, dollars in found["saves"]]
    assert {("availability", 15.0), ("availability", 53.0), ("lag", 27.0)} <= set(saved)
    quoted("04-sizing-the-seed-scenario", "$27", "$15", "$53", "$95", f"${found['peak']:.0f}")


# ---------------------------------------------------------------- 05
def fluid(inflow: Callable[[float], float], capacity: float, hours: int) -> tuple[float, float]:
    """Largest backlog and the least of the last day, in steps of one minute."""
    backlog, largest, least = 0.0, 0.0, math.inf
    for minute in range(60 * hours):
        backlog = max(0.0, backlog + 60 * (inflow((minute + 0.5) / 60) - capacity))
        largest = max(largest, backlog)
        if minute >= 60 * (hours - 24):
            least = min(least, backlog)
    return largest, least


def test_load_in_time() -> None:
    found = lesson("05-load-in-time-and-backlog")[1]

    def day(hour: float) -> float:
        return 20 + 80 * (1 + math.cos(2 * math.pi * (hour - 14) / 24)) / 2

    for workers, (largest, lag) in found["backlogs"].items():
        expected, least = fluid(day, 10.0 * int(workers), 72)
        assert largest == pytest.approx(expected, rel=2e-3, abs=1.0)
        assert lag == pytest.approx(expected / (10 * int(workers)), rel=2e-3, abs=1.0)
        if workers in found["third"]:
            assert found["third"][workers] == pytest.approx(least, abs=500)
    assert found["third"] == pytest.approx({"6": 0.0, "7": 0.0}, abs=500)
    quoted("05-load-in-time-and-backlog", f"{found['backlogs']['7'][1] / 3600:.1f} hours", "13 minutes", "24 minutes", "50 seconds")
    assert 0.02 / (1 - math.sqrt(0.99)) ** 2 / 60 == pytest.approx(13, abs=0.5)
    assert 100_000 / 70 / 60 == pytest.approx(24, abs=0.5)
    for lag_hour, lag, begins in (found["model"]["worker"], found["model"]["analytics"]):
        assert begins < 25.4 < lag_hour
        assert 60 < lag < 3600


# ---------------------------------------------------------------- 06
def test_availability() -> None:
    found = lesson("06-availability-and-cost")[1]
    up = 500 / 500.75
    assert found["up"] == near(up)

    def alive(count: int, least: int) -> float:
        return sum(math.comb(count, k) * up**k * (1 - up) ** (count - k) for k in range(least, count + 1))

    for count in (2, 3):
        assert found["redundancy"][str(count)] == near(alive(count, 1))
    for count in (2, 3, 4):  # 12 servers' work: two units are needed; hardly anybody is later than two seconds
        assert found["load_aware"][str(count)] == pytest.approx(alive(count, 2), abs=1e-8)
    assert found["cheapest"] == [2, 3, 3, 4]
    below, above = found["step"]
    assert below == pytest.approx(1 - alive(4, 3), rel=0.2)
    assert above == pytest.approx(1 - alive(4, 4), rel=0.01)
    assert above > 200 * below
    lost = [1 - alive(count, 2) for count in (2, 3, 4)]
    assert all(200 < now / then < 1000 for now, then in pairwise(lost))
    quoted("06-availability-and-cost", f"{100 * alive(2, 2):.2f} %", "99.9998 %", "99.85 %")


def quoted(name: str, *figures: str) -> None:
    """The prose has these figures."""
    (path,) = (path for path in NOTEBOOKS if path.stem == name)
    prose = " ".join("".join(cell["source"]) for cell in cells(path, "markdown"))
    for figure in figures:
        assert figure in prose, figure
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4
