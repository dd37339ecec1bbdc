"""Coupled availability: against the convention, scalar enumeration, Markov chains and the simulation."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from queuecalc.answer import Availability, Evaluation
from queuecalc.architecture import Model, RequestClass
from queuecalc.evaluation import coupled as room
from queuecalc.evaluation import evaluate
from queuecalc.evaluation.joint_states import joint_states
from tests.reference.building import call, component, model
from tests.reference.random_models import random_graph, random_model


def coupled(some: Model, counts: dict[str, int]) -> Availability:
    found = evaluate(some, counts, coupled=True).availability
    assert found is not None
    return found


def plain(some: Model, counts: dict[str, int]) -> Availability:
    found = evaluate(some, counts).availability
    assert found is not None
    return found


# ---------------------------------------------------------------------- scalar, on its own
def blocking(rate: float, mean: float, servers: int, places: int) -> float:
    """M/M/c/K: the chance that all servers and waiting places are taken."""
    weights = [1.0]
    for n in range(1, servers + places + 1):
        weights.append(weights[-1] * rate * mean / min(n, servers))
    return weights[-1] / math.fsum(weights)


def binomial(units: int, a: float) -> list[float]:
    return [math.comb(units, k) * a**k * (1.0 - a) ** (units - k) for k in range(units + 1)]


def test_a_chain_of_bounded_queues_that_fail_is_the_sum_over_all_its_states() -> None:
    """users -> a (3 units) -> b (2 units) -> 1.5 x c (2 units), each with waiting places: 36 states."""
    parts = [
        component("a", 0.1, max_queue=2, availability=0.9),
        component("b", 0.08, max_queue=1, availability=0.8),
        component("c", 0.04, max_queue=3, availability=0.95, pooling="split"),
    ]
    calls = [call("users", "a"), call("a", "b"), call("b", "c", 1.5)]
    rate, served = 14.0, 0.0
    for a, b, c in itertools.product(range(4), range(3), range(3)):
        chance = binomial(3, 0.9)[a] * binomial(2, 0.8)[b] * binomial(2, 0.95)[c]
        if min(a, b, c) > 0:
            through_a = 1.0 - blocking(rate, 0.1, a, 2)
            through_b = 1.0 - blocking(rate * through_a, 0.08, b, 1)
            through_c = 1.0 - blocking(rate * through_a * through_b * 1.5 / c, 0.04, 1, 3)
            served += chance * through_a * through_b * through_c * (0.5 + 0.5 * through_c)
    found = coupled(model(parts, calls, load=(rate, rate)), {"a": 3, "b": 2, "c": 2})
    assert found.states <= 36
    assert abs(found.load_aware - served) <= found.uncertainty + 1e-9
    assert (
        found.load_aware
        > plain(model(parts, calls, load=(rate, rate)), {"a": 3, "b": 2, "c": 2}).load_aware + 0.02
    )


def test_a_cache_that_fails_sends_its_misses_to_a_station_that_then_has_no_steady_state() -> None:
    """users -> a -> cache, else store; store holds 20/s, a lets 30/s come: without the cache all is lost there."""
    parts = [
        component("a", 0.01, availability=0.99),
        component("cache", 0.001, availability=0.9, when_down="next"),
        component("store", 0.05, availability=0.999),
    ]
    calls = [call("users", "a"), call("a", "cache store"), call("cache", "store", 0.2)]
    found = coupled(model(parts, calls, load=(30.0, 30.0)), {"a": 1, "cache": 1, "store": 1})
    served = 0.99 * 0.9 * (1.0 - 0.2 + 0.2 * 0.999)
    assert found.load_aware == pytest.approx(served, abs=1e-9)
    assert found.states == 8


def test_what_an_overloaded_station_gets_done_still_loads_the_next() -> None:
    """a does 10/s of 20/s; all of a's requests are lost, b sees 10/s beside 2/s of its own, which it blocks a bit."""
    parts = [component("a", 0.1), component("b", 0.05, max_queue=1)]
    classes = (RequestClass(name="through", share=1.0), RequestClass(name="direct", share=None, per_s=2.0))
    calls = [call("users", "a", classes="through"), call("a", "b"), call("users", "b", classes="direct")]
    found = coupled(model(parts, calls, load=(20.0, 20.0), classes=classes), {"a": 1, "b": 1})
    assert found.by_class["through"] == pytest.approx(0.0, abs=1e-9)
    assert found.by_class["direct"] == pytest.approx(1.0 - blocking(12.0, 0.05, 1, 1), abs=1e-9)


