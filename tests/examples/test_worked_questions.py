"""The numbers of the worked questions, by another route: closed forms written out, a Markov chain, a simulation."""

from __future__ import annotations

import importlib.util
import math
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.examples.brute_force import (
    bisected,
    erlang_c,
    mh2c_mean_wait,
    mmc_tail,
    pages_by_simulation,
)

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@cache
def found(name: str) -> Any:
    """What a script answers."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.answer()


def near(value: float, relative: float = 1e-9) -> Any:
    return pytest.approx(value, rel=relative)


def mmc_mean(rate: float, mu: float, c: int) -> float:
    return 1 / mu + erlang_c(Fraction(rate) / Fraction(mu), c) / (c * mu - rate)


def mmc_p95(rate: float, mu: float, c: int) -> float:
    return bisected(lambda t: mmc_tail(t, rate, mu, c) - 0.05, 0.0, 100 / mu)


# ---------------------------------------------------------------- one fast or many slow
def test_one_fast_or_many_slow() -> None:
    answer = found("one_fast_or_many_slow")
    assert answer.fast_mean == near(1000 / (100 - 80))
    assert answer.fast_p95 == near(1000 * math.log(20) / (100 - 80))
    assert answer.slow_waits == near(erlang_c(Fraction(8), 10))
    assert answer.slow_mean == near(1000 * mmc_mean(80, 10, 10))
    assert answer.slow_p95 == near(1000 * mmc_p95(80, 10, 10))
    assert answer.idle_fast == near(1000 / 90)
    assert answer.idle_slow == near(1000 * mmc_mean(10, 10, 10))
    assert answer.one_down == near(1000 * mmc_mean(80, 10, 9))
    assert answer.uneven_fast == near(10 + 1000 * 0.8 / 0.2 * (1 + 9) / 2 * 0.010)
    assert answer.said_fast == near(answer.fast_mean)
    assert answer.said_slow == near(answer.slow_mean, 0.01)


def test_many_slow_servers_let_long_work_aside() -> None:
    """Hyperexponential with balanced means: p / m1 = (1 - p) / m2."""
    answer = found("one_fast_or_many_slow")
    share = (1 + math.sqrt((9 - 1) / (9 + 1))) / 2
    exact = 100 + 1000 * mh2c_mean_wait(80, share, (0.1 / (2 * share), 0.1 / (2 * (1 - share))), 10, 500)
    assert exact < answer.uneven_fast
    assert answer.uneven_slow / exact == pytest.approx(0.93, abs=0.005)  # "7 % low"


# ---------------------------------------------------------------- pooled or split
def test_pooled_or_split() -> None:
    answer = found("pooled_or_split")
    assert answer.split_mean == near(1000 / (20 - 16))
    assert answer.split_p95 == near(1000 * math.log(20) / (20 - 16))
    assert answer.pooled_mean == near(1000 * mmc_mean(128, 20, 8))
    assert answer.pooled_p95 == near(1000 * mmc_p95(128, 20, 8))
    assert answer.pooled_waits == near(erlang_c(Fraction(128, 20), 8))
    assert answer.said_pooled == near(answer.pooled_mean, 0.05)
    sigma = bisected(
        lambda x: (128 / (128 + 20 * (1 - x))) ** 8 - x, 0.0, 0.95
    )  # G/M/1: sigma = A*(mu - mu sigma)
    assert answer.turns_mean == near(1000 / (20 * (1 - sigma)))
    assert answer.turns_p95 == near(1000 * math.log(20) / (20 * (1 - sigma)))
    assert (answer.split_mean - answer.turns_mean) / (answer.split_mean - answer.pooled_mean) == near(
        0.5, 0.1
    )


def test_lookups_suffer_behind_reports() -> None:
    answer = found("pooled_or_split")
    assert answer.short_alone == near(1000 * mmc_mean(640, 200, 4))
    assert answer.long_alone == near(1000 * mmc_mean(64, 20, 4))
    wait = 1000 * mh2c_mean_wait(704, 640 / 704, (0.005, 0.050), 8, 600)
    assert 5 + wait > answer.short_alone
    assert 50 + wait < answer.long_alone
    assert answer.short_mixed == near(5 + wait, 0.05)
    assert answer.long_mixed == near(50 + wait, 0.05)


def test_separate_lines_that_are_as_good() -> None:
    answer = found("pooled_or_split")
    p95 = mmc_p95(128, 20, 8)
    assert (
        math.log(20) / (20 - 128 / answer.as_good) <= p95 < math.log(20) / (20 - 128 / (answer.as_good - 1))
    )


# ---------------------------------------------------------------- 80 %
def test_why_eighty_percent() -> None:
    answer = found("why_eighty_percent")
    for rho, ratio in answer.at.items():
        assert ratio == near(1 / (1 - rho))
    assert answer.p95 == near(5 * math.log(20))
    for c, ratio in answer.many.items():
        assert ratio == near(1 + erlang_c(Fraction(4, 5) * c, c) / (c * 0.2))
    assert answer.uneven == near(1 + 0.8 / 0.2 * (1 + 4) / 2)
    jobs = {rho: rho / (1 - rho) for rho in (0.64, 0.96)}  # mean numbers; Little's law over both halves
    assert answer.two_halves == near(sum(jobs.values()) / (0.64 + 0.96))
    assert 0.6 * 1.03**answer.doubled_after == near(0.8)
    assert 0.8 * 1.03**answer.again_after == near(0.9)
    assert (1 - 0.6) / (1 - 0.8) == near((1 - 0.8) / (1 - 0.9)) == near(2.0)


# ---------------------------------------------------------------- connections
def wait_p99_ms(rate: float, mu: float, c: int) -> float:
    delay = erlang_c(Fraction(rate) / Fraction(mu), c)
    return 1000 * max(0.0, math.log(delay / 0.01)) / (c * mu - rate)


def test_connections_in_a_pool() -> None:
    answer = found("connections_in_a_pool")
    assert answer.said == answer.least == 8
    assert answer.p99 == near(wait_p99_ms(400, 100, 8), 1e-7)
    assert answer.p99_one_less == near(wait_p99_ms(400, 100, 7), 1e-7)
    assert answer.p99 <= 5 < answer.p99_one_less
    assert answer.mean == near(1000 * erlang_c(Fraction(4), 8) / 400)
    assert answer.remote_busy == near(400 * 0.110)
    held = answer.remote_least
    assert wait_p99_ms(400, 1 / 0.110, held) <= 5 < wait_p99_ms(400, 1 / 0.110, held - 1)
    assert wait_p99_ms(20, 100, answer.each_least) <= 5 < wait_p99_ms(20, 100, answer.each_least - 1)


# ---------------------------------------------------------------- cache
def test_cache_and_database() -> None:
    answer = found("cache_and_database")
    for hit, busy in answer.busy.items():
        assert busy == near(5000 * (1 - hit) * 0.004 / 2)
    assert answer.cold_erlang == near(20.0)
    assert answer.least_hit == near(0.9)
    for miss, mean, p95, p99 in (
        (0.05, answer.mean, answer.p95, answer.p99),
        (0.08, answer.fewer_mean, answer.fewer_p95, answer.fewer_p99),
    ):
        rate = 5000 * miss
        assert mean == near(1000 * (1 / 15_000 + miss * mmc_mean(round(rate), 250, 2)))
        for q, level in ((0.05, p95), (0.01, p99)):
            assert read_is_slower(level / 1000, miss) == near(q, 1e-6)
    assert answer.evidence == "exact"


def read_is_slower(t: float, miss: float) -> float:
    """P(cache + miss x database > t): the cache is exponential (M/M/1), the database an M/M/2 behind it."""
    rate = round(5000 * miss)
    hit = (1 - miss) * math.exp(-15_000 * t)

    def missed(x: Any) -> Any:
        return 15_000 * mpmath.exp(-15_000 * x) * mmc_tail(float(t - x), rate, 250, 2)

    points = [0, *(min(t, k / 15_000) for k in (1, 4, 16, 40)), t]
    return float(hit + miss * (mpmath.quad(missed, sorted(set(points))) + mpmath.exp(-15_000 * t)))


# ---------------------------------------------------------------- backlog
def test_drain_by_morning() -> None:
    answer = found("drain_by_morning")
    assert answer.backlog == near(4 * 3600 * 100)
    assert answer.said == near(4.5)
    assert answer.said_blind == near(2.5)
    for workers, hours in answer.drained_after.items():
        spare, left = 20 * workers - 40, 1_440_000.0
        at_six = max(0.0, left - 8 * 3600 * spare)
        assert answer.left_at_six[workers] == near(at_six)
        if at_six == 0:
            assert hours == near(left / spare / 3600)
        else:  # a day brings at least what the night takes away
            assert 16 * 3600 * (100 - 20 * workers) >= 8 * 3600 * spare
            assert hours == math.inf
    assert answer.least == 5
    assert answer.lag_at_ten == near(1_440_000 / 100 / 3600)
    assert 1_440_000 / (80 - 40) / 3600 == 10


# ---------------------------------------------------------------- N + 1
def test_what_n_plus_one_costs() -> None:
    answer = found("what_n_plus_one_costs")
    assert answer.busy == pytest.approx({"one join": 0.075, "on a laptop, 5 rows": 0.0015, "N + 1": 0.765})
    assert answer.most_pages["N + 1"] == near(4000 / 51)
    assert answer.most_pages["one join"] == near(800)
    # product form: each of the visits has the mean of an M/M/4 queue; 0.001 ms at the web server
    for name, visits, rate, mu in (
        ("one join", 1, 60, 200),
        ("on a laptop, 5 rows", 6, 6, 1000),
        ("N + 1", 51, 3060, 1000),
    ):
        mean = visits * (1000 * mmc_mean(rate, mu, 4) + 0.5)
        assert answer.mean[name] == pytest.approx(mean, rel=1e-6, abs=0.002)


def test_the_percentile_of_n_plus_one_by_simulation() -> None:
    """51 visits in a row meet the same busy spell: a percentile that takes them as independent is far too low."""
    answer = found("what_n_plus_one_costs")
    times = pages_by_simulation(9000, 51, 60.0, 4, 0.001, 0.0005)
    assert answer.mean["N + 1"] == near(1000 * float(np.mean(times)), 0.06)
    assert answer.simulated_p95 == near(1000 * float(np.quantile(times, 0.95)), 0.1)
    assert answer.calculated_p95 < 0.75 * answer.simulated_p95


# ---------------------------------------------------------------- batches
def test_batch_writes() -> None:
    answer = found("batch_writes")
    assert answer.single_busy == near(1.0)
    for rows, latency in answer.latency.items():
        work = 0.008 + 0.0006 * rows
        assert answer.busy[rows] == near(500 / rows * work / 4)
        fill = (rows - 1) / 2 / 500
        wait = gmc_mean_wait(rows, 500, 1 / work, 4) if rows < 20 else 0.0
        assert latency == near(1000 * (fill + wait + work), 1e-6)
    assert answer.said_busy == near(answer.busy[25])
    assert answer.said_latency == near(answer.latency[25], 0.01)
    assert answer.best == 2
    assert (answer.night_mean, answer.night_first) == (near(2400), near(4800))
    assert answer.flushed_rows == near(1.25)
    assert answer.flushed_busy == near(4 * (0.008 + 0.0006 * 1.25) / 4)


def gmc_mean_wait(stages: int, rate: float, mu: float, c: int) -> float:
    """Mean wait of E_k/M/c from the chain of (customers, stages of the next arrival), cut off far out."""
    most = 40
    size = (most + 1) * stages
    flow = np.zeros((size, size))
    for n in range(most + 1):
        for j in range(stages):
            here = n * stages + j
            arrived = min(n + 1, most) * stages if j == stages - 1 else here + 1
            flow[here, arrived] += rate
            if n:
                flow[here, here - stages] += min(n, c) * mu
    flow -= np.diag(flow.sum(axis=1))
    flow[:, 0] = 1.0
    shares = np.linalg.solve(flow.T, np.eye(size)[0])
    waiting = sum(shares[n * stages : (n + 1) * stages].sum() * max(n - c, 0) for n in range(most + 1))
    return float(waiting / (rate / stages))


# ---------------------------------------------------------------- backpressure
def mm1k(rate: float, room: int) -> tuple[float, np.ndarray[Any, Any]]:
    """Refused share of M/M/1/K, and in which state an accepted arrival finds the station."""
    weights = (rate / 100) ** (np.arange(room + 1) - float(room))
    return weights[-1] / weights.sum(), weights[:-1] / weights[:-1].sum()


def mm1k_tail(t: float, rate: float, room: int) -> float:
    """P(T > t): with n in front, fewer than n + 1 services are done by t."""
    poisson = np.cumsum(
        [math.exp(-100 * t + k * math.log(100 * t) - math.lgamma(k + 1)) for k in range(room)]
    )
    return float(mm1k(rate, room)[1] @ poisson)


def test_explain_backpressure() -> None:
    answer = found("explain_backpressure")
    assert answer.grown == near(20 * 600)
    assert answer.wait_after == near(120)
    assert answer.refused == near(mm1k(120, 20)[0])
    assert answer.usual_refused == near(mm1k(90, 20)[0])
    assert answer.throughput == near(120 * (1 - answer.refused))
    assert answer.said_refused == near(1 / 6)
    assert mm1k_tail(answer.p95, 120, 20) == near(0.05, 1e-7)
    assert mm1k_tail(answer.usual_p95, 90, 20) == near(0.05, 1e-7)
    for room, (refused, late) in answer.large.items():
        assert refused == near(mm1k(120, room)[0])
        assert late == pytest.approx(mm1k_tail(2.0, 120, room), abs=1e-9)
    # nearly 100 are answered, so 120 (1 - p^3) = 100: p^3 = 1 / 6, attempts = 100 / (1 - p)
    assert answer.attempts == near(100 / (1 - (1 / 6) ** (1 / 3)), 1e-3)


# ---------------------------------------------------------------- streaming
def test_design_event_streaming() -> None:
    answer = found("design_event_streaming")
    assert (answer.for_writes, answer.for_reads) == (6, 30)
    assert answer.busy == near(6000 / 40 / 200)
    assert answer.said_mean == answer.mean == near(1000 / (200 - 150))
    for partitions, p99 in answer.p99_of.items():
        assert p99 == near(1000 * math.log(100) / (200 - 6000 / partitions))
    assert answer.p99 == answer.p99_of[40]
    hot = 300 + 5700 / 40
    assert answer.hot_busy == near(hot / 200)
    assert answer.hot_lag_after_1h == near((hot - 200) * 3600 / 200 / 3600)
    assert answer.hot_alone == near(1.5)
    assert answer.backlog == near(3.6e6)
    assert answer.caught_up_after == near(3.6e6 / 2000 / 60)
    assert answer.with_32_h == near(3.6e6 / 400 / 3600)


# ---------------------------------------------------------------- ingestion
def test_design_iot_ingestion() -> None:
    """The load of the file at its peak, hand arithmetic, and the fluid in steps of one minute."""
    answer = found("design_iot_ingestion")
    assert answer.actions == near(726)
    assert answer.records == near(1742.4)
    assert answer.server_erlang == near(21.78)
    assert answer.worker_erlang == near(1742.4 * 0.002 + 72.6 * 0.120)
    assert answer.said == {name: answer.counts[name] for name in ("server", "stream", "worker")}
    prices = {"lb": 25, "queue": 20, "redis": 24, "limiter": 15, "server": 53, "stream": 20, "worker": 27}
    prices |= {"analytics": 68, "postgres": 128}
    assert answer.dollars == sum(prices[name] * count for name, count in answer.counts.items())
    # to keep up at the peak: 12 threads and a bit of work need a seventh worker; 1742 events of 2.4 ms a second sink
    assert math.ceil(answer.worker_erlang / 2) == 7
    assert math.ceil((1742.4 * 0.0024 + 2 * 0.0001) / 4) == 2
    assert answer.peak_dollars == answer.dollars + 27 + 68
    assert answer.buffered_less == 27 + 68
    assert answer.worker_busy == near(answer.worker_erlang / 12, 1e-3)
    assert answer.worker_lag == near(fluid_lag_min(12), 0.02)
    (lag_h,) = [float(text) for text in answer.one_worker_less.split() if text.startswith("3.")]
    assert lag_h == near(fluid_lag_min(10) / 60, 0.02)
    assert answer.availability >= 0.9975
    assert answer.p95 <= 180


def fluid_lag_min(threads: int) -> float:
    """The longest lag of the workers [min]; the limiter lets 9,999 of 10,000 pass."""
    minutes = np.arange(60 * 60 + 1)
    up, down = 6.6 / 4.394, 8.8 / 4.394
    hours = minutes / 60
    shape = 1 / ((1 + np.exp(-(hours - 14) / up)) * (1 + np.exp((hours - 40) / down)))
    users = 120 + (3300 - 120) * shape / shape.max()
    inflow = users * 0.22 * 0.9999 * (0.8 * 3 * 0.002 + 0.1 * 0.120)
    longest = backlog = 0.0
    for now, following in pairwise(inflow):
        backlog = max(0.0, backlog + 60 * ((now + following) / 2 - threads))
        longest = max(longest, backlog / threads)
    return longest / 60
