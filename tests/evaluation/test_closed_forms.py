"""Plans whose figures are known in closed form."""

from __future__ import annotations

import math

import pytest
from mpmath import mp

from queuecalc.answer import ContractLine, Evaluation
from queuecalc.architecture import PercentileTarget, RequestClass
from queuecalc.evaluation import evaluate
from queuecalc.evidence import Evidence
from queuecalc.law import Deterministic, Exponential, Gamma
from tests.reference.building import call, component, model

P99 = PercentileTarget(key="p99_ms", level=0.99, seconds=10.0)


def line(evaluation: Evaluation, target: str, subject: str = "") -> ContractLine:
    return next(each for each in evaluation.lines if (each.target, each.subject) == (target, subject))


def test_one_exponential_server_answers_exponentially() -> None:
    """M/M/1: the sojourn is exponential with rate mu - lambda."""
    answer = evaluate(model([component("server", 0.1)], [call("users", "server")]), {"server": 1})
    assert line(answer, "p95").reached == pytest.approx(-math.log(0.05) / 2.0, rel=1e-9)
    assert answer.latencies[0].mean_s == pytest.approx(0.5, rel=1e-12)
    assert answer.latencies[0].weighted_s == pytest.approx(-math.log(0.05) / 2.0, rel=1e-6)
    assert answer.evidence is Evidence.EXACT


def test_two_exponential_servers_in_series_answer_hypoexponentially() -> None:
    """Jackson 1957, Reich 1957: independent exponential sojourns; the sum's quantile by bisection at 30 digits."""
    network = model(
        [component("front", 0.1), component("back", 0.04)],
        [call("users", "front"), call("front", "back")],
        percentiles=(P99,),
        network_s=0.02,
    )
    answer = evaluate(network, {"front": 1, "back": 1})
    with mp.workdps(30):
        a, b = mp.mpf(2), mp.mpf(17)
        root = mp.findroot(
            lambda t: (b * mp.exp(-a * t) - a * mp.exp(-b * t)) / (b - a) - mp.mpf("0.01"), 2.0
        )
    assert line(answer, "p99").reached == pytest.approx(0.02 + float(root), rel=1e-9)
    assert answer.evidence is Evidence.EXACT


def test_equal_stations_in_series_answer_with_an_erlang_law() -> None:
    """Three equal poles: no cancellation between them."""
    names = ("a", "b", "c")
    calls = [call("users", "a"), call("a", "b"), call("b", "c")]
    answer = evaluate(model([component(n, 0.1) for n in names], calls), dict.fromkeys(names, 1))
    with mp.workdps(30):
        root = mp.findroot(lambda t: mp.gammainc(3, 2 * t, mp.inf, regularized=True) - mp.mpf("0.05"), 3.0)
    assert line(answer, "p95").reached == pytest.approx(float(root), rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.85, 0.95, 0.99])
def test_deterministic_service_is_not_inverted_through(level: float) -> None:
    """M/D/1 (Erlang 1909): P(W <= t) = (1 - rho) sum_j (-lambda (t - j D))^j e^(lambda (t - j D)) / j!."""
    service, rate = 0.1, 4.0
    target = PercentileTarget(key="p50_ms", level=level, seconds=9.0)
    network = model(
        [component("server", {"": Deterministic(mean=service)})],
        [call("users", "server")],
        load=(rate, rate),
        percentiles=(target,),
    )
    reached = evaluate(network, {"server": 1}).latencies[0].worst_s
    rho = rate * service

    def below(t: float) -> float:
        terms = [
            (-rate * (t - j * service)) ** j * math.exp(rate * (t - j * service)) / math.factorial(j)
            for j in range(int(t / service) + 1)
        ]
        return (1.0 - rho) * math.fsum(terms)

    low, high = 0.0, 5.0
    if below(0.0) >= level:
        high = 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if below(middle) >= level else (middle, high)
    assert reached == pytest.approx(service + high, rel=1e-5)


