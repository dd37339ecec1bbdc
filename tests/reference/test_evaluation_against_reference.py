"""`evaluate` against the plain evaluator, figure by figure, over random models and over cases that set them apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from queuecalc.answer import Evaluation
from queuecalc.architecture import RequestClass
from queuecalc.evaluation import evaluate
from tests.reference.building import call, component, model
from tests.reference.comparison import differences
from tests.reference.evaluator import reference_evaluate
from tests.reference.plan import Plan
from tests.reference.random_models import Draw, random_graph, random_model
from tests.reference.result import ReferenceResult
from tests.reference.traffic import Traffic

PIPELINES = (
    9,
    12,
    18,
    20,
    22,
    28,
    34,
    38,
    39,
    49,
    101,
    105,
    113,
    118,
    123,
    124,
    125,
    126,
    137,
    138,
    146,
    149,
    205,
)
GRAPHS = (
    67,
    71,
    72,
    74,
    87,
    94,
    95,
    100,
    104,
    107,
    115,
    119,
    122,
    136,
    139,
    143,
    147,
    148,
    178,
    186,
    194,
    200,
)
MIXED = (63, 80, 85, 123)
DRAWS = [("pipeline", seed) for seed in PIPELINES] + [("graph", seed) for seed in GRAPHS]


@cache
def both(kind: str, seed: int) -> tuple[Draw, Evaluation, ReferenceResult]:
    draw = {"pipeline": random_model, "graph": random_graph}[kind](seed)
    fast = evaluate(draw.model, draw.counts, series=True)
    return draw, fast, reference_evaluate(draw.model, draw.counts)


@pytest.mark.parametrize(("kind", "seed"), DRAWS)
def test_every_figure_agrees(kind: str, seed: int) -> None:
    _, fast, slow = both(kind, seed)
    assert differences(fast, slow, relative=1e-6, absolute=1e-8) == []


@pytest.mark.parametrize("seed", MIXED)
def test_percentiles_mixed_over_failure_states_agree(seed: int) -> None:
    draw = random_graph(seed)
    fast = evaluate(draw.model, draw.counts, failures=True)
    slow = reference_evaluate(draw.model, draw.counts, mixed=True)
    assert any(latency.with_failures_s is not None for latency in fast.latencies)
    assert differences(fast, slow, relative=1e-6, absolute=1e-8) == []


def test_the_draws_reach_every_branch() -> None:
    causes: dict[str, int] = {}
    seen: dict[str, int] = dict.fromkeys(
        ("lag", "two lines", "next", "absent", "broken", "chain", "lost hand-off"), 0
    )
    for kind, seed in DRAWS:
        draw, _, slow = both(kind, seed)
        for cause, _component in (key for key, share in slow.losses.items() if share > 1e-6):
            causes[cause] = causes.get(cause, 0) + 1
        plan = Plan(draw.model, draw.counts)
        seen["lag"] += any(backlog.fluid_lag_s > 0.0 for backlog in slow.backlogs.values())
        seen["next"] += any(plan.figures[name].when_down == "next" for name in plan.present)
        seen["absent"] += len(plan.present) < len(draw.model.components)
        seen["broken"] += not all(slow.stable.values())
        seen["chain"] += len(plan.asynchronous) > 1
        seen["lost hand-off"] += any(share > 0.0 for share in slow.handed_off_lost.values())
        if any(plan.figures[name].partitions for name in plan.present):
            seen["two lines"] += any(len(lines) == 2 for lines in Traffic(plan).lines.values())
    assert set(causes) == {"down", "no steady state", "dropped", "blocked", "late"}
    assert min(causes.values()) >= 3
    assert [name for name, times in seen.items() if times == 0 and name != "broken"] == []


@pytest.mark.parametrize("counts", [{"a": 1, "b": 0}, {"a": 3, "b": 1}])
def test_an_invalid_plan_is_invalid_for_both(counts: dict[str, int]) -> None:
    one = model(
        [component("a", 0.1, count=(1, 2)), component("b", 0.1)], [call("users", "a"), call("a", "b")]
    )
    fast, slow = evaluate(one, counts), reference_evaluate(one, counts)
    assert not fast.kept
    assert slow.excuses
    assert [excuse.target for excuse in fast.excuses] == ["invalid"]
    assert differences(fast, slow) == []


def test_a_budget_is_compared_to_the_cent() -> None:
    parts = [component("a", 0.01, usd_per_month=Decimal("12.34"), usd_per_million_calls=Decimal("0.37"))]
    base = model(parts, [call("users", "a")], percentiles=())
    cost = reference_evaluate(base, {"a": 2}).cost_usd_per_month
    for cents, kept in ((0, True), (-1, False)):
        limit = cost + Decimal(cents) / 100
        some = replace(base, contract=replace(base.contract, budget_usd_per_month=limit))
        assert evaluate(some, {"a": 2}).kept is kept
        assert reference_evaluate(some, {"a": 2}).kept is kept


class TestSetApart:
    """Small models on which a wrong reading of the definitions shows."""

    def test_causes_are_booked_in_call_order_where_a_station_reaches_capacity_within_a_slot(self) -> None:
        parts = [component("a", 0.2, availability=0.9), component("b", 0.05, availability=0.9)]
        some = model(parts, [call("users", "a"), call("a", "b", 1.4)], load=(2.0, 8.0), timeout_s=1.0)
        self.same(some, {"a": 2, "b": 1})

    def test_next_is_no_other_than_fail_where_nobody_is_next(self) -> None:
        for when_down in ("fail", "next"):
            parts = [
                component("a", 0.001),
                component("c", 0.01, availability=0.5, when_down=when_down),
                component("z", 0.05, max_queue=2),
            ]
            calls = [call("users", "a"), call("a", "z"), call("a", "c"), call("c", "z")]
            self.same(model(parts, calls), {"a": 1, "c": 1, "z": 1})

    @pytest.mark.parametrize(("onward", "instead"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.5)])
    def test_asynchronous_flows_are_the_same_in_every_failure_state(
        self, onward: float, instead: float
    ) -> None:
        parts = [
            component("a", 0.001),
            component("q", 0.01, availability=0.5, when_down="next"),
            component("r", 0.01),
            component("z", 0.05, max_queue=2),
        ]
        calls = [
            call("users", "a"),
            call("a", "z"),
            call("a", "q r", wait=False),
            call("q", "z", onward, wait=False),
            call("r", "z", instead, wait=False),
        ]
        self.same(model(parts, calls), {"a": 1, "q": 1, "r": 1, "z": 1})

    def test_a_second_stage_drains_when_the_first_has_drained_after_the_curve(self) -> None:
        calls = [call("users", "a", wait=False), call("a", "b", wait=False)]
        curve = {"hours": (0.0, 1.0, 1.0, 2.0), "load": (12.0, 12.0, 1.0, 1.0)}
        some = model(
            [component("a", 0.25), component("b", 0.3)], calls, hours=curve["hours"], load=curve["load"]
        )
        self.same(some, {"a": 1, "b": 1})

    def test_the_wait_behind_few_partitions_is_that_of_as_many_servers(self) -> None:
        for pooling in ("pooled", "split"):
            parts = [component("s", 0.001, partitions=4), component("w", 0.25, servers=2, pooling=pooling)]
            calls = [call("users", "s"), call("s", "w", wait=False)]
            self.same(model(parts, calls, load=(3.0, 13.0)), {"s": 1, "w": 3})

    def test_a_backlog_from_before_is_no_overload(self) -> None:
        parts = [component("w", 0.25, initial_backlog=3600.0)]
        self.same(model(parts, [call("users", "w", wait=False)], load=(3.0, 5.0)), {"w": 1})

    def test_the_stationary_wait_counts_where_the_line_is_empty(self) -> None:
        parts = [component("w", 0.25, initial_backlog=10.0)]
        calls = [call("users", "w", wait=False)]
        self.same(model(parts, calls, load=(3.9, 1.0)), {"w": 1})

    def test_the_worst_slot_of_a_class_need_not_have_the_largest_load(self) -> None:
        parts = [
            component("a", 0.01),
            component("c", 0.001, max_rate_per_s=3.0),
            component("z", 0.2, servers=None),
        ]
        calls = [call("users", "a"), call("a", "c", 0.3), call("c", "z")]
        classes = (RequestClass(name="r", share=0.5), RequestClass(name="s", share=0.5))
        some = model(parts, calls, hours=(0.0, 1.0, 1.0, 2.0), load=(10.0, 10.0, 40.0, 40.0), classes=classes)
        self.same(some, {"a": 1, "c": 1, "z": 1})

    def test_a_far_tail_is_late_to_ten_digits(self) -> None:
        draw = random_graph(189)
        self.same(draw.model, draw.counts, absolute=2e-10)

    @staticmethod
    def same(some: object, counts: dict[str, int], absolute: float = 1e-9) -> None:
        from queuecalc.architecture import Model

        assert isinstance(some, Model)
        fast = evaluate(some, counts, series=True)
        assert differences(fast, reference_evaluate(some, counts), relative=1e-6, absolute=absolute) == []
