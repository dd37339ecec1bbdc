"""Along the curve: thinning, backlogs that build up and drain, units that fail and are repaired."""

from __future__ import annotations

import math

import pytest

from queuecalc.architecture import Model, RequestClass
from queuecalc.law import Deterministic, Exponential
from queuecalc.simulation import simulate_curve
from tests.reference.building import call, component, model
from tests.simulation.small import agrees

HOURS, LOADS = (0.0, 1.0, 1.0, 2.0, 3.0), (0.0, 20.0, 5.0, 5.0, 0.0)


def test_requests_follow_the_curve() -> None:
    described = model(
        [component("server", 0.02, servers=None)], [call("users", "server")], hours=HOURS, load=LOADS
    )
    result = simulate_curve(described, {"server": 1}, window_h=0.5, seed=1)
    expected = 3600.0 * (10.0 + 5.0 + 2.5)
    assert result.requests == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
    assert result.load_per_s == pytest.approx(17.5 / 3.0)
    assert (result.from_h, result.until_h, result.hour) == (0.0, 3.0, None)
    assert result.series is not None
    assert result.series.hours == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
    # busy servers are 0.02 times the average rate of each half hour
    for seen, rate in zip(
        result.series.utilisation["server"], (5.0, 15.0, 5.0, 5.0, 3.75, 1.25), strict=True
    ):
        assert seen == pytest.approx(0.02 * rate, abs=4.0 * 0.02 * math.sqrt(rate / 1800.0))
    # one run has no interval
    assert result.percentile(0.95).half_width is None
    assert result.percentile(0.95).value == pytest.approx(-0.02 * math.log(0.05), rel=0.02)


def test_a_part_of_the_curve_and_what_lies_beyond_its_ends() -> None:
    described = model(
        [component("server", 0.02, servers=None)], [call("users", "server")], hours=HOURS, load=(4.0,) * 5
    )
    result = simulate_curve(described, {"server": 1}, from_h=-1.0, until_h=4.0, window_h=10.0)
    assert result.requests == pytest.approx(5 * 14_400, abs=4.0 * math.sqrt(5 * 14_400))
    assert result.load_per_s == pytest.approx(4.0)
    part = simulate_curve(described, {"server": 1}, from_h=0.25, until_h=0.75)
    assert part.simulated_s == pytest.approx(1800.0)
    after = simulate_curve(described, {"server": 1}, from_h=5.0, until_h=6.0)
    assert after.load_per_s == pytest.approx(4.0)
    before = simulate_curve(described, {"server": 1}, from_h=-3.0, until_h=-2.0)
    assert before.requests == pytest.approx(14_400, abs=480)


def behind(**figures: float) -> Model:
    """Ten messages a second get done; twenty come for an hour, then five."""
    return model(
        [
            component("server", 0.001, servers=None),
            component("worker", {"": Deterministic(mean=0.1)}, **figures),
        ],
        [call("users", "server"), call("server", "worker", wait=False)],
        hours=(0.0, 1.0, 1.0, 4.0),
        load=(20.0, 20.0, 5.0, 5.0),
    )


def test_a_backlog_builds_up_and_drains_as_the_fluid_does() -> None:
    result = simulate_curve(behind(), {"server": 1, "worker": 1}, replications=3, seed=2)
    (line,) = result.backlogs
    assert line.component == "worker"
    assert line.max_backlog_messages.value == pytest.approx(36_000.0, rel=0.02)
    assert line.max_lag_s.value == pytest.approx(3600.0, rel=0.02)
    assert line.lag_hour == pytest.approx(1.0, abs=0.02)
    assert line.backlog_hour == pytest.approx(1.0, abs=0.02)
    assert line.end_backlog_messages.value < 20.0
    assert line.max_lag_s.half_width is not None
    assert result.series is not None
    waiting = dict(zip(result.series.hours[1:], result.series.waiting["worker"], strict=True))
    assert waiting[2.0] == pytest.approx(18_000.0, rel=0.04)
    assert waiting[3.5] < 40.0
    busy = dict(zip(result.series.hours, result.series.utilisation["worker"], strict=False))
    assert busy[1.5] == pytest.approx(1.0)
    assert busy[3.5] == pytest.approx(0.5, abs=0.03)
    assert max(result.series.longest_wait_s["worker"]) == pytest.approx(line.max_lag_s.value, rel=0.02)


