"""What the example prints, against the model file, hand calculation, mpmath and the slow evaluator."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import tomllib
from pathlib import Path

import mpmath
import pytest

import queuecalc as qc
from tests.reference.evaluator import reference_evaluate

ROOT = Path(__file__).parent.parent.parent
MODEL = ROOT / "models" / "iot-ingestion.toml"
KINDS = ROOT / "models" / "components.toml"


@pytest.fixture(scope="module")
def printed() -> str:
    path = ROOT / "examples" / "size_iot_ingestion.py"
    spec = importlib.util.spec_from_file_location("size_iot_ingestion", path)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        example.main()
    return out.getvalue()


def numbers(pattern: str, text: str) -> list[float]:
    """The groups of the only place that matches, as numbers."""
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return [float(each.replace(",", "")) for each in ([found] if isinstance(found, str) else found)]


def plan(printed: str) -> dict[str, int]:
    return {name: int(count) for count, name in re.findall(r"^ +(\d+) x (\S+)", printed, re.MULTILINE)}


def test_the_load_is_that_of_the_file(printed: str) -> None:
    hours, base, peak = numbers(r"^ +([\d.]+) hours, ([\d.]+) to ([\d.]+) requests/s", printed)
    load = tomllib.loads(MODEL.read_text(encoding="utf-8"))["load"]
    assert hours == load["users"]["hours"]
    assert base == pytest.approx(load["users"]["base"] * load["requests_per_user_per_s"], abs=0.05)
    assert peak == pytest.approx(load["users"]["peak"] * load["requests_per_user_per_s"], abs=0.05)


def test_the_number_of_plans_is_the_product_of_the_ranges(printed: str) -> None:
    (plans,) = numbers(r"components, ([\d,]+) plans", printed)
    product = 1
    for component in tomllib.loads(MODEL.read_text(encoding="utf-8"))["components"].values():
        count = component["count"]
        least, most = count if isinstance(count, list) else (count, count)
        product *= most - least + 1
    assert plans == product


def test_the_price_is_the_sum_of_the_units(printed: str) -> None:
    (total,) = numbers(r"^ +together +\$([\d.,]+) a month; proven", printed)
    kinds = tomllib.loads(KINDS.read_text(encoding="utf-8"))
    components = tomllib.loads(MODEL.read_text(encoding="utf-8"))["components"]
    price = {
        name: {**kinds[each.get("kind", name)], **each}["usd_per_month"] for name, each in components.items()
    }
    assert total == sum(price[name] * count for name, count in plan(printed).items())


def test_the_contract_is_kept(printed: str) -> None:
    assert "BROKEN" not in printed
    contract = tomllib.loads(MODEL.read_text(encoding="utf-8"))["contract"]
    limit, reached = numbers(r"^ +p95 +at most +(\S+) ms, reached +(\S+) ms: kept", printed)
    assert limit == contract["p95_ms"]
    assert reached <= limit
    limit, reached = numbers(r"^ +availability +at least +(\S+)%, reached +(\S+)%: kept", printed)
    assert limit == contract["availability_percent"]
    assert reached >= limit


def test_what_components_leave_of_the_percentile_is_the_network(printed: str) -> None:
    (rest,) = numbers(r"^ +network +([\d.]+) ms between", printed)
    load = tomllib.loads(MODEL.read_text(encoding="utf-8"))["load"]
    assert rest == pytest.approx(load["network_ms"], abs=0.005)


def test_each_unit_less_breaks_something(printed: str) -> None:
    section = printed.partition("5. One unit less")[2].partition("6. ")[0]
    assert {line.split()[0] for line in section.splitlines() if line.strip()} == set(plan(printed))
    assert "still keeps" not in section


def test_the_shard_agrees_with_erlang(printed: str) -> None:
    """726 actions/s; 8 in 10 write and have passed the limiter's 0.0001; three records each."""
    count = plan(printed)["stream"]
    limiter = 1 - 0.0001 if "limiter" in plan(printed) else 1.0
    rate = mpmath.mpf(726) * 0.8 * 3 * limiter / count
    mu, c = mpmath.mpf(125), 8
    a = rate / mu
    top = a**c / mpmath.factorial(c) * c / (c - a)
    delay = top / (mpmath.fsum(a**k / mpmath.factorial(k) for k in range(c)) + top)
    arrivals, servers, busy = numbers(r"([\d.]+) records/s, (\d+) servers of 8 ms: ([\d.]+)% busy", printed)
    assert arrivals == pytest.approx(float(rate), abs=0.005)
    assert servers == c
    assert busy == pytest.approx(float(100 * a / c), abs=0.005)
    waits, mean = numbers(
        r"([\d.]+)% of the records wait \(Erlang C\); the mean wait is ([\d.]+) ms", printed
    )
    assert waits == pytest.approx(float(100 * delay), abs=5e-4)
    assert mean == pytest.approx(float(1000 * delay / (c * mu - rate)), abs=5e-5)

    def tail(t: mpmath.mpf) -> mpmath.mpf:
        drain = c * mu - rate
        waited = (mu * mpmath.exp(-drain * t) - drain * mpmath.exp(-mu * t)) / (mu - drain)
        return (1 - delay) * mpmath.exp(-mu * t) + delay * waited

    (p95,) = numbers(r"p95 in the shard ([\d.]+) ms", printed)
    exact = mpmath.findroot(lambda t: tail(t) - mpmath.mpf("0.05"), (0.01, 0.05), solver="anderson")
    assert p95 == pytest.approx(float(1000 * exact), abs=5e-4)


def test_the_percentile_agrees_with_the_slow_evaluator(printed: str) -> None:
    """A load that stays at the peak has the response time of the worst slot."""
    (reached,) = numbers(r"^ +p95 +at most .* reached +(\S+) ms", printed)
    peak = qc.read_model("iot-ingestion", settings=["load.users=[[0, 3300], [0.01, 3300]]"])
    counts = dict.fromkeys(peak.components, 0) | plan(printed)
    slow = reference_evaluate(peak, counts, over_time=False).latencies["p95_ms", ""]
    assert reached == pytest.approx(slow.worst_s * 1000, abs=0.005)
    (told,) = numbers(r"Where the ([\d.]+) ms of a slow request", printed)
    assert told == reached
