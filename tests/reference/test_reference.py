"""The reference against cases computed by hand: latency, loss, cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import pytest
from scipy import integrate, optimize, stats

from queuecalc.architecture import Override, PercentileTarget, RequestClass
from queuecalc.law import Exponential, Gamma
from tests.reference.building import call, component, model
from tests.reference.evaluator import reference_evaluate
from tests.reference.result import ReferenceResult

P95 = ("p95_ms", "")


def approx(value: float, relative: float = 1e-9) -> object:
    return pytest.approx(value, rel=relative, abs=1e-12)


def p95_of(tail: Callable[[float], float], low: float) -> float:
    return float(optimize.brentq(lambda t: tail(t) - 0.05, low, 9.0, xtol=1e-14))


def lost(result: ReferenceResult, cause: str, name: str = "") -> float:
    return result.losses.get((cause, name), 0.0)


class TestLatency:
    def test_one_queue_has_an_exponential_sojourn(self) -> None:
        one = model([component("a", 0.1)], [call("users", "a")], network_s=0.02, timeout_s=0.8)
        result = reference_evaluate(one, {"a": 1}, mixed=True)
        latency = result.latencies[P95]
        assert latency.worst_s == approx(0.02 - math.log(0.05) / 2.0)
        assert latency.mean_s == approx(0.52)
        assert latency.weighted_s == approx(latency.worst_s)
        assert latency.with_failures_s == approx(latency.worst_s)
        assert result.load_aware == approx(1.0 - math.exp(-2.0 * 0.78))
        assert lost(result, "late") == approx(math.exp(-2.0 * 0.78))

    def test_two_in_series_add_their_sojourns(self) -> None:
        two = model(
            [component("a", 0.1), component("b", 0.05)], [call("users", "a"), call("a", "b")], timeout_s=1.0
        )

        def tail(t: float) -> float:
            return float((12.0 * math.exp(-2.0 * t) - 2.0 * math.exp(-12.0 * t)) / 10.0)

        result = reference_evaluate(two, {"a": 1, "b": 1})
        assert result.latencies[P95].worst_s == approx(p95_of(tail, 0.1))
        assert lost(result, "late") == approx(tail(1.0))

    def test_one_and_a_half_calls_are_one_and_another_in_half_of_the_cases(self) -> None:
        calls = [call("users", "a"), call("a", "b", 1.5)]
        some = model([component("a", 0.1, servers=None), component("b", 0.1, servers=None)], calls)

        def tail(t: float) -> float:
            return float(0.5 * stats.gamma.sf(t, 2, scale=0.1) + 0.5 * stats.gamma.sf(t, 3, scale=0.1))

        result = reference_evaluate(some, {"a": 1, "b": 1})
        assert result.latencies[P95].worst_s == approx(p95_of(tail, 0.1))
        assert result.peak_rate_per_s["b"] == approx(12.0)

    def test_a_fixed_delay_shifts_the_calls_that_happen(self) -> None:
        calls = [call("users", "a"), call("a", "b", 0.5)]
        parts = [component("a", 0.1, servers=None), component("b", 0.1, servers=None, fixed_delay_s=1.0)]
        result = reference_evaluate(model(parts, calls, timeout_s=0.9), {"a": 1, "b": 1})
        assert result.load_aware == approx(0.5 * (1.0 - math.exp(-9.0)))

        def tail(t: float) -> float:
            return float(0.5 * math.exp(-t / 0.1) + 0.5 * stats.gamma.sf(t - 1.0, 2, scale=0.1))

        assert result.latencies[P95].worst_s == approx(p95_of(tail, 1.0))

    def test_pooled_is_one_line_and_split_is_one_a_unit(self) -> None:
        calls = [call("users", "a")]
        split = reference_evaluate(model([component("a", 0.2, pooling="split")], calls), {"a": 2})
        assert split.latencies[P95].worst_s == approx(-math.log(0.05))
        pooled = reference_evaluate(model([component("a", 0.2)], calls), {"a": 2})
        delayed = 2 * 0.8**2 / (1 + 0.8)  # Erlang C of two servers
        assert pooled.latencies[P95].mean_s == approx(0.2 + delayed / 2.0)

        def tail(t: float) -> float:
            return float(math.exp(-5 * t) + delayed * 5 * (math.exp(-2 * t) - math.exp(-5 * t)) / 3)

        assert pooled.latencies[P95].worst_s == approx(p95_of(tail, 0.1))

    def test_a_call_to_oneself_adds_a_service_before_the_server_is_freed(self) -> None:
        own = {"request": Exponential(mean=0.05), "job": Gamma(mean=0.1, scv=2.0)}
        calls = [call("users", "a.request"), call("a", "q.job a.job", 0.25)]
        parts = [component("a", own), component("q", 0.01)]
        result = reference_evaluate(model(parts, calls), {"a": 1, "q": 0})
        mean = 0.05 + 0.025
        variance = 0.05**2 + 0.25 * (0.02 + 0.01) - 0.025**2
        rho = 8.0 * mean
        assert result.peak_utilisation["a"] == approx(rho)
        wait = 8.0 * (variance + mean**2) / (2.0 * (1.0 - rho))
        assert result.latencies[P95].mean_s == approx(mean + wait)

    def test_operations_share_a_wait_and_keep_their_own_service(self) -> None:
        own = {"fast": Exponential(mean=0.02), "slow": Exponential(mean=0.1)}
        classes = (RequestClass(name="f", share=0.5), RequestClass(name="s", share=0.5))
        calls = [call("users", "a.fast", classes="f"), call("users", "a.slow", classes="s")]
        result = reference_evaluate(model([component("a", own)], calls, classes=classes), {"a": 1})
        second = 0.5 * (2 * 0.02**2 + 2 * 0.1**2)
        wait = 8.0 * second / (2.0 * (1.0 - 8.0 * 0.06))
        assert result.latencies["p95_ms", "f"].mean_s == approx(0.02 + wait)
        assert result.latencies["p95_ms", "s"].mean_s == approx(0.1 + wait)
        assert result.latencies[P95].mean_s == approx(0.06 + wait)

    def test_the_worst_slot_counts_and_a_jump_with_its_larger_value(self) -> None:
        one = model(
            [component("a", 0.1)], [call("users", "a")], hours=(0.0, 1.0, 1.0, 3.0), load=(2.0, 4.0, 8.0, 0.0)
        )
        result = reference_evaluate(one, {"a": 1})
        by_slot = result.latencies[P95].by_slot
        assert by_slot == (approx(-math.log(0.05) / 6.0), approx(-math.log(0.05) / 2.0))
        assert result.utilisation["a"] == (approx(0.4), approx(0.8))

    def test_over_the_curve_requests_are_the_weights(self) -> None:
        one = model([component("a", 0.1)], [call("users", "a")], load=(2.0, 8.0))

        def late(t: float) -> float:
            whole, _ = integrate.quad(lambda r: r * math.exp(-(10.0 - r) * t), 2.0, 8.0, epsabs=1e-12)
            return float(whole) / 30.0

        weighted = reference_evaluate(one, {"a": 1}).latencies[P95].weighted_s
        assert weighted == approx(p95_of(late, 0.1))

    def test_nobody_skips_a_call(self) -> None:
        parts = [component("a", 0.1), component("b", 0.1)]
        calls = [call("users", "a"), call("a", "b nobody")]
        with_b = reference_evaluate(model(parts, calls), {"a": 1, "b": 1})
        without = reference_evaluate(model(parts, calls), {"a": 1, "b": 0})
        assert with_b.latencies[P95].mean_s == approx(1.0)
        assert without.latencies[P95].mean_s == approx(0.5)

    def test_an_overloaded_station_takes_for_ever(self) -> None:
        result = reference_evaluate(model([component("a", 0.2)], [call("users", "a")]), {"a": 1})
        assert result.latencies[P95].worst_s == math.inf
        assert lost(result, "no steady state", "a") == approx(1.0)
        assert not result.stable["a"]
        assert not result.kept


class TestLoss:
    def test_a_limiter_drops_at_the_end_of_its_service_and_thins_what_is_below(self) -> None:
        parts = [component("l", 0.01, drops={"request": 0.25}), component("a", 0.1)]
        calls = [call("users", "l"), call("l", "a")]
        result = reference_evaluate(model(parts, calls, timeout_s=5.0), {"l": 1, "a": 1})
        assert result.peak_rate_per_s == {"l": approx(8.0), "a": approx(6.0)}
        assert lost(result, "dropped", "l") == approx(0.25)
        limiter, rest = 100.0 - 8.0, 4.0

        def tail(t: float) -> float:
            return float((limiter * math.exp(-rest * t) - rest * math.exp(-limiter * t)) / (limiter - rest))

        assert lost(result, "late") == approx(0.75 * tail(5.0), 1e-3)
        assert result.latencies[P95].worst_s == approx(p95_of(tail, 0.01))

    def test_a_rate_cap_drops_the_part_above(self) -> None:
        parts = [component("l", 0.01, max_rate_per_s=2.5), component("a", 0.1)]
        calls = [call("users", "l"), call("l", "a")]
        result = reference_evaluate(model(parts, calls, load=(4.0, 8.0)), {"l": 2, "a": 1})
        assert result.peak_rate_per_s["a"] == approx(5.0)
        assert lost(result, "dropped", "l") == approx(4.5 / 24.0)  # a triangle of 3/s over three quarters

    def test_a_bounded_queue_turns_away_by_the_exact_law(self) -> None:
        full = 1.6**3 / (1 + 1.6 + 1.6**2 + 1.6**3)
        result = reference_evaluate(
            model([component("a", 0.2, max_queue=2)], [call("users", "a")], timeout_s=9.0), {"a": 1}
        )
        assert lost(result, "blocked", "a") == approx(full)
        assert result.stable["a"]
        chances = [1.6**n / (1 + 1.6 + 1.6**2) for n in range(3)]
        mean = sum(chance * (n + 1) * 0.2 for n, chance in enumerate(chances))
        assert result.latencies[P95].mean_s == approx(mean)

    def test_units_fail_by_the_binomial_law(self) -> None:
        one = model([component("a", 0.2, availability=0.9)], [call("users", "a")], timeout_s=100.0)
        result = reference_evaluate(one, {"a": 3})
        assert lost(result, "down", "a") == approx(0.1**3)
        assert lost(result, "no steady state", "a") == approx(3 * 0.9 * 0.1**2)
        assert result.load_aware == approx(1.0 - 0.1**3 - 3 * 0.9 * 0.1**2)
        assert (result.redundancy, result.series) == (approx(1.0 - 0.1**3), approx(0.9))

    def test_a_service_fails_as_a_whole(self) -> None:
        one = model([component("a", 0.1, availability=0.9, failure="service")], [call("users", "a")])
        result = reference_evaluate(one, {"a": 3})
        assert (result.load_aware, result.redundancy, result.series) == (approx(0.9),) * 3

    def test_the_instant_at_which_capacity_is_reached_splits_the_slot(self) -> None:
        one = model([component("a", 0.2, availability=0.9)], [call("users", "a")], load=(2.0, 8.0))
        result = reference_evaluate(one, {"a": 2})
        above = (8.0**2 - 5.0**2) / (8.0**2 - 2.0**2)  # requests that come at more than 5/s
        assert lost(result, "no steady state", "a") == approx(0.18 * above)

    def test_the_first_cause_along_the_path_is_booked(self) -> None:
        parts = [component("a", 0.01, availability=0.9), component("b", 0.01, availability=0.8)]
        result = reference_evaluate(model(parts, [call("users", "a"), call("a", "b", 0.5)]), {"a": 1, "b": 1})
        assert lost(result, "down", "a") == approx(0.1)
        assert lost(result, "down", "b") == approx(0.9 * 0.5 * 0.2)

    def test_two_visits_see_the_same_live_units(self) -> None:
        parts = [component("a", 0.01), component("b", 0.01, availability=0.8)]
        result = reference_evaluate(model(parts, [call("users", "a"), call("a", "b", 2.0)]), {"a": 1, "b": 1})
        assert result.load_aware == approx(0.8)

    def test_the_next_in_the_list_takes_the_calls_of_a_dead_cache(self) -> None:
        cache = component("cache", 0.001, availability=0.9, when_down="next")
        parts = [component("a", 0.01), cache, component("db", 0.2, availability=0.95)]
        calls = [call("users", "a"), call("a", "cache db"), call("cache", "db", 0.25)]
        result = reference_evaluate(model(parts, calls, timeout_s=50.0), {"a": 1, "cache": 1, "db": 1})
        assert lost(result, "no steady state", "db") == approx(0.1 * 0.95)
        assert lost(result, "down", "db") == approx(0.1 * 0.05 + 0.9 * 0.25 * 0.05)
        assert lost(result, "down", "cache") == 0.0
        assert result.redundancy == approx(0.95)

    def test_without_a_later_name_a_dead_cache_loses_the_call(self) -> None:
        cache = component("cache", 0.001, availability=0.9, when_down="next")
        result = reference_evaluate(model([cache], [call("users", "cache")]), {"cache": 1})
        assert lost(result, "down", "cache") == approx(0.1)
        assert result.redundancy == approx(0.9)

    def test_stations_see_the_flow_as_if_nothing_were_lost_upstream(self) -> None:
        parts = [component("a", 0.2, availability=0.9), component("b", 0.12)]
        result = reference_evaluate(model(parts, [call("users", "a"), call("a", "b")]), {"a": 2, "b": 1})
        assert lost(result, "no steady state", "a") == approx(0.18)
        assert result.load_aware == approx(0.81)

    def test_a_hand_off_loses_no_request(self) -> None:
        parts = [component("a", 0.01), component("b", 0.01, availability=0.9)]
        calls = [call("users", "a"), call("a", "b"), call("a", "b", 2.0, wait=False)]
        result = reference_evaluate(model(parts, calls), {"a": 1, "b": 1})
        assert result.load_aware == approx(0.9)
        assert result.handed_off_lost == {"b": approx(0.1)}
        only = reference_evaluate(model(parts, [calls[0], calls[2]]), {"a": 1, "b": 1})
        assert only.load_aware == 1.0

    def test_classes_outside_the_contract_load_but_do_not_count(self) -> None:
        classes = (RequestClass(name="r"), RequestClass(name="junk", share=0.5, in_contract=False))
        drop = component("l", 0.001, drops={"junk": 0.5})
        parts = [drop, component("a", 0.1)]
        result = reference_evaluate(
            model(parts, [call("users", "l"), call("l", "a")], load=(4.0, 4.0), classes=classes),
            {"l": 1, "a": 1},
        )
        assert result.peak_rate_per_s["a"] == approx(5.0)
        assert result.load_aware == 1.0
        assert result.offered_requests == approx(4.0 * 3600)

    def test_a_lost_request_is_endlessly_late(self) -> None:
        one = model([component("a", 0.1, availability=0.97)], [call("users", "a")])
        result = reference_evaluate(one, {"a": 1}, mixed=True)
        assert result.latencies[P95].with_failures_s == approx(-math.log(0.02 / 0.97) / 2.0)
        worse = model([component("a", 0.1, availability=0.9)], [call("users", "a")])
        assert reference_evaluate(worse, {"a": 1}, mixed=True).latencies[P95].with_failures_s == math.inf


class TestPlan:
    def test_a_call_that_nobody_takes_makes_the_plan_invalid(self) -> None:
        parts = [component("a", 0.1), component("b", 0.1)]
        result = reference_evaluate(model(parts, [call("users", "a"), call("a", "b")]), {"a": 1, "b": 0})
        assert (result.kept, result.excuses) == (False, ("a call: nobody takes the call",))

    def test_needs_and_permitted_counts(self) -> None:
        parts = [
            component("a", 0.1, Override(when="without", other="lb", changes={"count": (1, 1)})),
            component("lb", 0.1),
            component("s", 0.1, needs=("lb", "x")),
        ]
        calls = [call("users", "lb a"), call("lb", "a"), call("a", "s nobody")]
        build = model(parts, calls, load=(1.0, 1.0))
        assert reference_evaluate(build, {"a": 1, "lb": 0, "s": 0}).kept
        assert reference_evaluate(build, {"a": 2, "lb": 0, "s": 0}).excuses == (
            "a: 2 units, permitted 1 to 1",
        )
        assert reference_evaluate(build, {"a": 2, "lb": 1, "s": 1}).excuses == ()
        assert reference_evaluate(build, {"a": 1, "lb": 0, "s": 1}).excuses == ("s needs one of lb, x",)
        assert reference_evaluate(build, {"a": 2, "lb": 10, "s": 0}).excuses == (
            "lb: 10 units, permitted 0 to 9",
        )

    def test_cost_and_fees_of_a_month(self) -> None:
        parts = [
            component("a", 0.001, usd_per_month=Decimal("12.34"), usd_per_million_calls=Decimal(2)),
            component("b", 0.001, usd_per_month=Decimal(7), usd_per_gb=Decimal("0.1"), kb_per_call=5.0),
        ]
        calls = [call("users", "a"), call("a", "b", 2.0)]
        once = reference_evaluate(model(parts, calls, once=True), {"a": 2, "b": 1})
        assert once.fees_usd_per_month == {"a": Decimal("0.06"), "b": Decimal("0.03")}
        month = reference_evaluate(
            model(parts, calls, budget_usd_per_month=Decimal("94.75")), {"a": 2, "b": 1}
        )
        assert month.fees_usd_per_month == {"a": Decimal("42.05"), "b": Decimal("21.02")}
        assert month.cost_usd_per_month == Decimal("24.68") + 7 + Decimal("63.07")
        assert month.kept
        tight = model(parts, calls, budget_usd_per_month=Decimal("94.74"))
        assert not reference_evaluate(tight, {"a": 2, "b": 1}).kept

    def test_contract_lines_hold_with_equality_but_for_stability(self) -> None:
        guard = component("a", 0.1, max_utilisation=0.8)
        assert reference_evaluate(model([guard], [call("users", "a")], percentiles=()), {"a": 1}).kept
        full = reference_evaluate(
            model([component("a", 0.125)], [call("users", "a")], percentiles=()), {"a": 1}
        )
        assert not full.kept

    def test_the_contract_may_name_another_availability_and_classes_their_own(self) -> None:
        classes = (
            RequestClass(name="r", share=0.5, availability=0.97),
            RequestClass(
                name="s", share=0.5, percentiles=(PercentileTarget(key="p99_ms", level=0.99, seconds=0.1),)
            ),
        )
        parts = [component("a", 0.001), component("b", 0.001, availability=0.95)]
        calls = [call("users", "a"), call("a", "b", classes="r")]
        modes = {}
        for mode in ("load-aware", "redundancy", "series"):
            result = reference_evaluate(
                model(parts, calls, classes=classes, availability=0.98, availability_mode=mode),
                {"a": 1, "b": 2},
            )
            modes[mode] = {(line.target, line.subject): line.reached for line in result.lines}
        assert modes["load-aware"]["availability", ""] == approx(1.0 - 0.5 * 0.05**2)
        assert modes["redundancy"]["availability", "r"] == approx(1.0 - 0.05**2)
        assert modes["series"]["availability", ""] == approx(1.0 - 0.5 * 0.05)
        assert ("p99_ms", "s") in modes["series"]