def test_a_rate_cap_counts_what_was_accepted() -> None:
    parts = [component("a", 0.1, max_queue=0, max_rate_per_s=4.0), component("b", 0.05, max_queue=0)]
    found = coupled(model(parts, [call("users", "a"), call("a", "b")], load=(10.0, 10.0)), {"a": 1, "b": 1})
    accepted = 10.0 * (1.0 - blocking(10.0, 0.1, 1, 0))
    assert accepted > 4.0
    assert found.load_aware == pytest.approx(0.4 * (1.0 - blocking(4.0, 0.05, 1, 0)), abs=1e-9)


def goodput(rate: float, first: float, places: int, second: float, more: int) -> float:
    """Two bounded queues in a row, exactly: the stationary Markov chain of both lengths."""
    one, two = places + 2, more + 2
    q = np.zeros((one * two, one * two))
    for a, b in itertools.product(range(one), range(two)):
        moves = [(a + 1, b, rate)] if a < one - 1 else []
        moves += [(a - 1, min(b + 1, two - 1), 1.0 / first)] if a else []
        moves += [(a, b - 1, 1.0 / second)] if b else []
        for to_a, to_b, speed in moves:
            q[a * two + b, to_a * two + to_b] += speed
            q[a * two + b, a * two + b] -= speed
    system = np.vstack([q.T, np.ones(one * two)])
    law = np.linalg.lstsq(system, np.append(np.zeros(one * two), 1.0), rcond=None)[0].reshape(one, two)
    return float(law[1:, :-1].sum() / first / rate)


@pytest.mark.parametrize(
    ("rate", "first", "places", "second", "more"),
    [
        (8, 0.1, 2, 0.09, 3),
        (8, 0.1, 5, 0.1, 5),
        (12, 0.1, 3, 0.1, 3),
        (20, 0.1, 3, 0.08, 2),
        (9, 0.05, 4, 0.1, 4),
    ],
)
def test_two_bounded_queues_lose_up_to_8_percent_too_much_against_the_markov_chain(
    rate: float, first: float, places: int, second: float, more: int
) -> None:
    parts = [component("a", first, max_queue=places), component("b", second, max_queue=more)]
    some = model(parts, [call("users", "a"), call("a", "b")], load=(rate, rate))
    exact = 1.0 - goodput(rate, first, places, second, more)
    found = 1.0 - coupled(some, {"a": 1, "b": 1}).load_aware
    assert exact * 0.999 < found < 1.085 * exact
    assert found < 1.0 - plain(some, {"a": 1, "b": 1}).load_aware  # the convention loses more still


def test_bounded_queues_with_a_branch_against_the_simulation() -> None:
    from queuecalc.simulation import simulate

    parts = [
        component("a", 0.1, max_queue=3, count=(1, 9)),
        component("b", 0.08, max_queue=2),
        component("c", 0.05, max_queue=4),
    ]
    some = model(parts, [call("users", "a"), call("a", "b", 0.5), call("a", "c", 0.6)], load=(18.0, 18.0))
    counts = {"a": 2, "b": 1, "c": 1}
    seen = simulate(some, counts, requests=60_000, batches=10).availability
    assert seen.half_width is not None
    lost = 1.0 - coupled(some, counts).load_aware
    assert 1.0 - seen.value - seen.half_width < lost < 1.1 * (1.0 - seen.value + seen.half_width)
    assert abs(lost - (1.0 - seen.value)) < 0.5 * abs(
        1.0 - plain(some, counts).load_aware - (1.0 - seen.value)
    )


# ---------------------------------------------------------------------- the convention bounds it
DRAWS = [("pipeline", seed) for seed in (1, 4, 8, 17, 20, 34)]
DRAWS += [("graph", seed) for seed in (3, 5, 6, 9, 14, 17, 19, 23, 25, 27, 38)]


@pytest.mark.parametrize(("kind", "seed"), DRAWS)
def test_the_convention_is_on_the_safe_side_by_no_more_than_what_depends_on_flow(
    kind: str, seed: int
) -> None:
    draw = {"pipeline": random_model, "graph": random_graph}[kind](seed)
    one, two = plain(draw.model, draw.counts), coupled(draw.model, draw.counts)
    slack = two.uncertainty + 2e-8
    assert two.load_aware >= one.load_aware - slack
    lost = {(loss.cause, loss.component): loss.fraction for loss in one.losses}
    depends_on_flow = sum(v for (cause, _), v in lost.items() if cause != "down")
    assert two.load_aware - one.load_aware <= depends_on_flow + slack
    for name, value in two.by_class.items():
        assert value >= one.by_class[name] - slack


