"""`load.think_s`: users who wait for their answers, against closed networks, machine repair and an event loop."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.answer import Evaluation
from queuecalc.errors import InvalidInput, ModelError
from queuecalc.evaluation import Evaluator
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.thinking import Round, round_of, with_round
from queuecalc.modelfile import read_text
from tests.evaluation.round_simulation import Stop, simulate_round

HEAD = """\
format = 1
title = "people"
[contract]
p50_ms = 1
p95_ms = 1
p99_ms = 1
[load]
"""


def one(users: str, think: float, servers: int, ms: float, more: str = "") -> qc.Model:
    return read_text(
        f"{HEAD}users = {users}\nthink_s = {think}\n[components.web]\nservers = {servers}\nservice_ms = {ms}\n{more}"
    )


TWO = """\
format = 1
title = "people and a shop"
[contract]
p95_ms = 900
timeout_ms = 5000
availability_percent = 99
[load]
users = [[0, 10], [1, 150], [2, 400]]
think_s = 5
network_ms = 20
[components.web]
servers = 4
service_ms = 60
count = [1, 4]
usd_per_month = 50
[components.db]
service_ms = 25
count = [1, 4]
usd_per_month = 90
[architecture]
calls = [{ from = "users", to = "web" }, { from = "web", to = "db", times = 1.5 }]
"""


def offered(judged: Evaluation) -> float:
    assert judged.availability is not None
    return judged.availability.offered_requests


def solved(model: qc.Model, **counts: int) -> Round:
    return round_of(Pattern(model, frozenset(counts)), counts)


@pytest.mark.parametrize(
    ("users", "think", "servers", "ms"),
    [(1, 1.0, 1, 200), (10, 2.0, 1, 300), (100, 5.0, 4, 100), (400, 5.0, 4, 100), (3000, 5.0, 4, 10)],
)
def test_one_station_is_machine_repair(users: int, think: float, servers: int, ms: float) -> None:
    """Percentiles, too, from hardly any wait to ten times as many users as there is room for."""
    judged = qc.evaluate(one(str(users), think, servers, ms), {"web": 1})
    exact = qc.MMcN(sources=users, request_rate=1 / think, service_rate=1000 / ms, servers=servers)
    wanted = exact.sojourn.ppf(np.array([0.5, 0.95, 0.99]))
    reached = [line.reached for line in judged.lines if line.target.startswith("p")]
    assert reached == pytest.approx(np.asarray(wanted).tolist(), rel=1e-6)
    assert judged.latencies[0].mean_s == pytest.approx(float(exact.mean_sojourn), rel=1e-6)
    assert offered(judged) / 3600 == pytest.approx(float(exact.throughput), rel=2e-6)


def test_two_stations_against_mean_value_analysis() -> None:
    model = read_text(TWO)
    found = solved(model, web=1, db=1)
    network = qc.ClosedNetwork(
        stations={"web": qc.Station(servers=4, service_rate=1 / 0.06), "db": qc.Station(service_rate=40.0)},
        population=1,
        visits={"web": 1.0, "db": 1.5},
        think_time_s=5.02,
    )
    for users in (1, 10, 100, 140, 150, 200, 400):
        exact = network.with_population(users).solve()
        assert np.interp(users, found.users, found.rate) == pytest.approx(exact.throughput, rel=2e-3)
        response = float(np.interp(users, found.users, found.response_s)) - 0.02
        assert response == pytest.approx(exact.response_time, rel=5e-3)


@pytest.mark.parametrize(("web", "db"), [(1, 1), (1, 3), (3, 1), (4, 4)])
def test_never_more_than_can_be(web: int, db: int) -> None:
    """At most N in flight, at most what the slowest station serves, never faster than alone; more users, more done."""
    found = solved(read_text(TWO), web=web, db=db)
    most = min(4 * web / 0.06, db / (1.5 * 0.025))
    assert np.all(found.rate * found.response_s <= found.users)
    assert np.all(found.rate <= most)
    assert np.all(found.response_s >= 0.02 + 0.06 + 1.5 * 0.025 - 1e-12)
    assert np.all(np.diff(found.rate) > 0)
    if web == db == 1:
        assert found.rate[-1] == pytest.approx(most, rel=1e-5)


def test_more_units_serve_more_and_sooner() -> None:
    model = read_text(TWO)
    for web, db in product((1, 2), (1, 2, 3)):
        less, more = solved(model, web=web, db=db), solved(model, web=web, db=db + 1)
        assert np.all(more.rate >= less.rate * (1 - 1e-9))
        assert np.all(more.response_s <= less.response_s * (1 + 1e-9))


def test_million_users_are_answered() -> None:
    judged = qc.evaluate(one("1_000_000", 5.0, 4, 1.0), {"web": 1})
    assert offered(judged) / 3600 == pytest.approx(4000.0, rel=1e-5)
    assert judged.latencies[0].mean_s == pytest.approx(1e6 / 4000 - 5, rel=1e-6)


def test_thinking_for_ages_is_an_open_load() -> None:
    """Many users who ask rarely are Poisson arrivals."""
    closed = qc.evaluate(one("300_000", 10_000.0, 2, 50), {"web": 1})
    queue = qc.MMc(arrival_rate=300_000 / (10_000 + 0.13), service_rate=20.0, servers=2)
    line = next(line for line in closed.lines if line.target == "p95")
    assert line.reached == pytest.approx(float(queue.sojourn.ppf(0.95)), rel=2e-3)


@pytest.mark.parametrize("pooling", ["pooled", "split"])
def test_units_in_one_line_or_several(pooling: str) -> None:
    """Two lines of one server each keep their customers longer than one line before both."""
    judged = qc.evaluate(one("30", 1.0, 1, 50, f'count = 2\npooling = "{pooling}"\n'), {"web": 2})
    exact = qc.MMcN(sources=30, request_rate=1.0, service_rate=20.0, servers=2)
    mean = judged.latencies[0].mean_s
    if pooling == "pooled":
        assert mean == pytest.approx(float(exact.mean_sojourn), rel=1e-6)
    else:
        network = qc.ClosedNetwork(
            stations={"a": qc.Station(service_rate=20.0), "b": qc.Station(service_rate=20.0)},
            population=30,
            visits={"a": 0.5, "b": 0.5},
            think_time_s=1.0,
        )
        assert mean == pytest.approx(network.solve().response_time, rel=0.02)


def test_equally_overloaded_components_are_told() -> None:
    """Where two lines share what is too much for both, the iteration may end unsettled; it says how near it is."""
    model = read_text(TWO)
    solution = solved(model, web=2, db=3)
    assert solution.unsettled <= 1e-10
    unsure = with_round(model, replace(solution, unsettled=2e-4))
    judged = qc.evaluate(unsure, {"web": 2, "db": 3})
    assert any("to no better than 0.02 % of their round" in finding for finding in judged.findings)
    judged = qc.evaluate(with_round(model, solution), {"web": 2, "db": 3})
    assert not any("of their round" in finding for finding in judged.findings)


def exponential(mean: float) -> Stop:
    return Stop(1, lambda rng, n: rng.exponential(mean, n))


def test_against_the_event_loop() -> None:
    """Two like stations near their limit: the hardest for taking the rest of the round as time away."""
    model = read_text(
        f"{HEAD}users = 60\nthink_s = 2\n[components.a]\nservice_ms = 30\n[components.b]\nservice_ms = 30\n"
        '[architecture]\ncalls = [{ from = "users", to = "a" }, { from = "users", to = "b" }]\n'
    )
    judged = qc.evaluate(model, {"a": 1, "b": 1})
    rate, times = simulate_round([exponential(0.03)] * 2, 60, 2.0, 60_000, seed=3)
    assert offered(judged) / 3600 == pytest.approx(rate, rel=0.02)
    assert judged.latencies[0].mean_s == pytest.approx(times.mean(), rel=0.06)
    reached = [line.reached for line in judged.lines if line.target.startswith("p")]
    assert reached == pytest.approx(np.quantile(times, [0.5, 0.95, 0.99]).tolist(), rel=0.09)
    assert "users-in-a-round" in judged.statements


def test_size_is_what_brute_force_finds() -> None:
    model = read_text(TWO)
    judge = Evaluator(model)
    kept = [
        (50 * web + 90 * db, web, db)
        for web, db in product(range(1, 5), repeat=2)
        if not judge.excuses({"web": web, "db": db})
    ]
    plan = qc.size(model)
    assert plan.proven
    assert (int(plan.cost_usd_per_month or 0), plan.counts["web"], plan.counts["db"]) == min(kept)


def test_classes_hand_offs_and_buffers_go_with_it() -> None:
    """Half of the requests read from a cache; writes leave a message for a worker; robots come on top."""
    model = read_text(
        TWO.replace("users = [[0, 10], [1, 150], [2, 400]]", "users = 200")
        .replace(
            "[architecture]",
            "[components.worker]\nservice_ms = 8\n[classes]\nread = { share = 0.5 }\nwrite = { share = 0.5 }\n"
            "robot = { per_s = 3, in_contract = false }\n[architecture]",
        )
        .replace(
            "times = 1.5 }]", 'times = 1.5 }, { from = "web", to = "worker", class = "write", wait = false }]'
        )
    )
    judged = qc.evaluate(model, {"web": 2, "db": 3, "worker": 1})
    rate = offered(judged) / 3600
    flow = {line.name: line.peak_rate_per_s for line in judged.components}
    assert flow["worker"] == pytest.approx(rate / 2, rel=1e-6)
    assert flow["web"] == pytest.approx(rate + 3, rel=1e-6)
    assert rate * (judged.latencies[0].mean_s + 5) == pytest.approx(200, rel=1e-3)  # Little's law


def test_others_alone_may_overrun_a_station() -> None:
    """Who does not wait for answers is not held back by those who do."""
    robots = "[classes]\nuser = { share = 1 }\nrobot = { per_s = 100, in_contract = false }\n"
    judged = qc.evaluate(one("10", 1.0, 1, 50, robots), {"web": 1})
    lines = {line.target: line for line in judged.lines}
    assert lines["p95"].reached == float("inf")
    assert not lines["stability"].kept


def test_beside_others_users_find_a_longer_line() -> None:
    """Robots fill 80 % of a server: nearly an open M/M/1 for 5 users who ask rarely."""
    robots = "[classes]\nuser = { share = 1 }\nrobot = { per_s = 16, in_contract = false }\n"
    judged = qc.evaluate(one("20", 10.0, 1, 50, robots), {"web": 1})
    mixed = qc.MixedNetwork(
        stations={"web": qc.Station(service_rate=20.0)},
        arrival_rates={"robot": 16.0},
        population={"user": 20},
        visits={"robot": {"web": 1.0}, "user": {"web": 1.0}},
        think_time_s=10.0,
    ).solve()
    assert offered(judged) / 3600 == pytest.approx(mixed.throughput["user"], rel=0.01)
    assert judged.latencies[0].mean_s == pytest.approx(mixed.mean_sojourn["user"], rel=0.05)


def test_coupled_and_failures() -> None:
    model = read_text(TWO.replace("service_ms = 25", "service_ms = 25\navailability_percent = 99.5"))
    plain = qc.evaluate(model, {"web": 2, "db": 3}, failures=True)
    coupled = qc.evaluate(model, {"web": 2, "db": 3}, coupled=True)
    assert plain.availability is not None
    assert coupled.availability is not None
    assert 0.98 < plain.availability.load_aware < 1.0
    assert coupled.availability.load_aware == pytest.approx(plain.availability.load_aware, abs=5e-3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("think_s = 5", "think_s = 0", "load.think_s: found 0; expected a number above 0"),
        (
            "think_s = 5",
            "think_s = 5\nrequests_per_s = 9",
            "load.requests_per_s: found 9; with think_s, users ask",
        ),
        (
            "think_s = 5",
            "think_s = 5\nrequests_per_user_per_s = 9",
            "load.requests_per_user_per_s: found 9; with",
        ),
        ("users = [[0, 10], [1, 150], [2, 400]]", "", "load.users: missing; expected how many users"),
        (
            "service_ms = 60",
            'service_ms = 60\nwaits = "held"',
            'components.web.waits: found "held"; "held" is not',
        ),
        (
            "times = 1.5 }",
            'times = 1.5, together = "x" }',
            'together: found "x"; calls at once are not calculated',
        ),
        (
            "[components.web]",
            "[classes.robot]\nper_s = 3\n[components.web]",
            "load.think_s: users send no request",
        ),
    ],
)
def test_what_does_not_go_with_it(old: str, new: str, said: str) -> None:
    with pytest.raises(ModelError) as refused:
        read_text(TWO.replace(old, new, 1))
    assert said in str(refused.value)


def test_what_is_not_done_says_so() -> None:
    from queuecalc.derivation.plan import whiteboard

    model = read_text(TWO)
    with pytest.raises(InvalidInput, match=r"load\.think_s: .* no calculation by hand"):
        whiteboard(model, {"web": 1, "db": 1})