def test_an_initial_backlog_waits_first() -> None:
    described = behind(initial_backlog=9000.0)
    result = simulate_curve(described, {"server": 1, "worker": 1}, until_h=0.5, seed=3)
    (line,) = result.backlogs
    # 9000 and 10 more a second for half an hour, less nothing: the line grows by 10 a second
    assert line.max_backlog_messages.value == pytest.approx(9000.0 + 10.0 * 1800.0, rel=0.02)
    later = simulate_curve(described, {"server": 1, "worker": 1}, from_h=1.5, until_h=2.0, seed=3)
    assert later.backlogs[0].max_backlog_messages.value < 100.0


def test_an_initial_backlog_is_made_of_the_messages_that_come() -> None:
    classes = (RequestClass(name="long", share=0.2), RequestClass(name="short", share=0.8))
    operations = {"long": Deterministic(mean=1.0), "short": Deterministic(mean=0.05)}

    def described(load: float) -> Model:
        return model(
            [
                component("server", 0.001, servers=None),
                component("worker", operations, initial_backlog=2000.0),
            ],
            [
                call("users", "server"),
                call("server", "worker.long", classes="long", wait=False),
                call("server", "worker.short", classes="short", wait=False),
            ],
            load=(load, load),
            classes=classes,
        )

    result = simulate_curve(described(0.5), {"server": 1, "worker": 1}, until_h=0.05, window_h=0.01, seed=4)
    assert result.series is not None
    # a message takes 0.24 s on average, so that 150 go in 36 s, and 18 come
    first, second = result.series.waiting["worker"][:2]
    assert first - second == pytest.approx(36.0 * (1.0 / 0.24 - 0.5), rel=0.25)
    # without any load, both kinds alike
    idle = simulate_curve(described(0.0), {"server": 1, "worker": 1}, until_h=0.5, window_h=0.1, seed=5)
    assert idle.series is not None
    left = idle.series.waiting["worker"]
    assert left[0] - left[1] == pytest.approx(360.0 / 0.525, rel=0.1)
    assert idle.latencies == ()
    assert math.isnan(idle.availability.value)


# -- failures

A = 0.8
QUICK = {"availability": A, "mtbf_h": 0.04, "mttr_h": 0.01}


def lost_by(described: Model, counts: dict[str, int], hours: float = 60.0) -> dict[tuple[str, str], float]:
    result = simulate_curve(
        described, counts, until_h=hours, window_h=hours, replications=4, failures=True, seed=6
    )
    assert result.failures
    for loss in result.losses:
        assert loss.fraction.half_width is not None
        assert loss.fraction.half_width < 0.04
    return {(loss.cause, loss.component): loss.fraction.value for loss in result.losses}


def test_a_request_is_lost_while_no_unit_lives() -> None:
    described = model([component("server", 0.01, **QUICK)], [call("users", "server")], load=(0.2, 0.2))
    for units in (1, 2):
        lost = lost_by(described, {"server": units})
        assert lost == {("down", "server"): pytest.approx((1.0 - A) ** units, abs=0.02)}


@pytest.mark.parametrize("pooling", ["pooled", "split"])
def test_a_service_fails_as_a_whole(pooling: str) -> None:
    described = model(
        [component("server", 0.01, failure="service", pooling=pooling, **QUICK)],
        [call("users", "server")],
        load=(0.2, 0.2),
    )
    lost = lost_by(described, {"server": 3})
    assert lost == {("down", "server"): pytest.approx(1.0 - A, abs=0.02)}


def test_without_hours_a_repair_takes_one() -> None:
    described = model(
        [component("server", 0.01, availability=0.5)], [call("users", "server")], load=(0.005, 0.005)
    )
    lost = lost_by(described, {"server": 1}, hours=4000.0)
    assert lost == {("down", "server"): pytest.approx(0.5, abs=0.03)}


