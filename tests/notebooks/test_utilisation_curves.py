"""The lesson on utilisation runs, and what it computes is what theory says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import mpmath
import pytest

from tests.notebooks.running import NOTEBOOKS, run

S = 0.020  # seconds of service
WANTED = {
    "means": "queue.mean_sojourn.tolist()",
    "slower_than_the_mean": "busy.sojourn.sf(busy.mean_sojourn)",
    "percentiles": "[busy.sojourn.ppf(level) for level in (0.5, 0.95, 0.99, 0.999)]",
    "limits": "limits",
    "shared_p95": "shared.sojourn.ppf(0.95)",
    "shared_delay": "shared.delay_probability",
    "room": "room",
    "waits": "{name: station.mean_wait for name, station in stations.items()}",
    "p99": "{name: station.sojourn.ppf(0.99) for name, station in stations.items()}",
    "network": "[network.sojourn.ppf(level) for level in (0.5, 0.95, 0.99)]",
    "evidence": "str(network.evidence)",
    "days": "{count: [e.latencies[0].worst_s, e.latencies[0].weighted_s, e.kept] for count, e in days.items()}",
    "promised": "one_server(1 / service_s - np.log(1000) / 0.5).sojourn.ppf(0.999)",
    "constant": "qc.MG1(arrival_rate=8 / 9 / service_s, service=services['constant']).mean_sojourn",
    "faster": "qc.MMc(arrival_rate=280, service_rate=1 / 0.018, servers=8).sojourn.ppf(0.95)",
    "one_more": "qc.MMc(arrival_rate=280, service_rate=50, servers=9).sojourn.ppf(0.95)",
    "as_it_is": "qc.MMc(arrival_rate=280, service_rate=50, servers=8).sojourn.ppf(0.95)",
}


@pytest.fixture(scope="module")
def lesson() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    (path,) = (path for path in NOTEBOOKS if path.stem == "02-utilisation-curves")
    with pytest.MonkeyPatch.context() as patch:
        return run(path, patch, **WANTED)


@pytest.fixture(scope="module")
def found(lesson: tuple[list[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return lesson[1]


def near(value: float | list[float], relative: float = 1e-9) -> Any:
    return pytest.approx(value, rel=relative)


def erlang_c(a: Any, c: int) -> Any:
    top = a**c / mpmath.factorial(c) * c / (c - a)
    return top / (mpmath.fsum(a**k / mpmath.factorial(k) for k in range(c)) + top)


def mmc_tail(t: Any, rate: float, mu: float, c: int) -> Any:
    """P(T > t) of M/M/c, from the two exponentials that it is made of."""
    drain, delay = c * mpmath.mpf(mu) - rate, erlang_c(mpmath.mpf(rate) / mu, c)
    if drain == mu:
        waited = (1 + mu * t) * mpmath.exp(-mu * t)
    else:
        waited = (mu * mpmath.exp(-drain * t) - drain * mpmath.exp(-mu * t)) / (mu - drain)
    return (1 - delay) * mpmath.exp(-mu * t) + delay * waited


def test_it_draws_every_figure_and_warns_of_nothing(
    lesson: tuple[list[dict[str, Any]], dict[str, Any]],
) -> None:
    outputs = lesson[0]
    assert sum("image/png" in out.get("data", {}) for out in outputs) == 5
    assert not [out for out in outputs if out.get("name") == "stderr"]


def test_one_server(found: dict[str, Any]) -> None:
    assert found["means"] == near([S / 0.5, S / 0.2, S / 0.1, S / 0.05])
    assert found["slower_than_the_mean"] == near(math.exp(-1))
    assert found["percentiles"] == near([-0.1 * math.log(1 - q) for q in (0.5, 0.95, 0.99, 0.999)])


def test_what_a_promise_allows(found: dict[str, Any]) -> None:
    assert found["limits"]["mean"] == near(1 - S / 0.3)
    for name, q in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert found["limits"][name] == near(1 - S * math.log(1 / (1 - q)) / 0.3)


def test_a_shared_line(found: dict[str, Any]) -> None:
    assert found["shared_delay"] == near(float(erlang_c(mpmath.mpf("12.8"), 16)))
    assert mmc_tail(found["shared_p95"], 640.0, 50.0, 16) == near(0.05)
    assert found["room"]["1"] == near(1 - S * math.log(20) / 0.1)
    for c in (4, 16, 64):
        assert mmc_tail(mpmath.mpf(0.1), found["room"][str(c)] * c / S, 50.0, c) == near(0.05, 1e-7)


def test_variability(found: dict[str, Any]) -> None:
    scv = dict(zip(found["waits"], (0.0, 0.25, 1.0, 4.0, 4.0), strict=True))
    for name, wait in found["waits"].items():
        assert wait == near(0.8 / 0.2 * (1 + scv[name]) / 2 * S)
    assert found["p99"]["exponential"] == near(0.1 * math.log(100))
    assert found["p99"]["lognormal, SCV 4"] > 1.2 * found["p99"]["hyperexponential, SCV 4"]


def test_two_stations_in_a_row(found: dict[str, Any]) -> None:
    for t, q in zip(found["network"], (0.5, 0.95, 0.99), strict=True):
        assert (1 + t / 0.1) * math.exp(-t / 0.1) == near(1 - q, 1e-7)
    assert found["evidence"] == "exact"


def test_a_day(found: dict[str, Any]) -> None:
    for count, (worst, over_the_day, kept) in found["days"].items():
        assert mmc_tail(worst, 70.0, 10.0, int(count)) == near(0.05, 1e-7)
        assert kept == (worst <= 0.4)
        late = on_the_day = mpmath.mpf(0)
        for k in range(480):  # the trapezoidal rule on a period converges at once
            rate = 10.0 + 60.0 * (1.0 + math.cos(2.0 * math.pi * (k + 0.5) / 480.0)) / 2.0
            late += rate * mmc_tail(over_the_day, rate, 10.0, int(count))
            on_the_day += rate
        assert late / on_the_day == near(0.05, 1e-4)
    assert [kept for _, _, kept in found["days"].values()] == [False, True, True]


def test_the_exercises(found: dict[str, Any]) -> None:
    assert found["promised"] == near(0.5)
    assert mmc_tail(found["faster"], 280.0, 1 / 0.018, 8) == near(0.05)
    assert mmc_tail(found["one_more"], 280.0, 50.0, 9) == near(0.05)
    assert mmc_tail(found["as_it_is"], 280.0, 50.0, 8) == near(0.05)
    assert found["constant"] == near(0.1)


def test_the_text_quotes_what_the_cells_compute(found: dict[str, Any]) -> None:
    (path,) = (path for path in NOTEBOOKS if path.stem == "02-utilisation-curves")
    text = " ".join(Path(path).read_text(encoding="utf-8").split())
    for seconds in (
        *found["means"],
        found["shared_p95"],
        found["faster"],
        found["one_more"],
        found["as_it_is"],
        *found["network"][:2],
        *(value for worst, weighted, _ in list(found["days"].values())[:1] for value in (worst, weighted)),
    ):
        assert f"{1000 * seconds:.0f}" in text
    for c in ("1", "64"):
        assert f"{100 * found['room'][c]:.0f} %" in text