def test_a_single_bounded_queue_is_the_same_both_ways() -> None:
    some = model([component("a", 0.1, max_queue=2, availability=0.9)], [call("users", "a")], load=(3.0, 25.0))
    one, two = plain(some, {"a": 3}), coupled(some, {"a": 3})
    assert two.uncertainty == pytest.approx(0.0, abs=1e-12)
    assert two.load_aware == pytest.approx(one.load_aware, abs=1e-9)
    assert {(x.cause, x.component) for x in one.losses} == {(x.cause, x.component) for x in two.losses}


# ---------------------------------------------------------------------- the bound, and what hangs on it
def chain() -> tuple[Model, dict[str, int]]:
    parts = [component(name, 0.01, availability=0.9, count=(1, 9)) for name in "abcd"]
    calls = [call("users", "a"), call("a", "b"), call("b", "c"), call("c", "d")]
    return model(parts, calls, load=(5.0, 5.0), availability=0.99), dict.fromkeys("abcd", 3)


def test_fewer_states_leave_a_wider_interval_around_the_same_value(monkeypatch: pytest.MonkeyPatch) -> None:
    some, counts = chain()
    whole = coupled(some, counts)
    exact = (1.0 - 0.1**3) ** 4
    assert abs(whole.load_aware - exact) <= whole.uncertainty + 1e-9
    for most in (1, 2, 5, 20, 60):
        monkeypatch.setattr(room, "MOST_STATES", most)
        found = coupled(some, counts)
        assert found.states == most
        assert found.uncertainty > whole.uncertainty
        assert abs(found.load_aware - exact) <= found.uncertainty + 1e-9


def judged(some: Model, counts: dict[str, int]) -> Evaluation:
    return evaluate(some, counts, coupled=True)


def test_the_contract_is_judged_by_the_lower_end(monkeypatch: pytest.MonkeyPatch) -> None:
    some, counts = chain()
    sure = judged(some, counts)
    assert sure.kept
    assert not sure.excuses
    monkeypatch.setattr(room, "MOST_STATES", 40)
    unsure = judged(some, counts)
    (line,) = [line for line in unsure.lines if line.target == "availability"]
    assert unsure.availability is not None
    assert (
        line.reached + unsure.availability.uncertainty > 0.99 > line.reached - unsure.availability.uncertainty
    )
    assert not line.kept
    assert not unsure.kept
    assert [excuse.target for excuse in unsure.excuses] == ["availability"]
    assert any("do not decide it" in finding for finding in unsure.findings)


def test_a_plan_that_only_the_convention_refuses_is_kept() -> None:
    parts = [component("a", 0.1, max_queue=1), component("b", 0.1, max_queue=2)]
    some = model(parts, [call("users", "a"), call("a", "b")], load=(9.0, 9.0), percentiles=())
    counts = {"a": 1, "b": 1}
    middle = 0.5 * (plain(some, counts).load_aware + coupled(some, counts).load_aware)
    some = replace(some, contract=replace(some.contract, availability=middle))
    assert not evaluate(some, counts).kept
    kept = evaluate(some, counts, coupled=True)
    assert kept.kept
    assert kept.excuses == ()
    assert "coupled-losses" in kept.statements


def test_an_invalid_plan_and_no_requests_are_answered_too() -> None:
    some = model([component("a", 0.1, count=(1, 2))], [call("users", "a")], load=(5.0, 5.0))
    assert not evaluate(some, {"a": 5}, coupled=True).kept
    quiet = model([component("a", 0.1, availability=0.5)], [call("users", "a")], load=(0.0, 0.0))
    assert coupled(quiet, {"a": 1}).load_aware == 1.0


@pytest.mark.parametrize("sizes", [(2,), (3, 2), (2, 3, 4), (1, 5, 2, 2)])
def test_joint_states_come_once_each_by_falling_probability(sizes: tuple[int, ...]) -> None:
    random = np.random.default_rng(sum(sizes))
    laws = {}
    for place, many in enumerate(sizes):
        chances = random.dirichlet(np.ones(many))
        laws[f"c{place}"] = tuple((k, float(p)) for k, p in enumerate(chances))
    found = list(joint_states(laws))
    assert len(found) == math.prod(sizes) == len({tuple(live.values()) for _, live in found})
    assert [p for p, _ in found] == sorted((p for p, _ in found), reverse=True)
    assert math.fsum(p for p, _ in found) == pytest.approx(1.0)
    for p, live in found:
        assert p == pytest.approx(math.prod(dict(laws[name])[k] for name, k in live.items()))
    assert list(joint_states({})) == [(1.0, {})]