def test_exact_and_fractional_times_are_never_geometric() -> None:
    """times = 2.5: two calls, and a third in half of the requests; means add up."""
    network = model(
        [component("server", 0.01), component("db", {"": Gamma(mean=0.004, scv=2.0)})],
        [call("users", "server"), call("server", "db", 2.5)],
    )
    answer = evaluate(network, {"server": 1, "db": 1})
    rate = 8.0 * 2.5
    wait_db = rate * 0.004**2 * 3.0 / (2.0 * (1.0 - rate * 0.004))  # Pollaczek-Khinchine
    front = 1.0 / (100.0 - 8.0)
    assert answer.latencies[0].mean_s == pytest.approx(front + 2.5 * (wait_db + 0.004), rel=1e-12)


def test_parts_of_the_percentile_add_up_to_it() -> None:
    network = model(
        [
            component("front", 0.01, servers=4, fixed_delay_s=0.001),
            component("db", {"": Gamma(mean=0.02, scv=2.0)}, servers=2),
            component("cache", 0.0005),
        ],
        [call("users", "front"), call("front", "cache", 2), call("cache", "db", 0.2)],
        network_s=0.015,
        load=(60.0, 60.0),
    )
    answer = evaluate(network, {"front": 1, "db": 1, "cache": 1})
    total = sum(part.waiting_s + part.service_s for part in answer.components)
    assert total + 0.015 == pytest.approx(answer.latencies[0].worst_s, abs=1e-6)


def test_a_self_call_adds_its_service_to_the_visit() -> None:
    """M/G/1 with service X + Bernoulli(0.3) Y."""
    network = model(
        [component("server", {"request": Exponential(mean=0.02), "job": Exponential(mean=0.1)})],
        [call("users", "server.request"), call("server", "server.job", 0.3)],
    )
    answer = evaluate(network, {"server": 1})
    mean = 0.02 + 0.3 * 0.1
    variance = 0.02**2 + 0.3 * 2 * 0.1**2 - (0.3 * 0.1) ** 2
    wait = 8.0 * (variance + mean**2) / (2.0 * (1.0 - 8.0 * mean))
    assert answer.components[0].peak_utilisation == pytest.approx(8.0 * mean, rel=1e-12)
    assert answer.latencies[0].mean_s == pytest.approx(wait + mean, rel=1e-12)


def test_an_unstable_plan_names_place_number_hour_and_remedy() -> None:
    network = model([component("server", 0.1)], [call("users", "server")], hours=(0.0, 2.0), load=(5.0, 26.0))
    answer = evaluate(network, {"server": 1})
    assert not answer.kept
    assert math.isinf(line(answer, "p95").reached)
    stability = next(excuse for excuse in answer.excuses if excuse.target == "stability")
    assert stability.sentence == "server: rho 2.6 at hour 2.0; at least 3 units are needed"


def test_a_fixed_rate_class_does_not_follow_the_load() -> None:
    classes = (
        RequestClass(name="user"),
        RequestClass(name="cron", share=None, per_s=3.0, in_contract=False),
    )
    network = model([component("server", 0.05)], [call("users", "server")], classes=classes)
    answer = evaluate(network, {"server": 1})
    assert answer.components[0].peak_rate_per_s == pytest.approx(11.0)


def test_split_units_are_queues_of_their_own() -> None:
    """Two M/M/1 with half the load each, against one M/M/2."""
    split = model([component("server", 0.1, pooling="split")], [call("users", "server")], load=(12.0, 12.0))
    pooled = model([component("server", 0.1)], [call("users", "server")], load=(12.0, 12.0))
    apart = evaluate(split, {"server": 2}).latencies[0]
    together = evaluate(pooled, {"server": 2}).latencies[0]
    assert apart.worst_s == pytest.approx(-math.log(0.05) / 4.0, rel=1e-9)
    assert together.mean_s == pytest.approx(0.1 / (1.0 - 0.36), rel=1e-12)  # M/M/2: 1 / (mu (1 - rho^2))