def test_the_next_taker_takes_the_call_while_the_first_is_down() -> None:
    described = model(
        [
            component("server", 0.01),
            component("cache", 0.01, when_down="next", **QUICK),
            component("db", 0.01, **QUICK),
        ],
        [call("users", "server"), call("server", "cache db")],
        load=(0.2, 0.2),
    )
    counts = {"server": 1, "cache": 1, "db": 1}
    result = simulate_curve(
        described, counts, until_h=60.0, window_h=60.0, replications=4, failures=True, seed=7
    )
    assert result.component("db").rate_per_s.value == pytest.approx(0.2 * (1.0 - A) * A, rel=0.1)
    # who is lost, is lost where the call was skipped first
    (loss,) = result.losses
    assert (loss.cause, loss.component) == ("down", "cache")
    assert loss.fraction.value == pytest.approx((1.0 - A) ** 2, abs=0.01)
    # with every unit up nobody is lost and nobody goes on
    calm = simulate_curve(described, counts, until_h=1.0, seed=7)
    assert calm.losses == ()
    assert calm.component("db").rate_per_s.value == 0.0


def test_nobody_and_the_caller_itself_may_be_next() -> None:
    operations = {"request": Exponential(mean=0.01), "job": Exponential(mean=0.5)}
    described = model(
        [
            component("server", operations),
            component("queue", 0.01, when_down="next", **QUICK),
            component("cache", 0.01, when_down="next", **QUICK),
        ],
        [
            call("users", "server.request"),
            call("server", "queue server.job"),
            call("server", "cache nobody"),
        ],
        load=(0.2, 0.2),
    )
    counts = {"server": 1, "queue": 1, "cache": 1}
    result = simulate_curve(
        described, counts, until_h=60.0, window_h=60.0, replications=4, failures=True, seed=8
    )
    assert result.losses == ()
    assert result.component("server").utilisation.value == pytest.approx(
        0.2 * (0.01 + (1.0 - A) * 0.5), rel=0.1
    )
    assert result.component("cache").rate_per_s.value == pytest.approx(0.2 * A, rel=0.05)


def test_messages_lost_have_a_line_of_their_own() -> None:
    described = model(
        [component("server", 0.01), component("sink", 0.01, **QUICK)],
        [call("users", "server"), call("server", "sink", 2.0, wait=False)],
        load=(0.2, 0.2),
    )
    result = simulate_curve(
        described,
        {"server": 1, "sink": 1},
        until_h=60.0,
        window_h=60.0,
        replications=4,
        failures=True,
        seed=9,
    )
    assert result.losses == ()
    assert result.availability.value == 1.0
    assert list(result.handed_off_lost) == ["sink"]
    assert agrees(result.handed_off_lost["sink"], 1.0 - A, within=0.1)


@pytest.mark.parametrize("pooling", ["pooled", "split"])
def test_live_units_do_the_work_of_the_dead(pooling: str) -> None:
    failing = {"availability": A, "mtbf_h": 0.4, "mttr_h": 0.1}
    described = model(
        [component("server", 0.1, pooling=pooling, **failing)], [call("users", "server")], load=(8.0, 8.0)
    )
    result = simulate_curve(described, {"server": 2}, until_h=20.0, window_h=20.0, failures=True, seed=10)
    # only what finds both down is lost; all the rest is done by who lives
    (loss,) = result.losses
    assert loss.cause == "down"
    assert loss.fraction.value == pytest.approx((1.0 - A) ** 2, abs=0.03)
    served = 1.0 - loss.fraction.value
    assert result.component("server").utilisation.value == pytest.approx(0.4 * served, rel=0.01)
    # with both up a request takes less than twice its service, with one alone five times
    assert result.latency().mean_s.value > 0.2


def test_progress_is_told() -> None:
    told: list[float] = []
    simulate_curve(
        behind(),
        {"server": 1, "worker": 1},
        until_h=0.1,
        window_h=0.05,
        replications=2,
        progress=told.append,
    )
    assert told == pytest.approx([0.25, 0.5, 0.75, 1.0])
